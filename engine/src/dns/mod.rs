//! DNS: publishing the TXT record that proves a name, through whichever service serves the zone,
//! and looking from outside at what its servers say.

mod acme_dns;
mod azure;
mod caa;
mod cloudflare;
mod command;
mod desec;
mod digitalocean;
mod error;
mod exchange;
#[cfg(fuzzing)]
pub mod fuzzing;
mod gandi;
mod given;
mod google;
mod hetzner;
mod linode;
mod manual;
mod name;
#[cfg(test)]
mod nameserver;
mod oauth;
mod ovh;
mod pages;
mod porkbun;
mod powerdns;
mod propagation;
mod records;
mod resolver;
mod rfc2136;
mod route53;
mod service;
mod sigv4;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod tsig;
mod vultr;
mod zone;

pub(crate) use caa::{CaaSet, CaaVerdict, Issuer};
pub(crate) use error::DnsError;
pub(crate) use given::Given;
pub(crate) use name::RecordName;
pub(crate) use propagation::is_everywhere;
pub(crate) use resolver::Resolver;
pub(crate) use zone::NameServer;

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use crate::base::{Clock, Evidence, FieldInfo, Secret, ZonesInReach};
use crate::http;

/// What a driver is doing.
pub(crate) type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, DnsError>> + Send + 'a>>;

/// One value of a TXT record set.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Txt {
    pub(crate) zone: RecordName,
    /// Inside the zone, and complete: `_acme-challenge.www.example.org`.
    pub(crate) name: RecordName,
    pub(crate) value: String,
    pub(crate) ttl_secs: u32,
}

/// How a record came to be there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Published {
    Done,
    /// A person has to put it there; the record is shown.
    ByHand,
}

/// Changes TXT records at one service with one credential.
pub(crate) trait Driver: Send + Sync {
    /// Adds this value beside what is there: an apex and its wildcard need two at once. A value
    /// that is there already is no error.
    fn publish<'a>(&'a self, record: &'a Txt) -> Doing<'a, Published>;

    /// Takes exactly this value away and leaves the others; one that is missing is no error.
    fn remove<'a>(&'a self, record: &'a Txt) -> Doing<'a, ()>;

    /// Which zones the credential can change; says so when that is all of an account, or when the
    /// protocol cannot tell.
    fn reach(&self) -> Doing<'_, ZonesInReach>;
}

/// One sort of service that serves zones.
pub(crate) struct ProviderKind {
    /// As the command line writes it: `rfc2136`.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) evidence: Evidence,
    pub(crate) fields: &'static [FieldInfo],
    /// Settings and secrets have been checked against the fields, and defaults filled in.
    pub(crate) connect: fn(Given) -> Result<Box<dyn Driver>, DnsError>,
}

/// Every provider there is.
pub(crate) fn kinds() -> &'static [&'static ProviderKind] {
    KINDS
}

/// The driver of the kind `name`; neither connects nor asks anything yet.
pub(crate) fn open(
    name: &str,
    settings: BTreeMap<String, String>,
    secrets: BTreeMap<String, Secret<String>>,
    http: http::Client,
    clock: Arc<dyn Clock>,
) -> Result<Box<dyn Driver>, DnsError> {
    let kind = KINDS.iter().find(|kind| kind.name == name);
    let kind = kind.ok_or_else(|| DnsError::UnknownProvider {
        name: name.to_owned(),
    })?;
    let given = Given::checked(kind.fields, settings, secrets, http, clock)?;
    (kind.connect)(given)
}

/// One line for each provider, by name.
const KINDS: &[&ProviderKind] = &[
    &acme_dns::KIND,
    &azure::KIND,
    &cloudflare::KIND,
    &command::KIND,
    &desec::KIND,
    &digitalocean::KIND,
    &gandi::KIND,
    &google::KIND,
    &hetzner::KIND,
    &linode::KIND,
    &manual::KIND,
    &ovh::KIND,
    &porkbun::KIND,
    &powerdns::KIND,
    &rfc2136::KIND,
    &route53::KIND,
    &vultr::KIND,
];
