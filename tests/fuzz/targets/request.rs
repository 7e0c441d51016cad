//! Certification requests: whole, and with foreign parts behind a right signature; merged and drafted
//! under profiles, and under copies of them.
#![no_main]

use chancery_engine::api::ProfileContent;
use chancery_engine::fuzz_x509 as x509;
use fuzz::{OBJECT_ID, Pieces, SEQUENCE, SET, extensions, name, signed, spki, wrap};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut pieces = Pieces::of(bytes);
    let (arm, which) = (pieces.byte(), pieces.byte());
    match arm % 5 {
        0 => x509::request(pieces.rest(), which),
        1 => {
            let subject = name(&mut pieces);
            let attributes = wrap(0xa0, &[pieces.rest()]);
            x509::request(&request(&subject, &attributes), which);
        }
        2 => {
            if let Ok(content) = serde_json::from_slice::<ProfileContent>(pieces.counted()) {
                x509::profile(&content, &extended(pieces), which);
            }
        }
        _ => x509::request(&extended(pieces), which),
    }
});

/// With a subject and extensions.
fn extended(mut pieces: Pieces<'_>) -> Vec<u8> {
    let subject = name(&mut pieces);
    let wanted = wrap(SET, &[&extensions(&mut pieces)]);
    let id = wrap(OBJECT_ID, &[EXTENSION_REQUEST]);
    let attribute = wrap(SEQUENCE, &[&id, &wanted]);
    request(&subject, &wrap(0xa0, &[&attribute]))
}

fn request(subject: &[u8], attributes: &[u8]) -> Vec<u8> {
    signed(&wrap(SEQUENCE, &[&[2, 1, 0], subject, &spki(), attributes]))
}

/// 1.2.840.113549.1.9.14 (RFC 2985, 5.4.2).
const EXTENSION_REQUEST: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e";
