//! `chancery import`: an existing CA, certificate or key, from a file or another program's folder.

use std::io::{IsTerminal, stdin};
use std::path::{Path, PathBuf};

use chancery_engine::api::{
    Command, Fact, FilePassword, ImportCommand, ImportDone, ImportFact, ImportOutcome,
    ImportPreview, ImportRow, ImportSource, PreviewImport, Report,
};
use clap::Args;
use serde_json::json;

use super::print::{Exit, Told, table, word};
use super::session::Session;
use super::{CliError, files, passphrase};

pub(crate) const ABOUT: &str = "Take over an existing CA, certificate or key";

#[derive(Args)]
#[command(long_about = LONG_ABOUT)]
pub(crate) struct Import {
    /// A file, or the folder that holds index.txt
    source: PathBuf,
    /// What to call the authority here, in place of its common name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The first line is what opens an encrypted file or key; asked for in a terminal otherwise
    #[arg(long, value_name = "FILE", alias = "key-password-file")]
    password_file: Option<PathBuf>,
    /// Also take PKCS #12 that nothing protects from being changed: without a MAC
    #[arg(long)]
    unauthenticated: bool,
    /// Only say what would be taken over
    #[arg(long)]
    dry_run: bool,
}

impl Import {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        let mut source = ImportSource {
            path: files::absolute(&self.source),
            name: self.name,
            password: password(session, self.password_file.as_deref())?,
            unauthenticated: self.unauthenticated,
        };
        let mut preview = session.ask(&PreviewImport(source.clone()))?;
        if preview.needs_password && source.password.is_none() && stdin().is_terminal() {
            let typed = passphrase::typed_for_file(&source.path)?;
            source.password = Some(FilePassword::new(typed));
            preview = session.ask(&PreviewImport(source.clone()))?;
        }
        if self.dry_run {
            if preview.vault_may_hold_keys {
                session.talk.note(
                    "The vault is locked: a key that it holds already is not seen before the import.",
                );
            }
            return previewed(session, &self.source, &preview);
        }
        match preview.keys {
            0 if preview.vault_may_hold_keys && session.can_unlock()? => {
                session
                    .talk
                    .note("The vault is opened, to see whether it holds the key already.");
                session.unlock()?;
            }
            0 => {
                session.require_vault()?;
                if preview.vault_may_hold_keys {
                    session.talk.note(
                        "The vault was not opened: a key that it holds already is found when the \
                         same is imported again with the passphrase.",
                    );
                }
            }
            _ => session.unlock()?,
        }
        let take = || {
            let passphrase = match preview.needs_passphrase {
                true => Some(session.copy_of_consent()?),
                false => None,
            };
            Ok(Command::Import(ImportCommand::Take {
                source: source.clone(),
                passphrase,
            }))
        };
        let done = session.carry_out(take, |fact| match fact {
            Fact::Import(ImportFact::Taken(done)) => Some(done),
            _ => None,
        })?;
        session.talk.note(&summary(&done));
        let mut json = json!(done);
        json["total"] = done.rows.len().into();
        Told::new(rows(&done.rows), &json)
    }
}

/// What would be taken over, as far as it can be seen.
fn previewed(session: &Session, source: &Path, preview: &ImportPreview) -> Result<Told, Report> {
    let mut json = serde_json::to_value(preview).map_err(|_| CliError::Misunderstood)?;
    json["total"] = preview.rows.len().into();
    let told = Told::new(rows(&preview.rows), &json)?;
    if !preview.needs_password {
        return Ok(told);
    }
    session.talk.note(&format!(
        "{} needs a password before all of it can be seen: --password-file FILE, or run this in a \
         terminal and type it.",
        source.display()
    ));
    Ok(told.ending_with(Exit::Locked))
}

fn password(session: &Session, file: Option<&Path>) -> Result<Option<FilePassword>, Report> {
    let read = |file| passphrase::known_for_file(file, session.talk);
    let password = file.map(read).transpose()?;
    Ok(password.map(FilePassword::new))
}

/// One line for each thing; what a person should know of it stands below.
fn rows(rows: &[ImportRow]) -> String {
    let cells: Vec<[String; 5]> = rows
        .iter()
        .flat_map(|row| {
            let warnings = row.warnings.iter().map(|warning| {
                let empty = String::new;
                [empty(), empty(), empty(), format!("but {warning}"), empty()]
            });
            std::iter::once(cells(row)).chain(warnings)
        })
        .collect();
    table(["Outcome", "What", "Name", "Becomes", "From"], &cells)
}

fn cells(row: &ImportRow) -> [String; 5] {
    let outcome = match row.outcome {
        ImportOutcome::AlreadyHere => "already here",
        ImportOutcome::Taken => "taken",
        _ => "not taken",
    };
    [
        outcome.to_owned(),
        word(&row.kind).replace('-', " "),
        row.name.clone(),
        row.into.clone(),
        row.from.clone(),
    ]
}

fn summary(done: &ImportDone) -> String {
    let left = done.rows.iter();
    let left = left.filter(|row| row.outcome == ImportOutcome::NotTaken);
    let counted = [
        (done.authorities.len() as u64, "authorities"),
        (done.certificates, "certificates"),
        (done.keys, "keys"),
        (done.revoked, "revocations"),
    ];
    let counted: Vec<String> = counted
        .iter()
        .map(|(count, what)| format!("{what} {count}"))
        .collect();
    let taken = counted.join(", ");
    format!("Taken over: {taken}. Not taken: {}.", left.count())
}

const LONG_ABOUT: &str = "Take over an existing CA, certificate or key\n\n\
PEM, DER, PKCS #7, PKCS #8 and PKCS #12 are read, and the folders of `openssl ca` and easy-rsa with \
their index: names, revocations and serials are kept. What is here already stays as it is. The key \
of a CA signs with the passphrase from then on; `ca grant` lets it sign alone.";
