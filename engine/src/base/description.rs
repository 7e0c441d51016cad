//! Anything foreign, explained field by field as plain data.

use serde::{Deserialize, Serialize};

/// A thing and its parts, in the order a person reads them. Every text has been made safe to show.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// What it is: `Certificate`, `Subject alternative names`.
    pub title: String,
    pub fields: Vec<DescribedField>,
    pub parts: Vec<Description>,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct DescribedField {
    pub label: String,
    pub value: String,
    /// Whether it is to be shown in a face of equal widths: serials, fingerprints, object ids.
    pub mono: bool,
}

/// What a lint or a policy has to say about a draft or a request.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable: `rfc5280-serial-positive`.
    pub lint: String,
    pub severity: Severity,
    /// One sentence, without a full stop.
    pub what: String,
    /// The clause it follows: `RFC 5280, 4.1.2.2`.
    pub cites: String,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Notice,
    /// Issued all the same; a person should know.
    Warning,
    /// Nothing is issued.
    Error,
}
