//! What ended orders have left in the DNS, taken away later.

use std::collections::HashSet;

use super::error::OrderError;
use crate::api::{AcmeFact, Actor, Fact, OrderId, OrderStage, Report};
use crate::dns::{DnsError, Driver};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::runtime::handle::{Decided, Decision};
use crate::runtime::{order, outside};
use crate::store::acme::{self, ChallengeRecord, OrderRecord};

/// What the scheduler could not do is noted and due again; a person is told.
pub(super) async fn remove(
    context: &Context,
    act: &Act,
    id: OrderId,
    by_hand: bool,
) -> Result<Decided, Report> {
    let found = acme::order(&context.snapshot()?, id)?;
    let mut record = found.ok_or(OrderError::Unknown(id))?;
    if record.stage != OrderStage::Ended {
        return Err(OrderError::UnderWay(id).into());
    }
    if !record.challenges.iter().any(ChallengeRecord::is_left) {
        return Err(OrderError::NothingLeft(id).into());
    }
    context.snapshot()?.spare_standing(id, &mut record)?;
    let trouble = match by_hand {
        true => {
            gone(&mut record, |_| true);
            None
        }
        false => take_away(context, &mut record).await.err(),
    };
    let now = context.clock.now();
    let details = match &trouble {
        None => {
            let words = match by_hand {
                true => "A person has taken the records out of the DNS",
                false => "The records are out of the DNS again",
            };
            record.steps.push((now, words.to_owned()));
            String::new()
        }
        Some(report) if act.actor == Actor::Scheduler => {
            record.removals_failed = record.removals_failed.saturating_add(1);
            format!("not all could be taken away: {}", report.what)
        }
        Some(report) => return Err(report.clone()),
    };
    let left = record.challenges.iter().filter(|it| it.is_left()).count() as u64;
    let next = record.next_removal(now);
    let mut puts = context.snapshot()?.file_removal(id, next)?;
    puts.push(acme::put_order(id, &record));
    Ok(Decision {
        puts,
        details,
        ..Decision::of(Fact::Acme(AcmeFact::RecordsRemoved { id, left }))
    }
    .into())
}

/// One after the other: nobody waits for it.
async fn take_away(context: &Context, record: &mut OrderRecord) -> Result<(), Report> {
    let provider = outside::provider(context, record.recipe.provider)?;
    let driver = outside::driver(context, &provider, None)?;
    let mut trouble = None;
    let mut done = HashSet::new();
    for (at, challenge) in record.challenges.iter().enumerate() {
        if !challenge.is_left() {
            continue;
        }
        let turn = context
            .outside
            .turn(record.recipe.provider, &challenge.row.target);
        let _turn = turn.lock().await;
        match take_one(&*driver, challenge).await {
            Ok(()) => drop(done.insert(at)),
            Err(error) => trouble = Some(error),
        }
    }
    gone(record, |at| done.contains(&at));
    match trouble {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}

async fn take_one(driver: &dyn Driver, challenge: &ChallengeRecord) -> Result<(), DnsError> {
    driver.remove(&order::txt(challenge)?).await
}

fn gone(record: &mut OrderRecord, is_gone: impl Fn(usize) -> bool) {
    for (at, challenge) in record.challenges.iter_mut().enumerate() {
        if is_gone(at) && challenge.is_left() {
            challenge.may_be_published = false;
        }
    }
}
