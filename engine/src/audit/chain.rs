//! Follows the chain entry by entry and names what does not fit.

use serde::{Deserialize, Serialize};

use super::seal::Checkpoint;
use crate::store::audit::{StoredEntry, link};

/// What following the chain has found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Verification {
    /// Every entry up to this one is there and follows from the one before it.
    pub(crate) complete_to: u64,
    /// One sentence for each fault, without a full stop; empty for none.
    pub(crate) faults: Vec<String>,
    /// The last entry, not beyond `complete_to`, that a checkpoint vouches for.
    pub(crate) sealed_to: Option<u64>,
}

/// How far the chain has been followed. Plain data, so that a job can be taken up again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Follower {
    /// One more than the highest sequence so far.
    next: u64,
    complete_to: u64,
    sealed_to: Option<u64>,
    /// What the next entries may follow, newest last. More than one, so that after a fault only
    /// the faulty entry is named and not each one behind it.
    ends: Vec<End>,
    /// Sealed ends that have not come yet.
    awaited: Vec<Seal>,
    /// First and last of entries that were passed over.
    holes: Vec<(u64, u64)>,
    faults: Vec<String>,
    /// Faults beyond the limit, only counted.
    unnamed: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct End {
    sequence: u64,
    link: [u8; 32],
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
struct Seal {
    sequence: u64,
    link: [u8; 32],
}

impl Default for Follower {
    fn default() -> Self {
        let beginning = End {
            sequence: 0,
            link: [0; 32],
        };
        Self {
            next: 1,
            complete_to: 0,
            sealed_to: None,
            ends: vec![beginning],
            awaited: Vec::new(),
            holes: Vec::new(),
            faults: Vec::new(),
            unnamed: 0,
        }
    }
}

impl Follower {
    /// Which entry should come now.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Takes the next entry in the order in which they are kept. A fault is noted, and the chain is
    /// taken up again behind it.
    pub(crate) fn follow(&mut self, entry: &StoredEntry) {
        let sequence = entry.sequence;
        if !is_number(sequence) {
            return self.fault(format!(
                "entry {sequence} cannot be: entries are numbered from 1 to {LAST}"
            ));
        }
        self.put_in_order(sequence);
        self.tie(entry);
        self.compare(sequence);
        if self.is_faultless() {
            self.complete_to = sequence;
        }
        self.next = self.next.max(sequence + 1);
    }

    /// Holds the chain against a checkpoint, whose signature has been verified: at once if its
    /// entry has just been followed, else as soon as it comes.
    pub(crate) fn expect(&mut self, checkpoint: &Checkpoint) {
        let seal = Seal {
            sequence: checkpoint.sequence,
            link: checkpoint.link,
        };
        if self.awaited.contains(&seal) {
            return;
        }
        if self.awaited.len() == MAX_AWAITED {
            let sequence = seal.sequence;
            return self.fault(format!(
                "the checkpoint of entry {sequence} does not stand behind that entry"
            ));
        }
        self.awaited.push(seal);
        self.compare(checkpoint.sequence);
    }

    /// Notes what is wrong with the place where the entry is kept, not with the entry.
    pub(super) fn fault(&mut self, sentence: String) {
        match self.holes.len() + self.faults.len() < MAX_FAULTS {
            true => self.faults.push(sentence),
            false => self.unnamed = self.unnamed.saturating_add(1),
        }
    }

    /// Nothing more will come.
    pub(crate) fn finish(mut self) -> Verification {
        let last = self.next - 1;
        for seal in std::mem::take(&mut self.awaited) {
            let sealed = seal.sequence;
            let is_missing = self.holes.iter().any(|hole| contains(hole, sealed));
            self.fault(match () {
                () if last < sealed => format!(
                    "rolled back or cut: the last entry is {last}, but a checkpoint seals entry {sealed}"
                ),
                () if is_missing => format!(
                    "rolled back or rewritten: entry {sealed}, which a checkpoint seals, is missing"
                ),
                () => format!("the checkpoint of entry {sealed} does not stand behind that entry"),
            });
        }
        let mut faults: Vec<String> = self.holes.iter().map(missing).collect();
        faults.append(&mut self.faults);
        if 0 < self.unnamed {
            faults.push(format!("there are {} further faults", self.unnamed));
        }
        Verification {
            complete_to: self.complete_to,
            faults,
            sealed_to: self.sealed_to,
        }
    }

    fn is_faultless(&self) -> bool {
        self.holes.is_empty() && self.faults.is_empty() && self.unnamed == 0
    }

    /// Entries stand from 1 upwards, without holes.
    fn put_in_order(&mut self, sequence: u64) {
        let last = self.next - 1;
        if self.next < sequence {
            self.hole(self.next, sequence - 1);
        } else if sequence < self.next {
            let was_missing = self.fill(sequence);
            self.fault(match was_missing {
                true => format!("entry {sequence} is out of order: it stands behind entry {last}"),
                false => {
                    format!("entry {sequence} stands there a second time, behind entry {last}")
                }
            });
        }
    }

    fn hole(&mut self, first: u64, last: u64) {
        match self.holes.len() + self.faults.len() < MAX_FAULTS {
            true => self.holes.push((first, last)),
            false => self.unnamed = self.unnamed.saturating_add(1),
        }
    }

    /// Whether the entry was thought missing; it no longer is.
    fn fill(&mut self, sequence: u64) -> bool {
        let found = self.holes.iter().position(|hole| contains(hole, sequence));
        let Some(at) = found else {
            return false;
        };
        let (first, last) = self.holes.remove(at);
        if sequence < last {
            self.holes.insert(at, (sequence + 1, last));
        }
        if first < sequence {
            self.holes.insert(at, (first, sequence - 1));
        }
        true
    }

    /// The link must come of the entry and of what it follows. An entry behind a hole has nothing
    /// to be held against; the hole itself is the fault then.
    fn tie(&mut self, entry: &StoredEntry) {
        let before = |end: &&End| end.sequence + 1 == entry.sequence;
        let made: Vec<[u8; 32]> = self
            .ends
            .iter()
            .filter(before)
            .map(|end| link(&end.link, entry.sequence, &entry.body))
            .collect();
        if let Some(expected) = made.last()
            && !made.contains(&entry.link)
        {
            let sequence = entry.sequence;
            self.fault(format!(
                "entry {sequence} was altered: its link does not fit what it says and what it follows"
            ));
            // If only the link was altered, the next entry follows the one it should have had.
            self.end(entry.sequence, *expected);
        }
        self.end(entry.sequence, entry.link);
    }

    fn end(&mut self, sequence: u64, link: [u8; 32]) {
        if self.ends.len() == MAX_ENDS {
            self.ends.remove(0);
        }
        self.ends.push(End { sequence, link });
    }

    /// Settles what is awaited of this entry, if it is there.
    fn compare(&mut self, sequence: u64) {
        let ends = self.ends.iter().filter(|end| end.sequence == sequence);
        let links: Vec<[u8; 32]> = ends.map(|end| end.link).collect();
        if links.is_empty() {
            return;
        }
        let is_due = |seal: &Seal| seal.sequence == sequence;
        let (due, later) = std::mem::take(&mut self.awaited)
            .into_iter()
            .partition(is_due);
        self.awaited = later;
        let due: Vec<Seal> = due;
        for seal in due {
            if !links.contains(&seal.link) {
                self.fault(format!(
                    "rolled back or rewritten: entry {sequence} is not the one that a checkpoint seals"
                ));
            } else if self.is_faultless() {
                self.sealed_to = self.sealed_to.max(Some(sequence));
            }
        }
    }
}

/// Whether an entry can have this sequence.
pub(super) fn is_number(sequence: u64) -> bool {
    (1..=LAST).contains(&sequence)
}

fn contains((first, last): &(u64, u64), sequence: u64) -> bool {
    (*first..=*last).contains(&sequence)
}

fn missing((first, last): &(u64, u64)) -> String {
    let behind = last + 1;
    match first == last {
        true => format!("entry {first} is missing, so that entry {behind} cannot be checked"),
        false => format!(
            "entries {first} to {last} are missing, so that entry {behind} cannot be checked"
        ),
    }
}

/// The largest number that JSON readers of every language hold exactly.
const LAST: u64 = (1 << 53) - 1;

const MAX_FAULTS: usize = 200;

const MAX_ENDS: usize = 8;

const MAX_AWAITED: usize = 64;
