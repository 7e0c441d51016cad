//! Secrets that are no keys: tokens of DNS providers and the like, kept and lent for one use.

use super::Vault;
use super::error::VaultError;
use super::list::Class;
use super::list::Described;
use super::list::RecordName;
use crate::base::Secret;
use crate::base::SecretId;

impl Vault {
    /// Keeps all of them or none, in one writing of the file. They are everyday records: in reach
    /// whenever the vault is unlocked.
    pub(crate) fn keep(&self, secrets: &[(SecretId, &Secret<String>)]) -> Result<(), VaultError> {
        self.edit(|unlocked, contents| {
            for (id, secret) in secrets {
                let what = Described {
                    class: Class::Everyday,
                    key_type: 0,
                    public_key: Vec::new(),
                };
                let plain = Secret::new(secret.expose(|text| text.as_bytes().to_vec()));
                contents.put(RecordName::secret(*id), what, &unlocked.everyday, &plain)?;
            }
            Ok(())
        })
    }

    pub(crate) fn secret(&self, id: SecretId) -> Result<Secret<String>, VaultError> {
        let unlocked = self.unlocked()?;
        let name = RecordName::secret(id);
        if !unlocked.contents.entries.contains_key(&name) {
            return Err(VaultError::SecretMissing(id));
        }
        let plain = unlocked.contents.open_record(name, &unlocked.everyday)?;
        let text = plain.expose(|plain| String::from_utf8(plain.clone()));
        text.map(Secret::new)
            .map_err(|_| VaultError::SecretMissing(id))
    }

    /// Wipes them from the file; those that are not there are no failure.
    pub(crate) fn forget(&self, secrets: &[SecretId]) -> Result<(), VaultError> {
        self.edit(|_, contents| {
            for id in secrets {
                contents.entries.remove(&RecordName::secret(*id));
            }
            Ok(())
        })
    }

    /// Takes a key away for good, as when the account that it was for has another.
    pub(crate) fn destroy_key(&self, id: crate::base::KeyId) -> Result<(), VaultError> {
        self.edit(|_, contents| {
            contents.entries.remove(&RecordName::key(id));
            contents.entries.remove(&RecordName::grant(id));
            Ok(())
        })
    }
}
