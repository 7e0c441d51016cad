//! A store of secrets in memory, which can be locked, absent or asked in vain.

use std::collections::BTreeMap;
use std::sync::Mutex;

use chancery_engine::api::Secret;
use chancery_engine::{EntryName, SecretStore, SecretStoreError};

/// Two engines that are given the same one stand for one machine.
#[derive(Default)]
pub struct KeptSecrets {
    entries: Mutex<BTreeMap<String, String>>,
    trouble: Mutex<Option<SecretStoreError>>,
}

impl KeptSecrets {
    /// Everything fails like this until `recover` is called.
    pub fn trouble(&self, trouble: SecretStoreError) {
        *self.trouble.lock().expect("trouble") = Some(trouble);
    }

    pub fn recover(&self) {
        *self.trouble.lock().expect("trouble") = None;
    }

    /// The names of the entries, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = self.entries.lock().expect("entries");
        entries.keys().cloned().collect()
    }

    /// What everybody who can read the store gets.
    pub fn copy(&self) -> BTreeMap<String, String> {
        self.entries.lock().expect("entries").clone()
    }

    pub fn put_back(&self, entries: BTreeMap<String, String>) {
        *self.entries.lock().expect("entries") = entries;
    }

    fn working(&self) -> Result<(), SecretStoreError> {
        match &*self.trouble.lock().expect("trouble") {
            Some(trouble) => Err(trouble.clone()),
            None => Ok(()),
        }
    }
}

impl SecretStore for KeptSecrets {
    fn read(&self, entry: &EntryName) -> Result<Secret<String>, SecretStoreError> {
        self.working()?;
        let entries = self.entries.lock().expect("entries");
        let found = entries.get(&entry.to_string()).cloned();
        found.map(Secret::new).ok_or(SecretStoreError::NoEntry)
    }

    fn write(&self, entry: &EntryName, secret: &Secret<String>) -> Result<(), SecretStoreError> {
        self.working()?;
        if entry.presence() {
            return Err(SecretStoreError::PresenceUnsupported);
        }
        let mut entries = self.entries.lock().expect("entries");
        entries.insert(entry.to_string(), secret.expose(String::clone));
        Ok(())
    }

    fn delete(&self, entry: &EntryName) -> Result<(), SecretStoreError> {
        self.working()?;
        let mut entries = self.entries.lock().expect("entries");
        let gone = entries.remove(&entry.to_string());
        gone.map(drop).ok_or(SecretStoreError::NoEntry)
    }
}
