//! The head of a backup: what it is, readable by anybody and vouched for by everything behind it.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::error::BackupError;
use crate::base::{BackupManifest, sha256, shown};

/// Everything before the vault.
pub(super) struct Head {
    pub(super) manifest: BackupManifest,
    pub(super) salt: [u8; 32],
    /// As it stands in the file.
    pub(super) bytes: Vec<u8>,
}

/// What a backup says of itself. Nothing of it is proved.
pub(crate) fn read_manifest(file: &Path) -> Result<BackupManifest, BackupError> {
    let opened = File::open(file).map_err(|error| BackupError::cannot_read(file, error))?;
    Ok(Head::read(file, &mut BufReader::new(opened))?.manifest)
}

impl Head {
    pub(super) fn new(manifest: BackupManifest, salt: [u8; 32]) -> Self {
        // A manifest of ours is plain text and numbers, which JSON can always say, in few bytes.
        let json = serde_json::to_vec(&manifest).unwrap_or_default();
        let bytes = Self::of_json(&json, salt);
        Self {
            manifest,
            salt,
            bytes,
        }
    }

    pub(super) fn of_json(json: &[u8], salt: [u8; 32]) -> Vec<u8> {
        let length = u32::try_from(json.len()).unwrap_or(u32::MAX);
        let mut bytes = Vec::from(MAGIC);
        bytes.extend(VERSION.to_be_bytes());
        bytes.extend(length.to_be_bytes());
        bytes.extend(json);
        bytes.extend(salt);
        let checksum = sha256(&[&bytes]);
        bytes.extend(checksum);
        bytes
    }

    /// Lengths are checked before anything of that length is read.
    pub(super) fn read(path: &Path, file: &mut impl Read) -> Result<Self, BackupError> {
        let mut bytes = Vec::new();
        let mut reading = Reading {
            path,
            file,
            bytes: &mut bytes,
        };
        reading.magic()?;
        let version = u16::from_be_bytes(reading.array()?);
        let length = u32::from_be_bytes(reading.array()?);
        match version {
            VERSION if length <= MAX_MANIFEST => {}
            0 | VERSION => return Err(BackupError::HeadDamaged),
            format => {
                let made_by = reading.more(length.min(MAX_MANIFEST)).ok();
                let made_by = made_by.and_then(|json| who_made(&json));
                return Err(BackupError::Newer { format, made_by });
            }
        }
        let json = reading.more(length)?;
        let salt = reading.array()?;
        let summed = sha256(&[reading.bytes]);
        if reading.array::<32>()? != summed {
            return Err(BackupError::HeadDamaged);
        }
        let manifest = serde_json::from_slice(&json).map_err(|_| BackupError::HeadDamaged)?;
        Ok(Self {
            manifest,
            salt,
            bytes,
        })
    }
}

/// A later format may say other things; this one stays.
fn who_made(json: &[u8]) -> Option<String> {
    let manifest: serde_json::Value = serde_json::from_slice(json).ok()?;
    let program = manifest.get("made_by")?.as_str()?;
    let program: String = program.chars().take(64).collect();
    Some(shown(&program).into_owned())
}

/// Keeps what it has read.
struct Reading<'a, R> {
    path: &'a Path,
    file: &'a mut R,
    bytes: &'a mut Vec<u8>,
}

impl<R: Read> Reading<'_, R> {
    fn magic(&mut self) -> Result<(), BackupError> {
        let begin = self.some(8)?;
        match begin {
            begin if begin == MAGIC => Ok(()),
            begin if MAGIC.starts_with(&begin) => Err(BackupError::Truncated),
            _ => Err(BackupError::NotABackup),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BackupError> {
        let read = self.some(u64::try_from(N).unwrap_or(u64::MAX))?;
        read.try_into().map_err(|_| BackupError::Truncated)
    }

    fn more(&mut self, length: u32) -> Result<Vec<u8>, BackupError> {
        let read = self.some(length.into())?;
        match u32::try_from(read.len()) == Ok(length) {
            true => Ok(read),
            false => Err(BackupError::Truncated),
        }
    }

    /// So much, or what is there.
    fn some(&mut self, length: u64) -> Result<Vec<u8>, BackupError> {
        let read = up_to(self.file, length);
        let read = read.map_err(|error| BackupError::cannot_read(self.path, error))?;
        self.bytes.extend(&read);
        Ok(read)
    }
}

/// Takes memory only for what is there.
pub(super) fn up_to(file: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    file.take(length).read_to_end(&mut read)?;
    Ok(read)
}

pub(super) const MAGIC: [u8; 8] = *b"CHANCBAK";
const VERSION: u16 = 1;
const MAX_MANIFEST: u32 = 64 << 10;
