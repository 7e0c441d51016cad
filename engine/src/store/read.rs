//! Two ways to read: from a committed snapshot, and inside the transaction that writes.

use redb::{Error, ReadTransaction, ReadableTable, ReadableTableMetadata, WriteTransaction};
use serde::de::DeserializeOwned;

use super::error::StoreError;
use super::record::decode;
use super::tables::{BARRED_KEYS, META, NAMES, NOTES, REVOCATIONS, RowTable, SERIALS};
use crate::api::Revision;
use crate::base::{AuthorityId, CertificateId, Fingerprint, Serial};

/// The store as of one commit; later ones do not show.
pub(crate) struct Snapshot {
    pub(super) transaction: ReadTransaction,
    at: Revision,
}

impl Snapshot {
    pub(super) fn new(transaction: ReadTransaction) -> Result<Self, StoreError> {
        let read = || -> Result<u64, Error> {
            let meta = transaction.open_table(META)?;
            Ok(meta.get("revision")?.map_or(0, |revision| revision.value()))
        };
        let at = Revision(read()?);
        Ok(Self { transaction, at })
    }

    pub(crate) fn at(&self) -> Revision {
        self.at
    }

    fn tables(&self) -> &ReadTransaction {
        &self.transaction
    }

    /// Every row of a table, oldest id first.
    pub(super) fn rows<T: DeserializeOwned>(
        &self,
        table: RowTable,
    ) -> Result<Vec<(u128, T)>, StoreError> {
        let open = || self.transaction.open_table(table).map_err(Error::from);
        let opened = open()?;
        let mut found = Vec::new();
        for row in opened.iter().map_err(Error::from)? {
            let (id, bytes) = row.map_err(Error::from)?;
            found.push((
                id.value(),
                decode(redb::TableHandle::name(&table), bytes.value())?,
            ));
        }
        Ok(found)
    }

    /// The oldest ids of a table below `end`, `most` of them at most.
    pub(super) fn ids_below(
        &self,
        table: RowTable,
        end: u128,
        most: usize,
    ) -> Result<Vec<u128>, StoreError> {
        let read = || -> Result<Vec<u128>, Error> {
            let table = self.transaction.open_table(table)?;
            let rows = table.range(..end)?.take(most);
            rows.map(|row| Ok(row?.0.value())).collect()
        };
        Ok(read()?)
    }

    /// Every row of a table as it is stored, oldest id first.
    pub(super) fn each_bytes(
        &self,
        table: RowTable,
        mut visit: impl FnMut(u128, &[u8]),
    ) -> Result<(), StoreError> {
        let table = self.transaction.open_table(table).map_err(Error::from)?;
        for row in table.iter().map_err(Error::from)? {
            let (id, bytes) = row.map_err(Error::from)?;
            visit(id.value(), bytes.value());
        }
        Ok(())
    }

    pub(super) fn count(&self, table: RowTable) -> Result<u64, StoreError> {
        let read = || -> Result<u64, Error> { Ok(self.transaction.open_table(table)?.len()?) };
        Ok(read()?)
    }

    pub(super) fn note<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StoreError> {
        let read = || -> Result<Option<Vec<u8>>, Error> {
            let notes = self.transaction.open_table(NOTES)?;
            Ok(notes.get(name)?.map(|note| note.value().to_vec()))
        };
        let bytes = read()?;
        bytes.map(|bytes| decode("notes", &bytes)).transpose()
    }
}

/// What a guard sees: everything written so far, its neighbours in the same commit included.
pub(crate) struct Reader<'t>(pub(super) &'t WriteTransaction);

impl Reader<'_> {
    fn tables(&self) -> &WriteTransaction {
        self.0
    }
}

/// Single rows, from either.
pub(crate) trait Rows {
    fn bytes(&self, table: RowTable, id: u128) -> Result<Option<Vec<u8>>, StoreError>;

    fn named(&self, name: &str) -> Result<Option<u128>, StoreError>;

    /// Which certificate of this authority has, or was meant to have, this serial.
    fn holder_of_serial(
        &self,
        issuer: AuthorityId,
        serial: &Serial,
    ) -> Result<Option<CertificateId>, StoreError>;

    /// The row of a serial that is revoked or on hold.
    fn revocation(
        &self,
        issuer: AuthorityId,
        serial: &Serial,
    ) -> Result<Option<Vec<u8>>, StoreError>;

    /// Why no request may bring this public key, if none may.
    fn barred(&self, spki: &Fingerprint) -> Result<Option<String>, StoreError>;

    fn row<T: DeserializeOwned>(&self, table: RowTable, id: u128) -> Result<Option<T>, StoreError> {
        let bytes = self.bytes(table, id)?;
        let name = redb::TableHandle::name(&table);
        bytes.map(|bytes| decode(name, &bytes)).transpose()
    }
}

macro_rules! rows {
    ($type:ty) => {
        impl Rows for $type {
            fn bytes(&self, table: RowTable, id: u128) -> Result<Option<Vec<u8>>, StoreError> {
                let read = || -> Result<Option<Vec<u8>>, Error> {
                    let table = self.tables().open_table(table)?;
                    Ok(table.get(id)?.map(|row| row.value().to_vec()))
                };
                Ok(read()?)
            }

            fn named(&self, name: &str) -> Result<Option<u128>, StoreError> {
                let read = || -> Result<Option<u128>, Error> {
                    let names = self.tables().open_table(NAMES)?;
                    Ok(names.get(name)?.map(|id| id.value()))
                };
                Ok(read()?)
            }

            fn holder_of_serial(
                &self,
                issuer: AuthorityId,
                serial: &Serial,
            ) -> Result<Option<CertificateId>, StoreError> {
                let read = || -> Result<Option<u128>, Error> {
                    let serials = self.tables().open_table(SERIALS)?;
                    let found = serials.get((issuer.to_raw(), serial.as_bytes()))?;
                    Ok(found.map(|id| id.value()))
                };
                Ok(read()?.map(CertificateId::from_raw))
            }

            fn revocation(
                &self,
                issuer: AuthorityId,
                serial: &Serial,
            ) -> Result<Option<Vec<u8>>, StoreError> {
                let read = || -> Result<Option<Vec<u8>>, Error> {
                    let revoked = self.tables().open_table(REVOCATIONS)?;
                    let found = revoked.get((issuer.to_raw(), serial.as_bytes()))?;
                    Ok(found.map(|row| row.value().to_vec()))
                };
                Ok(read()?)
            }

            fn barred(&self, spki: &Fingerprint) -> Result<Option<String>, StoreError> {
                let read = || -> Result<Option<String>, Error> {
                    let barred = self.tables().open_table(BARRED_KEYS)?;
                    Ok(barred
                        .get(spki.as_bytes())?
                        .map(|why| why.value().to_owned()))
                };
                Ok(read()?)
            }
        }
    };
}

rows!(Snapshot);
rows!(Reader<'_>);
