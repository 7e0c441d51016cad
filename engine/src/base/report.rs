//! A failure, told to a person: what happened, why, and what to do now.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

/// An internal error that knows how to be told to a person.
pub(crate) trait Explain: Error {
    /// Stable, searchable, documented in `docs/errors.md`: `request.signature-invalid`.
    fn code(&self) -> &'static str;

    /// Which sort of failure; the command line's exit code follows from it.
    fn kind(&self) -> Kind;

    /// What the person can do now. Not optional: an error without a remedy does not compile.
    fn remedy(&self) -> Remedy;
}

/// Sorts of failure, as far as a caller has to tell them apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It could not be done.
    Failed,
    /// What was asked for is not well-formed.
    Malformed,
    /// A policy or constraint forbids it.
    Refused,
    /// The vault is locked, or the passphrase is wrong.
    Locked,
    /// Another process has it.
    InUse,
}

/// What the person can do now.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// A step to take, as a sentence without a full stop.
    Do(String),
    /// Nothing to change; try again.
    Retry,
    /// The program is at fault.
    ReportBug,
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Do(step) => step,
            Self::Retry => "Try again",
            Self::ReportBug => "Please report this; the fault is ours",
        })
    }
}

/// What a front end shows for a failure.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Stable, searchable, documented: `request.signature-invalid`.
    pub code: Cow<'static, str>,
    pub kind: Kind,
    /// One sentence, without a full stop.
    pub what: String,
    /// The chain of causes, outermost first.
    pub why: Vec<String>,
    pub remedy: Remedy,
}

impl Report {
    /// The program is at fault.
    pub(crate) fn bug(what: impl Into<String>) -> Self {
        Self {
            code: Cow::Borrowed("engine.bug"),
            kind: Kind::Failed,
            what: what.into(),
            why: Vec::new(),
            remedy: Remedy::ReportBug,
        }
    }

    /// The engine ended before it could answer.
    pub(crate) fn stopped() -> Self {
        Self {
            code: Cow::Borrowed("engine.stopped"),
            kind: Kind::Failed,
            what: "the engine has stopped".to_owned(),
            why: Vec::new(),
            remedy: Remedy::Do("Start the program again".to_owned()),
        }
    }
}

impl<E: Explain> From<E> for Report {
    fn from(error: E) -> Self {
        let causes = std::iter::successors(error.source(), |&cause| cause.source());
        Self {
            code: Cow::Borrowed(error.code()),
            kind: error.kind(),
            what: error.to_string(),
            why: causes.map(ToString::to_string).collect(),
            remedy: error.remedy(),
        }
    }
}
