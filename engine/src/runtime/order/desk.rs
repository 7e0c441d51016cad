//! One order under way: its record, who is asked for it, and how each step of it becomes durable.

use std::sync::Arc;
use std::time::Duration;

use crate::acme::{AcmeError, Failure, Order, Session};
use crate::api::{
    AccountState, AcmeFact, Fact, JobId, KeyId, Kind, Notice, OrderId, OrderStage, OrderState,
    Report, Resource, Step, Timestamp, VaultState,
};
use crate::dns::{DnsError, Driver, Resolver};
use crate::http::Observer;
use crate::runtime::Core;
use crate::runtime::context::Context;
use crate::runtime::handle::Wiped;
use crate::runtime::handle::acme::{AccountError, OrderError, settle_account};
use crate::runtime::order::job_state;
use crate::runtime::outside::{self, Control, Turn};
use crate::runtime::signer::Receipts;
use crate::store::acme::{self, AccountRecord, OrderRecord};
use crate::store::audit::Entry;
use crate::store::{Change, Put, Refused, Snapshot, StoreError, job, key};

pub(super) struct Desk {
    core: Arc<Core>,
    pub(super) id: OrderId,
    pub(super) record: OrderRecord,
    pub(super) control: Arc<Control>,
    receipts: Receipts,
    session: Option<Session>,
    driver: Option<Arc<dyn Driver>>,
    /// As the CA has just shown it, so that the next stage need not ask again.
    shown: Option<Order>,
}

/// Why a step did not come to its end.
pub(super) enum Trouble {
    /// A person wishes something; the order looks again what it is to do.
    Called,
    Final(Report),
    /// It may go by itself; not before the time that was told, if one was.
    Passing(Report, Option<Timestamp>),
    /// Something could not be read or made durable, which the store announces itself: only it can
    /// say what is true now.
    Store,
    /// The vault is locked.
    Vault,
}

impl From<StoreError> for Trouble {
    fn from(_: StoreError) -> Self {
        Self::Store
    }
}

impl From<Report> for Trouble {
    fn from(report: Report) -> Self {
        match report.kind {
            Kind::Locked => Self::Vault,
            _ => Self::Final(report),
        }
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        match failure.is_passing() {
            true => {
                let retry_at = failure.retry_at();
                Self::Passing(failure.into(), retry_at)
            }
            false => Report::from(failure).into(),
        }
    }
}

impl From<AcmeError> for Trouble {
    fn from(error: AcmeError) -> Self {
        Failure::Acme(error).into()
    }
}

impl From<DnsError> for Trouble {
    fn from(error: DnsError) -> Self {
        match error.is_passing() {
            true => Self::Passing(error.into(), None),
            false => Self::Final(error.into()),
        }
    }
}

impl Trouble {
    fn of_commit(report: Report) -> Self {
        match &*report.code {
            "acme.called-off" => Self::Called,
            _ => Self::Store,
        }
    }
}

impl Desk {
    pub(super) fn new(core: &Arc<Core>, id: OrderId, record: OrderRecord) -> Result<Self, Report> {
        let control = core.context.outside.control(id);
        let kept = acme::transcript(&core.context.snapshot()?, id)?;
        control.transcript.continued(kept);
        Ok(Self {
            core: Arc::clone(core),
            id,
            record,
            control,
            receipts: Receipts::default(),
            session: None,
            driver: None,
            shown: None,
        })
    }

    pub(super) fn context(&self) -> &Context {
        &self.core.context
    }

    pub(super) fn now(&self) -> Timestamp {
        self.context().clock.now()
    }

    pub(super) fn patience(&self) -> Duration {
        self.context().patience
    }

    fn job(&self) -> JobId {
        JobId::from_raw(self.id.to_raw())
    }

    // --- who is asked

    pub(super) fn account(&self) -> Result<AccountRecord, Report> {
        let id = self.record.recipe.account;
        let found = acme::account(&self.context().snapshot()?, id)?;
        found.ok_or_else(|| AccountError::Unknown(id).into())
    }

    /// The CA, in the name of the account, which is settled first where its key was being replaced.
    pub(super) async fn session(&mut self) -> Result<Session, Trouble> {
        self.control.transcript.at(self.now());
        if let Some(session) = &self.session {
            return Ok(session.clone());
        }
        let id = self.record.recipe.account;
        let mut account = self.account()?;
        if account.state == AccountState::RollingKey {
            settle_account(&self.core.context, id).await?;
            account = self.account()?;
        }
        if account.state != AccountState::Active {
            return Err(Report::from(AccountError::NotActive(account.name)).into());
        }
        let outside = &self.core.context.outside;
        let observer = Some(self.observer());
        let session = outside
            .session(self.context(), &account, &self.receipts, observer)
            .await;
        let session = session?;
        self.session = Some(session.clone());
        Ok(session)
    }

    /// The order as the stage before this one has seen it; else as the CA shows it now.
    pub(super) async fn order(&mut self, session: &Session) -> Result<Order, Trouble> {
        if let Some(shown) = self.shown.take() {
            return Ok(shown);
        }
        let url = self.record.url.clone().unwrap_or_default();
        Ok(session.order(&url).await?)
    }

    pub(super) fn order_is(&mut self, shown: Order) {
        self.shown = Some(shown);
    }

    pub(super) fn driver(&mut self) -> Result<Arc<dyn Driver>, Trouble> {
        self.control.transcript.at(self.now());
        if let Some(driver) = &self.driver {
            return Ok(Arc::clone(driver));
        }
        let provider = outside::provider(self.context(), self.record.recipe.provider)?;
        let driver = outside::driver(self.context(), &provider, Some(self.observer()))?;
        self.driver = Some(Arc::clone(&driver));
        Ok(driver)
    }

    pub(super) fn resolver(&self) -> Result<Resolver, Trouble> {
        match &self.record.recipe.resolvers[..] {
            [] => Ok(Resolver::of_system()?),
            own => Ok(Resolver::of(own)),
        }
    }

    /// For a name that is changed at the order's provider.
    pub(super) fn turn_at(&self, target: &str) -> Arc<Turn> {
        let provider = self.record.recipe.provider;
        self.context().outside.turn(provider, target)
    }

    fn observer(&self) -> Arc<dyn Observer> {
        Arc::clone(&self.control.transcript) as Arc<dyn Observer>
    }

    // --- what becomes durable

    /// Says what has happened; durable with the next save.
    pub(super) fn step(&mut self, words: impl Into<String>) {
        let at = self.now();
        self.record.steps.push((at, words.into()));
        let surplus = self.record.steps.len().saturating_sub(STEPS);
        self.record.steps.drain(..surplus);
    }

    pub(super) async fn save(&mut self) -> Result<(), Trouble> {
        self.write(Vec::new(), None, None).await
    }

    pub(super) async fn enter(&mut self, stage: OrderStage) -> Result<(), Trouble> {
        self.pass_to(stage);
        self.save().await
    }

    /// Durable with the next save: for a stage that a restart may reach again by the one before,
    /// because that one only asked.
    pub(super) fn pass_to(&mut self, stage: OrderStage) {
        self.record.stage = stage;
        self.record.state = OrderState::Running;
        self.record.now = words(stage).to_owned();
        self.record.next_try = None;
    }

    pub(super) async fn show(
        &mut self,
        state: OrderState,
        now: impl Into<String>,
    ) -> Result<(), Trouble> {
        // It is old by the time at which the order goes on.
        self.shown = None;
        self.record.state = state;
        self.record.now = now.into();
        self.record.next_try = None;
        self.write(Vec::new(), None, None).await
    }

    /// With an entry of the audit that takes along every use of a key since the last one.
    pub(super) async fn record_act(
        &mut self,
        outcome: &str,
        details: String,
        puts: Vec<Put>,
    ) -> Result<(), Trouble> {
        let entry = self.entry(outcome, details);
        self.write(puts, Some(entry), None).await
    }

    /// The same, unless a person has called the order off: the last moment at which that counts.
    pub(super) async fn record_intent(&mut self, details: String) -> Result<(), Trouble> {
        let (id, entry) = (self.id, self.entry("intent", details));
        let change = Change {
            guard: Box::new(move |rows| match acme::signal(rows, id)?.cancel {
                true => Err(Refused(OrderError::CalledOff(id).into())),
                false => Ok(()),
            }),
            receipts: self.receipts.take(),
            ..Change::of(vec![acme::put_order(self.id, &self.record)], vec![entry])
        };
        let committed = self.context().store.commit(change).await;
        committed.map_err(|refused| Trouble::of_commit(refused.into()))?;
        Ok(())
    }

    async fn write(
        &mut self,
        mut puts: Vec<Put>,
        entry: Option<Entry>,
        fact: Option<Fact>,
    ) -> Result<(), Trouble> {
        puts.push(acme::put_order(self.id, &self.record));
        // It is long, and tells most when all of it is there.
        if self.record.stage == OrderStage::Ended {
            let exchanges = self.control.transcript.read();
            puts.push(acme::put_transcript(self.id, &exchanges));
        }
        let receipts = match entry {
            Some(_) => self.receipts.take(),
            None => Vec::new(),
        };
        let change = Change {
            receipts,
            fact,
            ..Change::of(puts, entry.into_iter().collect())
        };
        let committed = self.context().store.commit(change).await;
        committed.map_err(|refused| Trouble::of_commit(refused.into()))?;
        let step = Step {
            done: done_of(self.record.stage),
            of: done_of(OrderStage::Ended),
        };
        self.core.news.publish(&Notice::Progress {
            job: self.job(),
            step,
        });
        Ok(())
    }

    fn entry(&self, outcome: &str, details: String) -> Entry {
        Entry {
            at: self.now(),
            actor: self.record.actor.clone(),
            action: "acme.order".to_owned(),
            outcome: outcome.to_owned(),
            resource: Resource::of("order", self.id),
            details,
            cause: None,
            keys_used: Vec::new(),
        }
    }

    // --- how it ends

    /// The order has failed; what was published is taken away first.
    pub(super) async fn fail(&mut self, report: Report) -> Result<(), Trouble> {
        if self.record.stage == OrderStage::Cleaning {
            let why = self.words_of(&report);
            self.step(format!(
                "Some records may still be in the DNS, and taking them away is tried again in an \
                 hour: {why}"
            ));
            return self.end().await;
        }
        let why = self.words_of(&report);
        self.step(format!("It failed: {why}"));
        let outcome = OrderState::Failed(report);
        self.turn_to_cleaning(outcome).await
    }

    fn words_of(&self, report: &Report) -> String {
        let causes: String = report.why.iter().map(|why| format!(": {why}")).collect();
        format!("{}{causes}", report.what)
    }

    pub(super) async fn turn_to_cleaning(&mut self, outcome: OrderState) -> Result<(), Trouble> {
        self.decided(outcome);
        self.write(Vec::new(), None, None).await
    }

    /// How it ends is clear, and what is left is to clean up; durable with the next save.
    pub(super) fn decided(&mut self, outcome: OrderState) {
        self.record.outcome = Some(outcome);
        self.pass_to(OrderStage::Cleaning);
    }

    /// Whether a person wishes its end, as long as the CA cannot have issued.
    pub(super) fn is_called_off(&self) -> Result<bool, Report> {
        let early = !self.record.may_have_issued && self.record.stage < OrderStage::Cleaning;
        Ok(early && acme::signal(&self.context().snapshot()?, self.id)?.cancel)
    }

    pub(super) fn may_go_on(&self) -> Result<bool, Report> {
        Ok(acme::signal(&self.context().snapshot()?, self.id)?.go_on)
    }

    pub(super) async fn call_off(&mut self) -> Result<(), Trouble> {
        self.step("It was called off");
        super::prove::give_up_names(self).await;
        self.turn_to_cleaning(OrderState::Cancelled).await
    }

    pub(super) async fn end(&mut self) -> Result<(), Trouble> {
        let outcome = self.record.outcome.take().unwrap_or(OrderState::Done);
        self.record.stage = OrderStage::Ended;
        self.record.state = outcome.clone();
        self.record.now = String::new();
        self.record.ended = Some(self.now());
        let mut puts = self.freed_budget()?;
        puts.push(acme::signal_gone(self.id));
        let snapshot = self.context().snapshot()?;
        let removal = self.record.next_removal(self.now());
        puts.extend(snapshot.file_removal(self.id, removal)?);
        puts.extend(snapshot.outlived_transcripts(self.now())?);
        let key = self.useless_key(&snapshot, &outcome)?;
        puts.extend(key.iter().flat_map(|(id, name)| key::gone(*id, name)));
        if let Some(mut record) = job::get(&snapshot, self.job())? {
            record.state = job_state(&outcome);
            puts.push(job::put(self.job(), &record));
        }
        puts.extend(super::finish::note_end(self, &outcome)?);
        drop(snapshot);
        let (words, details) = match &outcome {
            OrderState::Done => ("done", "the order has ended".to_owned()),
            OrderState::Cancelled => ("done", "the order was called off".to_owned()),
            OrderState::Failed(report) => {
                let why = self.words_of(report);
                ("failed", format!("{why} ({})", report.code))
            }
            _ => ("failed", "the order ended in the middle".to_owned()),
        };
        let entry = self.entry(words, details);
        let fact = match &outcome {
            OrderState::Cancelled => AcmeFact::OrderCancelled { id: self.id },
            _ => AcmeFact::OrderEnded {
                id: self.id,
                certificate: self.record.certificate,
            },
        };
        self.write(puts, Some(entry), Some(Fact::Acme(fact)))
            .await?;
        if let Some((id, _)) = key {
            Wiped::Key(id).wipe(&self.context().vault);
        }
        Ok(())
    }

    /// The key that was made for this order, where no certificate can come of it and nothing else
    /// was done with it: whoever tries again gets another one.
    fn useless_key(
        &self,
        store: &Snapshot,
        outcome: &OrderState,
    ) -> Result<Option<(KeyId, String)>, Report> {
        let nothing_comes = match outcome {
            OrderState::Done => self.record.dry_run,
            _ => self.record.dry_run || !self.record.may_have_issued,
        };
        let Some(id) = self
            .record
            .recipe
            .key
            .filter(|_| self.record.key_is_its_own)
        else {
            return Ok(None);
        };
        let is_open = matches!(self.context().vault_state(), Ok(VaultState::Unlocked));
        // The certification request is the one use that every order's key has.
        let uses = key::last_use(store, id)?.map_or(0, |used| used.count);
        if !nothing_comes || !is_open || uses > 1 {
            return Ok(None);
        }
        let record = key::get(store, id)?;
        Ok(record.map(|record| (id, record.name)))
    }

    /// What can no longer be issued does not count.
    fn freed_budget(&self) -> Result<Vec<Put>, Report> {
        let recipe = &self.record.recipe;
        let id = acme::budget_id(recipe.account, &recipe.names);
        let mut record = acme::budget(&self.context().snapshot()?, id)?;
        let issued = self.record.may_have_issued && !self.record.dry_run;
        record
            .orders
            .retain(|counted| counted.order != self.id || issued);
        for counted in &mut record.orders {
            counted.under_way &= counted.order != self.id;
        }
        Ok(vec![acme::put_budget(id, &record)])
    }

    // --- waiting

    /// Until the time is over, or a person wishes something.
    pub(super) async fn rest(&self, pause: Duration) {
        tokio::time::timeout(pause, self.control.wake.notified())
            .await
            .ok();
    }

    /// What comes of asking, unless a person calls the order off first: then it is no longer waited
    /// for. Only for what writes nothing down.
    pub(super) async fn heeding<T>(&self, asking: impl Future<Output = T>) -> Result<T, Trouble> {
        let mut asking = std::pin::pin!(asking);
        loop {
            tokio::select! {
                done = &mut asking => return Ok(done),
                () = self.rest(LOOK_EVERY) => if self.is_called_off()? {
                    return Err(Trouble::Called);
                },
            }
        }
    }

    pub(super) async fn wait_out(
        &mut self,
        report: &Report,
        pause: Duration,
    ) -> Result<(), Trouble> {
        // A directory that has moved, an account whose key was replaced, or a provider whose settings
        // were corrected, is read anew.
        self.session = None;
        self.driver = None;
        self.shown = None;
        self.record.state = OrderState::Running;
        self.record.now = self.words_of(report);
        let secs = i64::try_from(pause.as_secs().max(1)).unwrap_or(i64::MAX);
        self.record.next_try = Some(self.now().plus_secs(secs));
        self.save().await?;
        self.rest(pause).await;
        Ok(())
    }
}

fn done_of(stage: OrderStage) -> u64 {
    match stage {
        OrderStage::Queued => 0,
        OrderStage::Ordering => 1,
        OrderStage::Authorizing => 2,
        OrderStage::Publishing => 3,
        OrderStage::Propagating => 4,
        OrderStage::Validating => 5,
        OrderStage::Finalizing => 6,
        OrderStage::Fetching => 7,
        OrderStage::Cleaning => 8,
        _ => 9,
    }
}

/// In words a beginner understands.
fn words(stage: OrderStage) -> &'static str {
    match stage {
        OrderStage::Queued => "Waits for its turn",
        OrderStage::Ordering => "Tells the CA which names are wanted",
        OrderStage::Authorizing => "Reads what the CA wants to see of each name",
        OrderStage::Publishing => "Puts the records into the DNS",
        OrderStage::Propagating => "Asks every server of each zone whether it shows the records",
        OrderStage::Validating => "The CA looks for the records",
        OrderStage::Finalizing => "The CA makes the certificate",
        OrderStage::Fetching => "Fetches the certificate and the certificates above it",
        OrderStage::Cleaning => "Takes the records out of the DNS again",
        _ => "",
    }
}

pub(super) const WAITING_FOR_VAULT: &str =
    "It goes on as soon as the vault is unlocked: the account's key is in it";

/// Whether a person wishes something is looked at so often, besides whenever one says so.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The last so many are kept.
const STEPS: usize = 300;
