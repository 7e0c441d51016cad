//! The Google driver against exchanges written from its documentation.

use std::collections::BTreeMap;

use super::*;
use crate::base::{Explain, SystemClock};
use crate::dns;
use crate::dns::stories::{Exchanges, Writes, stories};
use crate::dns::testing::{Form, NOW};
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

struct Played;

stories!(Played);

impl Exchanges for Played {
    const FORM: Form = FORM;
    /// The old set is gone or another; or there is one already.
    const WRITES: Writes = Writes::IfUnchanged {
        statuses: &[404, 409, 412],
        refused: |write, status, words| write.answers(status, fails(status, "told", words)),
    };

    /// With an assertion of this very account, towards the address that is asked.
    fn sign_in() -> Vec<Expected> {
        let is_own = |asked: &Asked| {
            let url = format!("http://{}", asked.header("host"));
            let account = Account::read(&KEY.replace("{service}", &url)).unwrap();
            let assertion = account.assertion(NOW.secs()).unwrap();
            let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
            let body = assertion.expose(|assertion| format!("{grant}&assertion={assertion}"));
            asked.body == body.as_bytes()
        };
        let body = json!({ "access_token": "t0ken", "expires_in": 3599, "token_type": "Bearer" });
        let token = DOCS
            .post("/token")
            .that("the assertion is the account's", is_own)
            .answers(200, body);
        vec![token]
    }

    /// A private zone of the name does not count.
    fn finds(zone: &str, is_there: bool) -> Expected {
        let path = format!("/projects/project/managedZones?dnsName={zone}.");
        let private = managed("inside", zone, "private");
        let public = is_there.then(|| managed("example-org", zone, "public"));
        with_token(DOCS.get(&path)).answers(200, listed([private].into_iter().chain(public)))
    }

    fn reads(name: &str, values: &[&str]) -> Expected {
        let query = format!("?name={name}.example.org.&type=TXT");
        let sets = sets(name, values, 300);
        let body = json!({ "kind": "dns#resourceRecordSetsListResponse", "rrsets": sets });
        with_token(DOCS.get(&format!("{ZONE}/rrsets{query}"))).answers(200, body)
    }

    /// In one change.
    fn writes(from: &[&str], to: &[&str]) -> Expected {
        let ttl_secs = if from.is_empty() { 60 } else { 300 };
        let body = json!({
            "additions": sets("_acme-challenge", to, ttl_secs),
            "deletions": sets("_acme-challenge", from, 300),
        });
        with_token(DOCS.post(&format!("{ZONE}/changes")))
            .with_json(body)
            .answers(
                200,
                json!({ "kind": "dns#change", "id": "1", "status": "pending" }),
            )
    }

    fn refusals() -> Vec<(u16, Value, &'static str, &'static str)> {
        vec![
            (
                401,
                fails(401, "authError", "Invalid Credentials"),
                "dns.token-refused",
                "Invalid Credentials",
            ),
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
            (200, listed([]), "dns.zone-not-in-account", "example.org"),
            (
                200,
                json!({}),
                "dns.service-not-understood",
                "missing field `kind`",
            ),
        ]
    }
}

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
async fn every_page_of_public_zones_is_in_reach() {
    let page = |number: usize, zones: &[String], has_more: bool| {
        let query = match number {
            0 => String::new(),
            number => format!("?pageToken=a%20{number}"),
        };
        let zones = zones.iter().map(|zone| managed("a", zone, "public"));
        let private = managed("c", "inside.test", "private");
        let mut body = listed(zones.chain([private]));
        if has_more {
            body["nextPageToken"] = json!(format!("a {}", number + 1));
        }
        with_token(DOCS.get(&format!("/projects/project/managedZones{query}"))).answers(200, body)
    };
    FORM.reads_every_page(Played::sign_in, 1, page, ZonesInReach::Everything)
        .await;
}

#[tokio::test]
async fn zones_of_another_project_than_the_keys_are_in_reach() {
    // What does not say whether it is private is public.
    let zones = listed([json!({ "name": "b", "dnsName": "a.test." })]);
    let mut script = Played::sign_in();
    script.push(with_token(DOCS.get("/projects/other/managedZones")).answers(200, zones));
    let service = Player::start(script).await;
    let driver = FORM.driver_with(&service, &[("project", "other")], &[]);
    let zones = vec!["a.test".to_owned()];
    assert_eq!(driver.reach().await, Ok(ZonesInReach::Everything(zones)));
    service.finish();
}

fn with_token(expected: Expected) -> Expected {
    expected.with_header("Authorization", "Bearer t0ken")
}

fn managed(name: &str, zone: &str, visibility: &str) -> Value {
    json!({ "name": name, "dnsName": format!("{zone}."), "visibility": visibility })
}

fn listed(zones: impl IntoIterator<Item = Value>) -> Value {
    let zones = Value::from_iter(zones);
    json!({ "kind": "dns#managedZonesListResponse", "managedZones": zones })
}

fn sets(name: &str, values: &[&str], ttl_secs: u32) -> Value {
    let rrdatas: Vec<_> = values.iter().map(|value| format!("\"{value}\"")).collect();
    let name = format!("{name}.example.org.");
    match values {
        [] => json!([]),
        _ => json!([{ "name": name, "type": "TXT", "ttl": ttl_secs, "rrdatas": rrdatas }]),
    }
}

fn fails(code: u16, reason: &str, message: &str) -> Value {
    let error = json!({ "domain": "global", "reason": reason, "message": message });
    json!({ "error": { "code": code, "message": message, "errors": [error] } })
}
