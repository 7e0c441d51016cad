//! The CRLs of a CA that is taken over: what they revoke, and how far their numbers have come.

use std::collections::{BTreeMap, HashSet};

use super::plan::Planner;
use crate::base::{
    AuthorityId, CertificateId, CrlNumber, ImportKind, ImportOutcome, Report, Revocation,
    RevocationReason, Serial, Timestamp, shown,
};
use crate::store::revocation::{self, ForeignCrl, RevocationRecord};
use crate::store::{Rows, certificate};
use crate::x509::CertificateList;

/// With the number of the last list, and what lists revoke that is not revoked here. A list is taken
/// with the folder of its CA, or by itself where the authority that signed it is here.
pub(super) fn plan(planner: &mut Planner<'_>, own: Option<AuthorityId>) -> Result<(), Report> {
    let own = own.filter(|_| planner.found.index.is_some());
    let mut seen: BTreeMap<AuthorityId, Seen> = BTreeMap::new();
    for (der, from) in &planner.found.crls {
        let list = match CertificateList::from_der(der.clone()) {
            Ok(list) => list,
            Err(error) => {
                tell(planner, from, (ImportOutcome::NotTaken, error.to_string()));
                continue;
            }
        };
        match planner.signer_of(&list, own) {
            Some(signer) => {
                read(planner, signer, &list, from)?;
                let number = list.number().cloned().unwrap_or_default();
                let seen = seen.entry(signer).or_default();
                seen.floor = number.max(seen.floor.clone());
                let list = ForeignCrl {
                    this_update: list.this_update(),
                    next_update: list.next_update(),
                };
                let newest = seen.newest.into_iter().chain([list]);
                seen.newest = newest.max_by_key(|list| list.this_update);
            }
            None => {
                let why = match own {
                    Some(_) => {
                        "it is not a full CRL that the CA of this folder has signed".to_owned()
                    }
                    None if planner.above.named(list.issuer()).is_empty() => format!(
                        "it is not by an authority here but by {}: import its certificate first",
                        list.issuer()
                    ),
                    None => "it is not a full CRL that an authority here has signed".to_owned(),
                };
                tell(planner, from, (ImportOutcome::NotTaken, why));
            }
        }
    }
    if let (Some(own), Some(next)) = (own, &planner.found.next_crl) {
        match before(next) {
            Some(last) => {
                let seen = seen.entry(own).or_default();
                seen.floor = last.max(seen.floor.clone());
            }
            None => {
                let why = format!("its number is beyond the 20 octets of RFC 5280, 5.2.3: {next}");
                tell(planner, "crlnumber", (ImportOutcome::NotTaken, why));
            }
        }
    }
    for (signer, Seen { floor, newest }) in seen {
        let here = revocation::crl(planner.store, signer)?;
        if floor > here.spent {
            let into = format!("the next CRL has a number above {floor}");
            tell(planner, "crlnumber", (ImportOutcome::Taken, into));
        }
        let then = here.clone().above(floor).seen(newest);
        if then != here {
            planner.steps.lists.push((signer, here, then));
        }
    }
    Ok(())
}

/// What was found of the lists of one authority.
#[derive(Default)]
struct Seen {
    /// The highest number.
    floor: CrlNumber,
    newest: Option<ForeignCrl>,
}

/// What it revokes that nothing else did.
fn read(
    planner: &mut Planner<'_>,
    signer: AuthorityId,
    list: &CertificateList,
    from: &str,
) -> Result<(), Report> {
    let planned = planner.steps.revocations.iter();
    let planned: HashSet<Serial> = planned
        .filter(|(issuer, ..)| *issuer == signer)
        .map(|(_, serial, _)| serial.clone())
        .collect();
    let (mut more, mut stopped) = (0, Vec::new());
    for entry in list.entries() {
        let known = planned.contains(&entry.serial)
            || revocation::get(planner.store, signer, &entry.serial)?.is_some();
        if known {
            continue;
        }
        let key = (signer, entry.serial.clone());
        let holder = match planner.serials.get(&key).copied() {
            Some(id) => Some(id),
            None => planner.store.holder_of_serial(signer, &entry.serial)?,
        };
        let not_after = match holder {
            Some(id) => planner.end_of(id)?,
            None => None,
        };
        let mut reasons = RevocationReason::ALL.into_iter();
        let reason = reasons.rfind(|reason| reason.code() == entry.reason);
        let record = RevocationRecord {
            revocation: Revocation {
                reason: reason.unwrap_or_default(),
                at: entry.at,
                invalid_since: entry.invalid_since,
            },
            certificate: holder,
            not_after,
            decided: planner.now,
            imported: true,
        };
        stopped.extend(planner.stopped_by(signer, &entry.serial, record.revocation.reason));
        planner.revoke(signer, entry.serial, record)?;
        more += 1;
    }
    let elsewhere = match planner.found.index {
        Some(_) => "the index does not have",
        None => "are not here yet",
    };
    let (outcome, into) = match more {
        0 => (
            ImportOutcome::AlreadyHere,
            "it revokes nothing that is not revoked already".to_owned(),
        ),
        1 => (
            ImportOutcome::Taken,
            format!("1 revocation that {}", elsewhere.replace("are", "is")),
        ),
        more => (
            ImportOutcome::Taken,
            format!("{more} revocations that {elsewhere}"),
        ),
    };
    planner
        .steps
        .push_row(ImportKind::Crl, (from, from), (outcome, into), stopped);
    Ok(())
}

fn tell(planner: &mut Planner<'_>, from: &str, row: (ImportOutcome, String)) {
    planner
        .steps
        .push_row(ImportKind::Crl, (from, from), row, Vec::new());
}

/// The number before this one; `None` where it is too large for a CRL.
fn before(next: &Serial) -> Option<CrlNumber> {
    let mut last = next.as_bytes().to_vec();
    for octet in last.iter_mut().rev() {
        *octet = octet.wrapping_sub(1);
        if *octet != u8::MAX {
            break;
        }
    }
    let last = match next.as_bytes() {
        [] => CrlNumber::default(),
        _ => CrlNumber::from_bytes(&last),
    };
    last.next().map(|_| last)
}

impl Planner<'_> {
    /// What is to be said where the serial is that of an authority here.
    fn stopped_by(
        &self,
        signer: AuthorityId,
        serial: &Serial,
        reason: RevocationReason,
    ) -> Option<String> {
        let known = self.known.authorities.iter();
        let mut below = known.filter_map(|known| self.record_of_authority(known.id));
        let own = below.find(|record| {
            let own = record.installed.as_ref();
            record.parent == Some(signer) && own.is_some_and(|own| own.serial == *serial)
        })?;
        let how = match reason.is_hold() {
            true => "on hold",
            false => "revoked",
        };
        Some(format!(
            "{} issues nothing from now on, nor does any below it: it is {how}",
            shown(&own.name)
        ))
    }

    /// The authority whose list it is: of a folder its own CA alone.
    fn signer_of(&self, list: &CertificateList, own: Option<AuthorityId>) -> Option<AuthorityId> {
        let mut candidates = self.above.named(list.issuer()).iter();
        let signer = candidates.find(|candidate| {
            let certificate = &candidate.certificate;
            own.is_none_or(|own| candidate.id == own)
                && list
                    .verify(certificate.subject(), certificate.public_key())
                    .is_ok()
        });
        signer.map(|signer| signer.id)
    }

    pub(super) fn end_of(&self, id: CertificateId) -> Result<Option<Timestamp>, Report> {
        let planned = self.planned.get(&id);
        let planned = planned.and_then(|at| self.steps.certificates.get(*at));
        match planned {
            Some(planned) => Ok(Some(planned.record.not_after)),
            None => Ok(certificate::get(self.store, id)?.map(|record| record.not_after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_number_is_one_below_the_next() {
        let last = |next: &str| before(&next.parse().unwrap()).map(|last| last.to_string());
        assert_eq!(last("1000").as_deref(), Some("4095"));
        assert_eq!(last("0100").as_deref(), Some("255"));
        assert_eq!(last("01").as_deref(), Some("0"));
        assert_eq!(last("00").as_deref(), Some("0"));
        assert_eq!(last(&"f".repeat(42)), None);
    }
}
