//! Revoking: what follows is said first; holds are released; lists are signed and saved.

use chancery_engine::api::{CertificateStatus, ShowCertificate};
use egui::Role;

use super::flow::is_disabled;
use super::*;

#[test]
fn revoking_says_first_who_will_see_it_and_when() {
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    let id = issue(&client, issuing, "www.example.internal");
    let mut harness = window(client.clone());
    open(&mut harness, "www.example.internal");
    press(&mut harness, "Revoke…");
    see(&mut harness, "Revoke www.example.internal");
    see(&mut harness, "Who will see it, and when");
    harness.key_press(egui::Key::Enter);
    harness.run_steps(5);
    let status = || client.read(&ShowCertificate(id)).unwrap().value.row.status;
    assert_eq!(
        status(),
        CertificateStatus::Active,
        "Enter alone revokes nothing"
    );
    press(&mut harness, "Revoke");
    see(&mut harness, "No reason is given. On");
    assert_eq!(status(), CertificateStatus::Revoked);
    assert!(
        harness
            .query_by_role_and_label(Role::Button, "Revoke…")
            .is_none()
    );
}

#[test]
fn what_is_revoked_and_in_no_list_says_so_and_leads_to_the_list() {
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    issue(&client, issuing, "www.example.internal");
    let mut harness = window(client);
    open(&mut harness, "www.example.internal");
    press(&mut harness, "Revoke…");
    see(&mut harness, "Who will see it, and when");
    press(&mut harness, "Revoke");
    see(
        &mut harness,
        "No list that Example Issuing has signed has it yet",
    );
    press(&mut harness, "Go to its list");
    see(&mut harness, "nobody can see what is revoked");
    // The first of them is in sight, however long the page.
    let first = harness
        .get_all_by_role_and_label(Role::Button, "Sign new list…")
        .next();
    first.unwrap().click();
    harness.run_steps(3);
    press(&mut harness, "Sign new list");
    see(&mut harness, "in 7 days");
    assert!(
        harness
            .query_by_label_contains("nobody can see what is revoked")
            .is_none()
    );
    harness.key_press_modifiers(egui::Modifiers::ALT, egui::Key::ArrowLeft);
    see(&mut harness, "Field by field");
    harness.run_steps(5);
    assert!(harness.query_by_label("Not in the list yet").is_none());
}

#[test]
fn a_hold_is_put_and_released() {
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    issue(&client, issuing, "www.example.internal");
    let mut harness = window(client);
    open(&mut harness, "www.example.internal");
    press(&mut harness, "Revoke…");
    // Until then the dialog grows, and what is in it moves.
    see(&mut harness, "Who will see it, and when");
    harness.run_steps(3);
    choose(
        &mut harness,
        "Why",
        "Not to be trusted for now; it can be released again",
    );
    press(&mut harness, "Put on hold");
    see(&mut harness, "it can be released again. On");
    press(&mut harness, "Release from hold…");
    press(&mut harness, "Release from hold");
    see(&mut harness, "1 certificate released");
    press(&mut harness, "Revoke…");
}

#[test]
fn an_authoritys_certificate_is_revoked_only_after_its_name_was_typed() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    open(&mut harness, "Example Issuing");
    press(&mut harness, "Revoke…");
    see(&mut harness, "Type Example Issuing to go on");
    assert!(is_disabled(&harness, "Revoke"));
    type_into(
        &mut harness,
        "Type Example Issuing to go on",
        "Example Issuing",
    );
    press(&mut harness, "Revoke");
    see(&mut harness, "No reason is given. On");
}

#[test]
fn what_a_search_has_found_is_revoked_at_once_after_a_preview() {
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    issue(&client, issuing, "www.example.internal");
    issue(&client, issuing, "ftp.example.internal");
    let mut harness = window(client);
    see(&mut harness, "4 certificates");
    assert!(harness.query_by_label("Revoke these…").is_none());
    type_into(
        &mut harness,
        "Name, serial or fingerprint",
        "example.internal",
    );
    see(&mut harness, "2 certificates");
    press(&mut harness, "Revoke these…");
    see(&mut harness, "Type revoke 2 to go on");
    type_into(&mut harness, "Type revoke 2 to go on", "revoke 2");
    press(&mut harness, "Revoke");
    see(&mut harness, "2 certificates revoked");
}

#[test]
fn a_list_is_signed_shown_and_saved() {
    let folder = tempfile::tempdir().unwrap();
    let client = engine();
    with_authorities(&client);
    let mut harness = window_of(client, [1280.0, 1600.0]);
    press(&mut harness, "Authorities");
    press_role(&mut harness, Role::TreeItem, "Example Issuing");
    see(&mut harness, "no list has been signed yet");
    press(&mut harness, "Sign new list…");
    press(&mut harness, "Sign new list");
    see(&mut harness, "in 7 days");
    press(&mut harness, "Save list…");
    type_into(&mut harness, "Folder", &folder.path().display().to_string());
    press(&mut harness, "Save list");
    see(&mut harness, "List written to");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    press_role(&mut harness, Role::TreeItem, "Example Root");
    press(&mut harness, "Sign new list…");
    press(&mut harness, "Sign new list");
    see(
        &mut harness,
        "Example Root signs a new list of what it has revoked.",
    );
    type_into(&mut harness, "Passphrase of the vault", PASSPHRASE);
    harness.key_press(egui::Key::Enter);
    see(&mut harness, "in 180 days");
}

fn open(harness: &mut Harness<'_, Window>, name: &str) {
    press_role(harness, Role::Row, &format!("Certificate {name}"));
    harness.key_press(egui::Key::Enter);
    see(harness, "Field by field");
}
