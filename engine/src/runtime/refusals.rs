//! A flood of refusals is counted, not written one by one: it must not fill the audit.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::api::{Actor, Timestamp};

#[derive(Default)]
pub(super) struct Refusals(Mutex<HashMap<Sort, Window>>);

/// Refusals that look alike: whose, of what, why.
type Sort = (Actor, &'static str, String);

#[derive(Clone, Copy)]
struct Window {
    since: Timestamp,
    seen: u64,
}

/// What to do about one refusal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Note {
    Count,
    /// Write it, and that so many more like it were counted before.
    Write {
        uncounted_before: u64,
    },
}

impl Refusals {
    pub(super) fn note(
        &self,
        actor: &Actor,
        action: &'static str,
        code: &str,
        now: Timestamp,
    ) -> Note {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if MANY_SORTS < windows.len() {
            windows.retain(|_, window| now < window.since.plus_secs(WINDOW_SECS));
        }
        let fresh = Window {
            since: now,
            seen: 0,
        };
        let sort = (actor.clone(), action, code.to_owned());
        let window = windows.entry(sort).or_insert(fresh);
        let mut uncounted_before = 0;
        if window.since.plus_secs(WINDOW_SECS) <= now {
            uncounted_before = window.seen.saturating_sub(WRITTEN);
            *window = fresh;
        }
        window.seen += 1;
        match window.seen <= WRITTEN {
            true => Note::Write { uncounted_before },
            false => Note::Count,
        }
    }
}

const WINDOW_SECS: i64 = 60;

/// So many alike are written in each window.
const WRITTEN: u64 = 100;

const MANY_SORTS: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted_and_the_count_written_when_it_is_over() {
        let refusals = Refusals::default();
        let note = |at| {
            let actor = Actor::User("alice".to_owned());
            refusals.note(&actor, "request.submit", "request.too-large", Timestamp(at))
        };
        for _ in 0..WRITTEN {
            assert_eq!(
                note(0),
                Note::Write {
                    uncounted_before: 0
                }
            );
        }
        for _ in 0..7 {
            assert_eq!(note(59_999), Note::Count);
        }
        assert_eq!(
            note(60_000),
            Note::Write {
                uncounted_before: 7
            }
        );
    }
}
