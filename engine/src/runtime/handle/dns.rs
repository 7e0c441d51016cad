//! DNS providers: added with their secrets in the vault, tested, changed, forgotten.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{Answer, Decided, Decision, Sight, Wiped};
use crate::api::{
    DnsCommand, DnsFact, DnsProviderId, Fact, FindProvider, ListProviderKinds, ListProviders,
    OrderStage, ProviderKindRow, ProviderRow, ProviderTest, Report, Resource, Secret, ZonesInReach,
    shown,
};
use crate::base::{Explain, Kind, Remedy, SecretId};
use crate::dns;
use crate::http;
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::runtime::{offline, outside};
use crate::store::dns::{self as rows, ProviderRecord};
use crate::store::{Refused, Rows};

pub(in crate::runtime) async fn decide(
    context: &Context,
    act: &Act,
    command: DnsCommand,
) -> Result<Decided, Report> {
    match command {
        DnsCommand::AddProvider {
            name,
            kind,
            settings,
            secrets,
        } => add(context, act, (name, kind), settings, secrets),
        DnsCommand::ChangeProvider {
            id,
            settings,
            secrets,
        } => change(context, act, id, settings, secrets),
        DnsCommand::RemoveProvider { id } => remove(context, id),
        DnsCommand::TestProvider { id } => test(context, id).await,
    }
}

type Settings = BTreeMap<String, String>;
type Secrets = BTreeMap<String, Secret<String>>;

fn add(
    context: &Context,
    act: &Act,
    (name, kind): (String, String),
    settings: Settings,
    secrets: Secrets,
) -> Result<Decided, Report> {
    let name = name.trim().to_owned();
    if name.is_empty() {
        return Err(ProviderError::NameEmpty.into());
    }
    name_is_free(&context.snapshot()?, &name)?;
    check(context, &kind, &settings, &secrets)?;
    let id = DnsProviderId::from_raw(context.new_id());
    let record = ProviderRecord {
        kind,
        settings,
        secrets: keep(context, &secrets)?,
        created: act.at,
        changed: act.at,
        last_test: None,
        name: name.clone(),
    };
    Ok(Decision {
        guard: Box::new(move |now| name_is_free(now, &name).map_err(Refused)),
        puts: Vec::from(rows::put(id, &record)),
        resource: Resource::of("dns-provider", id),
        ..Decision::of(Fact::Dns(DnsFact::ProviderAdded { id }))
    }
    .into())
}

/// Vault first, store second: a crash in between leaves a secret that nobody refers to.
fn keep(context: &Context, secrets: &Secrets) -> Result<BTreeMap<String, SecretId>, Report> {
    let named: Vec<(&String, SecretId)> = secrets
        .keys()
        .map(|field| (field, SecretId::from_raw(context.new_id())))
        .collect();
    let kept: Vec<(SecretId, &Secret<String>)> = named
        .iter()
        .map(|(_, id)| *id)
        .zip(secrets.values())
        .collect();
    if !kept.is_empty() {
        context.vault.keep(&kept)?;
    }
    Ok(named
        .into_iter()
        .map(|(field, id)| (field.clone(), id))
        .collect())
}

/// Against what the kind asks for; nothing is connected.
fn check(
    context: &Context,
    kind: &str,
    settings: &Settings,
    secrets: &Secrets,
) -> Result<(), Report> {
    let copies = secrets.iter().map(|(field, secret)| {
        let copy = secret.expose(|text| Secret::new(text.clone()));
        (field.clone(), copy)
    });
    let client = http::Client::new(&http::Settings::default())?;
    let clock = Arc::clone(&context.clock);
    dns::open(kind, settings.clone(), copies.collect(), client, clock)?;
    Ok(())
}

fn change(
    context: &Context,
    act: &Act,
    id: DnsProviderId,
    settings: Settings,
    secrets: Secrets,
) -> Result<Decided, Report> {
    let mut record = outside::provider(context, id)?;
    let mut whole: Secrets = secrets
        .iter()
        .map(|(field, secret)| {
            let copy = secret.expose(|text| Secret::new(text.clone()));
            (field.clone(), copy)
        })
        .collect();
    for (field, kept) in &record.secrets {
        if !whole.contains_key(field) {
            whole.insert(field.clone(), context.vault.secret(*kept)?);
        }
    }
    check(context, &record.kind, &settings, &whole)?;
    let replaced: Vec<SecretId> = record
        .secrets
        .iter()
        .filter(|(field, _)| secrets.contains_key(*field))
        .map(|(_, id)| *id)
        .collect();
    record.secrets.extend(keep(context, &secrets)?);
    record.settings = settings;
    record.changed = act.at;
    record.last_test = None;
    Ok(Decision {
        puts: Vec::from(rows::put(id, &record)),
        wipe: replaced.into_iter().map(Wiped::Secret).collect(),
        ..Decision::of(Fact::Dns(DnsFact::ProviderChanged { id }))
    }
    .into())
}

fn remove(context: &Context, id: DnsProviderId) -> Result<Decided, Report> {
    let record = outside::provider(context, id)?;
    let store = context.snapshot()?;
    let needs = |(_, order): &(_, crate::store::acme::OrderRecord)| {
        order.recipe.provider == id && order.stage != OrderStage::Ended
    };
    if let Some((order, _)) = store.orders()?.iter().find(|it| needs(it)) {
        return Err(ProviderError::InUse(id, order.to_string()).into());
    }
    Ok(Decision {
        puts: Vec::from(rows::gone(id, &record.name)),
        wipe: record
            .secrets
            .values()
            .copied()
            .map(Wiped::Secret)
            .collect(),
        ..Decision::of(Fact::Dns(DnsFact::ProviderRemoved { id }))
    }
    .into())
}

async fn test(context: &Context, id: DnsProviderId) -> Result<Decided, Report> {
    let mut record = outside::provider(context, id)?;
    let driver: Arc<dyn dns::Driver> = outside::driver(context, &record, None)?;
    let reach = driver.reach().await?;
    let test = ProviderTest {
        at: context.clock.now(),
        warnings: warnings(&reach),
        reach,
    };
    record.last_test = Some(test.clone());
    Ok(Decision {
        puts: Vec::from(rows::put(id, &record)),
        ..Decision::of(Fact::Dns(DnsFact::ProviderTested { id, test }))
    }
    .into())
}

fn warnings(reach: &ZonesInReach) -> Vec<String> {
    match reach {
        ZonesInReach::Everything(zones) => vec![format!(
            "these credentials can change every zone of the account, today {}; where the provider \
             can confine them to one zone, make narrower ones",
            zones.len()
        )],
        ZonesInReach::Listed(zones) if zones.is_empty() => {
            vec!["these credentials can change no zone".to_owned()]
        }
        ZonesInReach::Listed(zones) if zones.len() > 1 => vec![format!(
            "these credentials can change {} zones; one zone is enough for its certificates",
            zones.len()
        )],
        _ => Vec::new(),
    }
}

fn name_is_free(rows: &impl Rows, name: &str) -> Result<(), Report> {
    match rows::holder_of(rows, name)? {
        None => Ok(()),
        Some(holder) => Err(ProviderError::NameTaken {
            name: name.to_owned(),
            holder,
        }
        .into()),
    }
}

impl Answer for ListProviders {
    fn answer(&self, sight: &Sight<'_>) -> Result<Vec<ProviderRow>, Report> {
        let origins = sight.store.origins()?;
        let mut found: Vec<ProviderRow> = sight
            .store
            .dns_providers()?
            .into_iter()
            .map(|(id, record)| {
                let users = origins.iter();
                let users = users.filter(|(_, origin)| {
                    origin.recipe.provider == id && origin.replaced_by.is_none()
                });
                ProviderRow {
                    id,
                    name: record.name,
                    kind_title: title(&record.kind),
                    kind: record.kind,
                    settings: record.settings,
                    secrets: record.secrets.into_keys().collect(),
                    created: record.created,
                    changed: record.changed,
                    last_test: record.last_test,
                    certificates: users.count() as u64,
                }
            })
            .collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }
}

fn title(kind: &str) -> String {
    let known = dns::kinds().iter().find(|known| known.name == kind);
    known.map_or(kind, |known| known.title).to_owned()
}

impl Answer for ListProviderKinds {
    fn answer(&self, _sight: &Sight<'_>) -> Result<Vec<ProviderKindRow>, Report> {
        Ok(offline::provider_kinds())
    }
}

impl Answer for FindProvider {
    fn answer(&self, sight: &Sight<'_>) -> Result<DnsProviderId, Report> {
        let text = self.0.trim();
        let found = match text.parse::<DnsProviderId>() {
            Ok(id) => rows::get(&sight.store, id)?.map(|_| id),
            Err(_) => rows::holder_of(&sight.store, text)?,
        };
        super::find::one("DNS provider", text, found)
    }
}

#[derive(Debug)]
pub(in crate::runtime) enum ProviderError {
    InUse(DnsProviderId, String),
    NameEmpty,
    NameTaken { name: String, holder: DnsProviderId },
    Unknown(DnsProviderId),
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(id, order) => write!(f, "{order} is under way and needs {id}"),
            Self::NameEmpty => f.write_str("a DNS provider needs a name"),
            Self::NameTaken { name, holder } => {
                write!(f, "{holder} is already called {}", shown(name))
            }
            Self::Unknown(id) => write!(f, "there is no DNS provider {id}"),
        }
    }
}

impl std::error::Error for ProviderError {}

impl Explain for ProviderError {
    fn code(&self) -> &'static str {
        match self {
            Self::InUse(..) => "dns.provider-in-use",
            Self::NameEmpty => "dns.name-empty",
            Self::NameTaken { .. } => "dns.name-taken",
            Self::Unknown(_) => "dns.provider-unknown",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NameEmpty => Kind::Malformed,
            Self::InUse(..) => Kind::InUse,
            _ => Kind::Failed,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(
            match self {
                Self::InUse(..) => "Wait until the order has ended, or cancel it",
                Self::NameEmpty => "Give it a name, such as home",
                Self::NameTaken { .. } => "Choose another name",
                Self::Unknown(_) => {
                    return Remedy::typed(
                        "Choose one of the DNS providers",
                        ["chancery dns provider list"],
                    );
                }
            }
            .to_owned(),
        )
    }
}
