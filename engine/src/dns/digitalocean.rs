//! DigitalOcean, API version 2.

use serde::Deserialize;
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
use crate::http::{Method, Request, segment};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "digitalocean",
    title: TITLE,
    evidence: Evidence::Written,
    fields: &[
        FieldInfo::new(
            "api-token",
            "API token",
            "Made in the control panel under API, Tokens, with the custom scopes domain:create, \
             domain:read and domain:delete alone; it reaches every domain of the team",
        )
        .required()
        .secret(),
        service::endpoint("https://api.digitalocean.com/v2"),
    ],
    connect,
};

struct DigitalOcean {
    service: Service,
    token: Secret<String>,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    Ok(Box::new(OneByOne::of(DigitalOcean {
        service: Service::of(&given, TITLE)?,
        token: given.take_secret("api-token")?,
    })))
}

impl Zones for DigitalOcean {
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
        Ok(Some(found.domain.name))
    }

    async fn reach(&self) -> Result<ZonesInReach, DnsError> {
        let names = self.service.every_page(1, |page: u32| async move {
            let request = self.request(Method::Get, "/domains");
            let request = request.query(&[("per_page", PER_PAGE), ("page", &page.to_string())]);
            let list: Domains = self.service.ask_json(request).await?;
            Ok(Page {
                items: list.domains.into_iter().map(|domain| domain.name).collect(),
                next: list.links.pages.next.map(|_| page + 1),
            })
        });
        Ok(ZonesInReach::Everything(names.await?))
    }
}

impl SingleRecords for DigitalOcean {
    type Id = u64;

    async fn list(&self, at: &At<'_, String>) -> Result<Vec<(u64, String)>, DnsError> {
        let request = self.request(Method::Get, &records_of(at));
        let name = at.record.name.as_str();
        let request = request.query(&[("type", "TXT"), ("name", name), ("per_page", PER_PAGE)]);
        let records: Records = self.service.ask_json(request).await?;
        let records = records.domain_records.into_iter();
        let records = records
            .filter(|record| record.kind == "TXT" && record.name == at.relative(APEX))
            .map(|record| (record.id, unquoted(&record.data)));
        Ok(records.collect())
    }

    async fn create(&self, at: &At<'_, String>) -> Result<(), DnsError> {
        let request = self.request(Method::Post, &records_of(at)).json(&json!({
            "type": "TXT",
            "name": at.relative(APEX),
            "data": at.record.value,
            "ttl": at.record.ttl_secs.max(SHORTEST_TTL_SECS),
        }));
        self.service.ask(request).await.map(|_| ())
    }

    async fn delete(&self, at: &At<'_, String>, id: &u64) -> Result<(), DnsError> {
        let request = self.request(Method::Delete, &format!("{}/{id}", records_of(at)));
        self.service.ask_whether(request).await.map(|_| ())
    }
}

impl DigitalOcean {
    fn request(&self, method: Method, path: &str) -> Request {
        let url = self.service.url(path);
        Request::new(method, url).secret_header("Authorization", "Bearer ", &self.token)
    }
}

fn records_of(at: &At<'_, String>) -> String {
    format!("/domains/{}/records", segment(&at.zone))
}

#[derive(Deserialize)]
struct Found {
    domain: Domain,
}

#[derive(Deserialize)]
struct Domain {
    name: String,
}

#[derive(Deserialize)]
struct Domains {
    domains: Vec<Domain>,
    #[serde(default)]
    links: Links,
}

#[derive(Default, Deserialize)]
struct Links {
    #[serde(default)]
    pages: Pages,
}

#[derive(Default, Deserialize)]
struct Pages {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Records {
    domain_records: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    id: u64,
    #[serde(rename = "type")]
    kind: String,
    /// Relative to the domain.
    name: String,
    data: String,
}

const TITLE: &str = "DigitalOcean";

const APEX: &str = "@";

const PER_PAGE: &str = "200";

const SHORTEST_TTL_SECS: u32 = 30;

#[cfg(test)]
mod tests;
