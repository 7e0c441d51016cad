//! News: a small ring per front end, which a slow listener overfills at nobody's cost but its own.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use crate::api::{Notice, Revision};

/// What one front end has not yet heard.
pub struct News(Arc<Ring>);

impl News {
    /// Everything since the last call. Never waits.
    pub fn drain(&self) -> impl Iterator<Item = Notice> + use<> {
        std::mem::take(&mut *self.0.lock()).into_iter()
    }
}

/// Wakes a front end; silent until it has said how.
#[derive(Clone, Default)]
pub(super) struct Bell(Arc<OnceLock<Box<dyn Fn() + Send + Sync>>>);

impl Bell {
    pub(super) fn hang(&self, wake: impl Fn() + Send + Sync + 'static) {
        self.0.set(Box::new(wake)).ok();
    }

    pub(super) fn ring(&self) {
        if let Some(wake) = self.0.get() {
            // Foreign code on our thread: its crash must not become ours.
            catch_unwind(AssertUnwindSafe(wake)).ok();
        }
    }
}

/// Every ring that still has a listener.
#[derive(Default)]
pub(super) struct Newsroom(Mutex<Vec<Weak<Ring>>>);

impl Newsroom {
    pub(super) fn subscribe(&self, bell: Bell) -> News {
        let ring = Arc::new(Ring {
            notices: Mutex::default(),
            bell,
        });
        self.rings().push(Arc::downgrade(&ring));
        News(ring)
    }

    pub(super) fn publish(&self, notice: &Notice) {
        let mut listening = Vec::new();
        self.rings().retain(|ring| {
            let ring = ring.upgrade();
            listening.extend(ring.clone());
            ring.is_some()
        });
        // Outside the lock: a bell is foreign code.
        for ring in listening {
            ring.push(notice.clone());
        }
    }

    fn rings(&self) -> MutexGuard<'_, Vec<Weak<Ring>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Ring {
    notices: Mutex<VecDeque<Notice>>,
    bell: Bell,
}

impl Ring {
    fn push(&self, notice: Notice) {
        let mut notices = self.lock();
        let was_empty = notices.is_empty();
        add(&mut notices, notice);
        drop(notices);
        if was_empty {
            self.bell.ring();
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Notice>> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A change replaces the last one of its area, progress the last one of its job; what does not fit
/// is replaced by `Missed`.
fn add(notices: &mut VecDeque<Notice>, notice: Notice) {
    if let Notice::Changed { area, .. } = notice {
        notices.retain(|old| !matches!(old, Notice::Changed { area: same, .. } if *same == area));
    }
    if let Notice::Progress { job, .. } = notice {
        notices.retain(|old| !matches!(old, Notice::Progress { job: same, .. } if *same == job));
    }
    if CAPACITY <= notices.len() {
        let at = notices.iter().chain([&notice]).filter_map(revision).max();
        notices.clear();
        notices.push_back(Notice::Missed {
            at: at.unwrap_or_default(),
        });
    }
    notices.push_back(notice);
}

fn revision(notice: &Notice) -> Option<Revision> {
    match notice {
        Notice::Changed { at, .. } | Notice::Fact { at, .. } | Notice::Missed { at } => Some(*at),
        Notice::Progress { .. } | Notice::Stopped(_) => None,
    }
}

const CAPACITY: usize = 1024;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::api::{Area, JobId, Step};

    #[test]
    fn changes_of_one_area_are_folded_into_the_last() {
        let (newsroom, news, _) = newsroom();
        newsroom.publish(&changed(Area::Key, 1));
        newsroom.publish(&changed(Area::Certificate, 2));
        newsroom.publish(&changed(Area::Key, 3));
        let heard: Vec<_> = news.drain().collect();
        assert_eq!(
            heard,
            [changed(Area::Certificate, 2), changed(Area::Key, 3)]
        );
    }

    #[test]
    fn the_bell_rings_only_when_there_was_nothing_to_hear() {
        let (newsroom, news, rings) = newsroom();
        newsroom.publish(&changed(Area::Key, 1));
        newsroom.publish(&changed(Area::Certificate, 2));
        assert_eq!(rings.load(Ordering::Relaxed), 1);
        assert_eq!(news.drain().count(), 2);
        newsroom.publish(&changed(Area::Key, 3));
        assert_eq!(rings.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn an_overfull_ring_says_up_to_where_something_is_missing() {
        let (newsroom, news, _) = newsroom();
        newsroom.publish(&changed(Area::Key, 7));
        for job in 0..CAPACITY as u128 {
            newsroom.publish(&progress(job, 0));
        }
        let heard: Vec<_> = news.drain().collect();
        let missed = Notice::Missed { at: Revision(7) };
        assert_eq!(heard, [missed, progress(CAPACITY as u128 - 1, 0)]);
    }

    #[test]
    fn of_a_jobs_progress_only_the_newest_is_heard() {
        let (newsroom, news, _) = newsroom();
        newsroom.publish(&progress(1, 10));
        newsroom.publish(&progress(2, 5));
        newsroom.publish(&progress(1, 20));
        let heard: Vec<_> = news.drain().collect();
        assert_eq!(heard, [progress(2, 5), progress(1, 20)]);
    }

    #[test]
    fn a_listener_that_left_is_forgotten() {
        let (newsroom, news, _) = newsroom();
        drop(news);
        newsroom.publish(&changed(Area::Key, 1));
        assert!(newsroom.rings().is_empty());
    }

    fn newsroom() -> (Newsroom, News, Arc<AtomicUsize>) {
        let (newsroom, bell) = (Newsroom::default(), Bell::default());
        let rings = Arc::new(AtomicUsize::default());
        let counted = Arc::clone(&rings);
        bell.hang(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        let news = newsroom.subscribe(bell);
        (newsroom, news, rings)
    }

    fn changed(area: Area, at: u64) -> Notice {
        let at = Revision(at);
        Notice::Changed { area, at }
    }

    fn progress(job: u128, done: u64) -> Notice {
        let of = 1000;
        Notice::Progress {
            job: JobId::from_raw(job),
            step: Step { done, of },
        }
    }
}
