//! From nothing to certificates, as a person would go.

use egui::Role;

use super::*;

#[test]
fn the_first_run_makes_a_vault_two_authorities_and_a_certificate() {
    let mut harness = window(engine());
    first_run(&mut harness);
    press(&mut harness, "Show the certificate");
    see(&mut harness, "www.example.internal");
    see(&mut harness, "Key in the vault");
    press(&mut harness, "Authorities");
    see(&mut harness, "Example Root");
    see(&mut harness, "Example Issuing");
}

#[test]
fn passphrases_that_differ_or_are_short_do_not_lead_on() {
    let mut harness = window(engine());
    press(&mut harness, "Continue");
    type_into(&mut harness, "Passphrase", PASSPHRASE);
    type_into(&mut harness, "The same passphrase again", "something else");
    harness.key_press(egui::Key::Tab);
    see(&mut harness, "The two differ");
    assert!(is_disabled(&harness, "Continue"));
}

#[test]
fn a_locked_window_shows_nothing_and_a_wrong_passphrase_is_refused_in_place() {
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    issue(&client, issuing, "www.example.internal");
    let mut harness = window(client);
    see(&mut harness, "Certificate www.example.internal");
    press(&mut harness, "Lock vault");
    see(&mut harness, "Unlock the vault");
    assert!(harness.query_by_label_contains("www.example").is_none());
    assert!(harness.query_by_label("Certificates").is_none());
    type_into(&mut harness, "Passphrase", "not the passphrase");
    press(&mut harness, "Unlock");
    see(&mut harness, "vault.");
    type_into(&mut harness, "Passphrase", PASSPHRASE);
    harness.key_press(egui::Key::Enter);
    see(&mut harness, "Certificate www.example.internal");
}

#[test]
fn a_request_is_taken_in_compared_and_approved() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    press(&mut harness, "Requests");
    press(&mut harness, "Add request…");
    type_into_role(&mut harness, Role::MultilineTextInput, "Request, PEM", CSR);
    press(&mut harness, "Take request in");
    see(&mut harness, "Request for host.example.internal");
    see(&mut harness, "What will be issued");
    press(&mut harness, "Approve and issue");
    see(&mut harness, "Key on its host");
}

#[test]
fn a_rejected_request_keeps_its_reason() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    press(&mut harness, "Requests");
    press(&mut harness, "Add request…");
    type_into_role(&mut harness, Role::MultilineTextInput, "Request, PEM", CSR);
    press(&mut harness, "Take request in");
    press(&mut harness, "Reject…");
    type_into(&mut harness, "Reason", "not ours");
    press(&mut harness, "Reject request");
    see(&mut harness, "Reason: not ours");
    see(&mut harness, "Rejected");
}

#[test]
fn nonsense_in_place_of_a_request_is_refused_with_a_remedy() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    press(&mut harness, "Requests");
    press(&mut harness, "Add request…");
    type_into_role(
        &mut harness,
        Role::MultilineTextInput,
        "Request, PEM",
        "nonsense",
    );
    press(&mut harness, "Take request in");
    see(&mut harness, "request.");
    see(&mut harness, "Take request in");
}

#[test]
fn a_new_intermediate_asks_for_the_passphrase_and_names_what_is_signed() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    press(&mut harness, "Authorities");
    press(&mut harness, "New authority…");
    type_into(&mut harness, "Name", "Berlin Issuing");
    press(&mut harness, "Create intermediate");
    see(
        &mut harness,
        "Example Root signs the certificate of Berlin Issuing",
    );
    type_into(&mut harness, "Passphrase of the vault", PASSPHRASE);
    harness.key_press(egui::Key::Enter);
    see(&mut harness, "Authorities below");
    see(&mut harness, "Berlin Issuing");
}

fn first_run(harness: &mut Harness<'_, Window>) {
    press(harness, "Continue");
    type_into(harness, "Passphrase", PASSPHRASE);
    type_into(harness, "The same passphrase again", PASSPHRASE);
    press(harness, "Continue");
    type_into(harness, "Name of the private CA", "Example");
    type_into(
        harness,
        "First certificate, for the server",
        "www.example.internal",
    );
    press(harness, "Create everything");
    see(harness, "Everything is there");
}

pub(super) fn is_disabled(harness: &Harness<'_, Window>, label: &str) -> bool {
    let node = harness.get_by_role_and_label(Role::Button, label);
    node.accesskit_node().is_disabled()
}

/// Made once by `openssl req -new` with a P-256 key, for host.example.internal.
const CSR: &str = include_str!("request.pem");
