//! What was here before the authority that issued it came: it is put below that one.

use std::collections::BTreeSet;

use super::authorities::link_warning;
use super::plan::Planner;
use super::step::{PlannedAuthority, PlannedCertificate};
use crate::base::{AuthorityId, CertificateId, ImportKind, ImportOutcome, Report, shown, unhex};
use crate::store::authority::{self, AuthorityRecord};
use crate::store::certificate::{self, CertificateRecord};
use crate::store::{Rows, acme};
use crate::x509::Certificate;

/// Looks below each authority whose certificate was found, new or not.
pub(super) fn plan(planner: &mut Planner<'_>) -> Result<(), Report> {
    let found = planner.found.certificates.iter();
    let authorities = found.filter(|found| found.certificate.may_sign_certificates());
    let parents: BTreeSet<AuthorityId> = authorities
        .filter_map(|found| planner.same_authority(&found.certificate))
        .collect();
    if parents.is_empty() {
        return Ok(());
    }
    adopt_authorities(planner, &parents)?;
    adopt_certificates(planner, &parents)
}

fn adopt_authorities(
    planner: &mut Planner<'_>,
    parents: &BTreeSet<AuthorityId>,
) -> Result<(), Report> {
    let mut children = Vec::new();
    for known in &planner.known.authorities {
        let is_root = known.record.installed.as_ref().is_none_or(|it| it.is_root);
        let certificate = known.certificate.as_ref();
        let Some(certificate) = certificate.filter(|_| !is_root && known.record.parent.is_none())
        else {
            continue;
        };
        let above = planner.above.issuer_of(certificate);
        if let Some((parent, link)) = above.filter(|(parent, _)| parents.contains(&parent.id)) {
            let parent = (parent.id, parent.name.clone());
            children.push((known.id, certificate.clone(), parent, link));
        }
    }
    for (id, certificate, (parent, name), link) in children {
        if planner.is_below(parent, id) {
            continue;
        }
        let mut upstream = Vec::new();
        planner.change_authority(id, |record| {
            record.parent = Some(parent);
            if let Some(installed) = &mut record.installed {
                upstream = std::mem::take(&mut installed.upstream);
            }
        })?;
        planner.hand_up(parent, upstream)?;
        let mut warnings: Vec<String> = link_warning(link).into_iter().collect();
        if !planner.narrow(id, DEEPEST)? {
            warnings.push("the path length of a CA above it leaves no room for it".to_owned());
        }
        planner.move_own(&certificate, parent)?;
        let own = planner.name_of_known(id);
        let row = (
            ImportOutcome::Taken,
            format!("{id}, from now on under {}", shown(&name)),
        );
        let from = planner.file_of(parent);
        planner
            .steps
            .push_row(ImportKind::Authority, (&own, &from), row, warnings);
    }
    Ok(())
}

/// Those of public CAs stay with them: what is to be done for them is done there.
fn adopt_certificates(
    planner: &mut Planner<'_>,
    parents: &BTreeSet<AuthorityId>,
) -> Result<(), Report> {
    let mut subjects = BTreeSet::new();
    for issuing in parents.iter().filter_map(|id| planner.above.get(*id)) {
        subjects.insert(issuing.certificate.subject().to_string());
    }
    for (id, record) in planner.store.certificates()? {
        let issuer = record.elsewhere.as_ref();
        if issuer.is_none_or(|issuer| !subjects.contains(issuer))
            || planner.planned.contains_key(&id)
            || acme::origin(planner.store, id)?.is_some()
        {
            continue;
        }
        let Some(der) = certificate::der(planner.store, id)? else {
            continue;
        };
        let certificate = Certificate::from_der(der)?;
        let above = planner.above.issuer_of(&certificate);
        let above = above.filter(|(parent, _)| parents.contains(&parent.id));
        let Some((parent, name, link)) = above.map(|(it, link)| (it.id, it.name.clone(), link))
        else {
            continue;
        };
        let mut warnings: Vec<String> = link_warning(link).into_iter().collect();
        if planner.move_below(id, parent)? {
            warnings.push(format!(
                "the CA has given its serial {} to another certificate as well",
                certificate.serial()
            ));
        }
        let row = (
            ImportOutcome::Taken,
            format!("{id}, from now on a certificate of {}", shown(&name)),
        );
        let from = planner.file_of(parent);
        planner.steps.push_row(
            ImportKind::Certificate,
            (&record.name, &from),
            row,
            warnings,
        );
        planner.tell_of(id);
    }
    Ok(())
}

impl Planner<'_> {
    /// The change to an authority that is here: one, however many things are changed in it.
    pub(super) fn change_authority(
        &mut self,
        id: AuthorityId,
        change: impl FnOnce(&mut AuthorityRecord),
    ) -> Result<Option<&mut PlannedAuthority>, Report> {
        let mut planned = self.steps.authorities.iter();
        let at = match planned.position(|planned| planned.id == id) {
            Some(at) => at,
            None => {
                let mut known = self.known.authorities.iter();
                let Some(known) = known.find(|known| known.id == id) else {
                    return Ok(None);
                };
                let (record, seen) = (known.record.clone(), authority::row_bytes(self.store, id)?);
                self.steps.authorities.push(PlannedAuthority {
                    id,
                    record,
                    key: None,
                    new: None,
                    seen,
                });
                self.steps.authorities.len() - 1
            }
        };
        let Some(planned) = self.steps.authorities.get_mut(at) else {
            return Ok(None);
        };
        change(&mut planned.record);
        Ok(Some(planned))
    }

    /// The same of a certificate.
    pub(super) fn change_certificate(
        &mut self,
        id: CertificateId,
        change: impl FnOnce(&mut PlannedCertificate),
    ) -> Result<(), Report> {
        let at = match self.planned.get(&id) {
            Some(at) => *at,
            None => {
                let Some(record) = certificate::get(self.store, id)? else {
                    return Ok(());
                };
                let at = self.steps.certificates.len();
                self.planned.insert(id, at);
                self.steps.certificates.push(PlannedCertificate {
                    id,
                    record,
                    der: None,
                    key: None,
                    claims: false,
                });
                at
            }
        };
        if let Some(planned) = self.steps.certificates.get_mut(at) {
            change(planned);
        }
        Ok(())
    }

    /// What stood above an authority stands above its parent from now on, but for the parent itself.
    fn hand_up(&mut self, parent: AuthorityId, upstream: Vec<String>) -> Result<(), Report> {
        let Some(record) = self.record_of_authority(parent) else {
            return Ok(());
        };
        let Some(installed) = record.installed.as_ref() else {
            return Ok(());
        };
        if installed.is_root || record.parent.is_some() || !installed.upstream.is_empty() {
            return Ok(());
        }
        let own = installed.fingerprint;
        let is_parent = |der: &String| {
            let der = unhex(der).and_then(|der| Certificate::from_der(der).ok());
            der.is_some_and(|it| it.fingerprint() == own)
        };
        let Some(at) = upstream.iter().position(is_parent) else {
            return Ok(());
        };
        let above = upstream[at + 1..].to_vec();
        self.change_authority(parent, |record| {
            if let Some(installed) = &mut record.installed {
                installed.upstream = above;
            }
        })
        .map(drop)
    }

    /// The authority's own certificate in the inventory.
    fn move_own(&mut self, certificate: &Certificate, parent: AuthorityId) -> Result<(), Report> {
        match self.known.certificates.get(&certificate.fingerprint()) {
            Some(id) => self.move_below(*id, parent).map(drop),
            None => Ok(()),
        }
    }

    /// Says whether another certificate of the authority has its serial.
    fn move_below(&mut self, id: CertificateId, parent: AuthorityId) -> Result<bool, Report> {
        let Some(record) = certificate::get(self.store, id)? else {
            return Ok(false);
        };
        let key = (parent, record.serial.clone());
        let holder = match self.serials.get(&key).copied() {
            Some(planned) => Some(planned),
            None => self.store.holder_of_serial(parent, &record.serial)?,
        };
        let is_taken = holder.is_some_and(|holder| holder != id);
        self.change_certificate(id, |planned| {
            planned.record = CertificateRecord {
                issuer: parent,
                elsewhere: None,
                ..planned.record.clone()
            };
            planned.claims = !is_taken;
        })?;
        self.serials.entry(key).or_insert(id);
        Ok(is_taken)
    }

    /// How many may follow below it, as all above it allow, and the same for those that do. False
    /// where there is no room for itself.
    fn narrow(&mut self, id: AuthorityId, depth: usize) -> Result<bool, Report> {
        let mut known = self.known.authorities.iter();
        let own = known.find(|known| known.id == id);
        let own = own.and_then(|known| known.certificate.as_ref());
        let (Some(own), Some(depth)) = (own, depth.checked_sub(1)) else {
            return Ok(true);
        };
        let parent = self
            .record_of_authority(id)
            .and_then(|record| record.parent);
        let above = parent.and_then(|parent| self.record_of_authority(parent));
        let above = above.and_then(|record| record.installed.as_ref()?.path_len);
        let left = above.map(|above| above.checked_sub(1));
        let fits = own.is_self_issued() || left != Some(None);
        let path_len = match left {
            Some(left) if !own.is_self_issued() => {
                let left = left.unwrap_or(0);
                Some(own.path_len().map_or(left, |own| own.min(left)))
            }
            _ => own.path_len(),
        };
        let before = self.record_of_authority(id);
        let before = before.and_then(|record| record.installed.as_ref()?.path_len);
        // What was known of it when it was installed holds: more of those above were seen then.
        let path_len = match (path_len, before) {
            (Some(now), Some(before)) => Some(now.min(before)),
            (now, before) => now.or(before),
        };
        if before != path_len {
            self.change_authority(id, |record| {
                if let Some(installed) = &mut record.installed {
                    installed.path_len = path_len;
                }
            })?;
        }
        let known = self.known.authorities.iter();
        let below: Vec<AuthorityId> = known
            .filter(|known| {
                let record = self.record_of_authority(known.id);
                record.is_some_and(|record| record.parent == Some(id))
            })
            .map(|known| known.id)
            .collect();
        for child in below {
            self.narrow(child, depth)?;
        }
        Ok(fits)
    }

    /// As it will be.
    pub(super) fn record_of_authority(&self, id: AuthorityId) -> Option<&AuthorityRecord> {
        let mut planned = self.steps.authorities.iter();
        let mut known = self.known.authorities.iter();
        match planned.find(|planned| planned.id == id) {
            Some(planned) => Some(&planned.record),
            None => known.find(|known| known.id == id).map(|it| &it.record),
        }
    }

    /// Whether `id` stands below `other`, or is it: two CAs may have certified each other.
    fn is_below(&self, id: AuthorityId, other: AuthorityId) -> bool {
        let mut next = Some(id);
        for _ in 0..DEEPEST {
            match next {
                Some(id) if id == other => return true,
                Some(id) => next = self.record_of_authority(id).and_then(|it| it.parent),
                None => return false,
            }
        }
        true
    }

    pub(super) fn name_of_known(&self, id: AuthorityId) -> String {
        let record = self.record_of_authority(id);
        record.map_or(String::new(), |record| record.name.clone())
    }

    /// Where its certificate was found.
    fn file_of(&self, id: AuthorityId) -> String {
        let mut found = self.found.certificates.iter();
        let same = found.find(|found| self.same_authority(&found.certificate) == Some(id));
        same.map_or(String::new(), |found| found.from.clone())
    }
}

/// More levels than any hierarchy has; a circle ends here.
const DEEPEST: usize = 16;
