//! The plan of an import: what will be taken over into what, and what not, with the reason.

use std::collections::HashMap;

use super::error::ImportError;
use super::found::Found;
use super::known::{Above, Known};
use super::step::{KeySource, PlannedKey, Steps};
use super::{adopt, authorities, leaves, ledger, lists};
use crate::base::{
    AuthorityId, CertificateId, Fingerprint, ImportKind, ImportOutcome, KeyId, KeyUse, Report,
    Serial, Timestamp,
};
use crate::store::Snapshot;
use crate::vault::{Class, ForeignKey, HeldKey};
use crate::x509::Certificate;

/// Everything that is known, and what has been decided so far.
pub(super) struct Planner<'a> {
    pub(super) store: &'a Snapshot,
    pub(super) known: Known,
    pub(super) found: &'a Found,
    pub(super) name: Option<&'a str>,
    pub(super) now: Timestamp,
    pub(super) mint: &'a mut dyn FnMut() -> u128,
    pub(super) above: Above,
    /// Where each found key is, by the fingerprint of its public half.
    pub(super) keys: HashMap<Fingerprint, usize>,
    /// Found keys that something has claimed.
    pub(super) claimed: Vec<bool>,
    /// Which planned certificate has which serial.
    pub(super) serials: HashMap<(AuthorityId, Serial), CertificateId>,
    /// Which of the planned certificates that is.
    pub(super) planned: HashMap<CertificateId, usize>,
    pub(super) lacks_keys: bool,
    pub(super) steps: Steps,
}

/// What is to be done, and what a person is told of it.
pub(crate) struct Plan {
    pub(crate) steps: Steps,
    pub(crate) needs_password: bool,
    /// Something comes, or is here, without its key, which a locked vault may hold.
    pub(crate) lacks_keys: bool,
}

/// Decides on everything that was found. `mint` makes ids; `name` is for the authority of a folder,
/// or the one authority of a file; `held` is what the vault holds, as far as it is open.
pub(crate) fn plan(
    store: &Snapshot,
    found: &Found,
    held: Vec<HeldKey>,
    (name, now): (Option<&str>, Timestamp),
    mint: &mut dyn FnMut() -> u128,
) -> Result<Plan, Report> {
    let keys = found.keys.iter().enumerate();
    let mut planner = Planner {
        store,
        known: Known::read(store, held)?,
        found,
        name,
        now,
        mint,
        above: Above::default(),
        keys: keys
            .map(|(at, found)| (Fingerprint::of(found.key.public_key()), at))
            .collect(),
        claimed: vec![false; found.keys.len()],
        serials: HashMap::new(),
        planned: HashMap::new(),
        lacks_keys: false,
        steps: Steps::default(),
    };
    let own = authorities::plan(&mut planner)?;
    adopt::plan(&mut planner)?;
    leaves::plan(&mut planner)?;
    if let Some(index) = &found.index {
        ledger::plan(&mut planner, index, own)?;
    }
    lists::plan(&mut planner, own)?;
    planner.leftover_keys()?;
    planner.steps.rows.extend(found.rows.iter().cloned());
    Ok(Plan {
        steps: planner.steps,
        needs_password: found.is_sealed(),
        lacks_keys: planner.lacks_keys,
    })
}

/// What becomes of the private key that belongs to a certificate.
pub(super) enum KeyPlan {
    /// To be taken: a number of `Steps::keys`.
    Take(usize),
    /// In the vault already.
    Here(KeyId),
    None,
}

impl KeyPlan {
    pub(super) fn to_take(&self) -> Option<usize> {
        match self {
            Self::Take(at) => Some(*at),
            Self::Here(_) | Self::None => None,
        }
    }
}

impl Planner<'_> {
    /// Claims the key that belongs to the certificate: the one that was found, or one that the vault
    /// holds in this class.
    pub(super) fn claim(
        &mut self,
        certificate: &Certificate,
        (class, name, used_for): (Class, String, KeyUse),
    ) -> KeyPlan {
        let fingerprint = certificate.public_key().spki_fingerprint();
        let found = self.keys.get(&fingerprint).copied();
        if let Some(at) = found {
            self.claimed[at] = true;
        }
        if let Some((id, _)) = self.known.keys.get(&fingerprint) {
            return KeyPlan::Here(*id);
        }
        let held = self.known.held.get(&fingerprint);
        let (source, key_type) = match (held.filter(|held| held.class == class), found) {
            (Some(held), _) => (KeySource::Vault(held.id), held.key_type),
            (None, Some(at)) => (KeySource::Found(at), self.found.keys[at].key.key_type()),
            (None, None) => {
                self.lacks_keys = true;
                return KeyPlan::None;
            }
        };
        let public_key = certificate.public_key().spki_der();
        let mut planned = self.steps.keys.iter();
        let planned = planned.position(|key| key.public_key == public_key);
        KeyPlan::Take(planned.unwrap_or_else(|| {
            self.steps.keys.push(PlannedKey {
                source,
                class,
                key_type,
                public_key: public_key.to_vec(),
                name,
                used_for,
            });
            self.steps.keys.len() - 1
        }))
    }

    /// A key that is planned and was in the vault before.
    pub(super) fn is_held(&self, key: &KeyPlan) -> bool {
        let planned = key.to_take().and_then(|at| self.steps.keys.get(at));
        planned.is_some_and(|planned| matches!(planned.source, KeySource::Vault(_)))
    }

    pub(super) fn key_for(&self, certificate: &Certificate) -> Option<&ForeignKey> {
        let fingerprint = certificate.public_key().spki_fingerprint();
        let at = self.keys.get(&fingerprint)?;
        self.found.keys.get(*at).map(|found| &found.key)
    }

    /// Says that the key of this certificate is not taken; its certificate's row says why.
    pub(super) fn pass_over(&mut self, certificate: &Certificate) {
        let fingerprint = certificate.public_key().spki_fingerprint();
        if let Some(at) = self.keys.get(&fingerprint).copied() {
            self.claimed[at] = true;
            let from = self.found.keys[at].from.clone();
            let into = "the key is too weak, or its certificate asks for what we cannot keep to";
            let row = (ImportOutcome::NotTaken, into.to_owned());
            let names = (&from[..], &from[..]);
            self.steps
                .push_row(ImportKind::PrivateKey, names, row, Vec::new());
        }
    }

    /// Keys whose certificate was not among what was found: it may be here.
    fn leftover_keys(&mut self) -> Result<(), Report> {
        for at in 0..self.found.keys.len() {
            if self.claimed[at] {
                continue;
            }
            let found = &self.found.keys[at];
            let fingerprint = Fingerprint::of(found.key.public_key());
            if let Some((id, record)) = self.known.keys.get(&fingerprint) {
                let into = format!("{id}, {}", record.name);
                let row = (ImportOutcome::AlreadyHere, into);
                self.steps.push_row(
                    ImportKind::PrivateKey,
                    (&found.from, &found.from),
                    row,
                    Vec::new(),
                );
                continue;
            }
            let taken = authorities::complete(self, at)? || leaves::complete(self, at)?;
            if !taken {
                self.unowned(at)?;
            }
        }
        Ok(())
    }

    /// A file with one certificate and the wrong key was meant as a pair; so were a CA and its key
    /// in a folder.
    fn unowned(&mut self, at: usize) -> Result<(), ImportError> {
        let found = &self.found.keys[at];
        let key = found.from.clone();
        let mut certificates = self.found.certificates.iter();
        match (self.found.index.is_some(), certificates.next()) {
            (false, None) => return Err(ImportError::KeyOfNothing(key)),
            (false, Some(first)) => {
                let certificate = certificate_name(&first.certificate);
                return Err(ImportError::OtherKey { key, certificate });
            }
            (true, Some(first)) if super::source::is_own_path(&key) => {
                let certificate = first.from.clone();
                return Err(ImportError::OtherKey { key, certificate });
            }
            _ => (),
        }
        let into = "it belongs to no certificate that is here or in the folder".to_owned();
        let row = (ImportOutcome::NotTaken, into);
        self.steps
            .push_row(ImportKind::PrivateKey, (&key, &key), row, Vec::new());
        Ok(())
    }
}

/// Safe to show.
pub(super) fn certificate_name(certificate: &Certificate) -> String {
    crate::authority::name_of(certificate.subject(), certificate.identifiers())
}
