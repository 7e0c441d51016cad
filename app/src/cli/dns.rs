//! `chancery dns`: the services that serve your zones, and what may change records there.

use std::collections::BTreeMap;

use chancery_engine::api::{
    Command, DnsCommand, DnsFact, DnsProviderId, Evidence, Fact, FieldInfo, FieldKind,
    FindProvider, ListProviderKinds, ListProviders, ProviderKindRow, ProviderRow, ProviderTest,
    Report, ZonesInReach, shown,
};
use clap::{Args, Subcommand};
use serde_json::json;

use super::CliError;
use super::print::{Told, day, fields, list, table, word};
use super::secret_file::{self, SecretFile};
use super::session::Session;

pub(crate) const ABOUT: &str = "DNS providers: where the records that prove a name are published";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Providers: which kinds there are; added, tested, changed, forgotten
    #[command(subcommand)]
    Provider(ProviderVerb),
}

#[derive(Subcommand)]
pub(crate) enum ProviderVerb {
    /// Add a provider; its secrets go into the vault, and it answers with an id
    ///
    /// Example: chancery dns provider add home --kind rfc2136 --set server=192.0.2.1
    /// --set key-name=acme. --secret-file key-secret=tsig.txt
    Add(Add),
    /// Change settings or secrets; what is not named stays
    Change(Change),
    /// List the kinds of provider, or show what one of them asks for
    Kinds {
        /// Show the settings and secrets of this kind
        kind: Option<String>,
    },
    /// List every provider
    List,
    /// Forget a provider and wipe its secrets
    Remove {
        /// Id or name
        provider: String,
    },
    /// Show one provider; its secrets are never shown
    Show {
        /// Id or name
        provider: String,
    },
    /// Ask which zones its credentials can change
    Test {
        /// Id or name
        provider: String,
    },
}

#[derive(Args)]
pub(crate) struct Add {
    /// What to call it here
    name: String,
    /// One of `dns provider kinds`
    #[arg(long)]
    kind: String,
    #[command(flatten)]
    given: Given,
}

#[derive(Args)]
pub(crate) struct Change {
    /// Id or name
    provider: String,
    #[command(flatten)]
    given: Given,
    /// Take a setting away; may be repeated
    #[arg(long, value_name = "NAME")]
    unset: Vec<String>,
}

#[derive(Args)]
struct Given {
    /// A setting that `dns provider kinds KIND` names; may be repeated, also for the lines of one
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    /// A secret that `dns provider kinds KIND` names, in a file; `-` as the file is standard input
    #[arg(long, value_name = "NAME=FILE")]
    secret_file: Vec<SecretFile>,
}

type Settings = BTreeMap<String, String>;

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        let Self::Provider(verb) = self;
        match verb {
            ProviderVerb::Add(words) => words.run(session),
            ProviderVerb::Change(words) => words.run(session),
            ProviderVerb::Kinds { kind: None } => kinds(session),
            ProviderVerb::Kinds { kind: Some(kind) } => show_kind(session, &kind),
            ProviderVerb::List => list_all(session),
            ProviderVerb::Remove { provider } => remove(session, provider),
            ProviderVerb::Show { provider } => {
                let row = find(session, provider)?;
                Told::new(in_words(&row), &row)
            }
            ProviderVerb::Test { provider } => test(session, provider),
        }
    }
}

impl Add {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let secrets = secret_file::read(&self.given.secret_file, session.talk)?;
        let settings = self.given.settings();
        if !secrets.is_empty() {
            session.unlock()?;
        }
        let add = || {
            Ok(Command::Dns(DnsCommand::AddProvider {
                name: self.name.clone(),
                kind: self.kind.clone(),
                settings: settings.clone(),
                secrets: secret_file::copies(&secrets),
            }))
        };
        let id = session.carry_out(add, |fact| match fact {
            Fact::Dns(DnsFact::ProviderAdded { id }) => Some(id),
            _ => None,
        })?;
        session.talk.note(&format!(
            "`chancery dns provider test {}` asks which zones it can change.",
            shown(&self.name)
        ));
        Told::new(id.to_string(), &row(session, id)?)
    }
}

impl Change {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let before = find(session, self.provider.clone())?;
        let secrets = secret_file::read(&self.given.secret_file, session.talk)?;
        let mut settings = before.settings;
        for name in &self.unset {
            if settings.remove(name).is_none() {
                return Err(CliError::NotSet(name.clone()).into());
            }
        }
        settings.extend(self.given.settings());
        // What it keeps is checked together with what is new.
        if !secrets.is_empty() || !before.secrets.is_empty() {
            session.unlock()?;
        }
        let id = before.id;
        let change = || {
            Ok(Command::Dns(DnsCommand::ChangeProvider {
                id,
                settings: settings.clone(),
                secrets: secret_file::copies(&secrets),
            }))
        };
        session.carry_out(change, |fact| {
            matches!(fact, Fact::Dns(DnsFact::ProviderChanged { .. })).then_some(())
        })?;
        Told::new(id.to_string(), &row(session, id)?)
    }
}

impl Given {
    /// What is given several times is the lines of one setting.
    fn settings(&self) -> Settings {
        let mut settings = Settings::new();
        for (name, value) in &self.set {
            let whole = settings.entry(name.clone()).or_default();
            if !whole.is_empty() {
                whole.push('\n');
            }
            whole.push_str(value);
        }
        settings
    }
}

fn setting(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE"),
    }
}

fn remove(session: &Session, provider: String) -> Result<Told, Report> {
    let row = find(session, provider)?;
    if !row.secrets.is_empty() {
        session.unlock()?;
    }
    if row.certificates > 0 {
        session.talk.warning(&format!(
            "{} certificates are renewed by it and will not be until they have another one",
            row.certificates
        ));
    }
    let id = row.id;
    let remove = || Ok(Command::Dns(DnsCommand::RemoveProvider { id }));
    session.carry_out(remove, |fact| {
        matches!(fact, Fact::Dns(DnsFact::ProviderRemoved { .. })).then_some(())
    })?;
    Told::new(id.to_string(), &json!({ "id": id }))
}

fn test(session: &Session, provider: String) -> Result<Told, Report> {
    let row = find(session, provider)?;
    if !row.secrets.is_empty() {
        session.unlock()?;
    }
    let id = row.id;
    let test = || Ok(Command::Dns(DnsCommand::TestProvider { id }));
    let test: ProviderTest = session.carry_out(test, |fact| match fact {
        Fact::Dns(DnsFact::ProviderTested { test, .. }) => Some(test),
        _ => None,
    })?;
    for warning in &test.warnings {
        session.talk.warning(warning);
    }
    Told::new(reach(&test.reach), &test)
}

fn find(session: &Session, provider: String) -> Result<ProviderRow, Report> {
    let id = session.ask(&FindProvider(provider))?;
    row(session, id)
}

fn row(session: &Session, id: DnsProviderId) -> Result<ProviderRow, Report> {
    let rows = session.ask(&ListProviders)?;
    let found = rows.into_iter().find(|row| row.id == id);
    Ok(found.ok_or(CliError::Misunderstood)?)
}

fn kinds(session: &Session) -> Result<Told, Report> {
    let kinds = session.ask(&ListProviderKinds)?;
    let rows: Vec<_> = kinds
        .iter()
        .map(|kind| {
            [
                kind.kind.clone(),
                evidence(kind.evidence).to_owned(),
                kind.title.clone(),
            ]
        })
        .collect();
    let json = json!({ "total": kinds.len(), "rows": kinds });
    Told::new(table(["Kind", "Tried against", "Service"], &rows), &json)
}

fn show_kind(session: &Session, name: &str) -> Result<Told, Report> {
    let kinds = session.ask(&ListProviderKinds)?;
    let kind = kinds.into_iter().find(|kind| kind.kind == name);
    let kind = kind.ok_or_else(|| CliError::NoKind(name.to_owned()))?;
    Told::new(form(&kind), &kind)
}

/// Everything the kind wants to be told, with the words that give it.
fn form(kind: &ProviderKindRow) -> String {
    let mut text = format!(
        "{}: {}\nTried against {}\n",
        kind.kind,
        kind.title,
        evidence(kind.evidence)
    );
    for field in &kind.fields {
        text.push_str(&format!("\n{}\n    {}\n", given_as(field), field.help));
        let takes = takes(field);
        if !takes.is_empty() {
            text.push_str(&format!("    {takes}\n"));
        }
    }
    text
}

/// `--set server=…` or `--secret-file key-secret=FILE`, in brackets where it may be left out.
fn given_as(field: &FieldInfo) -> String {
    let words = match field.secret {
        true => format!("--secret-file {}=FILE", field.name),
        false => format!("--set {}=…", field.name),
    };
    match field.required {
        true => words,
        false => format!("[{words}]"),
    }
}

fn takes(field: &FieldInfo) -> String {
    let kind = match &field.kind {
        FieldKind::Number => "a whole number".to_owned(),
        FieldKind::Choice(words) => words.join(", "),
        FieldKind::Lines => "repeat it for each line".to_owned(),
        _ => String::new(),
    };
    let default = field.default.as_ref();
    let default = default.map_or(String::new(), |it| format!("without: {it}"));
    let parts: Vec<String> = [kind, default]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("; ")
}

const fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Run => "the real service",
        Evidence::Recorded => "recorded answers of the service",
        Evidence::Written => "the service's documentation only",
    }
}

fn list_all(session: &Session) -> Result<Told, Report> {
    let providers = session.ask(&ListProviders)?;
    let rows: Vec<_> = providers
        .iter()
        .map(|row| {
            [
                row.id.to_string(),
                row.name.clone(),
                row.kind.clone(),
                row.last_test
                    .as_ref()
                    .map_or_else(|| "never".to_owned(), |test| day(test.at)),
                row.certificates.to_string(),
            ]
        })
        .collect();
    let head = ["Id", "Name", "Kind", "Tested", "Certificates"];
    let json = json!({ "total": providers.len(), "rows": providers });
    Told::new(table(head, &rows), &json)
}

fn in_words(row: &ProviderRow) -> String {
    let tested = row.last_test.as_ref();
    let mut words = fields(&[
        ("Id", row.id.to_string()),
        ("Name", row.name.clone()),
        ("Kind", row.kind.clone()),
        ("Service", row.kind_title.clone()),
        ("Secrets", list(&row.secrets)),
        ("Certificates", row.certificates.to_string()),
        ("Added", row.created.to_string()),
        ("Changed", row.changed.to_string()),
        (
            "Tested",
            tested.map_or_else(|| "never".to_owned(), |test| test.at.to_string()),
        ),
    ]);
    if !row.settings.is_empty() {
        words.push('\n');
        let settings = row.settings.iter();
        let settings: Vec<(&str, String)> = settings
            .map(|(name, value)| (name.as_str(), value.replace('\n', " ")))
            .collect();
        words.push_str(&fields(&settings));
    }
    if let Some(test) = tested {
        words.push_str(&format!("\n{}", reach(&test.reach)));
    }
    words
}

/// What a credential can change.
fn reach(reach: &ZonesInReach) -> String {
    let (head, names) = match reach {
        ZonesInReach::Listed(zones) => ("It can change these zones:", zones),
        ZonesInReach::Everything(zones) => ("It can change every zone, today these:", zones),
        ZonesInReach::Names(names) => ("It can change these names only:", names),
        ZonesInReach::CannotTell(why) => {
            return format!("Nobody can tell which zones: {}.\n", shown(why));
        }
        other => return word(other),
    };
    let names = names.iter().map(|name| format!("  {}\n", shown(name)));
    std::iter::once(format!("{head}\n")).chain(names).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_given_several_times_has_several_lines() {
        let given = Given {
            set: ["arguments=a", "program=/bin/x=y", "arguments=b"]
                .map(|text| setting(text).unwrap())
                .to_vec(),
            secret_file: Vec::new(),
        };
        let settings = given.settings();
        assert_eq!(settings["arguments"], "a\nb");
        assert_eq!(settings["program"], "/bin/x=y");
        assert!(setting("=x").is_err());
        assert!(setting("x").is_err());
    }
}
