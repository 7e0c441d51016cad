//! The front ends of one engine: a window, and a command line. `main.rs` only calls [`run`].

mod args;
mod cli;
pub mod gui;
mod host;
mod kit;
mod purposes;
mod settings;

use std::process::ExitCode;

use args::{Globals, Words};
use chancery_engine::api::Actor;
use chancery_engine::{Home, Settings};
use cli::{CliError, Talk};
use settings::Surroundings;

/// Does what was typed; without a noun it opens the window.
pub fn run() -> ExitCode {
    let words = match Words::read(settings::typed()) {
        Ok(words) => words,
        Err(refused) => return refused.tell(),
    };
    let surroundings = Surroundings::read();
    match words.noun {
        Some(noun) => cli::run(noun, words.globals, &surroundings),
        None => open_window(&words.globals, surroundings),
    }
}

fn open_window(globals: &Globals, surroundings: Surroundings) -> ExitCode {
    let talk = Talk::new(globals.json);
    let Some(folder) = surroundings.data_folder(globals.data.as_deref()) else {
        return talk.failure(&CliError::NoDataFolder.into());
    };
    let start = gui::Start {
        machine: surroundings.machine,
        settings: Settings::at(Home::Folder(folder)),
        actor: Actor::User(surroundings.user),
        theme: None,
    };
    match gui::run(start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(gui::CannotOpen::Engine(report)) => talk.failure(&report),
        Err(other) => talk.failure(&CliError::NoWindow(other).into()),
    }
}
