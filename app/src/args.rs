//! What was typed: the options before the noun, the noun, and how wrong words are told.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, ValueEnum};

use crate::cli::{Exit, Noun, Talk};

/// Issues and keeps X.509 certificates; every private key of an authority stays on this machine
///
/// Without a noun the window opens. `chancery quickstart www.example.internal` is the shortest way
/// to a certificate.
#[derive(Parser)]
#[command(name = "chancery", version, after_help = AFTER_HELP)]
pub(crate) struct Words {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) noun: Option<Noun>,
}

/// What stands before the noun.
#[derive(Args)]
pub(crate) struct Globals {
    /// Keep everything in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Take the vault's passphrase from the first line of this file, not from the terminal
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Open the vault with this; without, the operating system's store where that is a slot and no
    /// passphrase file is named, else the passphrase
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(crate) unlock_with: Option<UnlockWith>,
    /// Answer in JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is to open the vault.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum UnlockWith {
    /// The passphrase, typed or from --passphrase-file
    Passphrase,
    /// The entry in the operating system's store: no typing, no authority's key
    OsStore,
    /// The recovery code, typed or from --passphrase-file
    Recovery,
}

impl Words {
    pub(crate) fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, Refused> {
        let words: Vec<OsString> = words.into_iter().collect();
        let json = words.iter().any(|word| word == "--json");
        Self::try_parse_from(words).map_err(|error| Refused { error, json })
    }
}

/// The words are wrong, or they ask for help.
pub(crate) struct Refused {
    error: clap::Error,
    json: bool,
}

impl Refused {
    pub(crate) fn tell(&self) -> ExitCode {
        let asked_for = matches!(
            self.error.kind(),
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
        );
        let talk = Talk::new(self.json);
        match asked_for {
            true => talk.plain(&self.error.to_string()),
            false => {
                talk.wrong_words(&self.error.to_string(), self.hint());
                Exit::WrongWords.into()
            }
        }
    }

    /// Where an option stands behind the noun that belongs before it.
    fn hint(&self) -> Option<String> {
        match self.error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(word)) => {
                let option = word.split(['=', ' ']).next().unwrap_or_default();
                let misplaced = matches!(
                    option,
                    "--data" | "--json" | "--passphrase-file" | "--unlock-with"
                );
                misplaced.then(|| format!("{option} stands before the noun: chancery {option} …"))
            }
            _ => None,
        }
    }
}

const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 failed, 2 wrong words, 3 refused by policy or constraint,
4 locked or wrong passphrase, 5 the data folder is in use.

The data folder: --data, else CHANCERY_DATA, else `chancery-data` beside the
program, else the one your system keeps for programs.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn read(words: &str) -> Result<Words, Refused> {
        let words = words.split(' ').map(OsString::from);
        Words::read(std::iter::once("chancery".into()).chain(words))
    }

    #[test]
    fn the_grammar_contradicts_itself_nowhere() {
        Words::command().debug_assert();
    }

    #[test]
    fn the_options_before_the_noun_are_taken() {
        let words = read("--json --data d --passphrase-file p cert list")
            .ok()
            .unwrap();
        assert!(words.globals.json);
        assert_eq!(words.globals.data, Some("d".into()));
        assert_eq!(words.globals.passphrase_file, Some("p".into()));
    }

    #[test]
    fn an_option_behind_the_noun_is_told_where_it_belongs() {
        let refused = read("cert list --json").err().unwrap();
        assert!(refused.json);
        assert_eq!(
            refused.hint().unwrap(),
            "--json stands before the noun: chancery --json …"
        );
        assert!(read("cert list --nonsense").err().unwrap().hint().is_none());
    }

    #[test]
    fn every_noun_and_verb_says_what_it_is_for() {
        let mut program = Words::command();
        program.build();
        for noun in program.get_subcommands() {
            assert!(noun.get_about().is_some(), "{}", noun.get_name());
            for verb in noun.get_subcommands() {
                let name = format!("{} {}", noun.get_name(), verb.get_name());
                assert!(verb.get_about().is_some(), "{name}");
                for word in verb.get_arguments() {
                    assert!(word.get_help().is_some(), "{name} {}", word.get_id());
                }
            }
        }
    }
}
