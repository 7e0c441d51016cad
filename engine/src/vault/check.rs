//! A vault read again from its file: every record and every slot for which there is a key.

use super::Vault;
use super::error::VaultError;
use super::file::Contents;
use super::file::Parts;
use super::overview::CheckOutcome;
use super::overview::SlotOutcome;
use super::slot::Opened;
use super::slot::OsStoreSlot;
use super::slot::PassphraseSlot;
use super::slot::RecoverySlot;
use super::unlocked;
use crate::base::Secret;
use crate::base::SlotId;

impl Vault {
    /// Reads the file again and opens every record for which there is a key: everyday ones while
    /// the vault is unlocked, all of them with the passphrase or the recovery code. A slot of the
    /// operating system's store is tried with what the store holds.
    pub(crate) fn check(
        &self,
        passphrase: Option<&Secret<String>>,
        code: Option<&Secret<String>>,
    ) -> Result<CheckOutcome, VaultError> {
        let bytes = self.read()?;
        let parts = Parts::split(&bytes)?;
        let mut opened = Vec::new();
        if let Some(typed) = passphrase {
            opened.push(PassphraseSlot::open(
                &parts.header,
                typed,
                self.accept_weak,
            )?);
        }
        if let Some(typed) = code {
            opened.push(RecoverySlot::open(&parts.header, typed)?);
        }
        let contents = match opened.first() {
            Some(first) => self.check_as(&parts, &opened, first)?,
            None => {
                let master = &self.unlocked()?.master;
                let contents = Contents::open(&parts, master)?;
                unlocked::check_everyday(&contents, master)?;
                contents
            }
        };
        let known = self.current().map(|known| known.generation());
        if known.is_some_and(|known| known > contents.header.generation) {
            return Err(VaultError::Replaced);
        }
        Ok(CheckOutcome {
            records: contents.entries.len(),
            slots: self.check_slots(&parts, &opened)?,
            authority_records_opened: !opened.is_empty(),
        })
    }

    /// Every slot that was opened leads to the same two keys; one of them opens the records.
    fn check_as(
        &self,
        parts: &Parts<'_>,
        opened: &[Opened<'_>],
        first: &Opened<'_>,
    ) -> Result<Contents, VaultError> {
        for other in opened {
            Contents::open(parts, &other.master)?;
            other.authority()?;
        }
        let contents = Contents::open(parts, &first.master)?;
        unlocked::check_everyday(&contents, &first.master)?;
        unlocked::check_authorities(&contents, &first.authority()?)?;
        Ok(contents)
    }

    fn check_slots(
        &self,
        parts: &Parts<'_>,
        opened: &[Opened<'_>],
    ) -> Result<Vec<(SlotId, SlotOutcome)>, VaultError> {
        let in_store = OsStoreSlot::all(&parts.header)?;
        let outcome = |id: SlotId| {
            if opened.iter().any(|opened| opened.slot() == id) {
                return SlotOutcome::Opens;
            }
            let Some(slot) = in_store.iter().find(|slot| slot.id() == id) else {
                return SlotOutcome::NotTried;
            };
            let master = slot.open(&parts.header, &*self.secrets);
            match master.and_then(|master| Contents::open(parts, &master)) {
                Ok(_) => SlotOutcome::Opens,
                Err(error) => SlotOutcome::Fails(error),
            }
        };
        let slots = parts.header.slots.iter();
        Ok(slots.map(|slot| (slot.id, outcome(slot.id))).collect())
    }
}
