//! What is in reach while the vault is unlocked. It knows no way to an authority's record.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use super::error::VaultError;
use super::file::Contents;
use super::file::PURPOSE_AUTHORITY;
use super::file::PURPOSE_EVERYDAY;
use super::list::Class;
use super::list::KIND_GRANT;
use super::list::KIND_KEY;
use super::list::RecordName;
use super::seal::Key;
use super::signer::LocalKey;
use super::signer::type_of;
use super::storage::Lease;
use crate::base::KeyId;
use crate::base::Secret;

/// The contents as of one generation, with the master key.
pub(super) struct Unlocked {
    pub(super) contents: Contents,
    pub(super) master: Key,
    /// Derived from the master key: seals everyday records and grants.
    pub(super) everyday: Key,
    pub(super) lease: Arc<Lease>,
    /// Everyday and granted keys that have signed before. Each is opened at its first signature.
    ready: Mutex<HashMap<KeyId, Arc<LocalKey>>>,
}

impl Unlocked {
    pub(super) fn new(
        contents: Contents,
        master: Key,
        lease: Arc<Lease>,
    ) -> Result<Self, VaultError> {
        Ok(Self {
            everyday: master.derive(contents.header.vault, PURPOSE_EVERYDAY)?,
            contents,
            master,
            lease,
            ready: Mutex::default(),
        })
    }

    /// The next generation; keys that are still in reach stay ready.
    pub(super) fn with(&self, contents: Contents) -> Result<Self, VaultError> {
        let next = Self::new(contents, self.master.duplicate(), Arc::clone(&self.lease))?;
        let mut kept = self.ready().clone();
        kept.retain(|id, _| next.everyday_record(*id).is_ok_and(|found| found.is_some()));
        *next.ready() = kept;
        Ok(next)
    }

    pub(super) fn generation(&self) -> u64 {
        self.contents.header.generation
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = (KeyId, Class)> {
        let entries = self.contents.entries.iter();
        let keys = entries.filter(|(name, _)| name.kind == KIND_KEY);
        keys.map(|(name, entry)| (name.key_id(), entry.class))
    }

    pub(super) fn has_grant(&self, id: KeyId) -> bool {
        self.contents.entries.contains_key(&RecordName::grant(id))
    }

    /// An everyday or granted key; `None` for an attended one.
    pub(super) fn ready_key(&self, id: KeyId) -> Result<Option<Arc<LocalKey>>, VaultError> {
        if let Some(key) = self.ready().get(&id) {
            return Ok(Some(Arc::clone(key)));
        }
        let Some(name) = self.everyday_record(id)? else {
            return Ok(None);
        };
        let plain = self.contents.open_record(name, &self.everyday)?;
        let key = Arc::new(parse(&self.contents, name, &plain)?);
        self.ready().insert(id, Arc::clone(&key));
        Ok(Some(key))
    }

    /// An authority's key, opened with the key of its class.
    pub(super) fn attended_key(&self, id: KeyId, opening: &Key) -> Result<LocalKey, VaultError> {
        let name = RecordName::key(id);
        let plain = self.contents.open_record(name, opening)?;
        parse(&self.contents, name, &plain)
    }

    /// The record that the everyday key opens to sign with this key.
    fn everyday_record(&self, id: KeyId) -> Result<Option<RecordName>, VaultError> {
        let name = RecordName::key(id);
        match self.contents.entry(name)?.class {
            Class::Everyday => Ok(Some(name)),
            Class::Authority => Ok(self.has_grant(id).then(|| RecordName::grant(id))),
        }
    }

    fn ready(&self) -> MutexGuard<'_, HashMap<KeyId, Arc<LocalKey>>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads an opened record, and checks that it is the private half of the public key that the list
/// names.
pub(super) fn parse(
    contents: &Contents,
    name: RecordName,
    plain: &Secret<Vec<u8>>,
) -> Result<LocalKey, VaultError> {
    let entry = contents.entry(name)?;
    let id = name.key_id();
    let key_type = type_of(entry.key_type).ok_or(VaultError::UnknownKeyType(id))?;
    let altered = VaultError::RecordAltered(id);
    let key = LocalKey::from_pkcs8(key_type, plain).ok_or(altered)?;
    match key.public_key()? == entry.public_key {
        true => Ok(key),
        false => Err(VaultError::RecordAltered(id)),
    }
}

/// Opens every record under the master key.
pub(super) fn check_everyday(contents: &Contents, master: &Key) -> Result<(), VaultError> {
    let opening = master.derive(contents.header.vault, PURPOSE_EVERYDAY)?;
    check(contents, Class::Everyday, &opening)
}

/// Opens every record under the authority key.
pub(super) fn check_authorities(contents: &Contents, authority: &Key) -> Result<(), VaultError> {
    let opening = authority.derive(contents.header.vault, PURPOSE_AUTHORITY)?;
    check(contents, Class::Authority, &opening)
}

fn check(contents: &Contents, class: Class, opening: &Key) -> Result<(), VaultError> {
    let entries = contents.entries.iter();
    for (name, entry) in entries.filter(|(_, entry)| entry.class == class) {
        let plain = contents.open_record(*name, opening)?;
        let known = matches!(name.kind, KIND_KEY | KIND_GRANT) && type_of(entry.key_type).is_some();
        if known {
            parse(contents, *name, &plain)?;
        }
    }
    Ok(())
}
