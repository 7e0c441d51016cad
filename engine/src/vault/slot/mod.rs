//! Slots: the ways to open a vault.
//!
//! A slot always opens the master key. Only one that stands for a person (passphrase, recovery
//! code, shares, token) may open the authority key too; the operating system's store never does.

mod os_store;
mod passphrase;
mod recovery;
mod wrap;

pub(super) use os_store::OsStoreSlot;
pub use os_store::{EntryName, SecretStore, SecretStoreError, SystemSecretStore};
pub(super) use passphrase::PassphraseSlot;
pub(super) use recovery::RecoverySlot;
pub(super) use wrap::Opened;

use super::cursor::Cursor;
use super::cursor::put_bytes;
use super::error::VaultError;
use super::seal::random;
use crate::base::SlotId;
use crate::base::Timestamp;
use crate::base::shown;

/// What a slot asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub(crate) enum SlotKind {
    Passphrase,
    Recovery,
    OsStore,
    /// Made by a later version of this program.
    Unknown(u8),
}

impl SlotKind {
    /// A slot that stands for a person opens the authority key as well.
    pub(crate) const fn opens_authorities(self) -> bool {
        matches!(self, Self::Passphrase | Self::Recovery)
    }

    /// 4 and 5 are kept for shares and tokens.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Passphrase => 1,
            Self::Recovery => 2,
            Self::OsStore => 3,
            Self::Unknown(code) => code,
        }
    }

    const fn of(code: u8) -> Self {
        match code {
            1 => Self::Passphrase,
            2 => Self::Recovery,
            3 => Self::OsStore,
            other => Self::Unknown(other),
        }
    }
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
    pub(super) kind: SlotKind,
    pub(super) id: SlotId,
    pub(super) created: Timestamp,
    pub(super) label: String,
    pub(super) body: Vec<u8>,
}

/// What a slot is called and how old it is; it stays when the slot is made anew.
#[derive(Clone)]
pub(super) struct Named {
    pub(super) created: Timestamp,
    pub(super) label: String,
}

impl Slot {
    pub(super) fn row(&self) -> SlotRow {
        SlotRow {
            id: self.id,
            kind: self.kind,
            label: shown(&self.label).into_owned(),
            created: self.created,
        }
    }

    pub(super) fn named(&self) -> Named {
        Named {
            created: self.created,
            label: self.label.clone(),
        }
    }

    pub(super) fn encode_all(slots: &[Self], to: &mut Vec<u8>) -> Result<(), VaultError> {
        let count = u8::try_from(slots.len()).ok();
        let count = count.filter(|count| *count <= MAX_SLOTS);
        to.push(count.ok_or(VaultError::TooLarge)?);
        for slot in slots {
            to.push(slot.kind.code());
            to.extend(slot.id.to_raw().to_be_bytes());
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
            kind: SlotKind::of(fields.u8()?),
            id: SlotId::from_raw(u128::from_be_bytes(fields.array()?)),
            created: Timestamp(fields.i64()?),
            label: std::str::from_utf8(fields.counted()?).ok()?.to_owned(),
            body: fields.counted()?.to_vec(),
        })
    }
}

pub(super) fn new_id() -> Result<SlotId, VaultError> {
    let mut id = [0; 16];
    random(&mut id)?;
    Ok(SlotId::from_raw(u128::from_be_bytes(id)))
}

const MAX_SLOTS: u8 = 16;
