//! The DigitalOcean driver against exchanges written from its documentation.

use serde_json::Value;

use super::*;
use crate::dns::Published;
use crate::dns::testing::{Form, txt, txt_in_child};
use crate::http::{Expected, Player, Source};

const DOCS: Source = Source::written(
    "2026-11-28",
    "https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records",
);

const FORM: Form = Form {
    kind: "digitalocean",
    settings: &[],
    secrets: &[("api-token", "t0ken")],
};

const RECORDS: &str = "/domains/example.org/records";

#[tokio::test]
async fn a_value_is_published_whether_or_not_there_is_another() {
    for records in [&[][..], &[(1, "old")]] {
        let service = Player::start([finds("example.org", true), lists(records), creates()]).await;
        let published = FORM.driver(&service).publish(&txt("new")).await;
        assert_eq!(published, Ok(Published::Done));
        service.finish();
    }
}

#[tokio::test]
async fn a_value_that_is_there_is_not_published_again() {
    let script = [finds("example.org", true), lists(&[(1, "old"), (2, "new")])];
    let service = Player::start(script).await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn only_the_one_value_is_taken_away() {
    let service = Player::start([
        finds("example.org", true),
        lists(&[(1, "old"), (2, "new")]),
        deletes(2).answers(204, Value::Null),
    ])
    .await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_missing_or_just_gone_is_removed_without_complaint() {
    let service = Player::start([finds("example.org", true), lists(&[(1, "old")])]).await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
    let service = Player::start([
        finds("example.org", true),
        lists(&[(2, "new")]),
        deletes(2).answers(404, fails("not_found", "Not found.")),
    ])
    .await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_zone_is_found_above_the_one_that_the_servers_name() {
    let name = "_acme-challenge.dev.example.org";
    let query = format!("{RECORDS}?type=TXT&name={name}&per_page=200");
    let there = json!({ "id": 1, "type": "TXT", "name": "_acme-challenge.dev", "data": "new" });
    let service = Player::start([
        finds("dev.example.org", false),
        finds("example.org", true),
        DOCS.get(&query)
            .answers(200, json!({ "domain_records": [there] })),
    ])
    .await;
    let driver = FORM.driver(&service);
    driver.publish(&txt_in_child("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn each_refusal_is_told_by_its_cause_and_in_the_services_words() {
    let find = || DOCS.get("/domains/example.org");
    let refusals = [
        (
            401,
            fails("Unauthorized", "Unable to authenticate you"),
            "dns.token-refused",
            "Unable to authenticate you",
        ),
        (
            403,
            fails(
                "Forbidden",
                "You are not authorized to perform this operation",
            ),
            "dns.token-refused",
            "not authorized",
        ),
        (
            404,
            fails(
                "not_found",
                "The resource you were accessing could not be found.",
            ),
            "dns.zone-not-in-account",
            "example.org",
        ),
        (
            500,
            fails("server_error", "Unexpected server-side error\u{1b}"),
            "dns.service-refused",
            "Unexpected server-side error\\u{1b}",
        ),
        (
            200,
            json!({ "domains": [] }),
            "dns.service-not-understood",
            "missing field `domain`",
        ),
    ];
    FORM.tells_refusals_apart(Vec::new, find, &refusals).await;
}

#[tokio::test]
async fn the_token_reaches_every_domain_of_the_team() {
    let page = |number: usize, domains: &[String], has_more: bool| {
        let page = number + 1;
        let next = "https://api.digitalocean.com/v2/domains?page=2&per_page=200";
        let links = match has_more {
            true => json!({ "pages": { "next": next, "last": next } }),
            false => json!({}),
        };
        let domains = domains.iter();
        let domains = domains.map(|name| json!({ "name": name, "ttl": 1800, "zone_file": "" }));
        let domains = Value::from_iter(domains);
        let meta = json!({ "total": 201 });
        DOCS.get(&format!("/domains?per_page=200&page={page}"))
            .with_header("Authorization", "Bearer t0ken")
            .answers(
                200,
                json!({ "domains": domains, "links": links, "meta": meta }),
            )
    };
    FORM.reads_every_page(Vec::new, 1, page, ZonesInReach::Everything)
        .await;
}

fn finds(name: &str, is_there: bool) -> Expected {
    let found = DOCS.get(&format!("/domains/{name}"));
    let found = found.with_header("Authorization", "Bearer t0ken");
    match is_there {
        true => found.answers(200, json!({ "domain": { "name": name, "ttl": 1800 } })),
        false => found.answers(404, fails("not_found", "Not found.")),
    }
}

fn lists(records: &[(u64, &str)]) -> Expected {
    let name = "_acme-challenge.example.org";
    let query = format!("{RECORDS}?type=TXT&name={name}&per_page=200");
    let records: Vec<_> = records.iter().map(|(id, data)| record(*id, data)).collect();
    let body = json!({ "domain_records": records, "links": {}, "meta": { "total": 1 } });
    DOCS.get(&query).answers(200, body)
}

fn creates() -> Expected {
    let body = json!({ "type": "TXT", "name": "_acme-challenge", "data": "new", "ttl": 60 });
    DOCS.post(RECORDS)
        .with_json(body)
        .answers(201, json!({ "domain_record": record(3, "new") }))
}

fn deletes(id: u64) -> Expected {
    DOCS.delete(&format!("{RECORDS}/{id}"))
}

fn record(id: u64, data: &str) -> Value {
    json!({ "id": id, "type": "TXT", "name": "_acme-challenge", "data": data, "ttl": 60 })
}

fn fails(id: &str, message: &str) -> Value {
    json!({ "id": id, "message": message })
}
