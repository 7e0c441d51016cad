//! What is remembered of backups: the schedule, and what became of the last ones.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::change::Put;
use super::error::StoreError;
use super::read::Snapshot;
use crate::api::{Area, BackupFailure, BackupMade, BackupSchedule, Duty, Timestamp};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BackupRecord {
    pub(crate) schedule: Option<BackupSchedule>,
    pub(crate) last_made: Option<BackupMade>,
    pub(crate) last_verified: Option<(Timestamp, PathBuf)>,
    /// Of the schedule; gone with the next success.
    pub(crate) last_failure: Option<BackupFailure>,
}

pub(crate) fn put(record: &BackupRecord) -> Put {
    Put::note(Area::Backup, "backup", record)
}

impl Snapshot {
    pub(crate) fn backup(&self) -> Result<BackupRecord, StoreError> {
        Ok(self.note("backup")?.unwrap_or_default())
    }

    /// When the next one is due.
    pub(crate) fn backup_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let due = self.due()?.into_iter();
        let mut times = due.filter(|(.., duty)| *duty == Duty::Backup);
        Ok(times.next().map(|(at, ..)| at))
    }

    /// Whatever was due before, and the next one in its place.
    pub(crate) fn backup_next(&self, next: Option<Timestamp>) -> Result<Vec<Put>, StoreError> {
        let due = self.due()?.into_iter();
        let old = due.filter(|(.., duty)| *duty == Duty::Backup);
        let old = old.map(|(at, id, _)| Put::due_done(at, id));
        let next = next.map(|at| Put::due(at, DUE_ID, &Duty::Backup));
        Ok(old.chain(next).collect())
    }
}

/// There is one schedule at most.
const DUE_ID: u128 = 0;
