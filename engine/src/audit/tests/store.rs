//! From the store's own rows to an export, and the chain followed in steps.

use std::sync::Arc;

use super::*;
use crate::store::audit::{Entry, checkpoint};
use crate::store::{Change, Home, Snapshot, Store, SystemDisk};

/// A store in memory with this many entries; the writer links them.
fn store_with(entries: u64) -> Store {
    let store = Store::open(&Home::Memory, Arc::new(SystemDisk), |_| {}).unwrap();
    let audit = (1..=entries).map(|number| serde_json::from_str::<Entry>(&body(number)).unwrap());
    commit(&store, Change::of(Vec::new(), audit.collect()));
    store
}

fn commit(store: &Store, change: Change) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    assert!(runtime.block_on(store.commit(change)).is_ok());
}

fn seal_in(store: &Store, sequence: u64, text: String) {
    commit(
        store,
        Change::of(vec![checkpoint(sequence, text)], Vec::new()),
    );
}

fn stepped(snapshot: &Snapshot, count: usize) -> Verification {
    let key = spki(1);
    let seals = Seals {
        store: STORE,
        key_spki: &key,
    };
    let mut follower = Follower::default();
    while step(&mut follower, snapshot, Some(&seals), count).unwrap() {}
    follower.finish()
}

#[test]
fn a_store_is_exported_and_verified_and_followed_in_steps_of_any_size() {
    let store = store_with(20);
    let entry = store.snapshot().unwrap().audit_entry(12).unwrap().unwrap();
    seal_in(&store, 12, sealed(&entry).1);
    let snapshot = store.snapshot().unwrap();
    let mut export = Vec::new();
    assert_eq!(write(&snapshot, STORE, &mut export).unwrap(), 20);
    let found = found_in(&export, None);
    assert_eq!((found.complete_to, found.sealed_to), (20, Some(12)));
    assert!(found.faults.is_empty());
    for count in [2, 3, 7, 19, 20, 21, 100] {
        assert_eq!(stepped(&snapshot, count), found);
    }
}

#[test]
fn a_stores_own_bad_checkpoints_are_named_whatever_the_size_of_a_step() {
    let store = store_with(20);
    let entry = |number| {
        store
            .snapshot()
            .unwrap()
            .audit_entry(number)
            .unwrap()
            .unwrap()
    };
    let mut beyond = entry(20);
    beyond.sequence = 25;
    seal_in(&store, 5, sealed_by(2, STORE, &entry(5)).1);
    seal_in(&store, 8, sealed(&entry(9)).1);
    seal_in(
        &store,
        11,
        sealed(&chain(11)[10]).1.replace("\n11\n", "\n12\n"),
    );
    seal_in(&store, 25, sealed(&beyond).1);
    let snapshot = store.snapshot().unwrap();
    for count in [2, 7, 20, 100] {
        let found = stepped(&snapshot, count);
        for (fault, words) in found.faults.iter().zip([
            "checkpoint of entry 5: the checkpoint was signed with another key",
            "checkpoint of entry 8: it seals entry 9 instead",
            "checkpoint of entry 11: the checkpoint was altered or forged",
            "rolled back or cut: the last entry is 20, but a checkpoint seals entry 25",
        ]) {
            assert!(fault.starts_with(words), "{fault}");
        }
        assert_eq!(found.faults.len(), 4);
    }
}
