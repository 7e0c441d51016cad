//! `chancery vault slots`: what opens the vault, listed, added and taken away.

use std::path::PathBuf;

use chancery_engine::api::{
    Command, Fact, Report, Secret, SlotId, SlotKind, SlotRow, VaultCommand, VaultFact, VaultStatus,
    VaultStatusQuestion,
};
use clap::Subcommand;
use serde_json::json;

use crate::cli::print::{Told, table};
use crate::cli::recovery::Place;
use crate::cli::session::Session;
use crate::cli::{CliError, print::word};

#[derive(Subcommand)]
pub(crate) enum SlotVerb {
    /// Add a way to open the vault
    #[command(subcommand)]
    Add(NewSlot),
    /// List what opens the vault
    List,
    /// Take a way to open the vault away, and re-key everything
    Remove {
        /// The slot: its id, its label, or its kind where there is one of it
        #[arg(value_name = "SLOT")]
        slot: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum NewSlot {
    /// Let the operating system's store open everyday keys; an authority's still need the passphrase
    OsStore {
        /// How this machine is called in the list
        #[arg(long)]
        label: Option<String>,
        /// Have the system ask whether a person is there (Touch ID; macOS only)
        #[arg(long)]
        presence: bool,
    },
    /// Make a recovery code, which opens everything and sets a new passphrase
    Recovery {
        /// Write the code into this new file instead of showing it: a page to print if it ends in .pdf
        #[arg(long, value_name = "FILE")]
        recovery_file: Option<PathBuf>,
    },
}

impl SlotVerb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::Add(NewSlot::OsStore { label, presence }) => {
                add_os_store(session, label, presence)
            }
            Self::Add(NewSlot::Recovery { recovery_file }) => add_recovery(session, recovery_file),
            Self::List => list(session),
            Self::Remove { slot } => remove(session, &slot),
        }
    }
}

pub(crate) fn list(session: &Session) -> Result<Told, Report> {
    let status = status(session)?;
    let rows = status.slots.iter().map(|slot| {
        [
            slot.kind.to_string(),
            slot.label.clone(),
            slot.created.to_string(),
            opens(slot).to_owned(),
            slot.id.to_string(),
        ]
    });
    let head = ["Opened by", "Label", "Since", "Opens", "Id"];
    let text = table(head, &rows.collect::<Vec<_>>());
    let mut json = serde_json::to_value(&status).map_err(|_| CliError::Misunderstood)?;
    json["total"] = status.slots.len().into();
    Told::new(text, &json)
}

const fn opens(slot: &SlotRow) -> &'static str {
    match slot.opens_authorities {
        true => "everything",
        false => "everyday keys",
    }
}

fn add_os_store(session: &Session, label: Option<String>, presence: bool) -> Result<Told, Report> {
    let label = label.unwrap_or_else(|| session.machine().to_owned());
    session.unlock_typed()?;
    let add = || {
        Ok(Command::Vault(VaultCommand::AddOsStoreSlot {
            passphrase: session.copy_of_consent()?,
            label: label.clone(),
            presence,
        }))
    };
    let id = session.carry_out(add, added)?;
    session.talk.note(
        "The operating system's store opens the vault from now on where no passphrase is given. \
         The keys of authorities still need the passphrase.",
    );
    Told::new(id.to_string(), &json!({ "id": id }))
}

fn add_recovery(session: &Session, file: Option<PathBuf>) -> Result<Told, Report> {
    let place = Place::choose(file, session.talk)?;
    session.unlock_typed()?;
    let id = session.add_recovery(&place)?;
    Told::new(id.to_string(), &json!({ "id": id }))
}

pub(crate) fn added(fact: Fact) -> Option<SlotId> {
    match fact {
        Fact::Vault(VaultFact::SlotAdded { id, .. }) => Some(id),
        _ => None,
    }
}

fn remove(session: &Session, name: &str) -> Result<Told, Report> {
    let id = find(&status(session)?, name)?;
    let remove = || {
        let passphrase: Secret<String> = session.copy_of_passphrase()?;
        Ok(Command::Vault(VaultCommand::RemoveSlot { id, passphrase }))
    };
    let remarks = session.carry_out(remove, |fact| match fact {
        Fact::Vault(VaultFact::SlotRemoved { remarks, .. }) => Some(remarks),
        _ => None,
    })?;
    session.warn_of(&remarks);
    session
        .talk
        .note("The slot is gone and every record re-keyed. Old copies of the vault still open.");
    Told::new("", &json!({ "id": id, "remarks": remarks }))
}

/// By id; by label or kind where only one slot has it.
fn find(status: &VaultStatus, name: &str) -> Result<SlotId, CliError> {
    let is_it = |slot: &&SlotRow| {
        let known = slot.kind != SlotKind::Unknown;
        slot.id.to_string() == name || slot.label == name || (known && word(&slot.kind) == name)
    };
    let mut found = status.slots.iter().filter(is_it);
    match (found.next(), found.next()) {
        (Some(slot), None) => Ok(slot.id),
        (None, _) => Err(CliError::NoSlot(name.to_owned())),
        (Some(_), Some(_)) => Err(CliError::SeveralSlots(name.to_owned())),
    }
}

fn status(session: &Session) -> Result<VaultStatus, Report> {
    let status = session.ask(&VaultStatusQuestion)?;
    match status.id {
        None => Err(CliError::NoVault(session.folder()?.to_owned()).into()),
        Some(_) => Ok(status),
    }
}
