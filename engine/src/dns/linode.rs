//! Linode (Akamai) DNS Manager through its API, version 4.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::base::{Evidence, FieldInfo, Secret, ZonesInReach};
use crate::dns::error::DnsError;
use crate::dns::given::Given;
use crate::dns::pages::Page;
use crate::dns::service::{Service, endpoint};
use crate::dns::{Doing, Driver, ProviderKind, Published, Txt};
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
        endpoint("https://api.linode.com/v4"),
    ],
    connect,
};

struct Linode {
    service: Service,
    token: Secret<String>,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    Ok(Box::new(Linode {
        service: Service::of(&given, TITLE)?,
        token: given.take_secret("token")?,
    }))
}

impl Driver for Linode {
    fn publish<'a>(&'a self, record: &'a Txt) -> Doing<'a, Published> {
        Box::pin(async move {
            let zone = self.zone_id(record).await?;
            if self.ids(zone, record).await?.is_empty() {
                let path = format!("/domains/{zone}/records");
                let request = self.request(Method::Post, &path).json(&json!({
                    "type": "TXT",
                    "name": relative(record),
                    "target": record.value,
                    "ttl_sec": record.ttl_secs,
                }));
                self.service.ask(request).await?;
            }
            Ok(Published::Done)
        })
    }

    fn remove<'a>(&'a self, record: &'a Txt) -> Doing<'a, ()> {
        Box::pin(async move {
            let zone = self.zone_id(record).await?;
            for id in self.ids(zone, record).await? {
                let path = format!("/domains/{zone}/records/{id}");
                self.service
                    .ask(self.request(Method::Delete, &path))
                    .await?;
            }
            Ok(())
        })
    }

    fn reach(&self) -> Doing<'_, ZonesInReach> {
        Box::pin(async move {
            let zones: Vec<Zone> = self.all("/domains").await?;
            let zones = zones.into_iter().map(|zone| zone.domain);
            Ok(ZonesInReach::Everything(zones.collect()))
        })
    }
}

impl Linode {
    async fn zone_id(&self, record: &Txt) -> Result<u64, DnsError> {
        let zones: Vec<Zone> = self.all("/domains").await?;
        let zone = zones
            .into_iter()
            .find(|zone| zone.domain.eq_ignore_ascii_case(record.zone.as_str()));
        let zone = zone.ok_or_else(|| DnsError::ZoneNotInAccount {
            service: TITLE,
            zone: record.zone.to_string(),
        })?;
        Ok(zone.id)
    }

    /// Of the records that hold exactly this value.
    async fn ids(&self, zone: u64, record: &Txt) -> Result<Vec<u64>, DnsError> {
        let path = format!("/domains/{zone}/records");
        let records: Vec<Record> = self.all(&path).await?;
        let same = records.into_iter().filter(|known| {
            known.kind == "TXT" && known.name == relative(record) && known.target == record.value
        });
        Ok(same.map(|known| known.id).collect())
    }

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

/// The zone itself has the empty name.
fn relative(record: &Txt) -> &str {
    record.name.relative_to(&record.zone).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;
    use crate::base::Explain;
    use crate::dns;
    use crate::http::{self, Expected, Player, Source};

    const DOCS: Source = Source::written(
        "2026-11-28",
        "https://techdocs.akamai.com/linode-api/reference/post-domain-record",
    );

    #[tokio::test]
    async fn a_value_is_added_beside_another_one() {
        let service = Player::start([
            zones(),
            records(&[(1, "_acme-challenge", "old")]),
            DOCS.post("/domains/7/records")
                .with_header("Authorization", "Bearer t0ken")
                .with_json(json!({
                    "type": "TXT",
                    "name": "_acme-challenge",
                    "target": "new",
                    "ttl_sec": 60,
                }))
                .answers(200, json!({ "id": 2 })),
        ])
        .await;
        let published = driver(&service).publish(&txt("example.org")).await;
        assert_eq!(published, Ok(Published::Done));
        service.finish();
    }

    #[tokio::test]
    async fn a_value_that_is_there_is_not_added_again() {
        let there = records(&[(2, "_acme-challenge", "new")]);
        let service = Player::start([zones(), there]).await;
        driver(&service).publish(&txt("example.org")).await.unwrap();
        service.finish();
    }

    #[tokio::test]
    async fn only_records_of_this_name_and_value_are_taken_away() {
        let service = Player::start([
            zones(),
            records(&[
                (1, "_acme-challenge", "old"),
                (2, "_acme-challenge", "new"),
                (3, "_acme-challenge.www", "new"),
            ]),
            DOCS.delete("/domains/7/records/2").answers(200, json!({})),
        ])
        .await;
        driver(&service).remove(&txt("example.org")).await.unwrap();
        service.finish();
    }

    #[tokio::test]
    async fn zones_are_looked_for_on_every_page() {
        let page = |number: u32, id: u32, zone: &str| {
            DOCS.get(&format!("/domains?page={number}&page_size=500"))
                .answers(
                    200,
                    json!({
                        "data": [{ "id": id, "domain": zone, "type": "master" }],
                        "page": number,
                        "pages": 2,
                        "results": 2,
                    }),
                )
        };
        let service = Player::start([page(1, 7, "example.org"), page(2, 8, "a.test")]).await;
        let expected = ["example.org", "a.test"].map(str::to_owned).to_vec();
        let reach = driver(&service).reach().await.unwrap();
        assert_eq!(reach, ZonesInReach::Everything(expected));
        service.finish();
    }

    #[tokio::test]
    async fn a_zone_of_another_account_is_told_as_such() {
        let service = Player::start([zones()]).await;
        let error = driver(&service).publish(&txt("a.test")).await.unwrap_err();
        assert_eq!(error.code(), "dns.zone-not-in-account");
        service.finish();
    }

    #[tokio::test]
    async fn refusals_are_told_in_the_services_words() {
        for (status, said, code) in [
            (401, "Invalid Token", "dns.token-refused"),
            (403, "Unauthorized", "dns.token-refused"),
            (400, "Invalid TTL", "dns.service-refused"),
        ] {
            let answer = json!({ "errors": [{ "reason": said }] });
            let service = Player::start([DOCS
                .get("/domains?page=1&page_size=500")
                .answers(status, answer)])
            .await;
            let error = driver(&service).reach().await.unwrap_err();
            assert_eq!(error.code(), code);
            assert!(error.to_string().ends_with(said), "{error}");
            service.finish();
        }
    }

    fn driver(service: &Player) -> Box<dyn Driver> {
        let settings = BTreeMap::from([("endpoint".to_owned(), service.url().to_owned())]);
        let secrets = BTreeMap::from([("token".to_owned(), Secret::new("t0ken".to_owned()))]);
        let http = http::Client::new(&http::Settings::default()).unwrap();
        let clock = std::sync::Arc::new(crate::base::SystemClock);
        dns::open("linode", settings, secrets, http, clock).unwrap()
    }

    fn txt(zone: &str) -> Txt {
        Txt {
            zone: zone.parse().unwrap(),
            name: format!("_acme-challenge.{zone}").parse().unwrap(),
            value: "new".to_owned(),
            ttl_secs: 60,
        }
    }

    fn zones() -> Expected {
        DOCS.get("/domains?page=1&page_size=500")
            .with_header("Authorization", "Bearer t0ken")
            .answers(
                200,
                list(json!([{ "id": 7, "domain": "example.org", "type": "master" }])),
            )
    }

    fn records(records: &[(u32, &str, &str)]) -> Expected {
        let records = records.iter().map(|(id, name, target)| {
            json!({ "id": id, "type": "TXT", "name": name, "target": target, "ttl_sec": 60 })
        });
        DOCS.get("/domains/7/records?page=1&page_size=500")
            .answers(200, list(records.collect()))
    }

    fn list(data: Value) -> Value {
        json!({ "data": data, "page": 1, "pages": 1, "results": 1 })
    }
}
