//! Keys that were made elsewhere: read, and taken into the vault.

use super::Vault;
use super::error::VaultError;
use super::list::Class;
use super::list::Described;
use super::list::KIND_KEY;
use super::list::RecordName;
use super::signer::LocalKey;
use super::signer::code_of;
use crate::base::KeyId;
use crate::base::KeyType;
use crate::base::Secret;

/// A private key of other making, of a kind that a vault can hold.
pub(crate) struct ForeignKey {
    key: LocalKey,
    key_type: KeyType,
    public_key: Vec<u8>,
}

impl ForeignKey {
    /// From PKCS #8 in DER; `None` for what is damaged or of a kind that we do not hold. A private
    /// key that does not fit its own public half is damaged.
    pub(crate) fn read(pkcs8: &Secret<Vec<u8>>) -> Option<Self> {
        let known = KeyType::ALL.into_iter();
        let read = |key_type| LocalKey::from_pkcs8(key_type, pkcs8).map(|key| (key_type, key));
        let (key_type, key) = known.filter_map(read).next()?;
        Some(Self {
            public_key: key.public_key().ok()?,
            key_type,
            key,
        })
    }

    pub(crate) fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// SubjectPublicKeyInfo in DER.
    pub(crate) fn public_key(&self) -> &[u8] {
        &self.public_key
    }
}

/// A key on its way in.
pub(crate) struct Incoming<'a> {
    pub(crate) id: KeyId,
    pub(crate) class: Class,
    pub(crate) key: &'a ForeignKey,
}

impl Vault {
    /// Takes all of them or none, and says under which id each is here: its own, or that of the
    /// record that has held the same key before. Keys of authorities need the passphrase.
    pub(crate) fn import_keys(
        &self,
        keys: &[Incoming<'_>],
        authority: Option<&Secret<String>>,
    ) -> Result<Vec<KeyId>, VaultError> {
        let here = keys
            .iter()
            .map(|incoming| self.holder(incoming))
            .collect::<Result<Vec<_>, _>>()?;
        let missing = || keys.iter().zip(&here).filter(|(_, held)| held.is_none());
        if let Some((first, _)) = missing().find(|(key, _)| key.class == Class::Authority)
            && authority.is_none()
        {
            return Err(VaultError::ConsentNeeded(first.id));
        }
        if missing().next().is_some() {
            self.put_keys(missing().map(|(incoming, _)| incoming), authority)?;
        }
        let ids = keys.iter().zip(here);
        Ok(ids.map(|(own, held)| held.unwrap_or(own.id)).collect())
    }

    /// Which record holds this key already.
    fn holder(&self, incoming: &Incoming<'_>) -> Result<Option<KeyId>, VaultError> {
        let unlocked = self.unlocked()?;
        let mut entries = unlocked.contents.entries.iter();
        let same = entries.find(|(name, entry)| {
            name.kind == KIND_KEY && entry.public_key == incoming.key.public_key
        });
        match same {
            Some((name, entry)) if entry.class != incoming.class => {
                Err(VaultError::KeyExists(name.key_id()))
            }
            found => Ok(found.map(|(name, _)| name.key_id())),
        }
    }

    /// One derivation of the authorities' key and one new file for all of them.
    fn put_keys<'k>(
        &self,
        keys: impl Iterator<Item = &'k Incoming<'k>>,
        authority: Option<&Secret<String>>,
    ) -> Result<(), VaultError> {
        self.edit(|unlocked, contents| {
            let mut sealing = None;
            for Incoming { id, class, key } in keys {
                let name = RecordName::key(*id);
                if contents.entries.contains_key(&name) {
                    return Err(VaultError::KeyExists(*id));
                }
                let what = Described {
                    class: *class,
                    key_type: code_of(key.key_type),
                    public_key: key.public_key.clone(),
                };
                let plain = key.key.to_pkcs8()?;
                match (class, &sealing) {
                    (Class::Everyday, _) => contents.put(name, what, &unlocked.everyday, &plain)?,
                    (Class::Authority, Some(sealing)) => {
                        contents.put(name, what, sealing, &plain)?;
                    }
                    (Class::Authority, None) => {
                        let passphrase = authority.ok_or(VaultError::ConsentNeeded(*id))?;
                        let derived = self.authority_key(unlocked, passphrase)?;
                        contents.put(name, what, &derived, &plain)?;
                        sealing = Some(derived);
                    }
                }
            }
            Ok(())
        })
    }
}
