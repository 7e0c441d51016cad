//! Each entry that is altered, dropped, reordered or replayed is named.

use super::*;

#[test]
fn an_untouched_chain_is_complete_and_later_entries_cannot_be_excluded() {
    let found = followed(&chain(20));
    assert_eq!(found.complete_to, 20);
    assert!(found.faults.is_empty());
    assert_eq!(
        words(&found)[0],
        "complete up to entry 20; later entries cannot be excluded"
    );
    assert!(words(&found)[1].starts_with("no checkpoint seals it"));
}

#[test]
fn each_altered_entry_is_named_and_no_other() {
    for sequence in 1..=20 {
        let mut entries = chain(20);
        entries[sequence as usize - 1].body = body(sequence).replace("done", "gone");
        let found = followed(&entries);
        assert_eq!(found.faults.len(), 1, "{:?}", found.faults);
        assert!(names(&found, sequence) && found.faults[0].contains("altered"));
        assert_eq!(found.complete_to, sequence - 1);
    }
}

#[test]
fn each_altered_link_is_named_and_no_other() {
    for sequence in 1..=20 {
        let mut entries = chain(20);
        entries[sequence as usize - 1].link[31] ^= 1;
        let found = followed(&entries);
        assert_eq!(found.faults.len(), 1, "{:?}", found.faults);
        assert!(names(&found, sequence) && found.faults[0].contains("altered"));
    }
}

#[test]
fn each_dropped_entry_is_named() {
    for sequence in 1..20 {
        let mut entries = chain(20);
        entries.remove(sequence as usize - 1);
        let found = followed(&entries);
        assert_eq!(
            found.faults,
            [format!(
                "entry {sequence} is missing, so that entry {} cannot be checked",
                sequence + 1
            )]
        );
        assert_eq!(found.complete_to, sequence - 1);
    }
}

#[test]
fn several_dropped_entries_are_named_together() {
    let mut entries = chain(20);
    entries.drain(4..9);
    let found = followed(&entries);
    assert_eq!(
        found.faults,
        ["entries 5 to 9 are missing, so that entry 10 cannot be checked"]
    );
}

#[test]
fn each_pair_of_swapped_entries_is_named() {
    for sequence in 1..20 {
        let mut entries = chain(20);
        entries.swap(sequence as usize - 1, sequence as usize);
        let found = followed(&entries);
        assert_eq!(
            found.faults,
            [format!(
                "entry {sequence} is out of order: it stands behind entry {}",
                sequence + 1
            )]
        );
    }
}

#[test]
fn contents_swapped_under_their_numbers_are_named() {
    for sequence in 1..20 {
        let mut entries = chain(20);
        let at = sequence as usize;
        let (front, back) = entries.split_at_mut(at);
        std::mem::swap(&mut front[at - 1].body, &mut back[0].body);
        let found = followed(&entries);
        assert!(names(&found, sequence) && names(&found, sequence + 1));
        assert_eq!(found.faults.len(), 2);
    }
}

#[test]
fn each_replayed_entry_is_named_and_no_other() {
    for sequence in 1..=20 {
        let mut entries = chain(20);
        let again = copy(&entries[sequence as usize - 1]);
        entries.insert(15.max(sequence as usize), again);
        let found = followed(&entries);
        assert_eq!(found.faults.len(), 1, "{:?}", found.faults);
        assert!(names(&found, sequence) && found.faults[0].contains("a second time"));
    }
}

#[test]
fn each_entry_replayed_under_a_new_number_is_named() {
    for sequence in 1..=20 {
        let mut entries = chain(20);
        let mut again = copy(&entries[sequence as usize - 1]);
        again.sequence = 21;
        entries.push(again);
        let found = followed(&entries);
        assert!(found.faults[0].starts_with("entry 21 was altered"));
        assert_eq!(found.complete_to, 20);
    }
}

#[test]
fn every_fault_is_named_not_only_the_first() {
    let mut entries = chain(20);
    entries[17].body = body(99);
    entries.remove(10);
    entries[3].link[0] ^= 1;
    let found = followed(&entries);
    assert!(names(&found, 4) && names(&found, 11) && names(&found, 18));
    assert_eq!(found.faults.len(), 3);
    assert_eq!(found.complete_to, 3);
    assert_eq!(words(&found)[3], "complete up to entry 3 and no further");
}

#[test]
fn numbers_that_cannot_be_are_named() {
    for sequence in [0, 1 << 53, u64::MAX] {
        let mut entries = chain(3);
        entries.insert(1, copy(&entries[0]));
        entries[1].sequence = sequence;
        let found = followed(&entries);
        assert_eq!(found.faults.len(), 1);
        assert!(found.faults[0].starts_with(&format!("entry {sequence} cannot be")));
    }
}

#[test]
fn endless_faults_are_counted_and_do_not_fill_the_memory() {
    let mut entries = chain(1000);
    entries.iter_mut().for_each(|entry| entry.link = [7; 32]);
    let found = followed(&entries);
    assert_eq!(found.faults.len(), 201);
    assert_eq!(found.faults[200], "there are 800 further faults");
}

#[test]
fn a_follower_can_be_put_away_and_taken_up_between_any_two_entries() {
    let mut entries = chain(20);
    entries[7].link[3] ^= 1;
    entries.swap(14, 15);
    let mut follower = Follower::default();
    for entry in &entries {
        follower.follow(entry);
        let stored = serde_json::to_string(&follower).unwrap();
        follower = serde_json::from_str(&stored).unwrap();
    }
    assert_eq!(follower.finish(), followed(&entries));
}
