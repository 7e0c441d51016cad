//! The slot that a passphrase opens: Argon2id, then two unrelated wrapping keys.

use super::Named;
use super::Slot;
use super::SlotKind;
use super::new_id;
use super::wrap::Opened;
use super::wrap::Root;
use super::wrap::WRAPPED;
use crate::base::Secret;
use crate::base::SlotId;
use crate::base::Timestamp;
use crate::vault::cursor::Cursor;
use crate::vault::error::VaultError;
use crate::vault::file::Header;
use crate::vault::kdf::KdfCost;
use crate::vault::kdf::stretch;
use crate::vault::seal::Key;
use crate::vault::seal::random;

/// What the body of a passphrase slot says.
pub(in crate::vault) struct PassphraseSlot {
    id: SlotId,
    cost: KdfCost,
    salt: [u8; 16],
    master: Vec<u8>,
    authority: Vec<u8>,
}

impl PassphraseSlot {
    /// Wraps both keys for `passphrase`, under a new id and a new salt.
    pub(in crate::vault) fn make(
        header: &Header,
        named: Named,
        cost: KdfCost,
        passphrase: &Secret<String>,
        (master, authority): (&Key, &Key),
    ) -> Result<Slot, VaultError> {
        let mut salt = [0; 16];
        random(&mut salt)?;
        let root = Root {
            header,
            kind: SlotKind::Passphrase,
            id: new_id()?,
            key: stretch(passphrase, &salt, cost)?,
        };
        let mut body = Vec::new();
        body.extend(cost.memory_kib.to_be_bytes());
        body.extend(cost.passes.to_be_bytes());
        body.extend(cost.lanes.to_be_bytes());
        body.extend(salt);
        body.extend(root.wrap_master(master)?);
        body.extend(root.wrap_authority(authority)?);
        Ok(Slot {
            kind: root.kind,
            id: root.id,
            created: named.created,
            label: named.label,
            body,
        })
    }

    /// What a new one is called.
    pub(in crate::vault) fn named(now: Timestamp) -> Named {
        Named {
            created: now,
            label: "Passphrase".to_owned(),
        }
    }

    /// Tries each passphrase slot in turn. Costs of all of them are checked before any runs.
    pub(in crate::vault) fn open<'a>(
        header: &'a Header,
        passphrase: &Secret<String>,
        accept_weak: bool,
    ) -> Result<Opened<'a>, VaultError> {
        for slot in Self::all(header, accept_weak)? {
            let root = Root {
                header,
                kind: SlotKind::Passphrase,
                id: slot.id,
                key: stretch(passphrase, &slot.salt, slot.cost)?,
            };
            if let Some(master) = root.unwrap_master(&slot.master)? {
                return Ok(Opened {
                    root,
                    authority: slot.authority,
                    master,
                });
            }
        }
        Err(VaultError::WrongPassphrase)
    }

    /// The costs that the file says, checked.
    pub(in crate::vault) fn cost(
        header: &Header,
        accept_weak: bool,
    ) -> Result<Option<KdfCost>, VaultError> {
        let all = Self::all(header, accept_weak)?;
        Ok(all.first().map(|slot| slot.cost))
    }

    fn all(header: &Header, accept_weak: bool) -> Result<Vec<Self>, VaultError> {
        let slots = header.slots.iter();
        let slots = slots.filter(|slot| slot.kind == SlotKind::Passphrase);
        slots.map(|slot| Self::decode(slot, accept_weak)).collect()
    }

    fn decode(slot: &Slot, accept_weak: bool) -> Result<Self, VaultError> {
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
}
