//! The Vultr driver against exchanges written from its documentation.

use serde_json::Value;

use super::*;
use crate::base::Explain;
use crate::dns::Published;
use crate::dns::pages::MOST_PAGES;
use crate::dns::testing::{Form, txt, txt_in_child};
use crate::http::{Expected, Player, Source};

const DOCS: Source = Source::written("2026-11-28", "https://www.vultr.com/api/#tag/dns");

const FORM: Form = Form {
    kind: "vultr",
    settings: &[],
    secrets: &[("api-key", "k3y")],
};

const LIST: &str = "/domains/example.org/records?per_page=500";

#[tokio::test]
async fn a_value_is_published_in_quotation_marks_beside_another() {
    let service = Player::start([
        finds("example.org", true),
        lists(&[("1", "_acme-challenge", "\"old\"")], ""),
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
    let published = FORM.driver(&service).publish(&txt("new")).await;
    assert_eq!(published, Ok(Published::Done));
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_there_on_a_later_page_is_not_published_again() {
    for data in ["\"new\"", "new", "\"ne\" \"w\""] {
        let there = page(&[("2", "_acme-challenge", data)], "");
        let service = Player::start([
            finds("example.org", true),
            lists(&[], "bmV4dA=="),
            DOCS.get(&format!("{LIST}&cursor=bmV4dA%3D%3D"))
                .answers(200, there),
        ])
        .await;
        FORM.driver(&service).publish(&txt("new")).await.unwrap();
        service.finish();
    }
}

#[tokio::test]
async fn a_list_without_an_end_is_given_up() {
    let circle = |path: &str| DOCS.get(path).answers(200, page(&[], "a"));
    let more = (1..MOST_PAGES).map(|_| circle(&format!("{LIST}&cursor=a")));
    let mut script = vec![finds("example.org", true), circle(LIST)];
    script.extend(more);
    let service = Player::start(script).await;
    let error = FORM.driver(&service).publish(&txt("new")).await;
    assert_eq!(error.unwrap_err().code(), "dns.service-not-understood");
    service.finish();
}

#[tokio::test]
async fn only_records_of_this_name_and_value_are_taken_away_and_one_may_be_gone() {
    let records = [
        ("1", "_acme-challenge", "\"old\""),
        ("2", "_acme-challenge", "\"new\""),
        ("3", "_acme-challenge.www", "\"new\""),
        ("4", "", "\"new\""),
    ];
    let gone = json!({ "error": "Invalid record.", "status": 404 });
    for (status, answer) in [(204, Value::Null), (404, gone)] {
        let service = Player::start([
            finds("example.org", true),
            lists(&records, ""),
            DOCS.delete("/domains/example.org/records/2")
                .answers(status, answer),
        ])
        .await;
        FORM.driver(&service).remove(&txt("new")).await.unwrap();
        service.finish();
    }
}

#[tokio::test]
async fn a_zone_is_found_above_the_one_that_the_servers_name() {
    let service = Player::start([
        finds("dev.example.org", false),
        finds("example.org", true),
        lists(&[("2", "_acme-challenge.dev", "\"new\"")], ""),
    ])
    .await;
    let driver = FORM.driver(&service);
    driver.publish(&txt_in_child("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn each_refusal_is_told_by_its_cause_in_the_services_words_and_without_the_key() {
    let refusals = [
        (
            401,
            fails(401, "Invalid API token: k3y"),
            "dns.token-refused",
            "Invalid API token: •••",
        ),
        (
            404,
            fails(404, "Invalid domain."),
            "dns.zone-not-in-account",
            "example.org",
        ),
        (
            429,
            fails(429, "Rate limit exceeded."),
            "dns.rate-limited",
            "too many requests",
        ),
        (
            500,
            fails(500, "Internal error.\u{1b}"),
            "dns.service-refused",
            "Internal error.\\u{1b}",
        ),
        (
            200,
            json!({}),
            "dns.service-not-understood",
            "missing field `domain`",
        ),
    ];
    let find = || finds("example.org", true);
    FORM.tells_refusals_apart(Vec::new, find, &refusals).await;
}

#[tokio::test]
async fn the_key_reaches_every_zone_of_the_account() {
    let page = |number: usize, zones: &[String], has_more: bool| {
        let query = match number {
            0 => String::new(),
            number => format!("&cursor=c{number}"),
        };
        let next = match has_more {
            true => format!("c{}", number + 1),
            false => String::new(),
        };
        let zones = zones.iter().map(|zone| domain(zone));
        DOCS.get(&format!("/domains?per_page=500{query}"))
            .with_header("Authorization", "Bearer k3y")
            .answers(
                200,
                json!({
                    "domains": Value::from_iter(zones),
                    "meta": { "total": 3, "links": { "next": next, "prev": "" } },
                }),
            )
    };
    FORM.reads_every_page(Vec::new, 1, page, ZonesInReach::Everything)
        .await;
}

fn finds(zone: &str, is_there: bool) -> Expected {
    let found = DOCS.get(&format!("/domains/{zone}"));
    let found = found.with_header("Authorization", "Bearer k3y");
    match is_there {
        true => found.answers(200, json!({ "domain": domain(zone) })),
        false => found.answers(404, fails(404, "Invalid domain.")),
    }
}

fn domain(zone: &str) -> Value {
    json!({ "domain": zone, "date_created": "", "dns_sec": "disabled" })
}

fn lists(records: &[(&str, &str, &str)], next: &str) -> Expected {
    DOCS.get(LIST)
        .with_header("Authorization", "Bearer k3y")
        .answers(200, page(records, next))
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

fn fails(status: u16, said: &str) -> Value {
    json!({ "error": said, "status": status })
}
