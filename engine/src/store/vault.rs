//! The latest version of the vault's file that was seen, so that an older copy of it is noticed.

use serde::{Deserialize, Serialize};

use super::change::Put;
use super::error::StoreError;
use super::read::Snapshot;
use crate::api::Area;

/// The vault is always written first, so that this may be behind it and never ahead.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SeenRecord {
    /// The vault's id in hexadecimal.
    pub(crate) vault: String,
    pub(crate) generation: u64,
}

pub(crate) fn seen(record: &SeenRecord) -> Put {
    Put::note(Area::Vault, "vault-seen", record)
}

impl Snapshot {
    pub(crate) fn vault_seen(&self) -> Result<Option<SeenRecord>, StoreError> {
        self.note("vault-seen")
    }
}
