//! Certificates and keys in the forms of other programs: PEM, PKCS #1, #7, #8 and #12, SEC 1, JKS.
#![no_main]

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use chancery_engine::fuzz_x509 as x509;
use fuzz::{Pieces, SEQUENCE, wrap};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut pieces = Pieces::of(bytes);
    match pieces.byte() % 8 {
        0 => x509::container(pieces.rest(), None, false),
        1 => x509::container(pieces.rest(), Some(PASSWORD), false),
        2 => x509::container(pieces.rest(), Some(PASSWORD), true),
        3 => x509::private_key(pieces.rest()),
        4 => {
            let parts = [
                &[2, 1, 0],
                pieces.counted(),
                &wrap(4, &[pieces.counted()]),
                pieces.rest(),
            ];
            x509::private_key(&wrap(SEQUENCE, &parts));
        }
        5 => x509::container(&unprotected(pieces), Some(PASSWORD), true),
        6 => x509::container(&java(pieces.rest()), Some(PASSWORD), false),
        _ => {
            let name = String::from_utf8_lossy(pieces.counted()).into_owned();
            x509::trusted(&name, &wrap(SEQUENCE, &[pieces.rest()]), PASSWORD);
        }
    }
});

/// PKCS #12 without a MAC: bags of known kinds with foreign values, in the clear.
fn unprotected(mut pieces: Pieces<'_>) -> Vec<u8> {
    let mut bags = Vec::new();
    while !pieces.is_empty() && bags.len() < 64 * 1024 {
        let kind = pieces.byte() & 7;
        let id = [BAG, &[kind]].concat();
        let value = wrap(0xa0, &[pieces.counted()]);
        let attributes = match pieces.byte() & 1 {
            0 => Vec::new(),
            _ => wrap(0x31, &[pieces.counted()]),
        };
        bags.extend(wrap(SEQUENCE, &[&wrap(6, &[&id]), &value, &attributes]));
    }
    let contents = wrap(SEQUENCE, &[&data(&wrap(SEQUENCE, &[&bags]))]);
    wrap(SEQUENCE, &[&[2, 1, 3], &data(&contents)])
}

/// A Java key store whose digest is right.
fn java(entries: &[u8]) -> Vec<u8> {
    let store = [b"\xfe\xed\xfe\xed\0\0\0\x02", entries].concat();
    let password: Vec<u8> = PASSWORD.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let digested = [&password, &b"Mighty Aphrodite"[..], &store].concat();
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, &digested);
    [&store, digest.as_ref()].concat()
}

fn data(octets: &[u8]) -> Vec<u8> {
    let octets = wrap(4, &[octets]);
    wrap(SEQUENCE, &[&wrap(6, &[DATA]), &wrap(0xa0, &[&octets])])
}

/// That of the seeds.
const PASSWORD: &str = "geheim-ü";
/// 1.2.840.113549.1.7.1 (RFC 5652, 4).
const DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
/// 1.2.840.113549.1.12.10.1 (RFC 7292, 4.2).
const BAG: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01";
