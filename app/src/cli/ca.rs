//! `chancery ca`: roots, intermediates, and what each of their keys may sign alone.

use std::path::{Path, PathBuf};

use chancery_engine::api::{
    AuthorityCommand, AuthorityDetail, AuthorityFact, AuthorityId, AuthorityRow, Clock, Command,
    Custody, Fact, FindAuthority, Grant, KeyType, ListAuthorities, ListProfiles, NewAuthority,
    NewAuthorityRequest, ProfileName, Reach, Report, ShowAuthority, Subtree, SystemClock,
    Timestamp,
};
use clap::{Args, Subcommand, value_parser};
use serde_json::json;

use super::print::{Told, day, fields, list, table, word};
use super::session::Session;
use super::{CliError, Format, files};

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
        /// How the files are encoded
        #[arg(long, value_enum, default_value_t)]
        format: Format,
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
pub(crate) struct Create {
    #[command(flatten)]
    new: New,
    /// Make it below this one, by id, name or serial; without, it is a root
    #[arg(long, value_name = "CA")]
    parent: Option<String>,
    /// Lifetime in days, in place of the usual one
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=36_500))]
    days: Option<u32>,
    /// Name the authority that is to sign, where the passphrase comes from a file
    #[arg(long, value_name = "CA")]
    confirm: Option<String>,
}

/// What a request for an authority says as well.
#[derive(Args)]
struct New {
    /// What to call it
    name: String,
    /// ed25519, p256, p384, rsa2048, rsa3072 or rsa4096
    #[arg(long, value_name = "TYPE", default_value = "p384")]
    key: KeyType,
    /// How many authorities may follow below it
    #[arg(long, value_name = "N")]
    path_len: Option<u8>,
    /// Issue only below this name, block of addresses, mail host or URI host; may be repeated
    #[arg(long, value_name = "dns:…|ip:…|email:…|uri:…")]
    permit: Vec<Subtree>,
    /// Issue for any name; without this and --permit a root is confined to private names
    #[arg(long, conflicts_with = "permit")]
    unconstrained: bool,
    /// Distinguished name, such as `O=Example, CN=Example Root`
    #[arg(long, value_name = "DN")]
    subject: Option<String>,
}

#[derive(Args)]
pub(crate) struct Request {
    #[command(flatten)]
    new: New,
    /// Write the request here; `chancery ca show CA --pem` tells it again
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct GrantWords {
    /// Id, name or serial
    ca: String,
    /// Only this profile; may be repeated; without, every one but `intermediate`
    #[arg(long)]
    profile: Vec<ProfileName>,
    /// For so many days; without, to the end of the authority's certificate
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=36_500))]
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
            Self::Export { ca, out, format } => export(session, ca, &out, format),
            Self::Grant(words) => words.run(session),
            Self::Install { ca, certificates } => install(session, ca, &certificates),
            Self::List => list_all(session),
            Self::Request(words) => words.run(session),
            Self::Show { ca, pem } => show(session, ca, pem),
        }
    }
}

impl Create {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let parent = self.parent.clone();
        let parent = parent.map(|text| session.ask(&FindAuthority(text)));
        let parent = parent.transpose()?;
        if let Some(parent) = parent {
            let signer = session.ask(&ShowAuthority(parent))?.row.name;
            session
                .talk
                .note(&format!("{signer} will sign {}.", self.new.name));
        }
        session.unlock()?;
        let wish = Wish {
            name: &self.new.name,
            subject: self.new.subject.as_deref(),
            parent,
            key_type: self.new.key,
            days: self.days,
            path_len: self.new.path_len,
            reach: self.new.reach(),
        };
        // A root signs itself: its name, which was typed, says which key is meant.
        let own = parent.is_none().then_some(self.new.name.as_str());
        let id = wish.carry_out(session, self.confirm.as_deref().or(own))?;
        Told::new(id.to_string(), &session.ask(&ShowAuthority(id))?.row)
    }
}

impl New {
    fn reach(&self) -> Reach {
        match (self.unconstrained, self.permit.is_empty()) {
            (true, _) => Reach::Anything,
            (false, false) => Reach::Only(self.permit.clone()),
            (false, true) => Reach::Usual,
        }
    }
}

/// An authority to be made here, as `ca create` and `quickstart` wish for it.
pub(crate) struct Wish<'a> {
    pub(crate) name: &'a str,
    pub(crate) subject: Option<&'a str>,
    pub(crate) parent: Option<AuthorityId>,
    pub(crate) key_type: KeyType,
    pub(crate) days: Option<u32>,
    pub(crate) path_len: Option<u8>,
    pub(crate) reach: Reach,
}

impl Wish<'_> {
    /// One below another is granted to sign alone for as long as it lasts, and that is said; a
    /// root never is.
    pub(crate) fn carry_out(
        &self,
        session: &Session,
        confirmed: Option<&str>,
    ) -> Result<AuthorityId, Report> {
        let grant = self.parent.map(|_| self.grant(session)).transpose()?;
        let create = || {
            let new = NewAuthority {
                name: self.name.to_owned(),
                subject: self.subject.map(str::to_owned),
                parent: self.parent,
                key_type: self.key_type,
                days: self.days,
                path_len: self.path_len,
                reach: self.reach.clone(),
                grant: grant.clone(),
                consent: session.consent(confirmed)?,
            };
            Ok(Command::Authority(AuthorityCommand::Create(new)))
        };
        let id = session.carry_out(create, |fact| match fact {
            Fact::Authority(AuthorityFact::Created { id }) => Some(id),
            _ => None,
        })?;
        if let Some(end) = grant.and_then(|grant| grant.until) {
            session.talk.note(&format!(
                "The key of {} signs alone until {}; `chancery ca end-grant {id}` takes that away.",
                self.name,
                day(end)
            ));
        }
        Ok(id)
    }
}

impl Wish<'_> {
    /// For every profile but `intermediate`, for as long as the certificate lasts.
    fn grant(&self, session: &Session) -> Result<Grant, Report> {
        let days = match self.days {
            Some(days) => days,
            None => {
                let profiles = session.ask(&ListProfiles)?;
                let intermediate = profiles
                    .iter()
                    .find(|row| row.name.as_str() == "intermediate");
                intermediate.ok_or(CliError::Misunderstood)?.default_days
            }
        };
        Ok(Grant {
            profiles: Vec::new(),
            until: Some(in_days(days)),
        })
    }
}

impl Request {
    fn run(self, session: &Session) -> Result<Told, Report> {
        session.unlock()?;
        let request = || {
            let new = NewAuthorityRequest {
                name: self.new.name.clone(),
                subject: self.new.subject.clone(),
                key_type: self.new.key,
                path_len: self.new.path_len,
                reach: self.new.reach(),
                grant: None,
                consent: session.consent(Some(&self.new.name))?,
            };
            Ok(Command::Authority(AuthorityCommand::Request(new)))
        };
        let id = session.carry_out(request, |fact| match fact {
            Fact::Authority(AuthorityFact::Requested { id }) => Some(id),
            _ => None,
        })?;
        let detail = session.ask(&ShowAuthority(id))?;
        if let (Some(file), Some(pem)) = (&self.out, &detail.request_pem) {
            files::write(file, pem.as_bytes())?;
        }
        session.talk.note(&format!(
            "Its key signs only with the passphrase until `chancery ca grant {id}`."
        ));
        let json = json!({ "id": id, "request_pem": detail.request_pem, "file": self.out });
        Told::new(id.to_string(), &json)
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
        session
            .talk
            .note(&format!("The key of {} will sign alone {end}.", row.name));
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

fn export(session: &Session, ca: String, out: &Path, format: Format) -> Result<Told, Report> {
    let id = session.ask(&FindAuthority(ca))?;
    let files = export_to(session, id, out, format)?;
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
    out: &Path,
    format: Format,
) -> Result<Vec<PathBuf>, Report> {
    files::make_folder(out)?;
    let export = || {
        Ok(Command::Authority(AuthorityCommand::Export {
            id,
            folder: out.to_owned(),
            der: format.is_der(),
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
        _ => "with the passphrase",
    };
    [
        ca.id.to_string(),
        format!("{}{}", "  ".repeat(depth), ca.name),
        word(&ca.state),
        ca.key_type.title().to_owned(),
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
        ("Key", format!("{}, {}", row.key_type.title(), detail.key)),
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
        Custody::Unattended(grant) => {
            let what = match grant.profiles.is_empty() {
                true => "every profile but intermediate".to_owned(),
                false => list(&grant.profiles),
            };
            let end = grant.until.map_or("for ever".to_owned(), until);
            format!("alone {end}: {what}")
        }
        _ => "with the passphrase".to_owned(),
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
    fn without_words_about_names_the_reach_is_the_usual_one() {
        let mut new = New {
            name: "Root".to_owned(),
            key: KeyType::P384,
            path_len: None,
            permit: Vec::new(),
            unconstrained: false,
            subject: None,
        };
        assert_eq!(new.reach(), Reach::Usual);
        new.permit = vec!["dns:example.internal".parse().unwrap()];
        assert_eq!(new.reach(), Reach::Only(new.permit.clone()));
        new.permit.clear();
        new.unconstrained = true;
        assert_eq!(new.reach(), Reach::Anything);
    }

    #[test]
    fn a_grant_says_what_it_covers_and_until_when() {
        let mut grant = Grant {
            profiles: Vec::new(),
            until: Some(Timestamp::from_secs(1_795_312_800)),
        };
        let words = signs(&Custody::Unattended(grant.clone()));
        assert_eq!(
            words,
            "alone until 2026-11-22: every profile but intermediate"
        );
        grant.profiles = vec!["server".parse().unwrap()];
        grant.until = None;
        assert_eq!(signs(&Custody::Unattended(grant)), "alone for ever: server");
    }
}
