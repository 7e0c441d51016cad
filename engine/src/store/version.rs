//! The store's format: which versions there were, and that a newer one is not touched.

use redb::{Database, Error, ReadableDatabase, ReadableTable, TableError};

use super::error::StoreError;
use super::tables;

/// Makes a new store ready, or finds out whether an old one is ours to open.
pub(super) fn prepare(database: &Database) -> Result<(), StoreError> {
    match found(database)? {
        Some(found) if FORMAT < found => Err(StoreError::NewerFormat { found }),
        Some(_) => Ok(()),
        None => Ok(create(database)?),
    }
}

fn found(database: &Database) -> Result<Option<u64>, Error> {
    match database.begin_read()?.open_table(tables::META) {
        Ok(meta) => Ok(meta.get("format")?.map(|format| format.value())),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn create(database: &Database) -> Result<(), Error> {
    let transaction = database.begin_write()?;
    tables::create(&transaction)?;
    {
        let mut meta = transaction.open_table(tables::META)?;
        if meta.get("format")?.is_none() {
            meta.insert("format", FORMAT)?;
        }
    }
    Ok(transaction.commit()?)
}

/// 1: 2026-11-22, the first.
const FORMAT: u64 = 1;
