//! Questions about accounts, orders and where certificates came from.

use std::collections::HashMap;

use super::error::{AccountError, OrderError};
use super::{accounts, orders};
use crate::api::{
    AccountRow, AcmeAccountId, DnsProviderId, Exchange, FindAccount, FindOrder, KeyType,
    KnownDirectory, ListAccounts, ListOrders, NewOrder, OrderDetail, OrderId, OrderKey,
    OrderPreview, OrderRow, OrderStage, OriginDetail, PreviewOrder, Report, ShowOrder, ShowOrigin,
    ShowTranscript, ShowWish, ZonesInReach,
};
use crate::base::unhex;
use crate::runtime::handle::{Answer, Sight, find};
use crate::store::acme::{self, AccountRecord, OrderRecord};
use crate::store::{Snapshot, dns, key};
use crate::x509::CertificationRequest;

impl Answer for ListAccounts {
    fn answer(&self, sight: &Sight<'_>) -> Result<Vec<AccountRow>, Report> {
        let mut counts: HashMap<AcmeAccountId, u64> = HashMap::new();
        for (_, origin) in sight.store.origins()? {
            *counts.entry(origin.recipe.account).or_default() += 1;
        }
        let accounts = sight.store.accounts()?.into_iter();
        Ok(accounts
            .map(|(id, record)| AccountRow {
                id,
                directory_title: title(&record),
                own_roots: !record.roots.is_empty(),
                name: record.name,
                directory: record.directory,
                url: record.url,
                contacts: record.contacts,
                state: record.state,
                key: record.key,
                bound_to: record.bound_to,
                settings: record.settings,
                created: record.created,
                certificates: counts.remove(&id).unwrap_or_default(),
            })
            .collect())
    }
}

fn title(record: &AccountRecord) -> String {
    let url = &record.directory.url;
    match KnownDirectory::find(url) {
        Some(known) => known.title.to_owned(),
        None => {
            let host = url
                .split("://")
                .nth(1)
                .and_then(|rest| rest.split('/').next());
            crate::api::shown(host.unwrap_or(url)).into_owned()
        }
    }
}

impl Answer for FindAccount {
    fn answer(&self, sight: &Sight<'_>) -> Result<AcmeAccountId, Report> {
        let text = self.0.trim();
        let found = match text.parse::<AcmeAccountId>() {
            Ok(id) => acme::account(&sight.store, id)?.map(|_| id),
            Err(_) => acme::account_named(&sight.store, text)?,
        };
        find::one("account", text, found)
    }
}

impl Answer for ListOrders {
    fn answer(&self, sight: &Sight<'_>) -> Result<Vec<OrderRow>, Report> {
        let names = Names::read(&sight.store)?;
        let orders = sight.store.orders()?.into_iter().rev();
        Ok(orders.map(|(id, record)| names.row(id, &record)).collect())
    }
}

/// What accounts and providers are called.
struct Names {
    accounts: HashMap<AcmeAccountId, String>,
    providers: HashMap<DnsProviderId, String>,
}

impl Names {
    fn read(store: &Snapshot) -> Result<Self, Report> {
        let accounts = store.accounts()?.into_iter();
        let providers = store.dns_providers()?.into_iter();
        Ok(Self {
            accounts: accounts.map(|(id, record)| (id, record.name)).collect(),
            providers: providers.map(|(id, record)| (id, record.name)).collect(),
        })
    }

    fn account(&self, id: AcmeAccountId) -> String {
        self.accounts
            .get(&id)
            .cloned()
            .unwrap_or_else(|| id.to_string())
    }

    fn provider(&self, id: DnsProviderId) -> String {
        self.providers
            .get(&id)
            .cloned()
            .unwrap_or_else(|| id.to_string())
    }

    fn row(&self, id: OrderId, record: &OrderRecord) -> OrderRow {
        let recipe = &record.recipe;
        OrderRow {
            id,
            names: recipe.names.clone(),
            account: recipe.account,
            account_name: self.account(recipe.account),
            provider: recipe.provider,
            provider_name: self.provider(recipe.provider),
            stage: record.stage,
            state: record.state.clone(),
            dry_run: record.dry_run,
            started: record.started,
            ended: record.ended,
            certificate: record.certificate,
            replaces: record.replaces,
        }
    }
}

impl Answer for FindOrder {
    fn answer(&self, sight: &Sight<'_>) -> Result<OrderId, Report> {
        let text = self.0.trim();
        if let Ok(id) = text.parse::<OrderId>() {
            let found = acme::order(&sight.store, id)?.map(|_| id);
            return find::one("order", text, found);
        }
        let all = sight.store.orders()?.into_iter();
        let named = all.filter(|(_, record)| {
            let mut names = record.recipe.names.iter();
            names.any(|name| name.as_str() == text)
        });
        let (ended, open): (Vec<_>, Vec<_>) =
            named.partition(|(_, record)| record.stage == OrderStage::Ended);
        let meant = match open.is_empty() {
            true => ended.into_iter().next_back().into_iter().collect(),
            false => open,
        };
        find::one("order", text, meant.into_iter().map(|(id, _)| id))
    }
}

impl Answer for ShowOrder {
    fn answer(&self, sight: &Sight<'_>) -> Result<OrderDetail, Report> {
        let record = known(&sight.store, self.0)?;
        Ok(OrderDetail {
            row: Names::read(&sight.store)?.row(self.0, &record),
            may_go_on: record.stage == OrderStage::Propagating,
            left: match record.stage {
                OrderStage::Ended => left_by(&record),
                _ => Vec::new(),
            },
            by_hand: made_by_hand(&record),
            called_off: acme::signal(&sight.store, self.0)?.cancel,
            challenges: record.challenges.into_iter().map(|it| it.row).collect(),
            now: record.now,
            next_try: record.next_try,
            steps: record.steps,
            propagation: record.propagation,
            url: record.url,
            acme_profile: record.recipe.acme_profile,
            chains: record.chains,
        })
    }
}

fn made_by_hand(record: &OrderRecord) -> Vec<String> {
    let made = record.challenges.iter();
    let made = made.filter(|it| it.by_hand && !it.stays_for_renewals());
    made.map(|it| it.row.target.clone()).collect()
}

fn type_in(request: &[u8]) -> Result<KeyType, Report> {
    let key_type = CertificationRequest::read(request)?.key().key_type();
    Ok(key_type.unwrap_or(KeyType::P256))
}

impl Answer for ShowWish {
    fn answer(&self, sight: &Sight<'_>) -> Result<NewOrder, Report> {
        let record = known(&sight.store, self.0)?;
        let request = unhex(&record.request).unwrap_or_default();
        let key = match record.recipe.key {
            Some(id) if key::get(&sight.store, id)?.is_some() => OrderKey::Existing(id),
            // It went with the order: another one of its kind.
            Some(_) => OrderKey::New(type_in(&request)?),
            None => OrderKey::Request(request),
        };
        let recipe = record.recipe;
        Ok(NewOrder {
            account: recipe.account,
            provider: recipe.provider,
            names: recipe.names,
            key,
            acme_profile: recipe.acme_profile,
            resolvers: recipe.resolvers,
            preferred_chain: recipe.preferred_chain,
            propagation_limit_secs: recipe.propagation_limit_secs,
            dry_run: record.dry_run,
            automatic: recipe.automatic,
            persistent: recipe.persistent,
            replaces: None,
        })
    }
}

fn known(store: &Snapshot, id: OrderId) -> Result<OrderRecord, Report> {
    let found = acme::order(store, id)?;
    found.ok_or_else(|| OrderError::Unknown(id).into())
}

impl Answer for ShowTranscript {
    fn answer(&self, sight: &Sight<'_>) -> Result<Vec<Exchange>, Report> {
        known(&sight.store, self.0)?;
        match sight.context.outside.under_way(self.0) {
            Some(control) => Ok(control.transcript.read()),
            None => Ok(acme::transcript(&sight.store, self.0)?),
        }
    }
}

impl Answer for PreviewOrder {
    fn answer(&self, sight: &Sight<'_>) -> Result<OrderPreview, Report> {
        let (store, wish) = (&sight.store, &self.0);
        let account = acme::account(store, wish.account)?;
        let account = account.ok_or(AccountError::Unknown(wish.account))?;
        let place = acme::budget_id(wish.account, &wish.names);
        let counted = acme::budget(store, place)?;
        let budget = orders::budget_of(&counted, account.settings.daily_limit, sight.now);
        let open = counted.orders.iter().find(|counted| counted.under_way);
        let refusal = match (orders::checked(sight.context, wish), open) {
            (Err(report), _) => Some(report),
            (Ok(_), Some(open)) => Some(OrderError::UnderWay(open.order).into()),
            (Ok(_), None) => budget.next_free.filter(|_| !wish.dry_run).map(|next_free| {
                let used = budget.used;
                OrderError::Budget { used, next_free }.into()
            }),
        };
        Ok(OrderPreview {
            budget,
            refusal,
            remarks: remarks(store, self)?,
        })
    }
}

fn remarks(store: &Snapshot, preview: &PreviewOrder) -> Result<Vec<String>, Report> {
    let wish = &preview.0;
    let mut remarks = Vec::new();
    let provider = dns::get(store, wish.provider)?;
    if let Some(provider) = &provider {
        if provider.kind == "manual" {
            remarks.push(
                "its records are made by hand, so that it cannot be renewed without a person"
                    .to_owned(),
            );
        }
        if let Some(test) = &provider.last_test {
            let zones = match &test.reach {
                ZonesInReach::Listed(zones) | ZonesInReach::Everything(zones) => &zones[..],
                _ => &[],
            };
            let outside = wish
                .names
                .iter()
                .filter(|name| !zones.is_empty() && !zones.iter().any(|zone| name.is_within(zone)));
            remarks.extend(outside.map(|name| {
                format!(
                    "{name} is in none of the zones that {} can change; a CNAME at \
                     _acme-challenge may lead there",
                    crate::api::shown(&provider.name)
                )
            }));
        }
    }
    Ok(remarks)
}

/// Renewals that fail, and records that may still be in the DNS.
pub(in crate::runtime::handle) fn warnings(sight: &Sight<'_>) -> Result<Vec<String>, Report> {
    let store = &sight.store;
    let mut warnings = Vec::new();
    for (id, origin) in store.origins()? {
        if let (Some(failure), None) = (&origin.plan.last_failure, origin.replaced_by) {
            let name = origin.recipe.names.first().map(ToString::to_string);
            warnings.push(format!(
                "the renewal of {} ({id}) has failed: {}",
                name.unwrap_or_default(),
                failure.what
            ));
        }
    }
    for (id, record) in store.orders()? {
        let ended = record.stage == OrderStage::Ended;
        let left = left_by(&record);
        if ended && !left.is_empty() {
            let left = left.join(", ");
            warnings.push(format!("{id} may have left records in the DNS: {left}"));
        }
    }
    Ok(warnings)
}

/// Names at which there may be records that are ours to take away.
fn left_by(record: &OrderRecord) -> Vec<String> {
    let left = record.challenges.iter().filter(|it| it.is_left());
    left.map(|it| it.row.target.clone()).collect()
}

impl Answer for ShowOrigin {
    fn answer(&self, sight: &Sight<'_>) -> Result<Option<OriginDetail>, Report> {
        let store = &sight.store;
        let Some(origin) = acme::origin(store, self.0)? else {
            return Ok(None);
        };
        let names = Names::read(store)?;
        let recipe = origin.recipe;
        let limit = match accounts::known(sight.context, recipe.account) {
            Ok(account) => account.settings.daily_limit,
            Err(_) => 0,
        };
        let counted = acme::budget(store, acme::budget_id(recipe.account, &recipe.names))?;
        Ok(Some(OriginDetail {
            account: recipe.account,
            account_name: names.account(recipe.account),
            provider: recipe.provider,
            provider_name: names.provider(recipe.provider),
            order: origin.order,
            acme_profile: recipe.acme_profile,
            automatic: recipe.automatic,
            plan: origin.plan,
            replaced_by: origin.replaced_by,
            replaces: origin.replaces,
            budget: orders::budget_of(&counted, limit, sight.now),
        }))
    }
}
