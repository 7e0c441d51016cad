//! `chancery acme`: public CAs, the accounts at them, and orders under way.

mod account;
mod directory;
mod follow;
mod order;

pub(crate) use follow::{Wanted, follow, require_done};

use std::path::PathBuf;

use chancery_engine::api::{DirectoryChoice, Report};
use clap::{Args, Subcommand};

use crate::cli::files;
use crate::cli::print::Told;
use crate::cli::session::Session;

pub(crate) const ABOUT: &str = "Public CAs by ACME: directories, accounts, orders";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Accounts at public CAs: made, taken over, given another key, ended
    #[command(subcommand)]
    Account(account::Verb),
    /// Public CAs: those known by name, and what each offers
    #[command(subcommand)]
    Directory(directory::Verb),
    /// Orders under way and ended ones; `cert create --acme` begins one
    #[command(subcommand)]
    Order(order::Verb),
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::Account(verb) => verb.run(session),
            Self::Directory(verb) => verb.run(session),
            Self::Order(verb) => verb.run(session),
        }
    }
}

/// Which CA.
#[derive(Args)]
struct Place {
    /// The CA: a name of `acme directory list`, or the https address of its directory
    #[arg(long, value_name = "NAME|URL")]
    directory: String,
    /// Trust the CA's server by the certificates in this file, not by those of this computer
    #[arg(long, value_name = "FILE")]
    root: Option<PathBuf>,
}

impl Place {
    fn choice(&self) -> Result<DirectoryChoice, Report> {
        choice(&self.directory, self.root.as_ref())
    }
}

fn choice(directory: &str, root: Option<&PathBuf>) -> Result<DirectoryChoice, Report> {
    let roots = root.map(|file| files::read(file)).transpose()?;
    Ok(DirectoryChoice {
        directory: directory.to_owned(),
        roots: roots.unwrap_or_default(),
    })
}
