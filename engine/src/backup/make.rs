//! Makes a backup: beside its place, restored in memory, and only then under its name.

use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::BackupError;
use super::file::{Opened, context};
use super::head::Head;
use super::stream::Sealing;
use super::trial::{Trial, try_out};
use crate::base::{BackupManifest, Report, Secret, Timestamp, random};
use crate::store::backup::{self, CopyError};
use crate::store::{Disk, Snapshot, Store};
use crate::vault::{Opener, Vault, VaultCopy, VaultError};

/// What to make.
pub(crate) struct Plan {
    pub(crate) file: PathBuf,
    pub(crate) now: Timestamp,
    pub(crate) keys_inside: bool,
    pub(crate) scheduled: bool,
    /// Opens the keys of attended authorities for the trial.
    pub(crate) passphrase: Option<Secret<String>>,
}

pub(crate) struct Made {
    pub(crate) bytes: u64,
    pub(crate) manifest: BackupManifest,
    pub(crate) trial: Trial,
}

/// The vault must be unlocked. Never replaces a file; what fails leaves nothing behind.
pub(crate) fn make(
    plan: &Plan,
    store: &Store,
    vault: &Vault,
    disk: &Arc<dyn Disk>,
) -> Result<Made, Report> {
    let file = &plan.file;
    let exists = fs::symlink_metadata(file).is_ok();
    if exists {
        return Err(BackupError::Exists(file.clone()).into());
    }
    let part = beside(file);
    let made = write_and_try(plan, &part, store, vault, disk).and_then(|made| {
        publish(&part, file)?;
        Ok(made)
    });
    if made.is_err() {
        // What failed is the news; a part left behind opens for nobody but who has the passphrase.
        fs::remove_file(&part).ok();
    }
    made
}

fn write_and_try(
    plan: &Plan,
    part: &Path,
    store: &Store,
    vault: &Vault,
    disk: &Arc<dyn Disk>,
) -> Result<Made, Report> {
    let (snapshot, copy) = both(store, vault, plan.keys_inside)?;
    let manifest = manifest(plan, &snapshot, &copy)?;
    let mut salt = [0; 32];
    random(&mut salt)?;
    let head = Head::new(manifest, salt);
    let bytes = write(part, &head, &copy, &snapshot, disk)?;
    drop(snapshot);
    let like = |copy: Vault| {
        let copy = copy.accepting_like(vault);
        copy.unlock_like(vault).map(|()| copy)
    };
    let mut opened = Opened::at(part, like).map_err(as_trial)?;
    let with = plan.passphrase.as_ref().map(Opener::Passphrase);
    let trial = try_out(&mut opened, with).map_err(as_trial)?;
    Ok(Made {
        bytes,
        manifest: opened.manifest,
        trial,
    })
}

/// The store first: every key that it names is in the vault. What the vault has seen sealed must
/// be in the store, too, or the pair would look as if an older store had been put back; where it
/// has been, the pair says so.
fn both(store: &Store, vault: &Vault, keys_inside: bool) -> Result<(Snapshot, VaultCopy), Report> {
    let mut tries = 0;
    loop {
        let (snapshot, copy) = (store.snapshot()?, vault.copy(keys_inside)?);
        let sealed = copy.sealed().map_or(0, |sealed| sealed.sequence);
        tries += 1;
        if sealed <= snapshot.audit_entries()? || tries == TRIES {
            return Ok((snapshot, copy));
        }
    }
}

fn manifest(plan: &Plan, store: &Snapshot, vault: &VaultCopy) -> Result<BackupManifest, Report> {
    let counts = store.counts()?;
    Ok(BackupManifest {
        made: plan.now,
        made_by: concat!("chancery ", env!("CARGO_PKG_VERSION")).to_owned(),
        scheduled: plan.scheduled,
        vault: vault.id.to_string(),
        keys_inside: plan.keys_inside,
        revision: store.at().0,
        store_format: counts.format,
        audit_entries: store.audit_entries()?,
        checkpoint: store.checkpoints()?.pop().map(|(_, text)| text),
        authorities: counts.authorities,
        certificates: counts.certificates,
        requests: counts.requests,
        keys: counts.keys,
    })
}

/// Durable when it returns.
fn write(
    part: &Path,
    head: &Head,
    vault: &VaultCopy,
    store: &Snapshot,
    disk: &Arc<dyn Disk>,
) -> Result<u64, BackupError> {
    let cannot_write = |error| BackupError::cannot_write(part, error);
    let key = vault.stream_key(&head.salt, context(head, &vault.file))?;
    let mut out = Watched {
        file: private(part).map_err(cannot_write)?,
        disk: Arc::clone(disk),
        bytes: 0,
    };
    let length = u32::try_from(vault.file.len()).unwrap_or(u32::MAX);
    out.write_all(&head.bytes).map_err(cannot_write)?;
    out.write_all(&length.to_be_bytes()).map_err(cannot_write)?;
    out.write_all(&vault.file).map_err(cannot_write)?;
    let mut sealing = Sealing::new(&key, out);
    backup::write(store, &mut sealing).map_err(|error| match error {
        CopyError::Store(error) => BackupError::Rows(error),
        CopyError::Stream(error) => match error.downcast::<BackupError>() {
            Ok(ours) => ours,
            Err(error) => cannot_write(error),
        },
    })?;
    let out = sealing.finish().map_err(cannot_write)?;
    out.sync().map_err(cannot_write)?;
    Ok(out.bytes)
}

/// What cannot be opened directly after it was written has failed its trial.
fn as_trial(error: BackupError) -> BackupError {
    match error {
        BackupError::CannotRead(..) | BackupError::Vault(VaultError::WrongPassphrase) => error,
        other => {
            let causes = std::iter::successors(other.source(), |&cause| cause.source());
            let why = causes.map(|cause| format!(": {cause}"));
            BackupError::TrialFailed(vec![format!("{other}{}", why.collect::<String>())])
        }
    }
}

fn beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

/// Gives it its name, unless that has been taken meanwhile.
pub(super) fn publish(part: &Path, file: &Path) -> Result<(), BackupError> {
    let cannot_write = |error| BackupError::cannot_write(file, error);
    match fs::hard_link(part, file) {
        Ok(()) => fs::remove_file(part).map_err(cannot_write)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(BackupError::Exists(file.to_owned()));
        }
        // Not every file system has links: a memory stick's has none.
        Err(_) if fs::symlink_metadata(file).is_ok() => {
            return Err(BackupError::Exists(file.to_owned()));
        }
        Err(_) => fs::rename(part, file).map_err(cannot_write)?,
    }
    sync_folder_of(file).map_err(cannot_write)
}

/// Windows cannot open a folder as a file, and its rename is journalled.
pub(super) fn sync_folder_of(file: &Path) -> io::Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match cfg!(unix) {
        true => File::open(folder)?.sync_all(),
        false => Ok(()),
    }
}

/// A new file that only its owner may read.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A file that asks its disk first, and counts.
struct Watched {
    file: File,
    disk: Arc<dyn Disk>,
    bytes: u64,
}

impl Watched {
    fn sync(&self) -> io::Result<()> {
        self.disk.before_sync()?;
        self.file.sync_all()
    }
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.before_write()?;
        let written = self.file.write(bytes)?;
        self.bytes += u64::try_from(written).unwrap_or(0);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// So often store and vault are read again where the audit was sealed in between.
const TRIES: u32 = 4;
