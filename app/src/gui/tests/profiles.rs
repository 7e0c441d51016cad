//! Profiles in the window: copied, changed, shown, removed.

use chancery_engine::api::{KeyType, ProfileCommand, ShowProfile, Usage};
use egui::Role;

use super::flow::is_disabled;
use super::*;

#[test]
fn a_built_in_profile_is_shown_and_cannot_be_changed() {
    let client = engine();
    with_authorities(&client);
    let mut harness = profiles(&client);
    press_role(&mut harness, Role::TreeItem, "Profile server");
    see(
        &mut harness,
        "90 days; more than 825 only by a person who was warned",
    );
    see(&mut harness, "serverAuth");
    see(&mut harness, "Built in: it stays as it is");
    assert!(harness.query_by_label("Change…").is_none());
    press_role(&mut harness, Role::TreeItem, "Profile intermediate");
    see(&mut harness, "made under Authorities");
    assert!(is_disabled(&harness, "Copy profile…"));
}

#[test]
fn a_profile_is_copied_under_a_name_that_is_one_and_free() {
    let client = engine();
    with_authorities(&client);
    let mut harness = profiles(&client);
    press_role(&mut harness, Role::TreeItem, "Profile client");
    see(&mut harness, "clientAuth");
    press(&mut harness, "Copy profile…");
    type_into(&mut harness, "Name of the copy", "Our Servers");
    assert!(is_disabled(&harness, "Copy profile"));
    clear(&mut harness, "Name of the copy");
    type_into(&mut harness, "Name of the copy", "server");
    press(&mut harness, "Copy profile");
    see(&mut harness, "profile.name-taken");
    clear(&mut harness, "Name of the copy");
    type_into(&mut harness, "Name of the copy", "people");
    harness.key_press(egui::Key::Enter);
    see(&mut harness, "Your own");
    see(&mut harness, "Copy of");
    assert_eq!(
        content(&client, "people").title,
        content(&client, "client").title
    );
}

#[test]
fn every_part_of_a_copy_is_changed_in_its_form() {
    let client = engine();
    with_authorities(&client);
    copy(&client, "server", "web");
    let mut harness = profiles(&client);
    press_role(&mut harness, Role::TreeItem, "Profile web");
    press(&mut harness, "Change…");
    for (label, text) in [
        ("Title", "Our web servers"),
        ("Purpose", "Hosts of ours"),
        ("Lifetime in days", "30"),
        ("Longest lifetime in days", "60"),
    ] {
        clear(&mut harness, label);
        type_into(&mut harness, label, text);
    }
    press_role(&mut harness, Role::CheckBox, "clientAuth");
    choose(&mut harness, "Key usage", "Only what is ticked here");
    press_role(&mut harness, Role::CheckBox, "digitalSignature");
    press_role(&mut harness, Role::CheckBox, "Wildcards");
    press_role(&mut harness, Role::CheckBox, "ECDSA P-256");
    press(&mut harness, "Save profile");
    see(&mut harness, "Profile changed");
    see(&mut harness, "Our web servers");
    let said = content(&client, "web");
    assert_eq!((said.default_days, said.ceiling_days), (30, 60));
    assert_eq!(said.purpose, "Hosts of ours");
    assert_eq!(said.purposes.len(), 2);
    assert_eq!(said.key_usage, Some(vec![Usage::DigitalSignature]));
    assert_eq!(said.key_types, [KeyType::P256]);
    assert!(!said.wildcards);
}

#[test]
fn the_form_saves_nothing_that_cannot_be_read_and_tells_what_is_refused() {
    let client = engine();
    with_authorities(&client);
    copy(&client, "server", "web");
    let before = content(&client, "web");
    let mut harness = profiles(&client);
    press_role(&mut harness, Role::TreeItem, "Profile web");
    press(&mut harness, "Change…");
    clear(&mut harness, "Longest lifetime in days");
    type_into(&mut harness, "Longest lifetime in days", "soon");
    assert!(is_disabled(&harness, "Save profile"));
    harness.key_press(egui::Key::Tab);
    see(&mut harness, "A number of days is needed");
    clear(&mut harness, "Longest lifetime in days");
    type_into(&mut harness, "Longest lifetime in days", "9999");
    press(&mut harness, "Save profile");
    see(&mut harness, "profile.");
    assert_eq!(content(&client, "web"), before);
    press(&mut harness, "Cancel");
    see(&mut harness, "Copy of");
}

#[test]
fn a_profile_of_ones_own_is_removed_after_it_was_asked() {
    let client = engine();
    with_authorities(&client);
    copy(&client, "server", "web");
    let mut harness = profiles(&client);
    press_role(&mut harness, Role::TreeItem, "Profile web");
    press(&mut harness, "Remove…");
    see(&mut harness, "What was issued stays as it is");
    harness.key_press(egui::Key::Enter);
    harness.run_steps(3);
    assert!(
        harness
            .query_by_role_and_label(Role::TreeItem, "Profile web")
            .is_some()
    );
    press(&mut harness, "Remove profile");
    see(&mut harness, "Profile removed");
    harness.run_steps(3);
    assert!(
        harness
            .query_by_role_and_label(Role::TreeItem, "Profile web")
            .is_none()
    );
}

fn profiles(client: &Client) -> Harness<'static, Window> {
    let mut harness = window_of(client.clone(), [1280.0, 1400.0]);
    see(&mut harness, "Issue certificate…");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Num6);
    see(&mut harness, "Copy profile…");
    harness
}

fn copy(client: &Client, from: &str, name: &str) {
    let (from, name) = (from.parse().unwrap(), name.parse().unwrap());
    carry_out(
        client,
        Command::Profile(ProfileCommand::Copy { from, name }),
    );
}

fn content(client: &Client, name: &str) -> chancery_engine::api::ProfileContent {
    let name = name.parse().unwrap();
    client
        .read(&ShowProfile(name))
        .unwrap()
        .value
        .content
        .clone()
}
