//! Completing an authority with a certificate that another installation made.

use super::error::AuthorityError;
use crate::base::{AuthorityId, Fingerprint, Report, Timestamp, hex};
use crate::store::authority::{AuthorityRecord, Installed};
use crate::x509::{
    Certificate, CertificationRequest, ChainError, PublicKey, verify_authority, verify_root,
};

/// What was checked and is to be written.
pub(crate) struct Installation {
    pub(crate) record: AuthorityRecord,
    pub(crate) certificate: Certificate,
    /// Those above it, nearest first, DER.
    pub(crate) above: Vec<Vec<u8>>,
}

/// Key, chain and path length are checked before anything is believed (rule 24). `known` is who
/// stands above where that authority is here too.
pub(crate) fn install(
    mut record: AuthorityRecord,
    request_der: &[u8],
    given: &[u8],
    known: impl Fn(&Certificate) -> Option<AuthorityId>,
    (certificate_id, now): (crate::base::CertificateId, Timestamp),
) -> Result<Installation, Report> {
    let all = Certificate::read_all(given)?;
    let request = CertificationRequest::read(request_der)?;
    let (own, above) = split(&record, all, request.key())?;
    check_chain(&own, &above, now)?;
    record.parent = above.first().and_then(&known);
    record.subject = own.subject().to_string();
    let upstream = match record.parent {
        Some(_) => Vec::new(),
        None => above
            .iter()
            .map(|certificate| hex(certificate.der()))
            .collect(),
    };
    record.installed = Some(Installed {
        certificate: certificate_id,
        is_root: false,
        not_before: own.not_before(),
        not_after: own.not_after(),
        path_len: room_below(&own, &above)?,
        constraints: own.constraints()?,
        serial: own.serial().clone(),
        fingerprint: Fingerprint::of(own.der()),
        upstream,
    });
    let above = above.iter().map(|certificate| certificate.der().to_vec());
    Ok(Installation {
        record,
        certificate: own,
        above: above.collect(),
    })
}

/// Each is checked against the next; the last one must be a root.
fn check_chain(
    own: &Certificate,
    above: &[Certificate],
    now: Timestamp,
) -> Result<(), AuthorityError> {
    let wrong = |error: ChainError| AuthorityError::WrongChain(Box::new(Report::from(error)));
    let mut below = own;
    for issuer in above {
        verify_authority(below, issuer, now).map_err(wrong)?;
        below = issuer;
    }
    match below.is_self_issued() {
        true => verify_root(below, now).map_err(wrong),
        false => Err(AuthorityError::NoRoot),
    }
}

/// How many authorities may follow below, as all above it allow (RFC 5280, 6.1.4): the one above
/// counts this one, the next one counts two, and so on; self-issued certificates do not count.
fn room_below(own: &Certificate, above: &[Certificate]) -> Result<Option<u8>, AuthorityError> {
    let (mut room, mut between) = (own.path_len(), 1u8);
    for authority in above {
        if let Some(allowed) = authority.path_len() {
            let left = allowed.checked_sub(between).ok_or(AuthorityError::NoRoom)?;
            room = Some(room.map_or(left, |room| room.min(left)));
        }
        if !authority.is_self_issued() {
            between = between.saturating_add(1);
        }
    }
    Ok(room)
}

fn split(
    record: &AuthorityRecord,
    mut all: Vec<Certificate>,
    key: &PublicKey,
) -> Result<(Certificate, Vec<Certificate>), AuthorityError> {
    let own = all
        .iter()
        .position(|certificate| certificate.public_key() == key);
    match own {
        Some(place) => {
            let own = all.remove(place);
            Ok((own, all))
        }
        None => Err(AuthorityError::OtherKey {
            name: record.name.clone(),
        }),
    }
}
