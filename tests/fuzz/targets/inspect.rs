//! Anything that `inspect` explains: certificates, requests, CRLs, keys, in PEM or DER.
#![no_main]

use chancery_engine::api::{Description, shown};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(description) = chancery_engine::inspect(bytes) {
        is_safe(&description);
    }
});

/// Every text can be shown as it is.
fn is_safe(description: &Description) {
    assert_eq!(shown(&description.title), description.title);
    for field in &description.fields {
        assert_eq!(shown(&field.label), field.label);
        assert_eq!(shown(&field.value), field.value);
    }
    description.parts.iter().for_each(is_safe);
}
