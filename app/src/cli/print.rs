//! How things are told: the answer on standard output, talk and failures on standard error, and
//! the exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use chancery_engine::api::{Finding, Kind, Remedy, Report, Severity, Timestamp, shown};
use serde::Serialize;
use serde_json::{Value, json};

use super::CliError;
use super::error::is_of_wrong_words;

/// What a verb answers.
pub(crate) struct Told {
    text: String,
    json: Value,
    exit: Exit,
}

impl Told {
    /// `text` for people and `json` for programs, both of the same thing.
    pub(crate) fn new(text: impl Into<String>, json: &impl Serialize) -> Result<Self, Report> {
        let json = serde_json::to_value(json).map_err(|_| CliError::Misunderstood)?;
        let (text, exit) = (text.into(), Exit::Done);
        Ok(Self { text, json, exit })
    }

    /// Says `exit` although there is an answer.
    pub(crate) fn ending_with(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }
}

/// The sorts of ending that a script can tell apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Exit {
    Done = 0,
    /// Tried and not done. What was asked for may also have been malformed: a broken file, a name
    /// that nothing has.
    Failed = 1,
    /// The words could not be understood, and nothing was tried.
    WrongWords = 2,
    Refused = 3,
    Locked = 4,
    InUse = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<Kind> for Exit {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Failed | Kind::Malformed => Self::Failed,
            Kind::Refused => Self::Refused,
            Kind::Locked => Self::Locked,
            Kind::InUse => Self::InUse,
        }
    }
}

/// Tells people, or programs. For programs standard output holds one JSON value, and each line of
/// standard error is a JSON object with one member: `note`, `warning` or `error`.
#[derive(Clone, Copy)]
pub(crate) struct Talk {
    json: bool,
}

impl Talk {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    pub(crate) fn answer(self, told: &Told) -> ExitCode {
        let text = match self.json {
            true => format!("{:#}", told.json),
            false => told.text.clone(),
        };
        match self.write(&text) {
            Ok(()) => told.exit.into(),
            Err(error) => self.failure(&CliError::Output(error).into()),
        }
    }

    /// Text that is the same for people and programs: help.
    pub(crate) fn plain(self, text: &str) -> ExitCode {
        match self.write(text) {
            Ok(()) => Exit::Done.into(),
            Err(error) => self.failure(&CliError::Output(error).into()),
        }
    }

    pub(crate) fn failure(self, report: &Report) -> ExitCode {
        match self.json {
            true => say(&json!({ "error": report }).to_string()),
            false => say(&in_words(report)),
        }
        let exit = match is_of_wrong_words(&report.code) {
            true => Exit::WrongWords,
            false => Exit::from(report.kind),
        };
        exit.into()
    }

    /// `text` is clap's own, which ends with how the words go.
    pub(crate) fn wrong_words(self, text: &str, hint: Option<String>) {
        match self.json {
            false => {
                say(text.trim_end());
                hint.iter().for_each(|hint| say(hint));
            }
            true => {
                let what = text.strip_prefix("error: ").unwrap_or(text);
                let what = what.lines().next().unwrap_or_default();
                let usual = "Run `chancery --help` for how the words go";
                let remedy = json!({ "do": hint.as_deref().unwrap_or(usual) });
                say(&json!({ "error": {
                    "code": "cli.wrong-words", "kind": "malformed",
                    "what": what, "why": [], "remedy": remedy,
                }})
                .to_string());
            }
        }
    }

    pub(crate) fn note(self, text: &str) {
        match self.json {
            true => say(&json!({ "note": text }).to_string()),
            false => say(text),
        }
    }

    pub(crate) fn warning(self, text: &str) {
        match self.json {
            true => say(&json!({ "warning": text }).to_string()),
            false => say(&format!("warning: {text}")),
        }
    }

    /// What a lint has to say; an error is told by the refusal itself.
    pub(crate) fn findings(self, findings: &[Finding]) {
        for finding in findings {
            let text = format!("{} ({})", finding.what, finding.cites);
            match finding.severity {
                Severity::Warning => self.warning(&text),
                Severity::Notice => self.note(&text),
                Severity::Error => (),
            }
        }
    }

    fn write(self, text: &str) -> io::Result<()> {
        let text = text.trim_end();
        if text.is_empty() {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        let written = writeln!(out, "{text}").and_then(|()| out.flush());
        match written {
            // Whoever reads us has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

/// What failed, why, and what to do.
fn in_words(report: &Report) -> String {
    let why = report
        .why
        .iter()
        .map(|cause| format!("  because {cause}\n"));
    format!(
        "error: {} ({})\n{}  what to do: {}",
        report.what,
        report.code,
        why.collect::<String>(),
        step(&report.remedy)
    )
}

/// What to do, and in brackets what to type for it.
pub(crate) fn step(remedy: &Remedy) -> String {
    match remedy.words() {
        [] => remedy.to_string(),
        words => format!("{remedy} ({})", words.join(", ")),
    }
}

/// Where even standard error is closed there is nobody left to tell.
fn say(line: &str) {
    writeln!(io::stderr().lock(), "{line}").ok();
}

/// Columns under their titles, two spaces apart; texts are made safe to show.
pub(crate) fn table<const N: usize>(titles: [&str; N], rows: &[[String; N]]) -> String {
    let rows: Vec<[String; N]> = rows
        .iter()
        .map(|row| std::array::from_fn(|at| shown(&row[at]).into_owned()))
        .collect();
    let widths: [usize; N] = std::array::from_fn(|at| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([titles[at].chars().count()]).max().unwrap_or(0)
    });
    let line = |cells: [&str; N]| {
        let padded = cells.iter().zip(widths);
        let padded = padded.map(|(cell, width)| format!("{cell:width$}  "));
        format!("{}\n", padded.collect::<String>().trim_end())
    };
    let body = rows
        .iter()
        .map(|row| line(row.each_ref().map(String::as_str)));
    std::iter::once(line(titles)).chain(body).collect()
}

/// Labels and values in two columns; an empty value is left out.
pub(crate) fn fields(fields: &[(&str, String)]) -> String {
    let told = fields.iter().filter(|(_, value)| !value.is_empty());
    let width = told.clone().map(|(label, _)| label.chars().count()).max();
    let width = width.unwrap_or(0);
    told.map(|(label, value)| format!("{label:width$}  {}\n", shown(value)))
        .collect()
}

/// `2026-11-22`, in UTC.
pub(crate) fn day(at: Timestamp) -> String {
    at.to_string().chars().take_while(|c| *c != 'T').collect()
}

/// Names separated by commas.
pub(crate) fn list<T: ToString>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    items.join(", ")
}

/// The word that stands for a plain enum in JSON: `possibly-issued`.
pub(crate) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_steer_no_terminal() {
        let rows = [
            ["www".to_owned(), "\u{1b}[31mred".to_owned()],
            ["a.longer.name".to_owned(), "x".to_owned()],
        ];
        let expected = "Name           What\n\
                        www            \\u{1b}[31mred\n\
                        a.longer.name  x\n";
        assert_eq!(table(["Name", "What"], &rows), expected);
    }

    #[test]
    fn a_field_without_a_value_is_left_out() {
        let text = fields(&[("Name", "a".to_owned()), ("Longer label", String::new())]);
        assert_eq!(text, "Name  a\n");
    }

    #[test]
    fn a_failure_says_what_and_why_and_what_to_do() {
        let report = Report {
            code: "area.thing".into(),
            kind: Kind::Refused,
            what: "it is forbidden".to_owned(),
            why: vec!["a rule says so".to_owned()],
            remedy: Remedy::Do("Ask for less".to_owned()),
        };
        assert_eq!(
            in_words(&report),
            "error: it is forbidden (area.thing)\n  because a rule says so\n  what to do: Ask for less"
        );
        assert_eq!(Exit::from(report.kind), Exit::Refused);
    }

    #[test]
    fn what_is_typed_for_a_step_stands_behind_it() {
        let words = ["--confirm CA", "chancery ca list"];
        let remedy = Remedy::typed("Name the authority", words);
        let told = "Name the authority (--confirm CA, chancery ca list)";
        assert_eq!(step(&remedy), told);
    }

    #[test]
    fn a_moment_is_shortened_to_its_day() {
        assert_eq!(day(Timestamp::from_secs(1_795_312_800)), "2026-11-22");
    }
}
