//! The vault's file: whole, behind right checksums, behind right seals, and the keys in its records.
#![no_main]

use chancery_engine::fuzz_vault as vault;
use fuzz::Pieces;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut pieces = Pieces::of(bytes);
    match pieces.byte() % 3 {
        0 => vault::file(pieces.rest()),
        1 => vault::list(pieces.counted(), pieces.counted(), pieces.rest()),
        _ => {
            let (kind, key_type) = (pieces.byte(), pieces.byte());
            vault::record(kind, key_type, pieces.counted(), pieces.rest());
        }
    }
});
