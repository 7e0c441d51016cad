//! What a vault does with its keys: make, grant, sign, hand out.

use super::Vault;
use super::error::VaultError;
use super::file::PURPOSE_AUTHORITY;
use super::list::Class;
use super::list::Described;
use super::list::RecordName;
use super::seal::Key;
use super::signer::LocalKey;
use super::signer::code_of;
use super::signer::type_of;
use super::unlocked;
use super::unlocked::Unlocked;
use crate::base::KeyId;
use crate::base::KeyType;
use crate::base::Purpose;
use crate::base::Receipt;
use crate::base::Secret;

/// A key pair on its way into the vault; wiped where it does not arrive.
pub(crate) struct UnkeptKey {
    key_type: KeyType,
    public_key: Vec<u8>,
    plain: Secret<Vec<u8>>,
}

/// A key in the vault, known by its public half.
pub(crate) struct HeldKey {
    pub(crate) id: KeyId,
    pub(crate) class: Class,
    pub(crate) key_type: KeyType,
    /// SubjectPublicKeyInfo in DER.
    pub(crate) public_key: Vec<u8>,
}

impl UnkeptKey {
    /// SubjectPublicKeyInfo in DER.
    pub(crate) fn public_key(&self) -> &[u8] {
        &self.public_key
    }
}

impl Vault {
    /// Makes a key pair and returns its SubjectPublicKeyInfo in DER, once the private half is
    /// durable. An authority's key needs the passphrase.
    pub(crate) fn generate(
        &self,
        id: KeyId,
        class: Class,
        key_type: KeyType,
        authority: Option<&Secret<String>>,
    ) -> Result<Vec<u8>, VaultError> {
        if class == Class::Authority && authority.is_none() {
            self.unlocked()?;
            return Err(VaultError::ConsentNeeded(id));
        }
        let UnkeptKey {
            public_key, plain, ..
        } = self.make_key(key_type)?;
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

    /// A key pair that is in no vault yet. The vault must be unlocked, so that none is made in vain.
    pub(crate) fn make_key(&self, key_type: KeyType) -> Result<UnkeptKey, VaultError> {
        self.unlocked()?;
        // An RSA key takes a second or more; nobody else waits for it.
        let key = LocalKey::generate(key_type)?;
        Ok(UnkeptKey {
            key_type,
            public_key: key.public_key()?,
            plain: key.to_pkcs8()?,
        })
    }

    /// Everyday keys, all of them or none, in one writing of the file.
    pub(crate) fn keep_keys(&self, keys: &[(KeyId, UnkeptKey)]) -> Result<(), VaultError> {
        self.edit(|unlocked, contents| {
            for (id, key) in keys {
                let name = RecordName::key(*id);
                if contents.entries.contains_key(&name) {
                    return Err(VaultError::KeyExists(*id));
                }
                let what = Described {
                    class: Class::Everyday,
                    key_type: code_of(key.key_type),
                    public_key: key.public_key.clone(),
                };
                contents.put(name, what, &unlocked.everyday, &key.plain)?;
            }
            Ok(())
        })
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

    /// Signs `message`. An everyday or granted key needs only that the vault is unlocked. With
    /// `consent` a key of an authority is opened by that passphrase or recovery code, signs and is
    /// wiped, whether or not there is a grant: a wrong one never signs.
    pub(crate) fn sign(
        &self,
        id: KeyId,
        purpose: Purpose,
        message: &[u8],
        consent: Option<&Secret<String>>,
    ) -> Result<(Vec<u8>, Receipt), VaultError> {
        let unlocked = self.unlocked()?;
        let class = unlocked.contents.entry(RecordName::key(id))?.class;
        let signature = match (class, consent) {
            (Class::Authority, Some(passphrase)) => {
                let opening = self.authority_key(&unlocked, passphrase)?;
                unlocked.attended_key(id, &opening)?.sign(message)?
            }
            _ => {
                let ready = unlocked.ready_key(id)?;
                ready.ok_or(VaultError::ConsentNeeded(id))?.sign(message)?
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

    /// Every key by its public half, so that what it belongs to can be found again.
    pub(crate) fn held_keys(&self) -> Result<Vec<HeldKey>, VaultError> {
        let unlocked = self.unlocked()?;
        let keys = unlocked.keys().map(|(id, class)| {
            let entry = unlocked.contents.entry(RecordName::key(id))?;
            Ok(type_of(entry.key_type).map(|key_type| HeldKey {
                id,
                class,
                key_type,
                public_key: entry.public_key.clone(),
            }))
        });
        keys.filter_map(Result::transpose).collect()
    }

    pub(super) fn authority_key(
        &self,
        unlocked: &Unlocked,
        passphrase: &Secret<String>,
    ) -> Result<Key, VaultError> {
        let header = &unlocked.contents.header;
        let authority = self.by_a_person(header, passphrase)?.authority()?;
        authority.derive(header.vault, PURPOSE_AUTHORITY)
    }
}
