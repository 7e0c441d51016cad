//! The vault: made, unlocked, locked, re-keyed.

use serde::{Deserialize, Serialize};

use super::{About, Area, Question, Resource};
use crate::base::{Secret, Timestamp};

#[non_exhaustive]
pub enum VaultCommand {
    ChangePassphrase {
        old: Secret<String>,
        new: Secret<String>,
    },
    /// Opens every record; those of authority keys too where a passphrase is given.
    Check {
        passphrase: Option<Secret<String>>,
    },
    /// Makes the vault and leaves it unlocked.
    Create {
        passphrase: Secret<String>,
    },
    Lock,
    Unlock {
        passphrase: Secret<String>,
    },
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum VaultFact {
    Checked {
        records: u64,
        /// Whether the records of authority keys were opened as well.
        authority_records_opened: bool,
        /// Keys in the vault that no row of the store knows, and the reverse.
        orphans: Vec<String>,
    },
    Created {
        id: String,
    },
    Locked,
    PassphraseChanged,
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
    /// `passphrase`.
    pub kind: String,
    pub label: String,
    pub created: Timestamp,
}

impl VaultCommand {
    pub(super) fn about(&self) -> About {
        let (action, details) = match self {
            Self::ChangePassphrase { .. } => {
                ("vault.passphrase", "change the passphrase and re-key")
            }
            Self::Check { .. } => ("vault.check", "open every record"),
            Self::Create { .. } => ("vault.create", "make the vault"),
            Self::Lock => ("vault.lock", "lock the vault"),
            Self::Unlock { .. } => ("vault.unlock", "unlock the vault"),
        };
        About {
            area: Area::Vault,
            action,
            resource: Resource::of("vault", "vault"),
            details: details.to_owned(),
            intent_first: matches!(self, Self::ChangePassphrase { .. } | Self::Create { .. }),
        }
    }
}
