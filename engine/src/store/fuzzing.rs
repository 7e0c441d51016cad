//! Doors for `tests/fuzz`: rows as they could lie in a store that somebody else wrote to.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::acme::{AccountRecord, BudgetRecord, OrderRecord, OriginRecord, SignalRecord};
use super::audit::{Entry, StoredEntry, VerificationRecord, split};
use super::authority::AuthorityRecord;
use super::certificate::CertificateRecord;
use super::dns::ProviderRecord;
use super::job::JobRecord;
use super::key::{KeyRecord, UseRecord};
use super::profile::ProfileRecord;
use super::record::{decode, encode};
use super::request::RequestRecord;
use super::revocation::{CrlRecord, RevocationRecord};
use super::schedule::BackupRecord;
use super::vault::SeenRecord;
use crate::api::Duty;
use crate::base::Exchange;

/// A row, as a record of each kind.
pub fn row(bytes: &[u8]) {
    record::<AccountRecord>(bytes);
    record::<AuthorityRecord>(bytes);
    record::<CertificateRecord>(bytes);
    record::<JobRecord>(bytes);
    record::<KeyRecord>(bytes);
    record::<BackupRecord>(bytes);
    record::<BudgetRecord>(bytes);
    record::<OrderRecord>(bytes);
    record::<OriginRecord>(bytes);
    record::<ProfileRecord>(bytes);
    record::<ProviderRecord>(bytes);
    record::<RequestRecord>(bytes);
    record::<CrlRecord>(bytes);
    record::<RevocationRecord>(bytes);
    record::<SeenRecord>(bytes);
    record::<SignalRecord>(bytes);
    record::<UseRecord>(bytes);
    record::<VerificationRecord>(bytes);
    record::<Duty>(bytes);
    record::<Entry>(bytes);
    record::<Vec<Exchange>>(bytes);
}

/// What was read is written in one way only, and reads back.
fn record<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
    let Ok(read) = decode::<T>("fuzzed", bytes) else {
        return;
    };
    let written = encode(&read);
    let again = decode::<T>("fuzzed", &written).unwrap();
    assert_eq!(encode(&again), written);
}

/// A row of the audit, as it is shown.
pub fn audit_row(bytes: &[u8]) {
    let Some((link, body)) = split(bytes) else {
        return;
    };
    let Ok(body) = String::from_utf8(body.to_vec()) else {
        return;
    };
    let entry = StoredEntry {
        sequence: 1,
        link,
        body,
    };
    entry.row().ok();
}
