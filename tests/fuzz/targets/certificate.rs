//! Certificates, whole and put together from foreign parts; their extensions, names, keys, PEM.
#![no_main]

use chancery_engine::fuzz_x509 as x509;
use fuzz::{ED25519, Pieces, SEQUENCE, extensions, name, signed, spki, wrap};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut pieces = Pieces::of(bytes);
    match pieces.byte() % 8 {
        0 => x509::certificate(pieces.rest()),
        1 => x509::certificates(pieces.rest()),
        2 => x509::pem(pieces.rest()),
        3 => x509::extension(pieces.rest()),
        4 => x509::name(pieces.rest()),
        5 => x509::public_key(pieces.rest()),
        6 => x509::public_key(&wrap(SEQUENCE, &[pieces.counted(), pieces.rest()])),
        _ => x509::certificate(&signed(&to_be_signed(pieces))),
    }
});

fn to_be_signed(mut pieces: Pieces<'_>) -> Vec<u8> {
    let issuer = name(&mut pieces);
    let subject = match pieces.byte() & 1 {
        0 => issuer.clone(),
        _ => name(&mut pieces),
    };
    let serial = wrap(2, &[pieces.counted()]);
    let validity = match pieces.byte() & 1 {
        0 => VALIDITY.to_vec(),
        _ => wrap(SEQUENCE, &[pieces.counted()]),
    };
    let extensions = wrap(0xa3, &[&extensions(&mut pieces)]);
    wrap(
        SEQUENCE,
        &[
            &[0xa0, 3, 2, 1, 2],
            &serial,
            ED25519,
            &issuer,
            &validity,
            &subject,
            &spki(),
            &extensions,
        ],
    )
}

/// 2026 to 2036.
const VALIDITY: &[u8] = b"\x30\x1e\x17\x0d260101000000Z\x17\x0d360101000000Z";
