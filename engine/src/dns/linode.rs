//! Linode (Akamai) DNS Manager through its API, version 4.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::base::{Evidence, FieldInfo, Secret, ZonesInReach};
use crate::dns::error::DnsError;
use crate::dns::given::Given;
use crate::dns::name::RecordName;
use crate::dns::pages::Page;
use crate::dns::records::{At, OneByOne, SingleRecords, Zones};
use crate::dns::service::{self, Service};
use crate::dns::text::unquoted;
use crate::dns::{Driver, ProviderKind};
use crate::http::{Method, Request};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "linode",
    title: TITLE,
    evidence: Evidence::Written,
    fields: &[
        FieldInfo::new(
            "token",
            "Personal access token",
            "From the profile's page API tokens, with read and write for Domains and nothing else",
        )
        .required()
        .secret(),
        service::endpoint("https://api.linode.com/v4"),
    ],
    connect,
};

struct Linode {
    service: Service,
    token: Secret<String>,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    Ok(Box::new(OneByOne::of(Linode {
        service: Service::of(&given, TITLE)?,
        token: given.take_secret("token")?,
    })))
}

impl Zones for Linode {
    /// An id.
    type Zone = u64;

    fn service(&self) -> &Service {
        &self.service
    }

    async fn find(&self, name: &RecordName) -> Result<Option<u64>, DnsError> {
        let zones: Vec<Zone> = self.all("/domains").await?;
        let mut zones = zones.into_iter();
        let zone = zones.find(|zone| zone.domain.eq_ignore_ascii_case(name.as_str()));
        Ok(zone.map(|zone| zone.id))
    }

    async fn reach(&self) -> Result<ZonesInReach, DnsError> {
        let zones: Vec<Zone> = self.all("/domains").await?;
        let zones = zones.into_iter().map(|zone| zone.domain);
        Ok(ZonesInReach::Everything(zones.collect()))
    }
}

impl SingleRecords for Linode {
    type Id = u64;

    async fn list(&self, at: &At<'_, u64>) -> Result<Vec<(u64, String)>, DnsError> {
        let records: Vec<Record> = self.all(&records_of(at)).await?;
        let records = records.into_iter();
        let records = records
            .filter(|record| record.kind == "TXT" && record.name == at.relative(APEX))
            .map(|record| (record.id, unquoted(&record.target)));
        Ok(records.collect())
    }

    async fn create(&self, at: &At<'_, u64>) -> Result<(), DnsError> {
        let request = self.request(Method::Post, &records_of(at)).json(&json!({
            "type": "TXT",
            "name": at.relative(APEX),
            "target": at.record.value,
            "ttl_sec": at.record.ttl_secs,
        }));
        self.service.ask(request).await.map(|_| ())
    }

    async fn delete(&self, at: &At<'_, u64>, id: &u64) -> Result<(), DnsError> {
        let request = self.request(Method::Delete, &format!("{}/{id}", records_of(at)));
        self.service.ask_whether(request).await.map(|_| ())
    }
}

impl Linode {
    /// Every page of a list.
    async fn all<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, DnsError> {
        let all = self.service.every_page(1, |page: u32| async move {
            let request = self
                .request(Method::Get, path)
                .query(&[("page", &page.to_string()), ("page_size", "500")]);
            let list: List<T> = self.service.ask_json(request).await?;
            Ok(Page {
                items: list.data,
                next: (page < list.pages).then_some(page + 1),
            })
        });
        all.await
    }

    fn request(&self, method: Method, path: &str) -> Request {
        let request = Request::new(method, self.service.url(path));
        request.secret_header("Authorization", "Bearer ", &self.token)
    }
}

fn records_of(at: &At<'_, u64>) -> String {
    format!("/domains/{}/records", at.zone)
}

#[derive(Deserialize)]
struct List<T> {
    data: Vec<T>,
    pages: u32,
}

#[derive(Deserialize)]
struct Zone {
    id: u64,
    domain: String,
}

#[derive(Deserialize)]
struct Record {
    id: u64,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    target: String,
}

const TITLE: &str = "Linode";

/// The zone itself has the empty name.
const APEX: &str = "";

#[cfg(test)]
mod tests;
