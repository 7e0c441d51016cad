//! The file below the store, with a door through which a test lets writes and syncs fail.

use std::fmt;
use std::fs::File;
use std::io;
use std::sync::Arc;

use redb::backends::FileBackend;
use redb::{DatabaseError, StorageBackend};

/// What stands between the store and its file. An error given here is what the operating system
/// would have said.
pub trait Disk: fmt::Debug + Send + Sync + 'static {
    /// Before bytes are handed to the operating system, and before the file grows or shrinks.
    fn before_write(&self) -> io::Result<()> {
        Ok(())
    }

    /// Before the operating system is asked to make everything durable.
    fn before_sync(&self) -> io::Result<()> {
        Ok(())
    }
}

/// The disk as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDisk;

impl Disk for SystemDisk {}

/// A file that asks its [`Disk`] first. It takes no lock: the folder's lock file does, which
/// outlives a reopening.
#[derive(Debug)]
pub(super) struct Watched {
    file: FileBackend,
    disk: Arc<dyn Disk>,
}

impl Watched {
    pub(super) fn new(file: File, disk: Arc<dyn Disk>) -> Result<Self, DatabaseError> {
        let file = FileBackend::new(file)?;
        Ok(Self { file, disk })
    }
}

impl StorageBackend for Watched {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.disk.before_write()?;
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.before_sync()?;
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.disk.before_write()?;
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}
