//! `chancery audit`: what happened, sealed, and verified by someone who does not trust us.

use std::io::BufReader;
use std::path::{Path, PathBuf};

use chancery_engine::api::{
    AuditCommand, AuditFact, AuditFilter, AuditRow, AuditStateQuestion, Command, Fact, ListAudit,
    Report, Verification,
};
use chancery_engine::verify_audit;
use clap::{Args, Subcommand};
use serde_json::json;

use super::print::{Exit, Told, table};
use super::session::Session;
use super::{CliError, files, number};

pub(crate) const ABOUT: &str = "What happened here, sealed and verifiable elsewhere";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Go on with a store that lacks entries which the vault has seen sealed, where no backup is
    ///
    /// What they said is gone, certificates and revocations among it. The audit says for ever that
    /// it was accepted, and a checkpoint kept elsewhere still shows the loss.
    AcceptLoss {
        /// The last entry that the vault has seen sealed, as `audit verify` names it
        #[arg(long, value_name = "N")]
        entry: u64,
    },
    /// Sign the present end of the audit, to be kept where nobody here can reach it
    Checkpoint {
        /// Write the checkpoint here as well
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Write every entry and checkpoint as JSON lines
    Export {
        /// Where to
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write the public key that verifies checkpoints, PEM
    Key {
        /// Where to
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// List entries, newest first
    List(List),
    /// Follow the chain: of this data folder, or of an exported file, which needs no data folder
    Verify(Verify),
}

#[derive(Args)]
pub(crate) struct List {
    /// Only entries that contain this
    #[arg(default_value = "")]
    text: String,
    /// Only these: intent, done, refused or failed
    #[arg(long, value_parser = ["intent", "done", "refused", "failed"])]
    outcome: Option<String>,
    /// At most so many; 0 for all
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = number::limit)]
    limit: u64,
}

#[derive(Args)]
pub(crate) struct Verify {
    /// What `audit export` wrote
    #[arg(requires = "key")]
    export: Option<PathBuf>,
    /// The public key that `audit key` wrote
    #[arg(long, value_name = "PUB", requires = "export")]
    key: Option<PathBuf>,
    /// A checkpoint kept elsewhere, without which a cut tail cannot be noticed
    #[arg(long, value_name = "CHECKPOINT", requires = "export")]
    since: Option<PathBuf>,
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::AcceptLoss { entry } => accept_loss(session, entry),
            Self::Checkpoint { out } => checkpoint(session, out),
            Self::Export { out } => export(session, &out),
            Self::Key { out } => export_key(session, &out),
            Self::List(words) => words.run(session),
            Self::Verify(words) => words.run(session),
        }
    }
}

fn accept_loss(session: &Session, entry: u64) -> Result<Told, Report> {
    session.unlock()?;
    let accept = || {
        let passphrase = session.copy_of_passphrase()?;
        Ok(Command::Audit(AuditCommand::AcceptLoss {
            sealed: entry,
            passphrase,
        }))
    };
    let (before, sealed) = session.carry_out(accept, |fact| match fact {
        Fact::Audit(AuditFact::LossAccepted { before, sealed }) => Some((before, sealed)),
        _ => None,
    })?;
    session.talk.note(
        "What was issued or revoked in what is lost is unknown here. Where you know of it, revoke \
         by serial with `cert revoke --unlisted`, and make a backup now.",
    );
    let text = format!("sealed up to entry {sealed}; the vault had seen entry {before}");
    Told::new(text, &json!({ "before": before, "sealed_to": sealed }))
}

fn checkpoint(session: &Session, out: Option<PathBuf>) -> Result<Told, Report> {
    session.unlock()?;
    let seal = || {
        let file = out.clone();
        Ok(Command::Audit(AuditCommand::Checkpoint { file }))
    };
    let (sequence, file) = session.carry_out(seal, |fact| match fact {
        Fact::Audit(AuditFact::Sealed { sequence, file }) => Some((sequence, file)),
        _ => None,
    })?;
    let text = format!("sealed up to entry {sequence}");
    Told::new(text, &json!({ "sealed_to": sequence, "file": file }))
}

fn export(session: &Session, out: &Path) -> Result<Told, Report> {
    let export = || {
        let file = out.to_owned();
        Ok(Command::Audit(AuditCommand::Export { file }))
    };
    let (file, entries) = session.carry_out(export, |fact| match fact {
        Fact::Audit(AuditFact::Exported { file, entries }) => Some((file, entries)),
        _ => None,
    })?;
    let text = format!("{entries} entries in {}", file.display());
    Told::new(text, &json!({ "file": file, "entries": entries }))
}

fn export_key(session: &Session, out: &Path) -> Result<Told, Report> {
    let export = || {
        let file = out.to_owned();
        Ok(Command::Audit(AuditCommand::ExportKey { file }))
    };
    let file = session.carry_out(export, |fact| match fact {
        Fact::Audit(AuditFact::KeyExported { file }) => Some(file),
        _ => None,
    })?;
    Told::new(file.display().to_string(), &json!({ "file": file }))
}

impl List {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let filter = AuditFilter {
            text: self.text,
            outcome: self.outcome.unwrap_or_default(),
        };
        let (total, rows) = session.pages(self.limit, |first, rows| ListAudit {
            filter: filter.clone(),
            first,
            rows,
        })?;
        session.tell_rest(rows.len(), total);
        let lines: Vec<_> = rows.iter().map(entry).collect();
        let titles = ["Entry", "When", "Who", "What", "Outcome", "Details"];
        Told::new(
            table(titles, &lines),
            &json!({ "total": total, "rows": rows }),
        )
    }
}

fn entry(row: &AuditRow) -> [String; 6] {
    [
        row.sequence.to_string(),
        row.at.to_string(),
        row.actor.to_string(),
        row.action.clone(),
        row.outcome.clone(),
        row.details.clone(),
    ]
}

impl Verify {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let found = match (&self.export, &self.key) {
            (Some(export), Some(key)) => verify_export(export, key, self.since.as_deref())?,
            _ => verify_own(session)?,
        };
        let exit = match found.faults.is_empty() {
            true => Exit::Done,
            false => Exit::Failed,
        };
        let words = verdict(&found, self.since.is_some());
        Ok(Told::new(words, &found)?.ending_with(exit))
    }
}

fn verify_export(export: &Path, key: &Path, since: Option<&Path>) -> Result<Verification, Report> {
    let key = files::read(key)?;
    let since = since.map(files::read).transpose()?;
    let mut export = BufReader::new(files::open(export)?);
    verify_audit(&mut export, &key, since.as_deref())
}

fn verify_own(session: &Session) -> Result<Verification, Report> {
    session.carry_out_as_job(|| Ok(Command::Audit(AuditCommand::Verify)))?;
    let state = session.ask(&AuditStateQuestion)?;
    let (_, mut found) = state.last_verification.ok_or(CliError::Misunderstood)?;
    // The chain is whole where a store was put back, and still it is a fault.
    found.faults.extend(state.rolled_back);
    Ok(found)
}

/// What was found, and what no look at the chain alone can find: a tail that was cut.
fn verdict(found: &Verification, against_checkpoint: bool) -> String {
    let faults = found.faults.iter().map(|fault| format!("fault: {fault}\n"));
    let faults: String = faults.collect();
    let whole = format!("{faults}complete up to entry {}", found.complete_to);
    match found
        .sealed_to
        .filter(|_| against_checkpoint && faults.is_empty())
    {
        Some(sealed) => format!(
            "{whole}; nothing up to entry {sealed} has been cut; later entries cannot be excluded"
        ),
        None => format!("{whole}; later entries cannot be excluded"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(faults: &[&str], sealed_to: Option<u64>) -> Verification {
        Verification {
            complete_to: 7,
            faults: faults.iter().map(ToString::to_string).collect(),
            sealed_to,
        }
    }

    #[test]
    fn without_a_checkpoint_kept_elsewhere_a_cut_tail_is_never_excluded() {
        let words = "complete up to entry 7; later entries cannot be excluded";
        assert_eq!(verdict(&found(&[], None), false), words);
        assert_eq!(verdict(&found(&[], Some(5)), false), words);
    }

    #[test]
    fn a_checkpoint_kept_elsewhere_excludes_a_cut_before_it() {
        let words = "complete up to entry 7; nothing up to entry 5 has been cut; \
                     later entries cannot be excluded";
        assert_eq!(verdict(&found(&[], Some(5)), true), words);
    }

    #[test]
    fn faults_stand_first() {
        let words = verdict(&found(&["entry 8 was changed"], Some(5)), true);
        assert!(words.starts_with("fault: entry 8 was changed\ncomplete up to entry 7;"));
        assert!(!words.contains("has been cut"));
    }
}
