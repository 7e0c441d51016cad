//! The vault: private keys in one file of sealed records, opened by a passphrase.
//!
//! Everyday keys are in reach while the vault is unlocked. An authority's key is opened for one act
//! with the passphrase, unless a person has granted it for unattended use. `docs/vault.md` has the
//! format and the hierarchy of keys.

mod cursor;
mod error;
mod file;
mod kdf;
mod rekey;
mod seal;
mod signer;
mod slot;
mod storage;
#[cfg(test)]
mod tests;
mod unlocked;

pub(crate) use error::VaultError;
pub(crate) use file::Class;
pub(crate) use file::Sealed;
pub(crate) use file::VaultId;
pub(crate) use kdf::KdfCost;
pub(crate) use slot::SlotId;
pub(crate) use slot::SlotKind;
pub(crate) use slot::SlotRow;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::RwLock;

use file::Contents;
use file::Described;
use file::Parts;
use file::RecordName;
use seal::Key;
use signer::LocalKey;
use signer::code_of;
use slot::PassphraseSlot;
use storage::Disk;
use storage::Lease;
use storage::Memory;
use storage::Storage;
use unlocked::Unlocked;

use crate::base::Clock;
use crate::base::KeyId;
use crate::base::KeyType;
use crate::base::Purpose;
use crate::base::Receipt;
use crate::base::Secret;
use crate::base::SystemClock;
use crate::base::Timestamp;

/// One vault. Everything may be called from several threads at once; signing waits for nothing
/// that writes.
pub(crate) struct Vault {
    storage: Box<dyn Storage>,
    clock: Arc<dyn Clock>,
    accept_weak: bool,
    /// Held by whoever writes the file or opens it.
    writing: Mutex<()>,
    /// What is in reach; replaced whole, never changed.
    unlocked: RwLock<Option<Arc<Unlocked>>>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum VaultState {
    Absent,
    Locked,
    Unlocked,
}

/// What may be told of a vault without opening it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Overview {
    pub(crate) id: VaultId,
    /// Grows by one with each writing of the file: a lower one than last seen is an old copy.
    pub(crate) generation: u64,
    /// Grows by one with each re-keying.
    pub(crate) epoch: u64,
    pub(crate) created: Timestamp,
    pub(crate) slots: Vec<SlotRow>,
    /// How many keys there are; `None` while locked.
    pub(crate) entries: Option<usize>,
}

/// What a check has found in order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct CheckOutcome {
    /// Sealed records, grants included.
    pub(crate) records: usize,
    pub(crate) slots: usize,
    pub(crate) generation: u64,
    /// Whether the records of authorities were opened too, for which the passphrase is needed.
    pub(crate) authority_records_opened: bool,
}

impl Vault {
    /// The vault in the file at `path`, whose folder must exist. Nothing is read yet.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self::on(Box::new(Disk::new(path)))
    }

    /// A vault that is gone with the process; accepts the weak cost for tests.
    pub(crate) fn in_memory() -> Self {
        Self::on(Box::new(Memory::default())).accept_weak_for_tests()
    }

    fn on(storage: Box<dyn Storage>) -> Self {
        Self {
            storage,
            clock: Arc::new(SystemClock),
            accept_weak: false,
            writing: Mutex::default(),
            unlocked: RwLock::default(),
        }
    }

    /// Sets the clock that dates the slots.
    pub(crate) fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Makes and opens vaults whose Argon2 costs protect nothing.
    pub(crate) fn accept_weak_for_tests(self) -> Self {
        Self {
            accept_weak: true,
            ..self
        }
    }

    pub(crate) fn state(&self) -> Result<VaultState, VaultError> {
        if self.current().is_some() {
            return Ok(VaultState::Unlocked);
        }
        match self.storage.exists().map_err(VaultError::Read)? {
            true => Ok(VaultState::Locked),
            false => Ok(VaultState::Absent),
        }
    }

    /// `None` where there is no vault. While locked it is what the file says, which only unlocking
    /// proves.
    pub(crate) fn overview(&self) -> Result<Option<Overview>, VaultError> {
        if let Some(unlocked) = self.current() {
            let entries = unlocked.keys().count();
            return Ok(Some(overview(&unlocked.contents.header, Some(entries))));
        }
        let Some(bytes) = self.storage.read().map_err(VaultError::Read)? else {
            return Ok(None);
        };
        Ok(Some(overview(&Parts::split(&bytes)?.header, None)))
    }

    /// Makes an empty vault with one slot, and leaves it unlocked.
    pub(crate) fn create(
        &self,
        passphrase: &Secret<String>,
        cost: KdfCost,
    ) -> Result<VaultId, VaultError> {
        let _writing = self.writing();
        if self.state()? != VaultState::Absent {
            return Err(VaultError::AlreadyExists);
        }
        let cost = cost.check(self.accept_weak)?;
        let lease = self.storage.acquire()?;
        if self.storage.exists().map_err(VaultError::Read)? {
            return Err(VaultError::AlreadyExists);
        }
        let made = rekey::create(passphrase, cost, self.clock.now())?;
        self.store(&made.contents.encode(&made.master)?)?;
        let vault = made.contents.header.vault;
        let unlocked = Unlocked::new(made.contents, made.master, Arc::new(lease))?;
        *write(&self.unlocked) = Some(Arc::new(unlocked));
        Ok(vault)
    }

    /// Puts the everyday keys in reach; the authority key stays sealed. Keeps other processes out
    /// until the vault is locked. A vault that is unlocked only checks the passphrase.
    pub(crate) fn unlock(&self, passphrase: &Secret<String>) -> Result<(), VaultError> {
        let _writing = self.writing();
        if let Some(unlocked) = self.current() {
            let header = &unlocked.contents.header;
            return PassphraseSlot::open(header, passphrase, self.accept_weak).map(drop);
        }
        let (bytes, lease) = self.lease_and_read()?;
        let parts = Parts::split(&bytes)?;
        let master = PassphraseSlot::open(&parts.header, passphrase, self.accept_weak)?.master;
        self.unlock_with(&parts, master, lease)
    }

    /// What every slot comes to in the end.
    fn unlock_with(
        &self,
        parts: &Parts<'_>,
        master: Key,
        lease: Arc<Lease>,
    ) -> Result<(), VaultError> {
        let contents = Contents::open(parts, &master)?;
        let unlocked = Unlocked::new(contents, master, lease)?;
        *write(&self.unlocked) = Some(Arc::new(unlocked));
        Ok(())
    }

    /// Wipes what was in reach; a signature that is being made in another thread is finished first.
    pub(crate) fn lock(&self) {
        *write(&self.unlocked) = None;
    }

    /// Draws a new master key and a new authority key and seals every record anew, so that neither
    /// the old passphrase nor a key that somebody kept opens anything written from now on.
    pub(crate) fn change_passphrase(
        &self,
        old: &Secret<String>,
        new: &Secret<String>,
    ) -> Result<(), VaultError> {
        let _writing = self.writing();
        let current = self.current();
        let (bytes, lease) = match &current {
            Some(unlocked) => (self.read()?, Arc::clone(&unlocked.lease)),
            None => self.lease_and_read()?,
        };
        let parts = Parts::split(&bytes)?;
        let opened = PassphraseSlot::open(&parts.header, old, self.accept_weak)?;
        let made = rekey::rekey(&parts, &opened, new, self.clock.now())?;
        let bytes = made.contents.encode(&made.master)?;
        Contents::open(&Parts::split(&bytes)?, &made.master)?;
        self.store(&bytes)?;
        if let Some(current) = current {
            let next = Unlocked::new(made.contents, made.master, lease)?;
            self.adopt(&current, next);
        }
        Ok(())
    }

    /// Reads the file again and opens every record for which there is a key: everyday ones while
    /// the vault is unlocked, all of them with the passphrase.
    pub(crate) fn check(
        &self,
        passphrase: Option<&Secret<String>>,
    ) -> Result<CheckOutcome, VaultError> {
        let bytes = self.read()?;
        let parts = Parts::split(&bytes)?;
        let (contents, authority) = match passphrase {
            Some(passphrase) => {
                let opened = PassphraseSlot::open(&parts.header, passphrase, self.accept_weak)?;
                let contents = Contents::open(&parts, &opened.master)?;
                unlocked::check_everyday(&contents, &opened.master)?;
                (contents, Some(opened.authority()?))
            }
            None => {
                let unlocked = self.unlocked()?;
                let contents = Contents::open(&parts, &unlocked.master)?;
                unlocked::check_everyday(&contents, &unlocked.master)?;
                (contents, None)
            }
        };
        if let Some(authority) = &authority {
            unlocked::check_authorities(&contents, authority)?;
        }
        let known = self.current();
        if known.is_some_and(|known| known.contents.header.generation > contents.header.generation)
        {
            return Err(VaultError::Replaced);
        }
        Ok(CheckOutcome {
            records: contents.entries.len(),
            slots: contents.header.slots.len(),
            generation: contents.header.generation,
            authority_records_opened: authority.is_some(),
        })
    }

    /// Makes a key pair and returns its SubjectPublicKeyInfo in DER, once the private half is
    /// durable. An authority's key needs the passphrase.
    pub(crate) fn generate(
        &self,
        id: KeyId,
        class: Class,
        key_type: KeyType,
        authority: Option<&Secret<String>>,
    ) -> Result<Vec<u8>, VaultError> {
        // An RSA key takes a second or more; nobody waits for it.
        self.unlocked()?;
        let key = LocalKey::generate(key_type)?;
        let public_key = key.public_key()?;
        let plain = key.to_pkcs8()?;
        let what = Described {
            class,
            key_type: code_of(key_type),
            public_key: public_key.clone(),
        };
        self.edit(|unlocked, contents| {
            let name = RecordName::key(id);
            if contents.entries.contains_key(&name) {
                return Err(VaultError::KeyExists(id));
            }
            match class {
                Class::Everyday => contents.put(name, what, &unlocked.everyday, &plain),
                Class::Authority => {
                    let passphrase = authority.ok_or(VaultError::ConsentNeeded(id))?;
                    let sealing = self.authority_key(unlocked, passphrase)?;
                    contents.put(name, what, &sealing, &plain)
                }
            }
        })?;
        Ok(public_key)
    }

    /// Lets an authority's key sign unattended: seals that one key for the everyday key as well.
    pub(crate) fn grant(&self, id: KeyId, passphrase: &Secret<String>) -> Result<(), VaultError> {
        self.edit(|unlocked, contents| {
            let entry = contents.entry(RecordName::key(id))?;
            if entry.class != Class::Authority {
                return Err(VaultError::GrantOnlyForAuthorities(id));
            }
            let what = Described {
                class: Class::Everyday,
                key_type: entry.key_type,
                public_key: entry.public_key.clone(),
            };
            let opening = self.authority_key(unlocked, passphrase)?;
            let plain = contents.open_record(RecordName::key(id), &opening)?;
            unlocked::parse(contents, RecordName::key(id), &plain)?;
            contents.put(RecordName::grant(id), what, &unlocked.everyday, &plain)
        })
    }

    /// Takes the grant away, and the copy that it made; without a grant nothing happens. Who kept
    /// an older file still has that copy: its generation is lower, which the store can tell.
    pub(crate) fn end_grant(&self, id: KeyId) -> Result<(), VaultError> {
        let unlocked = self.unlocked()?;
        unlocked.contents.entry(RecordName::key(id))?;
        if !unlocked.has_grant(id) {
            return Ok(());
        }
        self.edit(|_, contents| {
            contents.entries.remove(&RecordName::grant(id));
            Ok(())
        })
    }

    /// False while locked: the list of grants is sealed.
    pub(crate) fn has_grant(&self, id: KeyId) -> bool {
        self.current()
            .is_some_and(|unlocked| unlocked.has_grant(id))
    }

    /// Signs `message`. An everyday or granted key needs only that the vault is unlocked; an
    /// attended one needs the passphrase as `consent`, opens, signs and is wiped.
    pub(crate) fn sign(
        &self,
        id: KeyId,
        purpose: Purpose,
        message: &[u8],
        consent: Option<&Secret<String>>,
    ) -> Result<(Vec<u8>, Receipt), VaultError> {
        let unlocked = self.unlocked()?;
        let signature = match unlocked.ready_key(id)? {
            Some(key) => key.sign(message)?,
            None => {
                let passphrase = consent.ok_or(VaultError::ConsentNeeded(id))?;
                let opening = self.authority_key(&unlocked, passphrase)?;
                unlocked.attended_key(id, &opening)?.sign(message)?
            }
        };
        Ok((signature, Receipt::new(id, purpose)))
    }

    /// The private key as PKCS #8 in DER. An authority's key is refused, granted or not.
    pub(crate) fn export_private_key(&self, id: KeyId) -> Result<Secret<Vec<u8>>, VaultError> {
        let unlocked = self.unlocked()?;
        let name = RecordName::key(id);
        match unlocked.contents.entry(name)?.class {
            Class::Everyday => unlocked.contents.open_record(name, &unlocked.everyday),
            Class::Authority => Err(VaultError::NotExportable(id)),
        }
    }

    /// SubjectPublicKeyInfo in DER.
    pub(crate) fn public_key(&self, id: KeyId) -> Result<Vec<u8>, VaultError> {
        let unlocked = self.unlocked()?;
        let entry = unlocked.contents.entry(RecordName::key(id))?;
        Ok(entry.public_key.clone())
    }

    pub(crate) fn key_ids(&self) -> Result<Vec<(KeyId, Class)>, VaultError> {
        Ok(self.unlocked()?.keys().collect())
    }

    /// While locked it is what the file says, which only unlocking proves.
    pub(crate) fn last_sealed(&self) -> Result<Option<Sealed>, VaultError> {
        match self.current() {
            Some(unlocked) => Ok(unlocked.contents.header.sealed),
            None => Ok(Parts::split(&self.read()?)?.header.sealed),
        }
    }

    pub(crate) fn set_last_sealed(&self, sealed: Sealed) -> Result<(), VaultError> {
        self.edit(|_, contents| {
            contents.header.sealed = Some(sealed);
            Ok(())
        })
    }

    /// Writes a changed copy of the contents, and puts it in reach once it is durable.
    fn edit(
        &self,
        change: impl FnOnce(&Unlocked, &mut Contents) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        let _writing = self.writing();
        let current = self.unlocked()?;
        let mut contents = current.contents.clone();
        contents.header.advance()?;
        change(&current, &mut contents)?;
        self.store(&contents.encode(&current.master)?)?;
        let next = current.with(contents)?;
        self.adopt(&current, next);
        Ok(())
    }

    /// Somebody may have locked the vault meanwhile; then it stays locked.
    fn adopt(&self, current: &Arc<Unlocked>, next: Unlocked) {
        let mut unlocked = write(&self.unlocked);
        if unlocked
            .as_ref()
            .is_some_and(|now| Arc::ptr_eq(now, current))
        {
            *unlocked = Some(Arc::new(next));
        }
    }

    fn store(&self, bytes: &[u8]) -> Result<(), VaultError> {
        let stored = self.storage.replace(bytes);
        if matches!(stored, Err(VaultError::Unconfirmed(_))) {
            // Only the file can say now which version is true.
            self.lock();
        }
        stored
    }

    fn authority_key(
        &self,
        unlocked: &Unlocked,
        passphrase: &Secret<String>,
    ) -> Result<Key, VaultError> {
        let header = &unlocked.contents.header;
        let authority = PassphraseSlot::open(header, passphrase, self.accept_weak)?.authority()?;
        authority.derive(header.vault, file::PURPOSE_AUTHORITY)
    }

    fn lease_and_read(&self) -> Result<(Vec<u8>, Arc<Lease>), VaultError> {
        if !self.storage.exists().map_err(VaultError::Read)? {
            return Err(VaultError::Absent);
        }
        let lease = self.storage.acquire()?;
        Ok((self.read()?, Arc::new(lease)))
    }

    fn read(&self) -> Result<Vec<u8>, VaultError> {
        let bytes = self.storage.read().map_err(VaultError::Read)?;
        bytes.ok_or(VaultError::Absent)
    }

    fn unlocked(&self) -> Result<Arc<Unlocked>, VaultError> {
        match self.current() {
            Some(unlocked) => Ok(unlocked),
            None => match self.state()? {
                VaultState::Absent => Err(VaultError::Absent),
                _ => Err(VaultError::Locked),
            },
        }
    }

    fn current(&self) -> Option<Arc<Unlocked>> {
        let unlocked = self.unlocked.read();
        unlocked.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

fn overview(header: &file::Header, entries: Option<usize>) -> Overview {
    Overview {
        id: header.vault,
        generation: header.generation,
        epoch: header.epoch,
        created: header.created,
        slots: header.slots.iter().map(slot::Slot::row).collect(),
        entries,
    }
}
