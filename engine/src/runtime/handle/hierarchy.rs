//! The hierarchy as it is shown: every authority, one of them, and the chain above.

use super::certificate::issued_by;
use super::{Answer, Sight};
use crate::api::{
    AuthorityDetail, AuthorityId, AuthorityRow, AuthorityState, CertificateId, Custody,
    ListAuthorities, Report, ShowAuthority,
};
use crate::authority::{AuthorityError, certificates_from, effective_end, revoked_above};
use crate::store::Snapshot;
use crate::store::authority::{self as rows, AuthorityRecord};
use crate::store::certificate::{self, CertificateRecord};
use crate::x509::{Certificate, pem};

pub(super) fn known(store: &Snapshot, id: AuthorityId) -> Result<AuthorityRecord, Report> {
    let record = rows::get(store, id)?;
    record.ok_or_else(|| AuthorityError::Unknown(id).into())
}

pub(super) fn pems(certificates: &[Vec<u8>]) -> Vec<u8> {
    let pems = certificates
        .iter()
        .map(|der| pem::encode(pem::CERTIFICATE, der));
    pems.collect::<String>().into_bytes()
}

impl Answer for ListAuthorities {
    fn answer(&self, sight: &Sight<'_>) -> Result<Vec<AuthorityRow>, Report> {
        let mut all = sight.store.authorities()?;
        all.sort_by(|(_, a), (_, b)| a.name.cmp(&b.name));
        let issued = issued_by(sight)?;
        let mut found = Vec::new();
        below(None, 0, &all, &mut found);
        found
            .into_iter()
            .map(|(depth, id, record)| {
                let count = issued.get(&id).copied().unwrap_or(0);
                row(sight, (id, record), &all, (depth, count))
            })
            .collect()
    }
}

/// Parents before their children.
fn below<'a>(
    parent: Option<AuthorityId>,
    depth: u32,
    all: &'a [(AuthorityId, AuthorityRecord)],
    found: &mut Vec<(u32, AuthorityId, &'a AuthorityRecord)>,
) {
    for (id, record) in all.iter().filter(|(_, record)| record.parent == parent) {
        found.push((depth, *id, record));
        below(Some(*id), depth + 1, all, found);
    }
}

fn row(
    sight: &Sight<'_>,
    (id, record): (AuthorityId, &AuthorityRecord),
    all: &[(AuthorityId, AuthorityRecord)],
    (depth, issued): (u32, u64),
) -> Result<AuthorityRow, Report> {
    let installed = record.installed.as_ref();
    let is_root = installed.is_some_and(|installed| installed.is_root);
    let revoked = revoked_above(&sight.store, id)?;
    let state = match (installed, revoked) {
        (None, _) => AuthorityState::Requested,
        (_, Some((_, held))) if held.reason.is_hold() => AuthorityState::OnHold,
        (_, Some(_)) => AuthorityState::Revoked,
        (Some(installed), None) if installed.not_after <= sight.now => AuthorityState::Expired,
        (Some(_), None) => AuthorityState::Active,
    };
    let chain = match installed {
        Some(_) => certificates_from(&sight.store, id)?,
        None => Vec::new(),
    };
    let effective_not_after = installed
        .map(|own| effective_end(own.not_after, &chain))
        .transpose()?;
    let constraints = installed.and_then(|installed| installed.constraints.as_ref());
    Ok(AuthorityRow {
        id,
        name: record.name.clone(),
        subject: record.subject.clone(),
        parent: record.parent,
        depth,
        is_root,
        state,
        custody: match &record.grant {
            _ if record.key.is_none() => Custody::Keyless,
            Some(grant) => Custody::Unattended(grant.clone()),
            None => Custody::Attended,
        },
        key_type: record.key_type,
        key_title: match (record.key_type, chain.first()) {
            (Some(key_type), _) => key_type.title().to_owned(),
            (None, Some(own)) => Certificate::read(own)?.public_key().title(),
            (None, None) => String::new(),
        },
        not_before: installed.map(|installed| installed.not_before),
        not_after: installed.map(|installed| installed.not_after),
        effective_not_after,
        path_len: installed.and_then(|installed| installed.path_len),
        permitted: constraints.map(|constraints| constraints.permitted.clone()),
        online_root: is_root && record.key.is_some() && {
            let mut below = all.iter().filter(|(_, other)| other.parent == Some(id));
            below.any(|(_, other)| other.key.is_some())
        },
        issued,
    })
}

impl Answer for ShowAuthority {
    fn answer(&self, sight: &Sight<'_>) -> Result<AuthorityDetail, Report> {
        let (id, store) = (self.0, &sight.store);
        let record = known(store, id)?;
        let rows_of_all = ListAuthorities.answer(sight)?;
        let row = rows_of_all.into_iter().find(|row| row.id == id);
        let chain = certificates_from(store, id)?;
        let installed = record.installed.as_ref();
        let own = chain
            .get(..1)
            .filter(|_| installed.is_some())
            .unwrap_or_default();
        let text = |ders: &[Vec<u8>]| String::from_utf8_lossy(&pems(ders)).into_owned();
        let request = rows::request_der(store, id)?;
        let constraints = installed.and_then(|installed| installed.constraints.as_ref());
        Ok(AuthorityDetail {
            row: row.ok_or(AuthorityError::Unknown(id))?,
            key: record.key,
            keyless_because: record.keyless_because.clone(),
            certificate: installed.map(|installed| installed.certificate),
            serial: installed.map(|installed| installed.serial.clone()),
            fingerprint: installed.map(|installed| installed.fingerprint),
            excluded: constraints.map_or(Vec::new(), |constraints| constraints.excluded.clone()),
            created: record.created,
            publication: record.publication.clone(),
            certificate_pem: text(own),
            chain_pem: if own.is_empty() {
                String::new()
            } else {
                text(&chain)
            },
            request_pem: request.map(|der| pem::encode(pem::CERTIFICATE_REQUEST, &der)),
        })
    }
}

/// The certificates above one in the inventory, nearest first: those of the authorities here, or,
/// where its issuer is elsewhere, those that came with it.
pub(super) fn above_of(
    store: &Snapshot,
    id: CertificateId,
    record: &CertificateRecord,
) -> Result<Vec<Vec<u8>>, Report> {
    match record.is_issued_here() {
        true => certificates_from(store, record.issuer),
        false => Ok(certificate::chain(store, id)?),
    }
}
