//! Which public CAs are known, and what one offers.

use std::path::PathBuf;

use chancery_engine::api::{
    AcmeCommand, AcmeFact, Command, DirectoryChoice, DirectoryInfo, Fact, KNOWN_DIRECTORIES, Report,
};
use clap::Subcommand;
use serde_json::json;

use super::choice;
use crate::cli::print::{Told, fields, list, table};
use crate::cli::session::Session;

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// List the public CAs that are known by name
    List,
    /// Ask a CA what it offers: terms, profiles, renewal information
    ///
    /// Example: chancery acme directory show letsencrypt-staging
    Show {
        /// A name of `acme directory list`, or the https address of a directory
        #[arg(value_name = "NAME|URL")]
        directory: String,
        /// Trust the CA's server by the certificates in this file, not by those of this computer
        #[arg(long, value_name = "FILE")]
        root: Option<PathBuf>,
    },
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::List => known(),
            Self::Show { directory, root } => {
                let info = read(session, &choice(&directory, root.as_ref())?)?;
                Told::new(in_words(&info), &info)
            }
        }
    }
}

/// What the CA says of itself now.
pub(super) fn read(
    session: &Session,
    directory: &DirectoryChoice,
) -> Result<DirectoryInfo, Report> {
    let read = || {
        let directory = directory.clone();
        Ok(Command::Acme(AcmeCommand::ReadDirectory { directory }))
    };
    session.carry_out(read, |fact| match fact {
        Fact::Acme(AcmeFact::Directory(info)) => Some(info),
        _ => None,
    })
}

fn known() -> Result<Told, Report> {
    let rows = KNOWN_DIRECTORIES.map(|it| {
        [
            it.name.to_owned(),
            it.title.to_owned(),
            it.staging.unwrap_or_default().to_owned(),
            yes_or_no(it.needs_binding).to_owned(),
            it.url.to_owned(),
        ]
    });
    let head = ["Name", "CA", "For rehearsals", "Needs a binding", "Address"];
    let json = KNOWN_DIRECTORIES.map(|it| {
        json!({
            "name": it.name,
            "title": it.title,
            "staging": it.staging,
            "needs_binding": it.needs_binding,
            "url": it.url,
        })
    });
    Told::new(table(head, &rows), &json!({ "rows": json }))
}

fn in_words(info: &DirectoryInfo) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut words = fields(&[
        ("Address", info.url.clone()),
        ("Terms", text(&info.terms)),
        ("Website", text(&info.website)),
        ("CAA names", list(&info.caa_identities)),
        ("Needs a binding", yes_or_no(info.needs_binding).to_owned()),
        (
            "Tells when to renew",
            yes_or_no(info.renewal_information).to_owned(),
        ),
    ]);
    if !info.profiles.is_empty() {
        let rows: Vec<_> = info.profiles.iter().cloned().map(<[_; 2]>::from).collect();
        words.push_str(&format!("\n{}", table(["Profile", "What it is"], &rows)));
    }
    words
}

const fn yes_or_no(is_so: bool) -> &'static str {
    match is_so {
        true => "yes",
        false => "no",
    }
}
