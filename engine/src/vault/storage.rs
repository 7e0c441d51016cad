//! Where the vault's bytes lie: one file that is replaced whole, or memory.

use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::fs::TryLockError;
use std::io;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use super::error::VaultError;

/// One place for one vault. Its bytes are only ever replaced whole, in four steps; a failure or a
/// crash between any two of them leaves the old bytes or the new ones.
pub(super) trait Storage: Send + Sync {
    /// `None` where there is no vault.
    fn read(&self) -> io::Result<Option<Vec<u8>>>;

    fn exists(&self) -> io::Result<bool>;

    /// Keeps other processes out until the lease is dropped.
    fn acquire(&self) -> Result<Lease, VaultError>;

    /// Step 1: the new bytes, beside the old ones.
    fn write_new(&self, bytes: &[u8]) -> io::Result<()>;

    /// Step 2: the new bytes are on the disk.
    fn sync_new(&self) -> io::Result<()>;

    /// Step 3: the new bytes take the old ones' place.
    fn rename_new(&self) -> io::Result<()>;

    /// Step 4: that they did is on the disk.
    fn sync_folder(&self) -> io::Result<()>;

    /// Takes the new bytes away after a step has failed; what cannot be removed is overwritten next
    /// time.
    fn discard_new(&self);

    fn replace(&self, bytes: &[u8]) -> Result<(), VaultError> {
        let placed = self
            .write_new(bytes)
            .and_then(|()| self.sync_new())
            .and_then(|()| self.rename_new());
        if let Err(cause) = placed {
            self.discard_new();
            return Err(VaultError::Write(cause));
        }
        self.sync_folder().map_err(VaultError::Unconfirmed)
    }
}

/// Held as long as nobody else may write the vault.
pub(super) struct Lease {
    lock: Option<File>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Closing alone would leave the lock to a process that was being started at this moment and
        // still shares the file. Should giving it back fail, closing is what remains.
        if let Some(lock) = &self.lock {
            lock.unlock().unwrap_or_default();
        }
    }
}

/// A vault on disk: `vault.bin` with `vault.bin.new` while writing and `vault.bin.lock` while open.
pub(super) struct Disk {
    path: PathBuf,
}

impl Disk {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(suffix);
        PathBuf::from(name)
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }
}

impl Storage for Disk {
    fn read(&self) -> io::Result<Option<Vec<u8>>> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).is_ok_and(|read| read <= MAX_BYTES) {
            Ok(Some(bytes))
        } else {
            Err(io::ErrorKind::FileTooLarge.into())
        }
    }

    fn exists(&self) -> io::Result<bool> {
        self.path.try_exists()
    }

    fn acquire(&self) -> Result<Lease, VaultError> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let lock = private(&mut options)
            .open(self.beside(".lock"))
            .map_err(VaultError::Write)?;
        match lock.try_lock() {
            Ok(()) => Ok(Lease { lock: Some(lock) }),
            Err(TryLockError::WouldBlock) => Err(VaultError::InUse),
            Err(TryLockError::Error(cause)) => Err(VaultError::Write(cause)),
        }
    }

    fn write_new(&self, bytes: &[u8]) -> io::Result<()> {
        let path = self.beside(".new");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // `create_new` follows no link that somebody may have put there.
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        private(&mut options).open(&path)?.write_all(bytes)
    }

    fn sync_new(&self) -> io::Result<()> {
        // Windows flushes only what was opened for writing.
        let mut options = OpenOptions::new();
        options.write(true).open(self.beside(".new"))?.sync_all()
    }

    fn rename_new(&self) -> io::Result<()> {
        fs::rename(self.beside(".new"), &self.path)
    }

    fn sync_folder(&self) -> io::Result<()> {
        // Windows cannot open a folder as a file, and its rename is journalled.
        if cfg!(unix) {
            File::open(self.folder())?.sync_all()?;
        }
        Ok(())
    }

    fn discard_new(&self) {
        // A file that cannot be removed holds sealed bytes only.
        fs::remove_file(self.beside(".new")).unwrap_or_default();
    }
}

/// Readable by its owner alone.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// A vault that is gone with the process.
#[derive(Default)]
pub(super) struct Memory {
    places: Mutex<Places>,
}

#[derive(Default)]
struct Places {
    current: Option<Vec<u8>>,
    new: Option<Vec<u8>>,
}

impl Memory {
    pub(super) fn holding(bytes: Vec<u8>) -> Self {
        let places = Places {
            current: Some(bytes),
            new: None,
        };
        Self {
            places: Mutex::new(places),
        }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for Memory {
    fn read(&self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.places().current.clone())
    }

    fn exists(&self) -> io::Result<bool> {
        Ok(self.places().current.is_some())
    }

    fn acquire(&self) -> Result<Lease, VaultError> {
        Ok(Lease { lock: None })
    }

    fn write_new(&self, bytes: &[u8]) -> io::Result<()> {
        self.places().new = Some(bytes.to_vec());
        Ok(())
    }

    fn sync_new(&self) -> io::Result<()> {
        Ok(())
    }

    fn rename_new(&self) -> io::Result<()> {
        let mut places = self.places();
        let new = places.new.take().ok_or(io::ErrorKind::NotFound)?;
        places.current = Some(new);
        Ok(())
    }

    fn sync_folder(&self) -> io::Result<()> {
        Ok(())
    }

    fn discard_new(&self) {
        self.places().new = None;
    }
}

/// Larger files are not read: no vault of ours comes near.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
