//! One process holds a data folder; another is told which.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use super::error::StoreError;

/// The folder's lock file, locked while this value lives; the system frees it if we are killed.
pub(super) struct Lock(#[expect(dead_code, reason = "held, not used")] File);

impl Lock {
    /// Makes the folder where there is none.
    pub(super) fn take(folder: &Path) -> Result<Self, StoreError> {
        make_folder(folder)?;
        let path = folder.join(FILE_NAME);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| StoreError::cannot_open(&path, error))?;
        match file.try_lock() {
            Ok(()) => {
                let told = write_holder(&mut file);
                told.map_err(|error| StoreError::cannot_open(&path, error))?;
                Ok(Self(file))
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Where the holder cannot be read, the message goes without.
                file.take(64).read_to_string(&mut holder).ok();
                Err(StoreError::InUse {
                    process: holder.trim().parse().ok(),
                })
            }
            Err(TryLockError::Error(error)) => Err(StoreError::cannot_open(&path, error)),
        }
    }
}

fn write_holder(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| StoreError::cannot_open(folder, error))
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> Result<(), StoreError> {
    std::fs::create_dir_all(folder).map_err(|error| StoreError::cannot_open(folder, error))
}

pub(super) const FILE_NAME: &str = "chancery.lock";
