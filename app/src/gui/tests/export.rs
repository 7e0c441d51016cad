//! Exports from the window: the destination is chosen first, the key leaves only when said so, and
//! what is written opens in the form that was asked for.

use std::path::{Path, PathBuf};

use egui::Role;
use tempfile::TempDir;

use super::flow::is_disabled;
use super::*;

#[test]
fn a_destination_chooses_the_form_and_says_what_takes_which_file() {
    let (mut harness, folder) = exporting();
    choose(&mut harness, "Where it goes", "nginx");
    see(
        &mut harness,
        "Text files: certificate, chain, both, and the key",
    );
    see(&mut harness, "ssl_certificate takes NAME.fullchain.crt");
    press_role(&mut harness, Role::CheckBox, "With the private key");
    see(&mut harness, "The key leaves the vault");
    write_into(&mut harness, &folder);
    let key = std::fs::read_to_string(folder.path().join("www.example.internal.key")).unwrap();
    assert!(key.starts_with("-----BEGIN PRIVATE KEY-----"), "{key}");
    assert!(
        folder
            .path()
            .join("www.example.internal.fullchain.crt")
            .exists()
    );
}

#[test]
fn a_file_that_needs_its_key_waits_until_the_key_may_leave_and_has_a_password() {
    let (mut harness, folder) = exporting();
    choose(&mut harness, "Where it goes", "macOS Keychain");
    see(&mut harness, "Versions in use refuse AES-256");
    type_into(&mut harness, "Folder", &folder.path().display().to_string());
    assert!(is_disabled(&harness, "Export files"));
    press_role(&mut harness, Role::CheckBox, "With the private key");
    assert!(is_disabled(&harness, "Export files"));
    type_secret(&mut harness, "Password of the file", "secret");
    type_secret(&mut harness, "The same password again", "secretly");
    assert!(is_disabled(&harness, "Export files"));
    clear_secret(&mut harness, "The same password again");
    type_secret(&mut harness, "The same password again", "secret");
    press(&mut harness, "Export files");
    see(&mut harness, "1 file written");
    let files = files_in(folder.path());
    assert_eq!(files.len(), 1, "{files:?}");
    let bytes = std::fs::read(&files[0]).unwrap();
    assert!(files[0].ends_with("www.example.internal.p12"));
    assert!(!contains(&bytes, b"PRIVATE KEY"));
}

#[test]
fn every_destination_that_takes_a_key_is_written_from_the_window() {
    use chancery_engine::api::Destination;
    let (mut harness, folder) = exporting();
    for destination in Destination::ALL {
        let needs = destination.needs();
        let place = folder.path().join(needs.slug);
        choose(&mut harness, "Where it goes", needs.title);
        press_role(&mut harness, Role::CheckBox, "With the private key");
        if needs.certificate.needs_password() {
            type_secret(&mut harness, "Password of the file", "secret");
            type_secret(&mut harness, "The same password again", "secret");
        }
        clear(&mut harness, "Folder");
        type_into(&mut harness, "Folder", &place.display().to_string());
        press(&mut harness, "Export files");
        gone(&mut harness, "Cancel");
        let expected = format!("www.example.internal.{}", needs.key_extension);
        let files = files_in(&place);
        assert!(
            files.iter().any(|file| file.ends_with(&expected)),
            "{destination}: {files:?}"
        );
        press(&mut harness, "Export…");
    }
}

#[test]
fn a_form_is_chosen_by_hand_and_says_what_opens_it() {
    let (mut harness, folder) = exporting();
    see(&mut harness, "Opens in Apache httpd; Caddy");
    choose(
        &mut harness,
        "Form",
        "Certificate and chain in one PKCS #7 file",
    );
    type_into(&mut harness, "Name of the files", "for-the-archive");
    write_into(&mut harness, &folder);
    assert!(folder.path().join("for-the-archive.p7b").exists());
}

#[test]
fn a_key_that_leaves_alone_can_be_sealed_with_a_password() {
    let (mut harness, folder) = exporting();
    press_role(&mut harness, Role::CheckBox, "With the private key");
    press_role(&mut harness, Role::CheckBox, "Seal the key with a password");
    type_secret(&mut harness, "Password of the file", "secret");
    type_secret(&mut harness, "The same password again", "secret");
    write_into(&mut harness, &folder);
    let key = std::fs::read_to_string(folder.path().join("www.example.internal.key")).unwrap();
    assert!(
        key.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"),
        "{key}"
    );
}

#[test]
fn a_certificate_whose_key_stays_in_the_vault_offers_no_form_that_holds_one() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window_of(client, [1280.0, 1000.0]);
    press_role(&mut harness, Role::Row, "Certificate Example Issuing");
    harness.key_press(egui::Key::Enter);
    press(&mut harness, "Export…");
    press_role(&mut harness, Role::ComboBox, "Form");
    see(&mut harness, "The certificate alone, as bytes");
    assert!(
        harness
            .query_all_by_label_contains("under a password")
            .next()
            .is_none()
    );
    harness.key_press(egui::Key::Escape);
    harness.run_steps(2);
    choose(&mut harness, "Where it goes", "HAProxy");
    see(&mut harness, "Not possible here");
    assert!(is_disabled(&harness, "Export files"));
}

#[test]
fn what_is_refused_is_told_in_the_dialog_and_can_be_tried_again() {
    let (mut harness, folder) = exporting();
    let taken = folder.path().join("www.example.internal.key");
    std::fs::write(&taken, "the only copy of another key").unwrap();
    press_role(&mut harness, Role::CheckBox, "With the private key");
    type_into(&mut harness, "Folder", &folder.path().display().to_string());
    press(&mut harness, "Export files");
    see(&mut harness, "export.key-exists");
    assert_eq!(files_in(folder.path()).len(), 1);
    type_into(&mut harness, "Name of the files", "another");
    press(&mut harness, "Export files");
    see(&mut harness, "4 files written");
}

#[test]
fn an_authority_is_exported_as_a_trust_store_for_java() {
    let folder = tempfile::tempdir().unwrap();
    let client = engine();
    with_authorities(&client);
    let mut harness = window_of(client, [1280.0, 1000.0]);
    press(&mut harness, "Authorities");
    press_role(&mut harness, Role::TreeItem, "Example Issuing");
    press(&mut harness, "Export…");
    choose(&mut harness, "Where it goes", "Java 8 before update 301");
    see(
        &mut harness,
        "A trust store for older Java, holding the root",
    );
    assert!(is_disabled(&harness, "Export files"));
    type_secret(&mut harness, "Password of the file", "changeit");
    type_secret(&mut harness, "The same password again", "changeit");
    write_into(&mut harness, &folder);
    let bytes = std::fs::read(folder.path().join("Example_Root.jks")).unwrap();
    assert!(bytes.starts_with(&[0xFE, 0xED, 0xFE, 0xED]));
}

/// The export dialog of a certificate whose key is in the vault.
fn exporting() -> (Harness<'static, Window>, TempDir) {
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    issue(&client, issuing, "www.example.internal");
    let mut harness = window_of(client, [1280.0, 1000.0]);
    press_role(&mut harness, Role::Row, "Certificate www.example.internal");
    harness.key_press(egui::Key::Enter);
    press(&mut harness, "Export…");
    (harness, tempfile::tempdir().unwrap())
}

fn write_into(harness: &mut Harness<'_, Window>, folder: &TempDir) {
    type_into(harness, "Folder", &folder.path().display().to_string());
    press(harness, "Export files");
    see(harness, "written to");
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
