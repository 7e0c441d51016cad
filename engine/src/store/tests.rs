//! The promises of the writer, one by one.

use std::sync::mpsc::{Receiver, channel};

use redb::backends::InMemoryBackend;

use super::audit::{Entry, link};
use super::*;
use crate::api::{Actor, Area, Report};
use crate::base::{Fingerprint, Timestamp};

#[test]
fn a_refused_change_writes_nothing_and_its_neighbours_in_the_same_commit_stand() {
    let (outcomes, database) = in_one_commit(vec![
        change(1, allow()),
        change(2, refuse()),
        change(3, allow()),
    ]);
    let written: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(written, [true, false, true]);
    let after = snapshot(&database);
    assert_eq!(marks(&after), [true, false, true]);
    assert_eq!(after.audit_entries().unwrap(), 2);
    assert_eq!(after.at(), Revision(2));
}

#[test]
fn a_guard_sees_its_neighbours_in_the_same_commit() {
    let only_after_1: Guard = Box::new(|now| match now.barred(&mark(1))? {
        Some(_) => Ok(()),
        None => Err(StoreError::Stopped.into()),
    });
    let (outcomes, _) = in_one_commit(vec![change(1, allow()), change(2, only_after_1)]);
    assert!(outcomes.iter().all(Result::is_ok));
}

#[test]
fn a_guard_that_crashes_harms_nobody_else() {
    let crash: Guard = Box::new(|_| panic!("on purpose"));
    let (outcomes, database) = in_one_commit(vec![change(1, crash), change(2, allow())]);
    assert!(matches!(&outcomes[0], Err(Refused(report)) if report.code == "engine.bug"));
    assert_eq!(marks(&snapshot(&database)), [false, true, false]);
}

#[test]
fn each_entry_is_linked_to_the_one_before_over_commits_and_refusals() {
    let (_folder, store, _) = on_disk();
    for number in 1..=3 {
        let guard = if number == 2 { refuse() } else { allow() };
        wait(store.commit(change(number, guard))).ok();
    }
    let entries = store.snapshot().unwrap().audit_from(0, 10).unwrap();
    let mut previous = [0; 32];
    for (place, entry) in entries.iter().enumerate() {
        assert_eq!(entry.sequence, place as u64 + 1);
        assert_eq!(entry.link, link(&previous, entry.sequence, &entry.body));
        previous = entry.link;
    }
    assert_eq!(entries.len(), 2);
}

#[test]
fn news_of_a_change_is_there_before_its_sender_is_told() {
    let (_folder, store, news) = on_disk();
    let at = wait(store.commit(change(1, allow()))).unwrap();
    let heard: Vec<Notice> = news.try_iter().collect();
    let of = |area| Notice::Changed { area, at };
    assert_eq!(heard, [of(Area::Audit), of(Area::Key)]);
    wait(store.commit(change(2, refuse()))).unwrap_err();
    assert_eq!(news.try_iter().count(), 0);
}

#[test]
fn a_newer_format_is_refused_and_the_file_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    let file = folder.path().join(FILE_NAME);
    let source = Source::File(file.clone(), Arc::new(SystemDisk));
    let database = source.open().unwrap();
    let transaction = database.begin_write().unwrap();
    let mut meta = transaction.open_table(tables::META).unwrap();
    meta.insert("format", 2).unwrap();
    drop(meta);
    transaction.commit().unwrap();
    drop(database);
    let before = std::fs::read(&file).unwrap();
    let refused = open(folder.path()).map(drop).unwrap_err();
    assert!(matches!(refused, StoreError::NewerFormat { found: 2 }));
    assert_eq!(Report::from(refused).code, "store.newer-format");
    assert!(std::fs::read(&file).unwrap() == before);
}

#[test]
fn a_row_of_a_format_we_do_not_know_is_named_by_its_table() {
    let database = memory();
    let row = Put::bytes(Area::Key, tables::KEYS, 1, vec![2, b'{', b'}']);
    let unknown = Change::of(vec![row], Vec::new());
    writer::commit(&database, vec![unknown], &mut Vec::new()).unwrap();
    let Err(error) = snapshot(&database).keys() else {
        panic!("it was read")
    };
    let report = Report::from(error);
    assert_eq!(report.code, "store.damaged");
    assert!(report.what.contains("keys"), "{}", report.what);
}

#[test]
fn a_store_in_memory_says_that_it_has_stopped_when_it_cannot_be_read_anew() {
    let source = Source::Memory;
    let shared = Shared {
        database: RwLock::new(Some(Arc::new(memory()))),
        source,
        _lock: None,
    };
    assert!(matches!(shared.reopen(), Err(StoreError::Stopped)));
}

/// With a row in tables of several sorts.
pub(super) fn busy_store() -> (Database, Snapshot) {
    let due = Put::due(Timestamp(5), 1, &crate::api::Duty::Backup);
    let name = Put::name(Area::Key, "key/www".to_owned(), 7);
    let row = Put::bytes(Area::Key, tables::KEYS, 7, vec![1, b'{', b'}']);
    let sealed = audit::checkpoint(1, "sealed".to_owned());
    let rows = Change::of(vec![due, name, row, sealed], Vec::new());
    memory_of(vec![change(1, allow()), change(2, allow()), rows])
}

/// A store in memory that has seen these changes.
pub(super) fn memory_of(changes: Vec<Change>) -> (Database, Snapshot) {
    let (_, database) = in_one_commit(changes);
    let seen = snapshot(&database);
    (database, seen)
}

/// What became of each, and the store afterwards.
fn in_one_commit(changes: Vec<Change>) -> (Vec<Result<(), Refused>>, Database) {
    let (database, mut outcomes) = (memory(), Vec::new());
    writer::commit(&database, changes, &mut outcomes).unwrap();
    let outcomes = outcomes.into_iter().map(|outcome| outcome.map(drop));
    (outcomes.collect(), database)
}

/// Leaves a mark and an audit entry.
fn change(number: u8, guard: Guard) -> Change {
    let entry = Entry {
        at: Timestamp(0),
        actor: Actor::Scheduler,
        action: "store.test".to_owned(),
        outcome: "done".to_owned(),
        resource: None,
        details: number.to_string(),
        cause: None,
        keys_used: Vec::new(),
    };
    Change {
        guard,
        ..Change::of(vec![Put::bar_key(mark(number), "a mark")], vec![entry])
    }
}

fn mark(number: u8) -> Fingerprint {
    Fingerprint::from_raw([number; 32])
}

fn marks(store: &Snapshot) -> [bool; 3] {
    [1, 2, 3].map(|number| store.barred(&mark(number)).unwrap().is_some())
}

fn allow() -> Guard {
    Box::new(|_| Ok(()))
}

fn refuse() -> Guard {
    Box::new(|_| Err(StoreError::Stopped.into()))
}

fn memory() -> Database {
    let backend = InMemoryBackend::new();
    let database = Builder::new().create_with_backend(backend).unwrap();
    version::prepare(&database).unwrap();
    database
}

fn snapshot(database: &Database) -> Snapshot {
    Snapshot::new(database.begin_read().unwrap()).unwrap()
}

fn on_disk() -> (tempfile::TempDir, Store, Receiver<Notice>) {
    let folder = tempfile::tempdir().unwrap();
    let (sender, news) = channel();
    let home = Home::Folder(folder.path().to_owned());
    // Not every test listens.
    let announce = move |notice| {
        sender.send(notice).ok();
    };
    let store = Store::open(&home, Arc::new(SystemDisk), announce).unwrap();
    (folder, store, news)
}

fn open(folder: &Path) -> Result<Store, StoreError> {
    let home = Home::Folder(folder.to_owned());
    Store::open(&home, Arc::new(SystemDisk), drop)
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}
