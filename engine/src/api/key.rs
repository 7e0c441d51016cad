//! Key pairs whose private half is in the vault. Only references ever come out.

use serde::{Deserialize, Serialize};

use super::{About, Area, Custody, Question, Resource};
use crate::base::{CertificateId, Fingerprint, KeyId, KeyType, KeyUse, Timestamp};

#[non_exhaustive]
pub enum KeyCommand {
    /// Makes a key pair for certificates to come.
    Generate { name: String, key_type: KeyType },
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum KeyFact {
    Generated { id: KeyId },
}

/// Asks for every key, oldest first.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListKeys;

impl Question for ListKeys {
    type Answer = Vec<KeyRow>;
}

/// Asks which key is meant by an id or an unambiguous name.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct FindKey(pub String);

impl Question for FindKey {
    type Answer = KeyId;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct KeyRow {
    pub id: KeyId,
    pub name: String,
    pub key_type: KeyType,
    pub used_for: KeyUse,
    pub created: Timestamp,
    /// Of the SubjectPublicKeyInfo's DER encoding.
    pub fingerprint: Fingerprint,
    /// `None` for an everyday key: it opens with the vault.
    pub custody: Option<Custody>,
    /// `None` while it has signed nothing since uses are counted.
    pub last_use: Option<LastUse>,
}

/// When a key was used last, and how often since uses are counted.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct LastUse {
    pub at: Timestamp,
    /// `sign a certificate`.
    pub purpose: String,
    pub count: u64,
}

/// Asks for one key and what stands on it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ShowKey(pub KeyId);

impl Question for ShowKey {
    type Answer = KeyDetail;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct KeyDetail {
    pub row: KeyRow,
    /// The name of the authority that signs with it.
    pub authority: Option<String>,
    /// Certificates of this key, newest first, by the names they have in the inventory.
    pub certificates: Vec<(CertificateId, String)>,
}

impl KeyCommand {
    pub(super) fn about(&self) -> About {
        match self {
            Self::Generate { name, key_type } => About {
                area: Area::Key,
                action: "key.generate",
                resource: Resource::of("key-name", name),
                details: format!("make a key pair {}, {}", name, key_type.title()),
                intent_first: false,
            },
        }
    }
}
