//! Why the audit could not be sealed, exported or verified at all. What verifying finds wrong with
//! an export is no error but a finding.

use std::fmt;
use std::io;

use crate::base::{Explain, Kind, Remedy, shown};
use crate::store::StoreError;

#[derive(Debug)]
pub(crate) enum AuditError {
    /// The signature is not one of this text: the text or the signature was altered.
    BadSignature,
    /// Not a checkpoint, or not exactly as it is written.
    Checkpoint,
    /// Nothing was in the export.
    Empty,
    /// An entry of the store that cannot stand on one line.
    Entry {
        sequence: u64,
    },
    /// Not the PEM of an Ed25519 public key.
    Key,
    Format {
        found: String,
    },
    /// The first line is no header.
    NotAnExport,
    /// The checkpoint names another key than the one given; both by their ids.
    OtherKey {
        found: String,
        given: String,
    },
    /// The checkpoint seals the audit of another store.
    OtherStore {
        found: String,
        expected: String,
    },
    Read(io::Error),
    Store(StoreError),
    Write(io::Error),
}

impl From<StoreError> for AuditError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadSignature => f.write_str(
                "the checkpoint was altered or forged: its signature does not verify with the key it names",
            ),
            Self::Checkpoint => f.write_str("this is not a checkpoint of an audit"),
            Self::Empty => f.write_str("the export is empty"),
            Self::Entry { sequence } => write!(
                f,
                "entry {sequence} of the audit is damaged and cannot be exported"
            ),
            Self::Key => f.write_str("this is not an audit key: an Ed25519 public key in PEM"),
            Self::Format { found } => {
                write!(f, "this version does not know the format of the export: {}", shown(found))
            }
            Self::NotAnExport => f.write_str("this is not an export of an audit"),
            Self::OtherKey { found, given } => write!(
                f,
                "the checkpoint was signed with another key: it names {found}, the key given is {given}"
            ),
            Self::OtherStore { found, expected } => write!(
                f,
                "the checkpoint belongs to another store: it names {found}, expected was {expected}"
            ),
            Self::Read(_) => f.write_str("the export could not be read"),
            Self::Store(error) => error.fmt(f),
            Self::Write(_) => f.write_str("the export could not be written"),
        }
    }
}

impl std::error::Error for AuditError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read(error) | Self::Write(error) => Some(error),
            Self::Store(error) => error.source(),
            _ => None,
        }
    }
}

impl Explain for AuditError {
    fn code(&self) -> &'static str {
        match self {
            Self::BadSignature => "audit.signature-invalid",
            Self::Checkpoint => "audit.checkpoint-malformed",
            Self::Empty => "audit.export-empty",
            Self::Entry { .. } => "audit.entry-damaged",
            Self::Key => "audit.key-malformed",
            Self::Format { .. } => "audit.format-unknown",
            Self::NotAnExport => "audit.export-malformed",
            Self::OtherKey { .. } => "audit.other-key",
            Self::OtherStore { .. } => "audit.other-store",
            Self::Read(_) => "audit.unreadable",
            Self::Store(error) => error.code(),
            Self::Write(_) => "audit.unwritable",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Store(error) => error.kind(),
            Self::Entry { .. } | Self::Read(_) | Self::Write(_) => Kind::Failed,
            Self::BadSignature
            | Self::Checkpoint
            | Self::Empty
            | Self::Key
            | Self::Format { .. }
            | Self::NotAnExport
            | Self::OtherKey { .. }
            | Self::OtherStore { .. } => Kind::Malformed,
        }
    }

    fn remedy(&self) -> Remedy {
        let step = match self {
            Self::BadSignature => {
                "Take another copy of the checkpoint; if each says the same, treat the audit as forged"
            }
            Self::Checkpoint => {
                return Remedy::typed(
                    "Give a file in which a checkpoint was kept",
                    ["chancery audit checkpoint --out FILE"],
                );
            }
            Self::Empty | Self::NotAnExport => {
                return Remedy::typed(
                    "Give a file to which the audit was exported",
                    ["chancery audit export --out FILE"],
                );
            }
            Self::Entry { .. } => {
                "Verify the audit to see every fault, and restore the store from a backup"
            }
            Self::Key => {
                return Remedy::typed(
                    "Give the file with the public key that verifies checkpoints",
                    ["chancery audit key --out FILE"],
                );
            }
            Self::Format { .. } => "Verify it with the version of Chancery that wrote it",
            Self::OtherKey { .. } => {
                "Give the audit key of the installation that made the checkpoint; if this is it, treat the checkpoint as forged"
            }
            Self::OtherStore { .. } => "Give an export and a checkpoint of the same installation",
            Self::Read(_) => "Check that the file can be read, then try again",
            Self::Store(error) => return error.remedy(),
            Self::Write(_) => "Make room, or choose another folder, then try again",
        };
        Remedy::Do(step.to_owned())
    }
}
