//! The list of records: what each is, and which bytes are its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cursor::Cursor;
use super::cursor::length;
use super::cursor::put_bytes;
use super::error::VaultError;
use super::seal::OVERHEAD;
use crate::base::KeyId;
use crate::base::SecretId;
use crate::base::sha256;

/// Which key seals a record.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Class {
    /// Under the master key: in reach whenever the vault is unlocked.
    Everyday,
    /// Under the authority key, which only a person's secret opens, for one act at a time.
    Authority,
}

/// One record of the list.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) class: Class,
    /// See `signer.rs`; 0 for what is no key.
    pub(super) key_type: u8,
    /// The file's generation when this record was sealed.
    pub(super) generation: u64,
    /// The key's SubjectPublicKeyInfo in DER.
    pub(super) public_key: Vec<u8>,
    pub(super) sealed: Arc<[u8]>,
}

/// Records are sorted by kind, then id; there are no two of the same name.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct RecordName {
    pub(super) kind: u8,
    pub(super) id: u128,
}

impl RecordName {
    pub(super) fn key(id: KeyId) -> Self {
        let (kind, id) = (KIND_KEY, id.to_raw());
        Self { kind, id }
    }

    pub(super) fn grant(id: KeyId) -> Self {
        let (kind, id) = (KIND_GRANT, id.to_raw());
        Self { kind, id }
    }

    pub(super) fn secret(id: SecretId) -> Self {
        let (kind, id) = (KIND_SECRET, id.to_raw());
        Self { kind, id }
    }

    pub(super) fn key_id(self) -> KeyId {
        KeyId::from_raw(self.id)
    }
}

/// What the list says of a record, beside what the sealing itself decides.
pub(super) struct Described {
    pub(super) class: Class,
    pub(super) key_type: u8,
    pub(super) public_key: Vec<u8>,
}

pub(super) fn encode(entries: &BTreeMap<RecordName, Entry>) -> Result<Vec<u8>, VaultError> {
    let mut list = Vec::from(length(entries.len())?.to_be_bytes());
    for (name, entry) in entries {
        list.push(name.kind);
        list.extend(name.id.to_be_bytes());
        list.push(entry.class.code());
        list.push(entry.key_type);
        list.extend(entry.generation.to_be_bytes());
        put_bytes(&mut list, &entry.public_key)?;
        list.extend(length(entry.sealed.len())?.to_be_bytes());
        list.extend(sha256(&[&entry.sealed]));
    }
    Ok(list)
}

/// Checks each record against its line.
pub(super) fn decode(
    list: &[u8],
    records: &mut Cursor<'_>,
) -> Result<BTreeMap<RecordName, Entry>, VaultError> {
    let mut list = Cursor::new(list);
    let count = list.u32().ok_or(VaultError::HeaderDamaged)?;
    let mut entries = BTreeMap::new();
    for _ in 0..count {
        let (name, mut entry, length, hash) =
            decode_entry(&mut list).ok_or(VaultError::HeaderDamaged)?;
        let missing = VaultError::RecordMissing(name.key_id());
        let sealed = records.take(length).ok_or(missing)?;
        if sha256(&[sealed]) != hash {
            return Err(VaultError::RecordAltered(name.key_id()));
        }
        entry.sealed = sealed.into();
        entries.insert(name, entry);
    }
    let whole = list.is_empty() && u32::try_from(entries.len()).is_ok_and(|read| read == count);
    whole.then_some(entries).ok_or(VaultError::HeaderDamaged)
}

/// One line of the list: name, entry without its bytes, their length and hash.
fn decode_entry(list: &mut Cursor<'_>) -> Option<(RecordName, Entry, usize, [u8; 32])> {
    let name = RecordName {
        kind: list.u8()?,
        id: u128::from_be_bytes(list.array()?),
    };
    let entry = Entry {
        class: Class::from_code(list.u8()?)?,
        key_type: list.u8()?,
        generation: list.u64()?,
        public_key: list.counted()?.to_vec(),
        sealed: Arc::default(),
    };
    let length = usize::try_from(list.u32()?).ok()?;
    let plausible = (OVERHEAD..=MAX_RECORD).contains(&length);
    plausible.then_some((name, entry, length, list.array()?))
}

impl Class {
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Everyday => 1,
            Self::Authority => 2,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Everyday),
            2 => Some(Self::Authority),
            _ => None,
        }
    }
}

/// A private key, PKCS #8.
pub(super) const KIND_KEY: u8 = 1;
/// An authority's private key, sealed a second time for unattended use.
pub(super) const KIND_GRANT: u8 = 2;
/// A secret that is no key, UTF-8.
pub(super) const KIND_SECRET: u8 = 3;
/// The longest sealed record.
pub(super) const MAX_RECORD: usize = 64 * 1024;
