//! Doors for `tests/fuzz`: checkpoints that somebody kept. Exports go through `verify_audit`.

use super::seal::{read, read_key};

/// A checkpoint that reads is exactly what would be written.
pub fn checkpoint(text: &str, key_pem: &[u8]) {
    let Ok(key) = read_key(key_pem) else {
        return;
    };
    if let Ok(checkpoint) = read(text, &key) {
        assert!(text.starts_with(&checkpoint.note()));
    }
}
