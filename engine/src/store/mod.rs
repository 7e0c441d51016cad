//! What the engine remembers: one writer, many readers, and the only place that names redb.

pub(crate) mod acme;
pub(crate) mod audit;
pub(crate) mod authority;
pub(crate) mod backup;
pub(crate) mod certificate;
mod change;
mod disk;
pub(crate) mod dns;
mod error;
mod field;
/// Doors for `tests/fuzz`.
#[cfg(fuzzing)]
pub mod fuzzing;
pub(crate) mod job;
pub(crate) mod key;
mod lock;
pub(crate) mod profile;
mod read;
mod record;
pub(crate) mod request;
pub(crate) mod revocation;
pub(crate) mod schedule;
mod tables;
pub(crate) mod vault;
mod version;
mod writer;

pub use disk::{Disk, SystemDisk};

pub(crate) use change::{Change, Guard, Put};
pub(crate) use error::{Refused, StoreError};
pub(crate) use read::{Reader, Rows, Snapshot};

use std::fs::OpenOptions;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;

use redb::backends::InMemoryBackend;
use redb::{Builder, Database, Error, ReadableDatabase};
use tokio::sync::{mpsc, oneshot};

use crate::api::Notice;
pub(crate) use crate::api::Revision;
use crate::store::disk::Watched;
use crate::store::lock::Lock;
use crate::store::writer::{Job, Writer};

/// Where the engine keeps what it knows.
#[derive(Clone, Debug)]
pub enum Home {
    Folder(PathBuf),
    /// Gone when the engine stops.
    Memory,
}

pub(crate) struct Store {
    shared: Arc<Shared>,
    jobs: Option<mpsc::Sender<Job>>,
    writer: Option<JoinHandle<()>>,
}

/// The open database, which the writer replaces after a failed commit.
pub(super) struct Shared {
    database: RwLock<Option<Arc<Database>>>,
    source: Source,
    /// Held as long as the store is open.
    _lock: Option<Lock>,
}

enum Source {
    File(PathBuf, Arc<dyn Disk>),
    Memory,
}

impl Store {
    /// Opens or creates the store. `announce` is called on the writer's thread after each commit
    /// and before anyone is told that theirs is done; it must not wait.
    pub(crate) fn open(
        home: &Home,
        disk: Arc<dyn Disk>,
        announce: impl Fn(Notice) + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (source, lock) = match home {
            Home::Folder(folder) => {
                let lock = Lock::take(folder)?;
                (Source::File(folder.join(FILE_NAME), disk), Some(lock))
            }
            Home::Memory => (Source::Memory, None),
        };
        let database = source.ready()?;
        let shared = Arc::new(Shared {
            database: RwLock::new(Some(Arc::new(database))),
            source,
            _lock: lock,
        });
        let (jobs, queue) = mpsc::channel(QUEUE);
        let writer = Writer::new(Arc::clone(&shared), Box::new(announce));
        let writer = std::thread::Builder::new()
            .name("store writer".to_owned())
            .spawn(move || writer.run(queue))
            .map_err(Error::Io)?;
        Ok(Self {
            shared,
            jobs: Some(jobs),
            writer: Some(writer),
        })
    }

    /// Returns once the change is durable. Waits while the queue is full.
    pub(crate) async fn commit(&self, change: Change) -> Result<Revision, Refused> {
        let (reply, answer) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or(StoreError::Stopped)?;
        jobs.send(Job { change, reply })
            .await
            .map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    pub(crate) fn snapshot(&self) -> Result<Snapshot, StoreError> {
        self.shared.snapshot()
    }
}

impl Drop for Store {
    /// Lets the writer finish its queue, so that the file is free again afterwards.
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(writer) = self.writer.take() {
            writer.join().ok();
        }
    }
}

impl Shared {
    pub(super) fn current(&self) -> Result<Arc<Database>, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        database.clone().ok_or(StoreError::Stopped)
    }

    /// Nobody keeps the database meanwhile: one that is replaced must be closed before the file is
    /// opened again.
    fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or(StoreError::Stopped)?;
        Snapshot::new(database.begin_read().map_err(Error::from)?)
    }

    /// After a failed commit the file is read anew: what redb holds in memory may be ahead of it.
    pub(super) fn reopen(&self) -> Result<Arc<Database>, StoreError> {
        let mut database = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if matches!(self.source, Source::Memory) {
            return Err(StoreError::Stopped);
        }
        drop(database.take());
        let opened = Arc::new(self.source.open()?);
        *database = Some(Arc::clone(&opened));
        Ok(opened)
    }
}

impl Source {
    /// Of a format that is ours. A damaged file can crash its reader: that is the file's fault.
    fn ready(&self) -> Result<Database, StoreError> {
        let ready = || -> Result<Database, StoreError> {
            if let Self::File(path, _) = self {
                version::refuse_newer(path)?;
            }
            let database = self.open()?;
            version::prepare(&database)?;
            Ok(database)
        };
        catch_unwind(AssertUnwindSafe(ready)).unwrap_or_else(|_| Err(self.damaged()))
    }

    fn damaged(&self) -> StoreError {
        match self {
            Self::File(path, _) => {
                let crashed = "reading it crashed".to_owned();
                StoreError::unreadable(path, Error::Corrupted(crashed))
            }
            Self::Memory => StoreError::Stopped,
        }
    }

    fn open(&self) -> Result<Database, StoreError> {
        let mut builder = Builder::new();
        builder.set_cache_size(CACHE_BYTES);
        match self {
            Self::File(path, disk) => {
                let file = OpenOptions::new()
                    .read(true)
                    .write(true)
                    .create(true)
                    .truncate(false)
                    .open(path)
                    .map_err(|error| StoreError::cannot_open(path, error))?;
                only_mine(path)?;
                let backend = Watched::new(file, Arc::clone(disk)).map_err(Error::from)?;
                builder
                    .create_with_backend(backend)
                    .map_err(|error| StoreError::unreadable(path, error.into()))
            }
            Self::Memory => Ok(builder
                .create_with_backend(InMemoryBackend::new())
                .map_err(Error::from)?),
        }
    }
}

/// Names, times and audit are nobody else's business.
#[cfg(unix)]
fn only_mine(path: &Path) -> Result<(), StoreError> {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, Permissions::from_mode(0o600))
        .map_err(|error| StoreError::cannot_open(path, error))
}

#[cfg(not(unix))]
fn only_mine(_path: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// What the store is called in every data folder.
pub const FILE_NAME: &str = "chancery.redb";

/// How many changes may wait for the next commit.
const QUEUE: usize = 1024;

const CACHE_BYTES: usize = 128 << 20;

#[cfg(test)]
mod tests;
