//! The fourth door of the first run: a backup is tried out and restored, or a data folder opened.

use std::path::{Path, PathBuf};

use chancery_engine::api::{AuditStateQuestion, BackupCommand, ListAuthorities, Opener};
use tempfile::TempDir;

use super::flow::is_disabled;
use super::*;
use crate::gui::Start;
use crate::gui::program::{Program, StillStuck};

#[test]
fn a_backup_is_tried_out_restored_and_opened_by_the_passphrase_of_its_vault() {
    let kept = Kept::new();
    let mut harness = program(&kept.folder.path().join("new"));
    to_the_backup(&mut harness, &kept.backup);
    type_into(&mut harness, "Passphrase of its vault", PASSPHRASE);
    press(&mut harness, "Try it out");
    see(&mut harness, "Can be restored");
    see(&mut harness, "Example Root: its key signed");
    press(&mut harness, "Restore backup");
    see(&mut harness, "The backup is restored");
    assert!(
        harness
            .query_all_by_label_contains("works in another folder")
            .next()
            .is_none()
    );
    type_into(&mut harness, "Passphrase", PASSPHRASE);
    press(&mut harness, "Unlock");
    press(&mut harness, "Authorities");
    see(&mut harness, "Example Issuing");
}

#[test]
fn a_passphrase_that_does_not_open_the_backup_is_told_before_anything_is_restored() {
    let kept = Kept::new();
    let new = kept.folder.path().join("new");
    let mut harness = program(&new);
    to_the_backup(&mut harness, &kept.backup);
    type_into(
        &mut harness,
        "Passphrase of its vault",
        "not the passphrase",
    );
    press(&mut harness, "Try it out");
    see(&mut harness, "backup.wrong-passphrase");
    assert!(!new.join("vault.chancery").exists());
    type_into(&mut harness, "Passphrase of its vault", PASSPHRASE);
    press(&mut harness, "Try it out");
    see(&mut harness, "Can be restored");
}

#[test]
fn a_backup_goes_into_another_folder_and_the_window_says_how_to_find_it_again() {
    let kept = Kept::new();
    let other = kept.folder.path().join("other");
    let mut harness = program(&kept.folder.path().join("new"));
    to_the_backup(&mut harness, &kept.backup);
    type_into(&mut harness, "Passphrase of its vault", PASSPHRASE);
    press(&mut harness, "Try it out");
    see(&mut harness, "Can be restored");
    clear(&mut harness, "Restore into");
    type_into(&mut harness, "Restore into", &other.display().to_string());
    press(&mut harness, "Restore backup");
    see(&mut harness, "This window works in another folder");
    assert!(other.join("vault.chancery").exists());
}

#[test]
fn a_folder_that_holds_something_is_left_as_it_is_and_the_door_says_why() {
    let kept = Kept::new();
    let mine = kept.folder.path().join("mine");
    std::fs::create_dir(&mine).unwrap();
    std::fs::write(mine.join("letter"), "dear").unwrap();
    let mut harness = program(&kept.folder.path().join("new"));
    to_the_backup(&mut harness, &kept.backup);
    type_into(&mut harness, "Passphrase of its vault", PASSPHRASE);
    press(&mut harness, "Try it out");
    see(&mut harness, "Can be restored");
    clear(&mut harness, "Restore into");
    type_into(&mut harness, "Restore into", &mine.display().to_string());
    press(&mut harness, "Restore backup");
    see(&mut harness, "backup.folder-not-empty");
    assert_eq!(std::fs::read_dir(&mine).unwrap().count(), 1);
    // The file that was named is still there; its passphrase is not.
    assert!(is_disabled(&harness, "Try it out"));
    type_into(&mut harness, "Passphrase of its vault", PASSPHRASE);
    press(&mut harness, "Try it out");
    see(&mut harness, "Can be restored");
}

#[test]
fn the_data_folder_of_another_installation_is_opened_and_one_without_a_vault_is_not() {
    let kept = Kept::new();
    let data = kept.folder.path().join("data");
    let mut harness = program(&kept.folder.path().join("new"));
    to_the_door(&mut harness);
    press_role(&mut harness, Role::Tab, "Open a data folder");
    let empty = kept.folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    type_into(&mut harness, "Data folder", &empty.display().to_string());
    press(&mut harness, "Open data folder");
    see(&mut harness, "window.no-vault");
    assert_eq!(std::fs::read_dir(&empty).unwrap().count(), 0);
    clear(&mut harness, "Data folder");
    type_into(&mut harness, "Data folder", &data.display().to_string());
    press(&mut harness, "Open data folder");
    see(&mut harness, "Unlock the vault");
    see(&mut harness, "This window works in another folder");
    type_into(&mut harness, "Passphrase", PASSPHRASE);
    press(&mut harness, "Unlock");
    press(&mut harness, "Authorities");
    see(&mut harness, "Example Root");
}

#[test]
fn the_loss_of_a_store_without_a_backup_is_accepted_only_by_who_types_what_is_lost() {
    let kept = Kept::new();
    let data = kept.folder.path().join("data");
    let older = std::fs::read(data.join("chancery.redb")).unwrap();
    let client = start(settings(&data), anna()).unwrap();
    unlock(&client);
    for _ in 0..5 {
        carry_out(&client, Command::Vault(VaultCommand::Lock));
        unlock(&client);
    }
    carry_out(&client, Command::Vault(VaultCommand::Lock));
    drop(client);
    std::fs::write(data.join("chancery.redb"), older).unwrap();
    let client = start(settings(&data), anna()).unwrap();
    unlock(&client);
    let state = client.read(&AuditStateQuestion).unwrap().value;
    let lost = state.vault_sealed_to.unwrap();
    let mut harness = window_of(client.clone(), [1280.0, 1000.0]);
    press(&mut harness, "Audit");
    see(&mut harness, "Entries are missing");
    press(&mut harness, "There is no backup: accept the loss…");
    type_into(&mut harness, "Passphrase of the vault", PASSPHRASE);
    assert!(is_disabled(&harness, "Accept the loss"));
    type_into(
        &mut harness,
        &format!("Type {lost} to go on"),
        &lost.to_string(),
    );
    press(&mut harness, "Accept the loss");
    see(&mut harness, "Loss accepted");
    harness.run_steps(5);
    assert!(harness.query_by_label("Entries are missing").is_none());
    let state = client.read(&AuditStateQuestion).unwrap().value;
    assert_eq!(state.rolled_back, None);
}

/// An installation in a folder, closed, and its backup.
struct Kept {
    folder: TempDir,
    backup: PathBuf,
}

impl Kept {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let backup = folder.path().join("a.backup");
        let client = start(settings(&folder.path().join("data")), anna()).unwrap();
        with_authorities(&client);
        let create = BackupCommand::Create {
            file: backup.clone(),
            keys_inside: true,
            passphrase: None,
        };
        carry_out(&client, Command::Backup(create));
        assert_eq!(client.read(&ListAuthorities).unwrap().value.len(), 2);
        Self { folder, backup }
    }
}

fn program(folder: &Path) -> Harness<'static, Program> {
    let begin = Start {
        settings: settings(folder),
        machine: "desk".to_owned(),
        actor: anna(),
        theme: Some(Theme::Dark),
    };
    let context = egui::Context::default();
    let client = start(begin.settings.clone(), anna()).unwrap();
    Harness::builder()
        .with_size([1280.0, 1000.0])
        .with_context_setup(|context| theme::install(context, egui::ThemePreference::Dark))
        .build_ui_state(
            |ui, program: &mut Program| {
                program.hear_and_ask(&ui.ctx().clone());
                program.draw(ui);
            },
            Program::new(&context, Ok(client), begin, StillStuck::default()),
        )
}

fn settings(folder: &Path) -> Settings {
    Settings {
        clock: Arc::new(Stopped),
        kdf: Kdf::WeakForTests,
        idle_lock: None,
        ..Settings::at(Home::Folder(folder.to_owned()))
    }
}

fn unlock(client: &Client) {
    let with = Opener::Passphrase(Secret::new(PASSPHRASE.to_owned()));
    let accept_older = false;
    carry_out(
        client,
        Command::Vault(VaultCommand::Unlock { with, accept_older }),
    );
}

fn anna() -> Actor {
    Actor::User("anna".to_owned())
}

fn to_the_door(harness: &mut Harness<'_, Program>) {
    press_role(
        harness,
        Role::RadioButton,
        "Open or restore what is there already",
    );
    press(harness, "Continue");
}

fn to_the_backup(harness: &mut Harness<'_, Program>, backup: &Path) {
    to_the_door(harness);
    type_into(harness, "Backup", &backup.display().to_string());
}
