//! Every table with its key and value, on one page.

use std::collections::BTreeSet;

use redb::{Error, Key, ReadableDatabase, TableDefinition, TableHandle, WriteTransaction};

use super::field::Field;

/// Raw id → a row: one byte of format, then JSON (or plain DER where the name says so).
pub(super) type RowTable = TableDefinition<'static, u128, &'static [u8]>;

/// Account → [`super::acme::AccountRecord`].
pub(super) const ACME_ACCOUNTS: RowTable = TableDefinition::new("acme_accounts");

/// The start of SHA-256 of account and names → [`super::acme::BudgetRecord`].
pub(super) const ACME_BUDGETS: RowTable = TableDefinition::new("acme_budgets");

/// Order → [`super::acme::OrderRecord`].
pub(super) const ACME_ORDERS: RowTable = TableDefinition::new("acme_orders");

/// Order → [`super::acme::SignalRecord`]: what a person wishes of it while it is under way.
pub(super) const ACME_SIGNALS: RowTable = TableDefinition::new("acme_signals");

/// Order → what was sent and received, as a row.
pub(super) const ACME_TRANSCRIPTS: RowTable = TableDefinition::new("acme_transcripts");

/// Certificate → [`super::acme::OriginRecord`].
pub(super) const ACME_ORIGINS: RowTable = TableDefinition::new("acme_origins");

/// Certificate of an issuer that is not here → the certificates above it, nearest first, as a row.
pub(super) const CERTIFICATE_CHAINS: RowTable = TableDefinition::new("certificate_chains");

/// Provider → [`super::dns::ProviderRecord`].
pub(super) const DNS_PROVIDERS: RowTable = TableDefinition::new("dns_providers");

/// Authority → [`super::authority::AuthorityRecord`].
pub(super) const AUTHORITIES: RowTable = TableDefinition::new("authorities");

/// Authority → its certificate, DER.
pub(super) const AUTHORITY_DER: RowTable = TableDefinition::new("authority_der");

/// Authority → the request that waits to be signed elsewhere, DER.
pub(super) const AUTHORITY_REQUESTS: RowTable = TableDefinition::new("authority_requests");

/// Certificate → [`super::certificate::CertificateRecord`]: small, apart from the DER.
pub(super) const CERTIFICATES: RowTable = TableDefinition::new("certificates");

pub(super) const CERTIFICATE_DER: RowTable = TableDefinition::new("certificate_der");

/// Certificate that may have been signed → the record it would have.
pub(super) const INTENTS: RowTable = TableDefinition::new("intents");

/// Certificate that may have been signed → the complete to-be-signed bytes.
pub(super) const INTENT_TBS: RowTable = TableDefinition::new("intent_tbs");

/// Job → [`super::job::JobRecord`].
pub(super) const JOBS: RowTable = TableDefinition::new("jobs");

/// Key → [`super::key::KeyRecord`].
pub(super) const KEYS: RowTable = TableDefinition::new("keys");

/// Profile of one's own → [`super::profile::ProfileRecord`].
pub(super) const PROFILES: RowTable = TableDefinition::new("profiles");
/// Key → [`super::key::UseRecord`]: its last use, and how many there were.
pub(super) const KEY_USES: RowTable = TableDefinition::new("key_uses");

/// Request → [`super::request::RequestRecord`].
pub(super) const REQUESTS: RowTable = TableDefinition::new("requests");

pub(super) const REQUEST_DER: RowTable = TableDefinition::new("request_der");

/// Authority → [`super::revocation::CrlRecord`].
pub(super) const CRLS: RowTable = TableDefinition::new("crls");

/// Authority → its newest CRL, DER.
pub(super) const CRL_DER: RowTable = TableDefinition::new("crl_der");

/// `authority/Example Root` → raw id. Names of one kind are unique.
pub(super) const NAMES: TableDefinition<'static, &str, u128> = TableDefinition::new("names");

/// Issuing authority and serial → certificate.
pub(super) const SERIALS: TableDefinition<'static, (u128, &[u8]), u128> =
    TableDefinition::new("serials");

/// Issuing authority and serial → [`super::revocation::RevocationRecord`].
pub(super) const REVOCATIONS: TableDefinition<'static, (u128, &[u8]), &[u8]> =
    TableDefinition::new("revocations");

/// SHA-256 of a SubjectPublicKeyInfo that no request may bring → why.
pub(super) const BARRED_KEYS: TableDefinition<'static, &[u8; 32], &str> =
    TableDefinition::new("barred_keys");

/// Sequence from 1 → chain link (32 bytes), then the entry as JSON.
pub(super) const AUDIT: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("audit");

/// Sequence it seals → the signed checkpoint, as text.
pub(super) const CHECKPOINTS: TableDefinition<'static, u64, &str> =
    TableDefinition::new("checkpoints");

/// When (ms) and a raw id → what is due then, as a row.
pub(super) const DUE: TableDefinition<'static, (i64, u128), &[u8]> = TableDefinition::new("due");

/// `format` → version of all of the above; `revision` → changes so far.
pub(super) const META: TableDefinition<'static, &str, u64> = TableDefinition::new("meta");

/// `store` → random id of this store; `verification` → the outcome of the last one, as a row.
pub(super) const NOTES: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("notes");

/// Something that is done with every table.
pub(super) trait EachTable {
    fn table<K, V>(&mut self, table: TableDefinition<'static, K, V>) -> Result<(), Error>
    where
        K: Field + Key,
        V: Field;
}

/// The one list of the tables: what makes a store, copies one and loads one goes by it. The audit
/// comes last, behind the checkpoints that vouch for it.
pub(super) fn each(act: &mut impl EachTable) -> Result<(), Error> {
    for table in ROWS {
        act.table(table)?;
    }
    act.table(NAMES)?;
    act.table(SERIALS)?;
    act.table(REVOCATIONS)?;
    act.table(BARRED_KEYS)?;
    act.table(DUE)?;
    act.table(META)?;
    act.table(NOTES)?;
    act.table(CHECKPOINTS)?;
    act.table(AUDIT)
}

/// Opens each table once, so that readers find it.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), Error> {
    struct Open<'t>(&'t WriteTransaction);
    impl EachTable for Open<'_> {
        fn table<K, V>(&mut self, table: TableDefinition<'static, K, V>) -> Result<(), Error>
        where
            K: Field + Key,
            V: Field,
        {
            self.0.open_table(table).map(drop).map_err(Error::from)
        }
    }
    each(&mut Open(transaction))
}

/// Whether all are there: a store that is older than one of them lacks it.
pub(super) fn complete(database: &impl ReadableDatabase) -> Result<bool, Error> {
    struct Missing {
        there: BTreeSet<String>,
        any: bool,
    }
    impl EachTable for Missing {
        fn table<K, V>(&mut self, table: TableDefinition<'static, K, V>) -> Result<(), Error>
        where
            K: Field + Key,
            V: Field,
        {
            self.any |= !self.there.contains(table.name());
            Ok(())
        }
    }
    let transaction = database.begin_read()?;
    let there = transaction.list_tables()?;
    let there = there.map(|table| table.name().to_owned()).collect();
    let mut missing = Missing { there, any: false };
    each(&mut missing)?;
    Ok(!missing.any)
}

const ROWS: [RowTable; 23] = [
    ACME_ACCOUNTS,
    ACME_BUDGETS,
    ACME_ORDERS,
    ACME_ORIGINS,
    ACME_SIGNALS,
    ACME_TRANSCRIPTS,
    AUTHORITIES,
    AUTHORITY_DER,
    AUTHORITY_REQUESTS,
    CERTIFICATES,
    CERTIFICATE_CHAINS,
    CERTIFICATE_DER,
    CRLS,
    CRL_DER,
    DNS_PROVIDERS,
    INTENTS,
    INTENT_TBS,
    JOBS,
    KEYS,
    KEY_USES,
    PROFILES,
    REQUESTS,
    REQUEST_DER,
];
