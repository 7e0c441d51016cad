//! `chancery profile`: what certificates of one sort contain; copies can be changed.

use chancery_engine::api::{
    AddressKind, CertificatePolicy, Command, CustomExtension, Fact, Field, KeyType, ListProfiles,
    NameError, NameKind, NameRule, ObjectId, ProfileCommand, ProfileContent, ProfileDetail,
    ProfileName, Report, ShowProfile, Take, Usage,
};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::ca::replace;
use super::print::{Told, fields, list, table, word};
use super::session::Session;
use crate::purposes;

pub(crate) const ABOUT: &str = "Profiles: what certificates of one sort contain";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Change a profile of your own; what was issued with it stays as it is
    Change(Box<Change>),
    /// Make a profile of your own that says what another one says
    Copy {
        /// The profile to copy
        from: ProfileName,
        /// What to call the copy
        name: ProfileName,
    },
    /// List every profile: those built in, then your own
    List,
    /// Take a profile of your own away
    Remove {
        /// Its name
        name: ProfileName,
    },
    /// Show all that a profile says
    Show {
        /// Its name
        name: ProfileName,
    },
}

/// What is named replaces what was there of its kind; what is not named stays.
#[derive(Args)]
pub(crate) struct Change {
    /// Its name
    name: ProfileName,
    /// What people read in lists
    #[arg(long)]
    title: Option<String>,
    /// What it is for, one sentence
    #[arg(long)]
    purpose: Option<String>,
    /// The usual lifetime
    #[arg(long, value_name = "N")]
    days: Option<u32>,
    /// The longest lifetime that nobody has to pass knowingly
    #[arg(long, value_name = "N")]
    ceiling: Option<u32>,
    /// An extended key usage, as its name or object identifier; may be repeated
    #[arg(long, value_name = "NAME|OID", value_parser = purposes::parse)]
    eku: Vec<ObjectId>,
    /// A key usage by its name in RFC 5280; may be repeated
    #[arg(long, value_name = "USAGE")]
    key_usage: Vec<Usage>,
    /// Whether certificates carry alternative names: none, optional or required
    #[arg(long, value_name = "RULE")]
    names: Option<NameRule>,
    /// A kind of names they may carry: dns, email, ip or uri; may be repeated
    #[arg(long, value_name = "KIND")]
    kind: Vec<NameKind>,
    /// Whether they may carry wildcards
    #[arg(long, value_name = "true|false")]
    wildcards: Option<bool>,
    #[arg(long, value_name = "TYPE")]
    #[arg(help = format!("Take keys of this type; may be repeated: {}", super::key_types()))]
    key_type: Vec<KeyType>,
    /// Who decides a field: subject, names, key-usage, eku, basic-constraints or an object
    /// identifier, and profile, request, request-else-profile or refuse-other; may be repeated
    #[arg(long, value_name = "FIELD=RULE", value_parser = take)]
    take: Vec<(Field, Take)>,
    /// An address of the authority that is not written: crl, issuer or ocsp; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    leave_out: Vec<AddressKind>,
    /// A policy besides the authority's, and where its statement is; may be repeated
    #[arg(long, value_name = "OID[=CPS]")]
    policy: Vec<CertificatePolicy>,
    /// An extension besides the authority's, its value in DER; may be repeated
    #[arg(long, value_name = "OID=HEX[,critical]")]
    extension: Vec<CustomExtension>,
    /// Take all of one kind away; may be repeated
    #[arg(long, value_name = "PART", value_enum)]
    clear: Vec<Part>,
}

/// What can be taken away as a whole.
#[derive(Clone, Copy, Eq, PartialEq, ValueEnum)]
enum Part {
    KeyUsage,
    Kind,
    KeyType,
    Take,
    LeaveOut,
    Policy,
    Extension,
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::Change(words) => words.run(session),
            Self::Copy { from, name } => {
                let copy = |name| ProfileCommand::Copy {
                    from: from.clone(),
                    name,
                };
                carry_out(session, &name, copy)
            }
            Self::List => list_all(session),
            Self::Remove { name } => {
                carry_out(session, &name, |name| ProfileCommand::Remove { name })
            }
            Self::Show { name } => {
                let detail = session.ask(&ShowProfile(name))?;
                Told::new(in_words(&detail), &detail)
            }
        }
    }
}

fn carry_out(
    session: &Session,
    name: &ProfileName,
    command: impl Fn(ProfileName) -> ProfileCommand,
) -> Result<Told, Report> {
    let wish = || Ok(Command::Profile(command(name.clone())));
    session.carry_out(wish, |fact| matches!(fact, Fact::Profile(_)).then_some(()))?;
    Told::new(name.to_string(), &json!({ "name": name }))
}

impl Change {
    fn run(self, session: &Session) -> Result<Told, Report> {
        let before = session
            .ask(&ShowProfile(self.name.clone()))?
            .content
            .clone();
        let name = self.name.clone();
        let content = self.over(before);
        carry_out(session, &name, |name| ProfileCommand::Change {
            name,
            content: Box::new(content.clone()),
        })
    }

    fn over(self, before: ProfileContent) -> ProfileContent {
        let clear = self.clear;
        let cleared = |part| clear.contains(&part);
        let mut after = ProfileContent {
            title: self.title.unwrap_or(before.title),
            purpose: self.purpose.unwrap_or(before.purpose),
            default_days: self.days.unwrap_or(before.default_days),
            ceiling_days: self.ceiling.unwrap_or(before.ceiling_days),
            names: self.names.unwrap_or(before.names),
            wildcards: self.wildcards.unwrap_or(before.wildcards),
            key_usage: match (self.key_usage, cleared(Part::KeyUsage)) {
                (_, true) => None,
                (none, false) if none.is_empty() => before.key_usage,
                (named, false) => Some(named),
            },
            ..before
        };
        replace(&mut after.purposes, self.eku, false);
        replace(&mut after.kinds, self.kind, cleared(Part::Kind));
        replace(&mut after.key_types, self.key_type, cleared(Part::KeyType));
        replace(&mut after.takes, self.take, cleared(Part::Take));
        replace(
            &mut after.leave_out,
            self.leave_out,
            cleared(Part::LeaveOut),
        );
        replace(&mut after.policies, self.policy, cleared(Part::Policy));
        replace(
            &mut after.extensions,
            self.extension,
            cleared(Part::Extension),
        );
        after
    }
}

fn list_all(session: &Session) -> Result<Told, Report> {
    let profiles = session.ask(&ListProfiles)?;
    let rows: Vec<_> = profiles
        .iter()
        .map(|row| {
            [
                row.name.to_string(),
                row.title.clone(),
                format!("{} days", row.default_days),
                row.copy_of
                    .as_ref()
                    .map_or("built in".to_owned(), |base| format!("copy of {base}")),
                row.purpose.clone(),
            ]
        })
        .collect();
    let text = table(["Name", "Title", "Lifetime", "From", "For"], &rows);
    Told::new(text, &json!({ "total": profiles.len(), "rows": profiles }))
}

fn in_words(detail: &ProfileDetail) -> String {
    let (row, content) = (&detail.row, &detail.content);
    let days = format!(
        "{} days, at most {} ({} knowingly)",
        content.default_days, content.ceiling_days, detail.limit_days
    );
    let kinds = match content.kinds.is_empty() {
        true => content.names.to_string(),
        false => format!("{}: {}", content.names, list(&content.kinds)),
    };
    let purposes: Vec<String> = content.purposes.iter().map(purposes::word).collect();
    let usage = content.key_usage.as_deref();
    let takes: Vec<String> = content
        .takes
        .iter()
        .map(|(field, take)| format!("{field}: {}", word(take)))
        .collect();
    fields(&[
        ("Name", row.name.to_string()),
        ("Title", content.title.clone()),
        ("For", content.purpose.clone()),
        (
            "Copy of",
            row.copy_of
                .as_ref()
                .map_or(String::new(), ToString::to_string),
        ),
        ("Lifetime", days),
        ("Extended key usage", list(&purposes)),
        (
            "Key usage",
            usage.map_or_else(|| "as the purposes and the key ask".to_owned(), list),
        ),
        ("Names", kinds),
        (
            "Wildcards",
            if content.wildcards { "yes" } else { "no" }.to_owned(),
        ),
        (
            "Keys",
            match content.key_types.is_empty() {
                true => "of any type".to_owned(),
                false => list(&content.key_types),
            },
        ),
        ("Rules", list(&takes)),
        ("Leaves out", list(&content.leave_out)),
        ("Policies", list(&content.policies)),
        ("Extensions", list(&content.extensions)),
    ])
}

fn take(text: &str) -> Result<(Field, Take), String> {
    let (field, rule) = text.split_once('=').ok_or("expected FIELD=RULE")?;
    let field = match field {
        "subject" => Field::Subject,
        "names" => Field::Names,
        "key-usage" => Field::KeyUsage,
        "eku" => Field::ExtendedKeyUsage,
        "basic-constraints" => Field::BasicConstraints,
        other => {
            let id: ObjectId = other
                .parse()
                .map_err(|error: NameError| error.to_string())?;
            Field::Other(id.to_string())
        }
    };
    let rule = match rule {
        "profile" => Take::Profile,
        "request" => Take::Request,
        "request-else-profile" => Take::RequestElseProfile,
        "refuse-other" => Take::RefuseOther,
        _ => {
            return Err("expected profile, request, request-else-profile or refuse-other".into());
        }
    };
    Ok((field, rule))
}
