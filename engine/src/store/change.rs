//! What is written at once or not at all.

use serde::Serialize;

use super::audit::Entry;
use super::error::Refused;
use super::read::Reader;
use super::record::encode;
use super::tables::RowTable;
use crate::api::{Area, CommandId, Duty, Fact};
use crate::base::{AuthorityId, CertificateId, Fingerprint, Receipt, Serial, Timestamp};

/// Looks inside the write transaction whether the change may still be made.
pub(crate) type Guard = Box<dyn FnOnce(&Reader<'_>) -> Result<(), Refused> + Send>;

pub(crate) struct Change {
    /// Re-checks what the snapshot promised.
    pub(crate) guard: Guard,
    /// Encoded outside the writer; cannot fail for a reason of the domain.
    pub(crate) puts: Vec<Put>,
    /// The writer numbers and links them.
    pub(crate) audit: Vec<Entry>,
    /// Uses of keys; each is written into the first audit entry of this change.
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) fact: Option<Fact>,
    pub(crate) cause: Option<CommandId>,
}

impl Change {
    /// With no guard and nothing to tell.
    pub(crate) fn of(puts: Vec<Put>, audit: Vec<Entry>) -> Self {
        Self {
            guard: Box::new(|_| Ok(())),
            puts,
            audit,
            receipts: Vec::new(),
            fact: None,
            cause: None,
        }
    }
}

/// One row to write, and whose answers it makes out of date.
pub(crate) struct Put {
    pub(super) area: Area,
    pub(super) op: Op,
}

pub(super) enum Op {
    BarKey(Fingerprint, String),
    Checkpoint(u64, String),
    Due(Timestamp, u128, Vec<u8>),
    DueDone(Timestamp, u128),
    Gone(RowTable, u128),
    Name(String, u128),
    NameGone(String),
    Note(&'static str, Vec<u8>),
    /// `None` takes the row away.
    Revoked(AuthorityId, Serial, Option<Vec<u8>>),
    Row(RowTable, u128, Vec<u8>),
    Serial(AuthorityId, Serial, CertificateId),
}

impl Put {
    pub(super) fn row<T: Serialize>(area: Area, table: RowTable, id: u128, record: &T) -> Self {
        Self::bytes(area, table, id, encode(record))
    }

    pub(super) fn bytes(area: Area, table: RowTable, id: u128, bytes: Vec<u8>) -> Self {
        Self {
            area,
            op: Op::Row(table, id, bytes),
        }
    }

    pub(super) fn gone(area: Area, table: RowTable, id: u128) -> Self {
        Self {
            area,
            op: Op::Gone(table, id),
        }
    }

    pub(super) fn name(area: Area, name: String, id: u128) -> Self {
        Self {
            area,
            op: Op::Name(name, id),
        }
    }

    pub(super) fn name_gone(area: Area, name: String) -> Self {
        Self {
            area,
            op: Op::NameGone(name),
        }
    }

    pub(super) fn note<T: Serialize>(area: Area, name: &'static str, record: &T) -> Self {
        Self {
            area,
            op: Op::Note(name, encode(record)),
        }
    }

    /// No request may bring this public key from now on.
    pub(crate) fn bar_key(spki: Fingerprint, why: &str) -> Self {
        Self {
            area: Area::Key,
            op: Op::BarKey(spki, why.to_owned()),
        }
    }

    /// What must follow, durable with what it follows from.
    pub(crate) fn due(at: Timestamp, id: u128, duty: &Duty) -> Self {
        Self {
            area: Area::System,
            op: Op::Due(at, id, encode(duty)),
        }
    }

    pub(crate) fn due_done(at: Timestamp, id: u128) -> Self {
        Self {
            area: Area::System,
            op: Op::DueDone(at, id),
        }
    }
}
