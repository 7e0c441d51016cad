//! The Cloudflare driver against exchanges written from its documentation.

use super::*;
use crate::base::Explain;
use crate::dns::Published;
use crate::dns::testing::{Form, txt, txt_in_child};
use crate::http::{Expected, Player, Source};

const DOCS: Source = Source::written(
    "2026-11-28",
    "https://developers.cloudflare.com/api/resources/dns/subresources/records/",
);

const FORM: Form = Form {
    kind: "cloudflare",
    settings: &[],
    secrets: &[("api-token", "t0ken")],
};

const RECORDS: &str = "/zones/023e105f4ecef8ad9ca31a8372d0c353/dns_records";

#[tokio::test]
async fn a_value_is_published_in_quotation_marks_where_there_was_none() {
    let created = json!({ "success": true, "errors": [], "result": record("1", "\"new\"") });
    let service = Player::start([
        finds("example.org", true),
        lists(&[]),
        creates().answers(200, created),
    ])
    .await;
    let published = FORM.driver(&service).publish(&txt("new")).await;
    assert_eq!(published, Ok(Published::Done));
    service.finish();
}

#[tokio::test]
async fn another_value_stays_where_it_is() {
    let created = json!({ "success": true, "errors": [], "result": record("2", "\"new\"") });
    let service = Player::start([
        finds("example.org", true),
        lists(&[("1", "\"old\"")]),
        creates().answers(200, created),
    ])
    .await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_there_is_not_published_again() {
    for content in ["\"new\"", "new"] {
        let script = [finds("example.org", true), lists(&[("1", content)])];
        let service = Player::start(script).await;
        FORM.driver(&service).publish(&txt("new")).await.unwrap();
        service.finish();
    }
    let identical = fails(81058, "An identical record already exists.");
    let service = Player::start([
        finds("example.org", true),
        lists(&[]),
        creates().answers(400, identical),
    ])
    .await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn only_the_one_value_is_taken_away() {
    let service = Player::start([
        finds("example.org", true),
        lists(&[("1", "\"old\""), ("2", "\"new\"")]),
        deletes("2").answers(200, json!({ "result": { "id": "2" } })),
    ])
    .await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_missing_or_just_gone_is_removed_without_complaint() {
    let script = [finds("example.org", true), lists(&[("1", "\"old\"")])];
    let service = Player::start(script).await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
    let gone = fails(81044, "Record does not exist.");
    let service = Player::start([
        finds("example.org", true),
        lists(&[("2", "\"new\"")]),
        deletes("2").answers(404, gone),
    ])
    .await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_zone_is_found_above_the_one_that_the_servers_name() {
    let parent = "_acme-challenge.dev.example.org";
    let query = format!("{RECORDS}?type=TXT&name.exact={parent}&per_page=100");
    let there = json!({ "id": "1", "name": parent, "content": "\"new\"" });
    let service = Player::start([
        finds("dev.example.org", false),
        finds("example.org", true),
        DOCS.get(&query).answers(200, json!({ "result": [there] })),
    ])
    .await;
    let driver = FORM.driver(&service);
    driver.publish(&txt_in_child("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn each_refusal_is_told_by_its_cause_and_in_the_services_words() {
    let find = || DOCS.get("/zones?name=example.org");
    let refusals = [
        (
            403,
            fails(9109, "Invalid access token"),
            "dns.token-refused",
            "Invalid access token",
        ),
        (
            400,
            fails(6003, "Invalid request headers"),
            "dns.token-refused",
            "Invalid request headers",
        ),
        (
            200,
            json!({ "success": true, "errors": [], "result": [] }),
            "dns.zone-not-in-account",
            "example.org",
        ),
        (
            400,
            fails(1001, "Invalid zone\u{1b}"),
            "dns.service-refused",
            "Invalid zone\\u{1b}",
        ),
        (
            200,
            json!({ "success": true }),
            "dns.service-not-understood",
            "missing field `result`",
        ),
    ];
    FORM.tells_refusals_apart(Vec::new, find, &refusals).await;
}

#[tokio::test]
async fn every_page_of_zones_is_in_reach() {
    let page = |number: usize, zones: &[String], has_more: bool| {
        let page = number + 1;
        let pages = if has_more { page + 1 } else { page };
        let info = json!({ "page": page, "per_page": 50, "total_pages": pages, "total_count": 51 });
        let zones = zones.iter().map(|name| json!({ "id": "1", "name": name }));
        let zones = Value::from_iter(zones);
        DOCS.get(&format!("/zones?per_page=50&page={page}"))
            .with_header("Authorization", "Bearer t0ken")
            .answers(200, json!({ "result": zones, "result_info": info }))
    };
    FORM.reads_every_page(Vec::new, 1, page, ZonesInReach::Listed)
        .await;
}

#[tokio::test]
async fn a_token_that_reaches_nothing_is_asked_what_is_wrong_with_it() {
    let zones = || DOCS.get("/zones?per_page=50&page=1");
    let verify = || DOCS.get("/user/tokens/verify");
    let none = json!({ "result": [], "result_info": { "total_pages": 0 } });
    let expired = json!({ "result": { "id": "1", "status": "expired" } });
    let active = json!({ "result": { "id": "1", "status": "active" } });
    let script = [
        zones().answers(200, none.clone()),
        verify().answers(200, expired),
    ];
    let service = Player::start(script).await;
    let error = FORM.driver(&service).reach().await.unwrap_err();
    assert_eq!(error.code(), "dns.token-refused");
    assert!(error.to_string().contains("is expired"), "{error}");
    service.finish();
    let script = [zones().answers(200, none), verify().answers(200, active)];
    let service = Player::start(script).await;
    let reach = FORM.driver(&service).reach().await;
    assert_eq!(reach, Ok(ZonesInReach::Listed(Vec::new())));
    service.finish();
}

#[tokio::test]
async fn a_token_that_is_refused_is_asked_too_but_not_about_a_fault_of_the_services() {
    let zones = || DOCS.get("/zones?per_page=50&page=1");
    let disabled = json!({ "result": { "id": "1", "status": "disabled" } });
    let script = [
        zones().answers(403, fails(9109, "Invalid access token")),
        DOCS.get("/user/tokens/verify").answers(200, disabled),
    ];
    let service = Player::start(script).await;
    let error = FORM.driver(&service).reach().await.unwrap_err();
    assert!(error.to_string().contains("is disabled"), "{error}");
    service.finish();

    let down = fails(10000, "Internal error");
    let service = Player::start([zones().answers(500, down)]).await;
    let error = FORM.driver(&service).reach().await.unwrap_err();
    assert_eq!(error.code(), "dns.service-refused");
    assert!(error.to_string().contains("Internal error"), "{error}");
    service.finish();
}

fn finds(name: &str, is_there: bool) -> Expected {
    let zone = json!({ "id": "023e105f4ecef8ad9ca31a8372d0c353", "name": name });
    let zones: Vec<_> = is_there.then_some(zone).into_iter().collect();
    DOCS.get(&format!("/zones?name={name}"))
        .with_header("Authorization", "Bearer t0ken")
        .answers(
            200,
            json!({ "success": true, "errors": [], "result": zones }),
        )
}

fn lists(records: &[(&str, &str)]) -> Expected {
    let name = "_acme-challenge.example.org";
    let query = format!("{RECORDS}?type=TXT&name.exact={name}&per_page=100");
    let records: Vec<_> = records
        .iter()
        .map(|(id, content)| record(id, content))
        .collect();
    DOCS.get(&query).answers(200, json!({ "result": records }))
}

fn creates() -> Expected {
    DOCS.post(RECORDS)
        .with_header("Authorization", "Bearer t0ken")
        .with_json(json!({
            "type": "TXT",
            "name": "_acme-challenge.example.org",
            "content": "\"new\"",
            "ttl": 60,
        }))
}

fn deletes(id: &str) -> Expected {
    DOCS.delete(&format!("{RECORDS}/{id}"))
}

fn record(id: &str, content: &str) -> Value {
    let name = "_acme-challenge.example.org";
    json!({ "id": id, "type": "TXT", "name": name, "content": content, "ttl": 60 })
}

fn fails(code: u64, message: &str) -> Value {
    let error = json!({ "code": code, "message": message });
    json!({ "success": false, "errors": [error], "messages": [], "result": null })
}
