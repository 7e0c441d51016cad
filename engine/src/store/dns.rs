//! DNS providers; their secrets are in the vault.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::change::Put;
use super::error::StoreError;
use super::read::{Rows, Snapshot};
use super::tables::DNS_PROVIDERS;
use crate::api::{Area, ProviderTest};
use crate::base::{DnsProviderId, SecretId, Timestamp};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProviderRecord {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) settings: BTreeMap<String, String>,
    /// Field → where the vault keeps it.
    pub(crate) secrets: BTreeMap<String, SecretId>,
    pub(crate) created: Timestamp,
    pub(crate) changed: Timestamp,
    pub(crate) last_test: Option<ProviderTest>,
}

pub(crate) fn put(id: DnsProviderId, record: &ProviderRecord) -> [Put; 2] {
    [
        Put::row(Area::Dns, DNS_PROVIDERS, id.to_raw(), record),
        Put::name(Area::Dns, unique(&record.name), id.to_raw()),
    ]
}

pub(crate) fn gone(id: DnsProviderId, name: &str) -> [Put; 2] {
    [
        Put::gone(Area::Dns, DNS_PROVIDERS, id.to_raw()),
        Put::name_gone(Area::Dns, unique(name)),
    ]
}

pub(crate) fn get(
    rows: &impl Rows,
    id: DnsProviderId,
) -> Result<Option<ProviderRecord>, StoreError> {
    rows.row(DNS_PROVIDERS, id.to_raw())
}

pub(crate) fn holder_of(rows: &impl Rows, name: &str) -> Result<Option<DnsProviderId>, StoreError> {
    Ok(rows.named(&unique(name))?.map(DnsProviderId::from_raw))
}

impl Snapshot {
    /// Oldest first.
    pub(crate) fn dns_providers(&self) -> Result<Vec<(DnsProviderId, ProviderRecord)>, StoreError> {
        let rows = self.rows(DNS_PROVIDERS)?.into_iter();
        Ok(rows
            .map(|(id, record)| (DnsProviderId::from_raw(id), record))
            .collect())
    }
}

fn unique(name: &str) -> String {
    format!("dns-provider/{name}")
}
