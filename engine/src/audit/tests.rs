//! What an outsider can find out from an export, and what cannot be hidden from them.

use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

use super::*;
use crate::base::{Explain, Timestamp, base64};
use crate::store::audit::{Entry, StoredEntry, checkpoint, link};
use crate::store::{Change, Home, Snapshot, Store, SystemDisk};

const STORE: &str = "0123456789abcdef0123456789abcdef";

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn spki(seed: u8) -> Vec<u8> {
    let pair = pair(seed);
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    der.as_ref().to_vec()
}

fn pem(seed: u8) -> Vec<u8> {
    let key = base64(&spki(seed));
    format!("-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----\n").into_bytes()
}

fn body(sequence: u64) -> String {
    format!(
        r#"{{"at":{},"actor":{{"user":"Zoë"}},"action":"certificate.issue","outcome":"done","resource":null,"details":"www{sequence}.example.internal \"{{}}\"","cause":null}}"#,
        1_795_312_800_000 + sequence * 1000
    )
}

fn copy(entry: &StoredEntry) -> StoredEntry {
    StoredEntry {
        sequence: entry.sequence,
        link: entry.link,
        body: entry.body.clone(),
    }
}

fn chain(length: u64) -> Vec<StoredEntry> {
    let mut before = [0; 32];
    let next = |sequence| {
        let body = body(sequence);
        before = link(&before, sequence, &body);
        StoredEntry {
            sequence,
            link: before,
            body,
        }
    };
    (1..=length).map(next).collect()
}

fn unsigned(store: &str, entry: &StoredEntry) -> Checkpoint {
    Checkpoint {
        store: store.to_owned(),
        sequence: entry.sequence,
        link: entry.link,
        at: Timestamp::from_secs(1_795_312_800),
    }
}

fn sealed_by(seed: u8, store: &str, entry: &StoredEntry) -> (u64, String) {
    let sign = |note: &[u8]| Ok::<_, ()>(pair(seed).sign(note).as_ref().to_vec());
    let text = unsigned(store, entry).seal(&spki(seed), sign).unwrap();
    (entry.sequence, text)
}

fn sealed(entry: &StoredEntry) -> (u64, String) {
    sealed_by(1, STORE, entry)
}

fn exported(entries: &[StoredEntry], checkpoints: Vec<(u64, String)>) -> Vec<u8> {
    let pages = |first, count| {
        let wanted = entries.iter().filter(|entry| first <= entry.sequence);
        Ok(wanted.take(count).map(copy).collect())
    };
    let mut out = Vec::new();
    let written = export::lines(STORE, checkpoints, pages, &mut out).unwrap();
    assert_eq!(written, entries.len() as u64);
    out
}

fn found_in(export: &[u8], since: Option<&[u8]>) -> Verification {
    verify(&mut &export[..], &pem(1), since).unwrap()
}

fn followed(entries: &[StoredEntry]) -> Verification {
    let mut follower = Follower::default();
    entries.iter().for_each(|entry| follower.follow(entry));
    follower.finish()
}

fn error_of(export: &[u8], key: &[u8], since: Option<&[u8]>) -> AuditError {
    verify(&mut &export[..], key, since).unwrap_err()
}

/// A fault that names this entry.
fn names(found: &Verification, sequence: u64) -> bool {
    let entry = format!("entry {sequence} ");
    found.faults.iter().any(|fault| fault.contains(&entry))
}

#[test]
fn an_untouched_chain_is_complete_and_later_entries_cannot_be_excluded() {
    let found = followed(&chain(20));
    assert_eq!(found.complete_to, 20);
    assert!(found.faults.is_empty());
    assert_eq!(
        words(&found)[0],
        "complete up to entry 20; later entries cannot be excluded"
    );
    assert!(words(&found)[1].starts_with("no checkpoint seals it"));
}

#[test]
fn each_altered_entry_is_named_and_no_other() {
    for sequence in 1..=20 {
        let mut entries = chain(20);
        entries[sequence as usize - 1].body = body(sequence).replace("done", "gone");
        let found = followed(&entries);
        assert_eq!(found.faults.len(), 1, "{:?}", found.faults);
        assert!(names(&found, sequence) && found.faults[0].contains("altered"));
        assert_eq!(found.complete_to, sequence - 1);
    }
}

#[test]
fn each_altered_link_is_named_and_no_other() {
    for sequence in 1..=20 {
        let mut entries = chain(20);
        entries[sequence as usize - 1].link[31] ^= 1;
        let found = followed(&entries);
        assert_eq!(found.faults.len(), 1, "{:?}", found.faults);
        assert!(names(&found, sequence) && found.faults[0].contains("altered"));
    }
}

#[test]
fn each_dropped_entry_is_named() {
    for sequence in 1..20 {
        let mut entries = chain(20);
        entries.remove(sequence as usize - 1);
        let found = followed(&entries);
        assert_eq!(
            found.faults,
            [format!(
                "entry {sequence} is missing, so that entry {} cannot be checked",
                sequence + 1
            )]
        );
        assert_eq!(found.complete_to, sequence - 1);
    }
}

#[test]
fn several_dropped_entries_are_named_together() {
    let mut entries = chain(20);
    entries.drain(4..9);
    let found = followed(&entries);
    assert_eq!(
        found.faults,
        ["entries 5 to 9 are missing, so that entry 10 cannot be checked"]
    );
}

#[test]
fn each_pair_of_swapped_entries_is_named() {
    for sequence in 1..20 {
        let mut entries = chain(20);
        entries.swap(sequence as usize - 1, sequence as usize);
        let found = followed(&entries);
        assert_eq!(
            found.faults,
            [format!(
                "entry {sequence} is out of order: it stands behind entry {}",
                sequence + 1
            )]
        );
    }
}

#[test]
fn contents_swapped_under_their_numbers_are_named() {
    for sequence in 1..20 {
        let mut entries = chain(20);
        let at = sequence as usize;
        let (front, back) = entries.split_at_mut(at);
        std::mem::swap(&mut front[at - 1].body, &mut back[0].body);
        let found = followed(&entries);
        assert!(names(&found, sequence) && names(&found, sequence + 1));
        assert_eq!(found.faults.len(), 2);
    }
}

#[test]
fn each_replayed_entry_is_named_and_no_other() {
    for sequence in 1..=20 {
        let mut entries = chain(20);
        let again = copy(&entries[sequence as usize - 1]);
        entries.insert(15.max(sequence as usize), again);
        let found = followed(&entries);
        assert_eq!(found.faults.len(), 1, "{:?}", found.faults);
        assert!(names(&found, sequence) && found.faults[0].contains("a second time"));
    }
}

#[test]
fn each_entry_replayed_under_a_new_number_is_named() {
    for sequence in 1..=20 {
        let mut entries = chain(20);
        let mut again = copy(&entries[sequence as usize - 1]);
        again.sequence = 21;
        entries.push(again);
        let found = followed(&entries);
        assert!(found.faults[0].starts_with("entry 21 was altered"));
        assert_eq!(found.complete_to, 20);
    }
}

#[test]
fn every_fault_is_named_not_only_the_first() {
    let mut entries = chain(20);
    entries[17].body = body(99);
    entries.remove(10);
    entries[3].link[0] ^= 1;
    let found = followed(&entries);
    assert!(names(&found, 4) && names(&found, 11) && names(&found, 18));
    assert_eq!(found.faults.len(), 3);
    assert_eq!(found.complete_to, 3);
    assert_eq!(words(&found)[3], "complete up to entry 3 and no further");
}

#[test]
fn numbers_that_cannot_be_are_named() {
    for sequence in [0, 1 << 53, u64::MAX] {
        let mut entries = chain(3);
        entries.insert(1, copy(&entries[0]));
        entries[1].sequence = sequence;
        let found = followed(&entries);
        assert_eq!(found.faults.len(), 1);
        assert!(found.faults[0].starts_with(&format!("entry {sequence} cannot be")));
    }
}

#[test]
fn endless_faults_are_counted_and_do_not_fill_the_memory() {
    let mut entries = chain(1000);
    entries.iter_mut().for_each(|entry| entry.link = [7; 32]);
    let found = followed(&entries);
    assert_eq!(found.faults.len(), 201);
    assert_eq!(found.faults[200], "there are 800 further faults");
}

#[test]
fn a_follower_can_be_put_away_and_taken_up_between_any_two_entries() {
    let mut entries = chain(20);
    entries[7].link[3] ^= 1;
    entries.swap(14, 15);
    let mut follower = Follower::default();
    for entry in &entries {
        follower.follow(entry);
        let stored = serde_json::to_string(&follower).unwrap();
        follower = serde_json::from_str(&stored).unwrap();
    }
    assert_eq!(follower.finish(), followed(&entries));
}

#[test]
fn an_export_with_a_checkpoint_is_sealed_up_to_it() {
    let entries = chain(20);
    let checkpoints = vec![sealed(&entries[4]), sealed(&entries[14])];
    let found = found_in(&exported(&entries, checkpoints), None);
    assert_eq!((found.complete_to, found.sealed_to), (20, Some(15)));
    assert!(found.faults.is_empty());
    assert_eq!(words(&found)[1], "sealed by a checkpoint up to entry 15");
}

#[test]
fn a_chain_without_entries_can_be_exported_and_sealed() {
    let beginning = StoredEntry {
        sequence: 0,
        link: [0; 32],
        body: String::new(),
    };
    let found = found_in(&exported(&[], vec![sealed(&beginning)]), None);
    assert_eq!((found.complete_to, found.sealed_to), (0, Some(0)));
    assert!(found.faults.is_empty());
    assert_eq!(
        words(&found)[0],
        "there are no entries; later entries cannot be excluded"
    );
}

#[test]
fn a_checkpoint_stands_behind_the_entry_it_seals() {
    let entries = chain(3);
    let export = exported(&entries, vec![sealed(&entries[1])]);
    let text = String::from_utf8(export).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        format!(r#"{{"format":"chancery-audit/v1","store":"{STORE}"}}"#)
    );
    assert!(lines[2].starts_with(r#"{"sequence":2,"link":""#));
    assert!(lines[2].ends_with(&format!(r#""entry":{}}}"#, entries[1].body)));
    assert!(lines[3].starts_with(r#"{"checkpoint":"chancery-audit/v1 0123"#));
    for line in lines {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[test]
fn a_rewritten_chain_is_betrayed_by_a_checkpoint_in_the_export_or_kept_elsewhere() {
    let kept = sealed(&chain(20)[14]);
    let mut entries = chain(20);
    let mut before = [0; 32];
    for entry in &mut entries {
        entry.body = entry.body.replace("Zoë", "Eve");
        entry.link = link(&before, entry.sequence, &entry.body);
        before = entry.link;
    }
    let sentence = "rolled back or rewritten: entry 15 is not the one that a checkpoint seals";
    let inside = found_in(&exported(&entries, vec![kept.clone()]), None);
    assert_eq!(inside.faults, [sentence]);
    assert_eq!(inside.sealed_to, None);
    let outside = found_in(&exported(&entries, Vec::new()), Some(kept.1.as_bytes()));
    assert_eq!(outside.faults, [sentence]);
    assert_eq!((outside.complete_to, outside.sealed_to), (14, None));
}

#[test]
fn a_cut_tail_is_betrayed_by_a_checkpoint_beyond_it() {
    let entries = chain(20);
    let (_, kept) = sealed(&entries[19]);
    for length in 0..20 {
        let export = exported(&entries[..length], Vec::new());
        assert!(found_in(&export, None).faults.is_empty());
        let found = found_in(&export, Some(kept.as_bytes()));
        assert_eq!(
            found.faults,
            [format!(
                "rolled back or cut: the last entry is {length}, but a checkpoint seals entry 20"
            )]
        );
        assert_eq!((found.complete_to, found.sealed_to), (length as u64, None));
    }
}

#[test]
fn a_checkpoint_kept_elsewhere_seals_what_the_export_itself_does_not() {
    let entries = chain(20);
    let (_, kept) = sealed(&entries[9]);
    let found = found_in(&exported(&entries, Vec::new()), Some(kept.as_bytes()));
    assert_eq!((found.complete_to, found.sealed_to), (20, Some(10)));
    assert!(found.faults.is_empty());
}

#[test]
fn a_kept_checkpoint_survives_the_mail() {
    let entries = chain(3);
    let (_, kept) = sealed(&entries[2]);
    let mailed = format!("\u{feff}\r\n{}\r\n ", kept.replace('\n', " \r\n"));
    let found = found_in(&exported(&entries, Vec::new()), Some(mailed.as_bytes()));
    assert_eq!(found.sealed_to, Some(3));
}

#[test]
fn a_kept_checkpoint_whose_entry_was_dropped_is_missed() {
    let mut entries = chain(20);
    let (_, kept) = sealed(&entries[9]);
    entries.remove(9);
    let found = found_in(&exported(&entries, Vec::new()), Some(kept.as_bytes()));
    assert!(
        found.faults.iter().any(|fault| fault
            == "rolled back or rewritten: entry 10, which a checkpoint seals, is missing")
    );
}

#[test]
fn checkpoints_forged_of_another_store_or_by_another_key_are_told_apart() {
    let entries = chain(3);
    let (_, good) = sealed(&entries[2]);
    let forged = good.replace("\n3\n", "\n2\n");
    let (_, foreign) = sealed_by(2, STORE, &entries[2]);
    let (_, moved) = sealed_by(1, "ff00", &entries[2]);
    let export = exported(&entries, Vec::new());
    for (text, code, words) in [
        (&forged, "audit.signature-invalid", "altered or forged"),
        (&foreign, "audit.other-key", "signed with another key"),
        (&moved, "audit.other-store", "belongs to another store"),
        (
            &"no".to_owned(),
            "audit.checkpoint-malformed",
            "not a checkpoint",
        ),
    ] {
        assert_eq!(
            error_of(&export, &pem(1), Some(text.as_bytes())).code(),
            code
        );
        let found = found_in(&exported(&entries, vec![(3, text.clone())]), None);
        assert_eq!(found.faults.len(), 1);
        assert!(found.faults[0].starts_with("line 5: "));
        assert!(found.faults[0].contains(words), "{:?}", found.faults);
        assert_eq!(found.sealed_to, None);
    }
}

#[test]
fn a_forger_who_names_our_key_is_found_out() {
    let entries = chain(1);
    let sign = |note: &[u8]| Ok::<_, ()>(pair(2).sign(note).as_ref().to_vec());
    let forged = unsigned(STORE, &entries[0]).seal(&spki(1), sign).unwrap();
    assert!(matches!(
        read(&forged, &spki(1)),
        Err(AuditError::BadSignature)
    ));
}

#[test]
fn a_checkpoint_reads_back_and_no_byte_of_it_can_change() {
    let entries = chain(12);
    let (_, text) = sealed(&entries[11]);
    assert_eq!(
        read(&text, &spki(1)).unwrap(),
        unsigned(STORE, &entries[11])
    );
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            if let Ok(changed) = String::from_utf8(bytes) {
                assert!(read(&changed, &spki(1)).is_err(), "{changed}");
            }
        }
        assert!(!text.is_char_boundary(at) || read(&text[..at], &spki(1)).is_err());
    }
}

#[test]
fn what_cannot_be_signed_is_not_sealed() {
    let unsigned = unsigned(STORE, &chain(1)[0]);
    assert_eq!(unsigned.seal(&spki(1), |_| Err("locked")), Err("locked"));
}

#[test]
fn no_byte_of_a_sealed_export_can_change_unnoticed() {
    let entries = chain(3);
    let export = exported(&entries, vec![sealed(&entries[1]), sealed(&entries[2])]);
    assert!(found_in(&export, None).faults.is_empty());
    for at in 0..export.len() {
        for bit in 0..8 {
            let mut changed = export.clone();
            changed[at] ^= 1 << bit;
            if let Ok(found) = verify(&mut &changed[..], &pem(1), None) {
                assert!(!found.faults.is_empty(), "byte {at}, bit {bit}");
            }
        }
    }
}

#[test]
fn an_export_cut_anywhere_is_noticed_by_whoever_keeps_its_last_checkpoint() {
    let entries = chain(3);
    let kept = sealed(&entries[2]);
    let export = exported(&entries, vec![kept.clone()]);
    let entries_end = export.len() - r#"{"checkpoint":}"#.len() - kept.1.len();
    for length in 0..entries_end - 20 {
        let found = verify(&mut &export[..length], &pem(1), Some(kept.1.as_bytes()));
        assert!(
            found.map_or(true, |found| !found.faults.is_empty()),
            "{length} bytes"
        );
    }
}

#[test]
fn lines_that_are_none_are_named_by_their_number_and_the_rest_is_followed() {
    let entries = chain(3);
    let good = String::from_utf8(exported(&entries, Vec::new())).unwrap();
    for (line, why) in [
        ("", "neither an entry nor a checkpoint"),
        ("{}", "neither an entry nor a checkpoint"),
        (
            r#"{"sequence":02,"link":"00","entry":{}}"#,
            "neither an entry nor a checkpoint",
        ),
        (
            r#"{"sequence":-1,"link":"","entry":{}}"#,
            "neither an entry nor a checkpoint",
        ),
        (r#"{"checkpoint":"a"#, "not a checkpoint"),
        (r#"{"checkpoint":7}"#, "not a checkpoint"),
        (r#"{"checkpoint":"\u0061"}"#, "not a checkpoint"),
    ] {
        let export = good.replacen("{\"sequence\":2", &format!("{line}\n{{\"sequence\":2"), 1);
        let found = found_in(export.as_bytes(), None);
        assert_eq!(found.faults.len(), 1, "{line}: {:?}", found.faults);
        assert!(found.faults[0].starts_with("line 3: ") && found.faults[0].contains(why));
        assert_eq!(found.complete_to, 1);
    }
}

#[test]
fn bytes_that_are_no_text_are_named() {
    let mut export = exported(&chain(2), Vec::new());
    export.extend_from_slice(b"\xff\xfe\n");
    assert_eq!(
        found_in(&export, None).faults,
        ["line 4: this is not UTF-8"]
    );
}

#[test]
fn a_line_without_end_is_named_and_passed_over() {
    let entries = chain(2);
    let good = exported(&entries, Vec::new());
    let line_end = good.iter().rposition(|byte| *byte == b'{').unwrap();
    let start = good[..line_end]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .unwrap()
        + 1;
    let mut export = good[..start].to_vec();
    export.resize(start + 2 * MAX_LINE, b'x');
    export.push(b'\n');
    export.extend_from_slice(&good[start..]);
    let found = found_in(&export, None);
    assert_eq!(found.faults.len(), 1);
    assert!(found.faults[0].ends_with("the line is too long"));
}

#[test]
fn the_longest_entry_that_is_exported_is_also_verified() {
    let entry = |length: usize| {
        let body = format!("{{\"details\":\"{}\"}}", "x".repeat(length - 14));
        StoredEntry {
            sequence: 1,
            link: link(&[0; 32], 1, &body),
            body,
        }
    };
    let found = found_in(&exported(&[entry(MAX_BODY)], Vec::new()), None);
    assert_eq!((found.complete_to, found.faults.len()), (1, 0));
    let pages = |first, _| {
        Ok((first == 0)
            .then(|| entry(MAX_BODY + 1))
            .into_iter()
            .collect())
    };
    let refused = export::lines(STORE, Vec::new(), pages, &mut Vec::new());
    assert!(matches!(refused, Err(AuditError::Entry { sequence: 1 })));
}

#[test]
fn an_entry_that_would_forge_a_line_is_not_exported() {
    let forger = |first| {
        let entry = StoredEntry {
            sequence: 1,
            link: [0; 32],
            body: "{}}\n{\"sequence\":2".to_owned(),
        };
        Ok((first == 0).then_some(entry).into_iter().collect())
    };
    let pages = |first, _| forger(first);
    let refused = export::lines(STORE, Vec::new(), pages, &mut Vec::new()).unwrap_err();
    assert_eq!(refused.code(), "audit.entry-damaged");
}

#[test]
fn what_is_no_export_or_no_key_is_refused_with_a_reason() {
    let good = exported(&chain(1), Vec::new());
    let newer = String::from_utf8(good.clone())
        .unwrap()
        .replacen("/v1", "/v2", 1);
    for (export, key, code) in [
        (&b""[..], pem(1), "audit.export-empty"),
        (b"\n", pem(1), "audit.export-malformed"),
        (b"{\"sequence\":1}\n", pem(1), "audit.export-malformed"),
        (b"\xff\n", pem(1), "audit.export-malformed"),
        (newer.as_bytes(), pem(1), "audit.format-unknown"),
        (&good, b"".to_vec(), "audit.key-malformed"),
        (&good, spki(1), "audit.key-malformed"),
    ] {
        let error = error_of(export, &key, None);
        assert_eq!(error.code(), code);
        assert!(!error.to_string().ends_with('.') && !error.remedy().to_string().is_empty());
    }
}

/// Opens for ever: it is also what `tests/interop/audit_verify.py` is tried on.
#[test]
fn the_export_of_version_1_is_written_byte_for_byte_and_verifies() {
    let entries = chain(5);
    let export = exported(&entries, vec![sealed(&entries[3])]);
    assert_eq!(export, include_bytes!("fixtures/v1.jsonl"));
    let (key, kept) = (
        include_bytes!("fixtures/v1.pem"),
        include_bytes!("fixtures/v1.note"),
    );
    assert_eq!(sealed(&entries[4]).1.as_bytes(), kept);
    let found = verify(&mut &export[..], key, Some(kept)).unwrap();
    assert_eq!((found.complete_to, found.sealed_to), (5, Some(5)));
    assert!(found.faults.is_empty());
}

/// A store in memory with this many entries; the writer links them.
fn store_with(entries: u64) -> Store {
    let store = Store::open(&Home::Memory, Arc::new(SystemDisk), |_| {}).unwrap();
    let audit = (1..=entries).map(|number| serde_json::from_str::<Entry>(&body(number)).unwrap());
    commit(&store, Change::of(Vec::new(), audit.collect()));
    store
}

fn commit(store: &Store, change: Change) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    assert!(runtime.block_on(store.commit(change)).is_ok());
}

fn seal_in(store: &Store, sequence: u64, text: String) {
    commit(
        store,
        Change::of(vec![checkpoint(sequence, text)], Vec::new()),
    );
}

fn stepped(snapshot: &Snapshot, count: usize) -> Verification {
    let key = spki(1);
    let seals = Seals {
        store: STORE,
        key_spki: &key,
    };
    let mut follower = Follower::default();
    while step(&mut follower, snapshot, Some(&seals), count).unwrap() {}
    follower.finish()
}

#[test]
fn a_store_is_exported_and_verified_and_followed_in_steps_of_any_size() {
    let store = store_with(20);
    let entry = store.snapshot().unwrap().audit_entry(12).unwrap().unwrap();
    seal_in(&store, 12, sealed(&entry).1);
    let snapshot = store.snapshot().unwrap();
    let mut export = Vec::new();
    assert_eq!(write(&snapshot, STORE, &mut export).unwrap(), 20);
    let found = found_in(&export, None);
    assert_eq!((found.complete_to, found.sealed_to), (20, Some(12)));
    assert!(found.faults.is_empty());
    for count in [2, 3, 7, 19, 20, 21, 100] {
        assert_eq!(stepped(&snapshot, count), found);
    }
}

#[test]
fn a_stores_own_bad_checkpoints_are_named_whatever_the_size_of_a_step() {
    let store = store_with(20);
    let entry = |number| {
        store
            .snapshot()
            .unwrap()
            .audit_entry(number)
            .unwrap()
            .unwrap()
    };
    let mut beyond = entry(20);
    beyond.sequence = 25;
    seal_in(&store, 5, sealed_by(2, STORE, &entry(5)).1);
    seal_in(&store, 8, sealed(&entry(9)).1);
    seal_in(
        &store,
        11,
        sealed(&chain(11)[10]).1.replace("\n11\n", "\n12\n"),
    );
    seal_in(&store, 25, sealed(&beyond).1);
    let snapshot = store.snapshot().unwrap();
    for count in [2, 7, 20, 100] {
        let found = stepped(&snapshot, count);
        for (fault, words) in found.faults.iter().zip([
            "checkpoint of entry 5: the checkpoint was signed with another key",
            "checkpoint of entry 8: it seals entry 9 instead",
            "checkpoint of entry 11: the checkpoint was altered or forged",
            "rolled back or cut: the last entry is 20, but a checkpoint seals entry 25",
        ]) {
            assert!(fault.starts_with(words), "{fault}");
        }
        assert_eq!(found.faults.len(), 4);
    }
}
