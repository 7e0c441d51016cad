//! The secrets screen: keys, who may use them, what opens the vault; never a value.

use chancery_engine::api::{BackupStatusQuestion, KeyUse, ListKeys};
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

#[test]
fn a_recovery_code_is_added_after_two_groups_were_typed_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let client = engine();
    with_authorities(&client);
    let mut harness = window_of(client, [1280.0, 1000.0]);
    press(&mut harness, "Secrets");
    press_role(&mut harness, Role::Tab, "Ways to unlock");
    see(&mut harness, "There is no recovery code");
    press(&mut harness, "Add recovery code…");
    let kit = folder.path().join("kit.pdf");
    clear(&mut harness, "Recovery kit, PDF");
    type_into(
        &mut harness,
        "Recovery kit, PDF",
        &kit.display().to_string(),
    );
    press(&mut harness, "Save kit");
    see(&mut harness, "Saved as");
    let code = code_in(&kit);
    assert_told_nowhere(&harness, &code);
    press(&mut harness, "I have it: continue…");
    type_secret(&mut harness, "Group 3 of the code", "AAAAA");
    see(&mut harness, "That is not what was shown");
    clear_secret(&mut harness, "Group 3 of the code");
    for group in [3, 5] {
        let typed = code.split('-').nth(group - 1).unwrap();
        type_secret(&mut harness, &format!("Group {group} of the code"), typed);
    }
    assert!(is_disabled(&harness, "Add recovery code"));
    type_into(&mut harness, "Passphrase of the vault", PASSPHRASE);
    press(&mut harness, "Add recovery code");
    see(&mut harness, "Remove recovery code");
    assert_told_nowhere(&harness, &code);
    press(&mut harness, "Lock vault");
    press(&mut harness, "Forgotten? Recover…");
    type_secret(&mut harness, "Recovery code", &code.to_lowercase());
    see(&mut harness, "Every sign of it fits");
    type_into(&mut harness, "New passphrase", "another one entirely");
    type_into(
        &mut harness,
        "The new passphrase again",
        "another one entirely",
    );
    press(&mut harness, "Set new passphrase");
    see(&mut harness, "The new passphrase is set");
    type_into(&mut harness, "Passphrase", "another one entirely");
    harness.key_press(egui::Key::Enter);
    see(&mut harness, "Ways to unlock");
}

#[test]
fn the_passphrase_is_changed_by_who_knows_it() {
    let client = engine();
    with_authorities(&client);
    let mut harness = window_of(client, [1280.0, 1000.0]);
    press(&mut harness, "Secrets");
    press_role(&mut harness, Role::Tab, "Ways to unlock");
    press(&mut harness, "Change passphrase…");
    type_into(&mut harness, "Passphrase so far", "not the passphrase");
    type_into(&mut harness, "New passphrase", "another one entirely");
    type_into(
        &mut harness,
        "The new passphrase again",
        "another one entirely",
    );
    press(&mut harness, "Change passphrase");
    see(&mut harness, "vault.");
    type_into(&mut harness, "Passphrase so far", PASSPHRASE);
    type_into(&mut harness, "New passphrase", "another one entirely");
    type_into(
        &mut harness,
        "The new passphrase again",
        "another one entirely",
    );
    press(&mut harness, "Change passphrase");
    see(&mut harness, "Passphrase changed");
    press(&mut harness, "Lock vault");
    type_into(&mut harness, "Passphrase", "another one entirely");
    harness.key_press(egui::Key::Enter);
    see(&mut harness, "Ways to unlock");
}

#[test]
fn a_backup_is_made_tried_out_and_tried_again_with_its_outcome_for_each_authority() {
    let folder = tempfile::tempdir().unwrap();
    let client = engine();
    with_authorities(&client);
    let mut harness = window_of(client, [1280.0, 1000.0]);
    press(&mut harness, "Secrets");
    press_role(&mut harness, Role::Tab, "Backups");
    see(&mut harness, "There is no backup yet");
    press(&mut harness, "Back up now…");
    type_into(&mut harness, "Folder", &folder.path().display().to_string());
    type_into(&mut harness, "Passphrase of the vault", PASSPHRASE);
    press(&mut harness, "Back up now");
    see(&mut harness, "Can be restored");
    see(&mut harness, "Example Root: its key signed");
    press(&mut harness, "Close");
    see(&mut harness, "the key of every authority signed");
    let files = std::fs::read_dir(folder.path()).unwrap();
    let file = files.map(|file| file.unwrap().path()).next().unwrap();
    press(&mut harness, "Try a backup…");
    type_into(&mut harness, "Backup", &file.display().to_string());
    press(&mut harness, "Try it out");
    see(
        &mut harness,
        "Example Root: its key is there, and stays sealed",
    );
    press(&mut harness, "Close");
    std::fs::write(&file, b"not a backup").unwrap();
    press(&mut harness, "Try a backup…");
    type_into(&mut harness, "Backup", &file.display().to_string());
    press(&mut harness, "Try it out");
    see(&mut harness, "backup.");
}

#[test]
fn backups_are_made_by_themselves_on_a_schedule_that_can_be_changed_and_ended() {
    let folder = tempfile::tempdir().unwrap();
    let client = engine();
    with_authorities(&client);
    let mut harness = window_of(client.clone(), [1280.0, 1000.0]);
    press(&mut harness, "Secrets");
    press_role(&mut harness, Role::Tab, "Backups");
    see(&mut harness, "None are made by themselves");
    press(&mut harness, "Set schedule…");
    clear(&mut harness, "Folder");
    type_into(&mut harness, "Folder", "not/from/the/root");
    press(&mut harness, "Set schedule");
    see(&mut harness, "backup.schedule");
    clear(&mut harness, "Folder");
    type_into(&mut harness, "Folder", &folder.path().display().to_string());
    choose(&mut harness, "How often", "Every week");
    choose(&mut harness, "How many stay", "The newest 3");
    press(&mut harness, "Set schedule");
    see(&mut harness, "Every week; the newest 3 stay");
    let schedule = || {
        let status = client.read(&BackupStatusQuestion).unwrap().value;
        status.schedule.as_ref().map(|it| (it.every_hours, it.keep))
    };
    assert_eq!(schedule(), Some((168, 3)));
    // The first one is due at once.
    see(&mut harness, "just now, by itself");
    press(&mut harness, "Change schedule…");
    let other = folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    clear(&mut harness, "Folder");
    type_into(&mut harness, "Folder", &other.display().to_string());
    choose(&mut harness, "How often", "Every day");
    press(&mut harness, "Set schedule");
    see(&mut harness, "Every day; the newest 3 stay");
    see(&mut harness, &format!("{}/chancery-", other.display()));
    press(&mut harness, "Make none by themselves");
    see(&mut harness, "Those that were made stay");
    press(&mut harness, "Make none by themselves");
    see(&mut harness, "None are made by themselves");
    assert_eq!(schedule(), None);
}

/// The code as the page of the kit says it.
fn code_in(kit: &std::path::Path) -> String {
    let page = String::from_utf8(std::fs::read(kit).unwrap()).unwrap();
    let signs = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
    let found = page
        .split(signs)
        .find(|word| word.len() == 35 && chancery_engine::api::RecoveryCode::parse(word).is_ok());
    found.unwrap().to_owned()
}

/// No label, value or name of the whole window holds a group of the code.
fn assert_told_nowhere(harness: &Harness<'_, Window>, code: &str) {
    let tree = told(harness);
    for group in code.split('-') {
        assert!(!tree.contains(group), "{group} in\n{tree}");
    }
}
