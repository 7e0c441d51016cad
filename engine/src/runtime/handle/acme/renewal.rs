//! When certificates of public CAs are renewed, and renewing them.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::accounts;
use super::error::OrderError;
use super::orders::{self, Begun};
use crate::acme::{by_lifetime, within};
use crate::api::{
    AcmeAccountId, AcmeFact, Actor, CertificateId, Duty, Fact, KeyType, OrderKey, RenewalBasis,
    RenewalPlan, Report, Timestamp,
};
use crate::base::unhex;
use crate::runtime::Core;
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::runtime::handle::{Decided, Decision};
use crate::store::acme::{self, DirectoryPlace, OriginRecord};
use crate::store::certificate::{self, CertificateRecord};
use crate::store::{Guard, Put, Snapshot, key};

/// Before the CA has been asked.
pub(in crate::runtime) fn first_plan(
    record: &CertificateRecord,
    id: CertificateId,
    now: Timestamp,
) -> RenewalPlan {
    let renew_at = by_lifetime(record.not_before, record.not_after, &id.to_string());
    RenewalPlan {
        renew_at,
        basis: RenewalBasis::Lifetime,
        checked: None,
        next_check: now.plus_secs(FIRST_CHECK_SECS).min(renew_at),
        last_failure: None,
    }
}

/// What the scheduler is to do next for a certificate, and when.
pub(in crate::runtime) fn next_duty(
    origin: &OriginRecord,
    id: CertificateId,
) -> Option<(Timestamp, Duty)> {
    if origin.replaced_by.is_some() || origin.revoked {
        return None;
    }
    let plan = &origin.plan;
    if origin.recipe.automatic && plan.renew_at <= plan.next_check {
        return Some((plan.renew_at, Duty::Renew(id)));
    }
    // Nobody is asked about what has ended (RFC 9773, 4.3).
    let asks = plan.next_check < origin.not_after;
    asks.then_some((plan.next_check, Duty::CheckRenewal(id)))
}

/// That duty in place of what was filed before; nothing while an order is about to replace the
/// certificate, whose end files what comes then.
fn file_next(
    store: &Snapshot,
    id: CertificateId,
    origin: &OriginRecord,
) -> Result<Vec<Put>, Report> {
    let next = match store.is_being_replaced(id)? {
        true => None,
        false => next_duty(origin, id),
    };
    Ok(store.file_duty(id, next)?)
}

/// It has a successor: nothing is due for it any more.
pub(in crate::runtime) fn replaced(
    store: &Snapshot,
    old: CertificateId,
    new: CertificateId,
) -> Result<Vec<Put>, Report> {
    let Some(mut origin) = acme::origin(store, old)? else {
        return Ok(Vec::new());
    };
    origin.replaced_by = Some(new);
    origin.plan.last_failure = None;
    let mut puts = store.file_duty(old, None)?;
    puts.push(acme::put_origin(old, &origin));
    Ok(puts)
}

/// Its renewal was called off: a day later it is due again.
pub(in crate::runtime) fn put_off(
    store: &Snapshot,
    id: CertificateId,
    now: Timestamp,
) -> Result<Vec<Put>, Report> {
    let Some(origin) = acme::origin(store, id)? else {
        return Ok(Vec::new());
    };
    let tomorrow = now.plus_days(1);
    let next = next_duty(&origin, id).map(|(at, duty)| (at.max(tomorrow), duty));
    Ok(store.file_duty(id, next)?)
}

/// What a renewal failed with.
pub(in crate::runtime) struct Failed<'a> {
    pub(in crate::runtime) report: &'a Report,
    /// The CA has said that nothing comes of it sooner.
    pub(in crate::runtime) not_before: Option<Timestamp>,
}

/// Its renewal has failed: the next try is an hour later, then two, four, at most a day; where the
/// lifetime is short, a twentieth of it at most. One that a person began early is not hurried, and
/// the CA's word is heeded for up to a week.
pub(in crate::runtime) fn failed(
    store: &Snapshot,
    id: CertificateId,
    failed: Failed<'_>,
    now: Timestamp,
) -> Result<Vec<Put>, Report> {
    let Some(mut origin) = acme::origin(store, id)? else {
        return Ok(Vec::new());
    };
    let lifetime = match certificate::get(store, id)? {
        Some(record) => (record.not_after.0 - record.not_before.0) / 1000,
        None => 0,
    };
    let usual = 3600_i64 << origin.failures.min(5);
    let pause = usual.min(DAY_SECS).min((lifetime / 20).max(60));
    origin.failures = origin.failures.saturating_add(1);
    origin.plan.last_failure = Some(failed.report.clone());
    let told = failed.not_before.map(|at| at.min(now.plus_days(7)));
    let next = match origin.recipe.automatic && !origin.revoked {
        true => {
            let at = now.plus_secs(pause).max(origin.plan.renew_at);
            let at = told.map_or(at, |told| at.max(told));
            Some((at, Duty::Renew(id)))
        }
        false => next_duty(&origin, id),
    };
    let mut puts = store.file_duty(id, next)?;
    puts.push(acme::put_origin(id, &origin));
    Ok(puts)
}

/// Nothing of this account's is renewed by itself any more; `place` is where its CA is, where the
/// account is forgotten.
pub(super) fn without_account(
    store: &Snapshot,
    account: AcmeAccountId,
    place: Option<DirectoryPlace>,
) -> Result<(Vec<Put>, Guard), Report> {
    let (mut puts, mut seen) = (Vec::new(), Vec::new());
    for (id, mut origin) in store.origins()? {
        if origin.recipe.account != account {
            continue;
        }
        seen.push((id, origin.clone()));
        origin.recipe.automatic = false;
        origin.directory = place.clone();
        puts.extend(store.file_duty(id, None)?);
        puts.push(acme::put_origin(id, &origin));
    }
    let guard: Guard = Box::new(move |rows| {
        let mut guards = seen
            .into_iter()
            .map(|(id, before)| acme::origin_unchanged(id, before));
        guards.try_for_each(|unchanged| unchanged(rows))
    });
    Ok((puts, guard))
}

/// Asks the CA for its window; what is due follows from it.
pub(super) async fn check(
    context: &Context,
    act: &Act,
    id: CertificateId,
) -> Result<Decided, Report> {
    let before = origin_of(context, id)?;
    let mut origin = before.clone();
    let now = context.clock.now();
    match ask(context, &origin, id, now).await {
        Ok(plan) => origin.plan = plan,
        // The scheduler asks again later; a person is told.
        Err(report) if act.actor == Actor::Scheduler => {
            origin.plan.next_check = now.plus_secs(CHECK_AGAIN_SECS);
            origin.plan.last_failure = Some(report);
        }
        Err(report) => return Err(report),
    }
    let mut puts = file_next(&context.snapshot()?, id, &origin)?;
    puts.push(acme::put_origin(id, &origin));
    let plan = origin.plan;
    Ok(Decision {
        guard: acme::origin_unchanged(id, before),
        puts,
        details: format!("renew at {}", plan.renew_at),
        ..Decision::of(Fact::Acme(AcmeFact::RenewalChecked { id, plan }))
    }
    .into())
}

/// Where the CA is, whether its account is still known here or not.
pub(super) fn directory_of(
    context: &Context,
    origin: &OriginRecord,
) -> Result<DirectoryPlace, Report> {
    match &origin.directory {
        Some(place) => Ok(place.clone()),
        None => Ok(accounts::known(context, origin.recipe.account)?.place()),
    }
}

/// Without a word of the CA the plan stays by the lifetime.
async fn ask(
    context: &Context,
    origin: &OriginRecord,
    id: CertificateId,
    now: Timestamp,
) -> Result<RenewalPlan, Report> {
    let record = certificate::get(&context.snapshot()?, id)?.ok_or(OrderError::NotByAcme(id))?;
    let place = directory_of(context, origin)?;
    let place = (place.url.as_str(), &place.roots[..]);
    let server = context.outside.server(context, place, None).await?;
    let window = match &origin.renewal_id {
        Some(renewal_id) => server.renewal_window(renewal_id).await?,
        None => None,
    };
    let usual = by_lifetime(record.not_before, record.not_after, &id.to_string());
    let lifetime = record.not_after.0.saturating_sub(record.not_before.0);
    let latest = Timestamp(record.not_after.0.saturating_sub(lifetime / 10));
    // What has failed is told until a renewal has come of it.
    let last_failure = origin
        .plan
        .last_failure
        .clone()
        .filter(|_| origin.failures > 0);
    Ok(match window {
        Some(window) => RenewalPlan {
            // Whatever the CA says, not after the last tenth of the lifetime has begun.
            renew_at: within(window.start, window.end, &id.to_string()).min(latest),
            basis: RenewalBasis::Window {
                start: window.start,
                end: window.end,
                explanation: window.explanation,
            },
            checked: Some(now),
            next_check: now.plus_secs(secs(window.ask_after)),
            last_failure,
        },
        None => RenewalPlan {
            renew_at: usual,
            basis: RenewalBasis::Lifetime,
            checked: Some(now),
            next_check: now.plus_secs(DAY_SECS),
            last_failure,
        },
    })
}

/// The same names, profile, account and provider again.
pub(super) async fn renew(
    core: &Arc<Core>,
    tasks: &Handle,
    act: &Act,
    id: CertificateId,
    new_key: bool,
) -> Result<Decided, Report> {
    let context = &core.context;
    let begun = begin(core, tasks, act, id, new_key).await;
    match begun {
        // What cannot even begin is tried again later, as what fails on the way is.
        Err(report) if act.actor == Actor::Scheduler => {
            let failure = Failed {
                report: &report,
                not_before: None,
            };
            let puts = failed(&context.snapshot()?, id, failure, context.clock.now())?;
            let plan = origin_of(context, id)?.plan;
            Ok(Decision {
                puts,
                details: format!("it could not begin: {}", report.what),
                ..Decision::of(Fact::Acme(AcmeFact::RenewalChecked { id, plan }))
            }
            .into())
        }
        begun => begun,
    }
}

async fn begin(
    core: &Arc<Core>,
    tasks: &Handle,
    act: &Act,
    id: CertificateId,
    new_key: bool,
) -> Result<Decided, Report> {
    let context = &core.context;
    let origin = origin_of(context, id)?;
    accounts::active(context, origin.recipe.account)?;
    orders::require_place(context, origin.recipe.account, &origin.recipe.names, false)?;
    let store = context.snapshot()?;
    // What renews by itself makes new keys, but for those that are not its to make.
    let new_key = new_key && !(act.actor == Actor::Scheduler && origin.recipe.key.is_none());
    let wanted = match (origin.recipe.key, new_key) {
        (Some(key_id), false) => OrderKey::Existing(key_id),
        (Some(key_id), true) => {
            let key_type = key::get(&store, key_id)?.map(|record| record.key_type);
            OrderKey::New(key_type.unwrap_or(KeyType::P256))
        }
        (None, false) => {
            // The request that was brought names the same key and the same names.
            let order = acme::order(&store, origin.order)?;
            let order = order.ok_or(OrderError::Unknown(origin.order))?;
            OrderKey::Request(unhex(&order.request).unwrap_or_default())
        }
        (None, true) => return Err(OrderError::KeyElsewhere(id).into()),
    };
    drop(store);
    let ready = orders::prepare(context, &wanted, &origin.recipe.names).await?;
    let mut recipe = origin.recipe.clone();
    recipe.key = ready.key;
    let begun = Begun {
        recipe,
        dry_run: false,
        replaces: Some(id),
    };
    // Nothing is due while the order is under way; its end files what comes next.
    let puts = context.snapshot()?.file_duty(id, None)?;
    orders::start(core, tasks, act, begun, ready, puts).await
}

pub(super) fn set_automatic(
    context: &Context,
    id: CertificateId,
    automatic: bool,
) -> Result<Decided, Report> {
    let before = origin_of(context, id)?;
    if automatic {
        accounts::active(context, before.recipe.account)?;
    }
    let mut origin = before.clone();
    origin.recipe.automatic = automatic;
    let mut puts = file_next(&context.snapshot()?, id, &origin)?;
    puts.push(acme::put_origin(id, &origin));
    Ok(Decision {
        guard: acme::origin_unchanged(id, before),
        puts,
        ..Decision::of(Fact::Acme(AcmeFact::Automatic { id, automatic }))
    }
    .into())
}

pub(super) fn origin_of(context: &Context, id: CertificateId) -> Result<OriginRecord, Report> {
    let found = acme::origin(&context.snapshot()?, id)?;
    found.ok_or_else(|| OrderError::NotByAcme(id).into())
}

fn secs(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

const DAY_SECS: i64 = 24 * 3600;

/// A CA's window is seldom there at once.
const FIRST_CHECK_SECS: i64 = 3600;

/// Where the CA could not be asked.
const CHECK_AGAIN_SECS: i64 = 6 * 3600;
