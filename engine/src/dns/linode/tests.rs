//! The Linode driver against exchanges written from its documentation.

use serde_json::Value;

use super::*;
use crate::dns::Published;
use crate::dns::testing::{Form, txt, txt_in_child};
use crate::http::{Expected, Player, Source};

const DOCS: Source = Source::written(
    "2026-11-28",
    "https://techdocs.akamai.com/linode-api/reference/post-domain-record",
);

const FORM: Form = Form {
    kind: "linode",
    settings: &[],
    secrets: &[("token", "t0ken")],
};

#[tokio::test]
async fn a_value_is_published_beside_another() {
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
    let published = FORM.driver(&service).publish(&txt("new")).await;
    assert_eq!(published, Ok(Published::Done));
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_there_is_not_published_again() {
    for target in ["new", "\"new\"", "\"ne\" \"w\""] {
        let there = records(&[(2, "_acme-challenge", target)]);
        let service = Player::start([zones(), there]).await;
        FORM.driver(&service).publish(&txt("new")).await.unwrap();
        service.finish();
    }
}

#[tokio::test]
async fn only_records_of_this_name_and_value_are_taken_away_and_one_may_be_gone() {
    let gone = json!({ "errors": [{ "reason": "Not found" }] });
    for (status, answer) in [(200, json!({})), (404, gone)] {
        let service = Player::start([
            zones(),
            records(&[
                (1, "_acme-challenge", "old"),
                (2, "_acme-challenge", "new"),
                (3, "_acme-challenge.www", "new"),
            ]),
            DOCS.delete("/domains/7/records/2").answers(status, answer),
        ])
        .await;
        FORM.driver(&service).remove(&txt("new")).await.unwrap();
        service.finish();
    }
}

#[tokio::test]
async fn a_zone_is_found_above_the_one_that_the_servers_name() {
    let there = records(&[(2, "_acme-challenge.dev", "new")]);
    let service = Player::start([zones(), zones(), there]).await;
    let driver = FORM.driver(&service);
    driver.publish(&txt_in_child("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn each_refusal_is_told_by_its_cause_and_in_the_services_words() {
    let fails = |said| json!({ "errors": [{ "reason": said }] });
    let others = json!([{ "id": 7, "domain": "a.test", "type": "master" }]);
    let refusals = [
        (
            401,
            fails("Invalid Token"),
            "dns.token-refused",
            "Invalid Token",
        ),
        (
            403,
            fails("Unauthorized"),
            "dns.token-refused",
            "Unauthorized",
        ),
        (
            400,
            fails("Invalid TTL\u{1b}"),
            "dns.service-refused",
            "Invalid TTL\\u{1b}",
        ),
        (200, list(others), "dns.zone-not-in-account", "example.org"),
        (
            200,
            json!({}),
            "dns.service-not-understood",
            "missing field `data`",
        ),
    ];
    let find = || DOCS.get("/domains?page=1&page_size=500");
    FORM.tells_refusals_apart(Vec::new, find, &refusals).await;
}

#[tokio::test]
async fn the_token_reaches_every_zone_of_the_account() {
    let page = |number: usize, zones: &[String], has_more: bool| {
        let number = number + 1;
        let zones = zones.iter();
        let zones = zones.map(|zone| json!({ "id": 7, "domain": zone, "type": "master" }));
        let data = Value::from_iter(zones);
        let pages = if has_more { number + 1 } else { number };
        DOCS.get(&format!("/domains?page={number}&page_size=500"))
            .with_header("Authorization", "Bearer t0ken")
            .answers(
                200,
                json!({ "data": data, "page": number, "pages": pages, "results": 3 }),
            )
    };
    FORM.reads_every_page(Vec::new, 1, page, ZonesInReach::Everything)
        .await;
}

fn zones() -> Expected {
    let zone = json!({ "id": 7, "domain": "example.org", "type": "master" });
    DOCS.get("/domains?page=1&page_size=500")
        .with_header("Authorization", "Bearer t0ken")
        .answers(200, list(json!([zone])))
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
