//! What an outsider can find out from an export, and what cannot be hidden from them.

mod chain;
mod export;
mod seal;
mod store;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

use super::*;
use crate::audit::export::lines;
use crate::base::{Explain, Timestamp, base64};
use crate::store::audit::{StoredEntry, link};

const STORE: &str = "0123456789abcdef0123456789abcdef";

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn spki(seed: u8) -> Vec<u8> {
    let pair = pair(seed);
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    der.as_ref().to_vec()
}

fn pem(seed: u8) -> Vec<u8> {
    let key = base64(&spki(seed));
    format!("-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----\n").into_bytes()
}

fn body(sequence: u64) -> String {
    format!(
        r#"{{"at":{},"actor":{{"type":"user","name":"Zoë"}},"action":"certificate.issue","outcome":"done","resource":null,"details":"www{sequence}.example.internal \"{{}}\"","cause":null}}"#,
        1_795_312_800_000 + sequence * 1000
    )
}

fn copy(entry: &StoredEntry) -> StoredEntry {
    StoredEntry {
        sequence: entry.sequence,
        link: entry.link,
        body: entry.body.clone(),
    }
}

fn chain(length: u64) -> Vec<StoredEntry> {
    let mut before = [0; 32];
    let next = |sequence| {
        let body = body(sequence);
        before = link(&before, sequence, &body);
        StoredEntry {
            sequence,
            link: before,
            body,
        }
    };
    (1..=length).map(next).collect()
}

fn unsigned(store: &str, entry: &StoredEntry) -> Checkpoint {
    Checkpoint {
        store: store.to_owned(),
        sequence: entry.sequence,
        link: entry.link,
        at: Timestamp::from_secs(1_795_312_800),
    }
}

fn sealed_by(seed: u8, store: &str, entry: &StoredEntry) -> (u64, String) {
    let sign = |note: &[u8]| Ok::<_, ()>(pair(seed).sign(note).as_ref().to_vec());
    let text = unsigned(store, entry).seal(&spki(seed), sign).unwrap();
    (entry.sequence, text)
}

fn sealed(entry: &StoredEntry) -> (u64, String) {
    sealed_by(1, STORE, entry)
}

fn exported(entries: &[StoredEntry], checkpoints: Vec<(u64, String)>) -> Vec<u8> {
    let pages = |first, count| {
        let wanted = entries.iter().filter(|entry| first <= entry.sequence);
        Ok(wanted.take(count).map(copy).collect())
    };
    let mut out = Vec::new();
    let written = lines(STORE, checkpoints, pages, &mut out).unwrap();
    assert_eq!(written, entries.len() as u64);
    out
}

fn found_in(export: &[u8], since: Option<&[u8]>) -> Verification {
    verify(&mut &export[..], &pem(1), since).unwrap()
}

fn followed(entries: &[StoredEntry]) -> Verification {
    let mut follower = Follower::default();
    entries.iter().for_each(|entry| follower.follow(entry));
    follower.finish()
}

fn error_of(export: &[u8], key: &[u8], since: Option<&[u8]>) -> AuditError {
    verify(&mut &export[..], key, since).unwrap_err()
}

/// A fault that names this entry.
fn names(found: &Verification, sequence: u64) -> bool {
    let entry = format!("entry {sequence} ");
    found.faults.iter().any(|fault| fault.contains(&entry))
}
