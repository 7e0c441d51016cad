//! Profiles of one's own; those built in are in no store.

use serde::{Deserialize, Serialize};

use super::change::Put;
use super::error::StoreError;
use super::read::{Rows, Snapshot};
use super::tables::PROFILES;
use crate::api::Area;
use crate::base::{ProfileContent, ProfileName, Timestamp};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProfileRecord {
    pub(crate) name: ProfileName,
    /// The built-in profile that it is a copy of.
    pub(crate) base: ProfileName,
    pub(crate) content: ProfileContent,
    pub(crate) created: Timestamp,
    pub(crate) changed: Timestamp,
}

pub(crate) fn put(id: u128, record: &ProfileRecord) -> [Put; 2] {
    [
        Put::row(Area::Profile, PROFILES, id, record),
        Put::name(Area::Profile, unique(&record.name), id),
    ]
}

pub(crate) fn gone(id: u128, name: &ProfileName) -> [Put; 2] {
    [
        Put::gone(Area::Profile, PROFILES, id),
        Put::name_gone(Area::Profile, unique(name)),
    ]
}

/// Where the profile of this name is, if there is one.
pub(crate) fn holder_of(rows: &impl Rows, name: &ProfileName) -> Result<Option<u128>, StoreError> {
    rows.named(&unique(name))
}

pub(crate) fn get(rows: &impl Rows, id: u128) -> Result<Option<ProfileRecord>, StoreError> {
    rows.row(PROFILES, id)
}

/// The row as it is stored: the same bytes, the same profile.
pub(crate) fn row_bytes(rows: &impl Rows, id: u128) -> Result<Option<Vec<u8>>, StoreError> {
    rows.bytes(PROFILES, id)
}

impl Snapshot {
    pub(crate) fn profiles(&self) -> Result<Vec<ProfileRecord>, StoreError> {
        let rows = self.rows(PROFILES)?.into_iter();
        Ok(rows.map(|(_, record)| record).collect())
    }
}

fn unique(name: &ProfileName) -> String {
    format!("profile/{name}")
}
