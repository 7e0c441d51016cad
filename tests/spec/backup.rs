//! Backups: what is in one comes back, and what is wrong with one is noticed before it is needed.

use std::path::{Path, PathBuf};

use chancery_engine::api::{
    AuthorityId, BackupCommand, BackupFact, BackupManifest, BackupSchedule, BackupStatus,
    BackupStatusQuestion, BackupTrial, Clock, Command, Ending, Fact, KeyTrial, Kind, Opener,
    Report, Secret, VaultCommand,
};
use chancery_engine::{Home, Kdf, Restored, Settings, read_manifest, restore, verify_backup};
use spec::{World, csr, eventually, issue, passphrase};
use tempfile::TempDir;

use crate::store::{STORE, VAULT, assert_faultless, generate};

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
fn a_backup_that_was_cut_anywhere_is_no_backup() {
    let kept = Kept::new();
    let whole = std::fs::read(&kept.file).unwrap();
    let vault = vault_at(&whole);
    let mut lengths: Vec<usize> = (0..whole.len()).step_by(997).collect();
    // Around each border: magic, version, length, manifest, salt, checksum, vault, stream.
    for border in [
        8,
        10,
        14,
        vault - 68,
        vault - 36,
        vault - 4,
        vault,
        whole.len(),
    ] {
        lengths.extend(border.saturating_sub(2)..(border + 2).min(whole.len()));
    }
    for length in lengths {
        let report = kept.verify(&whole[..length]).unwrap_err();
        assert_eq!(report.code, "backup.damaged", "{length}: {report:?}");
    }
    kept.verify(&whole).unwrap();
}

#[test]
fn a_backup_cut_between_two_chunks_says_that_its_end_is_missing() {
    let kept = Kept::new();
    let whole = std::fs::read(&kept.file).unwrap();
    let cut = stream_at(&whole) + SEALED_CHUNK;
    assert!(cut < whole.len(), "more than one chunk");
    let report = kept.verify(&whole[..cut]).unwrap_err();
    assert_eq!(report.what, "the backup's end is missing");
    let report = kept.verify(&whole[..stream_at(&whole)]).unwrap_err();
    assert_eq!(report.what, "the backup's end is missing");
}

#[test]
fn any_byte_of_a_backup_that_was_changed_is_noticed() {
    let kept = Kept::new();
    let whole = std::fs::read(&kept.file).unwrap();
    let head = stream_at(&whole);
    let places = (0..head)
        .step_by(37)
        .chain((head..whole.len()).step_by(4999));
    for place in places.chain([whole.len() - 1]) {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        let report = kept.verify(&changed).unwrap_err();
        assert!(report.code.starts_with("backup."), "{place}: {report:?}");
    }
    let mut longer = whole.clone();
    longer.push(0);
    assert_eq!(kept.verify(&longer).unwrap_err().code, "backup.damaged");
}

#[test]
fn chunks_that_changed_places_or_came_from_another_backup_are_noticed() {
    let kept = Kept::new();
    let whole = std::fs::read(&kept.file).unwrap();
    let start = stream_at(&whole);
    let chunk = |at: usize| start + at * SEALED_CHUNK..start + (at + 1) * SEALED_CHUNK;
    assert!(chunk(1).end < whole.len(), "more than two chunks");
    let mut swapped = whole.clone();
    swapped[chunk(0)].copy_from_slice(&whole[chunk(1)]);
    swapped[chunk(1)].copy_from_slice(&whole[chunk(0)]);
    assert_eq!(kept.verify(&swapped).unwrap_err().code, "backup.damaged");
    let mut left_out = whole.clone();
    left_out.drain(chunk(0));
    assert_eq!(kept.verify(&left_out).unwrap_err().code, "backup.damaged");
    // The same store, the same vault, the next moment.
    let other = kept.folder.path().join("other");
    created(&kept.world, &other, true);
    let other = std::fs::read(&other).unwrap();
    let mut mixed = whole.clone();
    let from = stream_at(&other);
    mixed[chunk(0)].copy_from_slice(&other[from..from + SEALED_CHUNK]);
    assert_eq!(kept.verify(&mixed).unwrap_err().code, "backup.damaged");
    let exchanged = [&other[..from], &whole[start..]].concat();
    assert_eq!(kept.verify(&exchanged).unwrap_err().code, "backup.damaged");
}

#[test]
fn a_vault_inside_that_is_another_one_is_noticed() {
    let kept = Kept::new();
    let whole = std::fs::read(&kept.file).unwrap();
    let (at, start) = (vault_at(&whole), stream_at(&whole));
    kept.world.done(generate("later"));
    let newer = std::fs::read(kept.folder.path().join("data").join(VAULT)).unwrap();
    let length = u32::try_from(newer.len()).unwrap().to_be_bytes();
    let exchanged = [&whole[..at - 4], &length, &newer, &whole[start..]].concat();
    assert_eq!(kept.verify(&exchanged).unwrap_err().code, "backup.damaged");
}

#[test]
fn what_a_newer_version_made_is_refused_with_its_name() {
    let kept = Kept::new();
    let mut newer = std::fs::read(&kept.file).unwrap();
    newer[9] = 2;
    let report = kept.verify(&newer).unwrap_err();
    assert_eq!(report.code, "backup.newer-version");
    assert!(report.what.contains("made it"), "{}", report.what);
    assert!(report.what.contains("chancery 0."), "{}", report.what);
    let target = kept.folder.path().join("restored");
    let file = kept.written(&newer);
    assert_eq!(
        restored(&file, &target).unwrap_err().code,
        "backup.newer-version"
    );
    assert!(!target.exists());
}

#[test]
fn what_is_no_backup_is_told_and_lengths_are_not_believed() {
    let kept = Kept::new();
    let code = |bytes: &[u8]| kept.verify(bytes).unwrap_err().code;
    assert_eq!(code(b""), "backup.damaged");
    assert_eq!(code(b"-----BEGIN CERTIFICATE-----"), "backup.not-a-backup");
    assert_eq!(code(&[0; 100_000]), "backup.not-a-backup");
    let whole = std::fs::read(&kept.file).unwrap();
    for lie in [[0xff; 4], [0, 0xff, 0xff, 0xff], [0, 0, 0xff, 0xff]] {
        let mut manifest = whole.clone();
        manifest[10..14].copy_from_slice(&lie);
        assert_eq!(code(&manifest), "backup.damaged");
        let mut vault = whole.clone();
        let at = vault_at(&whole);
        vault[at - 4..at].copy_from_slice(&lie);
        assert!(code(&vault).starts_with("backup."));
    }
    let missing = kept.folder.path().join("missing");
    assert_eq!(
        read_manifest(&missing).unwrap_err().code,
        "backup.cannot-read"
    );
    assert_eq!(
        read_manifest(kept.folder.path()).unwrap_err().code,
        "backup.cannot-read"
    );
}

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

#[test]
fn the_schedule_makes_the_first_one_at_once_and_the_next_when_it_is_due() {
    let (folder, world, _) = on_disk();
    let place = folder.path().join("backups");
    world.done(schedule(&place, 24, 3));
    eventually("the first one is there", || {
        status(&world).last_made.is_some()
    });
    let first = status(&world);
    let made = first.last_made.clone().unwrap();
    assert_eq!(made.file, place.join("chancery-2026-11-22T000000Z.backup"));
    assert!(made.scheduled && made.keys_inside);
    // The root's key is attended, and nobody was asked for the passphrase.
    assert!(!made.all_keys_tried);
    assert_eq!(first.next_due, Some(world.clock.now().plus_secs(24 * 3600)));
    let manifest = read_manifest(&made.file).unwrap();
    assert!(manifest.scheduled && manifest.keys_inside);
    let (_, trial) = tried(&made.file, passphrase()).unwrap();
    assert_eq!(outcomes(&trial), [KeyTrial::Signed; 2]);
    let asked = Command::Backup(BackupCommand::CreateScheduled);
    assert_eq!(world.done(asked).0, Fact::Backup(BackupFact::NotDue));
    world.clock.advance_days(1);
    eventually("the second one is there", || names(&place).len() == 2);
    world.done(Command::Backup(BackupCommand::ClearSchedule));
    world.clock.advance_days(9);
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert_eq!(names(&place).len(), 2);
    assert_eq!(
        (status(&world).schedule, status(&world).next_due),
        (None, None)
    );
}

#[test]
fn the_oldest_that_the_schedule_made_go_and_nothing_else_does() {
    let (folder, world, _) = on_disk();
    let place = folder.path().join("backups");
    std::fs::create_dir(&place).unwrap();
    let mut others = Vec::new();
    for (name, content) in [
        ("chancery-2020-01-01T000000Z.backup", "not a backup"),
        ("notes.txt", "mine"),
    ] {
        std::fs::write(place.join(name), content).unwrap();
        others.push(name.to_owned());
    }
    // By hand, under a name as the schedule gives them; and one of another installation.
    created(
        &world,
        &place.join("chancery-2020-01-02T000000Z.backup"),
        true,
    );
    let (_folder, stranger, _) = on_disk();
    stranger.clock.advance_days(-700);
    stranger.done(schedule(&place, 24, 1));
    eventually("the other one's is there", || names(&place).len() == 4);
    stranger.done(Command::Backup(BackupCommand::ClearSchedule));
    others.extend(
        names(&place)
            .into_iter()
            .filter(|name| !others.contains(name))
            .collect::<Vec<_>>(),
    );
    world.done(schedule(&place, 24, 2));
    for day in 0..4 {
        eventually("one more was made", || {
            let made = status(&world).last_made;
            made.is_some_and(|it| it.scheduled && it.at == world.clock.now())
        });
        let kept = names(&place).len() - others.len();
        assert_eq!(kept, (day + 1).min(2));
        world.clock.advance_days(1);
    }
    assert!(
        others.iter().all(|name| names(&place).contains(name)),
        "{others:?}"
    );
}

#[test]
fn what_is_due_while_the_vault_is_locked_waits_for_it_and_health_says_so() {
    let (folder, world, _) = on_disk();
    let place = folder.path().join("backups");
    world.done(Command::Vault(VaultCommand::Lock));
    world.done(schedule(&place, 24, 3));
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert_eq!(names(&place), Vec::<String>::new());
    assert!(status(&world).waits_for_unlock);
    let warnings = world.health().warnings;
    assert!(
        warnings
            .iter()
            .any(|it| it.contains("waits until the vault is unlocked"))
    );
    world.unlock();
    eventually("it was made", || status(&world).last_made.is_some());
    assert_eq!(world.health().warnings, Vec::<String>::new());
}

#[test]
fn a_failed_one_is_told_with_its_reason_and_touches_no_older_one() {
    let (folder, world, _) = on_disk();
    let place = folder.path().join("backups");
    world.done(schedule(&place, 24, 1));
    eventually("the first one is there", || {
        status(&world).last_made.is_some()
    });
    let moved = folder.path().join("unplugged");
    std::fs::rename(&place, &moved).unwrap();
    let older = names(&moved);
    world.clock.advance_days(1);
    eventually("it has failed", || status(&world).last_failure.is_some());
    let failure = status(&world).last_failure.unwrap();
    assert_eq!(failure.report.code, "backup.cannot-write");
    let warnings = world.health().warnings;
    assert!(
        warnings[0].contains("failed") && warnings[0].contains("backups"),
        "{warnings:?}"
    );
    assert_eq!(names(&moved), older);
    assert!(
        !place.exists(),
        "a disk that is not there is not replaced by a folder"
    );
    std::fs::rename(&moved, &place).unwrap();
    world.clock.set(world.clock.now().plus_secs(15 * 60));
    eventually("the next try succeeds", || {
        status(&world).last_failure.is_none()
    });
    assert_eq!(world.health().warnings, Vec::<String>::new());
    assert_eq!(names(&place).len(), 1);
    assert_ne!(names(&place), older);
}

#[test]
fn one_with_a_fault_removes_no_older_one() {
    let (folder, world, _) = on_disk();
    let (data, place) = (folder.path().join("data"), folder.path().join("backups"));
    world.done(schedule(&place, 24, 1));
    eventually("the first one is there", || {
        status(&world).last_made.is_some()
    });
    drop(world);
    std::fs::copy(data.join(VAULT), folder.path().join("older")).unwrap();
    let world = World::at(&data);
    world.unlock();
    world.done(generate("lost"));
    drop(world);
    std::fs::copy(folder.path().join("older"), data.join(VAULT)).unwrap();
    let world = World::at(&data);
    unlock_older(&world);
    world.clock.advance_days(1);
    eventually("one with a fault was made", || {
        status(&world).last_failure.is_some()
    });
    assert_eq!(
        status(&world).last_failure.unwrap().report.code,
        "backup.trial-failed"
    );
    assert!(world.health().warnings[0].contains("lost"));
    assert_eq!(names(&place).len(), 2);
}

#[test]
fn a_schedule_that_means_nothing_is_refused() {
    let (folder, world, _) = on_disk();
    for (hours, keep) in [(0, 1), (1, 0), (8761, 1), (1, 1001)] {
        let report = world.refused(schedule(folder.path(), hours, keep));
        assert_eq!(
            (report.code.as_ref(), report.kind),
            ("backup.schedule", Kind::Malformed)
        );
    }
    let report = world.refused(schedule(Path::new("here"), 24, 7));
    assert_eq!(report.code, "backup.schedule");
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let report = world.refused(schedule(&file, 24, 7));
    assert_eq!(report.code, "backup.cannot-write");
    assert_eq!(status(&world).schedule, None);
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
        } => Ok((manifest, trial)),
        Ending::Failed(report) => Err(report),
        other => panic!("expected a trial, got {other:?}"),
    }
}

fn schedule(folder: &Path, every_hours: u32, keep: u32) -> Command {
    Command::Backup(BackupCommand::SetSchedule {
        schedule: BackupSchedule {
            folder: folder.to_owned(),
            every_hours,
            keep,
            keys_inside: true,
        },
    })
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

/// A full chunk of the stream, sealed.
const SEALED_CHUNK: usize = (64 << 10) + 16;
