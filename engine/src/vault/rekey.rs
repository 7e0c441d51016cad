//! A vault under new keys: when it is made, and whenever a way to open it is taken away.

use std::collections::BTreeMap;

use super::error::VaultError;
use super::file::Contents;
use super::file::Header;
use super::file::PURPOSE_AUTHORITY;
use super::file::PURPOSE_EVERYDAY;
use super::file::PURPOSE_TAG;
use super::file::VaultId;
use super::kdf::KdfCost;
use super::list::Class;
use super::list::Described;
use super::seal::Key;
use super::seal::random;
use super::slot::EntryName;
use super::slot::Named;
use super::slot::Opened;
use super::slot::OsStoreSlot;
use super::slot::PassphraseSlot;
use super::slot::RecoverySlot;
use super::slot::SecretStore;
use super::slot::SecretStoreError;
use super::slot::Slot;
use super::slot::SlotKind;
use super::slot::new_id;
use crate::base::Secret;
use crate::base::SlotId;
use crate::base::Timestamp;
use crate::base::shown;

/// Contents to be written, and the master key that they are sealed under.
pub(super) struct Made {
    pub(super) contents: Contents,
    pub(super) master: Key,
}

/// An empty vault.
pub(super) fn create(
    passphrase: &Secret<String>,
    recovery: Option<&Secret<String>>,
    cost: KdfCost,
    now: Timestamp,
) -> Result<Made, VaultError> {
    require_strength(passphrase)?;
    let mut vault = [0; 16];
    random(&mut vault)?;
    let header = Header {
        vault: VaultId::from_bytes(vault),
        generation: 1,
        epoch: 1,
        created: now,
        sealed: None,
        slots: Vec::new(),
        authority_tag: [0; 32],
    };
    let drawn = Drawn::new()?;
    let named = PassphraseSlot::named(now);
    let mut slots = Vec::new();
    if let Some(code) = recovery {
        slots.push(RecoverySlot::make(&header, now, code, drawn.both())?);
    }
    slots.insert(
        0,
        PassphraseSlot::make(&header, named, cost, passphrase, drawn.both())?,
    );
    let (made, _) = drawn.vouch_for(header, slots)?;
    Ok(made)
}

/// What is to be so after a re-keying.
pub(super) struct Plan<'a> {
    pub(super) passphrase: &'a Secret<String>,
    /// What the passphrase's slot is called.
    pub(super) named: Named,
    pub(super) cost: KdfCost,
    pub(super) without: Option<SlotId>,
}

/// The entries in the operating system's store that a re-keying touches. New ones are written
/// before the file is replaced, old ones deleted after it, so that the file never needs an entry
/// that is not there.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) written: Vec<EntryName>,
    pub(super) replaced: Vec<EntryName>,
    /// What a person should know of them.
    pub(super) remarks: Vec<String>,
}

/// The same records under new keys. Every slot is made anew but the one that is taken away; one of
/// the operating system's store that the store does not open now is given up.
pub(super) fn rekey(
    old: &Contents,
    opened: &Opened<'_>,
    plan: Plan<'_>,
    store: &dyn SecretStore,
    entries: &mut Entries,
) -> Result<Made, VaultError> {
    require_strength(plan.passphrase)?;
    let old_authority = opened.authority()?;
    let kept = keep(&old.header.slots, plan.without)?;
    let mut header = old.header.clone();
    header.advance()?;
    header.epoch = header.epoch.checked_add(1).ok_or(VaultError::TooLarge)?;
    let drawn = Drawn::new()?;
    let passphrase = PassphraseSlot::make(
        &header,
        plan.named,
        plan.cost,
        plan.passphrase,
        drawn.both(),
    )?;
    let mut slots = vec![passphrase];
    for slot in kept.iter().filter(|slot| slot.kind == SlotKind::Recovery) {
        let from = (&old.header, &old_authority);
        slots.push(RecoverySlot::carry_over(slot, from, &header, drawn.both())?);
    }
    for slot in OsStoreSlot::all(&old.header)? {
        match plan.without == Some(slot.id()) {
            true => entries.replaced.push(slot.entry),
            false => {
                let carried = entries.carry_over(&slot, &old.header, &header, &drawn, store)?;
                slots.extend(carried);
            }
        }
    }
    let old_keys = ClassKeys::derive(old.header.vault, &opened.master, &old_authority)?;
    let (mut made, new_keys) = drawn.vouch_for(header, slots)?;
    for (name, entry) in &old.entries {
        let plain = old.open_record(*name, old_keys.of(entry.class))?;
        let what = Described {
            class: entry.class,
            key_type: entry.key_type,
            public_key: entry.public_key.clone(),
        };
        let sealing = new_keys.of(entry.class);
        made.contents.put(*name, what, sealing, &plain)?;
    }
    Ok(made)
}

/// The slots that stay. One of a kind that nobody here can make anew stops everything, unless it
/// is the one to go.
fn keep(slots: &[Slot], without: Option<SlotId>) -> Result<Vec<&Slot>, VaultError> {
    if let Some(id) = without {
        let found = slots.iter().find(|slot| slot.id == id);
        if found.ok_or(VaultError::UnknownSlot(id))?.kind == SlotKind::Passphrase {
            return Err(VaultError::SlotNeeded);
        }
    }
    let kept: Vec<&Slot> = slots
        .iter()
        .filter(|slot| without != Some(slot.id))
        .collect();
    let strange = kept
        .iter()
        .find(|slot| matches!(slot.kind, SlotKind::Unknown(_)));
    match strange {
        Some(slot) => Err(VaultError::SlotOutOfReach(shown(&slot.label).into_owned())),
        None => Ok(kept),
    }
}

impl Entries {
    /// Under a new id, since the entry of the old one has to stay until the file is replaced.
    fn carry_over(
        &mut self,
        slot: &OsStoreSlot,
        old: &Header,
        header: &Header,
        drawn: &Drawn,
        store: &dyn SecretStore,
    ) -> Result<Option<Slot>, VaultError> {
        let presence = slot.entry.presence();
        let made = slot.open(old, store).and_then(|_| {
            let new = (new_id()?, slot.named(), presence);
            OsStoreSlot::make(header, new, &drawn.master, store)
        });
        match made {
            Ok(made) => {
                self.written
                    .push(EntryName::new(header.vault, made.id, presence));
                self.replaced.push(slot.entry);
                Ok(Some(made))
            }
            Err(VaultError::OsStore(why)) => {
                self.remarks.push(format!(
                    "the slot {} of the operating system's store opens nothing any more, since \
                     {why}; add it again where it is wanted",
                    slot.label()
                ));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// After the file has been replaced. An entry that is not there needs no deleting.
    pub(super) fn delete_replaced(mut self, store: &dyn SecretStore) -> Vec<String> {
        for entry in &self.replaced {
            match store.delete(entry) {
                Ok(()) | Err(SecretStoreError::NoEntry) => (),
                Err(why) => self.remarks.push(format!(
                    "an entry stayed in the operating system's store, since {why}; it opens \
                     nothing any more: {entry}"
                )),
            }
        }
        self.remarks
    }

    /// Where the file was not replaced. An entry that stays opens nothing.
    pub(super) fn delete_written(&self, store: &dyn SecretStore) {
        for entry in &self.written {
            store.delete(entry).ok();
        }
    }
}

/// A new master key and a new authority key, drawn independently.
struct Drawn {
    master: Key,
    authority: Key,
}

impl Drawn {
    fn new() -> Result<Self, VaultError> {
        Ok(Self {
            master: Key::random()?,
            authority: Key::random()?,
        })
    }

    fn both(&self) -> (&Key, &Key) {
        (&self.master, &self.authority)
    }

    /// Has the authority key vouch for the slots.
    fn vouch_for(
        self,
        mut header: Header,
        slots: Vec<Slot>,
    ) -> Result<(Made, ClassKeys), VaultError> {
        header.slots = slots;
        header.vouch(&self.authority)?;
        let keys = ClassKeys::derive(header.vault, &self.master, &self.authority)?;
        let contents = Contents {
            header,
            entries: BTreeMap::new(),
        };
        let master = self.master;
        Ok((Made { contents, master }, keys))
    }
}

impl Header {
    /// The authority tag made anew for the slots as they are.
    pub(super) fn vouch(&mut self, authority: &Key) -> Result<(), VaultError> {
        let tagging = authority.derive(self.vault, PURPOSE_TAG)?;
        self.authority_tag = tagging.tag(&self.authority_vouches()?);
        Ok(())
    }
}

fn require_strength(passphrase: &Secret<String>) -> Result<(), VaultError> {
    match passphrase.expose(|text| text.chars().count()) {
        0 => Err(VaultError::EmptyPassphrase),
        length if length < SHORTEST_PASSPHRASE => Err(VaultError::ShortPassphrase),
        _ => Ok(()),
    }
}

/// The keys that seal records, one for each class.
struct ClassKeys {
    everyday: Key,
    authority: Key,
}

impl ClassKeys {
    fn derive(vault: VaultId, master: &Key, authority: &Key) -> Result<Self, VaultError> {
        Ok(Self {
            everyday: master.derive(vault, PURPOSE_EVERYDAY)?,
            authority: authority.derive(vault, PURPOSE_AUTHORITY)?,
        })
    }

    fn of(&self, class: Class) -> &Key {
        match class {
            Class::Everyday => &self.everyday,
            Class::Authority => &self.authority,
        }
    }
}

/// In characters. A short one is tried out soon, however dear each try is.
const SHORTEST_PASSPHRASE: usize = 8;
