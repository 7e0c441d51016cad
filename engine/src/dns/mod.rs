//! DNS: publishing the TXT record that proves a name, through whichever service serves the zone,
//! and looking from outside at what its servers say.

mod cloudflare;
mod desec;
mod digitalocean;
mod error;
mod gandi;
mod given;
mod hetzner;
mod name;
mod ovh;
mod powerdns;
mod records;
mod route53;
mod service;
mod sigv4;
#[cfg(test)]
mod testing;
mod text;

pub(crate) use error::DnsError;
pub(crate) use given::Given;
pub(crate) use name::RecordName;

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
    &cloudflare::KIND,
    &desec::KIND,
    &digitalocean::KIND,
    &gandi::KIND,
    &hetzner::KIND,
    &ovh::KIND,
    &powerdns::KIND,
    &route53::KIND,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_stand_by_name_and_each_field_says_what_it_is() {
        assert!(KINDS.is_sorted_by(|a, b| a.name < b.name));
        for kind in KINDS {
            let fields: Vec<_> = kind.fields.iter().map(|field| &field.name).collect();
            for (at, field) in kind.fields.iter().enumerate() {
                let place = format!("{} {}", kind.name, field.name);
                assert!(!fields[..at].contains(&&field.name), "{place}: twice");
                assert!(
                    field.help.len() > 10 && !field.help.ends_with('.'),
                    "{place}"
                );
                assert!(field.default.is_none() || !field.required, "{place}");
                assert!(field.default.is_none() || !field.secret, "{place}");
            }
        }
    }

    #[test]
    fn a_provider_that_does_not_exist_is_refused_by_name() {
        let http = http::Client::new(&http::Settings::default()).unwrap();
        let clock = Arc::new(crate::base::SystemClock);
        let opened = open("nosuch", BTreeMap::new(), BTreeMap::new(), http, clock);
        let Err(DnsError::UnknownProvider { name }) = opened else {
            panic!("it was opened, or failed otherwise");
        };
        assert_eq!(name, "nosuch");
    }
}
