//! A checkpoint: the signed end of the chain, as a text that can be kept anywhere.
//!
//! In the style of C2SP signed notes: the note, an empty line, and a line with the signature.

use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject;

use super::FORMAT;
use super::error::AuditError;
use crate::base::{Timestamp, base64, hex, is_ed25519, sha256, unbase64, unhex, verifies_ed25519};

/// Says: at this time, the chain of this store ended with this entry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Checkpoint {
    /// Random id of the store, in lower-case hexadecimal.
    pub(crate) store: String,
    /// The last entry it vouches for; 0 for a chain without entries.
    pub(crate) sequence: u64,
    /// The link of that entry; zeros for a chain without entries.
    pub(crate) link: [u8; 32],
    /// Written, and thus read back, in whole seconds.
    pub(crate) at: Timestamp,
}

impl Checkpoint {
    /// What is signed.
    pub(crate) fn note(&self) -> String {
        let Self {
            store,
            sequence,
            link,
            at,
        } = self;
        format!("{FORMAT} {store}\n{sequence}\n{}\n{at}\n", hex(link))
    }

    /// The checkpoint as a text. `sign` makes an Ed25519 signature with the private half of
    /// `key_spki`.
    pub(crate) fn seal<E>(
        self,
        key_spki: &[u8],
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<String, E> {
        let note = self.note();
        let signature = base64(&sign(note.as_bytes())?);
        let key = key_id(key_spki);
        Ok(format!("{note}\n{SIGNED_BY}{key} {signature}\n"))
    }
}

/// Reads a checkpoint exactly as [`Checkpoint::seal`] writes it, and verifies its signature.
pub(crate) fn read(text: &str, key_spki: &[u8]) -> Result<Checkpoint, AuditError> {
    let at = text.find("\n\n").ok_or(AuditError::Checkpoint)? + 1;
    let (note, signed) = text.split_at(at);
    let (found, signature) = signed
        .strip_prefix('\n')
        .and_then(|line| line.strip_prefix(SIGNED_BY))
        .and_then(|line| line.strip_suffix('\n'))
        .and_then(|line| line.split_once(' '))
        .ok_or(AuditError::Checkpoint)?;
    let signature = unbase64(signature).ok_or(AuditError::Checkpoint)?;
    let checkpoint = parse(note).ok_or(AuditError::Checkpoint)?;
    if !is_key_id(found) {
        return Err(AuditError::Checkpoint);
    }
    let given = key_id(key_spki);
    if found != given {
        return Err(AuditError::OtherKey {
            found: found.to_owned(),
            given,
        });
    }
    match verifies_ed25519(key_spki, note.as_bytes(), &signature) {
        true => Ok(checkpoint),
        false => Err(AuditError::BadSignature),
    }
}

/// The SubjectPublicKeyInfo (DER) in a PEM text, if it is one of Ed25519.
pub(crate) fn read_key(pem: &[u8]) -> Result<Vec<u8>, AuditError> {
    let key = SubjectPublicKeyInfoDer::from_pem_slice(pem).map_err(|_| AuditError::Key)?;
    match is_ed25519(&key) {
        true => Ok(key.to_vec()),
        false => Err(AuditError::Key),
    }
}

/// Whether `text` can be the id of a store.
pub(super) fn is_store_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && is_hex(text)
}

/// The first 16 digits of SHA-256 over the SubjectPublicKeyInfo: enough to tell honest keys apart,
/// no proof of anything.
fn key_id(spki: &[u8]) -> String {
    hex(&sha256(&[spki])[..KEY_ID_BYTES])
}

fn is_key_id(text: &str) -> bool {
    text.len() == 2 * KEY_ID_BYTES && is_hex(text)
}

fn is_hex(text: &str) -> bool {
    text.bytes()
        .all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
}

/// Only what [`Checkpoint::note`] writes.
fn parse(note: &str) -> Option<Checkpoint> {
    let mut lines = note.lines();
    let store = lines.next()?.strip_prefix(FORMAT)?.strip_prefix(' ')?;
    let sequence = lines.next()?.parse().ok()?;
    let link = unhex(lines.next()?)?.try_into().ok()?;
    let at: jiff::Timestamp = lines.next()?.parse().ok()?;
    let checkpoint = Checkpoint {
        store: store.to_owned(),
        sequence,
        link,
        at: Timestamp::from_secs(at.as_second()),
    };
    (is_store_id(store) && checkpoint.note() == note).then_some(checkpoint)
}

/// How the line of the signature begins: C2SP's em dash, and the name of the key.
const SIGNED_BY: &str = "\u{2014} chancery-audit ";

const KEY_ID_BYTES: usize = 8;
