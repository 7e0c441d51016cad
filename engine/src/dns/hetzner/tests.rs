//! The Hetzner driver against exchanges written from the documentation of the Cloud API.

use super::*;
use crate::base::Explain;
use crate::dns::Published;
use crate::dns::stories::{Exchanges, Writes, stories};
use crate::dns::testing::{Form, txt};
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

struct Played;

stories!(Played);

impl Exchanges for Played {
    const FORM: Form = FORM;
    const WRITES: Writes = Writes::Apart;

    fn finds(zone: &str, is_there: bool) -> Expected {
        let found = DOCS.get(&format!("/zones/{zone}"));
        let found = found.with_header("Authorization", "Bearer t0ken");
        match is_there {
            true => found.answers(200, json!({ "zone": { "id": 42, "name": zone } })),
            false => found.answers(404, fails("not_found", "zone not found")),
        }
    }

    fn reads(name: &str, values: &[&str]) -> Expected {
        let set = DOCS.get(&set_path(name));
        match values {
            [] => set.answers(404, fails("not_found", "rrset not found")),
            _ => set.answers(200, json!({ "rrset": rrset(name, values, Some(3600)) })),
        }
    }

    /// What is added repeats the time to live that is there.
    fn writes(from: &[&str], to: &[&str]) -> Expected {
        let beyond = |these: &[&str], those: &[&str]| -> Vec<Value> {
            let beyond = these.iter().filter(|value| !those.contains(value));
            beyond.map(|value| record(value)).collect()
        };
        let (added, removed) = (beyond(to, from), beyond(from, to));
        let ttl_secs = if from.is_empty() { 60 } else { 3600 };
        let write = match removed[..] {
            [] => acts("add_records").with_json(json!({ "records": added, "ttl": ttl_secs })),
            _ => acts("remove_records").with_json(json!({ "records": removed })),
        };
        write.answers(201, action("success"))
    }

    fn refusals() -> Vec<(u16, Value, &'static str, &'static str)> {
        vec![
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
        ]
    }
}

#[tokio::test]
async fn a_set_without_a_time_to_live_of_its_own_keeps_the_zones() {
    let set = rrset("_acme-challenge", &["old"], None);
    let service = Player::start([
        Played::finds("example.org", true),
        DOCS.get(&set_path("_acme-challenge"))
            .answers(200, json!({ "rrset": set })),
        acts("add_records")
            .with_json(json!({ "records": [record("new")] }))
            .answers(201, action("success")),
    ])
    .await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn the_end_of_an_action_is_awaited() {
    let service = Player::start([
        Played::finds("example.org", true),
        Played::reads("_acme-challenge", &[]),
        Played::writes(&[], &["new"]).answers(201, action("running")),
        DOCS.get("/actions/7").answers(200, action("success")),
    ])
    .await;
    let published = FORM.driver(&service).publish(&txt("new")).await;
    assert_eq!(published, Ok(Published::Done));
    service.finish();
}

#[tokio::test]
async fn an_action_that_fails_or_a_zone_that_is_busy_is_told() {
    let busy = fails("locked", "There is already an action running");
    for (status, answer, words, is_passing) in [
        (201, action("error"), "Action failed", false),
        (423, busy, "already an action", true),
    ] {
        let service = Player::start([
            Played::finds("example.org", true),
            Played::reads("_acme-challenge", &[]),
            Played::writes(&[], &["new"]).answers(status, answer),
        ])
        .await;
        let published = FORM.driver(&service).publish(&txt("new")).await;
        let error = published.unwrap_err();
        assert_eq!(error.code(), "dns.service-refused");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(error.is_passing(), is_passing, "{error}");
        service.finish();
    }
}

#[tokio::test]
async fn the_token_reaches_every_zone_of_the_project() {
    let page = |number: usize, zones: &[String], has_more: bool| {
        let number = number + 1;
        let next = has_more.then_some(number + 1);
        let zones = zones.iter();
        let zones: Vec<_> = zones.map(|name| json!({ "id": 1, "name": name })).collect();
        let meta = json!({ "pagination": { "page": number, "next_page": next } });
        DOCS.get(&format!("/zones?per_page=50&page={number}"))
            .with_header("Authorization", "Bearer t0ken")
            .answers(200, json!({ "zones": zones, "meta": meta }))
    };
    FORM.reads_every_page(Vec::new, 1, page, ZonesInReach::Everything)
        .await;
}

fn set_path(name: &str) -> String {
    format!("/zones/42/rrsets/{name}/TXT")
}

fn rrset(name: &str, values: &[&str], ttl_secs: Option<u32>) -> Value {
    let records: Vec<_> = values.iter().map(|value| record(value)).collect();
    json!({
        "id": format!("{name}/TXT"),
        "name": name,
        "type": "TXT",
        "ttl": ttl_secs,
        "records": records,
    })
}

fn record(value: &str) -> Value {
    json!({ "value": format!("\"{value}\"") })
}

fn acts(what: &str) -> Expected {
    DOCS.post(&format!("{}/actions/{what}", set_path("_acme-challenge")))
        .with_header("Authorization", "Bearer t0ken")
}

fn action(status: &str) -> Value {
    let error = json!({ "code": "action_failed", "message": "Action failed" });
    let error = (status == "error").then_some(error);
    json!({ "action": { "id": 7, "command": "add_rrset_records", "status": status, "error": error } })
}

fn fails(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message, "details": {} } })
}
