//! What a person may decide about a profile of their own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{
    AddressKind, CertificatePolicy, CustomExtension, Field, KeyType, NameError, ObjectId, Take,
};

/// Everything about a profile that a person can change in a copy of it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ProfileContent {
    /// For people: `TLS server`.
    pub title: String,
    /// What it is for, one sentence.
    pub purpose: String,
    /// Lifetime in days, where nothing else is asked.
    pub default_days: u32,
    /// More than this only by a person who was warned, and never more than the profile it is a
    /// copy of allows.
    pub ceiling_days: u32,
    /// Extended key usage (RFC 5280, 4.2.1.12).
    pub purposes: Vec<ObjectId>,
    /// `None`: what follows from the purposes and the kind of key. What a key's algorithm cannot do
    /// is always left out.
    pub key_usage: Option<Vec<Usage>>,
    pub names: NameRule,
    /// Kinds of names it may carry.
    pub kinds: Vec<NameKind>,
    pub wildcards: bool,
    /// Types of key it takes; empty for all.
    pub key_types: Vec<KeyType>,
    /// The rules that differ from the usual ones.
    pub takes: Vec<(Field, Take)>,
    /// Addresses of the issuing authority that are not written.
    pub leave_out: Vec<AddressKind>,
    /// In addition to the authority's.
    pub policies: Vec<CertificatePolicy>,
    /// In addition to the authority's.
    pub extensions: Vec<CustomExtension>,
}

/// Whether certificates of a profile carry subject alternative names.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameRule {
    None,
    Optional,
    Required,
}

/// A kind of subject alternative name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum NameKind {
    Dns,
    Email,
    Ip,
    Uri,
}

/// A use of a leaf's key (RFC 5280, 4.2.1.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Usage {
    DigitalSignature,
    NonRepudiation,
    KeyEncipherment,
    DataEncipherment,
    KeyAgreement,
}

/// Gives an enum its list, and a text for each variant that it reads back from.
macro_rules! words {
    ($name:ident, $error:ident: $($variant:ident = $word:literal),+) => {
        impl $name {
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                let found = Self::ALL.into_iter().find(|it| it.word().eq_ignore_ascii_case(text));
                found.ok_or(NameError::$error)
            }
        }
    };
}

words!(NameKind, NameKindWord: Dns = "dns", Email = "email", Ip = "ip", Uri = "uri");
words!(NameRule, NameRuleWord: None = "none", Optional = "optional", Required = "required");
words!(
    Usage,
    UsageWord: DigitalSignature = "digitalSignature",
    NonRepudiation = "nonRepudiation",
    KeyEncipherment = "keyEncipherment",
    DataEncipherment = "dataEncipherment",
    KeyAgreement = "keyAgreement"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_from_its_own_text() {
        for kind in NameKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        for rule in NameRule::ALL {
            assert_eq!(rule.to_string().parse(), Ok(rule));
        }
        for usage in Usage::ALL {
            assert_eq!(usage.to_string().parse(), Ok(usage));
        }
        assert_eq!("keyCertSign".parse::<Usage>(), Err(NameError::UsageWord));
    }
}
