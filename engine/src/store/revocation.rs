//! What each authority has revoked, by serial, and the newest list that says so.

use redb::{Error, ReadableTable};
use serde::{Deserialize, Serialize};

use super::change::{Op, Put};
use super::error::StoreError;
use super::read::{Rows, Snapshot};
use super::record::{decode, encode};
use super::tables::{CRL_DER, CRLS, REVOCATIONS};
use crate::api::Area;
use crate::base::{
    AuthorityId, CertificateId, CrlNumber, Fingerprint, Revocation, Serial, Timestamp,
};

/// One serial of an authority that is revoked or on hold.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct RevocationRecord {
    pub(crate) revocation: Revocation,
    /// `None` for a serial whose certificate is not here, as in another program's index.
    pub(crate) certificate: Option<CertificateId>,
    /// When the certificate ends; an entry without one stays on the list for ever.
    pub(crate) not_after: Option<Timestamp>,
    /// When it was decided here, or taken over.
    pub(crate) decided: Timestamp,
    /// Taken over from another program.
    #[serde(default)]
    pub(crate) imported: bool,
}

/// How far an authority has come with its lists.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct CrlRecord {
    /// No list with this number or a lower one is made any more. It is written before the key
    /// signs, so that a number is spent even where no list came of it.
    pub(crate) spent: CrlNumber,
    /// The list that `spent` was for, while nobody knows whether it was signed.
    pub(crate) intended: Option<IntendedCrl>,
    pub(crate) newest: Option<CrlSummary>,
    /// The last list that another program made, where one was taken over.
    #[serde(default)]
    pub(crate) taken_over: Option<ForeignCrl>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct ForeignCrl {
    pub(crate) this_update: Timestamp,
    /// `None` where it does not say.
    pub(crate) next_update: Option<Timestamp>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct IntendedCrl {
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Timestamp,
    /// SHA-256 of the complete to-be-signed bytes.
    pub(crate) tbs: Fingerprint,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct CrlSummary {
    pub(crate) number: CrlNumber,
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Timestamp,
    pub(crate) entries: u64,
    pub(crate) size: u64,
    pub(crate) fingerprint: Fingerprint,
}

impl CrlRecord {
    /// With no number up to this one ever used again: for authorities whose earlier lists another
    /// program made, and after a restore.
    pub(crate) fn above(mut self, floor: CrlNumber) -> Self {
        self.spent = self.spent.max(floor);
        self
    }

    /// Having seen this list of another program.
    pub(crate) fn seen(mut self, list: Option<ForeignCrl>) -> Self {
        let newer = |list: &ForeignCrl| {
            let known = self.taken_over.map(|known| known.this_update);
            known.is_none_or(|known| known < list.this_update)
        };
        self.taken_over = list.filter(newer).or(self.taken_over);
        self
    }
}

pub(crate) fn put(issuer: AuthorityId, serial: &Serial, record: &RevocationRecord) -> Put {
    Put {
        area: Area::Certificate,
        op: Op::Revoked(issuer, serial.clone(), Some(encode(record))),
    }
}

/// It is on hold no more.
pub(crate) fn gone(issuer: AuthorityId, serial: &Serial) -> Put {
    Put {
        area: Area::Certificate,
        op: Op::Revoked(issuer, serial.clone(), None),
    }
}

pub(crate) fn get(
    rows: &impl Rows,
    issuer: AuthorityId,
    serial: &Serial,
) -> Result<Option<RevocationRecord>, StoreError> {
    let bytes = rows.revocation(issuer, serial)?;
    bytes.map(|bytes| decode(TABLE, &bytes)).transpose()
}

pub(crate) fn put_crl(authority: AuthorityId, record: &CrlRecord) -> Put {
    Put::row(Area::Revocation, CRLS, authority.to_raw(), record)
}

pub(crate) fn put_crl_der(authority: AuthorityId, der: Vec<u8>) -> Put {
    Put::bytes(Area::Revocation, CRL_DER, authority.to_raw(), der)
}

/// As good as empty where there was none yet.
pub(crate) fn crl(rows: &impl Rows, authority: AuthorityId) -> Result<CrlRecord, StoreError> {
    Ok(rows.row(CRLS, authority.to_raw())?.unwrap_or_default())
}

pub(crate) fn crl_der(
    rows: &impl Rows,
    authority: AuthorityId,
) -> Result<Option<Vec<u8>>, StoreError> {
    rows.bytes(CRL_DER, authority.to_raw())
}

impl Snapshot {
    /// Everything that this authority has revoked, in the order of the serials, one at a time: there
    /// may be a million.
    pub(crate) fn each_revocation<E: From<StoreError>>(
        &self,
        issuer: AuthorityId,
        mut visit: impl FnMut(Serial, RevocationRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        let lost = |error: Error| E::from(StoreError::from(error));
        let table = self.transaction.open_table(REVOCATIONS);
        let table = table.map_err(|error| lost(error.into()))?;
        let from = (issuer.to_raw(), &[][..]);
        let rows = table.range(from..);
        for row in rows.map_err(|error| lost(error.into()))? {
            let (key, bytes) = row.map_err(|error| lost(error.into()))?;
            let (authority, serial) = key.value();
            if authority != issuer.to_raw() {
                break;
            }
            let serial = Serial::from_bytes(serial);
            visit(serial, decode(TABLE, bytes.value())?)?;
        }
        Ok(())
    }

    /// Of all authorities.
    pub(crate) fn revocations(
        &self,
    ) -> Result<Vec<(AuthorityId, Serial, RevocationRecord)>, StoreError> {
        let table = self.transaction.open_table(REVOCATIONS);
        let table = table.map_err(Error::from)?;
        let mut found = Vec::new();
        for row in table.iter().map_err(Error::from)? {
            let (key, bytes) = row.map_err(Error::from)?;
            let (authority, serial) = key.value();
            found.push((
                AuthorityId::from_raw(authority),
                Serial::from_bytes(serial),
                decode(TABLE, bytes.value())?,
            ));
        }
        Ok(found)
    }
}

const TABLE: &str = "revocations";
