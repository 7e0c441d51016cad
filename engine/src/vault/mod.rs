//! The vault: private keys in one file of sealed records, opened by a passphrase.
//!
//! Everyday keys are in reach while the vault is unlocked. An authority's key is opened for one act
//! with the passphrase, unless a person has granted it for unattended use. `docs/vault.md` has the
//! format and the hierarchy of keys.

mod backup;
mod check;
mod cursor;
mod error;
mod file;
/// Doors for `tests/fuzz`.
#[cfg(fuzzing)]
pub mod fuzzing;
mod import;
mod kdf;
mod keys;
mod list;
mod overview;
mod rekey;
mod seal;
mod secrets;
mod signer;
mod slot;
mod slots;
mod storage;
mod stream;
#[cfg(test)]
mod tests;
mod unlocked;

pub(crate) use backup::KeyTried;
pub(crate) use backup::TriedOutcome;
pub(crate) use backup::VaultCopy;
pub(crate) use backup::write_file;
pub(crate) use error::VaultError;
pub(crate) use file::Sealed;
pub(crate) use file::VaultId;
pub(crate) use import::ForeignKey;
pub(crate) use import::Incoming;
pub(crate) use kdf::KdfCost;
pub(crate) use keys::HeldKey;
pub(crate) use keys::UnkeptKey;
pub(crate) use list::Class;
pub(crate) use overview::Overview;
pub(crate) use overview::SlotOutcome;
pub(crate) use overview::VaultState;
pub(crate) use slot::SlotKind;
pub(crate) use slot::SlotRow;
pub use slot::{EntryName, SecretStore, SecretStoreError, SystemSecretStore};
pub(crate) use slots::Opener;
pub(crate) use stream::Place;
pub(crate) use stream::StreamKey;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::RwLock;

use file::Contents;
use file::Header;
use file::Parts;
use storage::Disk;
use storage::Lease;
use storage::Memory;
use storage::Storage;
use unlocked::Unlocked;

use crate::base::Clock;
use crate::base::Secret;
use crate::base::SystemClock;

/// One vault. Everything may be called from several threads at once; signing waits for nothing
/// that writes.
pub(crate) struct Vault {
    storage: Box<dyn Storage>,
    clock: Arc<dyn Clock>,
    accept_weak: bool,
    /// The operating system's store.
    secrets: Arc<dyn SecretStore>,
    seen: Mutex<Option<Seen>>,
    /// Held by whoever writes the file or opens it.
    writing: Mutex<()>,
    /// What is in reach; replaced whole, never changed.
    unlocked: RwLock<Option<Arc<Unlocked>>>,
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
            secrets: Arc::new(SystemSecretStore),
            seen: Mutex::default(),
            writing: Mutex::default(),
            unlocked: RwLock::default(),
        }
    }

    /// Sets the clock that dates the slots.
    pub(crate) fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    pub(crate) fn with_secret_store(self, secrets: Arc<dyn SecretStore>) -> Self {
        Self { secrets, ..self }
    }

    /// Sets what was seen of the vault before this run, so that an older copy is noticed.
    pub(crate) fn with_seen(self, seen: Option<Seen>) -> Self {
        let seen = Mutex::new(seen);
        Self { seen, ..self }
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
            return Ok(Some(Overview::of(&unlocked.contents.header, Some(entries))));
        }
        let Some(bytes) = self.storage.read().map_err(VaultError::Read)? else {
            return Ok(None);
        };
        Ok(Some(Overview::of(&Parts::split(&bytes)?.header, None)))
    }

    /// Makes an empty vault that a passphrase opens, and a recovery code if there is one, and leaves
    /// it unlocked.
    pub(crate) fn create(
        &self,
        passphrase: &Secret<String>,
        recovery: Option<&Secret<String>>,
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
        let made = rekey::create(passphrase, recovery, cost, self.clock.now())?;
        self.store(&made.contents.encode(&made.master)?)?;
        let vault = made.contents.header.vault;
        self.see(&made.contents.header, true)?;
        self.put_in_reach(Unlocked::new(made.contents, made.master, Arc::new(lease))?);
        Ok(vault)
    }

    /// Wipes what was in reach; a signature that is being made in another thread is finished first.
    pub(crate) fn lock(&self) {
        *write(&self.unlocked) = None;
    }

    /// While locked it is what the file says, which only unlocking proves.
    pub(crate) fn last_sealed(&self) -> Result<Option<Sealed>, VaultError> {
        match self.current() {
            Some(unlocked) => Ok(unlocked.contents.header.sealed),
            None if self.state()? == VaultState::Absent => Ok(None),
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
        self.see(&contents.header, false)?;
        let next = current.with(contents)?;
        self.adopt(&current, next);
        Ok(())
    }

    fn put_in_reach(&self, unlocked: Unlocked) {
        *write(&self.unlocked) = Some(Arc::new(unlocked));
    }

    /// The latest version of the vault that was ever seen, as far as anybody told us.
    pub(crate) fn seen(&self) -> Option<Seen> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a header that a key has vouched for, and refuses one that is older than the
    /// last. Another vault has a count of its own.
    fn see(&self, header: &Header, accept_older: bool) -> Result<(), VaultError> {
        let (vault, found) = (header.vault, header.generation);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match *seen {
            Some(last) if last.vault == vault && last.generation > found && !accept_older => {
                let seen = last.generation;
                Err(VaultError::OlderCopy { found, seen })
            }
            _ => {
                *seen = Some(Seen {
                    vault,
                    generation: found,
                });
                Ok(())
            }
        }
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

/// A version of a vault's file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Seen {
    pub(crate) vault: VaultId,
    pub(crate) generation: u64,
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
