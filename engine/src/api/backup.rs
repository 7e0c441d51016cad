//! Backups: made, tried out, made by themselves. Restoring comes before there is an engine.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{About, Area, Opener, Question, Resource};
use crate::base::{BackupManifest, BackupSchedule, BackupTrial, Report, Secret, Timestamp};

#[non_exhaustive]
pub enum BackupCommand {
    /// Writes no more by itself; what was made stays.
    ClearSchedule,
    /// Writes a new file, never over one that is there, and restores it in memory before it gets
    /// its name. The vault must be unlocked; with `passphrase` the keys of authorities that sign
    /// only when a person is there are tried out as well.
    Create {
        file: PathBuf,
        keys_inside: bool,
        passphrase: Option<Secret<String>>,
    },
    /// What the schedule asks for, if it is due: a file in its folder, and the oldest beyond the
    /// number to keep removed.
    CreateScheduled,
    /// Makes the first one as soon as the vault is unlocked.
    SetSchedule { schedule: BackupSchedule },
    /// Restores it in memory and lets each authority's key sign a test message. Where nothing is
    /// given it is opened with what the vault has open, if that fits.
    Verify { file: PathBuf, with: Option<Opener> },
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum BackupFact {
    Created {
        file: PathBuf,
        bytes: u64,
        manifest: Box<BackupManifest>,
        trial: BackupTrial,
        /// Older ones that the schedule had made and that are gone now.
        removed: Vec<PathBuf>,
    },
    /// Another one was made meanwhile, or there is no schedule.
    NotDue,
    ScheduleCleared,
    ScheduleSet {
        schedule: BackupSchedule,
    },
    /// Its faults are in the trial; an error is only what could not be opened at all.
    Verified {
        file: PathBuf,
        manifest: Box<BackupManifest>,
        trial: BackupTrial,
    },
}

/// Asks what is done by itself, and what became of it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct BackupStatusQuestion;

impl Question for BackupStatusQuestion {
    type Answer = BackupStatus;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct BackupStatus {
    pub schedule: Option<BackupSchedule>,
    pub last_made: Option<BackupMade>,
    /// Of those that the schedule made.
    pub last_scheduled: Option<BackupMade>,
    /// When which file was last tried out on request.
    pub last_verified: Option<(Timestamp, PathBuf)>,
    pub next_due: Option<Timestamp>,
    /// One is due and waits until the vault is unlocked.
    pub waits_for_unlock: bool,
    /// Of the schedule; gone with the next success.
    pub last_failure: Option<BackupFailure>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct BackupMade {
    pub at: Timestamp,
    pub file: PathBuf,
    pub scheduled: bool,
    pub keys_inside: bool,
    /// Whether the keys of all authorities signed, or some stayed sealed for want of a passphrase.
    pub all_keys_tried: bool,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct BackupFailure {
    pub at: Timestamp,
    pub report: Report,
}

impl BackupCommand {
    pub(super) fn about(&self) -> About {
        let (action, details) = match self {
            Self::ClearSchedule => ("backup.schedule-off", "make none by itself".to_owned()),
            Self::Create {
                file, keys_inside, ..
            } => (
                "backup.create",
                format!("{} to {}", with_keys(*keys_inside), file.display()),
            ),
            Self::CreateScheduled => ("backup.create-scheduled", "as scheduled".to_owned()),
            Self::SetSchedule { schedule } => (
                "backup.schedule",
                format!(
                    "{}, every {} hours, to {}, keep {}",
                    with_keys(schedule.keys_inside),
                    schedule.every_hours,
                    schedule.folder.display(),
                    schedule.keep
                ),
            ),
            Self::Verify { file, .. } => ("backup.verify", format!("try out {}", file.display())),
        };
        About {
            area: Area::Backup,
            action,
            resource: Resource::of("backup", "backup"),
            details,
            // Keys sign test messages, and what is written leaves this folder. What the schedule
            // asks for may turn out not to be due; if it is, the handler records the intent.
            intent_first: matches!(self, Self::Create { .. } | Self::Verify { .. }),
        }
    }
}

const fn with_keys(inside: bool) -> &'static str {
    match inside {
        true => "with keys",
        false => "without keys",
    }
}
