//! Authorities: one small row each, certificate and waiting request apart from it.

use serde::{Deserialize, Serialize};

use super::change::Put;
use super::error::StoreError;
use super::read::{Rows, Snapshot};
use super::tables::{AUTHORITIES, AUTHORITY_DER, AUTHORITY_REQUESTS};
use crate::api::Area;
use crate::base::{
    AuthorityId, CertificateId, Fingerprint, Grant, KeyId, KeyType, Publication, Serial, Timestamp,
};
use crate::x509::Constraints;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AuthorityRecord {
    pub(crate) name: String,
    /// Safe to show.
    pub(crate) subject: String,
    /// Where the parent is here too.
    pub(crate) parent: Option<AuthorityId>,
    /// `None` where its key is elsewhere.
    pub(crate) key: Option<KeyId>,
    /// `None` where it is of a kind that we do not make.
    pub(crate) key_type: Option<KeyType>,
    /// Why its key was not taken into the vault, where somebody brought it.
    #[serde(default)]
    pub(crate) keyless_because: Option<String>,
    pub(crate) created: Timestamp,
    /// `None` keeps the key attended.
    pub(crate) grant: Option<Grant>,
    /// `None` until the certificate made elsewhere is installed.
    pub(crate) installed: Option<Installed>,
    /// What it writes into the certificates it issues.
    #[serde(default)]
    pub(crate) publication: Publication,
}

/// What its certificate says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Installed {
    pub(crate) certificate: CertificateId,
    pub(crate) is_root: bool,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) path_len: Option<u8>,
    pub(crate) constraints: Option<Constraints>,
    pub(crate) serial: Serial,
    pub(crate) fingerprint: Fingerprint,
    /// Authorities above it that live elsewhere, nearest first, DER in hexadecimal.
    pub(crate) upstream: Vec<String>,
}

pub(crate) fn put(id: AuthorityId, record: &AuthorityRecord) -> [Put; 2] {
    [
        Put::row(Area::Authority, AUTHORITIES, id.to_raw(), record),
        Put::name(Area::Authority, unique(&record.name), id.to_raw()),
    ]
}

pub(crate) fn put_der(id: AuthorityId, der: Vec<u8>) -> Put {
    Put::bytes(Area::Authority, AUTHORITY_DER, id.to_raw(), der)
}

pub(crate) fn put_request(id: AuthorityId, der: Vec<u8>) -> Put {
    Put::bytes(Area::Authority, AUTHORITY_REQUESTS, id.to_raw(), der)
}

pub(crate) fn request_gone(id: AuthorityId) -> Put {
    Put::gone(Area::Authority, AUTHORITY_REQUESTS, id.to_raw())
}

pub(crate) fn get(
    rows: &impl Rows,
    id: AuthorityId,
) -> Result<Option<AuthorityRecord>, StoreError> {
    rows.row(AUTHORITIES, id.to_raw())
}

/// The row as it is stored: the same bytes, the same authority.
pub(crate) fn row_bytes(rows: &impl Rows, id: AuthorityId) -> Result<Option<Vec<u8>>, StoreError> {
    rows.bytes(AUTHORITIES, id.to_raw())
}

pub(crate) fn der(rows: &impl Rows, id: AuthorityId) -> Result<Option<Vec<u8>>, StoreError> {
    rows.bytes(AUTHORITY_DER, id.to_raw())
}

pub(crate) fn request_der(
    rows: &impl Rows,
    id: AuthorityId,
) -> Result<Option<Vec<u8>>, StoreError> {
    rows.bytes(AUTHORITY_REQUESTS, id.to_raw())
}

pub(crate) fn holder_of(rows: &impl Rows, name: &str) -> Result<Option<AuthorityId>, StoreError> {
    Ok(rows.named(&unique(name))?.map(AuthorityId::from_raw))
}

impl Snapshot {
    pub(crate) fn authorities(&self) -> Result<Vec<(AuthorityId, AuthorityRecord)>, StoreError> {
        let rows = self.rows(AUTHORITIES)?.into_iter();
        Ok(rows
            .map(|(id, record)| (AuthorityId::from_raw(id), record))
            .collect())
    }
}

fn unique(name: &str) -> String {
    format!("authority/{name}")
}
