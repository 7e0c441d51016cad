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
///
/// A step is told in words that hold for every front end. What to type for it is kept apart: the
/// command line prints both, and the window shows the step alone.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub enum Remedy {
    /// A step to take, as a sentence without a full stop.
    Do(String),
    /// Nothing to change; try again.
    Retry,
    /// The program is at fault.
    ReportBug,
    /// A step to take, and what to type for it.
    Typed(Box<TypedStep>),
}

/// A step for which something is typed at the command line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TypedStep {
    /// A sentence without a full stop.
    pub step: String,
    /// Whole lines such as `chancery ca list`, or options for the line that failed.
    pub words: Vec<String>,
}

impl Remedy {
    /// `step`, for which `words` are typed at the command line. Without words it is just done.
    pub fn typed<'a>(step: impl Into<String>, words: impl IntoIterator<Item = &'a str>) -> Self {
        let words = words.into_iter().map(str::to_owned).collect();
        Self::of(step.into(), words)
    }

    /// What to type for it; empty where nothing is to be typed.
    pub fn words(&self) -> &[String] {
        match self {
            Self::Typed(typed) => &typed.words,
            Self::Do(_) | Self::Retry | Self::ReportBug => &[],
        }
    }

    fn of(step: String, words: Vec<String>) -> Self {
        match words.is_empty() {
            true => Self::Do(step),
            false => Self::Typed(Box::new(TypedStep { step, words })),
        }
    }
}

/// The step alone.
impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Do(step) => step,
            Self::Typed(typed) => &typed.step,
            Self::Retry => "Try again",
            Self::ReportBug => "Please report this; the fault is ours",
        })
    }
}

/// How a remedy is written: `{ "do": … }` whether or not something is typed for it, so that who
/// reads only the step always finds it there.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Step {
        #[serde(rename = "do")]
        step: String,
        #[serde(rename = "type", default, skip_serializing_if = "Vec::is_empty")]
        words: Vec<String>,
    },
    Plain(Plain),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Plain {
    ReportBug,
    Retry,
}

impl From<Written> for Remedy {
    fn from(written: Written) -> Self {
        match written {
            Written::Step { step, words } => Self::of(step, words),
            Written::Plain(Plain::ReportBug) => Self::ReportBug,
            Written::Plain(Plain::Retry) => Self::Retry,
        }
    }
}

impl From<Remedy> for Written {
    fn from(remedy: Remedy) -> Self {
        let (step, words) = match remedy {
            Remedy::Do(step) => (step, Vec::new()),
            Remedy::Typed(typed) => (typed.step, typed.words),
            Remedy::ReportBug => return Self::Plain(Plain::ReportBug),
            Remedy::Retry => return Self::Plain(Plain::Retry),
        };
        Self::Step { step, words }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remedy_says_the_step_and_keeps_apart_what_is_typed_for_it() {
        let remedy = Remedy::typed("Choose one of them", ["chancery ca list", "--confirm CA"]);
        assert_eq!(remedy.to_string(), "Choose one of them");
        assert_eq!(remedy.words(), ["chancery ca list", "--confirm CA"]);
        assert_eq!(Remedy::typed("Wait", []), Remedy::Do("Wait".to_owned()));
        assert!(Remedy::Retry.words().is_empty());
    }

    #[test]
    fn remedies_that_were_written_before_words_were_kept_apart_are_read_unchanged() {
        let step = Remedy::Do("Wait".to_owned());
        let typed = Remedy::typed("Wait", ["--slow"]);
        for (text, remedy) in [
            (r#"{"do":"Wait"}"#, step),
            (r#""retry""#, Remedy::Retry),
            (r#""report-bug""#, Remedy::ReportBug),
            (r#"{"do":"Wait","type":["--slow"]}"#, typed),
        ] {
            assert_eq!(serde_json::to_string(&remedy).unwrap(), text);
            assert_eq!(serde_json::from_str::<Remedy>(text).unwrap(), remedy);
        }
    }
}
