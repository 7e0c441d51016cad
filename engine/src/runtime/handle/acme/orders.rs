//! Orders at public CAs: checked, counted, made durable, begun; and called off.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::accounts;
use super::error::{AccountError, OrderError};
use crate::acme::{Count, budget};
use crate::api::{
    AcmeAccountId, AcmeFact, Budget, DnsName, Fact, Identifier, JobId, JobState, KeyId, KeyType,
    KeyUse, KnownDirectory, NewOrder, OrderId, OrderKey, OrderStage, OrderState, Report, Resource,
    Step, Timestamp,
};
use crate::authority::NewKey;
use crate::base::{Purpose, Receipt, hex};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::runtime::handle::dns::ProviderError;
use crate::runtime::handle::{Decided, Decision, certificate, key};
use crate::runtime::{Core, job as jobs, outside};
use crate::store::acme::{self, Counted, OrderRecord, Recipe, SignalRecord};
use crate::store::job::{self, JobRecord, Work};
use crate::store::{Change, Put, Refused, Rows, Snapshot, StoreError, dns};
use crate::x509::{
    Asked, CertificationRequest, Name, PublicKey, SignatureAlgorithm, write_request,
};

pub(super) async fn begin(
    core: &Arc<Core>,
    tasks: &Handle,
    act: &Act,
    wish: NewOrder,
) -> Result<Decided, Report> {
    let context = &core.context;
    let (names, account) = checked(context, &wish)?;
    require_place(context, account, &names, wish.dry_run)?;
    let ready = prepare(context, &wish.key, &names).await?;
    let recipe = Recipe {
        account,
        provider: wish.provider,
        names,
        key: ready.key,
        acme_profile: wish.acme_profile,
        resolvers: wish.resolvers,
        preferred_chain: wish.preferred_chain,
        propagation_limit_secs: wish.propagation_limit_secs.clamp(1, LONGEST_PROPAGATION),
        automatic: wish.automatic && !wish.dry_run,
        persistent: wish.persistent,
    };
    let begun = Begun {
        recipe,
        dry_run: wish.dry_run,
        replaces: wish.replaces,
    };
    start(core, tasks, act, begun, ready, Vec::new()).await
}

pub(super) struct Begun {
    pub(super) recipe: Recipe,
    pub(super) dry_run: bool,
    pub(super) replaces: Option<crate::api::CertificateId>,
}

/// A request for exactly the names, and the key that it is for.
pub(super) struct Ready {
    pub(super) key: Option<KeyId>,
    pub(super) made: Option<NewKey>,
    pub(super) request: Vec<u8>,
    pub(super) receipt: Option<Receipt>,
}

/// Counts, makes order and job durable in one commit, and sets the job to work. What somebody else
/// ordered meanwhile is counted, too: the commit looks again.
pub(super) async fn start(
    core: &Arc<Core>,
    tasks: &Handle,
    act: &Act,
    begun: Begun,
    ready: Ready,
    more: Vec<Put>,
) -> Result<Decided, Report> {
    let context = &core.context;
    let id = OrderId::from_raw(context.new_id());
    let job_id = JobId::from_raw(id.to_raw());
    let now = context.clock.now();
    let place = acme::budget_id(begun.recipe.account, &begun.recipe.names);
    let record = OrderRecord {
        recipe: begun.recipe,
        dry_run: begun.dry_run,
        replaces: begun.replaces,
        request: hex(&ready.request),
        actor: act.actor.clone(),
        started: now,
        ended: None,
        stage: OrderStage::Queued,
        state: OrderState::Running,
        url: None,
        challenges: Vec::new(),
        steps: Vec::new(),
        now: String::new(),
        next_try: None,
        propagation: None,
        may_have_issued: false,
        outcome: None,
        retry_at: None,
        key_is_its_own: ready.made.is_some(),
        removals_failed: 0,
        certificate: None,
        chains: Vec::new(),
    };
    let job_record = JobRecord {
        work: Work::Order { id },
        state: JobState::Running,
        step: Step { done: 0, of: 1 },
        started: act.at,
        actor: act.actor.clone(),
    };
    let mut puts = vec![acme::put_order(id, &record), job::put(job_id, &job_record)];
    if let Some(made) = &ready.made {
        let name = key_name(&record.recipe.names, made.id);
        puts.extend(made.rows(&name, KeyUse::Leaf, act.at));
    }
    puts.extend(more);
    let before = acme::budget(&context.snapshot()?, place)?;
    let limit = limit_of(&context.snapshot()?, record.recipe.account)?;
    let after = counted(&before, id, now, limit, record.dry_run)?;
    puts.push(acme::put_budget(place, &after));
    let provider = record.recipe.provider;
    let guard = move |rows: &crate::store::Reader<'_>| {
        if dns::get(rows, provider)?.is_none() {
            return Err(Refused(ProviderError::Unknown(provider).into()));
        }
        match acme::budget(rows, place)? == before {
            true => Ok(()),
            false => Err(StoreError::ChangedMeanwhile.into()),
        }
    };
    let entry = act.done(Resource::of("order", id), "begun");
    let change = Change {
        guard: Box::new(guard),
        receipts: ready.receipt.into_iter().collect(),
        cause: Some(act.cause),
        ..Change::of(puts, vec![entry])
    };
    context.running.past_return(act.cause).await;
    context.store.commit(change).await?;
    jobs::spawn(core, tasks, job_id, job_record);
    Ok(Decided::Started(job_id))
}

/// Whether the budget allows it, before a key is made for it.
pub(super) fn require_place(
    context: &Context,
    account: AcmeAccountId,
    names: &[DnsName],
    dry_run: bool,
) -> Result<(), Report> {
    let store = context.snapshot()?;
    let before = acme::budget(&store, acme::budget_id(account, names))?;
    let limit = limit_of(&store, account)?;
    let nobody = OrderId::from_raw(0);
    counted(&before, nobody, context.clock.now(), limit, dry_run)?;
    Ok(())
}

/// The list of what counts, this order included; refused where the budget does not allow it.
fn counted(
    before: &acme::BudgetRecord,
    id: OrderId,
    now: Timestamp,
    limit: u32,
    dry_run: bool,
) -> Result<acme::BudgetRecord, Report> {
    let mut after = before.clone();
    // The clock may have been wrong before.
    for counted in &mut after.orders {
        counted.at = counted.at.min(now);
    }
    after
        .orders
        .retain(|counted| counted.under_way || counted.at > now.plus_days(-1));
    if let Some(open) = after.orders.iter().find(|counted| counted.under_way) {
        return Err(OrderError::UnderWay(open.order).into());
    }
    let found = budget_of(&after, limit, now);
    match found.next_free {
        Some(next_free) if !dry_run => {
            let used = found.used;
            return Err(OrderError::Budget { used, next_free }.into());
        }
        _ => (),
    }
    after.orders.push(Counted {
        order: id,
        at: now,
        under_way: true,
    });
    Ok(after)
}

pub(super) fn budget_of(record: &acme::BudgetRecord, limit: u32, now: Timestamp) -> Budget {
    let counts: Vec<Count> = record
        .orders
        .iter()
        .map(|counted| Count { at: counted.at })
        .collect();
    budget(limit, &counts, now)
}

pub(super) fn limit_of(store: &Snapshot, account: AcmeAccountId) -> Result<u32, Report> {
    let found = acme::account(store, account)?;
    let found = found.ok_or(AccountError::Unknown(account))?;
    Ok(found.settings.daily_limit)
}

/// What speaks against a wish without asking anybody; the names without repetition, and the
/// account that a dry run goes to.
pub(super) fn checked(
    context: &Context,
    wish: &NewOrder,
) -> Result<(Vec<DnsName>, AcmeAccountId), Report> {
    let account = accounts::active(context, wish.account)?;
    outside::provider(context, wish.provider)?;
    let mut names: Vec<DnsName> = Vec::new();
    for name in &wish.names {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    if names.is_empty() {
        return Err(OrderError::NoNames.into());
    }
    if names.len() > MOST_NAMES {
        return Err(OrderError::TooMany(names.len()).into());
    }
    let public = KnownDirectory::find(&account.directory.url).is_some();
    if let Some(private) = names.iter().find(|name| public && is_private(name)) {
        return Err(OrderError::PrivateName(private.to_string()).into());
    }
    if let Some(wanted) = &wish.acme_profile {
        let offered = account.directory.profiles.iter();
        let offered: Vec<String> = offered.map(|(name, _)| name.clone()).collect();
        if !offered.contains(wanted) {
            let wanted = wanted.clone();
            return Err(OrderError::ProfileUnknown { wanted, offered }.into());
        }
    }
    match &wish.key {
        OrderKey::Existing(id) => certificate::require_certifiable(&context.snapshot()?, *id)?,
        OrderKey::New(_) => (),
        OrderKey::Request(bytes) => drop(brought(context, bytes, &names)?),
    }
    match wish.dry_run {
        true => Ok((names, rehearsal(context, wish.account)?)),
        false => Ok((names, wish.account)),
    }
}

/// The account whose certificates nobody trusts: the one that was named for it, or one at the
/// staging counterpart of the directory.
fn rehearsal(context: &Context, id: AcmeAccountId) -> Result<AcmeAccountId, Report> {
    let account = accounts::known(context, id)?;
    if let Some(named) = account.settings.rehearsal {
        let there = accounts::active(context, named)?;
        let known = KnownDirectory::find(&there.directory.url);
        let issues_for_real = known.is_some_and(|known| !known.name.ends_with("-staging"));
        return match issues_for_real || named == id {
            true => Err(OrderError::NoRehearsal.into()),
            false => Ok(named),
        };
    }
    let Some(known) = KnownDirectory::find(&account.directory.url) else {
        return Err(OrderError::NoRehearsal.into());
    };
    let Some(staging) = known.staging.and_then(KnownDirectory::find) else {
        let is_staging = known.name.ends_with("-staging");
        return is_staging
            .then_some(id)
            .ok_or_else(|| OrderError::NoRehearsal.into());
    };
    let all = context.snapshot()?.accounts()?;
    let there = all.into_iter().find(|(_, it)| {
        it.directory.url == staging.url && it.state == crate::api::AccountState::Active
    });
    there
        .map(|(id, _)| id)
        .ok_or_else(|| OrderError::NoRehearsal.into())
}

/// Names that no public CA may certify (CA/Browser Forum BR, 7.1.4.2.1; RFC 6761, RFC 8375).
fn is_private(name: &DnsName) -> bool {
    let host = name.as_str().trim_start_matches("*.");
    let ends = [
        "local",
        "localhost",
        "internal",
        "test",
        "invalid",
        "example",
        "home.arpa",
    ];
    !host.contains('.') || ends.iter().any(|end| name.is_within(end))
}

pub(super) async fn prepare(
    context: &Context,
    wanted: &OrderKey,
    names: &[DnsName],
) -> Result<Ready, Report> {
    let (id, public, made) = match wanted {
        OrderKey::Request(bytes) => return brought(context, bytes, names),
        OrderKey::Existing(id) => {
            let store = context.snapshot()?;
            let (public, _) = certificate::existing(context, &store, *id)?;
            (*id, public, None)
        }
        OrderKey::New(key_type) => {
            let made = key::make(context, *key_type).await?;
            (made.id, made.public.clone(), Some(made))
        }
    };
    let made_type = made.as_ref().map(|made: &NewKey| made.key_type);
    let (request, receipt) = ours(context, id, (&public, made_type), names)?;
    Ok(Ready {
        key: Some(id),
        made,
        request,
        receipt: Some(receipt),
    })
}

/// A request for a key in the vault. The first name is the common name where it is short enough;
/// a CA that wants none leaves it out.
fn ours(
    context: &Context,
    key: KeyId,
    (public, made_type): (&PublicKey, Option<KeyType>),
    names: &[DnsName],
) -> Result<(Vec<u8>, Receipt), Report> {
    let record = crate::store::key::get(&context.snapshot()?, key)?;
    let key_type = match record {
        Some(record) => record.key_type,
        None => made_type.ok_or_else(|| Report::bug("a key of no type is to sign"))?,
    };
    let first = names.first().map(DnsName::as_str).unwrap_or_default();
    let subject = match first.len() <= LONGEST_COMMON_NAME {
        true => Name::common_name(first),
        false => Name::none(),
    };
    let asked = Asked {
        identifiers: names.iter().cloned().map(Identifier::Dns).collect(),
        ..Asked::default()
    };
    let mut receipt = None;
    let sign = |message: &[u8]| -> Result<Vec<u8>, Report> {
        let (signature, used) = context.vault.sign(key, Purpose::Request, message, None)?;
        receipt = Some(used);
        Ok(signature)
    };
    let algorithm = SignatureAlgorithm::of(key_type);
    let request = write_request(&subject, public, algorithm, &asked, sign)?;
    let receipt = receipt.ok_or_else(|| Report::bug("a request was not signed"))?;
    Ok((request, receipt))
}

/// A request whose key stays on its host; it asks for exactly what is ordered.
fn brought(context: &Context, bytes: &[u8], names: &[DnsName]) -> Result<Ready, Report> {
    let request = CertificationRequest::read(bytes)?;
    let store = context.snapshot()?;
    if let Some(why) = store.barred(&request.key().spki_fingerprint())? {
        return Err(certificate::barred(why));
    }
    let mut asked: Vec<String> = Vec::new();
    for name in request.identifiers()? {
        match name {
            Identifier::Dns(name) => asked.push(name.to_string()),
            _ => return Err(OrderError::NamesDiffer.into()),
        }
    }
    let mut wanted: Vec<String> = names.iter().map(ToString::to_string).collect();
    asked.sort();
    asked.dedup();
    wanted.sort();
    match asked == wanted {
        true => Ok(Ready {
            key: None,
            made: None,
            request: request.der().to_vec(),
            receipt: None,
        }),
        false => Err(OrderError::NamesDiffer.into()),
    }
}

/// The end of the id tells keys for the same name apart.
fn key_name(names: &[DnsName], id: KeyId) -> String {
    let id = id.to_string();
    let first = names.first().map(DnsName::as_str).unwrap_or_default();
    format!("{first} {}", &id[id.len() - 8..])
}

/// As long as the CA cannot have issued.
pub(super) fn cancel(context: &Context, id: OrderId) -> Result<Decided, Report> {
    let record = under_way(context, id)?;
    if record.may_have_issued || is_late(&record) {
        return Err(OrderError::TooLate(id).into());
    }
    let fact = AcmeFact::OrderCancelled { id };
    signal(context, id, fact, |signal| signal.cancel = true)
}

fn is_late(record: &OrderRecord) -> bool {
    record.stage >= OrderStage::Cleaning
}

pub(super) fn go_on(context: &Context, id: OrderId) -> Result<Decided, Report> {
    let record = under_way(context, id)?;
    if record.stage != OrderStage::Propagating {
        return Err(OrderError::NotWaiting(id).into());
    }
    signal(context, id, AcmeFact::OrderGoesOn { id }, |signal| {
        signal.go_on = true;
    })
}

fn under_way(context: &Context, id: OrderId) -> Result<OrderRecord, Report> {
    let record = acme::order(&context.snapshot()?, id)?.ok_or(OrderError::Unknown(id))?;
    match record.stage {
        OrderStage::Ended => Err(OrderError::Ended(id).into()),
        _ => Ok(record),
    }
}

/// The order's own task is woken a little later, when this is durable.
fn signal(
    context: &Context,
    id: OrderId,
    fact: AcmeFact,
    change: impl FnOnce(&mut SignalRecord),
) -> Result<Decided, Report> {
    let mut record = acme::signal(&context.snapshot()?, id)?;
    change(&mut record);
    let cancels = record.cancel;
    let guard = move |rows: &crate::store::Reader<'_>| match acme::order(rows, id)? {
        Some(order) if cancels && (order.may_have_issued || is_late(&order)) => {
            Err(Refused(OrderError::TooLate(id).into()))
        }
        Some(order) if order.stage != OrderStage::Ended => Ok(()),
        _ => Err(Refused(OrderError::Ended(id).into())),
    };
    if let Some(control) = context.outside.under_way(id) {
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            control.wake.notify_one();
        });
    }
    Ok(Decision {
        guard: Box::new(guard),
        puts: vec![acme::put_signal(id, record)],
        ..Decision::of(Fact::Acme(fact))
    }
    .into())
}

/// No CA takes more in one order.
const MOST_NAMES: usize = 100;

/// Upper bound of a common name (RFC 5280, appendix A.1).
const LONGEST_COMMON_NAME: usize = 64;

/// A week: nobody waits longer for the DNS.
const LONGEST_PROPAGATION: u32 = 7 * 24 * 3600;
