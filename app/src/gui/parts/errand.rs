//! A wish that a screen waits for: under way, refused, or done.

use chancery_engine::api::{Command, Ending, Fact, JobId, Report};

use crate::gui::model::{Model, WishId, Wishes};

#[derive(Default)]
pub(in crate::gui) struct Errand {
    wish: Option<WishId>,
    started: Option<JobId>,
    refused: Option<Report>,
}

impl Errand {
    pub(in crate::gui) fn send(&mut self, wishes: &mut Wishes, command: Command) {
        self.refused = None;
        self.wish = Some(wishes.send(command));
    }

    /// What has become so, told once.
    pub(in crate::gui) fn tend(&mut self, model: &mut Model) -> Option<Fact> {
        let ending = model.take_ending(self.wish?)?;
        self.wish = None;
        match ending {
            Ending::Done { fact, .. } => Some(fact),
            Ending::Failed(report) => {
                self.refused = Some(report);
                None
            }
            Ending::Started(job) => {
                self.started = Some(job);
                None
            }
            Ending::Parked(_) | Ending::Cancelled => None,
        }
    }

    /// The job that it has become, told once.
    pub(in crate::gui) fn take_started(&mut self) -> Option<JobId> {
        self.started.take()
    }

    pub(in crate::gui) const fn is_under_way(&self) -> bool {
        self.wish.is_some()
    }

    pub(in crate::gui) const fn refused(&self) -> Option<&Report> {
        self.refused.as_ref()
    }

    pub(in crate::gui) fn forget(&mut self) {
        self.refused = None;
    }
}
