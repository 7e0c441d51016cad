//! Trying a backup out: restored in memory, its audit followed, its keys made to sign.

use std::collections::HashMap;

use super::error::BackupError;
use super::file::Opened;
use crate::audit::{AuditError, Follower, Seals, step};
use crate::base::{
    AuthorityId, AuthorityTrial, BackupTrial, Fingerprint, KeyId, KeyTrial, Receipt, Report,
    random, shown, unhex,
};
use crate::store::authority::{self, AuthorityRecord};
use crate::store::backup::Copied;
use crate::store::{Snapshot, StoreError, key};
use crate::vault::{KeyTried, Opener, TriedOutcome, Vault, VaultError};
use crate::x509::{Certificate, PublicKey, SignatureAlgorithm};

pub(crate) struct Trial {
    pub(crate) found: BackupTrial,
    /// The test signatures.
    pub(crate) receipts: Vec<Receipt>,
}

/// An error is what keeps it from being restored at all; everything else is a fault that is told.
/// The keys of attended authorities sign too where `with` opens them.
pub(crate) fn try_out(opened: &mut Opened, with: Option<Opener<'_>>) -> Result<Trial, BackupError> {
    let path = opened.path.clone();
    let copied = Copied::in_memory(&mut opened.rows()?);
    let copied = copied.map_err(|error| BackupError::while_reading(&path, error))?;
    let store = copied.snapshot().map_err(BackupError::Rows)?;
    let mut trying = Trying {
        opened,
        store: &store,
        faults: Vec::new(),
        receipts: Vec::new(),
    };
    trying.counts().map_err(BackupError::Rows)?;
    let audit_complete_to = trying.audit()?;
    trying.certificates().map_err(BackupError::Rows)?;
    let (records_opened, authorities) = trying.keys(with)?;
    Ok(Trial {
        found: BackupTrial {
            faults: trying.faults,
            rows: copied.rows,
            audit_complete_to,
            records_opened,
            authority_keys_opened: with.is_some(),
            authorities,
        },
        receipts: trying.receipts,
    })
}

struct Trying<'a> {
    opened: &'a Opened,
    store: &'a Snapshot,
    faults: Vec<String>,
    receipts: Vec<Receipt>,
}

impl Trying<'_> {
    /// The head must say what is behind it.
    fn counts(&mut self) -> Result<(), StoreError> {
        let (said, found) = (&self.opened.manifest, self.store.counts()?);
        let entries = self.store.audit_entries()?;
        let pairs = [
            ("authorities", said.authorities, found.authorities),
            ("certificates", said.certificates, found.certificates),
            ("requests", said.requests, found.requests),
            ("keys", said.keys, found.keys),
            ("audit entries", said.audit_entries, entries),
            ("changes", said.revision, self.store.at().0),
        ];
        let wrong = pairs.iter().filter(|(_, said, found)| said != found);
        let wrong = wrong
            .map(|(what, said, found)| format!("it should hold {said} {what}, and holds {found}"));
        self.faults.extend(wrong);
        Ok(())
    }

    /// Follows the chain, held against the backup's checkpoints and the vault's memory of them.
    fn audit(&mut self) -> Result<u64, BackupError> {
        let rows = BackupError::Rows;
        let spki = match key::holder_of(self.store, "audit").map_err(rows)? {
            Some(id) => key::get(self.store, id).map_err(rows)?,
            None => None,
        };
        let spki = spki.and_then(|record| unhex(&record.spki));
        let name = self.opened.manifest.vault.clone();
        let seals = spki.as_ref().map(|spki| Seals {
            store: &name,
            key_spki: spki,
        });
        let mut follower = Follower::default();
        while step(&mut follower, self.store, seals.as_ref(), STEP).map_err(as_rows)? {}
        let found = follower.finish();
        self.faults.extend(found.faults);
        let sealed = self.opened.vault.last_sealed()?;
        if let Some(sealed) = sealed {
            let entry = self.store.audit_entry(sealed.sequence).map_err(rows)?;
            let fits = entry.is_some_and(|entry| entry.link == sealed.link);
            if !fits {
                let sequence = sealed.sequence;
                self.faults.push(format!(
                    "the vault has seen the audit sealed up to entry {sequence}, which the store \
                     beside it does not hold: an older store had been put back before the backup"
                ));
            }
        }
        Ok(found.complete_to)
    }

    /// Each row has its certificate.
    fn certificates(&mut self) -> Result<(), StoreError> {
        let faults = &mut self.faults;
        self.store.each_certificate(|id, record, der| {
            let fits = der.map(Fingerprint::of) == record.fingerprint;
            if !fits && faults.len() < MAX_FAULTS {
                faults.push(format!(
                    "the certificate of {id} is not the one that was recorded"
                ));
            }
        })
    }

    fn keys(
        &mut self,
        with: Option<Opener<'_>>,
    ) -> Result<(u64, Vec<AuthorityTrial>), BackupError> {
        let rows = BackupError::Rows;
        let authorities = self.store.authorities().map_err(rows)?;
        let sealing = key::holder_of(self.store, "audit").map_err(rows)?;
        let signs = |id: KeyId| {
            sealing == Some(id) || authorities.iter().any(|(_, record)| record.key == Some(id))
        };
        let message = trial_message()?;
        let tried = self.opened.vault.try_keys(with, &message, signs)?;
        let mut tried: HashMap<KeyId, KeyTried> = tried.into_iter().map(|it| (it.id, it)).collect();
        self.known_keys(&tried)?;
        let mut records = 0;
        let mut outcomes = HashMap::new();
        for (id, it) in tried.drain() {
            let signature = match it.outcome {
                TriedOutcome::Failed(error) => {
                    self.faults.push(format!("{id} cannot be used: {error}"));
                    Err(KeyTrial::Failed)
                }
                TriedOutcome::Sealed => Err(KeyTrial::Sealed),
                TriedOutcome::Opened => {
                    records += 1;
                    continue;
                }
                TriedOutcome::Signed { signature, receipt } => {
                    records += 1;
                    self.receipts.push(receipt);
                    Ok(signature)
                }
            };
            outcomes.insert(id, signature);
        }
        if let Some(id) = sealing
            && let Some(Ok(signature)) = outcomes.get(&id)
        {
            let spki = public_key(&self.opened.vault, id)?;
            if !crate::base::verifies_ed25519(&spki, &message, signature) {
                self.faults
                    .push(format!("the signature of {id} is not its own"));
            }
        }
        let mut trials = Vec::new();
        for (id, record) in &authorities {
            let key = match record.key.and_then(|id| outcomes.get(&id)) {
                None => KeyTrial::Absent,
                Some(Err(outcome)) => *outcome,
                Some(Ok(signature)) => match self.fits(*id, record, &message, signature) {
                    Ok(true) => KeyTrial::Signed,
                    wrong => {
                        let why = wrong.map_or_else(
                            |report| report.what,
                            |_| "its signature does not fit its certificate".to_owned(),
                        );
                        let name = shown(&record.name);
                        self.faults.push(format!("the key of {name} failed: {why}"));
                        KeyTrial::Failed
                    }
                },
            };
            let (id, name) = (*id, shown(&record.name).into_owned());
            trials.push(AuthorityTrial { id, name, key });
        }
        Ok((records, trials))
    }

    /// Every key that the store names is in the vault, where keys are inside at all.
    fn known_keys(&mut self, tried: &HashMap<KeyId, KeyTried>) -> Result<(), BackupError> {
        let inside = self.opened.manifest.keys_inside;
        if !inside && !tried.is_empty() {
            self.faults
                .push("it says that no keys are inside, and there are".to_owned());
        }
        for (id, record) in self.store.keys().map_err(BackupError::Rows)? {
            let name = shown(&record.name).into_owned();
            if tried.contains_key(&id) {
                let spki = public_key(&self.opened.vault, id)?;
                if unhex(&record.spki).as_ref() != Some(&spki) {
                    self.faults
                        .push(format!("the key {name} is another one than was recorded"));
                }
            } else if inside {
                self.faults
                    .push(format!("the key {name} is not in the vault"));
            }
        }
        Ok(())
    }

    /// Whether the signature is one by the key that the authority's certificate names.
    fn fits(
        &self,
        id: AuthorityId,
        record: &AuthorityRecord,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Report> {
        let public = match authority::der(self.store, id)? {
            Some(der) => Certificate::read(&der)?.public_key().clone(),
            None => match record.key {
                Some(key) => PublicKey::read(&public_key(&self.opened.vault, key)?)?,
                None => return Ok(false),
            },
        };
        let algorithm = record.key_type.map(SignatureAlgorithm::of);
        let fits = |algorithm| public.verify(algorithm, message, signature).is_ok();
        Ok(algorithm.is_some_and(fits))
    }
}

fn public_key(vault: &Vault, id: KeyId) -> Result<Vec<u8>, BackupError> {
    Ok(vault.public_key(id)?)
}

/// Begins so that it can be no certificate, request, list or answer: those begin with 0x30.
fn trial_message() -> Result<Vec<u8>, BackupError> {
    let mut drawn = [0; 32];
    let failed = |_| BackupError::Vault(VaultError::Cryptography("draw random bytes"));
    random(&mut drawn).map_err(failed)?;
    Ok([TRIAL, &drawn].concat())
}

fn as_rows(error: AuditError) -> BackupError {
    match error {
        AuditError::Store(error) => BackupError::Rows(error),
        _ => BackupError::Rows(StoreError::Row {
            table: "audit".to_owned(),
        }),
    }
}

const TRIAL: &[u8] = b"chancery backup trial: nothing is signed by this\n";

/// Entries of the audit read at once.
const STEP: usize = 2048;

const MAX_FAULTS: usize = 100;
