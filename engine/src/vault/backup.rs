//! What a backup takes of a vault, and trying out a vault that came from one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Vault;
use super::error::VaultError;
use super::file::Contents;
use super::file::PURPOSE_AUTHORITY;
use super::file::PURPOSE_EVERYDAY;
use super::file::Parts;
use super::file::Sealed;
use super::file::VaultId;
use super::list::Class;
use super::list::KIND_KEY;
use super::list::RecordName;
use super::seal::Key;
use super::signer::LocalKey;
use super::slot::RecoverySlot;
use super::slots::Opener;
use super::storage::Memory;
use super::storage::Storage;
use super::stream::StreamKey;
use super::unlocked;
use super::unlocked::Unlocked;
use crate::base::KeyId;
use crate::base::Purpose;
use crate::base::Receipt;

/// A vault's file as of one moment. What opens the vault then opens it.
pub(crate) struct VaultCopy {
    pub(crate) file: Vec<u8>,
    pub(crate) id: VaultId,
    of: Arc<Unlocked>,
}

impl VaultCopy {
    /// How far the vault has seen the audit sealed.
    pub(crate) fn sealed(&self) -> Option<Sealed> {
        self.of.contents.header.sealed
    }

    /// The key over what stands beside it.
    pub(crate) fn stream_key(
        &self,
        salt: &[u8; 32],
        context: [u8; 32],
    ) -> Result<StreamKey, VaultError> {
        StreamKey::derive(&self.of.master, self.id, salt, context)
    }
}

/// One key of a vault that is tried out.
pub(crate) struct KeyTried {
    pub(crate) id: KeyId,
    pub(crate) outcome: TriedOutcome,
}

pub(crate) enum TriedOutcome {
    /// Why it could not sign.
    Failed(VaultError),
    /// It was opened and fits its public key; nobody asked for a signature.
    Opened,
    /// What opened the vault does not open it.
    Sealed,
    Signed {
        signature: Vec<u8>,
        receipt: Receipt,
    },
}

impl Vault {
    /// The whole of it, or without any record but with all its slots. It is taken from memory and
    /// so of one moment, whatever is being written.
    pub(crate) fn copy(&self, with_records: bool) -> Result<VaultCopy, VaultError> {
        let of = self.unlocked()?;
        let mut contents = Contents::clone(&of.contents);
        if !with_records {
            contents.entries = BTreeMap::new();
        }
        Ok(VaultCopy {
            file: contents.encode(&of.master)?,
            id: contents.header.vault,
            of,
        })
    }

    /// A vault in memory; nothing of it is written anywhere.
    pub(crate) fn from_copy(file: Vec<u8>) -> Self {
        Self::on(Box::new(Memory::holding(file)))
    }

    /// Accepts the costs that `other` accepts.
    pub(crate) fn accepting_like(self, other: &Self) -> Self {
        Self {
            accept_weak: other.accept_weak,
            ..self
        }
    }

    /// Opens it with what `other` has open, if that is the same vault under the same keys.
    pub(crate) fn unlock_like(&self, other: &Self) -> Result<(), VaultError> {
        let master = other.unlocked()?.master.duplicate();
        let (bytes, lease) = self.lease_and_read()?;
        let contents = Contents::open(&Parts::split(&bytes)?, &master)?;
        self.put_in_reach(Unlocked::new(contents, master, lease)?);
        Ok(())
    }

    /// The key over authorities' records, where what opens the vault opens it too.
    fn authority_key_with(
        &self,
        unlocked: &Unlocked,
        with: Opener<'_>,
    ) -> Result<Option<Key>, VaultError> {
        let header = &unlocked.contents.header;
        match with {
            Opener::OsStore => Ok(None),
            Opener::Passphrase(typed) => self.authority_key(unlocked, typed).map(Some),
            Opener::Recovery(code) => {
                let authority = RecoverySlot::open(header, code)?.authority()?;
                authority.derive(header.vault, PURPOSE_AUTHORITY).map(Some)
            }
        }
    }

    /// The key over what stands beside it in a backup.
    pub(crate) fn stream_key(
        &self,
        salt: &[u8; 32],
        context: [u8; 32],
    ) -> Result<StreamKey, VaultError> {
        let unlocked = self.unlocked()?;
        let vault = unlocked.contents.header.vault;
        StreamKey::derive(&unlocked.master, vault, salt, context)
    }

    /// Opens every record that can be opened: everyday ones and grants now, authorities' with
    /// what `with` opens. Those that `signs` names sign `message`.
    pub(crate) fn try_keys(
        &self,
        with: Option<Opener<'_>>,
        message: &[u8],
        signs: impl Fn(KeyId) -> bool,
    ) -> Result<Vec<KeyTried>, VaultError> {
        let unlocked = self.unlocked()?;
        let contents = &unlocked.contents;
        let everyday = unlocked
            .master
            .derive(contents.header.vault, PURPOSE_EVERYDAY)?;
        let authority = match with {
            Some(with) => self.authority_key_with(&unlocked, with)?,
            None => None,
        };
        let names = contents.entries.keys().filter(|name| name.kind == KIND_KEY);
        let tried = names.map(|name| {
            let id = name.key_id();
            let class = contents.entry(*name)?.class;
            let granted = unlocked.has_grant(id).then(|| RecordName::grant(id));
            let opening = match (class, &authority) {
                (Class::Everyday, _) => Some((*name, &everyday)),
                (Class::Authority, Some(authority)) => Some((*name, authority)),
                (Class::Authority, None) => granted.map(|grant| (grant, &everyday)),
            };
            let opened = opening.map(|(name, key)| {
                let plain = contents.open_record(name, key)?;
                unlocked::parse(contents, name, &plain)
            });
            let outcome = match opened {
                None => TriedOutcome::Sealed,
                Some(Err(error)) => TriedOutcome::Failed(error),
                Some(Ok(key)) if signs(id) => sign(id, &key, message),
                Some(Ok(_)) => TriedOutcome::Opened,
            };
            Ok(KeyTried { id, outcome })
        });
        tried.collect()
    }
}

fn sign(id: KeyId, key: &LocalKey, message: &[u8]) -> TriedOutcome {
    match key.sign(message) {
        Ok(signature) => TriedOutcome::Signed {
            signature,
            receipt: Receipt::new(id, Purpose::Trial),
        },
        Err(error) => TriedOutcome::Failed(error),
    }
}

/// Writes a vault's file where there is none, durably.
pub(crate) fn write_file(path: &std::path::Path, file: &[u8]) -> Result<(), VaultError> {
    let storage = super::storage::Disk::new(path.to_owned());
    match storage.exists().map_err(VaultError::Read)? {
        true => Err(VaultError::AlreadyExists),
        false => storage.replace(file),
    }
}
