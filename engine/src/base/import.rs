//! What is found where an existing CA is taken over from, and what becomes of it.

use serde::{Deserialize, Serialize};

/// One thing that was found. All texts are safe to show.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ImportRow {
    pub kind: ImportKind,
    /// The subject's common name, a file's name, a serial.
    pub name: String,
    /// The file, below the folder where one is taken over; in an index with its line:
    /// `index.txt, line 12`.
    pub from: String,
    pub outcome: ImportOutcome,
    /// What it is, or will be, here: `issuing authority under Example Root, key attended`; where it
    /// is not taken, why.
    pub into: String,
    /// What a person should know although it is taken.
    pub warnings: Vec<String>,
}

/// Kinds of things that are found.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum ImportKind {
    /// The certificate of a CA, with its key or without.
    Authority,
    Certificate,
    /// A certificate revocation list, or the number of the next one.
    Crl,
    /// Something that we do not take over: a configuration, a damaged line.
    Other,
    PrivateKey,
    /// A serial that an index says was issued, whose certificate is not there.
    Serial,
}

#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum ImportOutcome {
    AlreadyHere,
    NotTaken,
    /// In a preview: would be taken.
    Taken,
}
