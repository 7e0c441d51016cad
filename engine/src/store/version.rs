//! The store's format: which versions there were, and that a newer one is not touched.

use std::fs::File;
use std::path::Path;

use redb::backends::FileBackend;
use redb::{Builder, Database, Error, ReadableDatabase, ReadableTable, TableError};

use super::error::StoreError;
use super::tables;

/// Looks without opening it for writing, which alone would change the file. Where that is not
/// possible, opening it says why.
pub(super) fn refuse_newer(path: &Path) -> Result<(), StoreError> {
    let look = || -> Option<u64> {
        let backend = FileBackend::new(File::open(path).ok()?).ok()?;
        let database = Builder::new().open_read_only_with_backend(backend).ok()?;
        found(&database).ok()?
    };
    match look() {
        Some(found) if FORMAT < found => Err(StoreError::NewerFormat { found }),
        _ => Ok(()),
    }
}

/// Makes a new store ready, or finds out whether an old one is ours to open; one that is older
/// than some table gets that table.
pub(super) fn prepare(database: &Database) -> Result<(), StoreError> {
    match found(database)? {
        Some(found) if FORMAT < found => Err(StoreError::NewerFormat { found }),
        Some(_) if tables::complete(database)? => Ok(()),
        Some(_) | None => Ok(create(database)?),
    }
}

fn found(database: &impl ReadableDatabase) -> Result<Option<u64>, Error> {
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
pub(super) const FORMAT: u64 = 1;
