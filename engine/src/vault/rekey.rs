//! A vault under new keys: when it is made, and whenever a way to open it is taken away.

use std::collections::BTreeMap;

use super::error::VaultError;
use super::file::Contents;
use super::file::Header;
use super::file::PURPOSE_AUTHORITY;
use super::file::PURPOSE_EVERYDAY;
use super::file::PURPOSE_TAG;
use super::file::Parts;
use super::file::VaultId;
use super::kdf::KdfCost;
use super::list::Class;
use super::list::Described;
use super::seal::Key;
use super::seal::random;
use super::slot::Opened;
use super::slot::PassphraseSlot;
use crate::base::Secret;
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
    cost: KdfCost,
    now: Timestamp,
) -> Result<Made, VaultError> {
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
    let (made, _) = under_new_keys(header, passphrase, cost, now)?;
    Ok(made)
}

/// The same records under new keys, which only `new` opens.
pub(super) fn rekey(
    parts: &Parts<'_>,
    opened: &Opened<'_>,
    new: &Secret<String>,
    now: Timestamp,
) -> Result<Made, VaultError> {
    let old = Contents::open(parts, &opened.master)?;
    let old_keys = ClassKeys::derive(old.header.vault, &opened.master, &opened.authority()?)?;
    if let Some(slot) = opened.other_slot() {
        return Err(VaultError::SlotOutOfReach(shown(&slot.label).into_owned()));
    }
    let mut header = old.header.clone();
    header.advance()?;
    header.epoch = header.epoch.checked_add(1).ok_or(VaultError::TooLarge)?;
    let (mut made, new_keys) = under_new_keys(header, new, opened.cost(), now)?;
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

/// Draws both keys, wraps them for the passphrase, and has the authority key vouch for the slots.
fn under_new_keys(
    mut header: Header,
    passphrase: &Secret<String>,
    cost: KdfCost,
    now: Timestamp,
) -> Result<(Made, ClassKeys), VaultError> {
    match passphrase.expose(|text| text.chars().count()) {
        0 => return Err(VaultError::EmptyPassphrase),
        length if length < SHORTEST_PASSPHRASE => return Err(VaultError::ShortPassphrase),
        _ => (),
    }
    let master = Key::random()?;
    let authority = Key::random()?;
    let slot = PassphraseSlot::make(&header, now, cost, passphrase, (&master, &authority))?;
    header.slots = vec![slot];
    let tagging = authority.derive(header.vault, PURPOSE_TAG)?;
    header.authority_tag = tagging.tag(&header.authority_vouches()?);
    let keys = ClassKeys::derive(header.vault, &master, &authority)?;
    let contents = Contents {
        header,
        entries: BTreeMap::new(),
    };
    Ok((Made { contents, master }, keys))
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
