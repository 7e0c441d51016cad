//! What a handler is given: store, vault, clock, and threads to compute on.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::act::Act;
use super::keys::NewKeys;
use super::news::Newsroom;
use super::outside::Outside;
use super::pool::Pool;
use super::running::Running;
use super::{Kdf, Settings, cannot_start, threads};
use crate::api::{Actor, Clock, Report, Revision, Timestamp, VaultState};
use crate::authority::{Issuers, Profiles};
use crate::base::{Mint, unhex};
use crate::store::vault::SeenRecord;
use crate::store::{self, Change, Disk, Home, Put, Refused, Snapshot, Store};
use crate::vault::{self, KdfCost, Seen, Vault, VaultId};

pub(super) struct Context {
    pub(super) compute: Pool,
    /// For files that may hang: no signature waits behind them, nor does the end of the engine.
    pub(super) files: Pool,
    pub(super) store: Arc<Store>,
    pub(super) vault: Arc<Vault>,
    pub(super) issuers: Arc<Issuers>,
    pub(super) profiles: Profiles,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) mint: Arc<Mint>,
    pub(super) running: Running,
    pub(super) kdf: KdfCost,
    /// What writes files beside the store asks it first.
    pub(super) disk: Arc<dyn Disk>,
    pub(super) idle_lock: Option<Duration>,
    pub(super) new_keys: NewKeys,
    pub(super) outside: Outside,
    pub(super) patience: Duration,
    /// The version of the vault that the store knows to have been seen.
    noted: Mutex<Option<Seen>>,
    /// When a person last asked for something (ms).
    last_person: AtomicI64,
}

impl Context {
    pub(super) fn open(settings: &Settings, news: &Arc<Newsroom>) -> Result<Self, Report> {
        let reporter = Arc::clone(news);
        let disk = Arc::clone(&settings.disk);
        let store = Store::open(&settings.home, disk, move |notice| {
            reporter.publish(&notice)
        })?;
        let vault = match &settings.home {
            Home::Folder(folder) => Vault::at(folder.join(VAULT_FILE)),
            Home::Memory => Vault::in_memory(),
        };
        let seen = store.snapshot()?.vault_seen()?.and_then(seen);
        let vault = vault
            .with_clock(Arc::clone(&settings.clock))
            .with_secret_store(Arc::clone(&settings.secrets))
            .with_seen(seen);
        let (vault, kdf) = match settings.kdf {
            Kdf::Usual => (vault, KdfCost::for_this_machine()),
            Kdf::WeakForTests => (vault.accept_weak_for_tests(), KdfCost::weak_for_tests()),
        };
        Ok(Self {
            compute: Pool::start("compute", threads(), COMPUTATIONS).map_err(cannot_start)?,
            files: Pool::start_detached("files", FILE_THREADS, FILES).map_err(cannot_start)?,
            store: Arc::new(store),
            vault: Arc::new(vault),
            noted: Mutex::new(seen),
            issuers: Arc::default(),
            profiles: Profiles::default(),
            clock: Arc::clone(&settings.clock),
            mint: Arc::new(Mint::new().map_err(cannot_start)?),
            running: Running::default(),
            kdf,
            disk: Arc::clone(&settings.disk),
            idle_lock: settings.idle_lock,
            new_keys: NewKeys::default(),
            outside: Outside::default(),
            patience: settings.patience,
            last_person: AtomicI64::new(settings.clock.now().0),
        })
    }

    pub(super) fn new_id(&self) -> u128 {
        self.mint.next(self.clock.now())
    }

    pub(super) fn snapshot(&self) -> Result<Snapshot, Report> {
        Ok(self.store.snapshot()?)
    }

    /// Writes an intent with its audit entry, so that a crash from here on leaves a trace.
    pub(super) async fn intend(&self, act: &Act) -> Result<Revision, Refused> {
        self.running.past_return(act.cause).await;
        let change = Change::of(Vec::new(), vec![act.intent(None, "")]);
        self.store.commit(change).await
    }

    /// The version of the vault that was seen last, with the row that says so where the store does
    /// not know it yet.
    pub(super) fn vault_seen(&self) -> (Option<Seen>, Option<Put>) {
        let seen = self.vault.seen();
        let noted = *self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let put = seen.filter(|_| seen != noted).map(|seen| {
            store::vault::seen(&SeenRecord {
                vault: seen.vault.to_string(),
                generation: seen.generation,
            })
        });
        (seen, put)
    }

    /// That row is durable.
    pub(super) fn noted(&self, seen: Option<Seen>) {
        *self.noted.lock().unwrap_or_else(PoisonError::into_inner) = seen;
    }

    pub(super) fn vault_state(&self) -> Result<VaultState, Report> {
        Ok(match self.vault.state()? {
            vault::VaultState::Absent => VaultState::Absent,
            vault::VaultState::Locked => VaultState::Locked,
            vault::VaultState::Unlocked => VaultState::Unlocked,
        })
    }

    pub(super) fn noticed(&self, act: &Act) {
        if matches!(act.actor, Actor::User(_)) {
            self.last_person.store(act.at.0, Ordering::Relaxed);
        }
    }

    /// Whether nobody has asked for anything for as long as the vault may stay open.
    pub(super) fn is_idle(&self) -> bool {
        let last = Timestamp(self.last_person.load(Ordering::Relaxed));
        self.idle_lock.is_some_and(|limit| {
            let limit = i64::try_from(limit.as_secs()).unwrap_or(i64::MAX);
            last.plus_secs(limit) <= self.clock.now()
        })
    }
}

/// A row that makes no sense is none: the vault is then taken as it is found.
fn seen(record: SeenRecord) -> Option<Seen> {
    let id: [u8; 16] = unhex(&record.vault)?.try_into().ok()?;
    Some(Seen {
        vault: VaultId::from_bytes(id),
        generation: record.generation,
    })
}

/// What the vault is called in every data folder.
pub const VAULT_FILE: &str = "vault.chancery";

const FILE_THREADS: usize = 2;

/// How many files may wait to be written.
const FILES: usize = 256;

/// How many computations may wait.
const COMPUTATIONS: usize = 4096;
