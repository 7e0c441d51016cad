//! DNS providers: where the records that prove a name are published.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{About, Area, Question, Resource};
use crate::base::{DnsProviderId, Evidence, FieldInfo, Secret, Timestamp, ZonesInReach, shown};

#[non_exhaustive]
pub enum DnsCommand {
    /// Its secrets go into the vault. Settings are checked against what the kind asks for; nobody
    /// outside is asked.
    AddProvider {
        name: String,
        /// Out of [`ListProviderKinds`].
        kind: String,
        settings: BTreeMap<String, String>,
        secrets: BTreeMap<String, Secret<String>>,
    },
    /// New settings in place of the old ones; a secret that is not given stays.
    ChangeProvider {
        id: DnsProviderId,
        settings: BTreeMap<String, String>,
        secrets: BTreeMap<String, Secret<String>>,
    },
    /// Forgets it and wipes its secrets; refused while an order under way needs it.
    RemoveProvider { id: DnsProviderId },
    /// Asks the provider which zones its credentials can change.
    TestProvider { id: DnsProviderId },
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum DnsFact {
    ProviderAdded {
        id: DnsProviderId,
    },
    ProviderChanged {
        id: DnsProviderId,
    },
    ProviderRemoved {
        id: DnsProviderId,
    },
    ProviderTested {
        id: DnsProviderId,
        test: ProviderTest,
    },
}

/// What a test found.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ProviderTest {
    pub at: Timestamp,
    pub reach: ZonesInReach,
    /// In sentences without a full stop.
    pub warnings: Vec<String>,
}

/// Asks for every provider, by name.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListProviders;

impl Question for ListProviders {
    type Answer = Vec<ProviderRow>;
}

/// Asks which provider is meant by an id or its name.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct FindProvider(pub String);

impl Question for FindProvider {
    type Answer = DnsProviderId;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ProviderRow {
    pub id: DnsProviderId,
    pub name: String,
    pub kind: String,
    pub kind_title: String,
    /// No secret among them.
    pub settings: BTreeMap<String, String>,
    /// Which secrets are in the vault, by the names of their fields.
    pub secrets: Vec<String>,
    pub created: Timestamp,
    pub changed: Timestamp,
    /// `None` until it has been tested.
    pub last_test: Option<ProviderTest>,
    /// Certificates that are renewed by it.
    pub certificates: u64,
}

/// Asks which kinds of provider there are, and what each needs.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListProviderKinds;

impl Question for ListProviderKinds {
    type Answer = Vec<ProviderKindRow>;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ProviderKindRow {
    /// `rfc2136`.
    pub kind: String,
    pub title: String,
    pub evidence: Evidence,
    pub fields: Vec<FieldInfo>,
}

impl DnsCommand {
    pub(super) fn about(&self) -> About {
        let provider = |id: &DnsProviderId| Resource::of("dns-provider", id);
        let (action, resource, details) = match self {
            Self::AddProvider { name, kind, .. } => (
                "dns.add-provider",
                Resource::of("dns-provider-name", shown(name)),
                format!(
                    "add {} as a DNS provider of the kind {}",
                    shown(name),
                    shown(kind)
                ),
            ),
            Self::ChangeProvider { id, secrets, .. } => (
                "dns.change-provider",
                provider(id),
                match secrets.is_empty() {
                    true => "change its settings".to_owned(),
                    false => "change its settings and secrets".to_owned(),
                },
            ),
            Self::RemoveProvider { id } => (
                "dns.remove-provider",
                provider(id),
                "forget it and wipe its secrets".to_owned(),
            ),
            Self::TestProvider { id } => (
                "dns.test-provider",
                provider(id),
                "ask which zones it can change".to_owned(),
            ),
        };
        About {
            area: Area::Dns,
            action,
            resource,
            details,
            intent_first: matches!(
                self,
                Self::AddProvider { .. }
                    | Self::ChangeProvider { .. }
                    | Self::RemoveProvider { .. }
            ),
        }
    }
}
