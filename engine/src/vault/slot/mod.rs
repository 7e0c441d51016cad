//! Slots: the ways to open a vault.
//!
//! A slot always opens the master key. Only one that stands for a person (passphrase, recovery
//! code, shares, token) may open the authority key too; the operating system's store never does.

mod passphrase;

pub(super) use passphrase::Opened;
pub(super) use passphrase::PassphraseSlot;

use super::cursor::Cursor;
use super::cursor::put_bytes;
use super::error::VaultError;
use super::file::VaultId;
use crate::base::Timestamp;
use crate::base::hex;
use crate::base::shown;

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct SlotId(pub(super) [u8; 16]);

impl std::fmt::Display for SlotId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&hex(&self.0))
    }
}

/// What a slot asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub(crate) enum SlotKind {
    Passphrase,
    /// Made by a later version of this program.
    Unknown(u8),
}

/// One slot, for people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct SlotRow {
    pub(crate) id: SlotId,
    pub(crate) kind: SlotKind,
    /// Safe to show.
    pub(crate) label: String,
    pub(crate) created: Timestamp,
}

/// A slot as the header holds it. Kinds that this version does not know are kept as they are.
#[derive(Clone)]
pub(super) struct Slot {
    pub(super) kind: u8,
    pub(super) id: SlotId,
    pub(super) created: Timestamp,
    pub(super) label: String,
    pub(super) body: Vec<u8>,
}

impl Slot {
    pub(super) fn row(&self) -> SlotRow {
        SlotRow {
            id: self.id,
            kind: match self.kind {
                KIND_PASSPHRASE => SlotKind::Passphrase,
                other => SlotKind::Unknown(other),
            },
            label: shown(&self.label).into_owned(),
            created: self.created,
        }
    }

    pub(super) fn encode_all(slots: &[Self], to: &mut Vec<u8>) -> Result<(), VaultError> {
        let count = u8::try_from(slots.len()).map_err(|_| VaultError::TooLarge)?;
        to.push(count);
        for slot in slots {
            to.push(slot.kind);
            to.extend(slot.id.0);
            to.extend(slot.created.0.to_be_bytes());
            put_bytes(to, slot.label.as_bytes())?;
            put_bytes(to, &slot.body)?;
        }
        Ok(())
    }

    pub(super) fn decode_all(fields: &mut Cursor<'_>) -> Option<Vec<Self>> {
        let count = fields.u8()?;
        let plausible = (1..=MAX_SLOTS).contains(&count);
        let slots = (0..count).map(|_| Self::decode(fields)).collect();
        plausible.then_some(slots)?
    }

    fn decode(fields: &mut Cursor<'_>) -> Option<Self> {
        Some(Self {
            kind: fields.u8()?,
            id: SlotId(fields.array()?),
            created: Timestamp(fields.i64()?),
            label: std::str::from_utf8(fields.counted()?).ok()?.to_owned(),
            body: fields.counted()?.to_vec(),
        })
    }
}

/// What a wrapped key is bound to.
fn wrap_context(vault: VaultId, epoch: u64, slot: SlotId, kind: u8, wrapped: &str) -> Vec<u8> {
    let mut context = Vec::from(wrapped.as_bytes());
    context.extend(vault.to_bytes());
    context.extend(epoch.to_be_bytes());
    context.push(kind);
    context.extend(slot.0);
    context
}

/// 2 to 5 are kept for the recovery code, the operating system's store, shares and tokens.
const KIND_PASSPHRASE: u8 = 1;
const MAX_SLOTS: u8 = 16;
