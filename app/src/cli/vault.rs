//! `chancery vault`: the sealed file that holds every private key.

use std::path::PathBuf;

use chancery_engine::api::{Command, Fact, Report, VaultCommand, VaultFact, VaultStatusQuestion};
use clap::Subcommand;
use serde_json::json;

use super::CliError;
use super::print::{Told, day, table};
use super::session::Session;

pub(crate) const ABOUT: &str = "The sealed file that holds every private key";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Open every record, and compare the keys with the store
    Check,
    /// Make the vault of this data folder, opened by a passphrase
    Create,
    /// Change the passphrase and re-key everything
    Passphrase {
        /// Take the new passphrase from this file's first line
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// List what opens the vault
    Slots,
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::Check => check(session),
            Self::Create => create(session),
            Self::Passphrase {
                new_passphrase_file,
            } => change_passphrase(session, new_passphrase_file),
            Self::Slots => slots(session),
        }
    }
}

fn check(session: &Session) -> Result<Told, Report> {
    session.unlock()?;
    let check = || {
        let passphrase = Some(session.copy_of_passphrase()?);
        Ok(Command::Vault(VaultCommand::Check {
            passphrase,
            code: None,
        }))
    };
    let (records, orphans) = session.carry_out(check, |fact| match fact {
        Fact::Vault(VaultFact::Checked {
            records, orphans, ..
        }) => Some((records, orphans)),
        _ => None,
    })?;
    let mut text = format!("{records} records, all of them open and whole\n");
    for orphan in &orphans {
        text.push_str(&format!("orphan: {orphan}\n"));
    }
    Told::new(text, &json!({ "records": records, "orphans": orphans }))
}

fn create(session: &Session) -> Result<Told, Report> {
    session.found()?;
    let id = session.create_vault()?;
    let folder = session.folder()?.display();
    session.talk.note(&format!(
        "The vault is in {folder}. Nothing but its passphrase opens it: there is no recovery code, \
         so keep the passphrase where you will find it again."
    ));
    Told::new(id.clone(), &json!({ "id": id }))
}

fn change_passphrase(session: &Session, new_file: Option<PathBuf>) -> Result<Told, Report> {
    session.require_vault()?;
    let old = session.copy_of_passphrase()?;
    let new = session.new_passphrase(new_file.as_deref())?;
    let change = || {
        let again = |known: &String| chancery_engine::api::Secret::new(known.clone());
        let (old, new) = (old.expose(again), new.expose(again));
        Ok(Command::Vault(VaultCommand::ChangePassphrase { old, new }))
    };
    session.carry_out(change, |fact| {
        matches!(fact, Fact::Vault(VaultFact::PassphraseChanged { .. })).then_some(())
    })?;
    session
        .talk
        .note("The passphrase is changed and every record re-keyed.");
    Told::new("", &json!({ "changed": true }))
}

fn slots(session: &Session) -> Result<Told, Report> {
    let status = session.ask(&VaultStatusQuestion)?;
    if status.id.is_none() {
        return Err(CliError::NoVault(session.folder()?.to_owned()).into());
    }
    let rows = status
        .slots
        .iter()
        .map(|slot| [slot.kind.to_string(), slot.label.clone(), day(slot.created)]);
    let text = table(["Opened by", "Label", "Since"], &rows.collect::<Vec<_>>());
    Told::new(text, &status)
}
