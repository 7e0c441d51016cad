//! Vultr DNS through its API, version 2.

use serde::Deserialize;
use serde_json::json;

use crate::base::{Evidence, FieldInfo, Secret, ZonesInReach};
use crate::dns::error::DnsError;
use crate::dns::given::Given;
use crate::dns::name::RecordName;
use crate::dns::pages::Page;
use crate::dns::records::{At, OneByOne, SingleRecords, Zones};
use crate::dns::service::{self, Service};
use crate::dns::text::{quoted, unquoted};
use crate::dns::{Driver, ProviderKind};
use crate::http::{Method, Request, segment};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "vultr",
    title: TITLE,
    evidence: Evidence::Written,
    fields: &[
        FieldInfo::new(
            "api-key",
            "API key",
            "From the account's page API; this machine's address has to be allowed there, too",
        )
        .required()
        .secret(),
        service::endpoint("https://api.vultr.com/v2"),
    ],
    connect,
};

struct Vultr {
    service: Service,
    key: Secret<String>,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    Ok(Box::new(OneByOne::of(Vultr {
        service: Service::of(&given, TITLE)?,
        key: given.take_secret("api-key")?,
    })))
}

impl Zones for Vultr {
    /// The domain's name.
    type Zone = String;

    fn service(&self) -> &Service {
        &self.service
    }

    async fn find(&self, name: &RecordName) -> Result<Option<String>, DnsError> {
        let request = self.request(Method::Get, &format!("/domains/{name}"));
        let Some(found) = self.service.find_json::<Found>(request).await? else {
            return Ok(None);
        };
        Ok(Some(found.domain.domain))
    }

    async fn reach(&self) -> Result<ZonesInReach, DnsError> {
        let lists = self.lists("/domains").await?.into_iter();
        let zones = lists.flat_map(|list| list.domains);
        let zones = zones.map(|zone| zone.domain);
        Ok(ZonesInReach::Everything(zones.collect()))
    }
}

impl SingleRecords for Vultr {
    type Id = String;

    async fn list(&self, at: &At<'_, String>) -> Result<Vec<(String, String)>, DnsError> {
        let lists = self.lists(&records_of(at)).await?.into_iter();
        let records = lists.flat_map(|list| list.records);
        let records = records
            .filter(|record| record.kind == "TXT" && record.name == at.relative(APEX))
            .map(|record| (record.id, unquoted(&record.data)));
        Ok(records.collect())
    }

    async fn create(&self, at: &At<'_, String>) -> Result<(), DnsError> {
        let request = self.request(Method::Post, &records_of(at)).json(&json!({
            "name": at.relative(APEX),
            "type": "TXT",
            "data": quoted(&at.record.value),
            "ttl": at.record.ttl_secs,
        }));
        self.service.ask(request).await.map(|_| ())
    }

    async fn delete(&self, at: &At<'_, String>, id: &String) -> Result<(), DnsError> {
        let path = format!("{}/{}", records_of(at), segment(id));
        let request = self.request(Method::Delete, &path);
        self.service.ask_whether(request).await.map(|_| ())
    }
}

impl Vultr {
    async fn lists(&self, path: &str) -> Result<Vec<List>, DnsError> {
        let lists = self
            .service
            .every_page(None, |cursor: Option<String>| async move {
                let request = self
                    .request(Method::Get, path)
                    .query(&[("per_page", "500")]);
                let request = match &cursor {
                    None => request,
                    Some(cursor) => request.query(&[("cursor", cursor)]),
                };
                let list: List = self.service.ask_json(request).await?;
                let next = list.meta.links.next.clone();
                Ok(Page {
                    items: vec![list],
                    next: (!next.is_empty()).then_some(Some(next)),
                })
            });
        lists.await
    }

    fn request(&self, method: Method, path: &str) -> Request {
        let request = Request::new(method, self.service.url(path));
        request.secret_header("Authorization", "Bearer ", &self.key)
    }
}

fn records_of(at: &At<'_, String>) -> String {
    format!("/domains/{}/records", segment(&at.zone))
}

#[derive(Deserialize)]
struct Found {
    domain: Zone,
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    domains: Vec<Zone>,
    #[serde(default)]
    records: Vec<Record>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Zone {
    domain: String,
}

#[derive(Deserialize)]
struct Record {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    data: String,
}

#[derive(Deserialize)]
struct Meta {
    links: Links,
}

/// The cursor of the next page; empty on the last one.
#[derive(Deserialize)]
struct Links {
    next: String,
}

const TITLE: &str = "Vultr";

/// The zone itself has the empty name.
const APEX: &str = "";

#[cfg(test)]
mod tests;
