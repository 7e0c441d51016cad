//! An audit's export, whole and with right links and signatures around foreign lines; checkpoints.
#![no_main]

use std::fmt::Write;

use aws_lc_rs::digest;
use chancery_engine::{fuzz_audit, verify_audit};
use fuzz::{Pieces, sign, spki};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut pieces = Pieces::of(bytes);
    match pieces.byte() % 4 {
        0 => verify(pieces.rest(), None),
        1 => {
            let kept = pieces.counted();
            verify(pieces.rest(), Some(kept));
        }
        2 => {
            let note = String::from_utf8_lossy(pieces.rest());
            fuzz_audit::checkpoint(&sealed(&note), key().as_bytes());
        }
        _ => verify(chained(pieces).as_bytes(), None),
    }
});

fn verify(mut export: &[u8], since: Option<&[u8]>) {
    let found = verify_audit(&mut export, key().as_bytes(), since);
    if let Ok(found) = found {
        assert!(
            found
                .sealed_to
                .is_none_or(|sealed| sealed <= found.complete_to)
        );
    }
}

/// Entries with right numbers and links, and now and then something else between them.
fn chained(mut pieces: Pieces<'_>) -> String {
    let mut export = String::from("{\"format\":\"chancery-audit/v1\",\"store\":\"00ff\"}\n");
    let mut link = [0; 32];
    let mut sequence = 0_u64;
    while !pieces.is_empty() {
        let chosen = pieces.byte();
        let body = String::from_utf8_lossy(pieces.counted()).replace('\n', "");
        match chosen % 8 {
            0 => export += &body,
            1 => {
                let at = "2026-11-22T02:00:00Z";
                let link = hex(&link);
                let note = format!("chancery-audit/v1 00ff\n{sequence}\n{link}\n{at}\n");
                let text = sealed(&note).replace('\n', "\\n");
                write!(export, "{{\"checkpoint\":\"{text}\"}}").expect("strings grow");
            }
            _ => {
                sequence += 1;
                link = following(&link, sequence, &body);
                let link = hex(&link);
                let entry = format!("\"link\":\"{link}\",\"entry\":{body}");
                write!(export, "{{\"sequence\":{sequence},{entry}}}").expect("strings grow");
            }
        }
        export.push('\n');
    }
    export
}

fn following(link: &[u8; 32], sequence: u64, body: &str) -> [u8; 32] {
    sha256(&[&link[..], &sequence.to_be_bytes(), body.as_bytes()].concat())
}

/// A note with the key's signature, as docs/audit.md has it.
fn sealed(note: &str) -> String {
    let key = &hex(&sha256(&spki()))[..16];
    let signature = base64(&sign(note.as_bytes()));
    format!("{note}\n\u{2014} chancery-audit {key} {signature}\n")
}

fn key() -> String {
    let key = base64(&spki());
    format!("-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----\n")
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().try_into().expect("32 bytes")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8]) -> String {
    let digit = |bits: u32| char::from(ALPHABET[(bits & 63) as usize]);
    let group = |group: &[u8]| {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        let all = [bits >> 18, bits >> 12, bits >> 6, bits].map(digit);
        let kept = group.len() + 1;
        all.into_iter()
            .take(kept)
            .chain(['='; 3].into_iter().take(4 - kept))
            .collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
