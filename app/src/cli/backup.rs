//! `chancery backup`: everything in one sealed file, tried out before it counts.

use std::path::{Path, PathBuf};

use chancery_engine::api::{
    BackupCommand, BackupFact, BackupManifest, BackupSchedule, BackupStatus, BackupStatusQuestion,
    BackupTrial, Clock, Command, Fact, KeyTrial, Opener, Report, Secret, SystemClock,
};
use chancery_engine::{Home, Kdf, Settings, read_manifest, require_room, restore, verify_backup};
use clap::{Args, Subcommand};
use serde_json::json;

use super::files;
use super::print::{Exit, Told, fields};
use super::session::Session;

pub(crate) const ABOUT: &str = "Everything in one sealed file, tried out before it counts";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Write vault, store and audit into one sealed file, and restore it in memory
    Create {
        /// Where to; never over a file that is there
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Leave the private keys out
        #[arg(long)]
        without_keys: bool,
    },
    /// Restore it into the data folder, which must be empty or missing
    Restore {
        /// What `backup create` wrote
        file: PathBuf,
    },
    /// Make backups by itself, or say how it stands
    Schedule(Schedule),
    /// What a backup says of itself; opens nothing
    Show {
        /// What `backup create` wrote
        file: PathBuf,
    },
    /// Restore it in memory and let each authority's key sign a test message
    Verify {
        /// What `backup create` wrote
        file: PathBuf,
    },
}

#[derive(Args)]
pub(crate) struct Schedule {
    /// Where to
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// How often, such as 12h or 7d
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = hours, requires = "folder")]
    every: u32,
    /// How many of them stay
    #[arg(long, value_name = "N", default_value_t = 14, requires = "folder",
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    keep: u32,
    /// Leave the private keys out
    #[arg(long, requires = "folder")]
    without_keys: bool,
    /// Make none by itself any more
    #[arg(long, conflicts_with = "folder")]
    off: bool,
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::Create { out, without_keys } => create(session, &out, !without_keys),
            Self::Restore { file } => restore_from(session, &file),
            Self::Schedule(words) => words.run(session),
            Self::Show { file } => show(&file),
            Self::Verify { file } => verify(session, &file),
        }
    }
}

/// What is due is made while the vault is open anyway. It is not what was asked for, so that its
/// failure changes no exit code.
pub(crate) fn make_due(session: &Session) {
    if !session.is_unlocked() {
        return;
    }
    let is_due = |status: BackupStatus| {
        let due = status.next_due;
        due.is_some_and(|due| due <= SystemClock.now())
    };
    match session.ask(&BackupStatusQuestion).map(is_due) {
        Ok(true) => (),
        Ok(false) => return,
        Err(report) => return session.talk.warning(&report.what),
    }
    session.talk.note("Making the scheduled backup.");
    let make = || Ok(Command::Backup(BackupCommand::CreateScheduled));
    if let Err(report) = session.carry_out(make, Some) {
        let what = report.what;
        session
            .talk
            .warning(&format!("the scheduled backup failed: {what}"));
    }
}

fn create(session: &Session, out: &Path, keys_inside: bool) -> Result<Told, Report> {
    session.unlock()?;
    let out = files::absolute(out);
    let create = || {
        Ok(Command::Backup(BackupCommand::Create {
            file: out.clone(),
            keys_inside,
            passphrase: match session.knows_passphrase() {
                true => Some(session.copy_of_passphrase()?),
                false => None,
            },
        }))
    };
    let (file, bytes, manifest, trial) = session.carry_out(create, |fact| match fact {
        Fact::Backup(BackupFact::Created {
            file,
            bytes,
            manifest,
            trial,
            ..
        }) => Some((file, bytes, manifest, trial)),
        _ => None,
    })?;
    let text = format!("{}\n{}", file.display(), told(&manifest, Some(&trial)));
    let json = json!({ "file": file, "bytes": bytes, "manifest": manifest, "trial": trial });
    Ok(Told::new(text, &json)?.ending_with(exit(&trial)))
}

fn verify(session: &Session, file: &Path) -> Result<Told, Report> {
    let file = files::absolute(file);
    // Said before the passphrase is asked for where it is no backup at all.
    read_manifest(&file)?;
    let has_vault = session.has_vault()?;
    let with = session.opener()?;
    let (manifest, trial) = match has_vault {
        true => {
            let verify = || {
                let with = Some(copy_of(&with));
                let file = file.clone();
                Ok(Command::Backup(BackupCommand::Verify { file, with }))
            };
            session.carry_out(verify, |fact| match fact {
                Fact::Backup(BackupFact::Verified {
                    manifest, trial, ..
                }) => Some((*manifest, trial)),
                _ => None,
            })?
        }
        false => verify_backup(&file, &with, Kdf::Usual)?,
    };
    let json = json!({ "file": file, "manifest": manifest, "trial": trial });
    Ok(Told::new(told(&manifest, Some(&trial)), &json)?.ending_with(exit(&trial)))
}

/// A command may have to be sent again, and what it holds cannot be copied by itself.
fn copy_of(with: &Opener) -> Opener {
    let again = |secret: &Secret<String>| secret.expose(|text| Secret::new(text.clone()));
    match with {
        Opener::OsStore => Opener::OsStore,
        Opener::Passphrase(passphrase) => Opener::Passphrase(again(passphrase)),
        Opener::Recovery(code) => Opener::Recovery(again(code)),
    }
}

fn show(file: &Path) -> Result<Told, Report> {
    let manifest = read_manifest(file)?;
    let text = told(&manifest, None);
    Told::new(text, &json!({ "file": file, "manifest": manifest }))
}

fn restore_from(session: &Session, file: &Path) -> Result<Told, Report> {
    let folder = session.folder()?.to_owned();
    read_manifest(file)?;
    let settings = Settings::at(Home::Folder(folder.clone()));
    require_room(&settings)?;
    let with = session.opener()?;
    let restored = restore(file, &settings, session.actor(), &with)?;
    for fault in &restored.trial.faults {
        session.talk.warning(fault);
    }
    if !restored.manifest.keys_inside {
        session.talk.warning(
            "this backup holds no private keys: what it restores can be read, and signs nothing",
        );
    }
    let text = format!(
        "{}\n{}",
        folder.display(),
        told(&restored.manifest, Some(&restored.trial))
    );
    let json = json!({
        "folder": folder, "manifest": restored.manifest, "trial": restored.trial,
    });
    Told::new(text, &json)
}

impl Schedule {
    fn run(self, session: &Session) -> Result<Told, Report> {
        match (self.folder, self.off) {
            (Some(folder), _) => {
                let schedule = BackupSchedule {
                    folder: files::absolute(&folder),
                    every_hours: self.every,
                    keep: self.keep,
                    keys_inside: !self.without_keys,
                };
                let set = || {
                    let schedule = schedule.clone();
                    Ok(Command::Backup(BackupCommand::SetSchedule { schedule }))
                };
                // The first one is due at once; whoever cannot unlock sets nothing.
                session.unlock()?;
                session.carry_out(set, Some)?;
            }
            (None, true) => {
                let clear = || Ok(Command::Backup(BackupCommand::ClearSchedule));
                session.carry_out(clear, Some)?;
            }
            (None, false) => (),
        }
        let status = session.ask(&BackupStatusQuestion)?;
        Told::new(status_in_words(&status), &status)
    }
}

fn status_in_words(status: &BackupStatus) -> String {
    let Some(schedule) = &status.schedule else {
        return "no backups are made by themselves".to_owned();
    };
    let keys = if schedule.keys_inside { "yes" } else { "no" };
    let failure = status.last_failure.as_ref();
    fields(&[
        ("Folder", schedule.folder.display().to_string()),
        ("Every", format!("{} hours", schedule.every_hours)),
        ("Keep", schedule.keep.to_string()),
        ("Keys inside", keys.to_owned()),
        (
            "Next",
            status.next_due.map_or(String::new(), |at| at.to_string()),
        ),
        (
            "Last",
            status
                .last_scheduled
                .as_ref()
                .map_or(String::new(), |made| made.file.display().to_string()),
        ),
        (
            "Failed",
            failure.map_or(String::new(), |it| format!("{}: {}", it.at, it.report.what)),
        ),
    ])
}

/// What it says of itself and, where it has been tried out, what that showed.
fn told(manifest: &BackupManifest, trial: Option<&BackupTrial>) -> String {
    let keys = if manifest.keys_inside { "yes" } else { "no" };
    let mut text = fields(&[
        ("Made", manifest.made.to_string()),
        ("By", manifest.made_by.clone()),
        ("Vault", manifest.vault.clone()),
        ("Keys inside", keys.to_owned()),
        ("Authorities", manifest.authorities.to_string()),
        ("Certificates", manifest.certificates.to_string()),
        ("Requests", manifest.requests.to_string()),
        ("Keys", manifest.keys.to_string()),
        ("Audit entries", manifest.audit_entries.to_string()),
    ]);
    let Some(trial) = trial else {
        text.push_str("nothing of this is proved: try it out with `chancery backup verify`\n");
        return text;
    };
    for authority in &trial.authorities {
        let outcome = match authority.key {
            KeyTrial::Absent => "its key is not inside",
            KeyTrial::Failed => "its key does not sign",
            KeyTrial::Sealed => "its key is inside, and was not opened",
            KeyTrial::Signed => "its key signed a test message",
            _ => "nothing is known of its key",
        };
        text.push_str(&format!("{}: {outcome}\n", authority.name));
    }
    for fault in &trial.faults {
        text.push_str(&format!("fault: {fault}\n"));
    }
    if trial.faults.is_empty() {
        text.push_str("restored in memory without a fault\n");
    }
    text
}

fn exit(trial: &BackupTrial) -> Exit {
    match trial.faults.is_empty() {
        true => Exit::Done,
        false => Exit::Failed,
    }
}

/// `12h` or `7d`.
fn hours(text: &str) -> Result<u32, String> {
    let wrong = || "expected hours or days, such as 12h or 7d".to_owned();
    let (number, factor) = match (text.strip_suffix('h'), text.strip_suffix('d')) {
        (Some(number), _) => (number, 1),
        (_, Some(number)) => (number, 24),
        _ => return Err(wrong()),
    };
    let number: u32 = number.parse().map_err(|_| wrong())?;
    number
        .checked_mul(factor)
        .filter(|hours| (1..=8760).contains(hours))
        .ok_or_else(|| "expected at least 1h and at most 365d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_hours_or_days_within_a_year() {
        assert_eq!(hours("12h"), Ok(12));
        assert_eq!(hours("7d"), Ok(168));
        for wrong in ["", "h", "12", "0h", "366d", "99999999999d", "-1h", "1w"] {
            assert!(hours(wrong).is_err(), "{wrong}");
        }
    }
}
