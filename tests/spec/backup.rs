//! Backups: what is in one comes back, and what is wrong with one is noticed before it is needed.

mod damaged;
mod restoring;
mod schedule;

use std::path::{Path, PathBuf};

use chancery_engine::api::{
    AuthorityId, BackupCommand, BackupFact, BackupManifest, BackupStatus, BackupStatusQuestion,
    BackupTrial, Clock, Command, Ending, Fact, KeyTrial, Kind, Opener, Report, Secret,
    VaultCommand,
};
use chancery_engine::{Home, Kdf, Restored, Settings, read_manifest, restore, verify_backup};
use spec::{World, csr, issue, passphrase};
use tempfile::TempDir;

use crate::store::{VAULT, generate};

#[test]
fn a_backup_says_without_any_secret_what_is_in_it_and_whether_keys_are() {
    let (folder, world, _) = on_disk();
    let (with, without) = (folder.path().join("with"), folder.path().join("without"));
    let (manifest, _) = created(&world, &with, true);
    assert_eq!(read_manifest(&with).unwrap(), manifest);
    assert!(manifest.keys_inside && !manifest.scheduled);
    assert!(
        manifest.made_by.starts_with("chancery "),
        "{}",
        manifest.made_by
    );
    assert_eq!(manifest.made, world.clock.now());
    assert!(manifest.checkpoint.unwrap().contains(&manifest.vault));
    created(&world, &without, false);
    assert!(!read_manifest(&without).unwrap().keys_inside);
}

#[test]
fn a_backup_without_keys_opens_with_the_same_passphrase_and_restores_all_but_them() {
    let (folder, world, ca) = on_disk();
    world.done(generate("www"));
    let (with, without) = (folder.path().join("with"), folder.path().join("without"));
    created(&world, &with, true);
    let (_, trial) = created(&world, &without, false);
    assert_eq!(outcomes(&trial), [KeyTrial::Absent; 2]);
    assert_eq!((trial.records_opened, trial.faults.len()), (0, 0));
    let vault_in = |file: &Path| {
        let bytes = std::fs::read(file).unwrap();
        stream_at(&bytes) - vault_at(&bytes)
    };
    assert!(vault_in(&without) + 500 < vault_in(&with));
    let authorities = world.authorities();
    drop(world);
    let target = folder.path().join("restored");
    restored(&without, &target).unwrap();
    let world = World::at(&target);
    world.unlock();
    assert_eq!(world.authorities().len(), authorities.len());
    let report = world.refused(issue(&csr(&["www.example.internal"]), ca, "server"));
    assert_eq!(report.code, "vault.key-unknown");
}

#[test]
fn attended_keys_are_tried_out_only_with_the_passphrase_and_it_is_said_which_were() {
    let (folder, world, _) = on_disk();
    let file = folder.path().join("a.backup");
    created(&world, &file, true);
    let (_, trial) = verified(&world, &file, None).unwrap();
    assert_eq!(outcomes(&trial), [KeyTrial::Sealed, KeyTrial::Signed]);
    assert!(!trial.authority_keys_opened);
    let (_, trial) = verified(&world, &file, Some(passphrase())).unwrap();
    assert_eq!(outcomes(&trial), [KeyTrial::Signed; 2]);
    assert_eq!(trial.faults, Vec::<String>::new());
    // Two authorities, and the key that seals the audit.
    let used = world.audit().pop().unwrap().details;
    assert_eq!(
        used.matches("used to make a test signature").count(),
        3,
        "{used}"
    );
    let status = status(&world);
    assert_eq!(
        status.last_verified,
        Some((world.clock.now(), file.clone()))
    );
    world.done(Command::Vault(VaultCommand::Lock));
    let report = verified(&world, &file, None).unwrap_err();
    assert_eq!(
        (report.code.as_ref(), report.kind),
        ("backup.needs-passphrase", Kind::Locked)
    );
    verified(&world, &file, Some(passphrase())).unwrap();
}

#[test]
fn a_backup_opens_with_the_passphrase_of_its_day() {
    let (folder, world, _) = on_disk();
    let file = folder.path().join("a.backup");
    created(&world, &file, true);
    let new = || Secret::new("another passphrase".to_owned());
    world.done(Command::Vault(VaultCommand::ChangePassphrase {
        old: passphrase(),
        new: new(),
    }));
    let report = verified(&world, &file, None).unwrap_err();
    assert_eq!(report.code, "backup.needs-passphrase");
    let report = verified(&world, &file, Some(new())).unwrap_err();
    assert_eq!(
        (report.code.as_ref(), report.kind),
        ("backup.wrong-passphrase", Kind::Locked)
    );
    verified(&world, &file, Some(passphrase())).unwrap();
    assert_eq!(
        tried(&file, new()).unwrap_err().code,
        "backup.wrong-passphrase"
    );
    let (_, trial) = tried(&file, passphrase()).unwrap();
    assert_eq!(outcomes(&trial), [KeyTrial::Signed; 2]);
}

#[test]
fn costs_below_the_limits_are_refused_in_a_backup_as_in_a_vault() {
    let (folder, world, _) = on_disk();
    let file = folder.path().join("a.backup");
    created(&world, &file, true);
    let report = verify_backup(&file, &opener(), Kdf::Usual).unwrap_err();
    assert_eq!(report.code, "backup.vault");
    assert!(report.why[0].contains("Argon2"), "{report:?}");
}

#[test]
fn a_vault_that_is_locked_or_absent_is_told_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.backup");
    let world = World::new();
    assert_eq!(world.refused(create(&file, true)).code, "vault.absent");
    world.make_vault();
    world.done(Command::Vault(VaultCommand::Lock));
    assert_eq!(world.refused(create(&file, true)).code, "vault.locked");
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn a_file_that_is_there_is_never_written_over() {
    let (folder, world, _) = on_disk();
    let file = folder.path().join("a.backup");
    std::fs::write(&file, "mine").unwrap();
    let report = world.refused(create(&file, true));
    assert_eq!(
        (report.code.as_ref(), report.kind),
        ("backup.file-exists", Kind::Refused)
    );
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
    assert_eq!(names(folder.path()), ["a.backup", "data"]);
}

#[test]
fn keys_made_meanwhile_are_in_a_backup_or_unknown_to_it() {
    let (folder, world, _) = on_disk();
    let tickets: Vec<_> = (0..40)
        .map(|number| world.send(generate(&format!("key {number}"))))
        .collect();
    for number in 0..5 {
        let file = folder.path().join(format!("{number}.backup"));
        let (_, trial) = created(&world, &file, true);
        assert_eq!(trial.faults, Vec::<String>::new());
    }
    for ticket in tickets {
        spec::done(ticket.wait());
    }
}

#[test]
fn a_backup_beside_a_re_keying_opens_with_the_one_passphrase_or_the_other() {
    let (folder, world, _) = on_disk();
    let file = folder.path().join("a.backup");
    let new = || Secret::new("another passphrase".to_owned());
    let change = world.send(Command::Vault(VaultCommand::ChangePassphrase {
        old: passphrase(),
        new: new(),
    }));
    let keys_inside = true;
    let made = world.send(Command::Backup(BackupCommand::Create {
        file: file.clone(),
        keys_inside,
        passphrase: None,
    }));
    spec::done(change.wait());
    spec::done(made.wait());
    assert!(tried(&file, passphrase()).is_ok() || tried(&file, new()).is_ok());
}

#[test]
fn a_key_that_the_vault_lost_is_a_fault_of_the_backup() {
    let (folder, world, _) = on_disk();
    let data = folder.path().join("data");
    drop(world);
    std::fs::copy(data.join(VAULT), folder.path().join("older")).unwrap();
    let world = World::at(&data);
    world.unlock();
    world.done(generate("lost"));
    drop(world);
    std::fs::copy(folder.path().join("older"), data.join(VAULT)).unwrap();
    let world = World::at(&data);
    unlock_older(&world);
    let (_, trial) = created(&world, &folder.path().join("a.backup"), true);
    assert_eq!(trial.faults, ["the key lost is not in the vault"]);
}

/// A backup of more than two chunks.
struct Kept {
    folder: TempDir,
    world: World,
    file: PathBuf,
}

impl Kept {
    fn new() -> Self {
        let (folder, world, ca) = on_disk();
        for number in 0..70 {
            let name = format!("host-{number}.example.internal");
            world.done(issue(&csr(&[&name]), ca, "server"));
        }
        let file = folder.path().join("a.backup");
        created(&world, &file, true);
        Self {
            folder,
            world,
            file,
        }
    }

    fn verify(&self, bytes: &[u8]) -> Result<(BackupManifest, BackupTrial), Report> {
        let file = self.written(bytes);
        let verified = tried(&file, passphrase());
        std::fs::remove_file(file).unwrap();
        verified
    }

    fn written(&self, bytes: &[u8]) -> PathBuf {
        let file = self.folder.path().join("changed");
        std::fs::write(&file, bytes).unwrap();
        file
    }
}

/// Where the vault begins.
fn vault_at(backup: &[u8]) -> usize {
    let manifest = u32::from_be_bytes(backup[10..14].try_into().unwrap());
    14 + usize::try_from(manifest).unwrap() + 32 + 32 + 4
}

/// Where the sealed stream begins.
fn stream_at(backup: &[u8]) -> usize {
    let at = vault_at(backup);
    let vault = u32::from_be_bytes(backup[at - 4..at].try_into().unwrap());
    at + usize::try_from(vault).unwrap()
}

fn opener() -> Opener {
    Opener::Passphrase(passphrase())
}

/// Where there is no installation.
fn tried(file: &Path, passphrase: Secret<String>) -> Result<(BackupManifest, BackupTrial), Report> {
    verify_backup(file, &Opener::Passphrase(passphrase), Kdf::WeakForTests)
}

/// As it stands is what is wanted, though it is older than the store beside it.
fn unlock_older(world: &World) {
    world.done(Command::Vault(VaultCommand::Unlock {
        with: opener(),
        accept_older: true,
    }));
}

fn verified(
    world: &World,
    file: &Path,
    passphrase: Option<Secret<String>>,
) -> Result<(BackupManifest, BackupTrial), Report> {
    let file = file.to_owned();
    let with = passphrase.map(Opener::Passphrase);
    let command = Command::Backup(BackupCommand::Verify { file, with });
    match world.send(command).wait() {
        Ending::Done {
            fact:
                Fact::Backup(BackupFact::Verified {
                    manifest, trial, ..
                }),
            ..
        } => Ok((*manifest, trial)),
        Ending::Failed(report) => Err(report),
        other => panic!("expected a trial, got {other:?}"),
    }
}

fn status(world: &World) -> BackupStatus {
    let answered = world.client.read(&BackupStatusQuestion).unwrap();
    BackupStatus::clone(&answered.value)
}

/// What lies in the folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn created(world: &World, file: &Path, keys_inside: bool) -> (BackupManifest, BackupTrial) {
    match world.done(create(file, keys_inside)).0 {
        Fact::Backup(BackupFact::Created {
            manifest, trial, ..
        }) => (*manifest, trial),
        other => panic!("expected a backup, got {other:?}"),
    }
}

fn create(file: &Path, keys_inside: bool) -> Command {
    Command::Backup(BackupCommand::Create {
        file: file.to_owned(),
        keys_inside,
        passphrase: Some(passphrase()),
    })
}

fn restored(file: &Path, folder: &Path) -> Result<Restored, Report> {
    let settings = Settings {
        kdf: Kdf::WeakForTests,
        ..Settings::at(Home::Folder(folder.to_owned()))
    };
    restore(file, &settings, spec::alice(), &opener())
}

fn outcomes(trial: &BackupTrial) -> Vec<KeyTrial> {
    trial.authorities.iter().map(|it| it.key).collect()
}

fn on_disk() -> (TempDir, World, AuthorityId) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(&folder.path().join("data"));
    world.make_vault();
    let ca = world.make_authorities();
    (folder, world, ca)
}
