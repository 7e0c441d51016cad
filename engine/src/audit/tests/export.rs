//! Exports as they are written, and everything else that may come in their place.

use super::*;

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
fn no_byte_of_a_sealed_export_can_change_unnoticed() {
    let entries = chain(3);
    let export = exported(&entries, vec![sealed(&entries[1]), sealed(&entries[2])]);
    assert!(found_in(&export, None).faults.is_empty());
    for at in 0..export.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut changed = export.clone();
            changed[at] ^= flip;
            if let Ok(found) = verify(&mut &changed[..], &pem(1), None) {
                assert!(!found.faults.is_empty(), "byte {at}, flip {flip:#x}");
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
fn an_export_from_before_there_was_a_vault_names_no_store() {
    let entries = chain(2);
    let export = String::from_utf8(exported(&entries, Vec::new())).unwrap();
    let nameless = export.replacen(STORE, "", 1);
    let found = found_in(nameless.as_bytes(), None);
    assert_eq!((found.complete_to, found.faults.len()), (2, 0));
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
    let refused = lines(STORE, Vec::new(), pages, &mut Vec::new());
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
    let refused = lines(STORE, Vec::new(), pages, &mut Vec::new()).unwrap_err();
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
    assert_eq!(export, include_bytes!("../fixtures/v1.jsonl"));
    let (key, kept) = (
        include_bytes!("../fixtures/v1.pem"),
        include_bytes!("../fixtures/v1.note"),
    );
    assert_eq!(sealed(&entries[4]).1.as_bytes(), kept);
    let found = verify(&mut &export[..], key, Some(kept)).unwrap();
    assert_eq!((found.complete_to, found.sealed_to), (5, Some(5)));
    assert!(found.faults.is_empty());
}
