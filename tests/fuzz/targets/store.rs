//! Rows of a store that somebody else could have written to.
#![no_main]

use chancery_engine::fuzz_store as store;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    store::row(bytes);
    // Most rows begin with the byte of their format.
    store::row(&[&[1], bytes].concat());
    store::audit_row(bytes);
});
