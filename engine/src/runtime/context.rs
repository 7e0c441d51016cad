//! What a handler is given: store, vault, clock, and threads to compute on.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::act::Act;
use super::news::Newsroom;
use super::pool::Pool;
use super::running::Running;
use super::{Kdf, Settings, cannot_start, threads};
use crate::api::{Actor, Clock, Report, Revision, Timestamp, VaultState};
use crate::authority::{Issuers, Profiles};
use crate::base::Mint;
use crate::store::{Change, Home, Refused, Snapshot, Store};
use crate::vault::{self, KdfCost, Vault};

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
    pub(super) idle_lock: Option<Duration>,
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
        let (vault, kdf) = match settings.kdf {
            Kdf::Usual => (vault, KdfCost::for_this_machine()),
            Kdf::WeakForTests => (vault.accept_weak_for_tests(), KdfCost::weak_for_tests()),
        };
        Ok(Self {
            compute: Pool::start("compute", threads(), COMPUTATIONS).map_err(cannot_start)?,
            files: Pool::start_detached("files", FILE_THREADS, FILES).map_err(cannot_start)?,
            store: Arc::new(store),
            vault: Arc::new(vault.with_clock(Arc::clone(&settings.clock))),
            issuers: Arc::default(),
            profiles: Profiles::default(),
            clock: Arc::clone(&settings.clock),
            mint: Arc::new(Mint::new().map_err(cannot_start)?),
            running: Running::default(),
            kdf,
            idle_lock: settings.idle_lock,
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

const VAULT_FILE: &str = "vault.chancery";

const FILE_THREADS: usize = 2;

/// How many files may wait to be written.
const FILES: usize = 256;

/// How many computations may wait.
const COMPUTATIONS: usize = 4096;
