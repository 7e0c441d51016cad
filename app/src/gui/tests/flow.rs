//! From nothing to certificates, as a person would go.

use chancery_engine::api::{
    Choices, FindAuthority, RequestCommand, RequestFact, ShowAuthority, ShowCertificate,
    VaultState, VaultStatusQuestion,
};
use egui::Role;

use super::*;

#[test]
fn the_first_run_makes_a_vault_two_authorities_and_a_certificate() {
    let mut harness = window(engine());
    first_run(&mut harness);
    press(&mut harness, "Skip: show the certificate");
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
fn the_passphrase_may_be_typed_at_once_each_time_the_vault_is_locked() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    for _ in 0..2 {
        see(&mut harness, "Search or command");
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::L);
        see(&mut harness, "Unlock the vault");
        harness.run_steps(2);
        harness.event(egui::Event::Text(PASSPHRASE.to_owned()));
        harness.run_steps(2);
        harness.key_press(egui::Key::Enter);
    }
    see(&mut harness, "Search or command");
}

#[test]
fn a_certificate_is_shown_from_its_top_however_far_down_the_last_one_was_left() {
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    for name in ["one.example.internal", "two.example.internal"] {
        issue(&client, issuing, name);
    }
    let mut harness = window_of(client, [900.0, 400.0]);
    let top = |harness: &Harness<'_, Window>| harness.get_by_label("Identity").rect().top();
    let opened = |harness: &mut Harness<'_, Window>, name: &str| {
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
        harness.run_steps(3);
        type_into(harness, "Search or command", name);
        see(harness, "Example Issuing, Active");
        press_role(harness, Role::ListBoxOption, name);
        see(harness, "Identity");
        harness.run_steps(5);
        top(harness)
    };
    let first = opened(&mut harness, "one.example.internal");
    harness.get_by_label("Field by field").scroll_to_me();
    harness.run_steps(20);
    assert!(top(&harness) < first - 50.0);
    let second = opened(&mut harness, "two.example.internal");
    assert!((second - first).abs() < 1.0, "{first} and {second}");
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
fn the_whole_comparison_fits_a_small_window() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window_of(client, [800.0, 600.0]);
    press(&mut harness, "Requests");
    press(&mut harness, "Add request…");
    type_into_role(&mut harness, Role::MultilineTextInput, "Request, PEM", CSR);
    press(&mut harness, "Take request in");
    see(&mut harness, "Take for Subject");
    harness.run_steps(5);
    let right = 800.0 - 8.0;
    let combos = harness.query_all_by_label_contains("Take for");
    let verdicts = harness.query_all_by_label("Added");
    let rights: Vec<f32> = combos
        .chain(verdicts)
        .map(|node| node.rect().right())
        .collect();
    assert!(rights.len() > 5, "{rights:?}");
    assert!(rights.iter().all(|end| *end <= right), "{rights:?}");
    assert!(harness.query_by_label("Profile says").is_none());
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

#[test]
fn an_authority_below_a_root_elsewhere_is_requested_signed_there_and_installed() {
    let (here, elsewhere) = (engine(), engine());
    with_authorities(&here);
    let (root, _) = with_authorities(&elsewhere);
    let mut harness = window(here.clone());
    press(&mut harness, "Authorities");
    press(&mut harness, "New authority…");
    press_role(
        &mut harness,
        Role::RadioButton,
        "Intermediate, signed elsewhere",
    );
    type_into(&mut harness, "Name", "Berlin Issuing");
    press(&mut harness, "Make request");
    type_into(&mut harness, "Passphrase of the vault", PASSPHRASE);
    harness.key_press(egui::Key::Enter);
    see(&mut harness, "Save request…");
    let certificates = signed_elsewhere(&elsewhere, root, request_of(&here, "Berlin Issuing"));
    press(&mut harness, "Install certificate…");
    let label = "Certificate and chain, PEM";
    type_into_role(&mut harness, Role::MultilineTextInput, label, &certificates);
    press(&mut harness, "Install certificate");
    see(&mut harness, "Certificate installed");
    press_role(&mut harness, Role::TreeItem, "Berlin Issuing");
    see(&mut harness, "Export…");
}

#[test]
fn the_first_run_can_be_done_without_a_mouse() {
    let mut harness = window(engine());
    see(&mut harness, "Continue");
    keys(&mut harness, &["Enter"]);
    write(&mut harness, PASSPHRASE);
    keys(&mut harness, &["Enter"]);
    write(&mut harness, PASSPHRASE);
    keys(&mut harness, &["Enter"]);
    write(&mut harness, "Example");
    keys(&mut harness, &["Tab", "Tab"]);
    write(&mut harness, "www.example.com");
    keys(&mut harness, &["Enter"]);
    see(&mut harness, "not for www.example.com");
    keys(&mut harness, &["Backspace", "Backspace", "Backspace"]);
    write(&mut harness, "internal");
    keys(&mut harness, &["Enter"]);
    see(&mut harness, "Everything is there");
    // The kit comes first; who goes past it does so on purpose.
    keys(&mut harness, &["Tab", "Enter"]);
    see(&mut harness, "Key in the vault");
}

#[test]
fn a_first_name_outside_the_root_s_reach_is_told_before_anything_is_made() {
    let client = engine();
    let mut harness = window(client.clone());
    to_the_names(&mut harness);
    type_into(&mut harness, "Name of the private CA", "Example");
    type_into(&mut harness, FIRST, "www.example.com");
    harness.key_press(egui::Key::Tab);
    see(&mut harness, "not for www.example.com");
    press(&mut harness, "Create everything");
    see(&mut harness, "Create everything");
    let vault = client.read(&VaultStatusQuestion).unwrap().value;
    assert_eq!(vault.state, VaultState::Absent);
    type_into(&mut harness, "Names it may issue for", "example.com");
    press(&mut harness, "Create everything");
    see(&mut harness, "Everything is there");
}

#[test]
fn a_stage_of_the_first_run_that_fails_can_be_mended_and_tried_again() {
    let mut harness = window(engine());
    to_the_names(&mut harness);
    type_into(&mut harness, "Name of the private CA", &"long ".repeat(20));
    type_into(&mut harness, FIRST, "www.example.internal");
    press(&mut harness, "Create everything");
    see(&mut harness, "Try again");
    press(&mut harness, "Try again");
    press(&mut harness, "Back");
    harness.run_steps(3);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run_steps(3);
    write(&mut harness, "Example");
    press(&mut harness, "Create everything");
    see(&mut harness, "Everything is there");
}

fn keys(harness: &mut Harness<'_, Window>, names: &[&str]) {
    for name in names {
        harness.key_press(egui::Key::from_name(name).unwrap());
        harness.run_steps(3);
    }
}

/// Types into whatever has the keyboard.
fn write(harness: &mut Harness<'_, Window>, text: &str) {
    harness.event(egui::Event::Text(text.to_owned()));
    harness.run_steps(3);
}

fn request_of(client: &Client, name: &str) -> Vec<u8> {
    let id = client.read(&FindAuthority(name.to_owned())).unwrap().value;
    let detail = client.read(&ShowAuthority(*id)).unwrap().value;
    detail.request_pem.clone().unwrap().into_bytes()
}

/// What the holder of the root does there; gives back certificate and chain.
fn signed_elsewhere(client: &Client, root: AuthorityId, csr: Vec<u8>) -> String {
    let submit = RequestCommand::Submit {
        csr,
        authority: root,
        profile: "intermediate".parse().unwrap(),
    };
    let Fact::Request(RequestFact::Submitted { id }) = carry_out(client, Command::Request(submit))
    else {
        panic!("not submitted");
    };
    let approve = RequestCommand::Approve {
        id,
        choices: Choices::default(),
        beyond_ceiling: false,
        consent: Some(Consent {
            passphrase: Secret::new(PASSPHRASE.to_owned()),
            given: Given::Typed,
        }),
    };
    let Fact::Certificate(CertificateFact::Issued { id, .. }) =
        carry_out(client, Command::Request(approve))
    else {
        panic!("not issued");
    };
    let root = client.read(&ShowAuthority(root)).unwrap().value;
    let own = client.read(&ShowCertificate(id)).unwrap().value;
    format!("{}{}", own.pem, root.certificate_pem)
}

fn first_run(harness: &mut Harness<'_, Window>) {
    to_the_names(harness);
    type_into(harness, "Name of the private CA", "Example");
    type_into(harness, FIRST, "www.example.internal");
    press(harness, "Create everything");
    see(harness, "Everything is there");
}

fn to_the_names(harness: &mut Harness<'_, Window>) {
    press(harness, "Continue");
    type_into(harness, "Passphrase", PASSPHRASE);
    type_into(harness, "The same passphrase again", PASSPHRASE);
    press(harness, "Continue");
}

pub(super) fn is_disabled<S>(harness: &Harness<'_, S>, label: &str) -> bool {
    let node = harness.get_by_role_and_label(Role::Button, label);
    node.accesskit_node().is_disabled()
}

/// Made once by `openssl req -new` with a P-256 key, for host.example.internal.
const CSR: &str = include_str!("request.pem");

const FIRST: &str = "First certificate, for the server";
