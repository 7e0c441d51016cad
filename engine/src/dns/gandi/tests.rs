//! The Gandi driver against exchanges written from its documentation.

use super::*;
use crate::dns::Published;
use crate::dns::testing::{Form, txt, txt_in_child};
use crate::http::{Expected, Player, Source};

const DOCS: Source = Source::written("2026-11-28", "https://api.gandi.net/docs/livedns/");

const FORM: Form = Form {
    kind: "gandi",
    settings: &[],
    secrets: &[("personal-access-token", "t0ken")],
};

const SET: &str = "/domains/example.org/records/_acme-challenge/TXT";

#[tokio::test]
async fn a_set_is_made_with_the_shortest_time_to_live_there_is() {
    let script = [
        finds("example.org", true),
        reads(&[]),
        writes(300, &["new"]),
        reads(&["new"]),
    ];
    let service = Player::start(script).await;
    let published = FORM.driver(&service).publish(&txt("new")).await;
    assert_eq!(published, Ok(Published::Done));
    service.finish();
}

#[tokio::test]
async fn a_value_is_put_beside_another_whose_time_to_live_stays() {
    let service = Player::start([
        finds("example.org", true),
        reads(&["old"]),
        writes(1200, &["old", "new"]),
        reads(&["old", "new"]),
    ])
    .await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_there_is_not_written_again_nor_one_that_is_missing_removed() {
    let service = Player::start([finds("example.org", true), reads(&["old", "new"])]).await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
    for values in [&["old"][..], &[]] {
        let service = Player::start([finds("example.org", true), reads(values)]).await;
        FORM.driver(&service).remove(&txt("new")).await.unwrap();
        service.finish();
    }
}

#[tokio::test]
async fn only_the_one_value_is_taken_away_and_the_last_one_with_its_set() {
    let service = Player::start([
        finds("example.org", true),
        reads(&["old", "new"]),
        writes(1200, &["old"]),
        reads(&["old"]),
    ])
    .await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
    for status in [204, 404] {
        let service = Player::start([
            finds("example.org", true),
            reads(&["new"]),
            DOCS.delete(SET).answers(status, Value::Null),
            reads(&[]),
        ])
        .await;
        FORM.driver(&service).remove(&txt("new")).await.unwrap();
        service.finish();
    }
}

#[tokio::test]
async fn a_zone_is_found_above_the_one_that_the_servers_name() {
    let there = json!({ "rrset_values": ["\"new\""], "rrset_ttl": 300 });
    let service = Player::start([
        finds("dev.example.org", false),
        finds("example.org", true),
        DOCS.get("/domains/example.org/records/_acme-challenge.dev/TXT")
            .answers(200, there),
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
            fails(401, "Bad authentication attempt"),
            "dns.token-refused",
            "Bad authentication attempt",
        ),
        (
            403,
            fails(403, "Access was denied to this resource."),
            "dns.token-refused",
            "Access was denied",
        ),
        (
            404,
            fails(404, "The resource could not be found."),
            "dns.zone-not-in-account",
            "example.org",
        ),
        (
            400,
            fails(400, "Malformed\u{1b}"),
            "dns.service-refused",
            "Malformed\\u{1b}",
        ),
        (
            200,
            json!({}),
            "dns.service-not-understood",
            "missing field `fqdn`",
        ),
    ];
    FORM.tells_refusals_apart(Vec::new, find, &refusals).await;
}

#[tokio::test]
async fn every_page_of_domains_is_in_reach() {
    let many: Vec<_> = (0..100)
        .map(|number| json!({ "fqdn": format!("{number}.test") }))
        .collect();
    let service = Player::start([
        DOCS.get("/domains?per_page=100&page=1")
            .with_header("Authorization", "Bearer t0ken")
            .answers(200, json!(many)),
        DOCS.get("/domains?per_page=100&page=2")
            .answers(200, json!([{ "fqdn": "example.org" }])),
    ])
    .await;
    let reach = FORM.driver(&service).reach().await;
    let Ok(ZonesInReach::Listed(zones)) = reach else {
        panic!("{reach:?}");
    };
    assert_eq!(zones.len(), 101);
    assert_eq!(zones[100], "example.org");
    service.finish();
}

fn finds(name: &str, is_there: bool) -> Expected {
    let found = DOCS.get(&format!("/domains/{name}"));
    let found = found.with_header("Authorization", "Bearer t0ken");
    match is_there {
        true => found.answers(200, json!({ "fqdn": name, "automatic_snapshots": false })),
        false => found.answers(404, fails(404, "The resource could not be found.")),
    }
}

fn reads(values: &[&str]) -> Expected {
    let body = json!({
        "rrset_name": "_acme-challenge",
        "rrset_type": "TXT",
        "rrset_ttl": 1200,
        "rrset_values": quoted(values),
    });
    match values {
        [] => DOCS.get(SET).answers(404, fails(404, "Can't find it.")),
        _ => DOCS.get(SET).answers(200, body),
    }
}

fn writes(ttl_secs: u32, values: &[&str]) -> Expected {
    let body = json!({ "rrset_ttl": ttl_secs, "rrset_values": quoted(values) });
    let created = json!({ "message": "DNS Record Created" });
    DOCS.put(SET).with_json(body).answers(201, created)
}

fn quoted(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| format!("\"{value}\"")).collect()
}

fn fails(code: u16, message: &str) -> Value {
    json!({ "object": "HTTPError", "code": code, "message": message, "cause": "Told" })
}
