//! A backup's file, opened: its head, its vault, and the rows behind it.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::error::BackupError;
use super::head::{Head, up_to};
use super::stream::Opening;
use crate::base::{BackupManifest, sha256, shown};
use crate::store::backup::FORMAT;
use crate::vault::{StreamKey, Vault, VaultError};

pub(crate) struct Opened {
    pub(crate) manifest: BackupManifest,
    /// In memory, and unlocked.
    pub(super) vault: Vault,
    pub(super) vault_file: Vec<u8>,
    pub(super) path: PathBuf,
    file: BufReader<File>,
    key: StreamKey,
    /// Where the sealed stream begins.
    start: u64,
}

impl Opened {
    /// `unlock` is given the vault that is inside.
    pub(crate) fn at(
        path: &Path,
        unlock: impl FnOnce(Vault) -> Result<Vault, VaultError>,
    ) -> Result<Self, BackupError> {
        let cannot_read = |error| BackupError::cannot_read(path, error);
        let mut file = BufReader::new(File::open(path).map_err(cannot_read)?);
        let head = Head::read(path, &mut file)?;
        if FORMAT < head.manifest.store_format {
            return Err(BackupError::Newer {
                format: u16::try_from(head.manifest.store_format).unwrap_or(u16::MAX),
                made_by: Some(shown(&head.manifest.made_by).into_owned()),
            });
        }
        let length = up_to(&mut file, 4).map_err(cannot_read)?;
        let length: [u8; 4] = length.try_into().map_err(|_| BackupError::Truncated)?;
        let expected = u32::from_be_bytes(length);
        if MAX_VAULT < expected {
            return Err(BackupError::HeadDamaged);
        }
        let vault_file = up_to(&mut file, expected.into()).map_err(cannot_read)?;
        if u32::try_from(vault_file.len()) != Ok(expected) {
            return Err(BackupError::Truncated);
        }
        let start = file.stream_position().map_err(cannot_read)?;
        let vault = unlock(Vault::from_copy(vault_file.clone()))?;
        let context = context(&head, &vault_file);
        Ok(Self {
            key: vault.stream_key(&head.salt, context)?,
            manifest: head.manifest,
            vault,
            vault_file,
            path: path.to_owned(),
            file,
            start,
        })
    }

    /// The stream of rows, from its beginning.
    pub(super) fn rows(&mut self) -> Result<impl Read, BackupError> {
        let sought = self.file.seek(SeekFrom::Start(self.start));
        sought.map_err(|error| BackupError::cannot_read(&self.path, error))?;
        Ok(Opening::new(&self.key, &mut self.file))
    }
}

/// What every chunk is bound to: the head and the vault, so that neither can be exchanged.
pub(super) fn context(head: &Head, vault_file: &[u8]) -> [u8; 32] {
    sha256(&[&head.bytes, vault_file])
}

/// As the vault itself.
const MAX_VAULT: u32 = 256 << 20;
