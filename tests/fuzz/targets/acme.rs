//! What public CAs answer, with their headers, and private keys as JSON Web Keys.
#![no_main]

use chancery_engine::fuzz_acme as acme;
use fuzz::Pieces;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut pieces = Pieces::of(bytes);
    match pieces.byte() % 6 {
        0 => acme::directory(pieces.rest()),
        1 => {
            let ask_after_secs = u64::from(pieces.byte()) << (pieces.byte() & 63);
            acme::renewal(pieces.rest(), ask_after_secs);
        }
        2 => acme::json_web_key(pieces.rest()),
        _ => {
            let status = 200 + 3 * u16::from(pieces.byte());
            let values: Vec<String> = NAMES.map(|_| text(pieces.counted())).to_vec();
            let headers = NAMES.into_iter().zip(values.iter().map(String::as_str));
            acme::answer(status, &headers.collect::<Vec<_>>(), pieces.rest());
        }
    }
});

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const NAMES: [&str; 5] = ["location", "link", "retry-after", "date", "replay-nonce"];
