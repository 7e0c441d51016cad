//! Every row of the store as one stream, and a store made of such a stream again.
//!
//! `docs/backup.md` has the stream to the byte.

use std::fs;
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use redb::backends::InMemoryBackend;
use redb::{
    Builder, Database, Error, Key, ReadTransaction, ReadableDatabase, ReadableTable,
    TableDefinition, TableHandle, WriteTransaction,
};

use super::certificate::CertificateRecord;
use super::field::Field;
use super::lock::Lock;
use super::record::decode;
use super::tables::{EachTable, each};
use super::{
    Change, Disk, FILE_NAME, Home, Revision, Snapshot, Source, Store, StoreError, lock, tables,
    version, writer,
};
use crate::base::{CertificateId, shown};

/// What of both ends has failed.
#[derive(Debug)]
pub(crate) enum CopyError {
    /// The stream.
    Stream(io::Error),
    Store(StoreError),
}

impl From<Error> for CopyError {
    fn from(error: Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<StoreError> for CopyError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The version of the tables that this program makes.
pub(crate) const FORMAT: u64 = version::FORMAT;

/// Which files of a data folder are the store's.
pub(crate) const FILES: [&str; 2] = [FILE_NAME, lock::FILE_NAME];

/// Whether a store lies there to which nothing has ever been written, and which no program has
/// open.
pub(crate) fn is_untouched(folder: &Path, disk: Arc<dyn Disk>) -> bool {
    untouched(folder, disk).is_some()
}

/// Takes such a store away while nobody else can open it; false where it is another one.
pub(crate) fn remove_untouched(folder: &Path, disk: Arc<dyn Disk>) -> io::Result<bool> {
    let Some(store) = untouched(folder, disk) else {
        return Ok(false);
    };
    fs::remove_file(folder.join(FILE_NAME))?;
    drop(store);
    fs::remove_file(folder.join(lock::FILE_NAME))?;
    Ok(true)
}

fn untouched(folder: &Path, disk: Arc<dyn Disk>) -> Option<Store> {
    let home = Home::Folder(folder.to_owned());
    let store = Store::open(&home, disk, |_| ()).ok()?;
    let snapshot = store.snapshot().ok()?;
    (snapshot.at() == Revision::default()).then_some(store)
}

/// Writes every row of every table, and answers with how many there were.
pub(crate) fn write(snapshot: &Snapshot, out: &mut dyn Write) -> Result<u64, CopyError> {
    let mut writing = Writing {
        from: &snapshot.transaction,
        out,
        rows: 0,
        row: Vec::new(),
        failed: None,
    };
    let written = each(&mut writing);
    if let Some(error) = writing.failed {
        return Err(CopyError::Stream(error));
    }
    written?;
    let (rows, end) = (writing.rows, [&[END][..], &writing.rows.to_be_bytes()]);
    out.write_all(&end.concat()).map_err(CopyError::Stream)?;
    Ok(rows)
}

struct Writing<'a> {
    from: &'a ReadTransaction,
    out: &'a mut dyn Write,
    rows: u64,
    row: Vec<u8>,
    /// Why the stream ended, apart from what the store says.
    failed: Option<io::Error>,
}

impl Writing<'_> {
    fn send(&mut self) -> Result<(), Error> {
        self.out.write_all(&self.row).map_err(|error| {
            self.failed = Some(error);
            Error::Io(io::ErrorKind::BrokenPipe.into())
        })
    }
}

impl EachTable for Writing<'_> {
    fn table<K, V>(&mut self, table: TableDefinition<'static, K, V>) -> Result<(), Error>
    where
        K: Field + Key,
        V: Field,
    {
        self.row.clear();
        self.row.push(TABLE);
        counted(&mut self.row, |to| to.extend(table.name().as_bytes()));
        self.send()?;
        for row in self.from.open_table(table)?.range::<K::SelfType<'_>>(..)? {
            let (key, value) = row?;
            self.row.clear();
            self.row.push(ROW);
            counted(&mut self.row, |to| K::put(&key.value(), to));
            counted(&mut self.row, |to| V::put(&value.value(), to));
            self.rows += 1;
            self.send()?;
        }
        Ok(())
    }
}

/// What `put` writes, behind its length in 32 bits. Nothing that we store comes near 4 GiB.
fn counted(to: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
    let at = to.len();
    to.extend([0; 4]);
    put(to);
    let length = u32::try_from(to.len() - at - 4).unwrap_or(u32::MAX);
    to[at..at + 4].copy_from_slice(&length.to_be_bytes());
}

/// How much there is of everything.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Counts {
    pub(crate) format: u64,
    pub(crate) authorities: u64,
    pub(crate) certificates: u64,
    pub(crate) requests: u64,
    pub(crate) keys: u64,
}

impl Snapshot {
    pub(crate) fn counts(&self) -> Result<Counts, StoreError> {
        let format = || -> Result<u64, Error> {
            let meta = self.transaction.open_table(tables::META)?;
            Ok(meta.get("format")?.map_or(0, |format| format.value()))
        };
        Ok(Counts {
            format: format()?,
            authorities: self.count(tables::AUTHORITIES)?,
            certificates: self.count(tables::CERTIFICATES)?,
            requests: self.count(tables::REQUESTS)?,
            keys: self.count(tables::KEYS)?,
        })
    }

    /// Each certificate with its DER, one after the other.
    pub(crate) fn each_certificate(
        &self,
        mut look: impl FnMut(CertificateId, CertificateRecord, Option<&[u8]>),
    ) -> Result<(), StoreError> {
        let tables = || -> Result<_, Error> {
            let table = |table| self.transaction.open_table(table).map_err(Error::from);
            Ok((
                table(tables::CERTIFICATES)?,
                table(tables::CERTIFICATE_DER)?,
            ))
        };
        let (rows, ders) = tables()?;
        for row in rows.iter().map_err(Error::from)? {
            let (id, record) = row.map_err(Error::from)?;
            let der = ders.get(id.value()).map_err(Error::from)?;
            let record = decode("certificates", record.value())?;
            let der = der.as_ref().map(|der| der.value());
            look(CertificateId::from_raw(id.value()), record, der);
        }
        Ok(())
    }
}

/// A store made from a stream of rows, which nobody else knows yet.
pub(crate) struct Copied {
    database: Database,
    /// Keeps others out of the folder meanwhile.
    _lock: Option<Lock>,
    pub(crate) rows: u64,
}

impl Copied {
    /// Gone with the value.
    pub(crate) fn in_memory(stream: &mut dyn Read) -> Result<Self, CopyError> {
        let mut builder = Builder::new();
        builder.set_cache_size(MEMORY_CACHE);
        let database = builder.create_with_backend(InMemoryBackend::new());
        Self::load(database.map_err(Error::from)?, None, stream)
    }

    /// In this folder, which is made where it is missing; a store that is there already is removed.
    pub(crate) fn in_folder(
        folder: &Path,
        disk: Arc<dyn Disk>,
        stream: &mut dyn Read,
    ) -> Result<Self, CopyError> {
        let lock = Lock::take(folder)?;
        let path = folder.join(FILE_NAME);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::cannot_open(&path, error).into())
            }
            _ => Self::load(Source::File(path, disk).open()?, Some(lock), stream),
        }
    }

    pub(crate) fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Snapshot::new(self.database.begin_read().map_err(Error::from)?)
    }

    /// Durable when it returns.
    pub(crate) fn record(&self, change: Change) -> Result<(), StoreError> {
        Ok(writer::commit(
            &self.database,
            vec![change],
            &mut Vec::new(),
        )?)
    }

    /// All rows in one transaction. What is malformed in them must not take the process along.
    fn load(
        database: Database,
        lock: Option<Lock>,
        stream: &mut dyn Read,
    ) -> Result<Self, CopyError> {
        let load = || -> Result<u64, CopyError> {
            let transaction = database.begin_write().map_err(Error::from)?;
            tables::create(&transaction)?;
            let rows = Reading::of(stream, &transaction).all()?;
            transaction.commit().map_err(Error::from)?;
            Ok(rows)
        };
        let crashed = || Err(malformed("rows").into());
        let rows = catch_unwind(AssertUnwindSafe(load)).unwrap_or_else(|_| crashed())?;
        Ok(Self {
            database,
            _lock: lock,
            rows,
        })
    }
}

struct Reading<'a> {
    stream: &'a mut dyn Read,
    into: &'a WriteTransaction,
    rows: u64,
    /// The table whose rows come, and whether we know it.
    name: String,
    known: bool,
    /// What stands behind the rows of a table.
    next: u8,
    failed: Option<CopyError>,
}

impl<'a> Reading<'a> {
    fn of(stream: &'a mut dyn Read, into: &'a WriteTransaction) -> Self {
        Self {
            stream,
            into,
            rows: 0,
            name: String::new(),
            known: false,
            next: 0,
            failed: None,
        }
    }

    fn all(mut self) -> Result<u64, CopyError> {
        self.next = self.byte()?;
        while self.next == TABLE {
            let name = self.counted()?;
            self.name = String::from_utf8(name).map_err(|_| malformed("rows"))?;
            self.known = false;
            let loaded = each(&mut self);
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            loaded?;
            if !self.known {
                return Err(malformed(&self.name).into());
            }
        }
        let mut count = [0; 8];
        self.exactly(&mut count)?;
        let behind = self.stream.read(&mut [0]).map_err(CopyError::Stream)?;
        match self.next == END && u64::from_be_bytes(count) == self.rows && behind == 0 {
            true => Ok(self.rows),
            false => Err(malformed("rows").into()),
        }
    }

    /// Every row up to the next table or the end.
    fn rows<K, V>(&mut self, table: TableDefinition<'static, K, V>) -> Result<(), CopyError>
    where
        K: Field + Key,
        V: Field,
    {
        let mut opened = self.into.open_table(table).map_err(Error::from)?;
        loop {
            self.next = self.byte()?;
            if self.next != ROW {
                return Ok(());
            }
            let (key, value) = (self.counted()?, self.counted()?);
            let bad = || malformed(table.name());
            let (key, value) = (
                K::take(&key).ok_or_else(bad)?,
                V::take(&value).ok_or_else(bad)?,
            );
            let replaced = opened.insert(key, value).map_err(Error::from)?.is_some();
            if replaced {
                return Err(bad().into());
            }
            self.rows += 1;
        }
    }

    fn counted(&mut self) -> Result<Vec<u8>, CopyError> {
        let mut length = [0; 4];
        self.exactly(&mut length)?;
        let length = u32::from_be_bytes(length);
        if MAX_FIELD < length {
            return Err(malformed("rows").into());
        }
        let mut bytes = Vec::new();
        let limited = Read::take(&mut *self.stream, length.into());
        { limited }
            .read_to_end(&mut bytes)
            .map_err(CopyError::Stream)?;
        match u32::try_from(bytes.len()) == Ok(length) {
            true => Ok(bytes),
            false => Err(malformed("rows").into()),
        }
    }

    fn byte(&mut self) -> Result<u8, CopyError> {
        let mut byte = [0];
        self.exactly(&mut byte)?;
        Ok(byte[0])
    }

    fn exactly(&mut self, bytes: &mut [u8]) -> Result<(), CopyError> {
        self.stream.read_exact(bytes).map_err(CopyError::Stream)
    }
}

impl EachTable for Reading<'_> {
    fn table<K, V>(&mut self, table: TableDefinition<'static, K, V>) -> Result<(), Error>
    where
        K: Field + Key,
        V: Field,
    {
        if self.known || table.name() != self.name {
            return Ok(());
        }
        self.known = true;
        self.rows(table).map_err(|error| {
            self.failed = Some(error);
            Error::Corrupted("the stream of rows".to_owned())
        })
    }
}

fn malformed(table: &str) -> StoreError {
    StoreError::Row {
        table: shown(table).into_owned(),
    }
}

const TABLE: u8 = 1;
const ROW: u8 = 2;
const END: u8 = 3;

/// No row of ours comes near.
const MAX_FIELD: u32 = 64 << 20;

/// The rows themselves are in memory already.
const MEMORY_CACHE: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{busy_store, memory_of};

    /// Every table that `tables.rs` defines.
    fn defined() -> Vec<String> {
        let source = include_str!("tables.rs");
        let names = source.split("TableDefinition::new(\"").skip(1);
        names
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect()
    }

    fn stream_of((_database, snapshot): (Database, Snapshot)) -> (Vec<u8>, u64) {
        let mut stream = Vec::new();
        let rows = write(&snapshot, &mut stream).unwrap();
        (stream, rows)
    }

    #[test]
    fn every_table_is_in_a_backup() {
        let stream = stream_of(memory_of(Vec::new())).0;
        for name in defined() {
            let length = u32::try_from(name.len()).unwrap().to_be_bytes();
            let head = [&[TABLE][..], &length, name.as_bytes()].concat();
            let found = stream.windows(head.len()).any(|window| window == head);
            assert!(found, "{name} is missing from the list in tables.rs");
        }
        assert!(defined().len() > 15);
    }

    #[test]
    fn a_store_made_from_the_stream_gives_the_same_stream() {
        let (stream, rows) = stream_of(busy_store());
        assert!(rows > 5);
        let copied = Copied::in_memory(&mut &stream[..]).unwrap();
        assert_eq!(copied.rows, rows);
        let mut again = Vec::new();
        write(&copied.snapshot().unwrap(), &mut again).unwrap();
        assert!(stream == again);
    }

    #[test]
    fn a_stream_that_was_cut_or_goes_on_is_no_store() {
        let mut stream = stream_of(busy_store()).0;
        for length in (0..stream.len()).step_by(7) {
            assert!(
                Copied::in_memory(&mut &stream[..length]).is_err(),
                "{length}"
            );
        }
        stream.push(0);
        assert!(Copied::in_memory(&mut &stream[..]).is_err());
    }

    #[test]
    fn no_single_byte_of_a_stream_can_crash_its_reader() {
        let mut stream = stream_of(busy_store()).0;
        for at in (0..stream.len()).step_by(5) {
            stream[at] ^= 0x80;
            // Some of them are another store; none is a crash, nor a great allocation.
            Copied::in_memory(&mut &stream[..]).map(drop).ok();
            stream[at] ^= 0x80;
        }
    }

    #[test]
    fn a_table_that_we_do_not_know_is_named() {
        let mut stream = vec![TABLE];
        counted(&mut stream, |to| to.extend(b"tokens"));
        stream.push(END);
        stream.extend([0; 8]);
        let Err(CopyError::Store(error)) = Copied::in_memory(&mut &stream[..]) else {
            panic!("it was taken")
        };
        assert!(error.to_string().contains("tokens"), "{error}");
    }
}
