//! What the vault promises, with the tools that the other files of tests share.

mod classes;
mod disk;
mod faults;
mod fixture;
mod import;
mod kept;
mod keys;
#[cfg(target_os = "linux")]
mod memory;
mod passphrase;
mod slots;
mod tampering;

use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use kept::Kept;

use super::Class;
use super::KdfCost;
use super::Opener;
use super::SecretStore;
use super::Vault;
use super::VaultError;
use super::storage::Lease;
use super::storage::Memory;
use super::storage::Storage;
use crate::base::KeyId;
use crate::base::KeyType;
use crate::base::Purpose;
use crate::base::Secret;
use crate::base::sha256;

impl Vault {
    /// By the passphrase.
    fn unlock(&self, passphrase: &Secret<String>) -> Result<(), VaultError> {
        self.open(Opener::Passphrase(passphrase), false)
    }
}

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
    vault
        .create(&consent, None, KdfCost::weak_for_tests())
        .unwrap();
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

/// Signs something; there is no audit here that the receipt could go into.
fn use_key(vault: &Vault, id: KeyId, consent: Option<&Secret<String>>) {
    let (signature, receipt) = vault.sign(id, Purpose::Request, b"x", consent).unwrap();
    assert!(!signature.is_empty());
    receipt.consume();
}

/// The same on a machine that keeps these secrets.
fn vault_beside(bytes: Vec<u8>, kept: &Arc<Kept>) -> Vault {
    vault_of(bytes).with_secret_store(Arc::clone(kept) as Arc<dyn SecretStore>)
}

/// The error, of a thing that must not have worked. (`Secret` and others have no `Debug`.)
fn refused<T>(answer: Result<T, VaultError>) -> VaultError {
    match answer {
        Ok(_) => panic!("this must be refused"),
        Err(error) => error,
    }
}

/// The checksum over the header made right again, as somebody would who changes it on purpose.
fn with_checksum(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = header_end(&bytes);
    let checksum = sha256(&[&bytes[..end]]);
    bytes[end..end + 32].copy_from_slice(&checksum);
    bytes
}

/// Where the header's fields end and its checksum begins.
fn header_end(bytes: &[u8]) -> usize {
    let length: [u8; 4] = bytes[10..14].try_into().unwrap();
    14 + usize::try_from(u32::from_be_bytes(length)).unwrap()
}

/// Storage of which one step fails.
struct Failing {
    inner: Arc<dyn Storage>,
    fault: Fault,
    steps: AtomicUsize,
    /// What was done, in this order.
    log: Arc<Mutex<Vec<&'static str>>>,
}

#[derive(Clone, Copy)]
enum Fault {
    /// The step of that number, from 0, fails once, as on a full disk.
    Fails(usize),
    /// The process ends in that step: half of it is done, and nothing that would come after it.
    Ends(usize),
}

impl Failing {
    fn vault(inner: &Arc<dyn Storage>, fault: Fault) -> Vault {
        let storage = Self {
            inner: Arc::clone(inner),
            fault,
            steps: AtomicUsize::default(),
            log: Arc::default(),
        };
        Vault::on(Box::new(storage)).accept_weak_for_tests()
    }

    fn step(&self, what: &'static str) -> io::Result<()> {
        self.log.lock().unwrap().push(what);
        let step = self.steps.fetch_add(1, Ordering::SeqCst);
        let fails = match self.fault {
            Fault::Fails(at) => step == at,
            Fault::Ends(at) => step >= at,
        };
        match fails {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }
}

impl Storage for Failing {
    fn read(&self) -> io::Result<Option<Vec<u8>>> {
        self.inner.read()
    }

    fn exists(&self) -> io::Result<bool> {
        self.inner.exists()
    }

    fn acquire(&self) -> Result<Lease, VaultError> {
        self.inner.acquire()
    }

    fn write_new(&self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.step("write") {
            self.inner.write_new(&bytes[..bytes.len() / 2])?;
            return Err(error);
        }
        self.inner.write_new(bytes)
    }

    fn sync_new(&self) -> io::Result<()> {
        self.step("sync")?;
        self.inner.sync_new()
    }

    fn rename_new(&self) -> io::Result<()> {
        self.step("rename")?;
        self.inner.rename_new()
    }

    fn sync_folder(&self) -> io::Result<()> {
        self.step("sync the folder")?;
        self.inner.sync_folder()
    }

    fn discard_new(&self) {
        if matches!(self.fault, Fault::Fails(_)) {
            self.inner.discard_new();
        }
    }
}
