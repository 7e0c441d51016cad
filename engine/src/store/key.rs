//! Keys by reference; what they hide is in the vault.

use std::collections::BTreeMap;

use redb::{Error, ReadableTable, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::change::Put;
use super::error::StoreError;
use super::read::{Rows, Snapshot};
use super::record::{decode, encode};
use super::tables::{KEY_USES, KEYS};
use crate::api::{Area, KeyUse};
use crate::base::{Fingerprint, KeyId, KeyType, Purpose, Timestamp};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyRecord {
    pub(crate) name: String,
    pub(crate) key_type: KeyType,
    pub(crate) used_for: KeyUse,
    pub(crate) created: Timestamp,
    pub(crate) fingerprint: Fingerprint,
    /// SubjectPublicKeyInfo, DER in hexadecimal: known also while the vault is locked.
    pub(crate) spki: String,
}

/// The last use of a key, noted by the writer from the receipts it consumes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UseRecord {
    pub(crate) at: Timestamp,
    /// As the audit words it.
    pub(crate) purpose: String,
    pub(crate) count: u64,
}

pub(crate) fn put(id: KeyId, record: &KeyRecord) -> [Put; 2] {
    [
        Put::row(Area::Key, KEYS, id.to_raw(), record),
        Put::name(Area::Key, unique(&record.name), id.to_raw()),
    ]
}

/// Its name is free again; the audit still names the key.
pub(crate) fn gone(id: KeyId, name: &str) -> [Put; 2] {
    [
        Put::gone(Area::Key, KEYS, id.to_raw()),
        Put::name_gone(Area::Key, unique(name)),
    ]
}

pub(crate) fn get(rows: &impl Rows, id: KeyId) -> Result<Option<KeyRecord>, StoreError> {
    rows.row(KEYS, id.to_raw())
}

pub(crate) fn holder_of(rows: &impl Rows, name: &str) -> Result<Option<KeyId>, StoreError> {
    Ok(rows.named(&unique(name))?.map(KeyId::from_raw))
}

/// How often it has been used since uses are counted, and for what.
pub(crate) fn last_use(rows: &impl Rows, id: KeyId) -> Result<Option<UseRecord>, StoreError> {
    rows.row(KEY_USES, id.to_raw())
}

impl Snapshot {
    pub(crate) fn keys(&self) -> Result<Vec<(KeyId, KeyRecord)>, StoreError> {
        let rows = self.rows(KEYS)?.into_iter();
        Ok(rows
            .map(|(id, record)| (KeyId::from_raw(id), record))
            .collect())
    }

    /// Every key that has been used since uses are counted.
    pub(crate) fn key_uses(&self) -> Result<BTreeMap<KeyId, UseRecord>, StoreError> {
        let rows = self.rows(KEY_USES)?.into_iter();
        Ok(rows.map(|(id, used)| (KeyId::from_raw(id), used)).collect())
    }
}

/// Notes uses of keys in the transaction that records them in the audit.
pub(super) fn note_uses(
    transaction: &WriteTransaction,
    at: Timestamp,
    uses: &[(KeyId, Purpose)],
) -> Result<(), Error> {
    if uses.is_empty() {
        return Ok(());
    }
    let mut table = transaction.open_table(KEY_USES)?;
    for (key, purpose) in uses {
        let before = table.get(key.to_raw())?.map(|row| row.value().to_vec());
        // A count that cannot be read begins anew: the audit has every use.
        let before = before.and_then(|row| decode::<UseRecord>("key_uses", &row).ok());
        let record = UseRecord {
            at,
            purpose: purpose.words().to_owned(),
            count: before.map_or(1, |before| before.count.saturating_add(1)),
        };
        table.insert(key.to_raw(), encode(&record).as_slice())?;
    }
    Ok(())
}

fn unique(name: &str) -> String {
    format!("key/{name}")
}
