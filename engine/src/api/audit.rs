//! The audit: what happened, chained, sealed and verifiable elsewhere.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{About, Actor, Area, CommandId, Page, Question, Resource};
use crate::base::{Secret, Timestamp};

#[non_exhaustive]
pub enum AuditCommand {
    /// Goes on with a store that lacks entries which the vault has seen sealed: seals it as it is,
    /// so that the vault forgets them. `sealed` is the last one it has seen, so that nobody accepts
    /// what they were not told; the passphrase stands for a person.
    AcceptLoss {
        sealed: u64,
        passphrase: Secret<String>,
    },
    /// Signs the present end of the chain; the vault must be unlocked. `file` gets the checkpoint,
    /// to be kept where the operator of this installation cannot reach it.
    Checkpoint { file: Option<PathBuf> },
    /// Writes all entries and checkpoints as JSON lines.
    Export { file: PathBuf },
    /// Writes the public key that verifies checkpoints, PEM.
    ExportKey { file: PathBuf },
    /// Follows the chain from its first entry, as a job.
    Verify,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum AuditFact {
    Exported {
        file: PathBuf,
        entries: u64,
    },
    KeyExported {
        file: PathBuf,
    },
    LossAccepted {
        /// What the vault had seen sealed.
        before: u64,
        /// What it knows of from now on.
        sealed: u64,
    },
    Sealed {
        sequence: u64,
        file: Option<PathBuf>,
    },
    /// The end of a verification.
    Verified(Verification),
}

/// What following the chain has found.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// Every entry up to this one follows from the one before it.
    pub complete_to: u64,
    /// One sentence for each fault; empty for none.
    pub faults: Vec<String>,
    /// The last entry that a checkpoint vouches for.
    pub sealed_to: Option<u64>,
}

/// Asks for one page of the entries, newest first.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListAudit {
    pub filter: AuditFilter,
    pub first: u64,
    pub rows: u16,
}

#[derive(Clone, Debug, Default, Eq, Hash, PartialEq, Serialize, Deserialize)]
pub struct AuditFilter {
    /// What actor, action, resource or details must contain; empty for all.
    pub text: String,
    /// `refused`, `failed` or `done`; empty for all.
    pub outcome: String,
}

impl Question for ListAudit {
    type Answer = Page<AuditRow>;
}

/// One entry, as it is stored and exported.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct AuditRow {
    /// From 1, without holes.
    pub sequence: u64,
    pub at: Timestamp,
    pub actor: Actor,
    /// `certificate.issue`.
    pub action: String,
    /// `intent`, `done`, `refused` or `failed`.
    pub outcome: String,
    pub resource: Option<Resource>,
    pub details: String,
    pub cause: Option<CommandId>,
}

/// Asks how far the chain is sealed and verified.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct AuditStateQuestion;

impl Question for AuditStateQuestion {
    type Answer = AuditState;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct AuditState {
    pub entries: u64,
    pub sealed_to: Option<u64>,
    pub sealed_at: Option<Timestamp>,
    pub last_verification: Option<(Timestamp, Verification)>,
    /// Set where the store lacks entries that the vault has seen sealed.
    pub rolled_back: Option<String>,
    /// The last entry that the vault has seen sealed; it may be missing here.
    pub vault_sealed_to: Option<u64>,
}

impl AuditCommand {
    pub(super) fn about(&self) -> About {
        let (action, details) = match self {
            Self::AcceptLoss { sealed, .. } => (
                "audit.accept-loss",
                format!("go on without what the vault has seen sealed up to entry {sealed}"),
            ),
            Self::Checkpoint { .. } => ("audit.checkpoint", "seal the audit".to_owned()),
            Self::Export { file } => ("audit.export", format!("export to {}", file.display())),
            Self::ExportKey { file } => (
                "audit.export-key",
                format!("export the key to {}", file.display()),
            ),
            Self::Verify => ("audit.verify", "follow the chain".to_owned()),
        };
        About {
            area: Area::Audit,
            action,
            resource: Resource::of("audit", "audit"),
            details,
            // What is exported is no secret, and a file that hangs must be possible to call off.
            intent_first: matches!(self, Self::AcceptLoss { .. }),
        }
    }
}
