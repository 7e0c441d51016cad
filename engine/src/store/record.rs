//! How a record becomes the bytes of a row: one byte of format, then JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::StoreError;

pub(super) fn encode<T: Serialize>(record: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    bytes.push(FORMAT);
    // Our records hold nothing that JSON cannot say; if one did, the row would not read back and
    // the test that reads every record back would fail.
    serde_json::to_writer(&mut bytes, record).ok();
    bytes
}

pub(super) fn decode<T: DeserializeOwned>(table: &str, bytes: &[u8]) -> Result<T, StoreError> {
    let damaged = || StoreError::Row {
        table: table.to_owned(),
    };
    match bytes.split_first() {
        Some((&FORMAT, json)) => serde_json::from_slice(json).map_err(|_| damaged()),
        _ => Err(damaged()),
    }
}

const FORMAT: u8 = 1;
