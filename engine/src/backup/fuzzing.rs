//! Doors for `tests/fuzz`: backups as they were found, and the rows behind their seals.

use std::io::{Read, Write};
use std::path::Path;

use super::head::Head;
use super::stream::{Opening, Sealing};
use crate::store::backup::{Copied, write};
use crate::vault::StreamKey;

/// A head that reads says again what it said.
pub fn head(bytes: &[u8]) {
    let Ok(head) = Head::read(Path::new("fuzzed"), &mut { bytes }) else {
        return;
    };
    assert!(bytes.starts_with(&head.bytes));
    let written = Head::new(head.manifest, head.salt);
    let again = Head::read(Path::new("fuzzed"), &mut &written.bytes[..]);
    assert_eq!(again.map(|again| again.bytes).ok(), Some(written.bytes));
}

/// A head with a right checksum around this manifest.
pub fn manifest(json: &[u8], salt: [u8; 32]) {
    head(&Head::of_json(json, salt));
}

/// Rows behind every seal; what makes a store is what that store would be backed up as.
pub fn rows(stream: &[u8]) {
    let Ok(store) = Copied::in_memory(&mut { stream }) else {
        return;
    };
    let first = written(&store);
    let again = Copied::in_memory(&mut &first[..]).unwrap_or_else(|_| panic!("our own rows"));
    assert_eq!(again.rows, store.rows);
    assert_eq!(written(&again), first);
}

fn written(store: &Copied) -> Vec<u8> {
    let mut stream = Vec::new();
    let snapshot = store.snapshot().unwrap_or_else(|error| panic!("{error}"));
    let rows = write(&snapshot, &mut stream).unwrap_or_else(|_| panic!("memory takes all rows"));
    assert_eq!(rows, store.rows);
    stream
}

/// A sealed stream opens to what was sealed, and a foreign one never.
pub fn sealed(plain: &[u8], foreign: &[u8]) {
    let key = StreamKey::for_fuzzing();
    let mut sealing = Sealing::new(&key, Vec::new());
    sealing.write_all(plain).unwrap();
    let sealed = sealing.finish().unwrap();
    let mut opened = Vec::new();
    Opening::new(&key, &sealed[..])
        .read_to_end(&mut opened)
        .unwrap();
    assert_eq!(opened, plain);
    if foreign != sealed {
        let found = Opening::new(&key, foreign).read_to_end(&mut opened);
        assert!(found.is_err());
    }
}
