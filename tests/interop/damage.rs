//! What goes wrong on a real machine: the wrong passphrase, a damaged file, a second process. Each
//! is told in one sentence, and what was there before is there after.

use std::fs;
use std::path::Path;

use chancery_engine::api::Actor;
use chancery_engine::{Home, Settings, start};

use crate::chancery::Installation;

#[test]
fn a_wrong_passphrase_opens_nothing_and_says_so() {
    let installation = Installation::with_issuing();
    installation.write_secret("passphrase", "not the passphrase");
    let before = installation.certificates();
    for line in [
        "cert create www.example.internal --ca Issuing",
        "ca create Second",
        "key generate spare",
        "vault check",
    ] {
        installation.refused(4, line);
    }
    assert_eq!(installation.certificates(), before);
    installation.write_secret("passphrase", crate::chancery::PASSPHRASE);
    installation.done("vault check");
}

#[test]
fn a_changed_passphrase_opens_and_the_old_one_does_not() {
    let installation = Installation::with_issuing();
    let new = installation.write_secret("new", "another passphrase, quite long");
    installation.done(&format!(
        "vault passphrase --new-passphrase-file {}",
        new.display()
    ));
    installation.refused(4, "vault check");
    installation.write_secret("passphrase", "another passphrase, quite long");
    installation.done("vault check");
    installation.done("cert create www.example.internal --ca Issuing");
}

#[test]
fn the_key_of_a_root_signs_by_file_only_when_the_root_is_named() {
    let installation = Installation::with_issuing();
    let line = "ca create Second --parent Root";
    let before = installation.certificates();
    let said = installation.run(&format!("--json {line}"));
    assert!(matches!(said.code, Some(3 | 4)), "{said:#?}");
    said.refusal();
    let said = installation.run(&format!("--json {line} --confirm Issuing"));
    assert!(matches!(said.code, Some(3 | 4)), "{said:#?}");
    assert_eq!(installation.certificates(), before);
    installation.done(&format!("{line} --confirm Root"));
}

#[test]
fn a_second_process_is_told_that_the_folder_is_in_use() {
    let installation = Installation::with_issuing();
    let settings = Settings::at(Home::Folder(installation.data()));
    let first = start(settings, Actor::User("first".to_owned())).unwrap();
    for line in [
        "ca list",
        "cert create www.example.internal",
        "audit verify",
    ] {
        installation.refused(5, line);
    }
    drop(first);
    installation.done("ca list");
}

#[test]
fn a_damaged_vault_is_noticed_wherever_it_is_damaged_and_harms_nothing_else() {
    let installation = Installation::with_issuing();
    let vault = installation.data().join("vault.chancery");
    let whole = fs::read(&vault).unwrap();
    let places = (0..12).map(|n| n * (whole.len() - 1) / 11);
    for place in places {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x20;
        damaged(
            &installation,
            &vault,
            &bytes,
            &format!("byte {place} of {}", whole.len()),
        );
    }
    for length in [0, 1, 16, whole.len() / 2, whole.len() - 1] {
        damaged(
            &installation,
            &vault,
            &whole[..length],
            &format!("cut to {length} bytes"),
        );
    }
    fs::write(&vault, &whole).unwrap();
    installation.done("vault check");
    installation.done("cert create www.example.internal --ca Issuing");
}

#[test]
fn an_old_copy_of_a_record_put_back_into_the_vault_is_noticed() {
    let installation = Installation::with_issuing();
    let vault = installation.data().join("vault.chancery");
    let old = fs::read(&vault).unwrap();
    installation.done("key generate spare");
    let new = fs::read(&vault).unwrap();
    let shared = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let mixed = [&old[..shared + 64], &new[shared + 64..]].concat();
    assert_ne!(mixed, new);
    damaged(
        &installation,
        &vault,
        &mixed,
        "the beginning of an older file",
    );
}

#[test]
fn a_damaged_store_is_told_in_one_sentence_and_never_overwritten() {
    let installation = Installation::with_issuing();
    let store = installation.data().join("chancery.redb");
    let whole = fs::read(&store).unwrap();
    let mut without_header = whole.clone();
    without_header[..128].fill(0xff);
    let half = &whole[..whole.len() / 2];
    let text = b"this is no database at all, but a text of some length".repeat(100);
    for (bytes, how) in [
        (&without_header[..], "header"),
        (half, "half"),
        (&text[..], "text"),
    ] {
        fs::write(&store, bytes).unwrap();
        let said = installation.run("--json cert list");
        assert_eq!(said.code, Some(1), "{how}: {said:#?}");
        said.refusal();
        assert_eq!(fs::read(&store).unwrap().len(), bytes.len(), "{how}");
    }
    fs::write(&store, &whole).unwrap();
    installation.done("audit verify");
}

#[test]
fn a_missing_vault_is_not_replaced_by_a_new_one_beside_a_store_that_knows_keys() {
    let installation = Installation::with_issuing();
    let vault = installation.data().join("vault.chancery");
    let aside = installation.at("vault.aside");
    fs::rename(&vault, &aside).unwrap();
    let said = installation.run("--json cert create www.example.internal --ca Issuing");
    assert_ne!(said.code, Some(0), "{said:#?}");
    said.refusal();
    fs::rename(&aside, &vault).unwrap();
    installation.done("vault check");
}

/// With the vault in this state something must be refused, in words, and no certificate be made.
#[track_caller]
fn damaged(installation: &Installation, vault: &Path, bytes: &[u8], how: &str) {
    fs::write(vault, bytes).unwrap();
    let before = installation.certificates();
    let said = installation.run("--json vault check");
    assert!(matches!(said.code, Some(1 | 3 | 4)), "{how}: {said:#?}");
    said.refusal();
    assert_eq!(installation.certificates(), before, "{how}");
    assert_eq!(
        fs::read(vault).unwrap(),
        bytes,
        "{how}: the damaged file is kept as it is"
    );
}
