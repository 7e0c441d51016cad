//! The vault: made, unlocked, locked, re-keyed, and the slots that open it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{About, Area, Question, Report, Resource};
use crate::base::{Secret, SlotId, Timestamp};

#[non_exhaustive]
pub enum VaultCommand {
    /// Lets the operating system's store open the vault: everyday keys, never an authority's.
    /// Needs an unlocked vault, as does adding a recovery code.
    AddOsStoreSlot {
        passphrase: Secret<String>,
        /// Which machine this is, for the list of slots.
        label: String,
        /// Reading the entry asks that a person is there (Touch ID). macOS only.
        presence: bool,
    },
    /// The code is made by the front end, with `recovery_code()`, and shown before it comes here.
    AddRecoverySlot {
        passphrase: Secret<String>,
        code: Secret<String>,
    },
    ChangePassphrase {
        old: Secret<String>,
        new: Secret<String>,
    },
    /// Opens every record; those of authority keys too where the passphrase or the recovery code
    /// is given. Tries every slot for which there is what it asks for.
    Check {
        passphrase: Option<Secret<String>>,
        code: Option<Secret<String>>,
    },
    /// Makes the vault and leaves it unlocked, with a recovery slot if there is a code.
    Create {
        passphrase: Secret<String>,
        recovery: Option<Secret<String>>,
    },
    Lock,
    /// Sets a new passphrase by the recovery code and re-keys. The code stays valid; who has typed
    /// it does well to make a new one.
    Recover {
        code: Secret<String>,
        new: Secret<String>,
    },
    /// Takes a slot away and re-keys. The passphrase's own is never taken away.
    RemoveSlot {
        id: SlotId,
        passphrase: Secret<String>,
    },
    Unlock {
        with: Opener,
        /// Takes a vault file that is older than the last one seen, which is refused otherwise.
        accept_older: bool,
    },
}

/// What opens the vault.
pub enum Opener {
    /// The entry that was put there when the slot was added; nothing is typed.
    OsStore,
    Passphrase(Secret<String>),
    Recovery(Secret<String>),
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum VaultFact {
    Checked {
        records: u64,
        /// Whether the records of authority keys were opened as well.
        authority_records_opened: bool,
        /// Keys in the vault that no row of the store knows.
        orphans: Vec<String>,
        /// Keys that rows of the store name and the vault lacks.
        missing: Vec<String>,
        slots: Vec<SlotCheck>,
    },
    Created {
        id: String,
    },
    Locked,
    PassphraseChanged {
        /// What a person should know of the other slots, in sentences without a full stop.
        remarks: Vec<String>,
    },
    Recovered {
        remarks: Vec<String>,
        /// The slot of the code that was typed.
        slot: SlotId,
    },
    SlotAdded {
        id: SlotId,
        kind: SlotKind,
    },
    SlotRemoved {
        id: SlotId,
        remarks: Vec<String>,
    },
    Unlocked,
}

/// Asks whether there is a vault and whether it is open.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct VaultStatusQuestion;

impl Question for VaultStatusQuestion {
    type Answer = VaultStatus;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct VaultStatus {
    pub state: VaultState,
    /// Hexadecimal; `None` where there is no vault.
    pub id: Option<String>,
    pub slots: Vec<SlotRow>,
    /// Seconds without a command by a person after which it locks itself; `None` for never.
    pub idle_lock_secs: Option<u64>,
}

impl VaultStatus {
    /// Whether one of the slots is of that kind.
    pub fn has(&self, kind: SlotKind) -> bool {
        self.slots.iter().any(|slot| slot.kind == kind)
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VaultState {
    Absent,
    Locked,
    Unlocked,
}

/// One way to open the vault; never what opens it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct SlotRow {
    pub id: SlotId,
    pub kind: SlotKind,
    pub label: String,
    pub created: Timestamp,
    /// Whether it opens the keys of authorities too, or everyday ones alone.
    pub opens_authorities: bool,
}

/// What a slot asks for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum SlotKind {
    OsStore,
    Passphrase,
    Recovery,
    /// Made by a later version of this program.
    Unknown,
}

impl fmt::Display for SlotKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::OsStore => "operating system's store",
            Self::Passphrase => "passphrase",
            Self::Recovery => "recovery code",
            Self::Unknown => "a later version's slot",
        })
    }
}

/// What a check found of one slot.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct SlotCheck {
    pub id: SlotId,
    pub kind: SlotKind,
    pub label: String,
    pub outcome: SlotOutcome,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlotOutcome {
    Fails(Report),
    /// What it asks for was not given.
    NotTried,
    Opens,
}

impl VaultCommand {
    /// By the passphrase, and no older copy of the file.
    pub const fn unlock(passphrase: Secret<String>) -> Self {
        Self::Unlock {
            with: Opener::Passphrase(passphrase),
            accept_older: false,
        }
    }

    pub(super) fn about(&self) -> About {
        let (action, details) = match self {
            Self::AddOsStoreSlot { .. } => (
                "vault.add-slot",
                "let the operating system's store open the vault",
            ),
            Self::AddRecoverySlot { .. } => ("vault.add-slot", "add a recovery code"),
            Self::ChangePassphrase { .. } => {
                ("vault.passphrase", "change the passphrase and re-key")
            }
            Self::Check { .. } => ("vault.check", "open every record"),
            Self::Create { recovery: None, .. } => ("vault.create", "make the vault"),
            Self::Create { .. } => ("vault.create", "make the vault, with a recovery code"),
            Self::Lock => ("vault.lock", "lock the vault"),
            Self::Recover { .. } => (
                "vault.recover",
                "set a new passphrase by the recovery code and re-key",
            ),
            Self::RemoveSlot { .. } => ("vault.remove-slot", "take a slot away and re-key"),
            Self::Unlock {
                accept_older: true, ..
            } => ("vault.unlock", "unlock the vault, an older copy of it too"),
            Self::Unlock { with, .. } => ("vault.unlock", with.words()),
        };
        About {
            area: Area::Vault,
            action,
            resource: Resource::of("vault", "vault"),
            details: match self {
                Self::RemoveSlot { id, .. } => format!("{details}: {id}"),
                _ => details.to_owned(),
            },
            intent_first: matches!(
                self,
                Self::AddOsStoreSlot { .. }
                    | Self::AddRecoverySlot { .. }
                    | Self::ChangePassphrase { .. }
                    | Self::Create { .. }
                    | Self::Recover { .. }
                    | Self::RemoveSlot { .. }
            ),
        }
    }
}

impl Opener {
    const fn words(&self) -> &'static str {
        match self {
            Self::OsStore => "unlock the vault by the operating system's store",
            Self::Passphrase(_) => "unlock the vault",
            Self::Recovery(_) => "unlock the vault by the recovery code",
        }
    }
}
