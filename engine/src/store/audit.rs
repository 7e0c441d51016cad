//! The audit's rows: each entry is chained to the one before and committed with what it records.

use redb::{Error, ReadableTable, ReadableTableMetadata, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::change::{Op, Put};
use super::error::StoreError;
use super::read::Snapshot;
use super::tables::{AUDIT, CHECKPOINTS};
use crate::api::{Actor, Area, AuditRow, CommandId, Resource, Verification};
use crate::base::{KeyId, Purpose, Timestamp, sha256};

/// What is recorded; the writer adds number and link.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    pub(crate) actor: Actor,
    /// `certificate.issue`.
    pub(crate) action: String,
    /// `intent`, `done`, `refused` or `failed`.
    pub(crate) outcome: String,
    pub(crate) resource: Option<Resource>,
    pub(crate) details: String,
    /// `None` for what the engine did on its own.
    pub(crate) cause: Option<CommandId>,
    /// Which private keys were used, and for what; the writer fills it from receipts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) keys_used: Vec<(KeyId, String)>,
}

/// An entry as it lies in the store: exactly these bytes are hashed and exported.
pub(crate) struct StoredEntry {
    pub(crate) sequence: u64,
    pub(crate) link: [u8; 32],
    /// JSON of an [`Entry`].
    pub(crate) body: String,
}

impl StoredEntry {
    pub(crate) fn row(&self) -> Result<AuditRow, StoreError> {
        let entry: Entry = serde_json::from_str(&self.body).map_err(|_| damaged())?;
        let uses = entry.keys_used.iter();
        let used: String = uses
            .map(|(key, purpose)| format!("; {key} used to {purpose}"))
            .collect();
        Ok(AuditRow {
            sequence: self.sequence,
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            outcome: entry.outcome,
            resource: entry.resource,
            details: entry.details + &used,
            cause: entry.cause,
        })
    }
}

/// SHA-256 over the previous link, the sequence (8 bytes, big-endian) and the entry's JSON. The
/// first entry follows a link of zeros.
pub(crate) fn link(previous: &[u8; 32], sequence: u64, body: &str) -> [u8; 32] {
    sha256(&[previous, &sequence.to_be_bytes(), body.as_bytes()])
}

/// The end of the chain while a batch is written.
pub(super) struct Tail {
    sequence: u64,
    link: [u8; 32],
}

impl Tail {
    pub(super) fn read(transaction: &WriteTransaction) -> Result<Self, Error> {
        let log = transaction.open_table(AUDIT)?;
        let last = log.last()?;
        Ok(
            match last.as_ref().map(|(at, row)| (at, split(row.value()))) {
                Some((sequence, Some((link, _)))) => Self {
                    sequence: sequence.value(),
                    link,
                },
                Some((_, None)) => return Err(Error::Corrupted("the audit's last row".to_owned())),
                None => Self {
                    sequence: 0,
                    link: [0; 32],
                },
            },
        )
    }
}

pub(super) fn append(
    transaction: &WriteTransaction,
    tail: &mut Tail,
    mut entry: Entry,
    uses: &[(KeyId, Purpose)],
) -> Result<(), Error> {
    let words = uses
        .iter()
        .map(|(key, purpose)| (*key, purpose.words().to_owned()));
    entry.keys_used.extend(words);
    let body =
        serde_json::to_string(&entry).map_err(|error| Error::Io(std::io::Error::other(error)))?;
    tail.sequence += 1;
    tail.link = link(&tail.link, tail.sequence, &body);
    let row = [&tail.link, body.as_bytes()].concat();
    let mut log = transaction.open_table(AUDIT)?;
    log.insert(tail.sequence, row.as_slice())?;
    Ok(())
}

/// A sealed end of the chain.
pub(crate) fn checkpoint(sequence: u64, text: String) -> Put {
    Put {
        area: Area::Audit,
        op: Op::Checkpoint(sequence, text),
    }
}

/// The outcome of the last verification of the whole chain.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VerificationRecord {
    pub(crate) at: Timestamp,
    pub(crate) found: Verification,
}

pub(crate) fn verified(record: &VerificationRecord) -> Put {
    Put::note(Area::Audit, "verification", record)
}

impl Snapshot {
    pub(crate) fn audit_entries(&self) -> Result<u64, StoreError> {
        let read = || -> Result<u64, Error> { Ok(self.transaction.open_table(AUDIT)?.len()?) };
        Ok(read()?)
    }

    pub(crate) fn audit_entry(&self, sequence: u64) -> Result<Option<StoredEntry>, StoreError> {
        Ok(self
            .audit_from(sequence, 1)?
            .into_iter()
            .find(|entry| entry.sequence == sequence))
    }

    /// At most `count` entries from `first` on, in their order.
    pub(crate) fn audit_from(
        &self,
        first: u64,
        count: usize,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        let read = || -> Result<Vec<(u64, Vec<u8>)>, Error> {
            let log = self.transaction.open_table(AUDIT)?;
            let rows = log.range(first..)?.take(count);
            rows.map(|row| {
                let (sequence, row) = row?;
                Ok((sequence.value(), row.value().to_vec()))
            })
            .collect()
        };
        read()?.into_iter().map(stored).collect()
    }

    /// Newest first, as long as `wanted` says so.
    pub(crate) fn audit_backwards(
        &self,
        mut wanted: impl FnMut(StoredEntry) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let table = || self.transaction.open_table(AUDIT).map_err(Error::from);
        let log = table()?;
        for row in log.iter().map_err(Error::from)?.rev() {
            let (sequence, row) = row.map_err(Error::from)?;
            if !wanted(stored((sequence.value(), row.value().to_vec()))?)? {
                break;
            }
        }
        Ok(())
    }

    /// Every checkpoint, oldest first.
    pub(crate) fn checkpoints(&self) -> Result<Vec<(u64, String)>, StoreError> {
        let read = || -> Result<Vec<(u64, String)>, Error> {
            let table = self.transaction.open_table(CHECKPOINTS)?;
            let rows = table.iter()?;
            rows.map(|row| {
                let (sequence, text) = row?;
                Ok((sequence.value(), text.value().to_owned()))
            })
            .collect()
        };
        Ok(read()?)
    }

    pub(crate) fn last_verification(&self) -> Result<Option<VerificationRecord>, StoreError> {
        self.note("verification")
    }
}

fn stored((sequence, row): (u64, Vec<u8>)) -> Result<StoredEntry, StoreError> {
    let (link, body) = split(&row).ok_or_else(damaged)?;
    let body = String::from_utf8(body.to_vec()).map_err(|_| damaged())?;
    Ok(StoredEntry {
        sequence,
        link,
        body,
    })
}

pub(super) fn split(row: &[u8]) -> Option<([u8; 32], &[u8])> {
    let (link, body) = row.split_first_chunk::<32>()?;
    Some((*link, body))
}

fn damaged() -> StoreError {
    StoreError::Row {
        table: "audit".to_owned(),
    }
}
