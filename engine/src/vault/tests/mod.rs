//! What the vault promises, with the tools that the other files of tests share.

mod keys;

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use super::Class;
use super::KdfCost;
use super::Vault;
use super::VaultError;
use super::storage::Lease;
use super::storage::Memory;
use super::storage::Storage;
use crate::base::KeyId;
use crate::base::KeyType;
use crate::base::Secret;

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn passphrase() -> Secret<String> {
    secret("correct horse battery staple")
}

const LEAF: KeyId = KeyId::from_raw(1);
const ROOT: KeyId = KeyId::from_raw(2);
const ISSUING: KeyId = KeyId::from_raw(3);

/// A leaf's key, an attended authority's key and a granted one.
fn fill(vault: &Vault) {
    let consent = passphrase();
    vault.create(&consent, KdfCost::weak_for_tests()).unwrap();
    let authority = |id| {
        vault
            .generate(id, Class::Authority, KeyType::P256, Some(&consent))
            .unwrap()
    };
    vault
        .generate(LEAF, Class::Everyday, KeyType::Ed25519, None)
        .unwrap();
    authority(ROOT);
    authority(ISSUING);
    vault.grant(ISSUING, &consent).unwrap();
}

fn filled() -> Vault {
    let vault = Vault::in_memory();
    fill(&vault);
    vault
}

fn bytes_of(vault: &Vault) -> Vec<u8> {
    vault.storage.read().unwrap().unwrap()
}

/// A locked vault out of these bytes.
fn vault_of(bytes: Vec<u8>) -> Vault {
    Vault::on(Box::new(Memory::holding(bytes))).accept_weak_for_tests()
}

/// The error, of a thing that must not have worked. (`Secret` and others have no `Debug`.)
fn refused<T>(answer: Result<T, VaultError>) -> VaultError {
    match answer {
        Ok(_) => panic!("this must be refused"),
        Err(error) => error,
    }
}

/// Storage in memory whose steps fail on demand.
#[derive(Clone, Default)]
struct Failing {
    memory: Arc<Memory>,
    /// How many steps go well before one fails; the steps after that one go well again.
    remaining: Arc<AtomicUsize>,
}

impl Failing {
    /// The step of that number, from now and from 1, fails once; 0 for none.
    fn fail_at(&self, step: usize) {
        self.remaining.store(step, Ordering::SeqCst);
    }

    fn step(&self) -> io::Result<()> {
        let step = self.remaining.load(Ordering::SeqCst);
        self.remaining
            .store(step.saturating_sub(1), Ordering::SeqCst);
        match step {
            1 => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }
}

impl Storage for Failing {
    fn read(&self) -> io::Result<Option<Vec<u8>>> {
        self.memory.read()
    }

    fn exists(&self) -> io::Result<bool> {
        self.memory.exists()
    }

    fn acquire(&self) -> Result<Lease, VaultError> {
        self.memory.acquire()
    }

    fn write_new(&self, bytes: &[u8]) -> io::Result<()> {
        self.step()?;
        self.memory.write_new(bytes)
    }

    fn sync_new(&self) -> io::Result<()> {
        self.step()?;
        self.memory.sync_new()
    }

    fn rename_new(&self) -> io::Result<()> {
        self.step()?;
        self.memory.rename_new()
    }

    fn sync_folder(&self) -> io::Result<()> {
        self.step()?;
        self.memory.sync_folder()
    }

    fn discard_new(&self) {
        self.memory.discard_new();
    }
}
