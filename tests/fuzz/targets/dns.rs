//! What DNS servers and providers answer, names of records and their values.
#![no_main]

use chancery_engine::fuzz_dns as dns;
use fuzz::Pieces;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut pieces = Pieces::of(bytes);
    match pieces.byte() % 6 {
        0 => {
            let asked = String::from_utf8_lossy(pieces.counted()).into_owned();
            dns::answer(pieces.rest(), &asked);
        }
        1 => dns::update(pieces.rest()),
        2 => {
            let is_critical = pieces.byte() & 1 == 1;
            let tag = String::from_utf8_lossy(pieces.counted()).into_owned();
            dns::caa_record(is_critical, &tag, pieces.rest());
        }
        3 => {
            let status = 400 + u16::from(pieces.byte());
            dns::refusal(status, pieces.rest());
        }
        4 => dns::txt(&String::from_utf8_lossy(pieces.rest())),
        _ => dns::name(&String::from_utf8_lossy(pieces.rest())),
    }
});
