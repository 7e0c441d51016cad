//! Certificates: small inventory rows apart from the DER, and the intents to sign.

use serde::{Deserialize, Serialize};

use super::change::{Op, Put};
use super::error::StoreError;
use super::read::{Rows, Snapshot};
use super::tables::{CERTIFICATE_CHAINS, CERTIFICATE_DER, CERTIFICATES, INTENT_TBS, INTENTS};
use crate::api::{Area, CertificateKey};
use crate::base::{
    AuthorityId, CertificateId, Fingerprint, Identifier, ProfileName, RequestId, Serial, Timestamp,
    hex, unhex,
};
use crate::x509::{key_fingerprint, tbs_key_fingerprint};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CertificateRecord {
    /// Safe to show.
    pub(crate) name: String,
    pub(crate) identifiers: Vec<Identifier>,
    pub(crate) issuer: AuthorityId,
    pub(crate) profile: ProfileName,
    pub(crate) serial: Serial,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) key: CertificateKey,
    pub(crate) key_title: String,
    pub(crate) request: Option<RequestId>,
    pub(crate) issued: Timestamp,
    /// `None` while it is only an intent.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// Who issued it, safe to show, where that is nobody here and `issuer` is [`ELSEWHERE`].
    #[serde(default)]
    pub(crate) elsewhere: Option<String>,
}

impl CertificateRecord {
    pub(crate) fn is_issued_here(&self) -> bool {
        self.issuer != ELSEWHERE
    }
}

/// No authority has this id: it stands for an issuer that is not here.
pub(crate) const ELSEWHERE: AuthorityId = AuthorityId::from_raw(0);

/// What is about to be signed, durable before the key is used (boulder's order of things).
pub(crate) fn put_intent(id: CertificateId, record: &CertificateRecord, tbs: Vec<u8>) -> [Put; 3] {
    [
        Put::row(Area::System, INTENTS, id.to_raw(), record),
        Put::bytes(Area::System, INTENT_TBS, id.to_raw(), tbs),
        put_serial(id, record),
    ]
}

/// The certificate in place of the intent.
pub(crate) fn put_signed(id: CertificateId, record: &CertificateRecord, der: Vec<u8>) -> [Put; 4] {
    [
        Put::row(Area::Certificate, CERTIFICATES, id.to_raw(), record),
        Put::bytes(Area::Certificate, CERTIFICATE_DER, id.to_raw(), der),
        Put::gone(Area::System, INTENTS, id.to_raw()),
        Put::gone(Area::System, INTENT_TBS, id.to_raw()),
    ]
}

/// Nothing was signed after all.
pub(crate) fn intent_gone(id: CertificateId) -> [Put; 2] {
    [
        Put::gone(Area::System, INTENTS, id.to_raw()),
        Put::gone(Area::System, INTENT_TBS, id.to_raw()),
    ]
}

/// A certificate that was signed elsewhere.
pub(crate) fn put_foreign(id: CertificateId, record: &CertificateRecord, der: Vec<u8>) -> [Put; 2] {
    [
        Put::row(Area::Certificate, CERTIFICATES, id.to_raw(), record),
        Put::bytes(Area::Certificate, CERTIFICATE_DER, id.to_raw(), der),
    ]
}

/// The certificates above one whose issuer is not here, nearest first, DER.
pub(crate) fn put_chain(id: CertificateId, above: &[Vec<u8>]) -> Put {
    let above: Vec<String> = above.iter().map(|der| hex(der)).collect();
    Put::row(Area::Certificate, CERTIFICATE_CHAINS, id.to_raw(), &above)
}

pub(crate) fn chain(rows: &impl Rows, id: CertificateId) -> Result<Vec<Vec<u8>>, StoreError> {
    let above: Option<Vec<String>> = rows.row(CERTIFICATE_CHAINS, id.to_raw())?;
    let above = above.unwrap_or_default();
    Ok(above.iter().filter_map(|der| unhex(der)).collect())
}

/// One that was made elsewhere and is taken over. Where it claims its serial, no other certificate
/// of the issuer gets that; an intent for it is closed.
pub(crate) fn put_imported(
    id: CertificateId,
    record: &CertificateRecord,
    der: Vec<u8>,
    claims: bool,
) -> Vec<Put> {
    let mut puts = Vec::from(put_signed(id, record, der));
    if claims && record.is_issued_here() {
        puts.push(put_serial(id, record));
    }
    puts
}

/// A serial that another program has given away, to a certificate that is not here.
pub(crate) fn put_without_der(id: CertificateId, record: &CertificateRecord) -> [Put; 2] {
    [
        Put::row(Area::Certificate, INTENTS, id.to_raw(), record),
        put_serial(id, record),
    ]
}

/// Something else is known of one that is here; as for [`put_imported`] it may claim its serial.
pub(crate) fn put_changed(id: CertificateId, record: &CertificateRecord, claims: bool) -> Vec<Put> {
    let row = Put::row(Area::Certificate, CERTIFICATES, id.to_raw(), record);
    let claim = (claims && record.is_issued_here()).then(|| put_serial(id, record));
    std::iter::once(row).chain(claim).collect()
}

fn put_serial(id: CertificateId, record: &CertificateRecord) -> Put {
    Put {
        area: Area::System,
        op: Op::Serial(record.issuer, record.serial.clone(), id),
    }
}

pub(crate) fn get(
    rows: &impl Rows,
    id: CertificateId,
) -> Result<Option<CertificateRecord>, StoreError> {
    rows.row(CERTIFICATES, id.to_raw())
}

pub(crate) fn der(rows: &impl Rows, id: CertificateId) -> Result<Option<Vec<u8>>, StoreError> {
    rows.bytes(CERTIFICATE_DER, id.to_raw())
}

pub(crate) fn intent(
    rows: &impl Rows,
    id: CertificateId,
) -> Result<Option<CertificateRecord>, StoreError> {
    rows.row(INTENTS, id.to_raw())
}

pub(crate) fn intent_tbs(
    rows: &impl Rows,
    id: CertificateId,
) -> Result<Option<Vec<u8>>, StoreError> {
    rows.bytes(INTENT_TBS, id.to_raw())
}

/// Whether it may have been signed without being recorded.
pub(crate) fn is_intent(rows: &impl Rows, id: CertificateId) -> Result<bool, StoreError> {
    Ok(rows.bytes(INTENTS, id.to_raw())?.is_some())
}

impl Snapshot {
    /// Oldest first.
    pub(crate) fn certificates(
        &self,
    ) -> Result<Vec<(CertificateId, CertificateRecord)>, StoreError> {
        let rows = self.rows(CERTIFICATES)?.into_iter();
        Ok(rows
            .map(|(id, record)| (CertificateId::from_raw(id), record))
            .collect())
    }

    /// What may have been signed without being recorded.
    pub(crate) fn intents(&self) -> Result<Vec<(CertificateId, CertificateRecord)>, StoreError> {
        let rows = self.rows(INTENTS)?.into_iter();
        Ok(rows
            .map(|(id, record)| (CertificateId::from_raw(id), record))
            .collect())
    }

    /// Every certificate with one of these public keys, also such as were possibly issued.
    pub(crate) fn holders_of_keys(
        &self,
        spkis: &[Fingerprint],
    ) -> Result<Vec<CertificateId>, StoreError> {
        let mut found = Vec::new();
        let mut look = |table, key: fn(&[u8]) -> Option<Fingerprint>| {
            self.each_bytes(table, |id, bytes| {
                if key(bytes).is_some_and(|key| spkis.contains(&key)) {
                    found.push(CertificateId::from_raw(id));
                }
            })
        };
        look(CERTIFICATE_DER, key_fingerprint)?;
        look(INTENT_TBS, tbs_key_fingerprint)?;
        Ok(found)
    }

    pub(crate) fn intent_count(&self) -> Result<u64, StoreError> {
        self.count(INTENTS)
    }
}
