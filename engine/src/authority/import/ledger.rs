//! An index, line by line: what is revoked, and serials whose certificate is missing.

use std::collections::HashMap;

use super::error::ImportError;
use super::index::{Index, Line, Revoked};
use super::leaves::PROFILE;
use super::plan::Planner;
use super::source::INDEX;
use crate::base::{
    AuthorityId, CertificateId, CertificateKey, ImportKind, ImportOutcome, ProfileName, Report,
    Revocation, Serial, shown,
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
    let mut seen: HashMap<&Serial, &Line> = HashMap::new();
    for line in &index.lines {
        match seen.get(&line.serial) {
            Some(earlier) => repeated(planner, earlier, line),
            None => {
                seen.insert(&line.serial, line);
                plan_line(planner, own, line)?;
            }
        }
    }
    for (number, fault) in &index.damaged {
        let from = place(*number);
        let into = format!("the line {}", fault.words());
        let row = (ImportOutcome::NotTaken, into);
        planner
            .steps
            .push_row(ImportKind::Other, (&from, &from), row, Vec::new());
    }
    Ok(())
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
    if let Some(ends) = ends.filter(|ends| ends.secs() != line.not_after.secs()) {
        let warning = format!(
            "{} says that it ends on {}, the certificate {ends}",
            place(line.number),
            line.not_after
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
    let record = RevocationRecord {
        revocation: Revocation {
            reason,
            at: revoked.at,
            invalid_since: revoked.invalid_since,
        },
        certificate: Some(id),
        not_after: Some(line.not_after),
        decided: planner.now,
        imported: true,
    };
    planner.revoke(own, line.serial.clone(), record)?;
    let from = place(line.number);
    let words = format!("revoked on {}, {reason}", revoked.at);
    if !planner.steps.row_of.contains_key(&id) {
        let name = shown(line.name()).into_owned();
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
        if revoked.reason.is_none() {
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
    let name = shown(line.name()).into_owned();
    let record = CertificateRecord {
        name: name.clone(),
        identifiers: Vec::new(),
        issuer: own,
        profile: ProfileName::of_ours(PROFILE),
        serial: line.serial.clone(),
        not_before: line.not_after,
        not_after: line.not_after,
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

fn repeated(planner: &mut Planner<'_>, earlier: &Line, line: &Line) {
    let from = place(line.number);
    let into = format!(
        "the serial {} stands in line {} already",
        line.serial, earlier.number
    );
    let name = shown(line.name()).into_owned();
    let row = (ImportOutcome::NotTaken, into);
    planner
        .steps
        .push_row(ImportKind::Serial, (&name, &from), row, Vec::new());
}

fn place(line: usize) -> String {
    format!("{INDEX}, line {line}")
}

/// RFC 5280, 4.1.2.2.
const LONGEST: usize = 20;
