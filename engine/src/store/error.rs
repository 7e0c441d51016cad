//! Why the store did not write, or could not read.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::{Explain, Kind, Remedy, Report};

/// A change that was not written, already told for a person: whoever sent it passes it on.
#[derive(Clone, Debug)]
pub(crate) struct Refused(pub(crate) Report);

impl<E: Explain> From<E> for Refused {
    fn from(error: E) -> Self {
        Self(Report::from(error))
    }
}

impl From<Refused> for Report {
    fn from(refused: Refused) -> Self {
        refused.0
    }
}

/// Cheap to clone, since one failed commit is told to everyone in the batch.
#[derive(Clone, Debug)]
pub(crate) enum StoreError {
    CannotOpen(PathBuf, Arc<io::Error>),
    /// Somebody else has changed the record since it was read.
    ChangedMeanwhile,
    Database(Arc<redb::Error>),
    DiskFull(Arc<redb::Error>),
    InUse {
        process: Option<u32>,
    },
    NewerFormat {
        found: u64,
    },
    /// A row is not what this version or an earlier one wrote.
    Row {
        table: String,
    },
    Stopped,
    /// A commit failed and the file could not be opened again.
    Unknown,
    /// The file is no store, or damaged.
    Unreadable(PathBuf, Arc<redb::Error>),
}

impl StoreError {
    pub(super) fn cannot_open(path: &Path, error: io::Error) -> Self {
        Self::CannotOpen(path.to_owned(), Arc::new(error))
    }

    /// A file that ends too soon was cut: no disk is to blame.
    pub(super) fn unreadable(path: &Path, error: redb::Error) -> Self {
        let of_content = [io::ErrorKind::InvalidData, io::ErrorKind::UnexpectedEof];
        match error {
            redb::Error::Io(error) if !of_content.contains(&error.kind()) => {
                Self::from(redb::Error::Io(error))
            }
            other => Self::Unreadable(path.to_owned(), Arc::new(other)),
        }
    }
}

impl From<redb::Error> for StoreError {
    fn from(error: redb::Error) -> Self {
        match error {
            redb::Error::Io(cause)
                if matches!(
                    cause.kind(),
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
                ) =>
            {
                Self::DiskFull(Arc::new(redb::Error::Io(cause)))
            }
            other => Self::Database(Arc::new(other)),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CannotOpen(path, _) => write!(f, "{} could not be opened", path.display()),
            Self::ChangedMeanwhile => f.write_str("it was changed by another command meanwhile"),
            Self::Database(_) => f.write_str("the store could not be read or written"),
            Self::DiskFull(_) => f.write_str("the disk is full, nothing was written"),
            Self::InUse { process: Some(id) } => {
                write!(f, "process {id} has this data folder open")
            }
            Self::InUse { process: None } => {
                f.write_str("another process has this data folder open")
            }
            Self::NewerFormat { found } => {
                write!(
                    f,
                    "the store was written by a newer version (format {found})"
                )
            }
            Self::Row { table } => write!(f, "a row of the table {table} cannot be read"),
            Self::Stopped => f.write_str("the store has stopped"),
            Self::Unknown => f.write_str("nobody knows whether this was written"),
            Self::Unreadable(path, _) => {
                write!(f, "the store is damaged or is no store: {}", path.display())
            }
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::CannotOpen(_, error) => Some(error),
            Self::Database(error) | Self::DiskFull(error) | Self::Unreadable(_, error) => {
                Some(error)
            }
            _ => None,
        }
    }
}

impl Explain for StoreError {
    fn code(&self) -> &'static str {
        match self {
            Self::CannotOpen(..) => "store.cannot-open",
            Self::ChangedMeanwhile => "store.changed-meanwhile",
            Self::Database(_) | Self::Stopped => "store.failed",
            Self::DiskFull(_) => "store.disk-full",
            Self::Unknown => "store.unknown",
            Self::InUse { .. } => "store.in-use",
            Self::NewerFormat { .. } => "store.newer-format",
            Self::Row { .. } | Self::Unreadable(..) => "store.damaged",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::InUse { .. } => Kind::InUse,
            _ => Kind::Failed,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(
            match self {
                Self::CannotOpen(..) => {
                    "Check that the data folder exists and that you may write to it"
                }
                Self::ChangedMeanwhile => "Look at it as it is now, then try again",
                Self::Database(_) | Self::Stopped => {
                    "Check the disk and start the program again; whatever was acknowledged is kept"
                }
                Self::Unknown => {
                    "Check the disk, start the program again, and look whether it was done"
                }
                Self::DiskFull(_) => "Free some space and try again; nothing is lost",
                Self::InUse { .. } => {
                    return Remedy::typed(
                        "Close the other one, or choose another folder",
                        ["--data DIR"],
                    );
                }
                Self::NewerFormat { .. } => "Install that version or a later one",
                Self::Row { .. } | Self::Unreadable(..) => {
                    "Restore the data folder from a backup; leave the damaged files where they are"
                }
            }
            .to_owned(),
        )
    }
}
