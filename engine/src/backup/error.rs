//! Why a backup was not made, opened or restored.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::base::{Explain, Kind, Remedy};
use crate::store::StoreError;
use crate::store::backup::CopyError;
use crate::vault::VaultError;

#[derive(Debug)]
pub(crate) enum BackupError {
    /// The chunk of this number, from 0, is not what was sealed.
    Altered(u64),
    CannotRead(PathBuf, io::Error),
    CannotWrite(PathBuf, io::Error),
    Exists(PathBuf),
    /// The folder to restore into.
    FolderInUse(PathBuf),
    HeadDamaged,
    NeedsPassphrase,
    Newer {
        format: u16,
        made_by: Option<String>,
    },
    NotABackup,
    /// The rows fit no store, though nobody has changed them since.
    Rows(StoreError),
    ScheduleMeaningless,
    ScheduleRelative(PathBuf),
    /// It was written and would not do; the sentences say why.
    TrialFailed(Vec<String>),
    Truncated,
    /// Of the backup's own vault.
    Vault(VaultError),
}

impl BackupError {
    pub(super) fn cannot_read(path: &Path, error: io::Error) -> Self {
        Self::CannotRead(path.to_owned(), error)
    }

    pub(super) fn cannot_write(path: &Path, error: io::Error) -> Self {
        Self::CannotWrite(path.to_owned(), error)
    }

    /// What went wrong while rows were read from `path`.
    pub(super) fn while_reading(path: &Path, error: CopyError) -> Self {
        match error {
            CopyError::Store(error) => Self::Rows(error),
            CopyError::Stream(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let table = "rows".to_owned();
                Self::Rows(StoreError::Row { table })
            }
            CopyError::Stream(error) => match error.downcast::<Self>() {
                Ok(ours) => ours,
                Err(error) => Self::cannot_read(path, error),
            },
        }
    }
}

impl From<VaultError> for BackupError {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

impl From<BackupError> for io::Error {
    fn from(error: BackupError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered(number) => {
                write!(f, "part {number} of the backup is not what was sealed")
            }
            Self::CannotRead(path, _) => {
                write!(f, "the backup cannot be read: {}", path.display())
            }
            Self::CannotWrite(path, error) if is_full(error) => {
                write!(
                    f,
                    "the disk is full, no backup was made: {}",
                    path.display()
                )
            }
            Self::CannotWrite(path, _) => write!(f, "this cannot be written: {}", path.display()),
            Self::Exists(path) => write!(f, "there is a file already: {}", path.display()),
            Self::FolderInUse(path) => write!(f, "the folder is not empty: {}", path.display()),
            Self::HeadDamaged => f.write_str("the backup's head is damaged"),
            Self::NeedsPassphrase => f.write_str("what is unlocked here does not open this backup"),
            Self::Newer {
                format,
                made_by: Some(program),
            } => write!(
                f,
                "the backup is newer than this program (format {format}); {program} made it"
            ),
            Self::Newer {
                format,
                made_by: None,
            } => write!(f, "the backup is newer than this program (format {format})"),
            Self::NotABackup => f.write_str("the file is not a backup"),
            Self::Rows(_) => f.write_str("the rows in the backup make no store"),
            Self::ScheduleMeaningless => {
                f.write_str("a schedule needs 1 to 8760 hours and 1 to 1000 backups to keep")
            }
            Self::ScheduleRelative(path) => {
                write!(
                    f,
                    "the folder is not named from the root: {}",
                    path.display()
                )
            }
            Self::TrialFailed(faults) => {
                let first = faults.first().map_or("no reason is known", String::as_str);
                write!(f, "restored in memory, the backup shows a fault: {first}")
            }
            Self::Truncated => f.write_str("the backup's end is missing"),
            Self::Vault(VaultError::HeaderTampered) => {
                f.write_str("the vault inside the backup has been changed, or has other keys")
            }
            Self::Vault(_) => f.write_str("the vault inside the backup does not open"),
        }
    }
}

impl Error for BackupError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::CannotRead(_, error) | Self::CannotWrite(_, error) => Some(error),
            Self::Rows(error) => Some(error),
            Self::Vault(error) => Some(error),
            _ => None,
        }
    }
}

impl Explain for BackupError {
    fn code(&self) -> &'static str {
        match self {
            Self::Altered(_) | Self::HeadDamaged | Self::Rows(_) | Self::Truncated => {
                "backup.damaged"
            }
            Self::CannotRead(..) => "backup.cannot-read",
            Self::CannotWrite(_, error) if is_full(error) => "backup.disk-full",
            Self::CannotWrite(..) => "backup.cannot-write",
            Self::Exists(_) => "backup.file-exists",
            Self::FolderInUse(_) => "backup.folder-not-empty",
            Self::NeedsPassphrase => "backup.needs-passphrase",
            Self::Newer { .. } => "backup.newer-version",
            Self::NotABackup => "backup.not-a-backup",
            Self::ScheduleMeaningless | Self::ScheduleRelative(_) => "backup.schedule",
            Self::TrialFailed(_) => "backup.trial-failed",
            Self::Vault(VaultError::WrongPassphrase) => "backup.wrong-passphrase",
            Self::Vault(error) if is_of_opener(error) => error.code(),
            Self::Vault(_) => "backup.vault",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NeedsPassphrase => Kind::Locked,
            Self::Exists(_) | Self::FolderInUse(_) => Kind::Refused,
            Self::ScheduleMeaningless | Self::ScheduleRelative(_) => Kind::Malformed,
            Self::Vault(error) => error.kind(),
            _ => Kind::Failed,
        }
    }

    fn remedy(&self) -> Remedy {
        match self {
            Self::Vault(error) if knows_better(error) => error.remedy(),
            _ => Remedy::typed(self.step(), self.typed().iter().copied()),
        }
    }
}

impl BackupError {
    fn step(&self) -> &'static str {
        match self {
            Self::Altered(_) | Self::HeadDamaged | Self::Rows(_) | Self::Truncated => OTHER_COPY,
            Self::CannotRead(..) => "Name a backup that exists and that you may read",
            Self::CannotWrite(_, error) if is_full(error) => {
                "Make room, or name another place, and try again"
            }
            Self::CannotWrite(..) => "Name a place that you may write to",
            Self::Exists(_) => "Name a file that does not exist yet",
            Self::FolderInUse(_) => "Name a folder that is empty or does not exist",
            Self::NeedsPassphrase => {
                "Give the passphrase that the vault had when the backup was made"
            }
            Self::Newer { .. } => "Use that version of the program, or a later one",
            Self::NotABackup => "Name a file that was written as a backup",
            Self::ScheduleMeaningless => "Choose for example every 24 hours and keep 14",
            Self::ScheduleRelative(_) => "Name the folder with its whole path",
            Self::TrialFailed(_) => "Check the vault, verify the audit, and keep older backups",
            Self::Vault(VaultError::WrongPassphrase) => {
                "Type the passphrase that the vault had when the backup was made"
            }
            Self::Vault(_) => OTHER_COPY,
        }
    }

    /// What to type for the step.
    fn typed(&self) -> &'static [&'static str] {
        match self {
            Self::FolderInUse(_) => &["chancery --data DIR backup restore FILE"],
            Self::NotABackup => &["chancery backup create --out FILE"],
            Self::TrialFailed(_) => &["chancery vault check", "chancery audit verify"],
            _ => &[],
        }
    }
}

/// Whether the vault's own remedy helps here, and not that another backup be taken.
fn knows_better(error: &VaultError) -> bool {
    let is_of_passphrase = matches!(error, VaultError::WrongPassphrase);
    is_of_opener(error) && !is_of_passphrase || error.remedy() == Remedy::ReportBug
}

/// Whether something else should be given to open it, rather than another backup.
fn is_of_opener(error: &VaultError) -> bool {
    matches!(error.kind(), Kind::Locked | Kind::Malformed)
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

const OTHER_COPY: &str = "Use another copy of this backup, or an older backup";
