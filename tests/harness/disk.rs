//! A disk that fails, or stands still, when it is told to.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use chancery_engine::Disk;

/// Works until it is told after how many more syncs or writes to fail, or to stand still.
#[derive(Debug)]
pub struct BreakableDisk {
    syncs_left: AtomicI64,
    writes_left: AtomicI64,
    /// Nothing is synced any more after the first sync that fails.
    for_good: AtomicBool,
    gate: Mutex<Gate>,
    moved: Condvar,
}

#[derive(Debug)]
struct Gate {
    syncs_left: i64,
    held: bool,
    passed: i64,
}

impl BreakableDisk {
    /// The sync after `more` others fails, once.
    pub fn fail_a_sync_after(&self, more: i64) {
        self.syncs_left.store(more, Ordering::SeqCst);
    }

    /// The sync after `more` others fails, and every one after it.
    pub fn break_for_good_after(&self, more: i64) {
        self.for_good.store(true, Ordering::SeqCst);
        self.fail_a_sync_after(more);
    }

    /// The write after `more` others finds the disk full, once.
    pub fn be_full_after(&self, more: i64) {
        self.writes_left.store(more, Ordering::SeqCst);
    }

    /// Whether what it was told to fail has failed.
    pub fn has_failed(&self) -> bool {
        self.syncs_left.load(Ordering::SeqCst) < 0 || self.writes_left.load(Ordering::SeqCst) < 0
    }

    pub fn heal(&self) {
        self.for_good.store(false, Ordering::SeqCst);
        self.syncs_left.store(i64::MAX, Ordering::SeqCst);
        self.writes_left.store(i64::MAX, Ordering::SeqCst);
    }

    /// The sync after `more` others waits for [`Self::release`]. What lies in the folder then is
    /// what a killed process would leave.
    pub fn hold_after(&self, more: i64) {
        self.gate().syncs_left = more;
    }

    pub fn is_holding(&self) -> bool {
        self.gate().held
    }

    /// Waits until a sync waits.
    pub fn wait_until_holding(&self) {
        let waiting = |gate: &mut Gate| !gate.held;
        let holding = self.moved.wait_while(self.gate(), waiting);
        drop(holding.unwrap_or_else(PoisonError::into_inner));
    }

    pub fn release(&self) {
        self.gate().syncs_left = i64::MAX;
        self.moved.notify_all();
    }

    /// How many syncs `what` takes.
    pub fn syncs_of(&self, what: impl FnOnce()) -> i64 {
        let before = self.gate().passed;
        what();
        self.gate().passed - before
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass(&self) {
        let mut gate = self.gate();
        if gate.syncs_left <= 0 {
            gate.held = true;
            self.moved.notify_all();
            let closed = |gate: &mut Gate| gate.syncs_left <= 0;
            let opened = self.moved.wait_while(gate, closed);
            gate = opened.unwrap_or_else(PoisonError::into_inner);
            gate.held = false;
        }
        gate.syncs_left -= 1;
        gate.passed += 1;
    }
}

impl Default for BreakableDisk {
    fn default() -> Self {
        Self {
            syncs_left: AtomicI64::new(i64::MAX),
            writes_left: AtomicI64::new(i64::MAX),
            for_good: AtomicBool::new(false),
            gate: Mutex::new(Gate {
                syncs_left: i64::MAX,
                held: false,
                passed: 0,
            }),
            moved: Condvar::new(),
        }
    }
}

impl Disk for BreakableDisk {
    fn before_write(&self) -> io::Result<()> {
        match self.writes_left.fetch_sub(1, Ordering::SeqCst) {
            0 => Err(io::Error::from(io::ErrorKind::StorageFull)),
            _ => Ok(()),
        }
    }

    fn before_sync(&self) -> io::Result<()> {
        self.pass();
        let broken = |left| left == 0 || left < 0 && self.for_good.load(Ordering::SeqCst);
        match self.syncs_left.fetch_sub(1, Ordering::SeqCst) {
            left if broken(left) => Err(io::Error::other("the disk is broken, on purpose")),
            _ => Ok(()),
        }
    }
}
