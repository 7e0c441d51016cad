//! Accounts at public CAs: their keys are in the vault.

use std::path::PathBuf;

use chancery_engine::api::{
    AccountRow, AccountSettings, AccountState, AcmeAccountId, AcmeCommand, AcmeFact, Command,
    EmailName, ExternalBinding, Fact, FindAccount, KeyId, ListAccounts, NewAccount, Report, Secret,
    shown,
};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Place, directory};
use crate::cli::print::{Told, day, fields, list, table, word};
use crate::cli::secret_file::{self, SecretFile};
use crate::cli::session::Session;
use crate::cli::{CliError, number, passphrase, question};

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Change what this account may do here; the CA is not asked
    Change(Change),
    /// Make an account, with a key of its own in the vault; answers with its id
    ///
    /// Example: chancery acme account create le --directory letsencrypt --contact me@example.org
    /// --agree-terms
    Create(Box<Create>),
    /// End an account at its CA for good; its certificates stay valid
    Deactivate {
        /// Id or name
        account: String,
        /// Do not ask; needed by scripts
        #[arg(long)]
        yes: bool,
    },
    /// Take over an account that another program made, by its private key
    Import(Import),
    /// List every account, oldest first
    List,
    /// Forget a deactivated account and wipe its key
    Remove {
        /// Id or name
        account: String,
        /// Also an active one, which stays so at the CA: for a CA that is gone
        #[arg(long)]
        leave_open: bool,
        /// Do not ask; needed by scripts
        #[arg(long)]
        yes: bool,
    },
    /// Give an account a new key, at the CA and here
    Roll {
        /// Id or name
        account: String,
    },
    /// Show one account
    Show {
        /// Id or name
        account: String,
    },
}

#[derive(Args)]
pub(crate) struct Create {
    /// What to call it here
    name: String,
    #[command(flatten)]
    place: Place,
    /// Where the CA may write to; may be repeated
    #[arg(long, value_name = "MAIL")]
    contact: Vec<EmailName>,
    /// You have read the CA's terms and agree; without, they are shown and you are asked
    #[arg(long)]
    agree_terms: bool,
    /// Bind it to your account at the CA's web site: the key id that the site shows
    #[arg(long, value_name = "ID", requires = "secret_file")]
    eab_kid: Option<String>,
    /// The MAC key that the CA's web site shows for the key id, as `eab-key=FILE`; `-` as the file
    /// is standard input
    #[arg(long, value_name = "eab-key=FILE", requires = "eab_kid")]
    secret_file: Option<SecretFile>,
    #[command(flatten)]
    settings: SettingWords,
}

#[derive(Args)]
struct SettingWords {
    /// At most so many certificates a day for one set of names
    #[arg(long, value_name = "N", value_parser = number::daily_limit)]
    daily_limit: Option<u32>,
    /// The account for dry runs, by id or name, in place of one at the CA's own staging directory
    #[arg(long, value_name = "ACCOUNT")]
    rehearsal: Option<String>,
}

#[derive(Args)]
pub(crate) struct Change {
    /// Id or name
    account: String,
    #[command(flatten)]
    settings: SettingWords,
    /// Take the account for dry runs from the CA's own staging directory again
    #[arg(long, conflicts_with = "rehearsal")]
    no_rehearsal: bool,
}

#[derive(Args)]
pub(crate) struct Import {
    /// What to call it here
    name: String,
    #[command(flatten)]
    place: Place,
    /// The account's private key: PEM, DER or a JSON Web Key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::Change(words) => words.run(session),
            Self::Create(words) => words.run(session),
            Self::Deactivate { account, yes } => deactivate(session, account, yes),
            Self::Import(words) => words.run(session),
            Self::List => list_all(session),
            Self::Remove {
                account,
                leave_open,
                yes,
            } => remove(session, account, leave_open, yes),
            Self::Roll { account } => roll(session, account),
            Self::Show { account } => {
                let id = session.ask(&FindAccount(account))?;
                let row = row(session, id)?;
                Told::new(in_words(session, &row)?, &row)
            }
        }
    }
}

impl Create {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let wish = NewAccount {
            name: self.name.clone(),
            directory: self.place.choice()?,
            contacts: self.contact.clone(),
            terms_agreed: self.agree_terms,
            settings: self.settings.over(session, AccountSettings::default())?,
        };
        let mac_key = self.mac_key(session)?;
        let wish = NewAccount {
            terms_agreed: wish.terms_agreed || agrees(session, &wish)?,
            ..wish
        };
        session.unlock()?;
        let create = || {
            let binding = self.eab_kid.clone().zip(mac_key.as_ref());
            let binding = binding.map(|(key_id, mac_key)| ExternalBinding {
                key_id,
                mac_key: mac_key.expose(|known| Secret::new(known.clone())),
            });
            let wish = wish.clone();
            Ok(Command::Acme(AcmeCommand::CreateAccount { wish, binding }))
        };
        let (id, existed) = session.carry_out(create, created)?;
        if existed {
            session.talk.note("The CA knew the account already.");
        }
        Told::new(id.to_string(), &row(session, id)?)
    }

    fn mac_key(&self, session: &Session) -> Result<Option<Secret<String>>, Report> {
        let Some(file) = &self.secret_file else {
            return Ok(None);
        };
        if !file.is_called(EAB_KEY) {
            let name = file.name().to_owned();
            return Err(CliError::NoSuchSecret {
                name,
                known: EAB_KEY,
            }
            .into());
        }
        let mut secrets = secret_file::read(std::slice::from_ref(file), session.talk)?;
        Ok(secrets.remove(EAB_KEY))
    }
}

/// Shows where the terms are and asks, if there are any and a person is there. Where nobody can
/// be asked the engine refuses with the address.
fn agrees(session: &Session, wish: &NewAccount) -> Result<bool, Report> {
    if !question::can_ask(session.talk) {
        return Ok(false);
    }
    let info = directory::read(session, &wish.directory)?;
    let Some(terms) = info.terms else {
        return Ok(false);
    };
    let terms = shown(&terms);
    session.talk.note(&format!("The CA's terms: {terms}"));
    match question::ask("Have you read them, and do you agree?")? {
        true => Ok(true),
        false => Err(CliError::CalledOff.into()),
    }
}

fn created(fact: Fact) -> Option<(AcmeAccountId, bool)> {
    match fact {
        Fact::Acme(AcmeFact::AccountCreated { id, existed }) => Some((id, existed)),
        _ => None,
    }
}

impl Import {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let directory = self.place.choice()?;
        let bytes = passphrase::bytes_of(&self.key, session.talk)?;
        session.unlock()?;
        let import = || {
            Ok(Command::Acme(AcmeCommand::ImportAccount {
                name: self.name.clone(),
                directory: directory.clone(),
                key: Secret::new(bytes.to_vec()),
            }))
        };
        let (id, _) = session.carry_out(import, created)?;
        let key = self.key.display();
        session.talk.note(&format!(
            "Its key is in the vault now; once nothing else needs it, delete {key}."
        ));
        Told::new(id.to_string(), &row(session, id)?)
    }
}

impl SettingWords {
    /// What is named, and the rest as it was.
    fn over(&self, session: &Session, before: AccountSettings) -> Result<AccountSettings, Report> {
        let named = self.rehearsal.clone();
        let named = named.map(|account| session.ask(&FindAccount(account)));
        Ok(AccountSettings {
            daily_limit: self.daily_limit.unwrap_or(before.daily_limit),
            rehearsal: named.transpose()?.or(before.rehearsal),
        })
    }
}

impl Change {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let id = session.ask(&FindAccount(self.account))?;
        let mut settings = self.settings.over(session, row(session, id)?.settings)?;
        if self.no_rehearsal {
            settings.rehearsal = None;
        }
        let change = || {
            let settings = settings.clone();
            Ok(Command::Acme(AcmeCommand::ChangeAccount { id, settings }))
        };
        session.carry_out(change, |fact| {
            matches!(fact, Fact::Acme(AcmeFact::AccountChanged { .. })).then_some(())
        })?;
        Told::new(id.to_string(), &row(session, id)?)
    }
}

fn roll(session: &Session, account: String) -> Result<Told, Report> {
    let id = session.ask(&FindAccount(account))?;
    session.unlock()?;
    let roll = || Ok(Command::Acme(AcmeCommand::RollKey { id }));
    let key: KeyId = session.carry_out(roll, |fact| match fact {
        Fact::Acme(AcmeFact::KeyRolled { key, .. }) => Some(key),
        _ => None,
    })?;
    Told::new(key.to_string(), &json!({ "id": id, "key": key }))
}

fn deactivate(session: &Session, account: String, yes: bool) -> Result<Told, Report> {
    let id = session.ask(&FindAccount(account))?;
    let name = row(session, id)?.name;
    let what = format!("deactivate the account {} for good", shown(&name));
    question::require_yes(session.talk, yes, &what)?;
    session.unlock()?;
    let deactivate = || Ok(Command::Acme(AcmeCommand::Deactivate { id }));
    session.carry_out(deactivate, |fact| {
        matches!(fact, Fact::Acme(AcmeFact::Deactivated { .. })).then_some(())
    })?;
    Told::new(id.to_string(), &row(session, id)?)
}

fn remove(session: &Session, account: String, leave_open: bool, yes: bool) -> Result<Told, Report> {
    let id = session.ask(&FindAccount(account))?;
    if leave_open {
        let name = row(session, id)?.name;
        let what = format!(
            "wipe the key of {}, which may stay open at its CA for ever",
            shown(&name)
        );
        question::require_yes(session.talk, yes, &what)?;
    }
    session.unlock()?;
    let remove = || Ok(Command::Acme(AcmeCommand::RemoveAccount { id, leave_open }));
    session.carry_out(remove, |fact| {
        matches!(fact, Fact::Acme(AcmeFact::AccountRemoved { .. })).then_some(())
    })?;
    Told::new(id.to_string(), &json!({ "id": id }))
}

fn row(session: &Session, id: AcmeAccountId) -> Result<AccountRow, Report> {
    let rows = session.ask(&ListAccounts)?;
    let found = rows.into_iter().find(|row| row.id == id);
    Ok(found.ok_or(CliError::Misunderstood)?)
}

fn list_all(session: &Session) -> Result<Told, Report> {
    let accounts = session.ask(&ListAccounts)?;
    let rows: Vec<_> = accounts
        .iter()
        .map(|row| {
            [
                row.id.to_string(),
                row.name.clone(),
                row.directory_title.clone(),
                state(row.state),
                row.certificates.to_string(),
                day(row.created),
            ]
        })
        .collect();
    let head = ["Id", "Name", "CA", "State", "Certificates", "Made"];
    let json = json!({ "total": accounts.len(), "rows": accounts });
    Told::new(table(head, &rows), &json)
}

fn in_words(session: &Session, row: &AccountRow) -> Result<String, Report> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let trusted = match row.own_roots {
        true => "by roots of its own",
        false => "as this computer trusts",
    };
    let accounts = session.ask(&ListAccounts)?;
    let rehearsal = row.settings.rehearsal.map(|id| {
        let named = accounts.iter().find(|other| other.id == id);
        named.map_or(id.to_string(), |other| format!("{}, {id}", other.name))
    });
    Ok(fields(&[
        ("Id", row.id.to_string()),
        ("Name", row.name.clone()),
        ("CA", row.directory_title.clone()),
        ("Directory", row.directory.url.clone()),
        ("Trusted", trusted.to_owned()),
        ("State", state(row.state)),
        ("Address at the CA", text(&row.url)),
        ("Contacts", list(&row.contacts)),
        ("Bound to", text(&row.bound_to)),
        ("Terms", text(&row.directory.terms)),
        ("Key", format!("in the vault: {}", row.key)),
        (
            "Daily limit",
            format!("{} for one set of names", row.settings.daily_limit),
        ),
        ("Dry runs by", rehearsal.unwrap_or_default()),
        ("Certificates", row.certificates.to_string()),
        ("Made", row.created.to_string()),
    ]))
}

fn state(state: AccountState) -> String {
    match state {
        AccountState::RollingKey => "a new key is on its way".to_owned(),
        AccountState::Wanted => "not answered for; create it again".to_owned(),
        other => word(&other),
    }
}

/// The one secret that an account is made with.
const EAB_KEY: &str = "eab-key";
