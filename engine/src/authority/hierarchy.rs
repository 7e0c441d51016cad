//! Who stands above whom, and what that means for how long a certificate is good.

use super::name_of;
use crate::base::{AuthorityId, Report, Revocation, Serial, Timestamp, unhex};
use crate::store::authority::{self, AuthorityRecord, Installed};
use crate::store::{Snapshot, StoreError, revocation};
use crate::x509::Certificate;

/// The authority and all above it that are here, nearest first, the root last.
pub(crate) fn chain_from(
    store: &Snapshot,
    id: AuthorityId,
) -> Result<Vec<(AuthorityId, AuthorityRecord)>, StoreError> {
    let mut chain: Vec<(AuthorityId, AuthorityRecord)> = Vec::new();
    let mut next = Some(id);
    while let Some(id) = next {
        let seen = chain.iter().any(|(known, _)| *known == id);
        let Some(record) = authority::get(store, id)?.filter(|_| !seen) else {
            break;
        };
        next = record.parent;
        chain.push((id, record));
    }
    Ok(chain)
}

/// The nearest one, itself included, whose certificate is revoked or on hold, and how.
pub(crate) fn revoked_above(
    store: &Snapshot,
    id: AuthorityId,
) -> Result<Option<(String, Revocation)>, StoreError> {
    for step in path_of(store, id)? {
        if let Some(found) = revocation::get(store, step.issuer, &step.serial)? {
            return Ok(Some((step.name, found.revocation)));
        }
    }
    Ok(None)
}

/// A certificate on the way up to the root, whose issuer is here.
pub(crate) struct Step {
    pub(crate) issuer: AuthorityId,
    pub(crate) serial: Serial,
    pub(crate) name: String,
}

/// The certificate of an authority and those above it, nearest first, as far as who issued them is
/// here: that one may be, where one between them is not.
pub(crate) fn path_of(store: &Snapshot, id: AuthorityId) -> Result<Vec<Step>, StoreError> {
    let mut path = Vec::new();
    for (_, record) in chain_from(store, id)? {
        match (record.parent, record.installed) {
            (Some(issuer), Some(installed)) => path.push(Step {
                issuer,
                serial: installed.serial,
                name: record.name,
            }),
            (None, Some(installed)) if !installed.upstream.is_empty() => {
                path.extend(upstream(store, record.name, &installed)?);
            }
            _ => (),
        }
    }
    Ok(path)
}

fn upstream(
    store: &Snapshot,
    mut name: String,
    installed: &Installed,
) -> Result<Vec<Step>, StoreError> {
    let here = store.authorities()?;
    let holder = |fingerprint| {
        let mut here = here.iter();
        let same = here.find(|(_, other)| {
            let other = other.installed.as_ref();
            other.is_some_and(|other| other.fingerprint == fingerprint)
        });
        same.map(|(id, _)| *id)
    };
    let (mut serial, mut path) = (installed.serial.clone(), Vec::new());
    for der in installed.upstream.iter().filter_map(|hex| unhex(hex)) {
        let Ok(above) = Certificate::from_der(der) else {
            break;
        };
        if let Some(issuer) = holder(above.fingerprint()) {
            path.push(Step {
                issuer,
                serial,
                name,
            });
        }
        serial = above.serial().clone();
        name = name_of(above.subject(), &[]);
    }
    Ok(path)
}

/// The certificates above a certificate of `issuer`, its own first, the root last, DER.
pub(crate) fn certificates_from(
    store: &Snapshot,
    issuer: AuthorityId,
) -> Result<Vec<Vec<u8>>, Report> {
    let mut found = Vec::new();
    for (id, record) in chain_from(store, issuer)? {
        found.extend(authority::der(store, id)?);
        let upstream = record.installed.map(|installed| installed.upstream);
        let upstream = upstream.unwrap_or_default();
        found.extend(upstream.iter().filter_map(|hex| unhex(hex)));
    }
    Ok(found)
}

/// Without the root, which a server does not send.
pub(crate) fn without_root(chain: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Report> {
    let mut kept = Vec::new();
    for der in chain {
        if !Certificate::read(der)?.is_self_issued() {
            kept.push(der.clone());
        }
    }
    Ok(kept)
}

/// The soonest end among these certificates and `own`.
pub(crate) fn effective_end(own: Timestamp, chain: &[Vec<u8>]) -> Result<Timestamp, Report> {
    chain.iter().try_fold(own, |soonest, der| {
        Ok(soonest.min(Certificate::read(der)?.not_after()))
    })
}
