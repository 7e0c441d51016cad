//! What every kind of slot comes to: one root key, and the vault's keys wrapped under it.

use super::SlotKind;
use crate::base::SlotId;
use crate::vault::error::VaultError;
use crate::vault::file::Header;
use crate::vault::file::PURPOSE_TAG;
use crate::vault::seal::Key;

/// The key that a slot's secret leads to, and the slot it belongs to.
pub(in crate::vault) struct Root<'a> {
    pub(super) header: &'a Header,
    pub(super) kind: SlotKind,
    pub(super) id: SlotId,
    pub(super) key: Key,
}

impl Root<'_> {
    pub(super) fn wrap_master(&self, master: &Key) -> Result<Vec<u8>, VaultError> {
        self.wrap(WRAP_MASTER, master)
    }

    pub(super) fn wrap_authority(&self, authority: &Key) -> Result<Vec<u8>, VaultError> {
        self.wrap(WRAP_AUTHORITY, authority)
    }

    /// `None` where the slot's secret is another one.
    pub(super) fn unwrap_master(&self, wrapped: &[u8]) -> Result<Option<Key>, VaultError> {
        self.unwrap(WRAP_MASTER, wrapped)
    }

    fn wrap(&self, purpose: &str, key: &Key) -> Result<Vec<u8>, VaultError> {
        let wrapping = self.key.derive(self.header.vault, purpose)?;
        let context = wrap_context(self.header, self.kind, self.id, purpose);
        key.expose(|key| wrapping.seal(&context, key))
    }

    fn unwrap(&self, purpose: &str, wrapped: &[u8]) -> Result<Option<Key>, VaultError> {
        let wrapping = self.key.derive(self.header.vault, purpose)?;
        let context = wrap_context(self.header, self.kind, self.id, purpose);
        Ok(wrapping.open_key(&context, wrapped))
    }
}

/// A person's slot whose secret fits. It opens either key; whoever asks gets only what they ask for.
pub(in crate::vault) struct Opened<'a> {
    pub(super) root: Root<'a>,
    /// Still sealed.
    pub(super) authority: Vec<u8>,
    pub(in crate::vault) master: Key,
}

impl Opened<'_> {
    pub(in crate::vault) fn slot(&self) -> SlotId {
        self.root.id
    }

    /// Opens the authority key and checks that the slots are those it was wrapped with: whoever has
    /// the master key alone could otherwise add one of their own and wait for the next re-keying.
    pub(in crate::vault) fn authority(&self) -> Result<Key, VaultError> {
        let header = self.root.header;
        let key = self.root.unwrap(WRAP_AUTHORITY, &self.authority)?;
        let key = key.ok_or(VaultError::HeaderTampered)?;
        let tagging = key.derive(header.vault, PURPOSE_TAG)?;
        match tagging.has_tagged(&header.authority_vouches()?, &header.authority_tag) {
            true => Ok(key),
            false => Err(VaultError::HeaderTampered),
        }
    }
}

/// What a wrapped key is bound to.
pub(super) fn wrap_context(
    header: &Header,
    kind: SlotKind,
    slot: SlotId,
    purpose: &str,
) -> Vec<u8> {
    let mut context = Vec::from(purpose.as_bytes());
    context.extend(header.vault.to_bytes());
    context.extend(header.epoch.to_be_bytes());
    context.push(kind.code());
    context.extend(slot.to_raw().to_be_bytes());
    context
}

/// HKDF's info and the beginning of the context, for each of the two wrapped keys.
const WRAP_MASTER: &str = "chancery vault wrap master";
const WRAP_AUTHORITY: &str = "chancery vault wrap authority";

/// Nonce, key, tag.
pub(super) const WRAPPED: usize = 24 + Key::LENGTH + 16;
