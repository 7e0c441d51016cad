//! A vault's file, changed by accident or on purpose: never a wrong success, never a panic.

use super::ISSUING;
use super::LEAF;
use super::ROOT;
use super::bytes_of;
use super::filled;
use super::header_end;
use super::passphrase;
use super::refused;
use super::use_key;
use super::vault_of;
use super::with_checksum;
use crate::base::Explain;
use crate::base::KeyType;
use crate::base::Kind;
use crate::base::Purpose;
use crate::base::SlotId;
use crate::base::Timestamp;
use crate::vault::Class;
use crate::vault::KdfCost;
use crate::vault::VaultError;
use crate::vault::file::Contents;
use crate::vault::file::Header;
use crate::vault::file::Parts;
use crate::vault::list::RecordName;
use crate::vault::slot::PassphraseSlot;
use crate::vault::slot::Slot;
use crate::vault::slot::SlotKind;

/// What unlocking says of these bytes; whatever may be asked while locked must not panic either.
fn unlocking(bytes: Vec<u8>) -> VaultError {
    let vault = vault_of(bytes);
    vault.overview().map(drop).unwrap_or_default();
    vault.last_sealed().map(drop).unwrap_or_default();
    refused(vault.check(Some(&passphrase()), None));
    refused(vault.unlock(&passphrase()))
}

/// Where each sealed record begins and ends, in the order of the file.
fn records(bytes: &[u8]) -> Vec<(RecordName, std::ops::Range<usize>)> {
    let contents = contents(bytes);
    let lengths = contents
        .entries
        .iter()
        .map(|(name, entry)| (*name, entry.sealed.len()));
    let total: usize = lengths.clone().map(|(_, length)| length).sum();
    let mut at = bytes.len() - total;
    let ranges = lengths.map(|(name, length)| {
        at += length;
        (name, at - length..at)
    });
    ranges.collect()
}

fn contents(bytes: &[u8]) -> Contents {
    let parts = Parts::split(bytes).unwrap();
    let opened = PassphraseSlot::open(&parts.header, &passphrase(), true).unwrap();
    Contents::open(&parts, &opened.master).unwrap()
}

/// The file as somebody would write it who has the master key and not the authority key.
fn forged_with_master(bytes: &[u8], forge: impl FnOnce(&mut Contents)) -> Vec<u8> {
    let parts = Parts::split(bytes).unwrap();
    let opened = PassphraseSlot::open(&parts.header, &passphrase(), true).unwrap();
    let mut contents = Contents::open(&parts, &opened.master).unwrap();
    forge(&mut contents);
    contents.encode(&opened.master).unwrap()
}

/// A second slot, of a kind that this version does not know; `rightly` if the authority key was at
/// hand to vouch for it.
pub(super) fn with_another_slot(bytes: &[u8], rightly: bool) -> Vec<u8> {
    let parts = Parts::split(bytes).unwrap();
    let opened = PassphraseSlot::open(&parts.header, &passphrase(), true).unwrap();
    let authority = opened.authority().unwrap();
    forged_with_master(bytes, |contents| {
        let header: &mut Header = &mut contents.header;
        header.slots.push(Slot {
            kind: SlotKind::Unknown(200),
            id: SlotId::from_raw(9),
            created: Timestamp(0),
            label: "Later\u{202e}".to_owned(),
            body: vec![1, 2, 3],
        });
        if rightly {
            header.vouch(&authority).unwrap();
        }
    })
}

#[test]
fn a_file_cut_at_any_length_is_refused() {
    let bytes = bytes_of(&filled());
    for length in 0..bytes.len() {
        let error = unlocking(bytes[..length].to_vec());
        let fits = matches!(error, VaultError::Truncated | VaultError::RecordMissing(_));
        assert!(fits, "{length}: {error}");
        assert_eq!(error.code(), "vault.damaged");
    }
}

#[test]
fn any_changed_byte_is_noticed() {
    let bytes = bytes_of(&filled());
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[at] ^= flip;
            let error = unlocking(changed);
            let expected = match at {
                0..8 => matches!(error, VaultError::NotAVault),
                8..10 => matches!(
                    error,
                    VaultError::NewerVersion(_) | VaultError::HeaderDamaged
                ),
                _ => error.code() == "vault.damaged",
            };
            assert!(expected, "{at}: {error}");
        }
    }
}

#[test]
fn any_byte_of_the_header_changed_on_purpose_is_noticed() {
    let bytes = bytes_of(&filled());
    for at in 14..header_end(&bytes) {
        for flip in [0x01, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= flip;
            unlocking(with_checksum(changed));
        }
    }
}

#[test]
fn random_damage_never_panics() {
    let bytes = bytes_of(&filled());
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    for _ in 0..2000 {
        let mut changed = bytes.clone();
        for _ in 0..=next(6) {
            let at = next(changed.len());
            changed[at] = u8::try_from(next(256)).unwrap();
        }
        changed.truncate(14 + next(changed.len()));
        let whole = header_end(&changed).checked_add(32);
        if whole.is_some_and(|whole| whole <= changed.len()) {
            changed = with_checksum(changed);
        }
        if changed == bytes {
            continue;
        }
        let vault = vault_of(changed);
        vault.overview().map(drop).unwrap_or_default();
        refused(vault.unlock(&passphrase()));
    }
}

#[test]
fn lengths_that_reach_beyond_the_file_are_refused() {
    let bytes = bytes_of(&filled());
    let list = header_end(&bytes) + 32;
    for at in [10, list] {
        for length in [u32::MAX, u32::MAX - 13, 0x8000_0000, 0x7fff_ffff] {
            let mut changed = bytes.clone();
            changed[at..at + 4].copy_from_slice(&length.to_be_bytes());
            assert!(matches!(unlocking(changed), VaultError::Truncated));
        }
    }
}

#[test]
fn two_records_exchanged_are_noticed() {
    let bytes = bytes_of(&filled());
    let records = records(&bytes);
    let find = |id| {
        let found = records
            .iter()
            .find(|(name, _)| *name == RecordName::key(id));
        found.unwrap().1.clone()
    };
    let (root, issuing) = (find(ROOT), find(ISSUING));
    assert_eq!(root.len(), issuing.len());
    let mut changed = bytes.clone();
    changed[root.clone()].copy_from_slice(&bytes[issuing.clone()]);
    changed[issuing].copy_from_slice(&bytes[root]);
    assert!(matches!(
        unlocking(changed),
        VaultError::RecordAltered(ROOT)
    ));
}

#[test]
fn records_exchanged_with_the_master_key_still_do_not_open() {
    let bytes = bytes_of(&filled());
    let forged = forged_with_master(&bytes, |contents| {
        let sealed = |contents: &Contents, name| contents.entries[&name].sealed.clone();
        let (root, issuing) = (RecordName::key(ROOT), RecordName::key(ISSUING));
        let (one, two) = (sealed(contents, root), sealed(contents, issuing));
        contents.entries.get_mut(&root).unwrap().sealed = two;
        contents.entries.get_mut(&issuing).unwrap().sealed = one;
    });
    let vault = vault_of(forged);
    vault.unlock(&passphrase()).unwrap();
    let error = refused(vault.sign(ROOT, Purpose::Request, b"x", Some(&passphrase())));
    assert!(matches!(error, VaultError::RecordAltered(ROOT)));
    let error = refused(vault.check(Some(&passphrase()), None));
    assert!(matches!(error, VaultError::RecordAltered(ROOT)));
}

#[test]
fn a_record_left_out_or_added_is_noticed() {
    let bytes = bytes_of(&filled());
    for (name, range) in records(&bytes) {
        let mut changed = bytes.clone();
        changed.drain(range.clone());
        let error = unlocking(changed);
        let fits = matches!(
            error,
            VaultError::RecordAltered(_) | VaultError::RecordMissing(_)
        );
        assert!(fits, "{}: {error}", name.key_id());

        let mut changed = bytes.clone();
        changed.extend(&bytes[range]);
        assert!(matches!(unlocking(changed), VaultError::RecordsExtra));
    }
}

#[test]
fn an_old_record_put_back_is_noticed() {
    let vault = filled();
    let old = bytes_of(&vault);
    vault.end_grant(ISSUING).unwrap();
    vault.grant(ISSUING, &passphrase()).unwrap();
    let new = bytes_of(&vault);
    let place = |bytes: &[u8]| {
        let found = records(bytes).into_iter();
        let mut found = found.filter(|(name, _)| *name == RecordName::grant(ISSUING));
        found.next().unwrap().1
    };
    let (from, to) = (place(&old), place(&new));
    let mut changed = new.clone();
    changed[to].copy_from_slice(&old[from]);
    assert!(matches!(
        unlocking(changed),
        VaultError::RecordAltered(ISSUING)
    ));

    // With the master key the list can be made to fit; the record's own generation does not.
    let old_sealed = contents(&old).entries[&RecordName::grant(ISSUING)]
        .sealed
        .clone();
    let forged = forged_with_master(&new, |contents| {
        let entry = contents.entries.get_mut(&RecordName::grant(ISSUING));
        entry.unwrap().sealed = old_sealed;
    });
    let vault = vault_of(forged);
    vault.unlock(&passphrase()).unwrap();
    let error = refused(vault.sign(ISSUING, Purpose::Request, b"x", None));
    assert!(matches!(error, VaultError::RecordAltered(ISSUING)));
}

#[test]
fn an_old_header_does_not_go_with_a_new_list() {
    let vault = filled();
    let old = bytes_of(&vault);
    vault.end_grant(ISSUING).unwrap();
    let new = bytes_of(&vault);
    let (old_end, new_end) = (header_end(&old) + 32, header_end(&new) + 32);
    for (header, rest) in [
        (&old[..old_end], &new[new_end..]),
        (&new[..new_end], &old[old_end..]),
    ] {
        let error = unlocking([header, rest].concat());
        assert!(matches!(error, VaultError::HeaderTampered), "{error}");
    }
}

#[test]
fn records_of_another_vault_are_not_taken() {
    let (one, two) = (bytes_of(&filled()), bytes_of(&filled()));
    let end = header_end(&one) + 32;
    let error = unlocking([&one[..end], &two[end..]].concat());
    assert!(matches!(error, VaultError::HeaderTampered));
}

#[test]
fn a_slot_added_with_the_master_key_alone_stops_every_use_of_the_authority_key() {
    let vault = vault_of(with_another_slot(&bytes_of(&filled()), false));
    vault.unlock(&passphrase()).unwrap();
    let typed = passphrase();
    let new = crate::base::KeyId::from_raw(9);
    let errors = [
        refused(vault.sign(ROOT, Purpose::Request, b"x", Some(&typed))),
        refused(vault.generate(new, Class::Authority, KeyType::P256, Some(&typed))),
        refused(vault.grant(ROOT, &typed)),
        refused(vault.change_passphrase(&typed, &super::secret("new passphrase"))),
        refused(vault.check(Some(&typed), None)),
    ];
    for error in errors {
        assert!(matches!(error, VaultError::HeaderTampered), "{error}");
    }
    let rows = vault.overview().unwrap().unwrap().slots;
    assert_eq!(rows[1].label, "Later\\u{202e}");
}

#[test]
fn a_public_key_exchanged_with_the_master_key_is_noticed_when_the_key_is_used() {
    let bytes = bytes_of(&filled());
    let forged = forged_with_master(&bytes, |contents| {
        let other = contents.entries[&RecordName::key(ISSUING)]
            .public_key
            .clone();
        for name in [RecordName::key(ROOT), RecordName::key(LEAF)] {
            contents.entries.get_mut(&name).unwrap().public_key = other.clone();
        }
    });
    let vault = vault_of(forged);
    vault.unlock(&passphrase()).unwrap();
    for (id, consent) in [(ROOT, Some(passphrase())), (LEAF, None)] {
        let answer = vault.sign(id, Purpose::Request, b"x", consent.as_ref());
        assert!(matches!(refused(answer), VaultError::RecordAltered(_)));
    }
    assert!(matches!(
        refused(vault.grant(ROOT, &passphrase())),
        VaultError::RecordAltered(ROOT)
    ));
}

#[test]
fn a_key_of_a_type_we_do_not_know_leaves_the_others_in_use() {
    let bytes = bytes_of(&filled());
    let later = forged_with_master(&bytes, |contents| {
        let entry = contents.entries.get_mut(&RecordName::key(LEAF));
        entry.unwrap().key_type = 77;
    });
    let vault = vault_of(later);
    vault.unlock(&passphrase()).unwrap();
    let error = refused(vault.sign(LEAF, Purpose::Request, b"x", None));
    assert!(matches!(error, VaultError::UnknownKeyType(LEAF)));
    use_key(&vault, ISSUING, None);
    vault
        .change_passphrase(&passphrase(), &super::secret("new passphrase"))
        .unwrap();
    assert!(
        vault
            .check(Some(&super::secret("new passphrase")), None)
            .is_ok()
    );
}

#[test]
fn hostile_costs_are_refused_before_they_run() {
    let vault = filled();
    let bytes = bytes_of(&vault);
    let cost = KdfCost::weak_for_tests();
    let stored = [cost.memory_kib, cost.passes, cost.lanes]
        .map(u32::to_be_bytes)
        .concat();
    let at = bytes
        .windows(12)
        .position(|window| window == stored)
        .unwrap();
    let hostile = [
        [u32::MAX, 1, 1],
        [1024 * 1024 + 1, 3, 4],
        [64 * 1024, u32::MAX, 4],
        [64 * 1024, 11, 4],
        [64 * 1024, 3, 9],
        [64 * 1024, 0, 4],
        [64 * 1024, 3, 0],
        [0, 0, 0],
        [8, 1, 1],
    ];
    for costs in hostile {
        let mut changed = bytes.clone();
        changed[at..at + 12].copy_from_slice(&costs.map(u32::to_be_bytes).concat());
        let error = unlocking(with_checksum(changed));
        assert!(
            matches!(error, VaultError::ParametersRefused { .. }),
            "{costs:?}: {error}"
        );
        assert_eq!(error.kind(), Kind::Refused);
    }
}

#[test]
fn a_newer_format_and_a_foreign_file_are_told_apart() {
    let bytes = bytes_of(&filled());
    let mut newer = bytes.clone();
    newer[9] = 2;
    assert!(matches!(unlocking(newer), VaultError::NewerVersion(2)));
    let mut zero = bytes;
    zero[9] = 0;
    assert!(matches!(unlocking(zero), VaultError::HeaderDamaged));
    for foreign in [&b"-----BEGIN PRIVATE KEY-----"[..], &[0; 4096], b"C\0"] {
        assert!(matches!(unlocking(foreign.to_vec()), VaultError::NotAVault));
    }
    for nothing in [&b""[..], b"CHANCV"] {
        assert!(matches!(unlocking(nothing.to_vec()), VaultError::Truncated));
    }
}
