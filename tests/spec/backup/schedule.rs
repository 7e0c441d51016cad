//! Backups that are made by themselves.

use std::path::Path;

use chancery_engine::api::{
    BackupCommand, BackupFact, BackupSchedule, Clock, Command, Fact, KeyTrial, Kind, VaultCommand,
};
use chancery_engine::read_manifest;
use spec::{World, eventually, passphrase};

use super::{created, names, on_disk, outcomes, status, tried, unlock_older};
use crate::store::{VAULT, generate};

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
fn a_clock_that_ran_ahead_costs_no_backup_and_does_not_put_the_schedule_to_sleep() {
    let (folder, world, _) = on_disk();
    let place = folder.path().join("backups");
    let made_now = || {
        eventually("one is made now", || {
            let made = status(&world).last_scheduled;
            made.is_some_and(|it| it.at == world.clock.now() && it.file.exists())
        });
    };
    world.clock.advance_days(3650);
    world.done(schedule(&place, 24, 1));
    made_now();
    let ahead = names(&place);
    world.clock.advance_days(-3650);
    made_now();
    world.clock.advance_days(1);
    made_now();
    let there = names(&place);
    assert_eq!(there.len(), 2, "{there:?}");
    assert!(
        there.contains(&ahead[0]),
        "it is not removed before its day"
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
