//! `chancery key`: key pairs whose private half is in the vault.

use chancery_engine::api::{
    Command, Fact, KeyCommand, KeyFact, KeyRow, KeyType, KeyUse, ListKeys, Report,
};
use clap::Subcommand;
use serde_json::json;

use super::print::{Told, day, table};
use super::session::Session;

pub(crate) const ABOUT: &str = "Key pairs whose private half is in the vault";

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Make a key pair for certificates to come; answers with its id
    Generate {
        /// What to call it
        name: String,
        #[arg(long = "type", value_name = "TYPE", default_value_t)]
        #[arg(help = format!("One of {}", super::key_types()))]
        key_type: KeyType,
    },
    /// List every key, oldest first
    List,
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Told, Report> {
        match self {
            Self::Generate { name, key_type } => generate(session, &name, key_type),
            Self::List => list(session),
        }
    }
}

fn generate(session: &Session, name: &str, key_type: KeyType) -> Result<Told, Report> {
    session.unlock()?;
    let generate = || {
        let name = name.to_owned();
        Ok(Command::Key(KeyCommand::Generate { name, key_type }))
    };
    let id = session.carry_out(generate, |fact| match fact {
        Fact::Key(KeyFact::Generated { id }) => Some(id),
        _ => None,
    })?;
    Told::new(id.to_string(), &json!({ "id": id }))
}

fn list(session: &Session) -> Result<Told, Report> {
    let keys = session.ask(&ListKeys)?;
    let rows: Vec<_> = keys.iter().map(row).collect();
    let text = table(
        ["Id", "Name", "Type", "Used for", "Made", "Last used"],
        &rows,
    );
    Told::new(text, &json!({ "total": keys.len(), "rows": keys }))
}

fn row(key: &KeyRow) -> [String; 6] {
    let used_for = match key.used_for {
        KeyUse::Audit => "the audit's seal".to_owned(),
        KeyUse::Authority(id) => id.to_string(),
        KeyUse::Leaf => "certificates".to_owned(),
        _ => String::new(),
    };
    [
        key.id.to_string(),
        key.name.clone(),
        key.key_type.title().to_owned(),
        used_for,
        day(key.created),
        key.last_use
            .as_ref()
            .map_or(String::new(), |last| day(last.at)),
    ]
}
