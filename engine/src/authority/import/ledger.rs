//! An index, line by line: what is revoked, and serials whose certificate is missing.

use std::collections::HashMap;

use super::error::ImportError;
use super::index::{Index, Line, LineFault, Revoked};
use super::leaves::PROFILE;
use super::plan::Planner;
use super::source::INDEX;
use crate::base::{
    AuthorityId, CertificateId, CertificateKey, ImportKind, ImportOutcome, ProfileName, Report,
    Revocation, Serial, Timestamp, shown,
};
use crate::store::Rows;
use crate::store::certificate::{self, CertificateRecord};
use crate::store::revocation::{self, RevocationRecord};
use crate::x509::Certificate;

/// Every line of it belongs to `own`.
pub(super) fn plan(
    planner: &mut Planner<'_>,
    index: &Index,
    own: Option<AuthorityId>,
) -> Result<(), Report> {
    let own = own.ok_or_else(|| ImportError::NoAuthority(planner.found.place.clone()))?;
    let counts = lines_that_count(&index.lines);
    for line in &index.lines {
        match counts.get(&line.serial) {
            Some(other) if other.number != line.number => repeated(planner, other, line),
            _ => plan_line(planner, own, line)?,
        }
    }
    for damaged in &index.damaged {
        let from = place(damaged.number);
        let mut into = format!("the line {}", damaged.fault.words());
        if damaged.revokes {
            into += "; it revokes a serial that cannot be read, which stays valid";
        }
        let row = (ImportOutcome::NotTaken, into);
        planner
            .steps
            .push_row(ImportKind::Other, (&from, &from), row, Vec::new());
    }
    Ok(())
}

/// Of several lines for one serial the first that says that its key was lost, else the first that
/// revokes it, else the first.
fn lines_that_count(lines: &[Line]) -> HashMap<&Serial, &Line> {
    let weight = |line: &Line| match &line.revoked {
        Some(revoked) if revoked.reason.is_some_and(|it| it.is_compromise()) => 2,
        Some(_) => 1,
        None => 0,
    };
    let mut counts: HashMap<&Serial, &Line> = HashMap::new();
    for line in lines {
        let counted = counts.entry(&line.serial).or_insert(line);
        if weight(line) > weight(counted) {
            *counted = line;
        }
    }
    counts
}

fn plan_line(planner: &mut Planner<'_>, own: AuthorityId, line: &Line) -> Result<(), Report> {
    let planned = planner.serials.get(&(own, line.serial.clone())).copied();
    let holder = match planned {
        Some(id) => Some(id),
        None => planner.store.holder_of_serial(own, &line.serial)?,
    };
    let id = match holder {
        Some(id) => {
            compare(planner, id, line)?;
            id
        }
        None => missing(planner, own, line),
    };
    match &line.revoked {
        Some(revoked) => revoke(planner, (own, id), line, revoked),
        None => Ok(()),
    }
}

/// What the index says of a certificate that is there.
fn compare(planner: &mut Planner<'_>, id: CertificateId, line: &Line) -> Result<(), Report> {
    let ends = match planner.planned.get(&id) {
        Some(at) => Some(planner.steps.certificates[*at].record.not_after),
        None => certificate::get(planner.store, id)?.map(|record| record.not_after),
    };
    if let (Some(ends), Some(said)) = (ends, line.not_after)
        && ends.secs() != said.secs()
    {
        let warning = format!(
            "{} says that it ends on {said}, the certificate {ends}",
            place(line.number)
        );
        planner.steps.tell(id, |row| row.warnings.push(warning));
    }
    Ok(())
}

/// What is revoked here already stays as it is.
fn revoke(
    planner: &mut Planner<'_>,
    (own, id): (AuthorityId, CertificateId),
    line: &Line,
    revoked: &Revoked,
) -> Result<(), Report> {
    if revocation::get(planner.store, own, &line.serial)?.is_some() {
        return Ok(());
    }
    let reason = revoked.reason.unwrap_or_default();
    let at = revoked.at.unwrap_or(planner.now);
    let record = RevocationRecord {
        revocation: Revocation {
            reason,
            at,
            invalid_since: revoked.invalid_since,
        },
        certificate: Some(id),
        not_after: match line.not_after {
            Some(end) => Some(end),
            None => planner.end_of(id)?,
        },
        decided: planner.now,
        imported: true,
    };
    planner.revoke(own, line.serial.clone(), record)?;
    let from = place(line.number);
    let words = format!("revoked on {at}, {reason}");
    if !planner.steps.row_of.contains_key(&id) {
        let name = shown(&line.name()).into_owned();
        let row = (ImportOutcome::Taken, id.to_string());
        let names = (&name[..], &from[..]);
        planner
            .steps
            .push_row(ImportKind::Certificate, names, row, Vec::new());
        planner.tell_of(id);
    }
    planner.steps.tell(id, |row| {
        row.outcome = ImportOutcome::Taken;
        row.into = format!("{}; {words}", row.into);
        let unread = line.faults.iter().map(|fault| {
            let words = fault.words();
            format!("{from} {words}; as it revokes, it is taken as revoked all the same")
        });
        row.warnings.extend(unread);
        if revoked.reason.is_none() && !line.faults.contains(&LineFault::Reason) {
            let warning = format!("{from} gives the reason removeFromCRL, which no full CRL has");
            row.warnings.push(warning);
        }
    });
    Ok(())
}

impl Planner<'_> {
    /// Also bars the public key that is in other hands.
    pub(super) fn revoke(
        &mut self,
        own: AuthorityId,
        serial: Serial,
        record: RevocationRecord,
    ) -> Result<(), Report> {
        if record.revocation.reason.is_compromise()
            && let Some(id) = record.certificate
        {
            let planned = self.planned.get(&id);
            let planned = planned.and_then(|at| self.steps.certificates[*at].der.clone());
            let der = match planned {
                Some(der) => Some(der),
                None => certificate::der(self.store, id)?,
            };
            if let Some(der) = der {
                let key = Certificate::from_der(der)?.public_key().spki_fingerprint();
                let why = format!("{id} is revoked because its key is in other hands");
                self.steps.barred.push((key, why));
            }
        }
        self.steps.revocations.push((own, serial, record));
        Ok(())
    }
}

/// The serial was given away; what it was given to is not there.
fn missing(planner: &mut Planner<'_>, own: AuthorityId, line: &Line) -> CertificateId {
    let id = CertificateId::from_raw((planner.mint)());
    // An end that nobody knows has not come.
    let ends = line.not_after.unwrap_or(LATEST);
    let name = shown(&line.name()).into_owned();
    let record = CertificateRecord {
        name: name.clone(),
        identifiers: Vec::new(),
        issuer: own,
        profile: ProfileName::of_ours(PROFILE),
        serial: line.serial.clone(),
        not_before: ends,
        not_after: ends,
        key: CertificateKey::Endpoint,
        key_title: String::new(),
        request: None,
        issued: planner.now,
        fingerprint: None,
        elsewhere: None,
    };
    planner.steps.holes.push((id, record));
    let mut warnings = Vec::new();
    if line.serial.as_bytes().len() > LONGEST {
        let warning = "the serial is longer than the 20 octets that RFC 5280 allows";
        warnings.push(warning.to_owned());
    }
    let into = format!("serial {}, whose certificate is not there", line.serial);
    let row = (ImportOutcome::Taken, into);
    let from = place(line.number);
    planner
        .steps
        .push_row(ImportKind::Serial, (&name, &from), row, warnings);
    planner.tell_of(id);
    id
}

fn repeated(planner: &mut Planner<'_>, other: &Line, line: &Line) {
    let from = place(line.number);
    let into = match (&other.revoked, &line.revoked) {
        (Some(_), None) => format!(
            "line {} revokes the serial {}, so that it is revoked",
            other.number, line.serial
        ),
        _ => format!(
            "the serial {} stands in line {} as well, which counts",
            line.serial, other.number
        ),
    };
    let name = shown(&line.name()).into_owned();
    let row = (ImportOutcome::NotTaken, into);
    planner
        .steps
        .push_row(ImportKind::Serial, (&name, &from), row, Vec::new());
}

fn place(line: usize) -> String {
    format!("{INDEX}, line {line}")
}

/// 9999-12-31T23:59:59Z: no well-defined end (RFC 5280, 4.1.2.5).
const LATEST: Timestamp = Timestamp::from_secs(253_402_300_799);
/// RFC 5280, 4.1.2.2.
const LONGEST: usize = 20;
