//! Who stands above whom, and what that means for how long a certificate is good.

use crate::base::{AuthorityId, Report, Revocation, Timestamp};
use crate::store::authority::{self, AuthorityRecord};
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
    for (_, record) in chain_from(store, id)? {
        let own = record.parent.zip(record.installed.as_ref());
        let Some((parent, installed)) = own else {
            continue;
        };
        if let Some(found) = revocation::get(store, parent, &installed.serial)? {
            return Ok(Some((record.name, found.revocation)));
        }
    }
    Ok(None)
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
        found.extend(upstream.iter().filter_map(|hex| crate::base::unhex(hex)));
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
