//! Vultr DNS through its API, version 2.

use serde::Deserialize;
use serde_json::json;

use crate::base::{Evidence, FieldInfo, Secret, ZonesInReach};
use crate::dns::error::DnsError;
use crate::dns::given::Given;
use crate::dns::pages::Page;
use crate::dns::service::{Service, endpoint};
use crate::dns::{Doing, Driver, ProviderKind, Published, Txt};
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
        endpoint("https://api.vultr.com/v2"),
    ],
    connect,
};

struct Vultr {
    service: Service,
    key: Secret<String>,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    Ok(Box::new(Vultr {
        service: Service::of(&given, TITLE)?,
        key: given.take_secret("api-key")?,
    }))
}

impl Driver for Vultr {
    fn publish<'a>(&'a self, record: &'a Txt) -> Doing<'a, Published> {
        Box::pin(async move {
            if self.ids(record).await?.is_empty() {
                let request = self.request(Method::Post, &path_of(record)).json(&json!({
                    "name": relative(record),
                    "type": "TXT",
                    "data": quoted(record),
                    "ttl": record.ttl_secs,
                }));
                self.service.ask(request).await?;
            }
            Ok(Published::Done)
        })
    }

    fn remove<'a>(&'a self, record: &'a Txt) -> Doing<'a, ()> {
        Box::pin(async move {
            for id in self.ids(record).await? {
                let path = format!("{}/{}", path_of(record), segment(&id));
                self.service
                    .ask(self.request(Method::Delete, &path))
                    .await?;
            }
            Ok(())
        })
    }

    fn reach(&self) -> Doing<'_, ZonesInReach> {
        Box::pin(async move {
            let lists = self.lists("/domains").await?.into_iter();
            let zones = lists.flat_map(|list| list.domains);
            let zones = zones.map(|zone| zone.domain);
            Ok(ZonesInReach::Everything(zones.collect()))
        })
    }
}

impl Vultr {
    /// Of the records that hold exactly this value.
    async fn ids(&self, record: &Txt) -> Result<Vec<String>, DnsError> {
        let lists = match self.lists(&path_of(record)).await {
            Err(DnsError::Service { status: 404, .. }) => {
                return Err(DnsError::ZoneNotInAccount {
                    service: TITLE,
                    zone: record.zone.to_string(),
                });
            }
            lists => lists?,
        };
        let same = lists
            .into_iter()
            .flat_map(|list| list.records)
            .filter(|known| {
                let value = known.data.trim_matches('"');
                known.kind == "TXT" && known.name == relative(record) && value == record.value
            });
        Ok(same.map(|known| known.id).collect())
    }

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

fn path_of(record: &Txt) -> String {
    format!("/domains/{}/records", record.zone)
}

/// The zone itself has the empty name.
fn relative(record: &Txt) -> &str {
    record.name.relative_to(&record.zone).unwrap_or_default()
}

fn quoted(record: &Txt) -> String {
    format!("\"{}\"", record.value)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;
    use crate::base::Explain;
    use crate::dns;
    use crate::dns::pages::MOST_PAGES;
    use crate::http::{self, Player, Source};

    const DOCS: Source = Source::written("2026-11-28", "https://www.vultr.com/api/#tag/dns");

    const LIST: &str = "/domains/example.org/records?per_page=500";

    #[tokio::test]
    async fn a_value_is_added_beside_another_one() {
        let service = Player::start([
            DOCS.get(LIST)
                .with_header("Authorization", "Bearer k3y")
                .answers(200, page(&[("1", "_acme-challenge", "\"old\"")], "")),
            DOCS.post("/domains/example.org/records")
                .with_header("Authorization", "Bearer k3y")
                .with_json(json!({
                    "name": "_acme-challenge",
                    "type": "TXT",
                    "data": "\"new\"",
                    "ttl": 60,
                }))
                .answers(201, json!({ "record": { "id": "2" } })),
        ])
        .await;
        let published = driver(&service).publish(&txt()).await;
        assert_eq!(published, Ok(Published::Done));
        service.finish();
    }

    #[tokio::test]
    async fn a_value_that_is_there_on_a_later_page_is_not_added_again() {
        let service = Player::start([
            DOCS.get(LIST).answers(200, page(&[], "bmV4dA==")),
            DOCS.get(&format!("{LIST}&cursor=bmV4dA%3D%3D"))
                .answers(200, page(&[("2", "_acme-challenge", "\"new\"")], "")),
        ])
        .await;
        driver(&service).publish(&txt()).await.unwrap();
        service.finish();
    }

    #[tokio::test]
    async fn a_list_without_an_end_is_given_up() {
        let circle = |path: &str| DOCS.get(path).answers(200, page(&[], "a"));
        let more = (1..MOST_PAGES).map(|_| circle(&format!("{LIST}&cursor=a")));
        let service = Player::start([circle(LIST)].into_iter().chain(more)).await;
        let error = driver(&service).publish(&txt()).await.unwrap_err();
        assert_eq!(error.code(), "dns.service-not-understood");
        service.finish();
    }

    #[tokio::test]
    async fn only_records_of_this_name_and_value_are_taken_away() {
        let records = [
            ("1", "_acme-challenge", "\"old\""),
            ("2", "_acme-challenge", "\"new\""),
            ("3", "_acme-challenge.www", "\"new\""),
            ("4", "", "\"new\""),
        ];
        let service = Player::start([
            DOCS.get(LIST).answers(200, page(&records, "")),
            DOCS.delete("/domains/example.org/records/2")
                .answers(204, Value::Null),
        ])
        .await;
        driver(&service).remove(&txt()).await.unwrap();
        service.finish();
    }

    #[tokio::test]
    async fn refusals_are_told_by_their_cause() {
        for (status, said, code) in [
            (401, "Invalid API token.", "dns.token-refused"),
            (404, "Invalid domain.", "dns.zone-not-in-account"),
            (429, "Rate limit exceeded.", "dns.rate-limited"),
            (500, "Internal error.", "dns.service-refused"),
        ] {
            let answer = json!({ "error": said, "status": status });
            let service = Player::start([DOCS.get(LIST).answers(status, answer)]).await;
            let error = driver(&service).publish(&txt()).await.unwrap_err();
            assert_eq!(error.code(), code);
            service.finish();
        }
    }

    #[tokio::test]
    async fn a_service_that_repeats_the_key_does_not_bring_it_into_the_error() {
        let answer = json!({ "error": "Invalid API key: s3cret", "status": 401 });
        let service = Player::start([DOCS.get(LIST).answers(401, answer)]).await;
        let error = keyed(&service, "s3cret").publish(&txt()).await.unwrap_err();
        let told = error.to_string();
        assert!(told.ends_with("Invalid API key: •••"), "{told}");
        service.finish();
    }

    #[tokio::test]
    async fn the_key_reaches_every_zone_of_the_account() {
        let zones = json!({
            "domains": [{ "domain": "example.org", "date_created": "", "dns_sec": "disabled" }],
            "meta": { "total": 1, "links": { "next": "", "prev": "" } },
        });
        let service = Player::start([DOCS.get("/domains?per_page=500").answers(200, zones)]).await;
        let reach = driver(&service).reach().await.unwrap();
        assert_eq!(
            reach,
            ZonesInReach::Everything(vec!["example.org".to_owned()])
        );
        service.finish();
    }

    fn driver(service: &Player) -> Box<dyn Driver> {
        keyed(service, "k3y")
    }

    fn keyed(service: &Player, key: &str) -> Box<dyn Driver> {
        let settings = BTreeMap::from([("endpoint".to_owned(), service.url().to_owned())]);
        let secrets = BTreeMap::from([("api-key".to_owned(), Secret::new(key.to_owned()))]);
        let http = http::Client::new(&http::Settings::default()).unwrap();
        let clock = std::sync::Arc::new(crate::base::SystemClock);
        dns::open("vultr", settings, secrets, http, clock).unwrap()
    }

    fn txt() -> Txt {
        Txt {
            zone: "example.org".parse().unwrap(),
            name: "_acme-challenge.example.org".parse().unwrap(),
            value: "new".to_owned(),
            ttl_secs: 60,
        }
    }

    fn page(records: &[(&str, &str, &str)], next: &str) -> Value {
        let records = records.iter().map(|(id, name, data)| {
            json!({ "id": id, "type": "TXT", "name": name, "data": data, "priority": -1, "ttl": 60 })
        });
        json!({
            "records": records.collect::<Vec<_>>(),
            "meta": { "total": 4, "links": { "next": next, "prev": "" } },
        })
    }
}
