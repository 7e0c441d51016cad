//! Certification requests and what became of them.

use serde::{Deserialize, Serialize};

use super::change::Put;
use super::error::StoreError;
use super::read::{Rows, Snapshot};
use super::tables::{REQUEST_DER, REQUESTS};
use crate::api::{Area, RequestState};
use crate::base::{AuthorityId, CertificateId, Identifier, ProfileName, RequestId, Timestamp};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RequestRecord {
    /// Safe to show.
    pub(crate) name: String,
    pub(crate) identifiers: Vec<Identifier>,
    pub(crate) state: RequestState,
    pub(crate) authority: AuthorityId,
    pub(crate) profile: ProfileName,
    pub(crate) key_title: String,
    pub(crate) submitted: Timestamp,
    pub(crate) submitted_by: String,
    pub(crate) decided: Option<Timestamp>,
    pub(crate) decided_by: Option<String>,
    /// Why it was rejected.
    pub(crate) reason: Option<String>,
    pub(crate) certificate: Option<CertificateId>,
}

pub(crate) fn put(id: RequestId, record: &RequestRecord) -> Put {
    Put::row(Area::Request, REQUESTS, id.to_raw(), record)
}

pub(crate) fn put_der(id: RequestId, der: Vec<u8>) -> Put {
    Put::bytes(Area::Request, REQUEST_DER, id.to_raw(), der)
}

pub(crate) fn get(rows: &impl Rows, id: RequestId) -> Result<Option<RequestRecord>, StoreError> {
    rows.row(REQUESTS, id.to_raw())
}

pub(crate) fn der(rows: &impl Rows, id: RequestId) -> Result<Option<Vec<u8>>, StoreError> {
    rows.bytes(REQUEST_DER, id.to_raw())
}

impl Snapshot {
    /// Oldest first.
    pub(crate) fn requests(&self) -> Result<Vec<(RequestId, RequestRecord)>, StoreError> {
        let rows = self.rows(REQUESTS)?.into_iter();
        Ok(rows
            .map(|(id, record)| (RequestId::from_raw(id), record))
            .collect())
    }
}
