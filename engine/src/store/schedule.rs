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
    /// Of those that the schedule made.
    pub(crate) last_scheduled: Option<BackupMade>,
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

    /// When the next one is due: `now` where it was filed by a clock that ran ahead.
    pub(crate) fn backup_due(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let due = self.due()?.into_iter();
        let mut times = due.filter(|(.., duty)| *duty == Duty::Backup);
        let Some((at, ..)) = times.next() else {
            return Ok(None);
        };
        let every = self.backup()?.schedule.map(|it| i64::from(it.every_hours));
        let latest = every.map_or(at, |hours| now.plus_secs(hours * 3600));
        Ok(Some(if at > latest { now } else { at }))
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
