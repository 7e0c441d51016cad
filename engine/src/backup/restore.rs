//! Restoring a backup into a folder that is empty: all of it appears, or nothing does.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::BackupError;
use super::file::Opened;
use super::make::{publish, sync_folder_of};
use super::trial::try_out;
use crate::base::{BackupManifest, BackupTrial, Kind, Report};
use crate::store::audit::Entry;
use crate::store::backup::{Copied, CopyError, FILES, is_untouched, remove_untouched};
use crate::store::{Change, Disk, StoreError};
use crate::vault::{Opener, Vault, VaultError, write_file};

/// Where to restore into.
pub(crate) struct Place<'a> {
    pub(crate) folder: &'a Path,
    /// What the vault's file is called there.
    pub(crate) vault_file: &'a str,
    pub(crate) disk: Arc<dyn Disk>,
}

pub(crate) struct Restored {
    pub(crate) manifest: BackupManifest,
    pub(crate) trial: BackupTrial,
}

/// Tries it out first: what cannot be opened is not written. Faults of what was backed up do not
/// keep it from being restored; they are told. `entry` is written into the restored audit.
pub(crate) fn restore(
    file: &Path,
    place: &Place<'_>,
    with: Opener<'_>,
    unlock: impl FnOnce(Vault) -> Result<Vault, VaultError>,
    entry: impl FnOnce(&BackupManifest) -> Entry,
) -> Result<Restored, Report> {
    let left = Left::in_folder(place)?;
    let mut opened = Opened::at(file, unlock)?;
    let trial = try_out(&mut opened, Some(with))?;
    let stage = Stage::of(place)?;
    let filled = stage.fill(&mut opened, place, |manifest| Change {
        receipts: trial.receipts,
        ..Change::of(Vec::new(), vec![entry(manifest)])
    });
    let moved = filled.and_then(|()| {
        // Somebody may have begun there meanwhile; half of an earlier restoring is what it was.
        let left = match left.is_half {
            true => left,
            false => Left::in_folder(place)?,
        };
        left.make_way(place)?;
        Ok(stage.become_folder(place)?)
    });
    if let Err(report) = moved {
        if report.kind != Kind::InUse {
            // What failed is the news; the next try removes what is left.
            stage.remove().ok();
        }
        return Err(report);
    }
    Ok(Restored {
        manifest: opened.manifest,
        trial: trial.found,
    })
}

/// Whether a backup may be restored there.
pub(crate) fn require_room(place: &Place<'_>) -> Result<(), BackupError> {
    Left::in_folder(place).map(drop)
}

/// What lies in the folder and may make way: what a program leaves behind that was started there
/// and asked for nothing, or a restoring that was killed. A folder that is not there is empty, too.
#[derive(Default)]
struct Left {
    store: bool,
    /// The store is half of what an earlier restoring has moved there.
    is_half: bool,
}

impl Left {
    fn in_folder(place: &Place<'_>) -> Result<Self, BackupError> {
        let in_use = || BackupError::FolderInUse(place.folder.to_owned());
        let entries = match fs::read_dir(place.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
                return Err(in_use());
            }
            Err(error) => return Err(BackupError::cannot_write(place.folder, error)),
        };
        let mut left = Self::default();
        for entry in entries {
            let entry = entry.map_err(|error| BackupError::cannot_write(place.folder, error))?;
            let is_folder = entry.file_type().is_ok_and(|it| it.is_dir());
            match entry.file_name().to_str() {
                Some(LOOKS) => (),
                // The vault comes last: without it nothing that was moved has counted yet.
                Some(INSIDE) if is_folder => left.is_half = is_half(&entry.path(), place),
                // A file system of its own begins with it.
                Some("lost+found") if is_folder => (),
                Some(name) if FILES.contains(&name) => left.store = true,
                _ => return Err(in_use()),
            }
        }
        let disk = Arc::clone(&place.disk);
        match left.store && !left.is_half && !is_untouched(place.folder, disk) {
            true => Err(in_use()),
            false => Ok(left),
        }
    }

    /// Nothing is lost by it: the store knows of nothing, or is in the backup.
    fn make_way(&self, place: &Place<'_>) -> Result<(), BackupError> {
        let cannot_write = |error| BackupError::cannot_write(place.folder, error);
        let disk = Arc::clone(&place.disk);
        match (self.store, self.is_half) {
            (false, _) => Ok(()),
            (true, true) => remove_files(place.folder, &FILES).map_err(cannot_write),
            (true, false) => match remove_untouched(place.folder, disk).map_err(cannot_write)? {
                true => Ok(()),
                false => Err(BackupError::FolderInUse(place.folder.to_owned())),
            },
        }
    }
}

/// Whether the store was moved out of this stage and the vault was not.
fn is_half(stage: &Path, place: &Place<'_>) -> bool {
    let [store, ..] = FILES;
    let staged = stage.join(store);
    let is_moved = !staged.exists() || is_same(&staged, &place.folder.join(store));
    stage.join(place.vault_file).exists() && is_moved
}

/// One file under two names, as moving by a link leaves it for a moment.
#[cfg(unix)]
fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let inode = |path| fs::metadata(path).map(|it| (it.dev(), it.ino())).ok();
    inode(one).is_some() && inode(one) == inode(other)
}

#[cfg(not(unix))]
fn is_same(_: &Path, _: &Path) -> bool {
    false
}

/// Those that are there.
fn remove_files(folder: &Path, names: &[impl AsRef<Path>]) -> std::io::Result<()> {
    for name in names {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => (),
        }
    }
    Ok(())
}

/// Where everything is made before it counts: inside of a folder that is there, which may be a file
/// system of its own or lead elsewhere; beside one that is not.
struct Stage {
    folder: PathBuf,
    is_inside: bool,
    /// What may lie in it: anything else was not made by us.
    files: Vec<String>,
}

impl Stage {
    fn of(place: &Place<'_>) -> Result<Self, BackupError> {
        let cannot_write = |error| BackupError::cannot_write(place.folder, error);
        let folder = std::path::absolute(place.folder).map_err(cannot_write)?;
        let is_inside = folder.is_dir();
        let stage = match is_inside {
            true => folder.join(INSIDE),
            false => {
                let mut name = folder.clone().into_os_string();
                name.push(INSIDE);
                PathBuf::from(name)
            }
        };
        let vault = place.vault_file;
        let of_vault = ["", ".new", ".lock"].map(|suffix| format!("{vault}{suffix}"));
        let others = FILES.into_iter().map(str::to_owned);
        let stage = Self {
            folder: stage,
            is_inside,
            files: others.chain(of_vault).collect(),
        };
        if let Some(parent) = folder.parent() {
            fs::create_dir_all(parent).map_err(cannot_write)?;
        }
        stage.require_ours()?;
        Ok(stage)
    }

    /// What an earlier, killed run left there may be replaced; nothing else.
    fn require_ours(&self) -> Result<(), BackupError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(BackupError::cannot_write(&self.folder, error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| BackupError::cannot_write(&self.folder, error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !self.files.contains(&name) {
                return Err(BackupError::FolderInUse(self.folder.clone()));
            }
        }
        Ok(())
    }

    /// Everything durable in the stage.
    fn fill(
        &self,
        opened: &mut Opened,
        place: &Place<'_>,
        change: impl FnOnce(&BackupManifest) -> Change,
    ) -> Result<(), Report> {
        let disk = Arc::clone(&place.disk);
        let (path, manifest) = (opened.path.clone(), opened.manifest.clone());
        let copied = Copied::in_folder(&self.folder, disk, &mut opened.rows()?);
        let copied = copied.map_err(|error| match error {
            CopyError::Store(error) if !matches!(error, StoreError::Row { .. }) => error.into(),
            other => Report::from(BackupError::while_reading(&path, other)),
        })?;
        copied.record(change(&manifest))?;
        // While the lock is held: another one who restores here is kept out.
        let vault = self.folder.join(place.vault_file);
        match fs::remove_file(&vault) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(BackupError::cannot_write(&vault, error).into())
            }
            _ => Ok(write_file(&vault, &opened.vault_file)?),
        }
    }

    /// In one step where the folder is not there yet; else file by file, the vault last.
    fn become_folder(&self, place: &Place<'_>) -> Result<(), BackupError> {
        let cannot_write = |error| BackupError::cannot_write(place.folder, error);
        let folder = std::path::absolute(place.folder).map_err(cannot_write)?;
        if !self.is_inside {
            fs::rename(&self.folder, &folder).map_err(cannot_write)?;
            return sync_folder_of(&folder).map_err(cannot_write);
        }
        let mut moved = Vec::new();
        for name in FILES.into_iter().chain([place.vault_file]) {
            let to = folder.join(name);
            if let Err(error) = publish(&self.folder.join(name), &to) {
                // They were not there before: all of them appear, or none does.
                moved.iter().for_each(|file| drop(fs::remove_file(file)));
                return Err(match error {
                    BackupError::Exists(_) => BackupError::FolderInUse(folder),
                    other => other,
                });
            }
            moved.push(to);
        }
        // It is whole now, whatever is left of the stage.
        self.remove().ok();
        Ok(())
    }

    fn remove(&self) -> std::io::Result<()> {
        remove_files(&self.folder, &self.files)?;
        fs::remove_dir(&self.folder)
    }
}

/// The end of the name of a stage, or all of it.
const INSIDE: &str = ".restoring";

/// In which a window remembers how it was left.
const LOOKS: &str = "window.json";
