//! The PowerDNS driver against exchanges written from its documentation.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::*;
use crate::base::{Explain, SystemClock};
use crate::dns;
use crate::http::{self, Expected, Player, Source};

const DOCS: Source = Source::written(
    "2026-11-28",
    "https://doc.powerdns.com/authoritative/http-api/zone.html",
);

const ZONE: &str = "/api/v1/servers/localhost/zones/example.org.";
const READ: &str = "/api/v1/servers/localhost/zones/example.org.\
                    ?rrset_name=_acme-challenge.example.org.&rrset_type=TXT";

#[tokio::test]
async fn a_value_is_put_beside_those_that_are_there() {
    let service = Player::start([
        reads(&["old"]),
        writes("REPLACE", &["old", "new"]),
        reads(&["old", "new"]),
    ])
    .await;
    let driver = driver(&service);
    assert_eq!(driver.publish(&txt("new")).await, Ok(Published::Done));
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_there_is_not_written_again() {
    let service = Player::start([reads(&["old", "new"])]).await;
    let driver = driver(&service);
    assert_eq!(driver.publish(&txt("new")).await, Ok(Published::Done));
    service.finish();
}

#[tokio::test]
async fn only_the_one_value_is_taken_away() {
    let service = Player::start([
        reads(&["old", "new"]),
        writes("REPLACE", &["old"]),
        reads(&["old"]),
    ])
    .await;
    driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn the_last_value_takes_the_record_set_with_it() {
    let service = Player::start([reads(&["new"]), writes("DELETE", &[]), reads(&[])]).await;
    driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_missing_is_removed_without_a_write() {
    let service = Player::start([reads(&["old"])]).await;
    driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_write_that_somebody_else_overwrote_is_done_again() {
    let service = Player::start([
        reads(&[]),
        writes("REPLACE", &["new"]),
        reads(&["theirs"]),
        writes("REPLACE", &["theirs", "new"]),
        reads(&["theirs", "new"]),
    ])
    .await;
    driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_record_that_never_holds_is_given_up() {
    let mut script = Vec::new();
    for _ in 0..ATTEMPTS {
        script.push(reads(&[]));
        script.push(writes("REPLACE", &["new"]));
    }
    script.push(reads(&[]));
    let service = Player::start(script).await;
    let error = driver(&service).publish(&txt("new")).await.unwrap_err();
    assert_eq!(error.code(), "dns.keeps-changing");
    service.finish();
}

#[tokio::test]
async fn a_disabled_value_does_not_count_and_stays() {
    let disabled = json!({ "content": "\"new\"", "disabled": true });
    let enabled = json!({ "content": "\"new\"", "disabled": false });
    let both = json!([disabled, enabled]);
    let service = Player::start([
        DOCS.get(READ).answers(200, zone(json!([disabled]))),
        DOCS.patch(ZONE)
            .with_json(change("REPLACE", both.clone()))
            .answers(204, Json::Null),
        DOCS.get(READ).answers(200, zone(both)),
    ])
    .await;
    driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn each_refusal_is_told_by_its_cause_and_in_the_servers_words() {
    for (status, body, code, words) in [
        (
            401,
            json!("Unauthorized"),
            "dns.token-refused",
            "Unauthorized",
        ),
        (
            404,
            json!({ "error": "Not Found" }),
            "dns.zone-not-in-account",
            "example.org",
        ),
        (
            422,
            json!({ "error": "Out of zone\u{1b}" }),
            "dns.service-refused",
            "Out of zone\\u{1b}",
        ),
        (500, Json::Null, "dns.service-refused", "500"),
        (
            200,
            json!({ "nothing": 1 }),
            "dns.service-not-understood",
            "missing field",
        ),
    ] {
        let service = Player::start([DOCS.get(READ).answers(status, body)]).await;
        let error = driver(&service).publish(&txt("new")).await.unwrap_err();
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains(words), "{error}");
        service.finish();
    }
}

#[tokio::test]
async fn the_key_reaches_every_zone_of_the_server() {
    let zones = json!([{ "name": "example.org." }, { "name": "a.test." }]);
    let service = Player::start([DOCS
        .get("/api/v1/servers/localhost/zones")
        .with_header("X-API-Key", "k3y")
        .answers(200, zones)])
    .await;
    let expected = ["example.org", "a.test"].map(str::to_owned).to_vec();
    let reach = driver(&service).reach().await.unwrap();
    assert_eq!(reach, ZonesInReach::Everything(expected));
    service.finish();
}

fn driver(service: &Player) -> Box<dyn Driver> {
    let settings = BTreeMap::from([("endpoint".to_owned(), service.url().to_owned())]);
    let secrets = BTreeMap::from([("api-key".to_owned(), Secret::new("k3y".to_owned()))]);
    let http = http::Client::new(&http::Settings::default()).unwrap();
    dns::open("powerdns", settings, secrets, http, Arc::new(SystemClock)).unwrap()
}

fn txt(value: &str) -> Txt {
    Txt {
        zone: "example.org".parse().unwrap(),
        name: "_acme-challenge.example.org".parse().unwrap(),
        value: value.to_owned(),
        ttl_secs: 60,
    }
}

fn reads(values: &[&str]) -> Expected {
    DOCS.get(READ)
        .with_header("X-API-Key", "k3y")
        .answers(200, zone(records(values)))
}

fn writes(kind: &str, values: &[&str]) -> Expected {
    DOCS.patch(ZONE)
        .with_header("X-API-Key", "k3y")
        .with_json(change(kind, records(values)))
        .answers(204, Json::Null)
}

/// An older server lists everything.
fn zone(records: Json) -> Json {
    json!({ "name": "example.org.", "rrsets": [
        { "name": "example.org.", "type": "TXT", "ttl": 5, "records": [{ "content": "\"new\"" }] },
        { "name": "_acme-challenge.example.org.", "type": "TXT", "ttl": 5, "records": records },
    ] })
}

fn change(kind: &str, records: Json) -> Json {
    json!({ "rrsets": [{
        "name": "_acme-challenge.example.org.",
        "type": "TXT",
        "ttl": 60,
        "changetype": kind,
        "records": records,
    }] })
}

fn records(values: &[&str]) -> Json {
    let record = |value: &&str| json!({ "content": format!("\"{value}\""), "disabled": false });
    values.iter().map(record).collect()
}
