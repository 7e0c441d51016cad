//! Revocation lists, whole and put together from foreign entries.
#![no_main]

use chancery_engine::fuzz_x509 as x509;
use fuzz::{ED25519, Pieces, SEQUENCE, extensions, name, signed, wrap};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut pieces = Pieces::of(bytes);
    match pieces.byte() % 3 {
        0 => x509::crl(pieces.rest()),
        _ => x509::crl(&signed(&to_be_signed(pieces))),
    }
});

fn to_be_signed(mut pieces: Pieces<'_>) -> Vec<u8> {
    let issuer = name(&mut pieces);
    let next_update: &[u8] = match pieces.byte() & 1 {
        0 => TIME,
        _ => pieces.counted(),
    };
    let of_list = extensions(&mut Pieces::of(pieces.counted()));
    let mut entries = Vec::new();
    while !pieces.is_empty() && entries.len() < 64 * 1024 {
        let serial = wrap(2, &[pieces.counted()]);
        let of_entry = pieces.counted();
        let of_entry = match of_entry {
            [] => Vec::new(),
            some => extensions(&mut Pieces::of(some)),
        };
        entries.extend(wrap(SEQUENCE, &[&serial, TIME, &of_entry]));
    }
    let entries = wrap(SEQUENCE, &[&entries]);
    let of_list = wrap(0xa0, &[&of_list]);
    wrap(
        SEQUENCE,
        &[
            &[2, 1, 1],
            ED25519,
            &issuer,
            TIME,
            next_update,
            &entries,
            &of_list,
        ],
    )
}

const TIME: &[u8] = b"\x17\x0d261122020000Z";
