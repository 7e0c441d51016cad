//! `chancery ca`: roots, intermediates, and what each of their keys may sign alone.

mod new;
mod set;

pub(crate) use new::Wish;

use std::path::PathBuf;

use chancery_engine::api::{
    AuthorityCommand, AuthorityDetail, AuthorityFact, AuthorityId, AuthorityRow, AuthorityState,
    Clock, Command, Custody, Destination, Fact, FindAuthority, Grant, ListAuthorities, ProfileName,
    Report, ShowAuthority, SystemClock, Timestamp, TrustFormat,
};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::forms::{self, Place};
use crate::cli::print::{Told, day, fields, list, table, word};
use crate::cli::session::Session;
use crate::cli::{CliError, files, number};
use new::{Create, Request};
use set::Set;
pub(in crate::cli) use set::replace;

pub(crate) const ABOUT: &str = "Certification authorities: roots and those below them";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Make a root, or an authority below one of ours; answers with its id
    Create(Create),
    /// Take from an authority's key that it signs alone
    EndGrant {
        /// Id, name or serial
        ca: String,
    },
    /// Write an authority's certificate and its chain
    Export {
        /// Id, name or serial
        ca: String,
        /// The folder to write to
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// The form of the files; without, PEM
        #[arg(long, value_parser = forms::trust_formats(), conflicts_with = "destination")]
        format: Option<TrustFormat>,
        /// Who is to trust it, which chooses the form
        #[arg(long = "for", value_name = "DESTINATION",
            value_parser = forms::trusting_destinations())]
        destination: Option<Destination>,
        /// Take a trust store's password from this file's first line
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Let an authority's key sign alone, within limits
    Grant(GrantWords),
    /// Complete a requested authority with the certificate that another installation made
    Install {
        /// Id or name of the one that waits
        ca: String,
        /// Its certificate and those above it, PEM or DER, in one file or several
        #[arg(required = true, value_name = "FILE")]
        certificates: Vec<PathBuf>,
    },
    /// List every authority, each below its own
    List,
    /// Make a key here and a request for an authority elsewhere to sign; answers with its id
    Request(Request),
    /// Say what an authority writes into the certificates it issues from now on
    Set(Set),
    /// Show one authority
    Show {
        /// Id, name or serial
        ca: String,
        /// Only the certificate and its chain, or the request that waits, as PEM
        #[arg(long)]
        pem: bool,
    },
}

#[derive(Args)]
pub(crate) struct GrantWords {
    /// Id, name or serial
    ca: String,
    /// Only this profile; may be repeated; without, every one but `intermediate` and `ocsp`
    #[arg(long)]
    profile: Vec<ProfileName>,
    /// For so many days; without, to the end of the authority's certificate
    #[arg(long, value_name = "N", value_parser = number::days_of_authority)]
    days: Option<u32>,
    /// Name the authority, where the passphrase comes from a file
    #[arg(long, value_name = "CA")]
    confirm: Option<String>,
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::Create(words) => words.run(session),
            Self::EndGrant { ca } => end_grant(session, ca),
            Self::Export {
                ca,
                out,
                format,
                destination,
                password_file,
            } => {
                let place = Place {
                    form: forms::form(format, destination),
                    password_file: password_file.as_ref(),
                    ..Place::new(&out)
                };
                export(session, ca, place)
            }
            Self::Grant(words) => words.run(session),
            Self::Install { ca, certificates } => install(session, ca, &certificates),
            Self::List => list_all(session),
            Self::Request(words) => words.run(session),
            Self::Set(words) => words.run(session),
            Self::Show { ca, pem } => show(session, ca, pem),
        }
    }
}

impl GrantWords {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let id = session.ask(&FindAuthority(self.ca))?;
        let row = session.ask(&ShowAuthority(id))?.row;
        let grant = Grant {
            profiles: self.profile,
            until: self.days.map(in_days).or(row.not_after),
        };
        let end = grant.until.map_or("for ever".to_owned(), until);
        session.unlock()?;
        let command = || {
            Ok(Command::Authority(AuthorityCommand::Grant {
                id,
                grant: grant.clone(),
                consent: session.consent(self.confirm.as_deref())?,
            }))
        };
        session.carry_out(command, |fact| {
            matches!(fact, Fact::Authority(AuthorityFact::Granted { .. })).then_some(())
        })?;
        session
            .talk
            .note(&format!("The key of {} signs alone {end}.", row.name));
        Told::new(id.to_string(), &json!({ "id": id, "grant": grant }))
    }
}

fn end_grant(session: &Session, ca: String) -> Result<Told, Report> {
    let id = session.ask(&FindAuthority(ca))?;
    session.unlock()?;
    let end = || Ok(Command::Authority(AuthorityCommand::EndGrant { id }));
    session.carry_out(end, |fact| {
        matches!(fact, Fact::Authority(AuthorityFact::GrantEnded { .. })).then_some(())
    })?;
    Told::new(id.to_string(), &json!({ "id": id }))
}

fn export(session: &Session, ca: String, place: Place<'_, TrustFormat>) -> Result<Told, Report> {
    let id = session.ask(&FindAuthority(ca))?;
    let files = export_to(session, id, place)?;
    let text: String = files
        .iter()
        .map(|file| format!("{}\n", file.display()))
        .collect();
    Told::new(text, &json!({ "id": id, "files": files }))
}

/// The files that were written, the certificate's own first.
pub(crate) fn export_to(
    session: &Session,
    id: AuthorityId,
    place: Place<'_, TrustFormat>,
) -> Result<Vec<PathBuf>, Report> {
    let _made = files::Folder::at(place.folder)?;
    let is_needed = place.form.format().needs_password();
    let password = forms::password(session, place.password_file, is_needed)?;
    let export = || {
        Ok(Command::Authority(AuthorityCommand::Export {
            id,
            folder: place.folder.to_owned(),
            form: place.form,
            password: forms::copy(password.as_ref()),
        }))
    };
    session.carry_out(export, |fact| match fact {
        Fact::Authority(AuthorityFact::Exported { files, .. }) => Some(files),
        _ => None,
    })
}

fn install(session: &Session, ca: String, sources: &[PathBuf]) -> Result<Told, Report> {
    let id = session.ask(&FindAuthority(ca))?;
    let mut certificates = Vec::new();
    for file in sources {
        certificates.extend(files::read(file)?);
        certificates.push(b'\n');
    }
    if let [_] = sources {
        // DER has to end where it ends.
        certificates.pop();
    }
    let install = || {
        Ok(Command::Authority(AuthorityCommand::Install {
            id,
            certificates: certificates.clone(),
        }))
    };
    session.carry_out(install, |fact| {
        matches!(fact, Fact::Authority(AuthorityFact::Installed { .. })).then_some(())
    })?;
    Told::new(id.to_string(), &session.ask(&ShowAuthority(id))?.row)
}

fn list_all(session: &Session) -> Result<Told, Report> {
    let all = session.ask(&ListAuthorities)?;
    let rows: Vec<_> = all.iter().map(row).collect();
    let titles = ["Id", "Name", "State", "Key", "Signs", "Ends", "Issued"];
    let json = json!({ "total": all.len(), "rows": all });
    Told::new(table(titles, &rows), &json)
}

fn row(ca: &AuthorityRow) -> [String; 7] {
    let depth = usize::try_from(ca.depth).unwrap_or(0);
    let signs = match &ca.custody {
        Custody::Unattended(_) => "alone",
        Custody::Keyless => "elsewhere",
        _ => "with the passphrase",
    };
    [
        ca.id.to_string(),
        format!("{}{}", "  ".repeat(depth), ca.name),
        word(&ca.state),
        ca.key_title.clone(),
        signs.to_owned(),
        ca.effective_not_after.map_or(String::new(), day),
        ca.issued.to_string(),
    ]
}

fn show(session: &Session, ca: String, pem: bool) -> Result<Told, Report> {
    let id = session.ask(&FindAuthority(ca))?;
    let detail = session.ask(&ShowAuthority(id))?;
    let text = match (pem, &detail.request_pem) {
        (false, _) => in_words(&detail),
        (true, Some(request)) if detail.certificate_pem.is_empty() => request.clone(),
        (true, _) if detail.certificate_pem.is_empty() => return Err(CliError::NoRequest.into()),
        (true, _) => detail.chain_pem.clone(),
    };
    Told::new(text, &detail)
}

fn in_words(detail: &AuthorityDetail) -> String {
    let row = &detail.row;
    let reach = match &row.permitted {
        _ if row.state == AuthorityState::Requested => {
            "not yet decided; its request says what was asked for".to_owned()
        }
        None if detail.keyless_because.is_some() => "nothing here".to_owned(),
        None => "any name".to_owned(),
        Some(permitted) => list(permitted),
    };
    let online = "online: its key shares a vault with an authority below it".to_owned();
    let text = |value: Option<String>| value.unwrap_or_default();
    fields(&[
        ("Id", row.id.to_string()),
        ("Name", row.name.clone()),
        ("Subject", row.subject.clone()),
        ("State", word(&row.state)),
        ("Below", text(row.parent.map(|id| id.to_string()))),
        ("Root", text(row.online_root.then_some(online))),
        ("Key", key(detail)),
        ("Signs", signs(&row.custody)),
        ("Valid from", text(row.not_before.map(|at| at.to_string()))),
        ("Valid until", text(row.not_after.map(|at| at.to_string()))),
        (
            "Chain until",
            text(row.effective_not_after.map(|at| at.to_string())),
        ),
        ("Path length", text(row.path_len.map(|n| n.to_string()))),
        ("May issue for", reach),
        ("Never for", list(&detail.excluded)),
        ("Writes CRL", list(&detail.publication.addresses.crl)),
        ("Writes issuer", list(&detail.publication.addresses.issuer)),
        ("Writes OCSP", list(&detail.publication.addresses.ocsp)),
        ("Writes policies", list(&detail.publication.policies)),
        ("Writes extensions", list(&detail.publication.extensions)),
        ("Issued", row.issued.to_string()),
        (
            "Serial",
            text(detail.serial.as_ref().map(ToString::to_string)),
        ),
        (
            "SHA-256",
            text(detail.fingerprint.map(|print| print.grouped())),
        ),
        (
            "Certificate",
            text(detail.certificate.map(|id| id.to_string())),
        ),
    ])
}

pub(crate) fn signs(custody: &Custody) -> String {
    match custody {
        Custody::Keyless => "elsewhere: its key was not brought here".to_owned(),
        Custody::Unattended(grant) => {
            let what = match grant.profiles.is_empty() {
                true => "every profile but intermediate and ocsp".to_owned(),
                false => list(&grant.profiles),
            };
            let end = grant.until.map_or("for ever".to_owned(), until);
            format!("alone {end}: {what}, and CRLs")
        }
        _ => "with the passphrase".to_owned(),
    }
}

fn key(detail: &AuthorityDetail) -> String {
    let title = &detail.row.key_title;
    match (&detail.key, &detail.keyless_because) {
        (Some(id), _) => format!("{title}, {id}"),
        (None, None) => format!("{title}, elsewhere"),
        (None, Some(why)) => format!("{title}, not taken over: {why}"),
    }
}

fn until(end: Timestamp) -> String {
    format!("until {}", day(end))
}

fn in_days(days: u32) -> Timestamp {
    SystemClock.now().plus_days(days.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_says_what_it_covers_and_until_when() {
        let mut grant = Grant {
            profiles: Vec::new(),
            until: Some(Timestamp::from_secs(1_795_312_800)),
        };
        let words = signs(&Custody::Unattended(grant.clone()));
        assert_eq!(
            words,
            "alone until 2026-11-22: every profile but intermediate and ocsp, and CRLs"
        );
        grant.profiles = vec!["server".parse().unwrap()];
        grant.until = None;
        assert_eq!(
            signs(&Custody::Unattended(grant)),
            "alone for ever: server, and CRLs"
        );
    }
}
