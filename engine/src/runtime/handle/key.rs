//! Keys in the vault, by reference.

use std::fmt;
use std::sync::Arc;

use super::{Answer, Decided, Decision, Sight};
use crate::api::{
    CertificateId, CertificateKey, Custody, Fact, KeyCommand, KeyDetail, KeyFact, KeyId, KeyRow,
    KeyType, KeyUse, LastUse, ListKeys, Report, Resource, ShowKey, shown,
};
use crate::authority::NewKey;
use crate::base::{Explain, Kind, Remedy};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::store::certificate::CertificateRecord;
use crate::store::key::{KeyRecord, UseRecord};
use crate::store::{Rows, Snapshot, authority, key};
use crate::x509::PublicKey;

pub(in crate::runtime) async fn decide(
    context: &Context,
    act: &Act,
    command: KeyCommand,
) -> Result<Decided, Report> {
    match command {
        KeyCommand::Generate { name, key_type } => generate(context, act, name, key_type).await,
    }
}

async fn generate(
    context: &Context,
    act: &Act,
    name: String,
    key_type: KeyType,
) -> Result<Decided, Report> {
    let name = name.trim().to_owned();
    if name.is_empty() {
        return Err(KeyError::NameEmpty.into());
    }
    name_is_free(&context.snapshot()?, &name)?;
    let key = make(context, key_type).await?;
    let id = key.id;
    Ok(Decision {
        puts: key.rows(&name, KeyUse::Leaf, act.at),
        guard: Box::new(move |now| name_is_free(now, &name).map_err(crate::store::Refused)),
        resource: Resource::of("key", id),
        ..Decision::of(Fact::Key(KeyFact::Generated { id }))
    }
    .into())
}

/// An everyday key, made on the compute pool, and in the vault with those made beside it.
pub(super) async fn make(context: &Context, key_type: KeyType) -> Result<NewKey, Report> {
    let (id, vault) = (
        KeyId::from_raw(context.new_id()),
        Arc::clone(&context.vault),
    );
    let make = move || vault.make_key(key_type);
    let key = context.compute.run(make).await??;
    let public = PublicKey::accept(key.public_key())?;
    context.new_keys.keep(context, id, key).await?;
    Ok(NewKey {
        id,
        public,
        key_type,
    })
}

fn name_is_free(rows: &impl Rows, name: &str) -> Result<(), Report> {
    match key::holder_of(rows, name)? {
        None => Ok(()),
        Some(holder) => Err(KeyError::NameTaken {
            name: name.to_owned(),
            holder,
        }
        .into()),
    }
}

impl Answer for ListKeys {
    fn answer(&self, sight: &Sight<'_>) -> Result<Vec<KeyRow>, Report> {
        let (keys, mut uses) = (sight.store.keys()?, sight.store.key_uses()?);
        keys.into_iter()
            .map(|(id, record)| row(&sight.store, id, record, uses.remove(&id)))
            .collect()
    }
}

impl Answer for ShowKey {
    fn answer(&self, sight: &Sight<'_>) -> Result<KeyDetail, Report> {
        let (id, store) = (self.0, &sight.store);
        let record = key::get(store, id)?.ok_or(KeyError::Unknown(id))?;
        let row = row(store, id, record, store.key_uses()?.remove(&id))?;
        let named = match row.used_for {
            KeyUse::Authority(authority) => authority::get(store, authority)?,
            _ => None,
        };
        let own = named.as_ref().and_then(|record| record.installed.as_ref());
        let own = own.map(|installed| installed.certificate);
        let all = store.certificates()?.into_iter().rev();
        let of_key = |(certificate, record): &(CertificateId, CertificateRecord)| {
            record.key == CertificateKey::Vault(id) || Some(*certificate) == own
        };
        Ok(KeyDetail {
            row,
            certificates: all
                .filter(of_key)
                .map(|(certificate, record)| (certificate, record.name))
                .collect(),
            authority: named.map(|record| record.name),
        })
    }
}

fn row(
    store: &Snapshot,
    id: KeyId,
    record: KeyRecord,
    used: Option<UseRecord>,
) -> Result<KeyRow, Report> {
    let custody = match record.used_for {
        KeyUse::Authority(authority) => {
            let grant = authority::get(store, authority)?.and_then(|record| record.grant);
            Some(grant.map_or(Custody::Attended, Custody::Unattended))
        }
        _ => None,
    };
    Ok(KeyRow {
        id,
        name: record.name,
        key_type: record.key_type,
        used_for: record.used_for,
        created: record.created,
        fingerprint: record.fingerprint,
        custody,
        last_use: used.map(|used| LastUse {
            at: used.at,
            purpose: used.purpose,
            count: used.count,
        }),
    })
}

#[derive(Debug)]
pub(super) enum KeyError {
    NameEmpty,
    NameTaken { name: String, holder: KeyId },
    Unknown(KeyId),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameEmpty => f.write_str("a key needs a name"),
            Self::NameTaken { name, holder } => {
                write!(f, "{holder} is already called {}", shown(name))
            }
            Self::Unknown(id) => write!(f, "there is no key {id}"),
        }
    }
}

impl std::error::Error for KeyError {}

impl Explain for KeyError {
    fn code(&self) -> &'static str {
        match self {
            Self::NameEmpty => "key.name-empty",
            Self::NameTaken { .. } => "key.name-taken",
            Self::Unknown(_) => "key.unknown",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NameEmpty => Kind::Malformed,
            _ => Kind::Failed,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(
            match self {
                Self::NameEmpty => "Give it a name, such as www",
                Self::NameTaken { .. } => "Choose another name",
                Self::Unknown(_) => {
                    return Remedy::typed("Choose one of the keys", ["chancery key list"]);
                }
            }
            .to_owned(),
        )
    }
}
