//! Backups without an engine: what one says, trying it out, restoring it.

use std::path::Path;
use std::sync::Arc;

use super::context::VAULT_FILE;
use super::handle::vault::opener;
use super::{Home, Kdf, Settings};
use crate::api::{Actor, BackupManifest, BackupTrial, Opener, Report, Resource};
use crate::backup::{self, Opened, Place};
use crate::base::{Explain, Kind, Remedy};
use crate::store::audit::Entry;
use crate::vault::{Vault, VaultError};

/// What was restored, and what trying it out had shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Restored {
    pub manifest: BackupManifest,
    pub trial: BackupTrial,
}

/// What a backup says of itself; no secret is needed, and nothing is proved.
pub fn read_manifest(file: &Path) -> Result<BackupManifest, Report> {
    Ok(backup::read_manifest(file)?)
}

/// Restores it in memory and lets each authority's key sign a test message, where there is no
/// installation whose audit could tell of it.
pub fn verify_backup(
    file: &Path,
    with: &Opener,
    kdf: Kdf,
) -> Result<(BackupManifest, BackupTrial), Report> {
    let mut opened = Opened::at(file, |vault| unlock(vault, with, kdf))?;
    let trial = backup::try_out(&mut opened, Some(opener(with)))?;
    Ok((opened.manifest, trial.found))
}

/// Restores it into the folder of `settings`, which must be empty or missing: all of it or, if
/// anything fails, nothing. It is tried out before anything is written, and the restored audit
/// says who restored it from what.
pub fn restore(
    file: &Path,
    settings: &Settings,
    actor: Actor,
    with: &Opener,
) -> Result<Restored, Report> {
    let place = place(settings)?;
    let open = |vault| unlock(vault, with, settings.kdf);
    let now = settings.clock.now();
    let restored = backup::restore(file, &place, opener(with), open, |manifest| Entry {
        at: now,
        actor,
        action: "backup.restore".to_owned(),
        outcome: "done".to_owned(),
        resource: Resource::of("backup", "backup"),
        details: format!(
            "restored from the backup of {}, which {} made at change {} and entry {} of the audit",
            manifest.made,
            crate::base::shown(&manifest.made_by),
            manifest.revision,
            manifest.audit_entries
        ),
        cause: None,
        keys_used: Vec::new(),
    })?;
    Ok(Restored {
        manifest: restored.manifest,
        trial: restored.trial,
    })
}

/// Whether [`restore`] has room there: said before anybody types a passphrase.
pub fn require_room(settings: &Settings) -> Result<(), Report> {
    Ok(backup::require_room(&place(settings)?)?)
}

fn place(settings: &Settings) -> Result<Place<'_>, Report> {
    let Home::Folder(folder) = &settings.home else {
        return Err(NoFolder.into());
    };
    Ok(Place {
        folder,
        vault_file: VAULT_FILE,
        disk: Arc::clone(&settings.disk),
    })
}

fn unlock(vault: Vault, with: &Opener, kdf: Kdf) -> Result<Vault, VaultError> {
    let vault = match kdf {
        Kdf::Usual => vault,
        Kdf::WeakForTests => vault.accept_weak_for_tests(),
    };
    vault.open(opener(with), true)?;
    Ok(vault)
}

/// Memory holds nothing that could be opened later.
#[derive(Debug)]
struct NoFolder;

impl std::fmt::Display for NoFolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a backup is restored into a folder")
    }
}

impl std::error::Error for NoFolder {}

impl Explain for NoFolder {
    fn code(&self) -> &'static str {
        "backup.no-folder"
    }

    fn kind(&self) -> Kind {
        Kind::Malformed
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do("Name an empty folder".to_owned())
    }
}
