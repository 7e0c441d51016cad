//! Backups: what is in one comes back, and what is wrong with one is noticed before it is needed.

use std::path::{Path, PathBuf};

use chancery_engine::api::{
    BackupCommand, BackupFact, BackupManifest, BackupSchedule, BackupStatus, BackupStatusQuestion,
    BackupTrial, Clock, Command, Fact, KeyTrial, Report, VaultCommand,
};
use chancery_engine::{Home, Kdf, Restored, Settings, read_manifest, restore};
use spec::{World, csr, eventually, issue, passphrase};
use tempfile::TempDir;

use crate::store::assert_faultless;

#[test]
fn what_was_backed_up_is_restored_into_an_empty_folder_and_used() {
    let (folder, world, ca) = on_disk();
    world.done(issue(&csr(&["www.example.internal"]), ca, "server"));
    let file = folder.path().join("a.backup");
    let (manifest, trial) = created(&world, &file, true);
    let (authorities, inventory) = (world.authorities(), world.inventory().value.rows.clone());
    assert_eq!((manifest.authorities, manifest.certificates), (2, 3));
    assert_eq!(trial.faults, Vec::<String>::new());
    assert_eq!(outcomes(&trial), [KeyTrial::Signed; 2]);
    drop(world);
    let target = folder.path().join("restored");
    let restored = restored(&file, &target).unwrap();
    assert_eq!(restored.manifest, manifest);
    let world = World::at(&target);
    assert_eq!(world.authorities(), authorities);
    assert_eq!(world.inventory().value.rows, inventory);
    assert_eq!(world.health().warnings, Vec::<String>::new());
    let last = world.audit().pop().unwrap();
    assert_eq!(last.action, "backup.restore");
    assert!(last.details.contains("2026-11-22"), "{}", last.details);
    assert!(
        last.details.contains("make a test signature"),
        "{}",
        last.details
    );
    world.unlock();
    world.done(issue(&csr(&["new.example.internal"]), ca, "server"));
    world.done(Command::Vault(VaultCommand::Lock));
    assert_faultless(&world);
}

fn created(world: &World, file: &Path, keys_inside: bool) -> (BackupManifest, BackupTrial) {
    match world.done(create(file, keys_inside)).0 {
        Fact::Backup(BackupFact::Created {
            manifest, trial, ..
        }) => (manifest, trial),
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
    restore(file, &settings, spec::alice(), &passphrase())
}

fn outcomes(trial: &BackupTrial) -> Vec<KeyTrial> {
    trial.authorities.iter().map(|it| it.key).collect()
}

fn on_disk() -> (TempDir, World, chancery_engine::api::AuthorityId) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(&folder.path().join("data"));
    world.make_vault();
    let ca = world.make_authorities();
    (folder, world, ca)
}
