//! The Google driver against exchanges written from its documentation.

use std::collections::BTreeMap;

use super::*;
use crate::base::{Explain, SystemClock};
use crate::dns::testing::{Form, NOW, txt, txt_in_child};
use crate::dns::{self, Published};
use crate::http::{self, Asked, Expected, Player, Source};

const DOCS: Source = Source::written(
    "2026-11-28",
    "https://cloud.google.com/dns/docs/reference/rest/v1/changes/create",
);

const FORM: Form = Form {
    kind: "google",
    settings: &[],
    secrets: &[("service-account-key", KEY)],
};

const KEY: &str = include_str!("fixtures/service-account.json");

const ZONE: &str = "/projects/project/managedZones/example-org";

#[test]
fn the_assertion_is_the_one_that_openssl_signs() {
    let key = KEY.replace("{service}", "https://oauth2.googleapis.com");
    let account = Account::read(&key).unwrap();
    let assertion = account.assertion(NOW.secs()).unwrap();
    let expected = include_str!("fixtures/assertion.jwt").trim();
    assert!(assertion.expose(|assertion| assertion == expected));
}

#[test]
fn what_is_no_key_of_a_service_account_is_refused_without_being_shown() {
    let broken = KEY.replace("MII", "MIA");
    let cut = KEY.replace("-----END PRIVATE KEY-----", "");
    let nameless = KEY.replace("client_email", "email");
    for file in ["x", "{}", "AIzaSyA", &broken, &cut, &nameless] {
        let secret = Secret::new(file.to_owned());
        let secrets = BTreeMap::from([(KEY_FIELD.to_owned(), secret)]);
        let http = http::Client::new(&http::Settings::default()).unwrap();
        let clock = Arc::new(SystemClock);
        let opened = dns::open("google", BTreeMap::new(), secrets, http, clock);
        let Err(error) = opened else {
            panic!("{file} was taken");
        };
        assert_eq!(error.code(), "dns.setting");
        let told = error.to_string();
        assert!(told.starts_with("service-account-key: expected"), "{told}");
        assert!(!told.contains("AIza") && !told.contains("MI"), "{told}");
    }
}

#[tokio::test]
async fn a_set_is_made_where_there_was_none_with_a_token_for_the_account() {
    let service = Player::start([
        token(),
        finds("example.org", Some("example-org")),
        reads(&[]),
        changes(&[], &["new"], 60).answers(200, pending()),
    ])
    .await;
    let published = FORM.driver(&service).publish(&txt("new")).await;
    assert_eq!(published, Ok(Published::Done));
    service.finish();
}

#[tokio::test]
async fn a_value_is_put_beside_another_in_one_change_that_fails_if_that_one_has_changed() {
    let service = Player::start([
        token(),
        finds("example.org", Some("example-org")),
        reads(&["old"]),
        changes(&["old"], &["old", "new"], 300)
            .answers(412, fails(412, "conditionNotMet", "Precondition not met")),
        reads(&["old", "theirs"]),
        changes(&["old", "theirs"], &["old", "theirs", "new"], 300).answers(200, pending()),
    ])
    .await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_change_that_is_refused_though_nothing_has_changed_is_told_in_the_services_words() {
    let service = Player::start([
        token(),
        finds("example.org", Some("example-org")),
        reads(&[]),
        changes(&[], &["new"], 60).answers(409, fails(409, "alreadyExists", "A CNAME is there")),
        reads(&[]),
    ])
    .await;
    let error = FORM
        .driver(&service)
        .publish(&txt("new"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "dns.service-refused");
    assert!(error.to_string().contains("A CNAME is there"), "{error}");
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_there_is_not_written_again_nor_one_that_is_missing_removed() {
    let find = || finds("example.org", Some("example-org"));
    let service = Player::start([token(), find(), reads(&["old", "new"])]).await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
    for values in [&["old"][..], &[]] {
        let service = Player::start([token(), find(), reads(values)]).await;
        FORM.driver(&service).remove(&txt("new")).await.unwrap();
        service.finish();
    }
}

#[tokio::test]
async fn only_the_one_value_is_taken_away_and_a_token_is_used_again() {
    let service = Player::start([
        token(),
        finds("example.org", Some("example-org")),
        reads(&["old", "new"]),
        changes(&["old", "new"], &["old"], 300).answers(200, pending()),
        finds("example.org", Some("example-org")),
        reads(&["old"]),
        changes(&["old"], &[], 300).answers(200, pending()),
    ])
    .await;
    let driver = FORM.driver(&service);
    driver.remove(&txt("new")).await.unwrap();
    driver.remove(&txt("old")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_token_that_is_refused_is_not_used_again() {
    let find = || finds("example.org", Some("example-org"));
    let refused = fails(401, "authError", "Invalid Credentials");
    let service = Player::start([
        token(),
        zones("example.org").answers(401, refused),
        token(),
        find(),
        reads(&["new"]),
    ])
    .await;
    let driver = FORM.driver(&service);
    let error = driver.publish(&txt("new")).await.unwrap_err();
    assert_eq!(error.code(), "dns.token-refused");
    driver.publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_public_zone_is_found_above_the_one_that_the_servers_name() {
    let private = json!([{
        "name": "inside",
        "dnsName": "dev.example.org.",
        "visibility": "private",
    }]);
    let name = "_acme-challenge.dev.example.org.";
    let there = json!({ "name": name, "type": "TXT", "ttl": 60, "rrdatas": ["\"new\""] });
    let service = Player::start([
        token(),
        zones("dev.example.org").answers(200, listed(&private)),
        finds("example.org", Some("example-org")),
        DOCS.get(&format!("{ZONE}/rrsets?name={name}&type=TXT"))
            .answers(200, json!({ "rrsets": [there] })),
    ])
    .await;
    let driver = FORM.driver(&service);
    driver.publish(&txt_in_child("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn each_refusal_is_told_by_its_cause_and_in_the_services_words() {
    let find = || DOCS.get("/projects/project/managedZones?dnsName=example.org.");
    let refusals = [
        (
            403,
            fails(403, "forbidden", "The caller does not have permission"),
            "dns.token-refused",
            "The caller does not have permission",
        ),
        (
            403,
            fails(403, "rateLimitExceeded", "Rate Limit Exceeded"),
            "dns.rate-limited",
            "too many requests",
        ),
        (
            404,
            fails(404, "notFound", "The project does not exist\u{1b}"),
            "dns.service-refused",
            "The project does not exist\\u{1b}",
        ),
        (
            200,
            listed(&json!([])),
            "dns.zone-not-in-account",
            "example.org",
        ),
        (
            200,
            json!({}),
            "dns.service-not-understood",
            "missing field `kind`",
        ),
    ];
    FORM.tells_refusals_apart(|| vec![token()], find, &refusals)
        .await;
}

#[tokio::test]
async fn a_refusal_of_the_key_itself_is_told_as_well() {
    let find = || DOCS.post("/token");
    let invalid = json!({
        "error": "invalid_grant",
        "error_description": "Invalid JWT Signature.",
    });
    let refusals = [
        (400, invalid, "dns.token-refused", "Invalid JWT Signature."),
        (
            401,
            json!({ "error": "invalid_client" }),
            "dns.token-refused",
            "invalid_client",
        ),
        (
            200,
            json!({ "token_type": "Bearer" }),
            "dns.service-not-understood",
            "missing field `access_token`",
        ),
    ];
    FORM.tells_refusals_apart(Vec::new, find, &refusals).await;
}

#[tokio::test]
async fn every_page_of_public_zones_of_another_project_is_in_reach() {
    let first = json!({
        "kind": "dns#managedZonesListResponse",
        "managedZones": [{ "name": "a", "dnsName": "example.org.", "visibility": "public" }],
        "nextPageToken": "a b",
    });
    let last = json!([
        { "name": "b", "dnsName": "a.test." },
        { "name": "c", "dnsName": "inside.test.", "visibility": "private" },
    ]);
    let service = Player::start([
        token(),
        DOCS.get("/projects/other/managedZones").answers(200, first),
        DOCS.get("/projects/other/managedZones?pageToken=a%20b")
            .answers(200, listed(&last)),
    ])
    .await;
    let driver = FORM.driver_with(&service, &[("project", "other")], &[]);
    let zones = ["example.org", "a.test"].map(str::to_owned).to_vec();
    let reach = driver.reach().await;
    assert_eq!(reach, Ok(ZonesInReach::Everything(zones)));
    service.finish();
}

/// For an assertion of this very account, towards the address that is asked.
fn token() -> Expected {
    let is_own = |asked: &Asked| {
        let url = format!("http://{}", asked.header("host"));
        let account = Account::read(&KEY.replace("{service}", &url)).unwrap();
        let assertion = account.assertion(NOW.secs()).unwrap();
        let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
        let body = assertion.expose(|assertion| format!("{grant}&assertion={assertion}"));
        asked.body == body.as_bytes()
    };
    let body = json!({ "access_token": "t0ken", "expires_in": 3599, "token_type": "Bearer" });
    DOCS.post("/token")
        .that("the assertion is the account's", is_own)
        .answers(200, body)
}

fn zones(name: &str) -> Expected {
    DOCS.get(&format!("/projects/project/managedZones?dnsName={name}."))
        .with_header("Authorization", "Bearer t0ken")
}

fn finds(name: &str, zone: Option<&str>) -> Expected {
    let zone = zone.map(|zone| {
        let name = format!("{name}.");
        json!({ "name": zone, "dnsName": name, "visibility": "public" })
    });
    let found: Vec<_> = zone.into_iter().collect();
    zones(name).answers(200, listed(&json!(found)))
}

fn listed(zones: &Value) -> Value {
    json!({ "kind": "dns#managedZonesListResponse", "managedZones": zones })
}

fn reads(values: &[&str]) -> Expected {
    let query = "?name=_acme-challenge.example.org.&type=TXT";
    let body = json!({ "kind": "dns#resourceRecordSetsListResponse", "rrsets": sets(values, 300) });
    DOCS.get(&format!("{ZONE}/rrsets{query}"))
        .answers(200, body)
}

fn changes(deleted: &[&str], added: &[&str], ttl_secs: u32) -> Expected {
    let body = json!({
        "additions": sets(added, ttl_secs),
        "deletions": sets(deleted, ttl_secs),
    });
    DOCS.post(&format!("{ZONE}/changes"))
        .with_header("Authorization", "Bearer t0ken")
        .with_json(body)
}

fn sets(values: &[&str], ttl_secs: u32) -> Value {
    let rrdatas: Vec<_> = values.iter().map(|value| format!("\"{value}\"")).collect();
    let name = "_acme-challenge.example.org.";
    match values {
        [] => json!([]),
        _ => json!([{ "name": name, "type": "TXT", "ttl": ttl_secs, "rrdatas": rrdatas }]),
    }
}

fn pending() -> Value {
    json!({ "kind": "dns#change", "id": "1", "status": "pending" })
}

fn fails(code: u16, reason: &str, message: &str) -> Value {
    let error = json!({ "domain": "global", "reason": reason, "message": message });
    json!({ "error": { "code": code, "message": message, "errors": [error] } })
}
