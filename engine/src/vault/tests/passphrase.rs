//! Passphrases: wrong ones, and changing one.

use std::collections::HashSet;

use super::ISSUING;
use super::LEAF;
use super::ROOT;
use super::bytes_of;
use super::filled;
use super::header_end;
use super::passphrase;
use super::refused;
use super::secret;
use super::use_key;
use super::vault_of;
use crate::base::Explain;
use crate::base::Kind;
use crate::base::Purpose;
use crate::vault::KdfCost;
use crate::vault::Sealed;
use crate::vault::Vault;
use crate::vault::VaultError;
use crate::vault::file::Contents;
use crate::vault::file::PURPOSE_AUTHORITY;
use crate::vault::file::PURPOSE_EVERYDAY;
use crate::vault::file::Parts;
use crate::vault::slot::PassphraseSlot;

#[test]
fn a_wrong_passphrase_opens_nothing_however_often_it_is_tried() {
    let vault = vault_of(bytes_of(&filled()));
    for wrong in [
        "",
        " ",
        "correct horse battery stapl",
        "correct horse battery staple ",
    ] {
        let error = refused(vault.unlock(&secret(wrong)));
        assert!(matches!(error, VaultError::WrongPassphrase));
        assert_eq!(
            (error.code(), error.kind()),
            ("vault.wrong-passphrase", Kind::Locked)
        );
    }
    vault.unlock(&passphrase()).unwrap();
    // Unlocked already: it is checked all the same, and a wrong one locks nobody out.
    assert!(matches!(
        refused(vault.unlock(&secret("x"))),
        VaultError::WrongPassphrase
    ));
    assert!(vault.sign(LEAF, Purpose::Request, b"x", None).is_ok());
    vault.unlock(&passphrase()).unwrap();
}

#[test]
fn an_empty_passphrase_is_refused_before_anything_is_made() {
    let vault = Vault::in_memory();
    let error = refused(vault.create(&secret(""), None, KdfCost::weak_for_tests()));
    assert!(matches!(error, VaultError::EmptyPassphrase));
    assert!(vault.overview().unwrap().is_none());
    let vault = filled();
    let before = bytes_of(&vault);
    let error = refused(vault.change_passphrase(&passphrase(), &secret("")));
    assert!(matches!(error, VaultError::EmptyPassphrase));
    assert_eq!(bytes_of(&vault), before);
}

#[test]
fn a_new_passphrase_has_eight_characters_at_least_however_many_bytes_they_take() {
    let vault = Vault::in_memory();
    for short in ["a", "1234567", "grüßäöü"] {
        let error = refused(vault.create(&secret(short), None, KdfCost::weak_for_tests()));
        assert!(matches!(error, VaultError::ShortPassphrase), "{short}");
        assert_eq!(
            (error.code(), error.kind()),
            ("vault.passphrase-short", Kind::Malformed)
        );
    }
    assert!(vault.overview().unwrap().is_none());
    vault
        .create(&secret("12345678"), None, KdfCost::weak_for_tests())
        .unwrap();
    let error = refused(vault.change_passphrase(&secret("12345678"), &secret("1234567")));
    assert!(matches!(error, VaultError::ShortPassphrase));
    vault.unlock(&secret("12345678")).unwrap();
}

#[test]
fn a_change_of_passphrase_seals_everything_anew() {
    let vault = filled();
    let old_file = bytes_of(&vault);
    let public = vault.public_key(ROOT).unwrap();
    let new = secret("tr0ub4dor & 3");
    vault.change_passphrase(&passphrase(), &new).unwrap();
    let new_file = bytes_of(&vault);

    // It goes on working, granted keys and attended ones alike.
    assert_eq!(vault.public_key(ROOT).unwrap(), public);
    use_key(&vault, LEAF, None);
    use_key(&vault, ISSUING, None);
    use_key(&vault, ROOT, Some(&new));
    let error = refused(vault.sign(ROOT, Purpose::Request, b"x", Some(&passphrase())));
    assert!(matches!(error, VaultError::WrongPassphrase));

    // Nothing sealed before stands in the new file, not even eight bytes of it.
    let new_stretches: HashSet<&[u8]> = new_file.windows(8).collect();
    let header = Parts::split(&old_file).unwrap().header;
    let list = header_end(&old_file) + 32 + 4;
    // The costs, the first twelve bytes of the slot, stay as they are.
    for sealed in [
        &header.slots[0].body[12..],
        &header.authority_tag,
        &old_file[list..],
    ] {
        assert!(
            sealed
                .windows(8)
                .all(|stretch| !new_stretches.contains(stretch))
        );
    }

    let again = vault_of(new_file.clone());
    assert!(matches!(
        refused(again.unlock(&passphrase())),
        VaultError::WrongPassphrase
    ));
    assert!(
        again
            .check(Some(&new), None)
            .unwrap()
            .authority_records_opened
    );
    assert!(matches!(
        refused(vault_of(old_file).unlock(&new)),
        VaultError::WrongPassphrase
    ));
}

#[test]
fn neither_old_key_opens_anything_of_the_new_file() {
    let vault = filled();
    let old_file = bytes_of(&vault);
    vault.lock();
    let new = secret("tr0ub4dor & 3");
    vault.change_passphrase(&passphrase(), &new).unwrap();
    assert!(matches!(refused(vault.key_ids()), VaultError::Locked));
    let new_file = bytes_of(&vault);

    let old = Parts::split(&old_file).unwrap();
    let old = PassphraseSlot::open(&old.header, &passphrase(), true).unwrap();
    let parts = Parts::split(&new_file).unwrap();
    let error = refused(Contents::open(&parts, &old.master));
    assert!(matches!(error, VaultError::HeaderTampered));

    let opened = PassphraseSlot::open(&parts.header, &new, true).unwrap();
    let contents = Contents::open(&parts, &opened.master).unwrap();
    let old_keys = [&old.master, &old.authority().unwrap()];
    let purposes = [PURPOSE_EVERYDAY, PURPOSE_AUTHORITY];
    for (name, old_key) in contents
        .entries
        .keys()
        .flat_map(|name| old_keys.map(|key| (name, key)))
    {
        for purpose in purposes {
            let opening = old_key.derive(contents.header.vault, purpose).unwrap();
            let error = refused(contents.open_record(*name, &opening));
            assert!(matches!(error, VaultError::RecordAltered(_)));
        }
    }
}

#[test]
fn a_change_with_the_wrong_passphrase_changes_nothing() {
    let vault = filled();
    let before = bytes_of(&vault);
    let error = refused(vault.change_passphrase(&secret("wrong"), &secret("new passphrase")));
    assert!(matches!(error, VaultError::WrongPassphrase));
    assert_eq!(bytes_of(&vault), before);
}

#[test]
fn a_slot_of_a_later_version_is_kept_and_never_left_behind() {
    let vault = filled();
    let bytes = super::tampering::with_another_slot(&bytes_of(&vault), true);
    let vault = vault_of(bytes);
    vault.unlock(&passphrase()).unwrap();
    use_key(&vault, ROOT, Some(&passphrase()));
    let slots = vault.overview().unwrap().unwrap().slots;
    assert_eq!(slots.len(), 2);

    vault.end_grant(ISSUING).unwrap();
    assert_eq!(vault.overview().unwrap().unwrap().slots, slots);
    let before = bytes_of(&vault);
    let error = refused(vault.change_passphrase(&passphrase(), &secret("new passphrase")));
    assert!(matches!(error, VaultError::SlotOutOfReach(_)));
    assert_eq!(bytes_of(&vault), before);
}

#[test]
fn the_last_sealed_entry_is_kept_through_locking_and_changing() {
    let vault = filled();
    assert_eq!(vault.last_sealed().unwrap(), None);
    let sealed = Sealed {
        sequence: 42,
        link: [0xab; 32],
    };
    vault.set_last_sealed(sealed).unwrap();
    assert_eq!(vault.last_sealed().unwrap(), Some(sealed));
    vault
        .change_passphrase(&passphrase(), &secret("new passphrase"))
        .unwrap();
    vault.lock();
    assert_eq!(vault.last_sealed().unwrap(), Some(sealed));
    let error = refused(vault.set_last_sealed(sealed));
    assert!(matches!(error, VaultError::Locked));
}
