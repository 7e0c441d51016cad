//! How the window was left: a file that anybody can write to.
#![no_main]

use libfuzzer_sys::fuzz_target;
use remember::{LARGEST, Remembered, SMALLEST};

#[path = "../../../app/src/gui/remember.rs"]
#[expect(dead_code, reason = "the window uses the rest")]
mod remember;

fuzz_target!(|bytes: &[u8]| {
    let read = Remembered::read(bytes);
    assert!((SMALLEST..=LARGEST).contains(&read.scale));
    let written = serde_json::to_vec(&read).expect("memory takes it");
    assert_eq!(Remembered::read(&written), read);
});
