//! The command line: one file per noun, and the one list of them.

mod acme;
mod audit;
mod backup;
mod ca;
mod cert;
mod crl;
mod csr;
mod dns;
mod error;
mod files;
mod forms;
mod health;
mod import;
mod inspect;
mod key;
mod number;
mod passphrase;
mod print;
mod profile;
mod question;
mod quickstart;
mod recovery;
mod secret_file;
mod session;
mod vault;

pub(crate) use error::CliError;
pub(crate) use print::{Exit, Talk};

use std::process::ExitCode;

use chancery_engine::api::{Actor, Report};
use clap::Subcommand;

use crate::args::Globals;
use crate::settings::Surroundings;
use print::Told;
use session::Session;

/// What the words are about. Each noun's file says what it is and what can be done with it.
#[derive(Subcommand)]
pub(crate) enum Noun {
    #[command(subcommand, about = acme::ABOUT)]
    Acme(acme::Verb),
    #[command(subcommand, about = audit::ABOUT)]
    Audit(audit::Verb),
    #[command(subcommand, about = backup::ABOUT)]
    Backup(backup::Verb),
    #[command(subcommand, about = ca::ABOUT)]
    Ca(ca::Verb),
    #[command(subcommand, about = cert::ABOUT)]
    Cert(cert::Verb),
    #[command(subcommand, about = crl::ABOUT)]
    Crl(crl::Verb),
    #[command(subcommand, about = csr::ABOUT)]
    Csr(csr::Verb),
    #[command(subcommand, about = dns::ABOUT)]
    Dns(dns::Verb),
    #[command(about = health::ABOUT)]
    Health,
    #[command(about = import::ABOUT)]
    Import(import::Import),
    #[command(about = inspect::ABOUT)]
    Inspect(inspect::Inspect),
    #[command(subcommand, about = key::ABOUT)]
    Key(key::Verb),
    #[command(subcommand, about = profile::ABOUT)]
    Profile(profile::Verb),
    #[command(about = quickstart::ABOUT)]
    Quickstart(quickstart::Quickstart),
    #[command(subcommand, about = vault::ABOUT)]
    Vault(vault::Verb),
}

impl Noun {
    fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::Acme(verb) => verb.run(session),
            Self::Audit(verb) => verb.run(session),
            Self::Backup(verb) => verb.run(session),
            Self::Ca(verb) => verb.run(session),
            Self::Cert(verb) => verb.run(session),
            Self::Crl(verb) => verb.run(session),
            Self::Csr(verb) => verb.run(session),
            Self::Dns(verb) => verb.run(session),
            Self::Health => health::run(session),
            Self::Import(import) => import.run(session),
            Self::Inspect(inspect) => inspect.run(),
            Self::Key(verb) => verb.run(session),
            Self::Profile(verb) => verb.run(session),
            Self::Quickstart(quickstart) => quickstart.run(session),
            Self::Vault(verb) => verb.run(session),
        }
    }
}

/// The types of key, for the help.
fn key_types() -> String {
    chancery_engine::api::KeyType::ALL
        .map(chancery_engine::api::KeyType::slug)
        .join(", ")
}

/// Does one thing and tells how it ended. Whatever was unlocked for it is locked again.
pub(crate) fn run(noun: Noun, globals: Globals, surroundings: &Surroundings) -> ExitCode {
    let talk = Talk::new(globals.json);
    let session = Session::new(
        surroundings.data_folder(globals.data.as_deref()),
        Actor::User(surroundings.user.clone()),
        surroundings.machine.clone(),
        globals,
    );
    let outcome = noun.run(&session);
    backup::make_due(&session);
    let locked = session.close();
    match outcome {
        Ok(told) => match locked {
            Ok(()) => talk.answer(&told),
            Err(report) => {
                talk.answer(&told);
                talk.failure(&report)
            }
        },
        Err(report) => talk.failure(&report),
    }
}
