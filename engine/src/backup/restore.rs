//! Restoring a backup into a folder that is empty: all of it appears at once, or nothing does.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::BackupError;
use super::file::Opened;
use super::make::sync_folder_of;
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
    let stage = Stage::beside(place)?;
    let filled = stage.fill(&mut opened, place, |manifest| Change {
        receipts: trial.receipts,
        ..Change::of(Vec::new(), vec![entry(manifest)])
    });
    let moved = filled.and_then(|()| {
        left.make_way(place, &stage.folder)?;
        Ok(stage.become_folder(place.folder)?)
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
/// and asked for nothing. A folder that is not there is empty, too.
struct Left {
    store: bool,
    looks: bool,
}

impl Left {
    fn in_folder(place: &Place<'_>) -> Result<Self, BackupError> {
        let in_use = || BackupError::FolderInUse(place.folder.to_owned());
        let entries = match fs::read_dir(place.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::NOTHING),
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
                return Err(in_use());
            }
            Err(error) => return Err(BackupError::cannot_write(place.folder, error)),
        };
        let mut left = Self::NOTHING;
        for entry in entries {
            let entry = entry.map_err(|error| BackupError::cannot_write(place.folder, error))?;
            let name = entry.file_name();
            match name.to_str() {
                Some(LOOKS) => left.looks = true,
                Some(name) if FILES.contains(&name) => left.store = true,
                _ => return Err(in_use()),
            }
        }
        let disk = Arc::clone(&place.disk);
        match left.store && !is_untouched(place.folder, disk) {
            true => Err(in_use()),
            false => Ok(left),
        }
    }

    /// Nothing is lost by it: the store knows of nothing, and how the window looked is kept.
    fn make_way(&self, place: &Place<'_>, stage: &Path) -> Result<(), BackupError> {
        let cannot_write = |error| BackupError::cannot_write(place.folder, error);
        let disk = Arc::clone(&place.disk);
        if self.store && !remove_untouched(place.folder, disk).map_err(cannot_write)? {
            return Err(BackupError::FolderInUse(place.folder.to_owned()));
        }
        if self.looks {
            let looks = [place.folder, stage].map(|folder| folder.join(LOOKS));
            fs::rename(&looks[0], &looks[1]).map_err(cannot_write)?;
        }
        Ok(())
    }

    const NOTHING: Self = Self {
        store: false,
        looks: false,
    };
}

/// `NAME.restoring` beside the folder NAME, until it takes its place.
struct Stage {
    folder: PathBuf,
    /// What may lie in it: anything else was not made by us.
    files: Vec<String>,
}

impl Stage {
    fn beside(place: &Place<'_>) -> Result<Self, BackupError> {
        let cannot_write = |error| BackupError::cannot_write(place.folder, error);
        let folder = std::path::absolute(place.folder).map_err(cannot_write)?;
        let mut name = folder.clone().into_os_string();
        name.push(".restoring");
        let vault = place.vault_file;
        let of_vault = ["", ".new", ".lock"].map(|suffix| format!("{vault}{suffix}"));
        let others = FILES.into_iter().chain([LOOKS]).map(str::to_owned);
        let stage = Self {
            folder: PathBuf::from(name),
            files: of_vault.into_iter().chain(others).collect(),
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

    /// Takes the place of the empty folder, in one step where the system can.
    fn become_folder(&self, folder: &Path) -> Result<(), BackupError> {
        let cannot_write = |error| BackupError::cannot_write(folder, error);
        let folder = std::path::absolute(folder).map_err(cannot_write)?;
        if cfg!(windows) && folder.is_dir() {
            fs::remove_dir(&folder).map_err(cannot_write)?;
        }
        fs::rename(&self.folder, &folder).map_err(cannot_write)?;
        sync_folder_of(&folder).map_err(cannot_write)
    }

    fn remove(&self) -> std::io::Result<()> {
        for name in &self.files {
            match fs::remove_file(self.folder.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => (),
            }
        }
        fs::remove_dir(&self.folder)
    }
}

/// In which a window remembers how it was left.
const LOOKS: &str = "window.json";
