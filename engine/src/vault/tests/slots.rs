//! Slots: a recovery code's and the operating system's store's, through every re-keying.

use std::sync::Arc;

use super::Failing;
use super::Fault;
use super::ISSUING;
use super::Kept;
use super::LEAF;
use super::ROOT;
use super::bytes_of;
use super::filled;
use super::passphrase;
use super::refused;
use super::secret;
use super::use_key;
use super::vault_beside;
use super::vault_of;
use super::with_checksum;
use crate::base::RecoveryCode;
use crate::base::Secret;
use crate::base::Timestamp;
use crate::vault::Opener;
use crate::vault::SecretStore;
use crate::vault::SecretStoreError;
use crate::vault::SlotKind;
use crate::vault::Vault;
use crate::vault::VaultError;
use crate::vault::file::Contents;
use crate::vault::file::Parts;
use crate::vault::seal::Key;
use crate::vault::slot::OsStoreSlot;
use crate::vault::slot::PassphraseSlot;
use crate::vault::slot::RecoverySlot;
use crate::vault::storage::Memory;
use crate::vault::storage::Storage;

/// A vault with all three slots, unlocked, and what opens them beside the passphrase.
fn with_all_slots() -> (Vault, Arc<Kept>, Secret<String>) {
    let (kept, code) = (Arc::default(), RecoveryCode::new().unwrap().to_secret());
    let vault = vault_beside(bytes_of(&filled()), &kept);
    vault.unlock(&passphrase()).unwrap();
    vault.add_recovery(&passphrase(), &code).unwrap();
    vault
        .add_os_store(&passphrase(), "this computer", false)
        .unwrap();
    (vault, kept, code)
}

#[test]
fn a_recovery_code_opens_the_authority_key_too_and_signs_nothing_by_itself() {
    let (vault, _, code) = with_all_slots();
    vault.lock();
    vault.open(Opener::Recovery(&code), false).unwrap();
    use_key(&vault, LEAF, None);
    use_key(&vault, ISSUING, None);
    let attended = refused(vault.sign(ROOT, crate::base::Purpose::Request, b"x", None));
    assert!(matches!(attended, VaultError::ConsentNeeded(ROOT)));
    let checked = vault.check(None, Some(&code)).unwrap();
    assert!(checked.authority_records_opened);
}

#[test]
fn a_recovery_code_in_the_passphrases_place_is_consent_but_rekeys_nothing() {
    let (vault, _, code) = with_all_slots();
    use_key(&vault, ROOT, Some(&code));
    vault.grant(ROOT, &code).unwrap();
    let other = RecoveryCode::new().unwrap().to_secret();
    vault.add_recovery(&code, &other).unwrap();
    use_key(&vault, ROOT, Some(&other));
    for wrong in [
        RecoveryCode::new().unwrap().to_secret(),
        secret("a wrong one"),
    ] {
        let refusal = refused(vault.grant(ROOT, &wrong));
        assert!(matches!(refusal, VaultError::WrongPassphrase), "{refusal}");
    }
    let new = secret("a passphrase that is remembered");
    assert!(vault.change_passphrase(&code, &new).is_err());
    vault.lock();
    vault
        .open(Opener::Passphrase(&passphrase()), false)
        .unwrap();
}

#[test]
fn a_code_is_marked_in_the_list_and_a_recovery_says_whose_it_was() {
    let vault = filled();
    vault.unlock(&passphrase()).unwrap();
    let code = RecoveryCode::new().unwrap();
    let id = vault
        .add_recovery(&passphrase(), &code.to_secret())
        .unwrap();
    let other = RecoveryCode::new().unwrap().to_secret();
    vault.add_recovery(&passphrase(), &other).unwrap();
    let slots = vault.overview().unwrap().unwrap().slots;
    let slot = slots.iter().find(|slot| slot.id == id).unwrap();
    assert_eq!(slot.label, format!("Recovery code {}", code.mark()));
    let new = secret("a passphrase that is remembered");
    let (_, of) = vault.recover(&code.to_secret(), &new).unwrap();
    assert_eq!(of, id);
}

#[test]
fn the_code_and_the_store_go_on_through_many_rekeyings_without_being_typed() {
    let (vault, kept, code) = with_all_slots();
    let mut old = passphrase();
    for round in 0..4 {
        let new = secret(&format!("passphrase number {round}"));
        assert!(vault.change_passphrase(&old, &new).unwrap().is_empty());
        assert_eq!(kept.names().len(), 1, "one entry for one slot");
        let again = vault_beside(bytes_of(&vault), &kept);
        again.open(Opener::OsStore, false).unwrap();
        use_key(&again, LEAF, None);
        again.lock();
        again.open(Opener::Recovery(&code), false).unwrap();
        use_key(&again, ROOT, Some(&new));
        old = new;
    }
}

#[test]
fn no_two_rekeyings_write_the_same_bytes_into_a_slot() {
    let (vault, kept, _) = with_all_slots();
    let before = bytes_of(&vault);
    let entry = kept.entries.lock().unwrap().clone();
    vault
        .change_passphrase(&passphrase(), &secret("another passphrase"))
        .unwrap();
    let after = bytes_of(&vault);
    let old = Parts::split(&before).unwrap().header;
    let new = Parts::split(&after).unwrap().header;
    // The public key of the code stays, the first 32 bytes of its slot.
    for (slot, from) in [(1, 32), (2, 1)] {
        let mut stretches = old.slots[slot].body[from..].windows(8);
        let body = &new.slots[slot].body;
        let found = stretches.find(|stretch| body.windows(8).any(|other| other == *stretch));
        assert_eq!(found, None, "{}", old.slots[slot].label);
    }
    assert_eq!(old.slots[1].body[..32], new.slots[1].body[..32]);
    assert_ne!(*kept.entries.lock().unwrap(), entry, "and the entry is new");
}

#[test]
fn an_old_file_an_old_code_and_an_old_entry_open_nothing_of_the_new_file() {
    let (vault, kept, code) = with_all_slots();
    let old_entries = kept.entries.lock().unwrap().clone();
    let slots = vault.overview().unwrap().unwrap().slots;
    vault.remove_slot(slots[1].id, &passphrase()).unwrap();
    let slots = vault.overview().unwrap().unwrap().slots;
    vault.remove_slot(slots[1].id, &passphrase()).unwrap();
    let new_file = bytes_of(&vault);
    *kept.entries.lock().unwrap() = old_entries;
    let again = vault_beside(new_file, &kept);
    for (with, kind) in [
        (Opener::OsStore, "vault.no-os-store-slot"),
        (Opener::Recovery(&code), "vault.no-recovery-slot"),
    ] {
        use crate::base::Explain;
        assert_eq!(refused(again.open(with, false)).code(), kind);
    }
    again.unlock(&passphrase()).unwrap();
    assert_eq!(again.overview().unwrap().unwrap().slots.len(), 1);
}

#[test]
fn a_removed_slot_put_back_into_the_new_file_is_noticed() {
    let (vault, kept, code) = with_all_slots();
    let old_file = bytes_of(&vault);
    let id = vault.overview().unwrap().unwrap().slots[1].id;
    vault.remove_slot(id, &passphrase()).unwrap();
    let new_file = bytes_of(&vault);
    let old = Parts::split(&old_file).unwrap().header;
    let parts = Parts::split(&new_file).unwrap();
    let opened = PassphraseSlot::open(&parts.header, &passphrase(), true).unwrap();
    let mut contents = Contents::open(&parts, &opened.master).unwrap();
    contents.header.slots.push(old.slots[1].clone());
    // Even who has the new master key only puts back a slot that leads to the old keys.
    let forged = contents.encode(&opened.master).unwrap();
    let again = vault_beside(forged, &kept);
    let error = refused(again.open(Opener::Recovery(&code), false));
    assert!(matches!(error, VaultError::HeaderTampered), "{error}");
    again.unlock(&passphrase()).unwrap();
    let error = refused(again.change_passphrase(&passphrase(), &secret("another passphrase")));
    assert!(matches!(error, VaultError::HeaderTampered), "{error}");
}

/// Anybody can encrypt for a public key. Without the proof, which the code leads to and which only
/// the authority key opens besides, such a slot opens nothing.
#[test]
fn a_slot_wrapped_for_the_codes_public_key_by_a_stranger_is_refused() {
    let (vault, _, code) = with_all_slots();
    let file = bytes_of(&vault);
    let header = Parts::split(&file).unwrap().header;
    // The stranger has keys and a proof of their own, and wraps rightly for the code's public key.
    let other = RecoveryCode::new().unwrap().to_secret();
    let (master, authority) = (Key::random().unwrap(), Key::random().unwrap());
    let keys = (&master, &authority);
    let mut slot = RecoverySlot::make(&header, Timestamp(0), &other, keys).unwrap();
    slot.body[..32].copy_from_slice(&header.slots[1].body[..32]);
    let wrapped = RecoverySlot::carry_over(&slot, (&header, &authority), &header, keys).unwrap();
    let mut theirs = header.clone();
    theirs.slots[1] = wrapped;
    let error = refused(RecoverySlot::open(&theirs, &code));
    assert!(matches!(error, VaultError::HeaderTampered), "{error}");
}

/// Of four steps only the last has the new file in place: before it the old entry is needed, after
/// it the new one, and both are there.
#[test]
fn a_process_that_ends_while_it_rekeys_leaves_a_vault_that_every_slot_opens() {
    for step in 0..4 {
        let (before, kept, code) = with_all_slots();
        let storage: Arc<dyn Storage> = Arc::new(Memory::holding(bytes_of(&before)));
        let store = || Arc::clone(&kept) as Arc<dyn SecretStore>;
        let vault = Failing::vault(&storage, Fault::Ends(step)).with_secret_store(store());
        let new = secret("another passphrase");
        refused(vault.change_passphrase(&passphrase(), &new));
        drop(vault);
        let vault = Failing::vault(&storage, Fault::Fails(usize::MAX)).with_secret_store(store());
        let in_force = match step {
            3 => &new,
            _ => &passphrase(),
        };
        for with in [
            Opener::OsStore,
            Opener::Recovery(&code),
            Opener::Passphrase(in_force),
        ] {
            vault.open(with, false).unwrap();
            use_key(&vault, ROOT, Some(in_force));
            vault.lock();
        }
        // The next change clears up after itself.
        assert!(
            vault
                .change_passphrase(in_force, &secret("a third one"))
                .unwrap()
                .is_empty()
        );
        vault.open(Opener::OsStore, false).unwrap();
    }
}

#[test]
fn hostile_bytes_in_a_slot_are_refused_before_anything_is_derived_from_them() {
    let (vault, kept, code) = with_all_slots();
    let file = bytes_of(&vault);
    let header = Parts::split(&file).unwrap().header;
    // Points of low order, as RFC 7748 warns of them.
    for low in [[0; 32], {
        let mut one = [0; 32];
        one[0] = 1;
        one
    }] {
        let mut changed = header.clone();
        changed.slots[1].body[32..64].copy_from_slice(&low);
        let error = refused(RecoverySlot::open(&changed, &code));
        assert!(matches!(error, VaultError::HeaderTampered), "{error}");
    }
    for (slot, length) in [(0, 171), (1, 0), (1, 279), (2, 0), (2, 72), (2, 74)] {
        let mut changed = header.clone();
        changed.slots[slot].body.resize(length, 0);
        let error = match slot {
            0 => refused(PassphraseSlot::open(&changed, &passphrase(), true)),
            1 => refused(RecoverySlot::open(&changed, &code)),
            _ => refused(OsStoreSlot::open_any(&changed, &*kept)),
        };
        assert!(
            matches!(error, VaultError::HeaderDamaged),
            "{slot}: {error}"
        );
    }
    // A condition that this version does not know is not passed over.
    let mut changed = header.clone();
    changed.slots[2].body[0] = 2;
    assert!(matches!(
        refused(OsStoreSlot::open_any(&changed, &*kept)),
        VaultError::HeaderDamaged
    ));
}

#[test]
fn hostile_costs_in_any_passphrase_slot_are_refused_before_one_of_them_runs() {
    let (vault, _, _) = with_all_slots();
    let file = bytes_of(&vault);
    let mut header = Parts::split(&file).unwrap().header;
    let mut hostile = header.slots[0].clone();
    hostile.body[..4].copy_from_slice(&u32::MAX.to_be_bytes());
    header.slots.push(hostile);
    let error = refused(PassphraseSlot::open(&header, &passphrase(), true));
    assert!(matches!(error, VaultError::ParametersRefused { .. }));
    assert!(matches!(
        refused(PassphraseSlot::cost(&header, true)),
        VaultError::ParametersRefused { .. }
    ));
}

#[test]
fn any_changed_byte_of_any_slot_is_noticed_by_every_way_to_open() {
    let (vault, kept, code) = with_all_slots();
    let bytes = bytes_of(&vault);
    let header = super::header_end(&bytes);
    for at in (14..header).step_by(3) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        let changed = with_checksum(changed);
        for with in [
            Opener::OsStore,
            Opener::Passphrase(&passphrase()),
            Opener::Recovery(&code),
        ] {
            let vault = vault_beside(changed.clone(), &kept);
            assert!(vault.open(with, false).is_err(), "byte {at}");
        }
    }
}

#[test]
fn a_store_that_fails_leaves_the_file_and_the_other_slots_as_they_were() {
    let (vault, kept, code) = with_all_slots();
    kept.say(Some(SecretStoreError::Locked));
    let before = bytes_of(&vault);
    let error = refused(vault.add_os_store(&passphrase(), "again", false));
    assert!(matches!(
        error,
        VaultError::OsStore(SecretStoreError::Locked)
    ));
    assert_eq!(bytes_of(&vault), before);
    let remarks = vault
        .change_passphrase(&passphrase(), &secret("another passphrase"))
        .unwrap();
    assert_eq!(remarks.len(), 1, "{remarks:?}");
    let slots = vault.overview().unwrap().unwrap().slots;
    let kinds: Vec<SlotKind> = slots.iter().map(|slot| slot.kind).collect();
    assert_eq!(kinds, [SlotKind::Passphrase, SlotKind::Recovery]);
    vault.lock();
    vault.open(Opener::Recovery(&code), false).unwrap();
}

#[test]
fn a_slot_whose_entry_is_gone_already_is_taken_away_without_a_remark() {
    let (vault, kept, _) = with_all_slots();
    kept.entries.lock().unwrap().clear();
    let slots = vault.overview().unwrap().unwrap().slots;
    let remarks = vault.remove_slot(slots[2].id, &passphrase()).unwrap();
    assert!(remarks.is_empty(), "{remarks:?}");
    assert_eq!(vault.overview().unwrap().unwrap().slots.len(), 2);
}

#[test]
fn a_slot_too_many_changes_nothing_and_leaves_no_entry() {
    let (vault, kept, _) = with_all_slots();
    for _ in 3..16 {
        vault
            .add_os_store(&passphrase(), "one more", false)
            .unwrap();
    }
    let before = bytes_of(&vault);
    let error = refused(vault.add_os_store(&passphrase(), "one too many", false));
    assert!(matches!(error, VaultError::TooLarge), "{error}");
    assert_eq!(bytes_of(&vault), before);
    assert_eq!(kept.names().len(), 14);
    vault_of(before).unlock(&passphrase()).unwrap();
}
