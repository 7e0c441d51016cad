//! What is taken over: the database of `openssl ca`, and folders with it, certificates and keys.
#![no_main]

use chancery_engine::fuzz_import as import;
use fuzz::Pieces;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut pieces = Pieces::of(bytes);
    match pieces.byte() % 3 {
        0 => import::index(pieces.rest()),
        1 => import::material(&[("foreign.pem", pieces.rest())], false, Some("geheim-ü")),
        _ => {
            let mut files = Vec::new();
            while !pieces.is_empty() && files.len() < 16 {
                let name = NAMES[usize::from(pieces.byte()) % NAMES.len()];
                files.push((name, pieces.counted()));
            }
            import::material(&files, true, None);
        }
    }
});

const NAMES: [&str; 6] = [
    "index.txt",
    "crlnumber",
    "serial",
    "ca.crt",
    "private/ca.key",
    "newcerts/01.pem",
];
