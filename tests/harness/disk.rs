//! A disk that fails when it is told to.

use std::io;
use std::sync::atomic::{AtomicI64, Ordering};

use chancery_engine::Disk;

/// Works until it is told after how many more syncs or writes to fail, once.
#[derive(Debug)]
pub struct BreakableDisk {
    syncs_left: AtomicI64,
    writes_left: AtomicI64,
}

impl BreakableDisk {
    /// The sync after `more` others fails as a broken disk does.
    pub fn fail_a_sync_after(&self, more: i64) {
        self.syncs_left.store(more, Ordering::SeqCst);
    }

    /// The write after `more` others finds the disk full.
    pub fn be_full_after(&self, more: i64) {
        self.writes_left.store(more, Ordering::SeqCst);
    }

    /// Whether what it was told to fail has failed.
    pub fn has_failed(&self) -> bool {
        self.syncs_left.load(Ordering::SeqCst) < 0 || self.writes_left.load(Ordering::SeqCst) < 0
    }

    pub fn heal(&self) {
        self.syncs_left.store(i64::MAX, Ordering::SeqCst);
        self.writes_left.store(i64::MAX, Ordering::SeqCst);
    }
}

impl Default for BreakableDisk {
    fn default() -> Self {
        Self {
            syncs_left: AtomicI64::new(i64::MAX),
            writes_left: AtomicI64::new(i64::MAX),
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
        match self.syncs_left.fetch_sub(1, Ordering::SeqCst) {
            0 => Err(io::Error::other("the disk is broken, on purpose")),
            _ => Ok(()),
        }
    }
}
