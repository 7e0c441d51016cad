//! What a vault does with its slots: opened by one, added, taken away, made anew.

use std::sync::Arc;

use super::Vault;
use super::error::VaultError;
use super::file::Contents;
use super::file::Header;
use super::file::Parts;
use super::rekey;
use super::rekey::Entries;
use super::rekey::Plan;
use super::seal::Key;
use super::slot;
use super::slot::EntryName;
use super::slot::Named;
use super::slot::Opened;
use super::slot::OsStoreSlot;
use super::slot::PassphraseSlot;
use super::slot::RecoverySlot;
use super::slot::Slot;
use super::slot::SlotKind;
use super::unlocked::Unlocked;
use crate::base::Secret;
use crate::base::SlotId;

/// What opens the vault.
#[derive(Clone, Copy)]
pub(crate) enum Opener<'a> {
    OsStore,
    Passphrase(&'a Secret<String>),
    Recovery(&'a Secret<String>),
}

/// What a person gives to have everything re-keyed.
#[derive(Clone, Copy)]
enum With<'a> {
    Passphrase(&'a Secret<String>),
    Recovery(&'a Secret<String>),
}

impl Vault {
    /// Puts the everyday keys in reach; the authority key stays sealed. Keeps other processes out
    /// until the vault is locked. A vault that is unlocked only checks what is given. A file that
    /// is older than the last one seen is refused, unless it is accepted on purpose.
    pub(crate) fn open(&self, with: Opener<'_>, accept_older: bool) -> Result<(), VaultError> {
        let _writing = self.writing();
        if let Some(unlocked) = self.current() {
            return self.master(&unlocked.contents.header, with).map(|_| ());
        }
        let (bytes, lease) = self.lease_and_read()?;
        let parts = Parts::split(&bytes)?;
        let master = self.master(&parts.header, with)?;
        let contents = Contents::open(&parts, &master)?;
        self.see(&contents.header, accept_older)?;
        self.put_in_reach(Unlocked::new(contents, master, lease)?);
        Ok(())
    }

    fn master(&self, header: &Header, with: Opener<'_>) -> Result<Key, VaultError> {
        Ok(match with {
            Opener::OsStore => OsStoreSlot::open_any(header, &*self.secrets)?,
            Opener::Passphrase(typed) => {
                PassphraseSlot::open(header, typed, self.accept_weak)?.master
            }
            Opener::Recovery(code) => RecoverySlot::open(header, code)?.master,
        })
    }

    /// Lets a recovery code open the vault too, authority keys included.
    pub(crate) fn add_recovery(
        &self,
        passphrase: &Secret<String>,
        code: &Secret<String>,
    ) -> Result<SlotId, VaultError> {
        let now = self.clock.now();
        self.add(passphrase, |unlocked, header, authority| {
            RecoverySlot::make(header, now, code, (&unlocked.master, authority))
        })
    }

    /// Lets the operating system's store open the vault too, but no authority's key.
    pub(crate) fn add_os_store(
        &self,
        passphrase: &Secret<String>,
        label: &str,
        presence: bool,
    ) -> Result<SlotId, VaultError> {
        let named = Named {
            created: self.clock.now(),
            label: label.to_owned(),
        };
        let mut written = None;
        let added = self.add(passphrase, |unlocked, header, _| {
            let what = (slot::new_id()?, named, presence);
            let made = OsStoreSlot::make(header, what, &unlocked.master, &*self.secrets)?;
            written = Some(EntryName::new(header.vault, made.id, presence));
            Ok(made)
        });
        if let (Err(error), Some(entry)) = (&added, written)
            && !matches!(error, VaultError::Unconfirmed(_))
        {
            // An entry that stays opens nothing: no slot names it.
            self.secrets.delete(&entry).ok();
        }
        added
    }

    /// The passphrase is asked for since the authority key vouches for the slots.
    fn add(
        &self,
        passphrase: &Secret<String>,
        make: impl FnOnce(&Unlocked, &Header, &Key) -> Result<Slot, VaultError>,
    ) -> Result<SlotId, VaultError> {
        let mut added = None;
        self.edit(|unlocked, contents| {
            let header = &unlocked.contents.header;
            let authority = self.by_a_person(header, passphrase)?.authority()?;
            let slot = make(unlocked, &contents.header, &authority)?;
            added = Some(slot.id);
            contents.header.slots.push(slot);
            contents.header.vouch(&authority)
        })?;
        added.ok_or(VaultError::HeaderDamaged)
    }

    /// Takes a slot away and draws new keys, so that what it opened opens nothing from now on.
    /// Returns what a person should know of the other slots.
    pub(crate) fn remove_slot(
        &self,
        id: SlotId,
        passphrase: &Secret<String>,
    ) -> Result<Vec<String>, VaultError> {
        let (remarks, _) = self.rekey(With::Passphrase(passphrase), passphrase, Some(id))?;
        Ok(remarks)
    }

    /// Draws a new master key and a new authority key and seals every record anew, so that neither
    /// the old passphrase nor a key that somebody kept opens anything written from now on.
    pub(crate) fn change_passphrase(
        &self,
        old: &Secret<String>,
        new: &Secret<String>,
    ) -> Result<Vec<String>, VaultError> {
        let (remarks, _) = self.rekey(With::Passphrase(old), new, None)?;
        Ok(remarks)
    }

    /// Sets a new passphrase by the recovery code, with new keys as for any change of it. Also
    /// returns which slot the code is of.
    pub(crate) fn recover(
        &self,
        code: &Secret<String>,
        new: &Secret<String>,
    ) -> Result<(Vec<String>, SlotId), VaultError> {
        self.rekey(With::Recovery(code), new, None)
    }

    /// Both keys, by what stands for a person: the passphrase, or a recovery code in its place. What
    /// is no code of this vault is taken for a passphrase, whatever it looks like.
    pub(super) fn by_a_person<'a>(
        &self,
        header: &'a Header,
        typed: &Secret<String>,
    ) -> Result<Opened<'a>, VaultError> {
        match RecoverySlot::open(header, typed) {
            Err(
                VaultError::CodeMistyped(_) | VaultError::NoRecoverySlot | VaultError::WrongCode,
            ) => PassphraseSlot::open(header, typed, self.accept_weak),
            opened => opened,
        }
    }

    fn opened<'a>(&self, header: &'a Header, with: With<'_>) -> Result<Opened<'a>, VaultError> {
        match with {
            With::Passphrase(typed) => PassphraseSlot::open(header, typed, self.accept_weak),
            With::Recovery(code) => RecoverySlot::open(header, code),
        }
    }

    fn rekey(
        &self,
        with: With<'_>,
        passphrase: &Secret<String>,
        without: Option<SlotId>,
    ) -> Result<(Vec<String>, SlotId), VaultError> {
        let _writing = self.writing();
        let current = self.current();
        let (bytes, lease) = match &current {
            Some(unlocked) => (self.read()?, Arc::clone(&unlocked.lease)),
            None => self.lease_and_read()?,
        };
        let parts = Parts::split(&bytes)?;
        let known = current.as_ref().map(|known| known.generation());
        if known.is_some_and(|known| known != parts.header.generation) {
            return Err(VaultError::Replaced);
        }
        let cost = PassphraseSlot::cost(&parts.header, self.accept_weak)?;
        let opened = self.opened(&parts.header, with)?;
        let slot = opened.slot();
        // Only the list's seal vouches for the count.
        let old = Contents::open(&parts, &opened.master)?;
        self.see(&old.header, false)?;
        let plan = Plan {
            passphrase,
            named: self.named_after(&parts.header, without),
            cost: cost.ok_or(VaultError::HeaderDamaged)?,
            without,
        };
        let mut entries = Entries::default();
        let written =
            rekey::rekey(&old, &opened, plan, &*self.secrets, &mut entries).and_then(|made| {
                let bytes = made.contents.encode(&made.master)?;
                Contents::open(&Parts::split(&bytes)?, &made.master)?;
                self.store(&bytes)?;
                Ok(made)
            });
        let made = match written {
            // Nobody knows which of the two files is there now: both sets of entries stay.
            Err(VaultError::Unconfirmed(cause)) => return Err(VaultError::Unconfirmed(cause)),
            Err(error) => {
                entries.delete_written(&*self.secrets);
                return Err(error);
            }
            Ok(made) => made,
        };
        self.see(&made.contents.header, false)?;
        if let Some(current) = current {
            let next = Unlocked::new(made.contents, made.master, lease)?;
            self.adopt(&current, next);
        }
        Ok((entries.delete_replaced(&*self.secrets), slot))
    }

    /// Another passphrase is a new slot; the same one, typed to take another slot away, is not.
    fn named_after(&self, header: &Header, without: Option<SlotId>) -> Named {
        let mut slots = header.slots.iter();
        let same = slots.find(|slot| without.is_some() && slot.kind == SlotKind::Passphrase);
        same.map_or_else(|| PassphraseSlot::named(self.clock.now()), Slot::named)
    }
}
