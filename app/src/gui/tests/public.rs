//! Public CAs: providers, accounts, the wish for a certificate, and an order as it is shown.
//!
//! No test here leaves the machine; orders come from an engine only with a CA, so that the view of
//! one is drawn from plain answers.

mod fixture;
mod order;

pub(in crate::gui) use fixture::order;

use std::collections::BTreeMap;

use chancery_engine::api::{DnsCommand, DnsFact, DnsProviderId, ListProviders, Report};

use super::flow::is_disabled;
use super::*;

#[test]
fn an_empty_installation_leads_to_the_first_public_certificate_step_by_step() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client.clone());
    press(&mut harness, "Public CAs");
    see(&mut harness, "First say where the DNS records");
    press(&mut harness, "Add DNS provider…");
    see(&mut harness, "Where are the records of your names changed?");
    provider(&client, "by hand", "manual");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num7);
    see(&mut harness, "A CA wants to know who asks");
    press(&mut harness, "New account…");
    see(&mut harness, "Certification authority");
}

#[test]
fn a_provider_is_added_from_its_form_and_tested_at_once() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client.clone());
    to_new_provider(&mut harness);
    assert!(is_disabled(&harness, "Add and test"));
    choose(
        &mut harness,
        "Service",
        "By hand: the record is shown, and a person puts it there",
    );
    see(&mut harness, "Tried against the real service");
    see(&mut harness, "It needs no settings");
    press(&mut harness, "Add and test");
    see(&mut harness, "cannot be found out: a person changes");
    press(&mut harness, "Continue");
    see(&mut harness, "A CA wants to know who asks");
    let rows = client.read(&ListProviders).unwrap().value;
    assert_eq!(rows[0].name, "manual");
}

#[test]
fn the_next_step_is_offered_only_on_the_way_and_never_over_what_is_not_saved() {
    let client = engine();
    let mut harness = adding_power_dns(&client);
    type_into(&mut harness, "API address", "http://127.0.0.1:9");
    type_secret(&mut harness, "API key", "some key");
    press(&mut harness, "Add and test");
    see(&mut harness, "Continue");
    type_into(&mut harness, "API address", "/api");
    gone(&mut harness, "Continue");
    press(&mut harness, "Save changes");
    press(&mut harness, "Continue");
    press_role(&mut harness, Role::Tab, "DNS providers");
    press(&mut harness, "Change powerdns…");
    see(&mut harness, "Save changes");
    assert!(harness.query_by_label("Continue").is_none());
}

#[test]
fn a_missing_setting_and_a_missing_secret_are_named_and_nothing_is_added() {
    let client = engine();
    let mut harness = adding_power_dns(&client);
    press(&mut harness, "Add and test");
    harness.run_steps(3);
    let needed = harness.query_all_by_label_contains("This is needed");
    assert_eq!(needed.count(), 2, "address and key");
    assert!(client.read(&ListProviders).unwrap().value.is_empty());
}

#[test]
fn a_secret_goes_into_the_vault_and_is_never_shown_again() {
    let client = engine();
    let mut harness = adding_power_dns(&client);
    // Nobody listens there: the provider stands, and its test says why it failed.
    type_into(&mut harness, "API address", "http://127.0.0.1:9");
    let label = "API key";
    type_into_role(
        &mut harness,
        Role::PasswordInput,
        label,
        "canary-of-the-api",
    );
    press(&mut harness, "Add and test");
    see(
        &mut harness,
        "It is in the vault; leave this empty to keep it",
    );
    harness.run_steps(5);
    assert!(harness.query_by_label_contains("canary").is_none());
    let rows = client.read(&ListProviders).unwrap().value;
    assert_eq!(rows[0].secrets, ["api-key"]);
    assert!(!format!("{rows:?}").contains("canary"));
}

#[test]
fn a_provider_is_removed_only_after_it_was_asked() {
    let client = engine();
    with_authorities(&client);
    provider(&client, "by hand", "manual");
    let mut harness = window(client.clone());
    press(&mut harness, "Public CAs");
    press_role(&mut harness, Role::Tab, "DNS providers");
    press(&mut harness, "Remove by hand…");
    see(&mut harness, "Its secrets are wiped from the vault");
    assert_eq!(client.read(&ListProviders).unwrap().value.len(), 1);
    press(&mut harness, "Remove provider");
    see(&mut harness, "First say where the DNS records");
    assert!(client.read(&ListProviders).unwrap().value.is_empty());
}

#[test]
fn an_account_is_made_only_after_the_ca_has_said_its_terms() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    press(&mut harness, "Public CAs");
    press_role(&mut harness, Role::Tab, "Accounts");
    press(&mut harness, "New account…");
    see(&mut harness, "nothing about you is sent");
    assert!(harness.query_by_label("Make account").is_none());
    choose(&mut harness, "Certification authority", "ZeroSSL");
    see(&mut harness, "Wants an account at its web site first");
    choose(
        &mut harness,
        "Certification authority",
        "Another one, by its address",
    );
    type_into(&mut harness, "Address of its directory", "example.org");
    press(&mut harness, "Ask the CA");
    see(&mut harness, "An address that begins with https://");
}

/// The window where an account is made at a CA that is none of those known by name.
fn new_account_by_address() -> Harness<'static, Window> {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    press(&mut harness, "Public CAs");
    press_role(&mut harness, Role::Tab, "Accounts");
    press(&mut harness, "New account…");
    choose(
        &mut harness,
        "Certification authority",
        "Another one, by its address",
    );
    harness
}

#[test]
fn a_ca_that_cannot_be_reached_is_told_where_it_was_asked() {
    let mut harness = new_account_by_address();
    let label = "Address of its directory";
    type_into(&mut harness, label, "https://127.0.0.1:9/directory");
    press(&mut harness, "Ask the CA");
    see(&mut harness, "there is no connection to 127.0.0.1");
    see(&mut harness, "http.cannot-connect");
    see(&mut harness, "Ask the CA");
    assert!(harness.query_by_label("Make account").is_none());
}

#[test]
fn a_file_of_roots_that_is_not_there_is_told() {
    let mut harness = new_account_by_address();
    let label = "File with its root certificate, if this computer does not trust it";
    type_into(&mut harness, label, "/nowhere/root.pem");
    harness.key_press(egui::Key::Tab);
    see(&mut harness, "Cannot read /nowhere/root.pem");
}

#[test]
fn the_order_page_says_what_is_missing_and_where_to_make_it() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    see(&mut harness, "Certificates");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::G);
    see(&mut harness, "No public CA knows you yet");
    see(&mut harness, "It is not known yet where your DNS records");
    press(&mut harness, "Get certificate");
    see(&mut harness, "A name is needed");
    see(&mut harness, "Say first for which names");
    let label = "Names, one on each line";
    type_into_role(
        &mut harness,
        Role::MultilineTextInput,
        label,
        "www.example.org",
    );
    see(&mut harness, "An active account at a public CA is needed");
    press(&mut harness, "Add DNS provider…");
    see(&mut harness, "Where are the records of your names changed?");
}

#[test]
fn what_works_by_itself_is_proposed_before_what_a_person_has_to_do() {
    let client = engine();
    with_authorities(&client);
    provider(&client, "a by hand", "manual");
    provider_with(&client, "z by itself", "powerdns");
    let mut harness = window(client);
    see(&mut harness, "Certificates");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::G);
    see(&mut harness, "DNS records are changed by");
    harness.run_steps(5);
    let label = "DNS records are changed by";
    let node = harness.get_by_role_and_label(Role::ComboBox, label);
    let value = node.accesskit_node().value().unwrap_or_default();
    assert!(value.contains("z by itself"), "{value}");
}

#[test]
fn a_name_that_can_be_none_is_refused_in_place() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    see(&mut harness, "Certificates");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::G);
    let label = "Names, one on each line";
    type_into_role(
        &mut harness,
        Role::MultilineTextInput,
        label,
        "exa$mple.org",
    );
    press(&mut harness, "Get certificate");
    see(&mut harness, "exa$mple.org");
}

#[test]
fn the_first_run_has_a_door_that_leads_to_a_public_certificate() {
    let mut harness = window(engine());
    press_role(&mut harness, Role::RadioButton, "A public certificate");
    press(&mut harness, "Continue");
    type_into(&mut harness, "Passphrase", PASSPHRASE);
    type_into(&mut harness, "The same passphrase again", PASSPHRASE);
    press(&mut harness, "Create vault");
    press(&mut harness, "Skip: public CAs");
    see(&mut harness, "First say where the DNS records");
}

#[test]
fn the_palette_leads_to_accounts_and_providers() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    see(&mut harness, "Certificates");
    for (typed, action, seen) in [
        ("dns pro", "DNS providers", "First say where the DNS"),
        (
            "accounts at",
            "Accounts at public CAs",
            "A CA wants to know",
        ),
    ] {
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
        harness.run_steps(3);
        type_into(&mut harness, "Search or command", typed);
        press_role(&mut harness, Role::ListBoxOption, action);
        see(&mut harness, seen);
    }
}

fn to_new_provider(harness: &mut Harness<'_, Window>) {
    press(harness, "Public CAs");
    press(harness, "Add DNS provider…");
    see(harness, "Service");
}

/// The form for a new provider, with PowerDNS chosen.
fn adding_power_dns(client: &Client) -> Harness<'static, Window> {
    with_authorities(client);
    let mut harness = window(client.clone());
    to_new_provider(&mut harness);
    choose(&mut harness, "Service", &kind_title(client, "powerdns"));
    harness
}

fn kind_title(client: &Client, kind: &str) -> String {
    let kinds = client
        .read(&chancery_engine::api::ListProviderKinds)
        .unwrap()
        .value;
    let found = kinds.iter().find(|row| row.kind == kind);
    found.unwrap().title.clone()
}

fn provider(client: &Client, name: &str, kind: &str) -> DnsProviderId {
    added(client, name, kind, BTreeMap::new(), BTreeMap::new())
}

/// One that needs an address and a key, of a server that is not there.
fn provider_with(client: &Client, name: &str, kind: &str) -> DnsProviderId {
    let settings = [("endpoint", "http://127.0.0.1:9")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let secrets = [("api-key".to_owned(), Secret::new("some key".to_owned()))];
    added(client, name, kind, settings.into(), secrets.into())
}

fn added(
    client: &Client,
    name: &str,
    kind: &str,
    settings: BTreeMap<String, String>,
    secrets: BTreeMap<String, Secret<String>>,
) -> DnsProviderId {
    let command = DnsCommand::AddProvider {
        name: name.to_owned(),
        kind: kind.to_owned(),
        settings,
        secrets,
    };
    match carry_out(client, Command::Dns(command)) {
        Fact::Dns(DnsFact::ProviderAdded { id }) => id,
        other => panic!("{other:?}"),
    }
}
