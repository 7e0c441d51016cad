//! The slot that a passphrase opens: Argon2id, then two unrelated wrapping keys.

use super::KIND_PASSPHRASE;
use super::Slot;
use super::SlotId;
use super::wrap_context;
use crate::base::Secret;
use crate::base::Timestamp;
use crate::vault::cursor::Cursor;
use crate::vault::error::VaultError;
use crate::vault::file::Header;
use crate::vault::file::PURPOSE_TAG;
use crate::vault::kdf::KdfCost;
use crate::vault::kdf::stretch;
use crate::vault::seal::Key;
use crate::vault::seal::random;

/// What the body of a passphrase slot says.
pub(in crate::vault) struct PassphraseSlot {
    id: SlotId,
    pub(in crate::vault) cost: KdfCost,
    salt: [u8; 16],
    master: Vec<u8>,
    authority: Vec<u8>,
}

/// A passphrase that fits, stretched. It opens either key; whoever asks gets only what they ask for.
pub(in crate::vault) struct Opened<'a> {
    header: &'a Header,
    slot: PassphraseSlot,
    stretched: Key,
    pub(in crate::vault) master: Key,
}

impl PassphraseSlot {
    /// Wraps both keys for `passphrase`, under a new id and a new salt.
    pub(in crate::vault) fn make(
        header: &Header,
        now: Timestamp,
        cost: KdfCost,
        passphrase: &Secret<String>,
        (master, authority): (&Key, &Key),
    ) -> Result<Slot, VaultError> {
        let mut id = SlotId([0; 16]);
        random(&mut id.0)?;
        let mut salt = [0; 16];
        random(&mut salt)?;
        let stretched = stretch(passphrase, &salt, cost)?;
        let wrap = |key: &Key, wrapped: &str| {
            let context = wrap_context(header.vault, header.epoch, id, KIND_PASSPHRASE, wrapped);
            let wrapping = stretched.derive(header.vault, wrapped)?;
            key.expose(|key| wrapping.seal(&context, key))
        };
        let mut body = Vec::new();
        body.extend(cost.memory_kib.to_be_bytes());
        body.extend(cost.passes.to_be_bytes());
        body.extend(cost.lanes.to_be_bytes());
        body.extend(salt);
        body.extend(wrap(master, WRAP_MASTER)?);
        body.extend(wrap(authority, WRAP_AUTHORITY)?);
        Ok(Slot {
            kind: KIND_PASSPHRASE,
            id,
            created: now,
            label: "Passphrase".to_owned(),
            body,
        })
    }

    /// Tries each passphrase slot in turn. Costs of all of them are checked before any runs.
    pub(in crate::vault) fn open<'a>(
        header: &'a Header,
        passphrase: &Secret<String>,
        accept_weak: bool,
    ) -> Result<Opened<'a>, VaultError> {
        let slots = header.slots.iter();
        let slots = slots.filter(|slot| slot.kind == KIND_PASSPHRASE);
        let slots: Vec<Self> = slots
            .map(|slot| Self::decode(slot, accept_weak))
            .collect::<Result<_, _>>()?;
        for slot in slots {
            let stretched = stretch(passphrase, &slot.salt, slot.cost)?;
            let master = slot.unwrap(header, &stretched, WRAP_MASTER, &slot.master)?;
            if let Some(master) = master {
                return Ok(Opened {
                    header,
                    slot,
                    stretched,
                    master,
                });
            }
        }
        Err(VaultError::WrongPassphrase)
    }

    pub(in crate::vault) fn decode(slot: &Slot, accept_weak: bool) -> Result<Self, VaultError> {
        let decoded = Self::decode_body(slot).ok_or(VaultError::HeaderDamaged)?;
        decoded.cost.check(accept_weak)?;
        Ok(decoded)
    }

    fn decode_body(slot: &Slot) -> Option<Self> {
        let mut body = Cursor::new(&slot.body);
        let decoded = Self {
            id: slot.id,
            cost: KdfCost {
                memory_kib: body.u32()?,
                passes: body.u32()?,
                lanes: body.u32()?,
            },
            salt: body.array()?,
            master: body.take(WRAPPED)?.to_vec(),
            authority: body.take(WRAPPED)?.to_vec(),
        };
        body.is_empty().then_some(decoded)
    }

    fn unwrap(
        &self,
        header: &Header,
        stretched: &Key,
        purpose: &str,
        wrapped: &[u8],
    ) -> Result<Option<Key>, VaultError> {
        let context = wrap_context(
            header.vault,
            header.epoch,
            self.id,
            KIND_PASSPHRASE,
            purpose,
        );
        let wrapping = stretched.derive(header.vault, purpose)?;
        Ok(wrapping.open_key(&context, wrapped))
    }
}

impl Opened<'_> {
    /// Opens the authority key and checks that the slots are those it was wrapped with: whoever has
    /// the master key alone could otherwise add one of their own and wait for the next re-keying.
    pub(in crate::vault) fn authority(&self) -> Result<Key, VaultError> {
        let wrapped = &self.slot.authority;
        let key = self
            .slot
            .unwrap(self.header, &self.stretched, WRAP_AUTHORITY, wrapped)?
            .ok_or(VaultError::HeaderTampered)?;
        let tagging = key.derive(self.header.vault, PURPOSE_TAG)?;
        let message = self.header.authority_vouches()?;
        match tagging.has_tagged(&message, &self.header.authority_tag) {
            true => Ok(key),
            false => Err(VaultError::HeaderTampered),
        }
    }

    pub(in crate::vault) fn cost(&self) -> KdfCost {
        self.slot.cost
    }

    /// The first slot that this passphrase does not open.
    pub(in crate::vault) fn other_slot(&self) -> Option<&Slot> {
        let mut slots = self.header.slots.iter();
        slots.find(|slot| slot.id != self.slot.id)
    }
}

/// HKDF's info and the beginning of the context, for each of the two wrapped keys.
const WRAP_MASTER: &str = "chancery vault wrap master";
const WRAP_AUTHORITY: &str = "chancery vault wrap authority";

/// Nonce, key, tag.
const WRAPPED: usize = 24 + Key::LENGTH + 16;
