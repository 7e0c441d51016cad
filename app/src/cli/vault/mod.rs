//! `chancery vault`: the sealed file that holds every private key.

mod slots;

use std::path::{Path, PathBuf};

use chancery_engine::api::{
    Command, Fact, Report, Secret, SlotCheck, SlotOutcome, VaultCommand, VaultFact,
};
use clap::Subcommand;
use serde_json::json;

use super::print::{Exit, Told};
use super::recovery::{self, Place};
use super::session::Session;
use slots::SlotVerb;

pub(crate) use slots::added;

pub(crate) const ABOUT: &str = "The sealed file that holds every private key";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Open every record, try the slots, and compare the keys with the store
    Check {
        /// Try the recovery code in this file too
        #[arg(long, value_name = "FILE")]
        recovery_code_file: Option<PathBuf>,
    },
    /// Make the vault of this data folder, opened by a passphrase
    Create {
        /// Make a recovery code too and write it into this new file: a page to print if it ends in .pdf
        #[arg(long, value_name = "FILE")]
        recovery_file: Option<PathBuf>,
    },
    /// Change the passphrase and re-key everything
    Passphrase {
        /// Take the new passphrase from this file's first line; needed with --passphrase-file
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Set a new passphrase by the recovery code and re-key everything
    Recover {
        /// Take the recovery code from this file; without, it is typed
        #[arg(long, value_name = "FILE")]
        recovery_code_file: Option<PathBuf>,
        /// Take the new passphrase from this file's first line; needed with --passphrase-file
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// What opens the vault; without a verb, list it
    Slots {
        #[command(subcommand)]
        verb: Option<SlotVerb>,
    },
    /// Open the vault once, to see that it opens
    Unlock {
        /// Take a vault file that is older than the last one seen, from now on
        #[arg(long)]
        accept_older: bool,
    },
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::Check { recovery_code_file } => check(session, recovery_code_file.as_deref()),
            Self::Create { recovery_file } => create(session, recovery_file),
            Self::Passphrase {
                new_passphrase_file,
            } => change_passphrase(session, new_passphrase_file),
            Self::Recover {
                recovery_code_file,
                new_passphrase_file,
            } => recover(session, recovery_code_file, new_passphrase_file),
            Self::Slots { verb } => verb.unwrap_or(SlotVerb::List).run(session),
            Self::Unlock { accept_older } => unlock(session, accept_older),
        }
    }
}

fn check(session: &Session, code_file: Option<&Path>) -> Result<Told, Report> {
    session.unlock()?;
    let code = code_file.map(|file| recovery::known(Some(file), session.talk));
    let code = code.transpose()?;
    let check = || {
        let passphrase = match session.knows_passphrase() {
            true => Some(session.copy_of_passphrase()?),
            false => None,
        };
        let code = code.as_ref().map(again);
        Ok(Command::Vault(VaultCommand::Check { passphrase, code }))
    };
    let (records, all, (orphans, missing), slots) =
        session.carry_out(check, |fact| match fact {
            Fact::Vault(VaultFact::Checked {
                records,
                authority_records_opened,
                orphans,
                missing,
                slots,
            }) => Some((records, authority_records_opened, (orphans, missing), slots)),
            _ => None,
        })?;
    let mut text = match all {
        true => format!("{records} records, all of them open and whole\n"),
        false => format!(
            "{records} records, all of them whole; those of authorities were not opened, which \
             needs the passphrase\n"
        ),
    };
    slots.iter().for_each(|slot| text += &in_words(slot));
    for orphan in &orphans {
        text.push_str(&format!("in the vault, but no record names it: {orphan}\n"));
    }
    for key in &missing {
        text.push_str(&format!(
            "not in the vault, so that it signs nothing: {key}\n"
        ));
    }
    let told = Told::new(
        text,
        &json!({
            "records": records, "authority_records_opened": all, "orphans": orphans,
            "missing": missing, "slots": slots,
        }),
    )?;
    Ok(told.ending_with(match missing.is_empty() {
        true => Exit::Done,
        false => Exit::Failed,
    }))
}

fn in_words(slot: &SlotCheck) -> String {
    let found = match &slot.outcome {
        SlotOutcome::Opens => "opens".to_owned(),
        SlotOutcome::NotTried => "not tried".to_owned(),
        SlotOutcome::Fails(report) => format!("does not open: {}", report.what),
    };
    format!("slot {}, {}, {}: {found}\n", slot.kind, slot.label, slot.id)
}

fn create(session: &Session, recovery_file: Option<PathBuf>) -> Result<Told, Report> {
    let place = recovery_file.map(|file| Place::choose(Some(file), session.talk));
    let place = place.transpose()?;
    session.found()?;
    let id = session.create_vault(place.as_ref())?;
    let folder = session.folder()?.display();
    session.talk.note(&match place {
        Some(_) => {
            format!("The vault is in {folder}. Its passphrase and the recovery code open it.")
        }
        None => format!(
            "The vault is in {folder}. Nothing but its passphrase opens it: there is no recovery \
             code, so keep the passphrase where you will find it again, or make a code with \
             `chancery vault slots add recovery`."
        ),
    });
    let json = json!({ "id": id, "recovery": place.is_some() });
    Told::new(id, &json)
}

fn change_passphrase(session: &Session, new_file: Option<PathBuf>) -> Result<Told, Report> {
    session.require_vault()?;
    session.require_other_passphrase(new_file.as_deref())?;
    let old = session.copy_of_passphrase()?;
    let new = session.other_passphrase(new_file.as_deref())?;
    let change = || {
        let (old, new) = (again(&old), again(&new));
        Ok(Command::Vault(VaultCommand::ChangePassphrase { old, new }))
    };
    let remarks = session.carry_out(change, |fact| match fact {
        Fact::Vault(VaultFact::PassphraseChanged { remarks }) => Some(remarks),
        _ => None,
    })?;
    session.warn_of(&remarks);
    session
        .talk
        .note("The passphrase is changed and every record re-keyed.");
    Told::new("", &json!({ "changed": true, "remarks": remarks }))
}

fn recover(
    session: &Session,
    code_file: Option<PathBuf>,
    new_file: Option<PathBuf>,
) -> Result<Told, Report> {
    session.require_vault()?;
    session.require_other_passphrase(new_file.as_deref())?;
    let code = recovery::known(code_file.as_deref(), session.talk)?;
    // Nobody types a new passphrase twice for a code that opens nothing.
    session.unlock_by(&code)?;
    let new = session.other_passphrase(new_file.as_deref())?;
    let recover = || {
        let (code, new) = (again(&code), again(&new));
        Ok(Command::Vault(VaultCommand::Recover { code, new }))
    };
    let (remarks, slot) = session.carry_out(recover, |fact| match fact {
        Fact::Vault(VaultFact::Recovered { remarks, slot }) => Some((remarks, slot)),
        _ => None,
    })?;
    session.warn_of(&remarks);
    session.talk.note(&format!(
        "The new passphrase opens the vault, and every record is re-keyed. The recovery code is \
         still good; now that it was typed, make another one with `chancery vault slots add \
         recovery` and take this one away with `chancery vault slots remove {slot}`."
    ));
    let json = json!({ "recovered": true, "remarks": remarks, "slot": slot });
    Told::new("", &json)
}

fn unlock(session: &Session, accept_older: bool) -> Result<Told, Report> {
    session.unlock_accepting(accept_older)?;
    session.talk.note("The vault opens.");
    Told::new("", &json!({ "opens": true }))
}

/// Commands are made anew for every attempt.
fn again(known: &Secret<String>) -> Secret<String> {
    known.expose(|known| Secret::new(known.clone()))
}
