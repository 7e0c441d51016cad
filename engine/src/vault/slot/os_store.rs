//! The slot that the operating system's store of secrets opens, for everyday keys alone.

mod error;
mod system;

pub use error::SecretStoreError;
pub use system::SystemSecretStore;

use std::fmt;

use super::Named;
use super::Slot;
use super::SlotKind;
use super::wrap::Root;
use super::wrap::WRAPPED;
use crate::base::Secret;
use crate::base::SlotId;
use crate::base::base64;
use crate::base::shown;
use crate::base::unbase64;
use crate::vault::error::VaultError;
use crate::vault::file::Header;
use crate::vault::file::VaultId;
use crate::vault::seal::Key;

/// Where the operating system keeps a person's secrets: Secret Service, Keychain, Credential
/// Manager. Calls may block for as long as a prompt is on the screen.
pub trait SecretStore: Send + Sync + 'static {
    fn read(&self, entry: &EntryName) -> Result<Secret<String>, SecretStoreError>;

    /// Makes the entry, or writes over it.
    fn write(&self, entry: &EntryName, secret: &Secret<String>) -> Result<(), SecretStoreError>;

    fn delete(&self, entry: &EntryName) -> Result<(), SecretStoreError>;
}

/// Which entry of the store: one for each slot, so that a re-keying never writes over the entry
/// that the file still needs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct EntryName {
    vault: VaultId,
    slot: SlotId,
    presence: bool,
}

impl EntryName {
    pub(in crate::vault) const fn new(vault: VaultId, slot: SlotId, presence: bool) -> Self {
        Self {
            vault,
            slot,
            presence,
        }
    }

    /// Whether reading it asks that a person is there.
    pub const fn presence(&self) -> bool {
        self.presence
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.vault, self.slot)
    }
}

/// What the body of such a slot says.
pub(in crate::vault) struct OsStoreSlot {
    pub(in crate::vault) entry: EntryName,
    named: Named,
    master: Vec<u8>,
}

impl OsStoreSlot {
    /// Puts a new key into the store and wraps the master key under it, never the authority key.
    pub(in crate::vault) fn make(
        header: &Header,
        (id, named, presence): (SlotId, Named, bool),
        master: &Key,
        store: &dyn SecretStore,
    ) -> Result<Slot, VaultError> {
        let entry = EntryName::new(header.vault, id, presence);
        let key = Key::random()?;
        let text = Secret::new(key.expose(|key| base64(key)));
        store.write(&entry, &text)?;
        let wrapped = root(header, id, key).wrap_master(master)?;
        Ok(Slot {
            kind: SlotKind::OsStore,
            id,
            created: named.created,
            label: named.label,
            body: [&[u8::from(presence)][..], &wrapped].concat(),
        })
    }

    /// Every slot of this kind.
    pub(in crate::vault) fn all(header: &Header) -> Result<Vec<Self>, VaultError> {
        let slots = header.slots.iter();
        slots
            .filter(|slot| slot.kind == SlotKind::OsStore)
            .map(|slot| Self::decode(header, slot).ok_or(VaultError::HeaderDamaged))
            .collect()
    }

    /// The master key, by what the store holds.
    pub(in crate::vault) fn open(
        &self,
        header: &Header,
        store: &dyn SecretStore,
    ) -> Result<Key, VaultError> {
        let text = store.read(&self.entry)?;
        let bytes = text.expose(|text| unbase64(text.trim()).map(Secret::new));
        let key = bytes.and_then(|bytes| bytes.expose(|bytes| Key::of(bytes)));
        let key = key.ok_or(SecretStoreError::NotOurs)?;
        let master = root(header, self.entry.slot, key).unwrap_master(&self.master)?;
        Ok(master.ok_or(SecretStoreError::NotOurs)?)
    }

    /// The first of them that the store opens. What stands in the way is told only if none does.
    pub(in crate::vault) fn open_any(
        header: &Header,
        store: &dyn SecretStore,
    ) -> Result<Key, VaultError> {
        let mut why = None;
        for slot in Self::all(header)? {
            match slot.open(header, store) {
                Ok(master) => return Ok(master),
                // An entry that another machine has says less than a store that is locked.
                Err(VaultError::OsStore(SecretStoreError::NoEntry)) if why.is_some() => (),
                Err(error) => why = Some(error),
            }
        }
        Err(why.unwrap_or(VaultError::NoOsStoreSlot))
    }

    pub(in crate::vault) fn id(&self) -> SlotId {
        self.entry.slot
    }

    pub(in crate::vault) fn named(&self) -> Named {
        self.named.clone()
    }

    /// Safe to show.
    pub(in crate::vault) fn label(&self) -> String {
        shown(&self.named.label).into_owned()
    }

    fn decode(header: &Header, slot: &Slot) -> Option<Self> {
        let (presence, master) = slot.body.split_first()?;
        let known = *presence <= 1 && master.len() == WRAPPED;
        known.then(|| Self {
            entry: EntryName::new(header.vault, slot.id, *presence == 1),
            named: slot.named(),
            master: master.to_vec(),
        })
    }
}

fn root(header: &Header, id: SlotId, key: Key) -> Root<'_> {
    Root {
        header,
        kind: SlotKind::OsStore,
        id,
        key,
    }
}
