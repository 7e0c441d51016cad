//! Authorities to be: made here, or requested here and signed elsewhere.

use std::path::PathBuf;

use chancery_engine::api::{
    AuthorityCommand, AuthorityFact, AuthorityId, Command, Fact, FindAuthority, Grant, KeyType,
    ListProfiles, NewAuthority, NewAuthorityRequest, Reach, Report, ShowAuthority, Subtree,
};
use clap::Args;
use serde_json::json;

use super::in_days;
use crate::cli::print::{Told, day};
use crate::cli::session::Session;
use crate::cli::{CliError, files, number};

#[derive(Args)]
pub(crate) struct Create {
    #[command(flatten)]
    new: New,
    /// Make it below this one, by id, name or serial; without, it is a root
    #[arg(long, value_name = "CA")]
    parent: Option<String>,
    /// Lifetime in days, in place of the usual one
    #[arg(long, value_name = "N", value_parser = number::days_of_authority)]
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
    #[arg(long, value_name = "TYPE", default_value = "p384")]
    #[arg(help = format!("One of {}", crate::cli::key_types()))]
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

impl Create {
    pub(super) fn run(self, session: &Session) -> Result<Told, Report> {
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
    pub(super) fn run(self, session: &Session) -> Result<Told, Report> {
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
}
