//! Keys by reference; what they hide is in the vault.

use serde::{Deserialize, Serialize};

use super::change::Put;
use super::error::StoreError;
use super::read::{Rows, Snapshot};
use super::tables::KEYS;
use crate::api::{Area, KeyUse};
use crate::base::{Fingerprint, KeyId, KeyType, Timestamp};

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

pub(crate) fn put(id: KeyId, record: &KeyRecord) -> [Put; 2] {
    [
        Put::row(Area::Key, KEYS, id.to_raw(), record),
        Put::name(Area::Key, unique(&record.name), id.to_raw()),
    ]
}

pub(crate) fn get(rows: &impl Rows, id: KeyId) -> Result<Option<KeyRecord>, StoreError> {
    rows.row(KEYS, id.to_raw())
}

pub(crate) fn holder_of(rows: &impl Rows, name: &str) -> Result<Option<KeyId>, StoreError> {
    Ok(rows.named(&unique(name))?.map(KeyId::from_raw))
}

impl Snapshot {
    pub(crate) fn keys(&self) -> Result<Vec<(KeyId, KeyRecord)>, StoreError> {
        let rows = self.rows(KEYS)?.into_iter();
        Ok(rows
            .map(|(id, record)| (KeyId::from_raw(id), record))
            .collect())
    }
}

fn unique(name: &str) -> String {
    format!("key/{name}")
}
