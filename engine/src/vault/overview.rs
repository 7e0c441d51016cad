//! What is told of a vault to those who ask how it stands.

use super::error::VaultError;
use super::file::Header;
use super::file::VaultId;
use super::slot::Slot;
use super::slot::SlotRow;
use crate::base::SlotId;
use crate::base::Timestamp;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum VaultState {
    Absent,
    Locked,
    Unlocked,
}

/// What may be told of a vault without opening it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Overview {
    pub(crate) id: VaultId,
    /// Grows by one with each writing of the file: a lower one than last seen is an old copy.
    pub(crate) generation: u64,
    /// Grows by one with each re-keying.
    pub(crate) epoch: u64,
    pub(crate) created: Timestamp,
    pub(crate) slots: Vec<SlotRow>,
    /// How many keys there are; `None` while locked.
    pub(crate) entries: Option<usize>,
}

/// What a check has found in order.
#[derive(Debug)]
pub(crate) struct CheckOutcome {
    /// Sealed records, grants included.
    pub(crate) records: usize,
    pub(crate) slots: Vec<(SlotId, SlotOutcome)>,
    /// Whether the records of authorities were opened too, for which the passphrase or
    /// the recovery code is needed.
    pub(crate) authority_records_opened: bool,
}

/// What a check found of one slot.
#[derive(Debug)]
pub(crate) enum SlotOutcome {
    Fails(VaultError),
    /// What it asks for was not given.
    NotTried,
    Opens,
}

impl Overview {
    pub(super) fn of(header: &Header, entries: Option<usize>) -> Self {
        Self {
            id: header.vault,
            generation: header.generation,
            epoch: header.epoch,
            created: header.created,
            slots: header.slots.iter().map(Slot::row).collect(),
            entries,
        }
    }
}
