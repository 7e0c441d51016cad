//! The Azure driver against exchanges written from its documentation.

use super::*;
use crate::base::Explain;
use crate::dns::stories::{Exchanges, Writes, stories};
use crate::dns::testing::{Form, txt};
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

struct Played;

stories!(Played);

impl Exchanges for Played {
    const FORM: Form = FORM;
    const WRITES: Writes = Writes::IfUnchanged {
        statuses: &[404, 409, 412],
        refused: |write, status, words| write.answers(status, fails("Told", words)),
    };

    fn sign_in() -> Vec<Expected> {
        let is_own = |asked: &Asked| {
            let scope = format!("http://{}/.default", asked.header("host"));
            let body = format!(
                "grant_type=client_credentials&client_id=client&client_secret=s3~cr%2Bt&scope={}",
                segment(&scope)
            );
            asked.body == body.as_bytes()
        };
        let body = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "t0ken" });
        let token = DOCS
            .post("/tenant/oauth2/v2.0/token")
            .with_header("Content-Type", "application/x-www-form-urlencoded")
            .that("the body is the application's credential", is_own)
            .answers(200, body);
        vec![token]
    }

    fn finds(zone: &str, is_there: bool) -> Expected {
        let found = with_token(DOCS.get(&format!("{ZONES}/{zone}{VERSION}")));
        let missing = fails("ResourceNotFound", "The Resource was not found.");
        match is_there {
            true => found.answers(200, json!({ "name": zone, "etag": "1" })),
            false => found.answers(404, missing),
        }
    }

    fn reads(name: &str, values: &[&str]) -> Expected {
        let read = with_token(DOCS.get(&set_path(name)));
        let missing = fails("NotFound", "The resource record does not exist.");
        match values {
            [] => read.answers(404, missing),
            _ => read.answers(200, set(values)),
        }
    }

    /// Only if the set is still the one that was read, or still none.
    fn writes(from: &[&str], to: &[&str]) -> Expected {
        let path = set_path("_acme-challenge");
        let ttl_secs = if from.is_empty() { 60 } else { 300 };
        let properties = json!({ "TTL": ttl_secs, "TXTRecords": records(to) });
        let write = match to {
            [] => DOCS.delete(&path).answers(200, Value::Null),
            _ => DOCS
                .put(&path)
                .with_json(json!({ "properties": properties }))
                .answers(201, set(to)),
        };
        match from {
            [] => with_token(write).with_header("If-None-Match", "*"),
            _ => with_token(write).with_header("If-Match", &etag(from)),
        }
    }

    fn refusals() -> Vec<(u16, Value, &'static str, &'static str)> {
        vec![
            (
                401,
                fails("ExpiredAuthenticationToken", "The access token expiry"),
                "dns.token-refused",
                "The access token expiry",
            ),
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
        ]
    }
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
    let path = set_path("_acme-challenge");
    let mut script = Played::sign_in();
    script.extend([
        Played::finds("example.org", true),
        with_token(DOCS.get(&path)).answers(200, there),
        with_token(DOCS.put(&path))
            .with_json(both.clone())
            .answers(200, both),
    ]);
    let service = Player::start(script).await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
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
    let service = Player::start(signed_in(list().answers(200, zones))).await;
    let listed = ["example.org", "a.test"].map(str::to_owned).to_vec();
    let reach = FORM.driver(&service).reach().await;
    assert_eq!(reach, Ok(ZonesInReach::Listed(listed)));
    service.finish();

    let refused = fails(
        "AuthorizationFailed",
        "The client does not have authorization",
    );
    let service = Player::start(signed_in(list().answers(403, refused))).await;
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
    let service = Player::start(signed_in(list.answers(200, elsewhere))).await;
    let error = FORM.driver(&service).reach().await.unwrap_err();
    assert_eq!(error.code(), "dns.service-not-understood");
    service.finish();
}

fn signed_in(expected: Expected) -> Vec<Expected> {
    let mut script = Played::sign_in();
    script.push(expected);
    script
}

fn with_token(expected: Expected) -> Expected {
    expected.with_header("Authorization", "Bearer t0ken")
}

fn set_path(name: &str) -> String {
    format!("{ZONES}/example.org/TXT/{name}{VERSION}")
}

fn set(values: &[&str]) -> Value {
    let properties = json!({ "TTL": 300, "TXTRecords": records(values), "fqdn": "told" });
    json!({ "name": "_acme-challenge", "etag": etag(values), "properties": properties })
}

/// Another for each set.
fn etag(values: &[&str]) -> String {
    values.join("+")
}

fn records(values: &[&str]) -> Vec<Value> {
    let records = values.iter();
    records.map(|value| json!({ "value": [value] })).collect()
}

fn fails(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message } })
}
