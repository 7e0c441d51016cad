//! The front ends of one engine: a window, and a command line.

mod args;
mod cli;
mod settings;

use std::ffi::OsString;
use std::process::ExitCode;

use args::Words;
use cli::{CliError, Talk};
use settings::Surroundings;

/// Does what the words say, the program's own name first; without a noun it opens the window.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let words = match Words::read(words) {
        Ok(words) => words,
        Err(refused) => return refused.tell(),
    };
    let surroundings = Surroundings::read();
    match words.noun {
        Some(noun) => cli::run(noun, words.globals, &surroundings),
        None => open_window(words.globals.json),
    }
}

fn open_window(json: bool) -> ExitCode {
    Talk::new(json).failure(&CliError::NoWindow.into())
}
