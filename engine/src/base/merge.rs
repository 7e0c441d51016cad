//! What a request asked, what the profile says, and what will be issued: a row per field.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A part of a certificate for which a rule decides between request and profile.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    BasicConstraints,
    ExtendedKeyUsage,
    KeyUsage,
    /// Subject alternative names.
    Names,
    /// An extension by its object id in dotted form.
    Other(String),
    Subject,
    Validity,
}

/// The rule for one field. Nothing of a request is copied without one.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Take {
    Profile,
    /// A request that asks for anything else than the profile says is refused.
    RefuseOther,
    Request,
    RequestElseProfile,
}

/// A person's decisions about one request; a field without one follows the profile's own rule.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Choices {
    pub takes: Vec<(Field, Take)>,
    /// Lifetime in days, in place of the profile's.
    pub days: Option<u32>,
}

/// One row of the comparison; texts are safe to show.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Merged {
    pub field: Field,
    /// `None` where the request says nothing.
    pub asked: Option<String>,
    /// `None` where the profile leaves it to the request.
    pub profile: Option<String>,
    /// `None` where the certificate will not have it.
    pub issued: Option<String>,
    pub rule: Take,
    pub verdict: Verdict,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The profile adds what was not asked for.
    Added,
    /// What was asked for is left out or replaced.
    Changed,
    /// As asked.
    Kept,
    /// Nothing can be issued while this stands; says why.
    Refused(String),
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BasicConstraints => "Basic constraints",
            Self::ExtendedKeyUsage => "Extended key usage",
            Self::KeyUsage => "Key usage",
            Self::Names => "Subject alternative names",
            Self::Other(oid) => return write!(f, "Extension {oid}"),
            Self::Subject => "Subject",
            Self::Validity => "Validity",
        })
    }
}
