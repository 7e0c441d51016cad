//! The Azure driver against exchanges written from its documentation.

use super::*;
use crate::base::Explain;
use crate::dns::Published;
use crate::dns::testing::{Form, txt, txt_in_child};
use crate::http::{Asked, Expected, Player, Source};

const DOCS: Source = Source::written(
    "2026-11-28",
    "https://learn.microsoft.com/en-us/rest/api/dns/record-sets/create-or-update",
);

const FORM: Form = Form {
    kind: "azure",
    settings: &[
        ("tenant-id", "tenant"),
        ("client-id", "client"),
        ("subscription-id", "subscription"),
        ("resource-group", "my group"),
        ("sign-in", "{service}"),
    ],
    secrets: &[("client-secret", "s3~cr+t")],
};

const ZONES: &str =
    "/subscriptions/subscription/resourceGroups/my%20group/providers/Microsoft.Network/dnsZones";

const VERSION: &str = "?api-version=2018-05-01";

#[tokio::test]
async fn a_set_is_made_only_where_there_still_is_none() {
    let service = Player::start([
        token(),
        finds("example.org", true),
        reads(&[], "1"),
        writes(&["new"], 60)
            .with_header("If-None-Match", "*")
            .answers(201, set(&["new"], "1")),
    ])
    .await;
    let published = FORM.driver(&service).publish(&txt("new")).await;
    assert_eq!(published, Ok(Published::Done));
    service.finish();
}

#[tokio::test]
async fn a_value_is_put_beside_another_only_if_the_set_is_still_the_one_that_was_read() {
    let service = Player::start([
        token(),
        finds("example.org", true),
        reads(&["old"], "1"),
        writes(&["old", "new"], 300)
            .with_header("If-Match", "1")
            .answers(412, fails("PreconditionFailed", "The condition failed")),
        reads(&["old", "theirs"], "2"),
        writes(&["old", "theirs", "new"], 300)
            .with_header("If-Match", "2")
            .answers(200, set(&["old", "theirs", "new"], "3")),
    ])
    .await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn strings_and_metadata_of_others_stay_as_they_are() {
    let long = json!({ "value": ["v=1; \"a\\b\"", "second"] });
    let new = json!({ "value": ["new"] });
    let of = |records: Value| {
        let metadata = json!({ "owner": "anna" });
        json!({ "TTL": 300, "TXTRecords": records, "metadata": metadata })
    };
    let there = json!({ "etag": "1", "properties": of(json!([long])) });
    let both = json!({ "properties": of(json!([long, new])) });
    let service = Player::start([
        token(),
        finds("example.org", true),
        at_set(DOCS.get(&set_path())).answers(200, there),
        at_set(DOCS.put(&set_path()))
            .with_json(both.clone())
            .answers(200, both),
    ])
    .await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_there_is_not_written_again_nor_one_that_is_missing_removed() {
    let find = || finds("example.org", true);
    let service = Player::start([token(), find(), reads(&["old", "new"], "1")]).await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
    for values in [&["old"][..], &[]] {
        let service = Player::start([token(), find(), reads(values, "1")]).await;
        FORM.driver(&service).remove(&txt("new")).await.unwrap();
        service.finish();
    }
}

#[tokio::test]
async fn only_the_one_value_is_taken_away_and_a_token_is_used_again() {
    let service = Player::start([
        token(),
        finds("example.org", true),
        reads(&["old", "new"], "1"),
        writes(&["old"], 300)
            .with_header("If-Match", "1")
            .answers(200, set(&["old"], "2")),
        finds("example.org", true),
        reads(&["old"], "2"),
        at_set(DOCS.delete(&set_path()))
            .with_header("If-Match", "2")
            .answers(200, Value::Null),
    ])
    .await;
    let driver = FORM.driver(&service);
    driver.remove(&txt("new")).await.unwrap();
    driver.remove(&txt("old")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_token_that_is_refused_is_not_used_again() {
    let zone = || DOCS.get(&format!("{ZONES}/example.org{VERSION}"));
    let expired = fails("ExpiredAuthenticationToken", "The access token expiry");
    let service = Player::start([
        token(),
        zone().answers(401, expired),
        token(),
        finds("example.org", true),
        reads(&["new"], "1"),
    ])
    .await;
    let driver = FORM.driver(&service);
    let error = driver.publish(&txt("new")).await.unwrap_err();
    assert_eq!(error.code(), "dns.token-refused");
    driver.publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_zone_is_found_above_the_one_that_the_servers_name() {
    let there = format!("{ZONES}/example.org/TXT/_acme-challenge.dev{VERSION}");
    let service = Player::start([
        token(),
        finds("dev.example.org", false),
        finds("example.org", true),
        DOCS.get(&there).answers(200, set(&["new"], "1")),
    ])
    .await;
    let driver = FORM.driver(&service);
    driver.publish(&txt_in_child("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn each_refusal_is_told_by_its_cause_and_in_the_services_words() {
    let find = || DOCS.get(&format!("{ZONES}/example.org{VERSION}"));
    let refusals = [
        (
            403,
            fails(
                "AuthorizationFailed",
                "The client does not have authorization",
            ),
            "dns.token-refused",
            "does not have authorization",
        ),
        (
            404,
            fails("ResourceNotFound", "The Resource was not found."),
            "dns.zone-not-in-account",
            "example.org",
        ),
        (
            400,
            fails("InvalidSubscriptionId", "It is malformed\u{1b}"),
            "dns.service-refused",
            "It is malformed\\u{1b}",
        ),
        (
            200,
            json!({ "value": [] }),
            "dns.service-not-understood",
            "missing field `name`",
        ),
    ];
    FORM.tells_refusals_apart(|| vec![token()], find, &refusals)
        .await;
}

#[tokio::test]
async fn a_refusal_of_the_secret_itself_is_told_as_well() {
    let find = || DOCS.post("/tenant/oauth2/v2.0/token");
    let wrong = json!({
        "error": "invalid_client",
        "error_description": "AADSTS7000215: Invalid client secret provided.",
    });
    let unknown = json!({
        "error": "unauthorized_client",
        "error_description": "AADSTS700016: Application was not found in the directory.",
    });
    let refusals = [
        (401, wrong, "dns.token-refused", "Invalid client secret"),
        (
            400,
            unknown,
            "dns.token-refused",
            "Application was not found",
        ),
    ];
    FORM.tells_refusals_apart(Vec::new, find, &refusals).await;
}

#[tokio::test]
async fn zones_of_the_resource_group_are_in_reach_or_cannot_be_told() {
    let list = || DOCS.get(&format!("{ZONES}{VERSION}"));
    let zones = json!({ "value": [{ "name": "example.org" }, { "name": "a.test" }] });
    let service = Player::start([token(), list().answers(200, zones)]).await;
    let listed = ["example.org", "a.test"].map(str::to_owned).to_vec();
    let reach = FORM.driver(&service).reach().await;
    assert_eq!(reach, Ok(ZonesInReach::Listed(listed)));
    service.finish();

    let refused = fails(
        "AuthorizationFailed",
        "The client does not have authorization",
    );
    let service = Player::start([token(), list().answers(403, refused)]).await;
    let reach = FORM.driver(&service).reach().await;
    assert!(
        matches!(reach, Ok(ZonesInReach::CannotTell(_))),
        "{reach:?}"
    );
    service.finish();
}

#[tokio::test]
async fn the_token_goes_to_no_address_but_the_services() {
    let list = DOCS.get(&format!("{ZONES}{VERSION}"));
    let elsewhere = json!({ "value": [], "nextLink": "https://elsewhere.test/zones" });
    let service = Player::start([token(), list.answers(200, elsewhere)]).await;
    let error = FORM.driver(&service).reach().await.unwrap_err();
    assert_eq!(error.code(), "dns.service-not-understood");
    service.finish();
}

fn token() -> Expected {
    let is_own = |asked: &Asked| {
        let scope = format!("http://{}/.default", asked.header("host"));
        let body = format!(
            "grant_type=client_credentials&client_id=client&client_secret=s3~cr%2Bt&scope={}",
            segment(&scope)
        );
        asked.body == body.as_bytes()
    };
    let body = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "t0ken" });
    DOCS.post("/tenant/oauth2/v2.0/token")
        .with_header("Content-Type", "application/x-www-form-urlencoded")
        .that("the body is the application's credential", is_own)
        .answers(200, body)
}

fn finds(name: &str, is_there: bool) -> Expected {
    let found = DOCS.get(&format!("{ZONES}/{name}{VERSION}"));
    let found = found.with_header("Authorization", "Bearer t0ken");
    let missing = fails("ResourceNotFound", "The Resource was not found.");
    match is_there {
        true => found.answers(200, json!({ "name": name, "etag": "1" })),
        false => found.answers(404, missing),
    }
}

fn set_path() -> String {
    format!("{ZONES}/example.org/TXT/_acme-challenge{VERSION}")
}

fn at_set(expected: Expected) -> Expected {
    expected.with_header("Authorization", "Bearer t0ken")
}

fn reads(values: &[&str], etag: &str) -> Expected {
    let read = at_set(DOCS.get(&set_path()));
    let missing = fails("NotFound", "The resource record does not exist.");
    match values {
        [] => read.answers(404, missing),
        _ => read.answers(200, set(values, etag)),
    }
}

fn writes(values: &[&str], ttl_secs: u32) -> Expected {
    let properties = json!({ "TTL": ttl_secs, "TXTRecords": records(values) });
    at_set(DOCS.put(&set_path())).with_json(json!({ "properties": properties }))
}

fn set(values: &[&str], etag: &str) -> Value {
    let properties = json!({ "TTL": 300, "TXTRecords": records(values), "fqdn": "told" });
    json!({ "name": "_acme-challenge", "etag": etag, "properties": properties })
}

fn records(values: &[&str]) -> Vec<Value> {
    let records = values.iter();
    records.map(|value| json!({ "value": [value] })).collect()
}

fn fails(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message } })
}
