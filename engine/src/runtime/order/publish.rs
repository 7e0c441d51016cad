//! The records: put into the DNS, and looked for at every server that serves their zones.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::desk::{Desk, Trouble};
use crate::api::{ChallengeState, OrderStage, OrderState, Report, ServerAnswer, Timestamp};
use crate::dns::{
    DnsError, Driver, NameServer, Published, RecordName, Resolver, Txt, is_everywhere,
};
use crate::runtime::handle::acme::OrderError;
use crate::store::acme::ChallengeRecord;

/// Durable before the provider is asked: whatever happens, each record is taken away again.
pub(super) async fn publish(desk: &mut Desk) -> Result<(), Trouble> {
    find_standing(desk).await?;
    let wanted = |it: &ChallengeRecord| it.row.state == ChallengeState::Wanted;
    if !desk.record.challenges.iter().any(wanted) {
        desk.step("No record has to be changed");
        desk.pass_to(OrderStage::Propagating);
        return Ok(());
    }
    let driver = desk.driver()?;
    for challenge in &mut desk.record.challenges {
        if wanted(challenge) {
            challenge.may_be_published = true;
        }
    }
    desk.save().await?;
    let mut outcomes = each_target(desk, &driver, wanted, Deed::Publish)?;
    let mut trouble = None;
    while let Some(done) = outcomes.join_next().await {
        let done = done.map_err(|_| Report::bug("publishing a record has crashed"))?;
        for (at, published) in done {
            let challenge = &mut desk.record.challenges[at];
            match published {
                Ok(Published::Done) => challenge.row.state = ChallengeState::Published,
                Ok(Published::ByHand) => {
                    challenge.row.state = ChallengeState::ByHand;
                    challenge.by_hand = true;
                }
                Err(error) => trouble = Some(error),
            }
        }
    }
    if let Some(error) = trouble {
        desk.save().await?;
        return Err(error.into());
    }
    let by_hand = desk
        .record
        .challenges
        .iter()
        .filter(|it| it.by_hand)
        .count();
    desk.step(match by_hand {
        0 => "The records are in the DNS".to_owned(),
        _ => format!("{by_hand} records are to be made by hand"),
    });
    desk.enter(OrderStage::Propagating).await
}

/// Records that stay are made once: where every server shows them, nobody is asked to change
/// anything, neither a provider nor a person. A look that fails finds none.
async fn find_standing(desk: &mut Desk) -> Result<(), Trouble> {
    let resolver = desk.resolver()?;
    for challenge in &mut desk.record.challenges {
        let row = &mut challenge.row;
        if !challenge.stays || row.state != ChallengeState::Wanted {
            continue;
        }
        let (zone, target) = (row.zone.parse::<RecordName>()?, row.target.parse()?);
        let Ok(servers) = resolver.servers(&zone).await else {
            continue;
        };
        let answers = resolver.check(&servers, &zone, &target).await;
        if is_everywhere(&answers, &row.value) {
            row.state = ChallengeState::Visible;
            row.servers = answers;
        }
    }
    Ok(())
}

#[derive(Clone, Copy)]
pub(super) enum Deed {
    Publish,
    Remove,
}

/// For each challenge, by its place in the list, what became of it.
type Outcomes = Vec<(usize, Result<Published, DnsError>)>;

/// Two values at one name come one after the other; several names side by side.
pub(super) fn each_target(
    desk: &Desk,
    driver: &Arc<dyn Driver>,
    chosen: impl Fn(&ChallengeRecord) -> bool,
    deed: Deed,
) -> Result<JoinSet<Outcomes>, Trouble> {
    let mut targets: BTreeMap<&str, Vec<(usize, Txt)>> = BTreeMap::new();
    for (at, challenge) in desk.record.challenges.iter().enumerate() {
        if chosen(challenge) {
            let row = &challenge.row;
            targets
                .entry(&row.target)
                .or_default()
                .push((at, txt(challenge)?));
        }
    }
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut outcomes = JoinSet::new();
    for (target, records) in targets {
        let turn = desk.turn_at(target);
        let (driver, places) = (Arc::clone(driver), Arc::clone(&places));
        outcomes.spawn(async move {
            // The semaphore is never closed.
            let _place = places.acquire().await.ok();
            let _turn = turn.lock().await;
            let mut done = Vec::new();
            for (at, record) in records {
                let outcome = match deed {
                    Deed::Publish => driver.publish(&record).await,
                    Deed::Remove => driver.remove(&record).await.map(|()| Published::Done),
                };
                done.push((at, outcome));
            }
            done
        });
    }
    Ok(outcomes)
}

pub(in crate::runtime) fn txt(challenge: &ChallengeRecord) -> Result<Txt, DnsError> {
    Ok(Txt {
        zone: challenge.row.zone.parse()?,
        name: challenge.row.target.parse()?,
        value: challenge.row.value.clone(),
        ttl_secs: TTL_SECS,
    })
}

/// Asks again and again until every server of every zone shows what it should.
pub(super) async fn propagate(desk: &mut Desk) -> Result<(), Trouble> {
    let resolver = desk.resolver()?;
    let since = match desk.record.propagation {
        Some((since, _)) => since,
        None => desk.now(),
    };
    let until = since.plus_secs(desk.record.recipe.propagation_limit_secs.into());
    desk.record.propagation = Some((since, until));
    let mut servers = HashMap::new();
    let mut pause = FIRST_PAUSE;
    loop {
        if desk.is_called_off()? {
            return Err(Trouble::Called);
        }
        let changed = look(desk, &resolver, &mut servers).await?;
        let missing = missing(&desk.record.challenges);
        if missing.is_empty() {
            desk.step("Every server shows every record");
            desk.pass_to(OrderStage::Validating);
            return Ok(());
        }
        if desk.may_go_on()? {
            desk.step("A person said to go on, whatever the servers answer");
            desk.pass_to(OrderStage::Validating);
            return Ok(());
        }
        let now = desk.now();
        if until <= now {
            return Err(Report::from(OrderError::NotVisible { missing }).into());
        }
        if changed {
            let (state, words) = waiting(desk, since, until, &missing);
            desk.show(state, words).await?;
        }
        desk.rest(pause).await;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}

fn waiting(
    desk: &Desk,
    since: Timestamp,
    until: Timestamp,
    missing: &[String],
) -> (OrderState, String) {
    let by_hand = desk.record.challenges.iter().any(|it| it.by_hand);
    let first = missing.first().cloned().unwrap_or_default();
    match by_hand {
        true => (
            OrderState::WaitingForPerson,
            format!("Waits until the records shown are made by hand, until {until} at most"),
        ),
        false => (
            OrderState::Running,
            format!("Waits since {since}, until {until} at most: {first}"),
        ),
    }
}

/// One round of questions; whether anything is different from the last one.
async fn look(
    desk: &mut Desk,
    resolver: &Resolver,
    known: &mut HashMap<String, Vec<NameServer>>,
) -> Result<bool, Trouble> {
    let mut asking = JoinSet::new();
    for (at, challenge) in desk.record.challenges.iter().enumerate() {
        let waits = matches!(
            challenge.row.state,
            ChallengeState::Published | ChallengeState::ByHand
        );
        if !waits {
            continue;
        }
        let zone = challenge.row.zone.clone();
        if !known.contains_key(&zone) {
            let found = resolver.servers(&zone.parse::<RecordName>()?).await?;
            known.insert(zone.clone(), found);
        }
        let servers = known.get(&zone).cloned().unwrap_or_default();
        // A look-up that failed is tried again at the next round.
        if servers.iter().any(|server| server.problem.is_some()) {
            known.remove(&zone);
        }
        let (zone, target) = (zone.parse::<RecordName>()?, challenge.row.target.parse()?);
        let resolver = resolver.clone();
        asking.spawn(async move { (at, resolver.check(&servers, &zone, &target).await) });
    }
    let mut changed = false;
    while let Some(done) = asking.join_next().await {
        let (at, answers) = done.map_err(|_| Report::bug("a look into the DNS has crashed"))?;
        let row = &mut desk.record.challenges[at].row;
        changed |= !same(&row.servers, &answers);
        if is_everywhere(&answers, &row.value) {
            row.state = ChallengeState::Visible;
            changed = true;
        }
        row.servers = answers;
    }
    Ok(changed)
}

/// How long each took does not matter.
fn same(before: &[ServerAnswer], now: &[ServerAnswer]) -> bool {
    let told = |it: &ServerAnswer| (it.server.clone(), it.address, it.answer.clone());
    before.len() == now.len() && before.iter().zip(now).all(|(a, b)| told(a) == told(b))
}

/// Which server lacks which record, in words.
fn missing(challenges: &[ChallengeRecord]) -> Vec<String> {
    let mut missing = Vec::new();
    for challenge in challenges {
        let row = &challenge.row;
        if !matches!(
            row.state,
            ChallengeState::Published | ChallengeState::ByHand
        ) {
            continue;
        }
        if row.servers.is_empty() {
            missing.push(format!("no server of {} is known", row.zone));
        }
        let lacking = row.servers.iter().filter(|answer| !answer.has(&row.value));
        missing.extend(
            lacking.map(|answer| format!("{} {} for {}", answer.server, answer.answer, row.target)),
        );
    }
    missing
}

/// Short, so that a value that was looked for too early is not remembered for long.
const TTL_SECS: u32 = 60;

/// Names changed side by side at one provider.
const AT_ONCE: usize = 8;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
