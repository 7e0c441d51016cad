//! A wish that a screen waits for: under way, refused, or done.

use chancery_engine::api::{Command, Ending, Fact, Report};

use crate::gui::model::{Model, WishId, Wishes};

#[derive(Default)]
pub(in crate::gui) struct Errand {
    wish: Option<WishId>,
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
            Ending::Started(_) | Ending::Parked(_) | Ending::Cancelled => None,
        }
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
