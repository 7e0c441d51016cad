//! Key pairs whose private half is in the vault. Only references ever come out.

use serde::{Deserialize, Serialize};

use super::{About, Area, Question, Resource};
use crate::base::{Fingerprint, KeyId, KeyType, KeyUse, Timestamp};

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
