//! The engine's life: commands, questions and news go through here; nothing else knows both the
//! api and the areas.

mod act;
mod client;
mod context;
mod dispatch;
mod handle;
mod job;
mod keys;
mod news;
mod offline;
mod order;
mod outside;
mod pool;
mod refusals;
mod restore;
mod running;
mod scheduler;
mod signer;
mod turns;

pub use client::{Busy, Client, Pending, Ticket};
pub use context::VAULT_FILE;
pub use handle::Answer;
pub use news::News;
pub use offline::{
    inspect, inspect_crl, private_names, provider_kinds, require_no_key, verify_audit,
};
pub use restore::{Restored, read_manifest, require_room, restore, verify_backup};

use std::fmt;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{Semaphore, oneshot};

use crate::api::{Actor, Clock, Report, SystemClock};
use crate::base::{Explain, Kind, Remedy};
use crate::runtime::context::Context;
use crate::runtime::news::Newsroom;
use crate::runtime::pool::Pool;
use crate::runtime::refusals::Refusals;
use crate::runtime::turns::Turns;
use crate::store::{Disk, Home, SystemDisk};
use crate::vault::{SecretStore, SystemSecretStore};

/// What an engine needs from its surroundings; a test sets all of it.
#[derive(Clone)]
pub struct Settings {
    pub home: Home,
    pub clock: Arc<dyn Clock>,
    pub disk: Arc<dyn Disk>,
    pub kdf: Kdf,
    /// The operating system's store of secrets.
    pub secrets: Arc<dyn SecretStore>,
    /// The vault locks itself after this long without a command by a person.
    pub idle_lock: Option<Duration>,
    /// How long in all an order waits for what may pass by itself, such as a network that is down,
    /// before it fails.
    pub patience: Duration,
}

/// How much it costs to try a passphrase.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Kdf {
    /// Argon2id with 256 MiB, or 64 MiB where memory is short.
    #[default]
    Usual,
    /// So cheap that it protects nothing; for tests.
    WeakForTests,
}

impl Settings {
    pub fn at(home: Home) -> Self {
        Self {
            home,
            clock: Arc::new(SystemClock),
            disk: Arc::new(SystemDisk),
            kdf: Kdf::Usual,
            secrets: Arc::new(SystemSecretStore),
            idle_lock: Some(IDLE_LOCK),
            patience: PATIENCE,
        }
    }
}

/// Starts an engine, which stops when the last client of it is dropped.
pub fn start(settings: Settings, actor: Actor) -> Result<Client, Report> {
    Ok(Client::new(Engine::start(settings)?, actor))
}

/// What every command and question shares. Questions end before the store they read: a thread of
/// theirs must never be the one that drops it.
struct Core {
    queries: Pool,
    context: Arc<Context>,
    news: Arc<Newsroom>,
    turns: Turns,
    refusals: Refusals,
}

impl Core {
    fn open(settings: &Settings) -> Result<Self, Report> {
        let news = Arc::new(Newsroom::default());
        Ok(Self {
            queries: Pool::start("query", threads(), QUERIES).map_err(cannot_start)?,
            context: Arc::new(Context::open(settings, &news)?),
            news,
            turns: Turns::default(),
            refusals: Refusals::default(),
        })
    }
}

struct Engine {
    core: Arc<Core>,
    tasks: Handle,
    /// Places for commands of people, and for those of machines: neither can crowd the other out.
    people: Arc<Semaphore>,
    machines: Arc<Semaphore>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    fn start(settings: Settings) -> Result<Arc<Self>, Report> {
        let core = Arc::new(Core::open(&settings)?);
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads())
            .thread_name("engine task")
            .enable_all()
            .build()
            .map_err(cannot_start)?;
        let tasks = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("engine".to_owned())
            .spawn(move || live(&runtime, stopped))
            .map_err(cannot_start)?;
        let engine = Arc::new(Self {
            core,
            tasks,
            people: Arc::new(Semaphore::new(PEOPLE)),
            machines: Arc::new(Semaphore::new(MACHINES)),
            stop: Some(stop),
            thread: Some(thread),
        });
        scheduler::start(&engine.core, &engine.tasks);
        job::resume(&engine.core, &engine.tasks);
        Ok(engine)
    }

    fn places(&self, actor: &Actor) -> &Arc<Semaphore> {
        match actor {
            Actor::User(_) => &self.people,
            Actor::Scheduler => &self.machines,
        }
    }
}

impl Drop for Engine {
    /// Ends every task, then (with `core`) the pools and the store.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
        self.core.context.vault.lock();
    }
}

/// A thread of its own, since a runtime must not be dropped by a front end's asynchronous code.
fn live(runtime: &Runtime, stopped: oneshot::Receiver<()>) {
    runtime.block_on(stopped).ok();
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 16))
}

fn cannot_start(error: impl std::error::Error + 'static) -> Report {
    Report::from(CannotStart(Box::new(error)))
}

/// The operating system gave us no thread or no randomness.
#[derive(Debug)]
struct CannotStart(Box<dyn std::error::Error>);

impl fmt::Display for CannotStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the engine could not start")
    }
}

impl std::error::Error for CannotStart {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}

impl Explain for CannotStart {
    fn code(&self) -> &'static str {
        "engine.cannot-start"
    }

    fn kind(&self) -> Kind {
        Kind::Failed
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do("Close other programs and try again".to_owned())
    }
}

const PATIENCE: Duration = Duration::from_secs(10 * 60);

const IDLE_LOCK: Duration = Duration::from_secs(15 * 60);

/// How many commands of people may be under way.
const PEOPLE: usize = 2048;

/// How many commands of the scheduler, and later of agents and devices.
const MACHINES: usize = 512;

/// How many questions may wait.
const QUERIES: usize = 256;
