//! A store of secrets in memory, in the operating system's place.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::base::Secret;
use crate::vault::EntryName;
use crate::vault::SecretStore;
use crate::vault::SecretStoreError;

#[derive(Default)]
pub(super) struct Kept {
    pub(super) entries: Mutex<BTreeMap<String, String>>,
    /// What every call says, if anything.
    pub(super) trouble: Mutex<Option<SecretStoreError>>,
}

impl Kept {
    pub(super) fn names(&self) -> Vec<String> {
        self.entries.lock().unwrap().keys().cloned().collect()
    }

    pub(super) fn say(&self, trouble: Option<SecretStoreError>) {
        *self.trouble.lock().unwrap() = trouble;
    }

    fn working(&self) -> Result<(), SecretStoreError> {
        let trouble = self.trouble.lock().unwrap();
        trouble.clone().map_or(Ok(()), Err)
    }
}

impl SecretStore for Kept {
    fn read(&self, entry: &EntryName) -> Result<Secret<String>, SecretStoreError> {
        self.working()?;
        let found = self
            .entries
            .lock()
            .unwrap()
            .get(&entry.to_string())
            .cloned();
        found.map(Secret::new).ok_or(SecretStoreError::NoEntry)
    }

    fn write(&self, entry: &EntryName, secret: &Secret<String>) -> Result<(), SecretStoreError> {
        self.working()?;
        let text = secret.expose(String::clone);
        self.entries.lock().unwrap().insert(entry.to_string(), text);
        Ok(())
    }

    fn delete(&self, entry: &EntryName) -> Result<(), SecretStoreError> {
        self.working()?;
        let gone = self.entries.lock().unwrap().remove(&entry.to_string());
        gone.map(drop).ok_or(SecretStoreError::NoEntry)
    }
}
