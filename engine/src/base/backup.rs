//! What a backup says of itself, and what trying it out has shown.

use serde::{Deserialize, Serialize};

use super::{AuthorityId, Timestamp};

/// The head of a backup, which anybody can read; only opening the backup proves it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct BackupManifest {
    pub made: Timestamp,
    /// `chancery 0.1.0`.
    pub made_by: String,
    /// Whether it was made by the schedule, which may remove it again.
    pub scheduled: bool,
    /// Hexadecimal id of the vault, which names the store too.
    pub vault: String,
    /// Whether the private keys are in it, sealed as they are in the vault.
    pub keys_inside: bool,
    /// How many changes the store had seen.
    pub revision: u64,
    /// Version of the store's tables.
    pub store_format: u64,
    pub audit_entries: u64,
    /// The newest one; it shows what the audit was then, also to those who cannot open the backup.
    pub checkpoint: Option<String>,
    pub authorities: u64,
    pub certificates: u64,
    pub requests: u64,
    pub keys: u64,
}

/// What restoring it in memory has shown.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct BackupTrial {
    /// One sentence for each; empty where it can be restored.
    pub faults: Vec<String>,
    /// Rows of the store that were read.
    pub rows: u64,
    /// Every entry of the audit up to this one follows from the one before it.
    pub audit_complete_to: u64,
    /// Records of the vault that were opened and fit the public key beside them.
    pub records_opened: u64,
    /// Whether what opened it opens the keys of authorities too.
    pub authority_keys_opened: bool,
    pub authorities: Vec<AuthorityTrial>,
}

/// What became of the test signature of one authority.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct AuthorityTrial {
    pub id: AuthorityId,
    pub name: String,
    pub key: KeyTrial,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum KeyTrial {
    /// The backup does not hold it.
    Absent,
    /// It should be there and sign, and does not; a fault says why.
    Failed,
    /// It is there; only the passphrase opens it, and that was not given.
    Sealed,
    /// It signed, and the signature fits the authority's certificate.
    Signed,
}

/// What is done by itself, and how often.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct BackupSchedule {
    /// Where to, as a whole path; made where it is missing, when the schedule is set.
    pub folder: std::path::PathBuf,
    pub every_hours: u32,
    /// So many of those that the schedule made stay; older ones are removed.
    pub keep: u32,
    pub keys_inside: bool,
}
