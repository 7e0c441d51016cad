//! What the window knows apart from what each screen watches: news, endings, files, failures.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chancery_engine::Busy;
use chancery_engine::Ticket;
use chancery_engine::api::{
    Area, Command, Ending, Fact, JobId, Kind, Notice, Remedy, Report, Revision, Step,
};

use super::files::{FileAnswer, FileAsk};
use super::navigation::Place;
use super::program::Departure;

/// A wish of a screen, from the moment it is uttered.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct WishId(u64);

/// What a person has asked for during this frame.
#[derive(Default)]
pub(super) struct Wishes {
    last: u64,
    pub(super) commands: Vec<(WishId, Command)>,
    pub(super) files: Vec<(WishId, FileAsk)>,
    pub(super) go: Option<Place>,
    pub(super) leave: Option<Departure>,
}

impl Wishes {
    pub(super) fn send(&mut self, command: Command) -> WishId {
        let id = self.next();
        self.commands.push((id, command));
        id
    }

    pub(super) fn file(&mut self, ask: FileAsk) -> WishId {
        let id = self.next();
        self.files.push((id, ask));
        id
    }

    pub(super) fn go(&mut self, place: Place) {
        self.go = Some(place);
    }

    /// This engine ends, and another one begins.
    pub(super) fn leave(&mut self, departure: Departure) {
        self.leave = Some(departure);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty()
            && self.files.is_empty()
            && self.go.is_none()
            && self.leave.is_none()
    }

    fn next(&mut self) -> WishId {
        self.last += 1;
        WishId(self.last)
    }
}

#[derive(Default)]
pub(super) struct Model {
    changed: BTreeMap<Area, Revision>,
    missed: Revision,
    in_flight: Vec<InFlight>,
    endings: BTreeMap<WishId, Ending>,
    files: BTreeMap<WishId, FileAnswer>,
    jobs: BTreeMap<JobId, Step>,
    failure: Option<Report>,
    stopped: Option<Report>,
    heard: Vec<Fact>,
}

struct InFlight {
    wish: WishId,
    doing: String,
    ticket: Ticket,
}

impl Model {
    pub(super) fn hear(&mut self, notice: Notice) {
        match notice {
            Notice::Changed { area, at } => {
                self.changed.insert(area, at);
            }
            Notice::Missed { at } => self.missed = at,
            Notice::Stopped(report) => self.stopped = Some(report),
            Notice::Progress { job, step } => {
                self.jobs.insert(job, step);
            }
            Notice::Fact { fact, at, .. } => {
                // The vault's own file changes without a change of the store.
                if let Some(area) = area(&fact) {
                    self.changed.insert(area, at);
                }
                self.heard.push(fact);
            }
        }
    }

    pub(super) fn sent(&mut self, wish: WishId, doing: String, ticket: Result<Ticket, Busy>) {
        match ticket {
            Ok(ticket) => {
                self.failure = None;
                self.in_flight.push(InFlight {
                    wish,
                    doing,
                    ticket,
                });
            }
            Err(Busy) => self.end(wish, Ending::Failed(busy())),
        }
    }

    pub(super) fn collect_endings(&mut self) {
        let mut ended = Vec::new();
        self.in_flight
            .retain_mut(|flight| match flight.ticket.poll() {
                None => true,
                Some(ending) => {
                    ended.push((flight.wish, ending));
                    false
                }
            });
        for (wish, ending) in ended {
            self.end(wish, ending);
        }
    }

    /// How a wish has ended, told once.
    pub(super) fn take_ending(&mut self, wish: WishId) -> Option<Ending> {
        self.endings.remove(&wish)
    }

    pub(super) fn put_file(&mut self, wish: WishId, answer: FileAnswer) {
        self.files.insert(wish, answer);
    }

    /// What became of a wish for a file, told once.
    pub(super) fn take_file(&mut self, wish: WishId) -> Option<FileAnswer> {
        self.files.remove(&wish)
    }

    /// What has become so since this was asked last.
    pub(super) fn take_heard(&mut self) -> Vec<Fact> {
        std::mem::take(&mut self.heard)
    }

    /// What is under way, in words, oldest first.
    pub(super) fn doing(&self) -> impl Iterator<Item = &str> {
        self.in_flight.iter().map(|flight| flight.doing.as_str())
    }

    /// Answers about `area` from before this are out of date.
    pub(super) fn changed(&self, area: Area) -> Revision {
        let changed = self.changed.get(&area).copied().unwrap_or_default();
        changed.max(self.missed)
    }

    /// How far a job said it was.
    pub(super) fn step(&self, job: JobId) -> Option<Step> {
        self.jobs.get(&job).copied()
    }

    /// The last failure, until something succeeds or it is dismissed.
    pub(super) fn failure(&self) -> Option<&Report> {
        self.failure.as_ref()
    }

    pub(super) fn dismiss_failure(&mut self) {
        self.failure = None;
    }

    /// Why the engine writes no more.
    pub(super) fn stopped(&self) -> Option<&Report> {
        self.stopped.as_ref()
    }

    fn end(&mut self, wish: WishId, ending: Ending) {
        if let Ending::Failed(report) = &ending {
            self.failure = Some(report.clone());
        }
        self.endings.insert(wish, ending);
    }
}

/// Which answers a fact puts out of date.
const fn area(fact: &Fact) -> Option<Area> {
    Some(match fact {
        Fact::Acme(_) => Area::Acme,
        Fact::Audit(_) => Area::Audit,
        Fact::Authority(_) => Area::Authority,
        Fact::Certificate(_) => Area::Certificate,
        Fact::Dns(_) => Area::Dns,
        Fact::Key(_) => Area::Key,
        Fact::Profile(_) => Area::Profile,
        Fact::Request(_) => Area::Request,
        Fact::Revocation(_) => Area::Revocation,
        Fact::System(_) => Area::System,
        Fact::Vault(_) => Area::Vault,
        _ => return None,
    })
}

fn busy() -> Report {
    Report {
        code: Cow::Borrowed("window.busy"),
        kind: Kind::Failed,
        what: "the engine has too much to do at the moment".to_owned(),
        why: Vec::new(),
        remedy: Remedy::Retry,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_missed_something_takes_every_area_for_changed() {
        let mut model = Model::default();
        let area = Area::Key;
        let at = Revision(3);
        model.hear(Notice::Changed { area, at });
        model.hear(Notice::Missed { at: Revision(5) });
        assert_eq!(model.changed(Area::Key), Revision(5));
        assert_eq!(model.changed(Area::Certificate), Revision(5));
    }

    #[test]
    fn a_fact_puts_answers_about_its_area_out_of_date() {
        let mut model = Model::default();
        model.hear(Notice::Fact {
            fact: Fact::Vault(chancery_engine::api::VaultFact::Locked),
            cause: None,
            at: Revision(4),
        });
        assert_eq!(model.changed(Area::Vault), Revision(4));
        assert_eq!(model.changed(Area::Key), Revision(0));
        assert_eq!(model.take_heard().len(), 1);
    }

    #[test]
    fn a_busy_engine_is_a_failure_that_can_be_tried_again() {
        let (mut model, mut wishes) = (Model::default(), Wishes::default());
        let wish = wishes.next();
        model.sent(wish, "lock the vault".to_owned(), Err(Busy));
        let Some(Ending::Failed(report)) = model.take_ending(wish) else {
            panic!("no ending");
        };
        assert_eq!(report.remedy, Remedy::Retry);
        assert!(model.take_ending(wish).is_none());
        assert!(model.failure().is_some());
    }
}
