//! The CA certificates among what was found: each becomes an authority, with its key or without.

use std::collections::HashSet;

use super::known::{Issuing, KnownAuthority};
use super::plan::{KeyPlan, Planner, certificate_name};
use super::source::is_own_path;
use super::step::{NewcomerCertificate, PlannedAuthority, PlannedCertificate};
use crate::base::{
    AuthorityId, CertificateId, CertificateKey, ImportKind, ImportOutcome, KeyType, KeyUse,
    Publication, Report, shown,
};
use crate::store::authority::{AuthorityRecord, Installed};
use crate::store::certificate::{CertificateRecord, ELSEWHERE};
use crate::vault::Class;
use crate::x509::{Certificate, Link, PublicKey};

/// Plans every authority, and says which one an index belongs to.
pub(super) fn plan(planner: &mut Planner<'_>) -> Result<Option<AuthorityId>, Report> {
    let found = planner.found;
    for known in &planner.known.authorities {
        let certificate = known.certificate.clone();
        planner.above.extend(certificate.map(|certificate| Issuing {
            id: known.id,
            name: known.record.name.clone(),
            certificate,
        }));
    }
    let mut new = Vec::new();
    for (at, found) in found.certificates.iter().enumerate() {
        let certificate = &found.certificate;
        if certificate.may_sign_certificates()
            && planner.same_authority(certificate).is_none()
            && planner.waits_for(certificate).is_none()
            && !is_forged(certificate)
        {
            let id = AuthorityId::from_raw((planner.mint)());
            let name = planner.free_name(certificate, new.is_empty());
            new.push((at, id));
            planner.above.add(Issuing {
                id,
                name,
                certificate: certificate.clone(),
            });
        }
    }
    for (at, id) in new {
        plan_one(planner, at, id)?;
    }
    for found in &found.certificates {
        tell_known(planner, &found.certificate, &found.from)?;
    }
    Ok(own_of_index(planner))
}

/// The CA that an index belongs to: the one that is called so, or whose key is there.
fn own_of_index(planner: &Planner<'_>) -> Option<AuthorityId> {
    let all = || {
        let all = planner.found.certificates.iter();
        all.filter(|found| found.certificate.may_sign_certificates())
    };
    let called = all().find(|found| is_own_path(&found.from));
    let with_key = || all().find(|found| planner.key_for(&found.certificate).is_some());
    let own = called.or_else(with_key)?;
    planner.same_authority(&own.certificate)
}

fn is_forged(certificate: &Certificate) -> bool {
    let itself = certificate.is_self_issued() && certificate.authority_key_id().is_none();
    itself && certificate.link_to(certificate) == Link::None
}

fn plan_one(planner: &mut Planner<'_>, at: usize, id: AuthorityId) -> Result<(), Report> {
    let found = &planner.found.certificates[at];
    let certificate = &found.certificate;
    let itself = match certificate.is_self_issued() {
        true => certificate.link_to(certificate),
        false => Link::None,
    };
    let above = planner.above.issuer_of(certificate);
    let parent = above.filter(|_| itself == Link::None);
    let mut warnings = warnings(certificate, planner.now);
    warnings.extend(link_warning(parent.map_or(itself, |(_, link)| link)));
    let is_root = itself != Link::None;
    let parent = parent.map(|(issuing, _)| (issuing.id, issuing.name.clone()));
    if parent.is_none() && !is_root {
        warnings.push(format!(
            "the CA above it is not here: {}",
            certificate.issuer()
        ));
    }
    let path_len = match planner.room_below(certificate, DEEPEST) {
        Ok(room) => room,
        Err(NoRoom) => {
            warnings.push("the path length of a CA above it leaves no room for it".to_owned());
            Some(0)
        }
    };
    let name = planner.above.name_of(id);
    let (key, because) = key_of(planner, certificate, (id, &name));
    let issuer = parent
        .as_ref()
        .map_or(if is_root { id } else { ELSEWHERE }, |(id, _)| *id);
    let certificate_id = planner.own_row(certificate, issuer, &key)?;
    let is_held = planner.is_held(&key);
    let into = words(
        is_root,
        parent.as_ref(),
        (&key, is_held),
        because.as_deref(),
    );
    let record = AuthorityRecord {
        name: name.clone(),
        subject: certificate.subject().to_string(),
        parent: parent.map(|(id, _)| id),
        key: match key {
            KeyPlan::Here(id) => Some(id),
            _ => None,
        },
        key_type: planner.type_of(&key),
        keyless_because: because,
        created: planner.now,
        grant: None,
        installed: Some(Installed {
            certificate: certificate_id,
            is_root,
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            path_len,
            constraints: certificate.constraints().unwrap_or_default(),
            serial: certificate.serial().clone(),
            fingerprint: certificate.fingerprint(),
            upstream: Vec::new(),
        }),
        publication: Publication::default(),
    };
    planner.steps.authorities.push(PlannedAuthority {
        id,
        record,
        key: key.to_take(),
        new: Some(NewcomerCertificate {
            der: certificate.der().to_vec(),
            public_key: certificate.public_key().spki_fingerprint(),
        }),
        seen: None,
    });
    let row = (ImportOutcome::Taken, into);
    let names = (&name[..], &found.from[..]);
    planner
        .steps
        .push_row(ImportKind::Authority, names, row, warnings);
    planner.tell_of(certificate_id);
    Ok(())
}

/// Its key, unless it may not be used; then also why.
fn key_of(
    planner: &mut Planner<'_>,
    certificate: &Certificate,
    (id, name): (AuthorityId, &str),
) -> (KeyPlan, Option<String>) {
    let wish = (
        Class::Authority,
        format!("authority {name}"),
        KeyUse::Authority(id),
    );
    match why_keyless(certificate) {
        None => match planner.claim(certificate, wish) {
            KeyPlan::Here(key) => {
                let because = format!("its key is here as an everyday key, {key}");
                (KeyPlan::None, Some(because))
            }
            KeyPlan::None => {
                let public_key = certificate.public_key();
                let held = planner.known.held.get(&public_key.spki_fingerprint());
                let because = match held {
                    Some(held) => Some(format!(
                        "its key is in the vault as an everyday key, {}",
                        held.id
                    )),
                    None if planner.found.unheld.contains(public_key) => {
                        Some("a vault holds no keys of its kind".to_owned())
                    }
                    None => None,
                };
                (KeyPlan::None, because)
            }
            plan => (plan, None),
        },
        because => {
            planner.pass_over(certificate);
            (KeyPlan::None, because)
        }
    }
}

/// Why we would not sign with the key of this CA, even if we had it.
fn why_keyless(certificate: &Certificate) -> Option<String> {
    if let Err(weak) = PublicKey::accept(certificate.public_key().spki_der()) {
        return Some(weak.to_string());
    }
    if let Err(constraint) = certificate.constraints() {
        return Some(constraint.to_string());
    }
    let unknown = certificate.unknown_critical().into_iter().next()?;
    Some(format!(
        "its certificate has a critical extension that we do not know: {unknown}"
    ))
}

fn warnings(certificate: &Certificate, now: crate::base::Timestamp) -> Vec<String> {
    let mut warnings = Vec::new();
    if certificate.not_after() <= now {
        warnings.push(format!("it has expired on {}", certificate.not_after()));
    }
    if certificate.subject().is_empty() {
        warnings.push("it has no subject, so that nothing can be found below it".to_owned());
    }
    if !certificate.may_sign_lists() {
        warnings.push("its key usage does not let it sign CRLs".to_owned());
    }
    if !certificate.extended_key_usage().is_empty() {
        warnings.push("its extended key usage limits what is accepted below it".to_owned());
    }
    warnings
}

pub(super) fn link_warning(link: Link) -> Option<String> {
    match link {
        Link::Old => Some(
            "it is signed with SHA-1 or a short RSA key, which programs no longer accept"
                .to_owned(),
        ),
        Link::Unchecked => {
            Some("its signature is of a kind that we cannot check; only the names fit".to_owned())
        }
        Link::None | Link::Verified => None,
    }
}

fn words(
    is_root: bool,
    parent: Option<&(AuthorityId, String)>,
    (key, is_held): (&KeyPlan, bool),
    because: Option<&str>,
) -> String {
    let place = match (is_root, parent) {
        (true, _) => "root".to_owned(),
        (false, Some((_, parent))) => format!("authority under {parent}"),
        (false, None) => "authority whose parent is elsewhere".to_owned(),
    };
    match (key, because) {
        (KeyPlan::None, None) => format!("{place}, without its key"),
        (KeyPlan::None, Some(why)) => format!("{place}, without its key: {why}"),
        _ if is_held => format!("{place}; its key is in the vault, attended"),
        _ => format!("{place}, key attended"),
    }
}

/// Says of a CA certificate that is no new authority what it is.
fn tell_known(
    planner: &mut Planner<'_>,
    certificate: &Certificate,
    from: &str,
) -> Result<(), Report> {
    let row = match planner.known.authority_of(certificate.fingerprint()) {
        Some(known) => {
            let (id, lacks) = (known.id, known.record.key.is_none());
            let into = format!("{id}, {}", shown(&known.record.name));
            match lacks && give_key(planner, id, certificate)? {
                true => (
                    ImportOutcome::Taken,
                    format!("{into}; its key is in the vault, attended"),
                ),
                false => (ImportOutcome::AlreadyHere, into),
            }
        }
        // A leaf.
        None if !certificate.may_sign_certificates() => return Ok(()),
        None => match planner.waits_for(certificate) {
            Some(waiting) => (
                ImportOutcome::NotTaken,
                format!("{waiting} waits for it; install it there"),
            ),
            None if is_forged(certificate) => (
                ImportOutcome::NotTaken,
                "its own signature does not hold: it is damaged or forged".to_owned(),
            ),
            None => return Ok(()),
        },
    };
    let name = certificate_name(certificate);
    planner
        .steps
        .push_row(ImportKind::Authority, (&name, from), row, Vec::new());
    Ok(())
}

/// Whether the vault holds the key of this authority, which is here without it; then it is planned.
/// A key that was found is seen to later.
fn give_key(
    planner: &mut Planner<'_>,
    id: AuthorityId,
    certificate: &Certificate,
) -> Result<bool, Report> {
    let is_found = planner.key_for(certificate).is_some();
    if is_found || why_keyless(certificate).is_some() {
        return Ok(false);
    }
    let name = planner.name_of_known(id);
    let (key, _) = key_of(planner, certificate, (id, &name));
    match planner.is_held(&key) {
        true => attach(planner, id, certificate, &key).map(|()| true),
        false => Ok(false),
    }
}

fn attach(
    planner: &mut Planner<'_>,
    id: AuthorityId,
    certificate: &Certificate,
    key: &KeyPlan,
) -> Result<(), Report> {
    let key_type = planner.type_of(key);
    let planned = planner.change_authority(id, |record| {
        record.key_type = key_type;
        record.keyless_because = None;
    })?;
    if let Some(planned) = planned {
        planned.key = key.to_take();
    }
    planner.attach_to_own(certificate, key)
}

/// Whether a found key is that of an authority here that lacks it; then it is planned.
pub(super) fn complete(planner: &mut Planner<'_>, at: usize) -> Result<bool, Report> {
    let found = &planner.found.keys[at];
    let lacks = |known: &&KnownAuthority| {
        let certificate = known.certificate.as_ref();
        known.record.key.is_none()
            && certificate.is_some_and(|own| own.public_key().spki_der() == found.key.public_key())
    };
    let Some(known) = planner.known.authorities.iter().find(lacks) else {
        return Ok(false);
    };
    let (id, name) = (known.id, known.record.name.clone());
    let Some(certificate) = known.certificate.clone() else {
        return Ok(false);
    };
    let names = (&name[..], &found.from[..]);
    if let Some(why) = why_keyless(&certificate) {
        let row = (ImportOutcome::NotTaken, why);
        planner
            .steps
            .push_row(ImportKind::PrivateKey, names, row, Vec::new());
        return Ok(true);
    }
    let (key, _) = key_of(planner, &certificate, (id, &name));
    attach(planner, id, &certificate, &key)?;
    let row = (ImportOutcome::Taken, format!("the key of {name}, attended"));
    planner
        .steps
        .push_row(ImportKind::PrivateKey, names, row, Vec::new());
    Ok(true)
}

struct NoRoom;

impl Planner<'_> {
    fn type_of(&self, key: &KeyPlan) -> Option<KeyType> {
        let planned = key.to_take().and_then(|at| self.steps.keys.get(at));
        planned.map(|planned| planned.key_type)
    }

    /// The authority that this certificate speaks of: this one, or one with its key and name.
    pub(super) fn same_authority(&self, certificate: &Certificate) -> Option<AuthorityId> {
        let named = self.above.named(certificate.subject());
        let mut same = named
            .iter()
            .filter(|issuing| issuing.certificate.public_key() == certificate.public_key());
        same.next().map(|issuing| issuing.id)
    }

    /// The authority made with `ca request` that this certificate was signed for.
    fn waits_for(&self, certificate: &Certificate) -> Option<AuthorityId> {
        let fingerprint = certificate.public_key().spki_fingerprint();
        let (_, key) = self.known.keys.get(&fingerprint)?;
        let mut waiting = self
            .known
            .authorities
            .iter()
            .filter(|it| it.certificate.is_none());
        match key.used_for {
            KeyUse::Authority(id) => waiting.find(|it| it.id == id).map(|it| it.id),
            _ => None,
        }
    }

    /// The name that was given for the first, or its own, with a number where that is taken.
    fn free_name(&self, certificate: &Certificate, is_first: bool) -> String {
        let given = self.name.filter(|_| is_first).map(str::trim);
        let own = given.filter(|name| !name.is_empty()).map(str::to_owned);
        let own = own.unwrap_or_else(|| certificate_name(certificate));
        let taken: HashSet<&str> = self.above.names().collect();
        let is_free = |name: &str| !taken.contains(name) && !self.known.is_named(name);
        let mut numbered = (2..).map(|number| format!("{own} {number}"));
        match is_free(&own) {
            true => own,
            false => numbered.find(|name| is_free(name)).unwrap_or(own),
        }
    }

    /// How many authorities may follow below, as all above it allow (RFC 5280, 6.1.4).
    fn room_below(&self, certificate: &Certificate, depth: usize) -> Result<Option<u8>, NoRoom> {
        let own = certificate.path_len();
        let above = self.above.issuer_of(certificate);
        let (Some((above, _)), Some(depth)) = (above, depth.checked_sub(1)) else {
            return Ok(own);
        };
        if certificate.is_self_issued() {
            return Ok(own);
        }
        let known = self
            .known
            .authorities
            .iter()
            .find(|known| known.id == above.id);
        let installed = known.and_then(|known| known.record.installed.as_ref());
        let room = match installed {
            Some(installed) => installed.path_len,
            None => self.room_below(&above.certificate, depth)?,
        };
        match room {
            None => Ok(own),
            Some(room) => {
                let left = room.checked_sub(1).ok_or(NoRoom)?;
                Ok(Some(own.map_or(left, |own| own.min(left))))
            }
        }
    }

    /// The authority's own certificate stands in the inventory too.
    fn own_row(
        &mut self,
        certificate: &Certificate,
        issuer: AuthorityId,
        key: &KeyPlan,
    ) -> Result<CertificateId, Report> {
        if let Some(id) = self.known.certificates.get(&certificate.fingerprint()) {
            return Ok(*id);
        }
        let (id, serial_taken) = self.place_of(issuer, certificate)?;
        let profile = if issuer == ELSEWHERE || certificate.issuer() != certificate.subject() {
            INTERMEDIATE
        } else {
            ROOT
        };
        let record = CertificateRecord {
            key: match key {
                KeyPlan::Here(id) => CertificateKey::Vault(*id),
                _ => CertificateKey::Endpoint,
            },
            ..self.record_of(certificate, issuer, profile)
        };
        self.steps.certificates.push(PlannedCertificate {
            id,
            record,
            der: Some(certificate.der().to_vec()),
            key: key.to_take(),
            claims: !serial_taken,
        });
        self.note_serial(issuer, certificate, id);
        Ok(id)
    }
}

/// More levels than any hierarchy has; a circle ends here.
const DEEPEST: usize = 16;
const INTERMEDIATE: &str = "intermediate";
const ROOT: &str = "root";
