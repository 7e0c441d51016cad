//! The CRLs of a CA that is taken over: what they revoke, and how far their numbers have come.

use std::collections::HashSet;

use super::plan::Planner;
use crate::base::{
    AuthorityId, CrlNumber, ImportKind, ImportOutcome, Report, Revocation, RevocationReason, Serial,
};
use crate::store::Rows;
use crate::store::revocation::{self, RevocationRecord};
use crate::x509::{Certificate, CertificateList};

/// With the number of the last list, and what lists revoke that the index does not.
pub(super) fn plan(planner: &mut Planner<'_>, own: Option<AuthorityId>) -> Result<(), Report> {
    let own = own.filter(|_| planner.found.index.is_some());
    let mut floor = CrlNumber::default();
    for (der, from) in &planner.found.crls {
        match own.and_then(|own| planner.certificate_of(own)) {
            Some(issuer) => floor = floor.max(read(planner, (own, &issuer), der, from)?),
            _ => {
                let why = "a CRL is taken over only together with the folder of its CA";
                tell(planner, from, (ImportOutcome::NotTaken, why.to_owned()));
            }
        }
    }
    let Some(own) = own else {
        return Ok(());
    };
    if let Some(next) = &planner.found.next_crl {
        match before(next) {
            Some(last) => floor = floor.max(last),
            None => {
                let why = format!("its number is beyond the 20 octets of RFC 5280, 5.2.3: {next}");
                tell(planner, "crlnumber", (ImportOutcome::NotTaken, why));
            }
        }
    }
    let here = revocation::crl(planner.store, own)?;
    if floor > here.spent {
        let into = format!("the next CRL has a number above {floor}");
        tell(planner, "crlnumber", (ImportOutcome::Taken, into));
        planner.steps.lists.push((own, here.above(floor)));
    }
    Ok(())
}

/// The number of the list, where it is one of this CA.
fn read(
    planner: &mut Planner<'_>,
    (own, issuer): (Option<AuthorityId>, &Certificate),
    der: &[u8],
    from: &str,
) -> Result<CrlNumber, Report> {
    let list = match CertificateList::from_der(der.to_vec()) {
        Ok(list) => list,
        Err(error) => {
            tell(planner, from, (ImportOutcome::NotTaken, error.to_string()));
            return Ok(CrlNumber::default());
        }
    };
    let verified = list.verify(issuer.subject(), issuer.public_key());
    let (Some(own), Ok(())) = (own, verified) else {
        let why = "it is not a full CRL that the CA of this folder has signed".to_owned();
        tell(planner, from, (ImportOutcome::NotTaken, why));
        return Ok(CrlNumber::default());
    };
    let planned = planner.steps.revocations.iter();
    let planned: HashSet<Serial> = planned.map(|(_, serial, _)| serial.clone()).collect();
    let mut more = 0;
    for entry in list.entries() {
        let known = planned.contains(&entry.serial)
            || revocation::get(planner.store, own, &entry.serial)?.is_some();
        if known {
            continue;
        }
        let planned = planner.serials.get(&(own, entry.serial.clone())).copied();
        let holder = match planned {
            Some(id) => Some(id),
            None => planner.store.holder_of_serial(own, &entry.serial)?,
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
            not_after: holder.and_then(|id| planner.end_of(id)),
            decided: planner.now,
            imported: true,
        };
        planner.revoke(own, entry.serial, record)?;
        more += 1;
    }
    let into = match more {
        0 => "it revokes nothing that the index does not".to_owned(),
        more => format!("{more} revocations that the index does not have"),
    };
    let outcome = match more {
        0 => ImportOutcome::AlreadyHere,
        _ => ImportOutcome::Taken,
    };
    tell(planner, from, (outcome, into));
    Ok(list.number().cloned().unwrap_or_default())
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
    fn certificate_of(&self, id: AuthorityId) -> Option<Certificate> {
        let issuing = self.above.get(id);
        issuing.map(|issuing| issuing.certificate.clone())
    }

    fn end_of(&self, id: crate::base::CertificateId) -> Option<crate::base::Timestamp> {
        let at = self.planned.get(&id)?;
        Some(self.steps.certificates.get(*at)?.record.not_after)
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
