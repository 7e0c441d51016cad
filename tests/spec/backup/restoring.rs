//! Restoring into a folder, and disks that fill up.

use std::path::Path;

use chancery_engine::api::{
    Command, Ending, KeyTrial, Kind, Opener, RecoveryCode, Secret, VaultCommand,
};
use chancery_engine::{Home, Kdf, Settings, restore};
use spec::{World, csr, issue, passphrase};

use super::{Kept, create, created, names, on_disk, opener, outcomes, restored, tried};
use crate::store::{STORE, VAULT, assert_faultless};

#[test]
fn a_folder_that_is_not_empty_is_left_as_it_is() {
    let kept = Kept::new();
    let target = kept.folder.path().join("restored");
    std::fs::create_dir(&target).unwrap();
    std::fs::write(target.join("mine"), "mine").unwrap();
    let report = restored(&kept.file, &target).unwrap_err();
    assert_eq!(
        (report.code.as_ref(), report.kind),
        ("backup.folder-not-empty", Kind::Refused)
    );
    assert_eq!(names(&target), ["mine"]);
    let data = kept.folder.path().join("data");
    let report = restored(&kept.file, &data).unwrap_err();
    assert_eq!(report.code, "backup.folder-not-empty");
    std::fs::remove_file(target.join("mine")).unwrap();
    restored(&kept.file, &target).unwrap();
    assert_eq!(World::at(&target).authorities().len(), 2);
}

#[test]
fn a_folder_in_which_a_program_was_started_and_asked_for_nothing_makes_way() {
    let kept = Kept::new();
    let target = kept.folder.path().join("restored");
    drop(World::at(&target));
    std::fs::write(target.join("window.json"), "{}").unwrap();
    assert!(names(&target).contains(&STORE.to_owned()));
    restored(&kept.file, &target).unwrap();
    assert!(names(&target).contains(&"window.json".to_owned()));
    assert_eq!(World::at(&target).authorities().len(), 2);
}

#[test]
fn a_store_that_is_open_or_knows_of_anything_makes_no_way() {
    let kept = Kept::new();
    let target = kept.folder.path().join("restored");
    let world = World::at(&target);
    let report = restored(&kept.file, &target).unwrap_err();
    assert_eq!(report.code, "backup.folder-not-empty");
    // No vault comes of it, but the audit says that one was asked for.
    let create = VaultCommand::Create {
        passphrase: Secret::new("short".to_owned()),
        recovery: None,
    };
    world.send(Command::Vault(create)).wait();
    drop(world);
    let before = names(&target);
    let report = restored(&kept.file, &target).unwrap_err();
    assert_eq!(report.code, "backup.folder-not-empty");
    assert_eq!(names(&target), before);
}

#[test]
fn a_restoring_that_was_cut_short_left_no_data_folder_and_the_next_one_succeeds() {
    let kept = Kept::new();
    let target = kept.folder.path().join("restored");
    let stage = kept.folder.path().join("restored.restoring");
    std::fs::create_dir(&stage).unwrap();
    std::fs::write(stage.join(STORE), "half a store").unwrap();
    std::fs::write(stage.join(format!("{VAULT}.new")), "half a vault").unwrap();
    restored(&kept.file, &target).unwrap();
    assert!(!stage.exists());
    let files = names(&target);
    assert_eq!(
        files.iter().filter(|name| name.ends_with(".new")).count(),
        0,
        "{files:?}"
    );
    assert_eq!(World::at(&target).authorities().len(), 2);
    // Somebody else's folder of that name is not touched.
    let second = kept.folder.path().join("second");
    let stage = kept.folder.path().join("second.restoring");
    std::fs::create_dir(&stage).unwrap();
    std::fs::write(stage.join("mine"), "mine").unwrap();
    assert!(restored(&kept.file, &second).is_err());
    assert_eq!(
        (names(&stage), second.exists()),
        (vec!["mine".to_owned()], false)
    );
}

#[test]
fn a_restoring_into_a_folder_that_was_cut_short_half_way_is_done_again() {
    let kept = Kept::new();
    let whole = kept.folder.path().join("whole");
    restored(&kept.file, &whole).unwrap();
    let target = kept.folder.path().join("restored");
    std::fs::create_dir_all(target.join(".restoring")).unwrap();
    std::fs::create_dir(target.join("lost+found")).unwrap();
    std::fs::rename(whole.join(STORE), target.join(STORE)).unwrap();
    std::fs::rename(whole.join(VAULT), target.join(".restoring").join(VAULT)).unwrap();
    restored(&kept.file, &target).unwrap();
    assert!(!target.join(".restoring").exists());
    assert_eq!(World::at(&target).authorities().len(), 2);
}

#[cfg(unix)]
#[test]
fn a_link_to_an_empty_folder_is_followed() {
    let kept = Kept::new();
    let (target, link) = ["restored", "link"]
        .map(|name| kept.folder.path().join(name))
        .into();
    std::fs::create_dir(&target).unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    restored(&kept.file, &link).unwrap();
    assert!(link.is_symlink());
    assert_eq!(World::at(&target).authorities().len(), 2);
}

#[test]
fn a_disk_that_fills_up_leaves_no_restored_folder_behind() {
    let kept = Kept::new();
    let target = kept.folder.path().join("restored");
    for writes in (0..).step_by(5) {
        let disk = std::sync::Arc::<spec::BreakableDisk>::default();
        disk.be_full_after(writes);
        let settings = Settings {
            kdf: Kdf::WeakForTests,
            disk: std::sync::Arc::clone(&disk) as std::sync::Arc<dyn chancery_engine::Disk>,
            ..Settings::at(Home::Folder(target.clone()))
        };
        match restore(&kept.file, &settings, spec::alice(), &opener()) {
            Ok(_) => return assert!(writes > 3, "{writes}"),
            Err(report) => assert!(report.what.contains("full"), "{report:?}"),
        }
        assert_eq!(names(kept.folder.path()), ["a.backup", "data"], "{writes}");
    }
}

#[test]
fn a_disk_that_fills_up_leaves_neither_a_part_nor_a_changed_backup() {
    let kept = Kept::new();
    let before = std::fs::read(&kept.file).unwrap();
    let file = kept.folder.path().join("second.backup");
    let mut codes = Vec::new();
    for writes in (0..).step_by(3) {
        kept.world.disk.be_full_after(writes);
        let ending = kept.world.send(create(&file, true)).wait();
        kept.world.disk.heal();
        let Ending::Failed(report) = ending else {
            break;
        };
        let there = names(kept.folder.path());
        // A full disk may come after the last byte of the backup: then it is there, and whole.
        match there.contains(&"second.backup".to_owned()) {
            true => {
                tried(&file, passphrase()).unwrap();
                std::fs::remove_file(&file).unwrap();
            }
            false => assert_eq!(there, ["a.backup", "data"], "{writes}"),
        }
        codes.push(report.code);
    }
    assert!(
        codes.iter().any(|code| code == "backup.disk-full"),
        "{codes:?}"
    );
    assert!(std::fs::read(&kept.file).unwrap() == before);
}

#[test]
#[cfg(unix)]
fn a_backup_is_nobody_elses() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, world, _) = on_disk();
    let file = folder.path().join("a.backup");
    created(&world, &file, true);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    let target = folder.path().join("restored");
    restored(&file, &target).unwrap();
    assert_eq!(mode(&target), 0o700);
    assert_eq!(mode(&target.join(STORE)), 0o600);
    assert_eq!(mode(&target.join(VAULT)), 0o600);
}

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

#[test]
fn a_forgotten_passphrase_is_replaced_on_another_machine_by_backup_and_recovery_code() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(&folder.path().join("data"));
    let paper = RecoveryCode::new().unwrap();
    let code = || paper.to_secret();
    let command = VaultCommand::Create {
        passphrase: passphrase(),
        recovery: Some(code()),
    };
    world.done(Command::Vault(command));
    let ca = world.make_authorities();
    let file = folder.path().join("a.backup");
    created(&world, &file, true);
    drop(world);
    let target = folder.path().join("restored");
    let settings = Settings {
        kdf: Kdf::WeakForTests,
        ..Settings::at(Home::Folder(target.clone()))
    };
    let restored = restore(&file, &settings, spec::alice(), &Opener::Recovery(code())).unwrap();
    assert_eq!(outcomes(&restored.trial), [KeyTrial::Signed; 2]);
    let world = World::at(&target);
    let new = || Secret::new("a new passphrase".to_owned());
    world.done(Command::Vault(VaultCommand::Recover {
        code: code(),
        new: new(),
    }));
    world.done(Command::Vault(VaultCommand::Unlock {
        with: Opener::Passphrase(new()),
        accept_older: false,
    }));
    world.done(issue(&csr(&["www.example.internal"]), ca, "server"));
}
