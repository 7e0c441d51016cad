//! Porkbun through its API, version 3: every request is a POST that carries the keys in its body.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::base::{Evidence, FieldInfo, Secret, ZonesInReach};
use crate::dns::error::DnsError;
use crate::dns::given::Given;
use crate::dns::pages::Page;
use crate::dns::service::{Service, endpoint};
use crate::dns::text::unquoted;
use crate::dns::{Doing, Driver, ProviderKind, Published, Txt};
use crate::http::Request;

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "porkbun",
    title: TITLE,
    evidence: Evidence::Written,
    fields: &[
        FieldInfo::new(
            "api-key",
            "API key",
            "Begins with pk1_; API access has to be switched on for each domain as well",
        )
        .required()
        .secret(),
        FieldInfo::new(
            "secret-api-key",
            "Secret API key",
            "Begins with sk1_; it was shown once, together with the API key",
        )
        .required()
        .secret(),
        endpoint("https://api.porkbun.com/api/json/v3"),
    ],
    connect,
};

struct Porkbun {
    service: Service,
    key: Secret<String>,
    secret_key: Secret<String>,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    Ok(Box::new(Porkbun {
        service: Service::of(&given, TITLE)?,
        key: given.take_secret("api-key")?,
        secret_key: given.take_secret("secret-api-key")?,
    }))
}

impl Driver for Porkbun {
    fn publish<'a>(&'a self, record: &'a Txt) -> Doing<'a, Published> {
        Box::pin(async move {
            if self.ids(record).await?.is_empty() {
                let path = format!("/dns/create/{}", record.zone);
                let body = json!({
                    "name": relative(record),
                    "type": "TXT",
                    "content": record.value,
                    "ttl": record.ttl_secs.max(SHORTEST_TTL_SECS).to_string(),
                });
                self.ask::<Value>(&path, body).await?;
            }
            Ok(Published::Done)
        })
    }

    fn remove<'a>(&'a self, record: &'a Txt) -> Doing<'a, ()> {
        Box::pin(async move {
            for id in self.ids(record).await? {
                let path = format!("/dns/delete/{}/{id}", record.zone);
                self.ask::<Value>(&path, json!({})).await?;
            }
            Ok(())
        })
    }

    fn reach(&self) -> Doing<'_, ZonesInReach> {
        Box::pin(async move {
            let zones = self.service.every_page(0, |start: usize| async move {
                let body = json!({ "start": start.to_string() });
                let list: Domains = self.ask("/domain/listAll", body).await?;
                Ok(Page {
                    next: (!list.domains.is_empty()).then_some(start + list.domains.len()),
                    items: list.domains.into_iter().map(|zone| zone.domain).collect(),
                })
            });
            Ok(ZonesInReach::Everything(zones.await?))
        })
    }
}

impl Porkbun {
    /// Of the records that hold exactly this value.
    async fn ids(&self, record: &Txt) -> Result<Vec<String>, DnsError> {
        let path = match relative(record) {
            "" => format!("/dns/retrieveByNameType/{}/TXT", record.zone),
            name => format!("/dns/retrieveByNameType/{}/TXT/{name}", record.zone),
        };
        let found: Records = self.ask(&path, json!({})).await?;
        let same = found
            .records
            .into_iter()
            .filter(|known| unquoted(&known.content) == record.value);
        Ok(same.map(|known| known.id).collect())
    }

    async fn ask<T: DeserializeOwned>(&self, path: &str, mut body: Value) -> Result<T, DnsError> {
        self.key.expose(|key| body["apikey"] = json!(key));
        self.secret_key
            .expose(|key| body["secretapikey"] = json!(key));
        let request = Request::post(self.service.url(path))
            .json(&body)
            .knowing(&self.key)
            .knowing(&self.secret_key);
        self.service.ask_json(request).await
    }
}

/// The zone itself has the empty name.
fn relative(record: &Txt) -> &str {
    record.name.relative_to(&record.zone).unwrap_or_default()
}

#[derive(Deserialize)]
struct Records {
    records: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    id: String,
    content: String,
}

#[derive(Deserialize)]
struct Domains {
    domains: Vec<Domain>,
}

#[derive(Deserialize)]
struct Domain {
    domain: String,
}

const TITLE: &str = "Porkbun";

/// The service takes no shorter one.
const SHORTEST_TTL_SECS: u32 = 600;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::base::Explain;
    use crate::dns;
    use crate::http::{self, Expected, Player, Source};

    const DOCS: Source = Source::written(
        "2026-11-28",
        "https://porkbun.com/api/json/v3/documentation",
    );

    #[tokio::test]
    async fn a_value_is_added_beside_another_one_with_a_ttl_that_is_taken() {
        let service = Player::start([
            retrieve("/TXT/_acme-challenge", &[("1", "old")]),
            DOCS.post("/dns/create/example.org")
                .with_json(with_keys(json!({
                    "name": "_acme-challenge",
                    "type": "TXT",
                    "content": "new",
                    "ttl": "600",
                })))
                .answers(200, json!({ "status": "SUCCESS", "id": 2 })),
        ])
        .await;
        let record = txt("_acme-challenge.example.org");
        let published = driver(&service).publish(&record).await;
        assert_eq!(published, Ok(Published::Done));
        service.finish();
    }

    #[tokio::test]
    async fn a_value_that_is_there_is_not_added_again() {
        for content in ["new", "\"new\"", "\"ne\" \"w\""] {
            let service = Player::start([retrieve("/TXT", &[("2", content)])]).await;
            driver(&service).publish(&txt("example.org")).await.unwrap();
            service.finish();
        }
    }

    #[tokio::test]
    async fn only_the_one_value_is_taken_away() {
        let service = Player::start([
            retrieve("/TXT/_acme-challenge", &[("1", "old"), ("2", "new")]),
            DOCS.post("/dns/delete/example.org/2")
                .with_json(with_keys(json!({})))
                .answers(200, json!({ "status": "SUCCESS" })),
        ])
        .await;
        let record = txt("_acme-challenge.example.org");
        driver(&service).remove(&record).await.unwrap();
        service.finish();
    }

    #[tokio::test]
    async fn domains_are_listed_until_a_page_is_empty() {
        let page = |start: &str, domains: &[&str]| {
            let domains: Vec<_> = domains
                .iter()
                .map(|name| json!({ "domain": name }))
                .collect();
            DOCS.post("/domain/listAll")
                .with_json(with_keys(json!({ "start": start })))
                .answers(200, json!({ "status": "SUCCESS", "domains": domains }))
        };
        let service = Player::start([page("0", &["example.org", "a.test"]), page("2", &[])]).await;
        let expected = ["example.org", "a.test"].map(str::to_owned).to_vec();
        let reach = driver(&service).reach().await.unwrap();
        assert_eq!(reach, ZonesInReach::Everything(expected));
        service.finish();
    }

    #[tokio::test]
    async fn refusals_are_told_in_the_services_words_and_without_the_keys() {
        for (status, said, code) in [
            (403, "Invalid API key pk1_a. (002)", "dns.token-refused"),
            (
                400,
                "Domain is not opted in to API access.",
                "dns.service-refused",
            ),
        ] {
            let answer = json!({ "status": "ERROR", "message": said });
            let service = Player::start([DOCS
                .post("/dns/retrieveByNameType/example.org/TXT")
                .answers(status, answer)])
            .await;
            let error = driver(&service)
                .publish(&txt("example.org"))
                .await
                .unwrap_err();
            assert_eq!(error.code(), code);
            let told = error.to_string();
            assert!(told.ends_with(&said.replace("pk1_a", "•••")), "{told}");
            service.finish();
        }
    }

    fn driver(service: &Player) -> Box<dyn Driver> {
        let settings = BTreeMap::from([("endpoint".to_owned(), service.url().to_owned())]);
        let secrets = [("api-key", "pk1_a"), ("secret-api-key", "sk1_b")];
        let secrets = secrets.map(|(name, key)| (name.to_owned(), Secret::new(key.to_owned())));
        let http = http::Client::new(&http::Settings::default()).unwrap();
        let clock = std::sync::Arc::new(crate::base::SystemClock);
        dns::open("porkbun", settings, secrets.into(), http, clock).unwrap()
    }

    fn txt(name: &str) -> Txt {
        Txt {
            zone: "example.org".parse().unwrap(),
            name: name.parse().unwrap(),
            value: "new".to_owned(),
            ttl_secs: 60,
        }
    }

    fn with_keys(mut body: Value) -> Value {
        body["apikey"] = json!("pk1_a");
        body["secretapikey"] = json!("sk1_b");
        body
    }

    fn retrieve(path: &str, records: &[(&str, &str)]) -> Expected {
        let records: Vec<_> = records
            .iter()
            .map(|(id, content)| json!({ "id": id, "type": "TXT", "content": content, "ttl": "600" }))
            .collect();
        DOCS.post(&format!("/dns/retrieveByNameType/example.org{path}"))
            .with_json(with_keys(json!({})))
            .answers(200, json!({ "status": "SUCCESS", "records": records }))
    }
}
