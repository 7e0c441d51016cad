//! What checkpoints betray, and how forged ones are told apart.

use super::*;
use crate::audit::seal::read;

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
fn a_checkpoint_that_does_not_stand_behind_its_entry_is_named() {
    let entries = chain(20);
    let mut export = exported(&entries, Vec::new());
    let text = serde_json::Value::from(sealed(&entries[2]).1);
    export.extend_from_slice(format!("{{\"checkpoint\":{text}}}\n").as_bytes());
    let found = found_in(&export, None);
    assert_eq!(
        found.faults,
        ["the checkpoint of entry 3 does not stand behind that entry"]
    );
    assert_eq!((found.complete_to, found.sealed_to), (20, None));
}
