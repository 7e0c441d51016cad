//! The other certificates among what was found: into the inventory, under whoever issued them.

use super::authorities::link_warning;
use super::plan::{KeyPlan, Planner, certificate_name};
use super::step::PlannedCertificate;
use crate::base::{
    AuthorityId, CertificateId, CertificateKey, ImportKind, ImportOutcome, KeyUse, ProfileName,
    Report,
};
use crate::store::certificate::{self, CertificateRecord, ELSEWHERE};
use crate::store::{Rows, revocation};
use crate::vault::Class;
use crate::x509::{Certificate, PublicKey};

pub(super) fn plan(planner: &mut Planner<'_>) -> Result<(), Report> {
    for found in &planner.found.certificates {
        let certificate = &found.certificate;
        let fingerprint = certificate.fingerprint();
        let is_authority = planner.known.authority_of(fingerprint).is_some()
            || planner.is_planned(certificate)
            || planner.was_told(certificate, &found.from);
        if is_authority {
            continue;
        }
        if let Some(id) = planner.known.certificates.get(&fingerprint).copied() {
            let row = match give_key(planner, id, certificate)? {
                true => (
                    ImportOutcome::Taken,
                    format!("{id}; its key is in the vault"),
                ),
                false => (ImportOutcome::AlreadyHere, id.to_string()),
            };
            let name = certificate_name(certificate);
            let names = (&name[..], &found.from[..]);
            planner
                .steps
                .push_row(ImportKind::Certificate, names, row, Vec::new());
            planner.tell_of(id);
            continue;
        }
        plan_one(planner, certificate, &found.from)?;
    }
    Ok(())
}

fn plan_one(
    planner: &mut Planner<'_>,
    certificate: &Certificate,
    from: &str,
) -> Result<(), Report> {
    let above = planner.above.issuer_of(certificate);
    let above = above.map(|(issuing, link)| (issuing.id, issuing.name.clone(), link));
    let mut warnings = Vec::new();
    let (issuer, place) = match above {
        Some((id, name, link)) => {
            warnings.extend(link_warning(link));
            (id, format!("certificate of {name}"))
        }
        None => {
            let issuer = certificate.issuer();
            (
                ELSEWHERE,
                format!("certificate of a CA that is not here: {issuer}"),
            )
        }
    };
    let (id, serial_taken) = planner.place_of(issuer, certificate)?;
    if serial_taken {
        warnings.push(format!(
            "the CA has given its serial {} to another certificate as well",
            certificate.serial()
        ));
    }
    let wish = (Class::Everyday, key_name(certificate, id), KeyUse::Leaf);
    let key = match PublicKey::accept(certificate.public_key().spki_der()) {
        Ok(_) => planner.claim(certificate, wish),
        Err(_) => {
            planner.pass_over(certificate);
            KeyPlan::None
        }
    };
    let into = match key {
        KeyPlan::None => place,
        _ if planner.is_held(&key) => format!("{place}; its key is in the vault"),
        _ => format!("{place}, with its key"),
    };
    let record = planner.record_of(certificate, issuer, PROFILE);
    let record = CertificateRecord {
        key: match key {
            KeyPlan::Here(id) => CertificateKey::Vault(id),
            _ => CertificateKey::Endpoint,
        },
        ..record
    };
    planner.steps.certificates.push(PlannedCertificate {
        id,
        record,
        der: Some(certificate.der().to_vec()),
        key: key.to_take(),
        claims: !serial_taken,
    });
    planner.note_serial(issuer, certificate, id);
    planner.bar_if_lost(issuer, certificate)?;
    let name = certificate_name(certificate);
    let row = (ImportOutcome::Taken, into);
    planner
        .steps
        .push_row(ImportKind::Certificate, (&name, from), row, warnings);
    planner.tell_of(id);
    Ok(())
}

/// Whether the vault holds the key of this certificate, which is here without it; then it is
/// planned. A key that was found is seen to later.
fn give_key(
    planner: &mut Planner<'_>,
    id: CertificateId,
    certificate: &Certificate,
) -> Result<bool, Report> {
    let record = certificate::get(planner.store, id)?;
    let lacks = record.is_some_and(|record| record.key == CertificateKey::Endpoint);
    if !lacks || planner.key_for(certificate).is_some() {
        return Ok(false);
    }
    let wish = (Class::Everyday, key_name(certificate, id), KeyUse::Leaf);
    let key = planner.claim(certificate, wish);
    match planner.is_held(&key) {
        true => planner.attach(id, &key).map(|()| true),
        false => Ok(false),
    }
}

/// The end of the id tells keys of the same name apart.
fn key_name(certificate: &Certificate, id: CertificateId) -> String {
    let id = id.to_string();
    format!("{} {}", certificate_name(certificate), &id[id.len() - 8..])
}

/// Whether a found key is that of a certificate here that lacks it; then it is planned.
pub(super) fn complete(planner: &mut Planner<'_>, at: usize) -> Result<bool, Report> {
    let found = &planner.found.keys[at];
    let lacking: Vec<(CertificateId, CertificateRecord)> = planner.store.certificates()?;
    for (id, record) in lacking {
        if record.key != CertificateKey::Endpoint {
            continue;
        }
        let Some(der) = certificate::der(planner.store, id)? else {
            continue;
        };
        let certificate = Certificate::from_der(der)?;
        if certificate.public_key().spki_der() != found.key.public_key() {
            continue;
        }
        let names = (record.name.clone(), found.from.clone());
        let wish = (Class::Everyday, key_name(&certificate, id), KeyUse::Leaf);
        let key = planner.claim(&certificate, wish);
        let into = format!("the key of {id}");
        planner.attach(id, &key)?;
        let row = (ImportOutcome::Taken, into);
        planner.steps.push_row(
            ImportKind::PrivateKey,
            (&names.0, &names.1),
            row,
            Vec::new(),
        );
        return Ok(true);
    }
    Ok(false)
}

impl Planner<'_> {
    /// The record of a certificate that was made elsewhere, its key not yet known.
    pub(super) fn record_of(
        &self,
        certificate: &Certificate,
        issuer: AuthorityId,
        profile: &'static str,
    ) -> CertificateRecord {
        CertificateRecord {
            name: certificate_name(certificate),
            identifiers: certificate.identifiers().to_vec(),
            issuer,
            profile: ProfileName::of_ours(profile),
            serial: certificate.serial().clone(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            key: CertificateKey::Endpoint,
            key_title: certificate.public_key().title(),
            request: None,
            issued: self.now,
            fingerprint: Some(certificate.fingerprint()),
            elsewhere: (issuer == ELSEWHERE).then(|| certificate.issuer().to_string()),
        }
    }

    /// Under which id it comes: that of an intent that it was missing for, or a new one; and
    /// whether another certificate of the issuer has its serial.
    pub(super) fn place_of(
        &mut self,
        issuer: AuthorityId,
        certificate: &Certificate,
    ) -> Result<(CertificateId, bool), Report> {
        let serial = certificate.serial();
        let planned = self.serials.contains_key(&(issuer, serial.clone()));
        let holder = match issuer == ELSEWHERE {
            true => None,
            false => self.store.holder_of_serial(issuer, serial)?,
        };
        match holder {
            Some(holder) if !planned && certificate::is_intent(self.store, holder)? => {
                Ok((holder, false))
            }
            holder => {
                let id = CertificateId::from_raw((self.mint)());
                let is_here = issuer != ELSEWHERE;
                Ok((id, is_here && (planned || holder.is_some())))
            }
        }
    }

    /// The newest planned certificate has this serial.
    pub(super) fn note_serial(
        &mut self,
        issuer: AuthorityId,
        certificate: &Certificate,
        id: CertificateId,
    ) {
        self.planned.insert(id, self.steps.certificates.len() - 1);
        if issuer != ELSEWHERE {
            let serial = certificate.serial().clone();
            self.serials.entry((issuer, serial)).or_insert(id);
        }
    }

    /// Gives the key to the authority's own certificate in the inventory.
    pub(super) fn attach_to_own(
        &mut self,
        certificate: &Certificate,
        key: &KeyPlan,
    ) -> Result<(), Report> {
        let Some(id) = self.known.certificates.get(&certificate.fingerprint()) else {
            return Ok(());
        };
        self.attach(*id, key)
    }

    /// Its serial was revoked before it came, when nobody here knew the key.
    pub(super) fn bar_if_lost(
        &mut self,
        issuer: AuthorityId,
        certificate: &Certificate,
    ) -> Result<(), Report> {
        let revoked = revocation::get(self.store, issuer, certificate.serial())?;
        if let Some(reason) = revoked.map(|revoked| revoked.revocation.reason)
            && reason.is_compromise()
        {
            let key = certificate.public_key().spki_fingerprint();
            let why = format!("it was revoked with reason {reason}");
            self.steps.barred.push((key, why));
        }
        Ok(())
    }

    fn attach(&mut self, id: CertificateId, key: &KeyPlan) -> Result<(), Report> {
        self.change_certificate(id, |planned| {
            if let KeyPlan::Here(id) = key {
                planned.record.key = CertificateKey::Vault(*id);
            }
            planned.key = key.to_take();
        })
    }

    /// The newest row tells of this certificate.
    pub(super) fn tell_of(&mut self, id: CertificateId) {
        let newest = self.steps.rows.len() - 1;
        self.steps.row_of.insert(id, newest);
    }

    fn is_planned(&self, certificate: &Certificate) -> bool {
        let mut planned = self.steps.authorities.iter();
        planned.any(|planned| {
            let new = planned.new.as_ref();
            new.is_some_and(|new| new.der == certificate.der())
        })
    }

    /// Whether the authorities' plan has said what it is.
    fn was_told(&self, certificate: &Certificate, from: &str) -> bool {
        let name = certificate_name(certificate);
        let mut rows = self.steps.rows.iter();
        certificate.may_sign_certificates()
            && rows.any(|row| {
                row.kind == ImportKind::Authority && row.name == name && row.from == from
            })
    }
}

/// It was not issued with a profile of ours.
pub(super) const PROFILE: &str = "imported";
