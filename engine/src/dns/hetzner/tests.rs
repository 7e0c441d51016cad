//! The Hetzner driver against exchanges written from the documentation of the Cloud API.

use super::*;
use crate::base::Explain;
use crate::dns::Published;
use crate::dns::testing::{Form, txt, txt_in_child};
use crate::http::{Expected, Player, Source};

const DOCS: Source = Source::written(
    "2026-11-28",
    "https://docs.hetzner.cloud/reference/cloud#zone-rrset-actions",
);

const FORM: Form = Form {
    kind: "hetzner",
    settings: &[],
    secrets: &[("api-token", "t0ken")],
};

const SET: &str = "/zones/42/rrsets/_acme-challenge/TXT";

#[tokio::test]
async fn a_value_is_added_and_the_end_of_the_action_awaited() {
    let service = Player::start([
        finds("example.org", true),
        reads(&[]),
        adds(60).answers(201, action("running")),
        DOCS.get("/actions/7").answers(200, action("success")),
    ])
    .await;
    let published = FORM.driver(&service).publish(&txt("new")).await;
    assert_eq!(published, Ok(Published::Done));
    service.finish();
}

#[tokio::test]
async fn a_value_beside_another_takes_the_time_to_live_that_is_there() {
    let service = Player::start([
        finds("example.org", true),
        reads(&["old"]),
        adds(3600).answers(201, action("success")),
    ])
    .await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_there_is_not_added_again_nor_one_that_is_missing_removed() {
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
async fn only_the_one_value_is_taken_away() {
    let service = Player::start([
        finds("example.org", true),
        reads(&["old", "new"]),
        DOCS.post(&format!("{SET}/actions/remove_records"))
            .with_json(json!({ "records": [{ "value": "\"new\"" }] }))
            .answers(201, action("success")),
    ])
    .await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn an_action_that_fails_or_a_zone_that_is_busy_is_told() {
    let service = Player::start([
        finds("example.org", true),
        reads(&[]),
        adds(60).answers(201, action("error")),
    ])
    .await;
    let error = FORM
        .driver(&service)
        .publish(&txt("new"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "dns.service-refused");
    assert!(error.to_string().contains("Action failed"), "{error}");
    service.finish();
    let service = Player::start([
        finds("example.org", true),
        reads(&[]),
        adds(60).answers(423, fails("locked", "There is already an action running")),
    ])
    .await;
    let error = FORM
        .driver(&service)
        .publish(&txt("new"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("already an action"), "{error}");
    assert!(error.is_passing());
    service.finish();
}

#[tokio::test]
async fn a_zone_is_found_above_the_one_that_the_servers_name() {
    let there = json!({ "rrset": { "ttl": null, "records": [{ "value": "\"new\"" }] } });
    let service = Player::start([
        finds("dev.example.org", false),
        finds("example.org", true),
        DOCS.get("/zones/42/rrsets/_acme-challenge.dev/TXT")
            .answers(200, there),
    ])
    .await;
    let driver = FORM.driver(&service);
    driver.publish(&txt_in_child("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn each_refusal_is_told_by_its_cause_and_in_the_services_words() {
    let find = || DOCS.get("/zones/example.org");
    let refusals = [
        (
            401,
            fails("unauthorized", "unable to authenticate"),
            "dns.token-refused",
            "unable to authenticate",
        ),
        (
            403,
            fails("token_readonly", "The token is only allowed to read"),
            "dns.token-refused",
            "only allowed to read",
        ),
        (
            404,
            fails("not_found", "zone not found"),
            "dns.zone-not-in-account",
            "example.org",
        ),
        (
            422,
            fails("invalid_input", "invalid input\u{1b}"),
            "dns.service-refused",
            "invalid input\\u{1b}",
        ),
        (
            503,
            fails("unavailable", "Service unavailable"),
            "dns.service-refused",
            "Service unavailable",
        ),
        (
            200,
            json!({}),
            "dns.service-not-understood",
            "missing field `zone`",
        ),
    ];
    FORM.tells_refusals_apart(Vec::new, find, &refusals).await;
}

#[tokio::test]
async fn the_token_reaches_every_zone_of_the_project() {
    let page = |page: u32, zone: &str, next: Option<u32>| {
        let meta = json!({ "pagination": { "page": page, "next_page": next } });
        let body = json!({ "zones": [{ "id": page, "name": zone }], "meta": meta });
        let path = format!("/zones?per_page=50&page={page}");
        DOCS.get(&path).answers(200, body)
    };
    let script = [page(1, "example.org", Some(2)), page(2, "a.test", None)];
    let service = Player::start(script).await;
    let zones = ["example.org", "a.test"].map(str::to_owned).to_vec();
    let reach = FORM.driver(&service).reach().await;
    assert_eq!(reach, Ok(ZonesInReach::Everything(zones)));
    service.finish();
}

fn finds(name: &str, is_there: bool) -> Expected {
    let found = DOCS.get(&format!("/zones/{name}"));
    let found = found.with_header("Authorization", "Bearer t0ken");
    match is_there {
        true => found.answers(200, json!({ "zone": { "id": 42, "name": name } })),
        false => found.answers(404, fails("not_found", "zone not found")),
    }
}

fn reads(values: &[&str]) -> Expected {
    let records: Vec<_> = values
        .iter()
        .map(|value| json!({ "value": format!("\"{value}\""), "comment": "" }))
        .collect();
    let set = json!({
        "id": "_acme-challenge/TXT",
        "name": "_acme-challenge",
        "type": "TXT",
        "ttl": 3600,
        "records": records,
    });
    match values {
        [] => DOCS
            .get(SET)
            .answers(404, fails("not_found", "rrset not found")),
        _ => DOCS.get(SET).answers(200, json!({ "rrset": set })),
    }
}

fn adds(ttl_secs: u32) -> Expected {
    let body = json!({ "records": [{ "value": "\"new\"" }], "ttl": ttl_secs });
    DOCS.post(&format!("{SET}/actions/add_records"))
        .with_json(body)
}

fn action(status: &str) -> Value {
    let error = json!({ "code": "action_failed", "message": "Action failed" });
    let error = (status == "error").then_some(error);
    json!({ "action": { "id": 7, "command": "add_rrset_records", "status": status, "error": error } })
}

fn fails(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message, "details": {} } })
}
