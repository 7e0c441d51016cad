//! The secrets screen: keys, who may use them, what opens the vault; never a value.

use chancery_engine::api::{KeyUse, ListKeys};
use egui::Role;

use super::flow::is_disabled;
use super::*;

#[test]
fn the_keys_show_custody_last_use_and_what_stands_on_them() {
    let client = engine();
    let (_, issuing) = with_authorities(&client);
    issue(&client, issuing, "www.example.internal");
    let keys = client.read(&ListKeys).unwrap().value;
    let leaf = keys.iter().find(|key| key.used_for == KeyUse::Leaf);
    let leaf = leaf.unwrap().name.clone();
    let mut harness = window(client);
    press(&mut harness, "Secrets");
    see(&mut harness, "4 keys");
    press_role(&mut harness, Role::Row, "Key Example Issuing");
    see(&mut harness, "Signs for Example Issuing by itself");
    see(&mut harness, "to sign a certificate; once so far");
    press_role(&mut harness, Role::Row, "Key Example Root");
    see(&mut harness, "only when the passphrase is typed");
    press_role(&mut harness, Role::Row, &format!("Key {leaf}"));
    see(&mut harness, "Has signed nothing so far");
    press_role(&mut harness, Role::Link, "Certificate www.example.internal");
    see(&mut harness, "Field by field");
    press_role(&mut harness, Role::Link, "Show the key");
    see(&mut harness, "Belongs to certificates of hosts and people");
}

#[test]
fn keys_are_narrowed_by_kind_and_by_name() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    press(&mut harness, "Secrets");
    see(&mut harness, "3 keys");
    press_role(&mut harness, Role::CheckBox, "Audit");
    see(&mut harness, "1 key");
    type_into(&mut harness, "Name or fingerprint", "zzz");
    see(&mut harness, "Nothing matches");
    press(&mut harness, "Clear filters");
    see(&mut harness, "3 keys");
}

#[test]
fn a_key_is_made_under_the_name_that_was_typed() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client.clone());
    press(&mut harness, "Secrets");
    press(&mut harness, "Make key…");
    assert!(is_disabled(&harness, "Make key"));
    type_into(&mut harness, "Name", "web");
    press(&mut harness, "Make key");
    see(&mut harness, "4 keys");
    let keys = client.read(&ListKeys).unwrap().value;
    assert!(
        keys.iter()
            .any(|key| key.name == "web" && key.used_for == KeyUse::Leaf)
    );
    press(&mut harness, "Make key…");
    type_into(&mut harness, "Name", "web");
    press(&mut harness, "Make key");
    see(&mut harness, "key.name-taken");
}

#[test]
fn the_vault_is_checked_with_and_without_the_passphrase() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window(client);
    press(&mut harness, "Secrets");
    press(&mut harness, "Check vault…");
    press(&mut harness, "Check vault");
    see(&mut harness, "records, all of them whole");
    see(&mut harness, "no passphrase was given");
    press(&mut harness, "Close");
    press(&mut harness, "Check vault…");
    type_into(
        &mut harness,
        "Passphrase of the vault",
        "not the passphrase",
    );
    press(&mut harness, "Check vault");
    see(&mut harness, "vault.");
    type_into(&mut harness, "Passphrase of the vault", PASSPHRASE);
    harness.key_press(egui::Key::Enter);
    see(&mut harness, "Keys of authorities opened too");
}
