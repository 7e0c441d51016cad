//! The vault's file, format 1: a header in the clear, a sealed list, sealed records.
//!
//! `docs/vault.md` says the same for people who write another reader.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::cursor::Cursor;
use super::cursor::length;
use super::cursor::put_bytes;
use super::error::VaultError;
use super::list;
use super::list::Described;
use super::list::Entry;
use super::list::MAX_RECORD;
use super::list::RecordName;
use super::seal::Key;
use super::slot::Slot;
use crate::base::Secret;
use crate::base::Timestamp;
use crate::base::hex;
use crate::base::sha256;

/// Drawn when the vault is made; every seal is bound to it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct VaultId([u8; 16]);

impl VaultId {
    pub(crate) const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Display for VaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex(&self.0))
    }
}

/// The last audit entry that a checkpoint has sealed, so that a store restored alone is noticed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Sealed {
    pub(crate) sequence: u64,
    /// The hash that the next entry links to.
    pub(crate) link: [u8; 32],
}

/// The part that can be read without any key.
#[derive(Clone)]
pub(super) struct Header {
    pub(super) vault: VaultId,
    /// Grows by one with each writing of the file.
    pub(super) generation: u64,
    /// Grows by one with each re-keying.
    pub(super) epoch: u64,
    pub(super) created: Timestamp,
    pub(super) sealed: Option<Sealed>,
    pub(super) slots: Vec<Slot>,
    /// Shows a holder of the authority key that the slots are those it was wrapped with.
    pub(super) authority_tag: [u8; 32],
}

/// A file split into its parts, checked as far as that goes without a key.
pub(super) struct Parts<'a> {
    pub(super) header: Header,
    /// Everything before the list's length: what the list's seal vouches for.
    vouched: &'a [u8],
    list: &'a [u8],
    records: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(super) fn split(bytes: &'a [u8]) -> Result<Self, VaultError> {
        let mut file = Cursor::new(bytes);
        let length = preamble(&mut file)?;
        let fields = file.take(length).ok_or(VaultError::Truncated)?;
        let vouched = &bytes[..PREAMBLE + length + CHECKSUM];
        let (summed, checksum) = vouched.split_at(PREAMBLE + length);
        if sha256(&[summed]) != checksum {
            return Err(VaultError::HeaderDamaged);
        }
        let header = Header::decode(fields).ok_or(VaultError::HeaderDamaged)?;
        file.take(CHECKSUM).ok_or(VaultError::Truncated)?;
        let list = file.u32().ok_or(VaultError::Truncated)?;
        let list = usize::try_from(list).map_err(|_| VaultError::Truncated)?;
        Ok(Self {
            header,
            vouched,
            list: file.take(list).ok_or(VaultError::Truncated)?,
            records: file.rest(),
        })
    }
}

/// Reads up to the header's fields and returns their length; all of them and their checksum are
/// there.
fn preamble(file: &mut Cursor<'_>) -> Result<usize, VaultError> {
    let magic = file.take(MAGIC.len().min(file.left()));
    match magic {
        Some(magic) if magic == &MAGIC[..] => {}
        Some(magic) if MAGIC.starts_with(magic) => return Err(VaultError::Truncated),
        _ => return Err(VaultError::NotAVault),
    }
    match file.u16().ok_or(VaultError::Truncated)? {
        VERSION => {}
        0 => return Err(VaultError::HeaderDamaged),
        newer => return Err(VaultError::NewerVersion(newer)),
    }
    let length = file.u32().ok_or(VaultError::Truncated)?;
    let length = usize::try_from(length).map_err(|_| VaultError::Truncated)?;
    match length.checked_add(CHECKSUM) {
        Some(needed) if needed <= file.left() => Ok(length),
        _ => Err(VaultError::Truncated),
    }
}

impl Header {
    fn decode(fields: &[u8]) -> Option<Self> {
        let mut fields = Cursor::new(fields);
        let header = Self {
            vault: VaultId(fields.array()?),
            generation: fields.u64()?,
            epoch: fields.u64()?,
            created: Timestamp(fields.i64()?),
            sealed: decode_sealed(&mut fields)?,
            slots: Slot::decode_all(&mut fields)?,
            authority_tag: fields.array()?,
        };
        fields.is_empty().then_some(header)
    }

    fn encode(&self) -> Result<Vec<u8>, VaultError> {
        let mut fields = Vec::new();
        fields.extend(self.vault.0);
        fields.extend(self.generation.to_be_bytes());
        fields.extend(self.epoch.to_be_bytes());
        fields.extend(self.created.0.to_be_bytes());
        let none = Sealed {
            sequence: 0,
            link: [0; 32],
        };
        let sealed = self.sealed.unwrap_or(none);
        fields.push(u8::from(self.sealed.is_some()));
        fields.extend(sealed.sequence.to_be_bytes());
        fields.extend(sealed.link);
        Slot::encode_all(&self.slots, &mut fields)?;
        fields.extend(self.authority_tag);
        Ok(fields)
    }

    /// Counts one writing of the file.
    pub(super) fn advance(&mut self) -> Result<(), VaultError> {
        let next = self.generation.checked_add(1);
        self.generation = next.ok_or(VaultError::TooLarge)?;
        Ok(())
    }

    /// What the authority tag is computed over.
    pub(super) fn authority_vouches(&self) -> Result<Vec<u8>, VaultError> {
        let mut message = Vec::from(self.vault.0);
        message.extend(self.epoch.to_be_bytes());
        Slot::encode_all(&self.slots, &mut message)?;
        Ok(message)
    }
}

fn decode_sealed(fields: &mut Cursor<'_>) -> Option<Option<Sealed>> {
    let flag = fields.u8()?;
    let sealed = Sealed {
        sequence: fields.u64()?,
        link: fields.array()?,
    };
    match flag {
        0 => Some(None),
        1 => Some(Some(sealed)),
        _ => None,
    }
}

/// Everything the file says, once the master key has vouched for it. Records are still sealed.
#[derive(Clone)]
pub(super) struct Contents {
    pub(super) header: Header,
    pub(super) entries: BTreeMap<RecordName, Entry>,
}

impl Contents {
    /// Checks the seal over header, slots and list, then each record against the list.
    pub(super) fn open(parts: &Parts<'_>, master: &Key) -> Result<Self, VaultError> {
        let vault = parts.header.vault;
        let list = master
            .derive(vault, PURPOSE_LIST)?
            .open(&list_context(parts.vouched), parts.list)
            .ok_or(VaultError::HeaderTampered)?;
        let mut records = Cursor::new(parts.records);
        let entries = list.expose(|list| list::decode(list, &mut records))?;
        if !records.is_empty() {
            return Err(VaultError::RecordsExtra);
        }
        Ok(Self {
            header: parts.header.clone(),
            entries,
        })
    }

    /// The whole file.
    pub(super) fn encode(&self, master: &Key) -> Result<Vec<u8>, VaultError> {
        let fields = self.header.encode()?;
        let mut file = Vec::from(MAGIC);
        file.extend(VERSION.to_be_bytes());
        file.extend(length(fields.len())?.to_be_bytes());
        file.extend(fields);
        let checksum = sha256(&[&file]);
        file.extend(checksum);
        let list = master
            .derive(self.header.vault, PURPOSE_LIST)?
            .seal(&list_context(&file), &list::encode(&self.entries)?)?;
        put_bytes(&mut file, &list)?;
        for entry in self.entries.values() {
            file.extend(&entry.sealed[..]);
        }
        match file.len() <= MAX_FILE {
            true => Ok(file),
            false => Err(VaultError::TooLarge),
        }
    }

    /// Seals `plain` as of this generation.
    pub(super) fn put(
        &mut self,
        name: RecordName,
        what: Described,
        sealing: &Key,
        plain: &Secret<Vec<u8>>,
    ) -> Result<(), VaultError> {
        let mut entry = Entry {
            class: what.class,
            key_type: what.key_type,
            generation: self.header.generation,
            public_key: what.public_key,
            sealed: Arc::default(),
        };
        let context = self.record_context(name, &entry);
        let sealed = plain.expose(|plain| sealing.seal(&context, plain))?;
        if sealed.len() > MAX_RECORD {
            return Err(VaultError::TooLarge);
        }
        entry.sealed = sealed.into();
        self.entries.insert(name, entry);
        Ok(())
    }

    /// Opens one record with the key of its class.
    pub(super) fn open_record(
        &self,
        name: RecordName,
        opening: &Key,
    ) -> Result<Secret<Vec<u8>>, VaultError> {
        let entry = self.entry(name)?;
        opening
            .open(&self.record_context(name, entry), &entry.sealed)
            .ok_or(VaultError::RecordAltered(name.key_id()))
    }

    pub(super) fn entry(&self, name: RecordName) -> Result<&Entry, VaultError> {
        let found = self.entries.get(&name);
        found.ok_or(VaultError::UnknownKey(name.key_id()))
    }

    fn record_context(&self, name: RecordName, entry: &Entry) -> Vec<u8> {
        let mut context = Vec::from(CONTEXT_RECORD);
        context.extend(VERSION.to_be_bytes());
        context.extend(self.header.vault.0);
        context.push(name.kind);
        context.extend(name.id.to_be_bytes());
        context.push(entry.class.code());
        context.extend(entry.generation.to_be_bytes());
        context
    }
}

/// A file around parts that nobody has checked, with checksum and seal.
#[cfg(fuzzing)]
pub(super) fn sealed_for_fuzzing(
    fields: &[u8],
    list: &[u8],
    records: &[u8],
    master: &Key,
) -> Vec<u8> {
    let mut file = Vec::from(MAGIC);
    file.extend(VERSION.to_be_bytes());
    file.extend((fields.len() as u32).to_be_bytes());
    file.extend(fields);
    let checksum = sha256(&[&file]);
    file.extend(checksum);
    let mut vault = [0; 16];
    let id = &fields[..fields.len().min(16)];
    vault[..id.len()].copy_from_slice(id);
    let sealing = master.derive(VaultId(vault), PURPOSE_LIST);
    let sealed = sealing.and_then(|sealing| sealing.seal(&list_context(&file), list));
    put_bytes(&mut file, &sealed.unwrap_or_default()).ok();
    file.extend(records);
    file
}

fn list_context(vouched: &[u8]) -> Vec<u8> {
    [CONTEXT_LIST, vouched].concat()
}

/// HKDF's info for the key over the list, from the master key.
const PURPOSE_LIST: &str = "chancery vault list";
/// HKDF's info for the key over everyday records, from the master key.
pub(super) const PURPOSE_EVERYDAY: &str = "chancery vault everyday record";
/// HKDF's info for the key over authority records, from the authority key.
pub(super) const PURPOSE_AUTHORITY: &str = "chancery vault authority record";
/// HKDF's info for the key of the authority tag, from the authority key.
pub(super) const PURPOSE_TAG: &str = "chancery vault authority tag";

const CONTEXT_LIST: &[u8] = b"chancery vault list";
const CONTEXT_RECORD: &[u8] = b"chancery vault record";

const MAGIC: [u8; 8] = *b"CHANCVLT";
const VERSION: u16 = 1;
/// Magic, version, length of the header's fields.
const PREAMBLE: usize = 8 + 2 + 4;
const CHECKSUM: usize = 32;
const MAX_FILE: usize = 256 * 1024 * 1024;
