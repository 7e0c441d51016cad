//! The OVHcloud driver against exchanges written from its documentation.

use super::*;
use crate::dns::Published;
use crate::dns::testing::{Form, NOW, txt, txt_in_child};
use crate::http::{Asked, Expected, Player, Source};

const DOCS: Source = Source::written(
    "2026-11-28",
    "https://eu.api.ovh.com/console/?section=%2Fdomain",
);

const FORM: Form = Form {
    kind: "ovh",
    settings: &[("application-key", "app")],
    secrets: &[
        ("application-secret", "s3cret"),
        ("consumer-key", "c0nsumer"),
    ],
};

const RECORDS: &str = "/domain/zone/example.org/record";

#[test]
fn signatures_are_those_of_the_documentation_and_of_openssl() {
    let keys = |secret: &str, consumer: &str| Keys {
        application: "app".to_owned(),
        secret: Secret::new(secret.to_owned()),
        consumer: Secret::new(consumer.to_owned()),
    };
    let theirs = keys(
        "EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF",
        "MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1",
    );
    let url = "https://eu.api.ovh.com/1.0/domains/";
    assert_eq!(
        theirs.signature(Method::Get, url, "", 1_366_560_945),
        "$1$d3705e8afb27a0d2970a322b96550abfc67bb798"
    );
    let url = "https://eu.api.ovh.com/1.0/domain/zone/example.org/record";
    assert_eq!(
        keys("s3cret", "c0nsumer").signature(Method::Post, url, "{\"a\":1}", 1_795_860_005),
        "$1$57b14a0cf62c3e52848b30c981883a6059d54ecd"
    );
}

#[tokio::test]
async fn a_value_is_published_beside_another_and_the_zone_refreshed() {
    let body = json!({
        "fieldType": "TXT",
        "subDomain": "_acme-challenge",
        "target": "new",
        "ttl": 60,
    });
    let mut script = vec![time(), finds("example.org", true)];
    script.extend(lists(&[(1, "\"old\"")]));
    script.extend([
        signed(DOCS.post(RECORDS))
            .with_json(body)
            .answers(200, record(2, "\"new\"")),
        refreshes(),
    ]);
    let service = Player::start(script).await;
    let published = FORM.driver(&service).publish(&txt("new")).await;
    assert_eq!(published, Ok(Published::Done));
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_there_is_not_published_again() {
    let mut script = vec![time(), finds("example.org", true)];
    script.extend(lists(&[(1, "\"new\"")]));
    let service = Player::start(script).await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn only_the_one_value_is_taken_away() {
    let mut script = vec![time(), finds("example.org", true)];
    script.extend(lists(&[(1, "\"old\""), (2, "\"new\"")]));
    script.extend([
        signed(DOCS.delete(&format!("{RECORDS}/2"))).answers(200, Value::Null),
        refreshes(),
    ]);
    let service = Player::start(script).await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_missing_or_just_gone_is_removed_without_complaint() {
    let mut script = vec![time(), finds("example.org", true)];
    script.extend(lists(&[(1, "\"old\"")]));
    let service = Player::start(script).await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();

    let gone = fails("NOT_FOUND", "The requested object (id = 1) does not exist");
    let script = [
        time(),
        finds("example.org", true),
        ids(&[1]),
        signed(DOCS.get(&format!("{RECORDS}/1"))).answers(404, gone),
    ];
    let service = Player::start(script).await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_zone_is_found_above_the_one_that_the_servers_name() {
    let there = format!("{RECORDS}?fieldType=TXT&subDomain=_acme-challenge.dev");
    let service = Player::start([
        time(),
        finds("dev.example.org", false),
        finds("example.org", true),
        signed(DOCS.get(&there)).answers(200, json!([1])),
        signed(DOCS.get(&format!("{RECORDS}/1"))).answers(200, record(1, "\"new\"")),
    ])
    .await;
    let driver = FORM.driver(&service);
    driver.publish(&txt_in_child("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn each_refusal_is_told_by_its_cause_and_in_the_services_words() {
    let find = || DOCS.get(&format!("{RECORDS}?fieldType=NS"));
    let refusals = [
        (
            403,
            fails("INVALID_CREDENTIAL", "This credential is not valid"),
            "dns.token-refused",
            "This credential is not valid",
        ),
        (
            400,
            fails("INVALID_SIGNATURE", "Invalid signature"),
            "dns.token-refused",
            "Invalid signature",
        ),
        (
            403,
            fails("NOT_GRANTED_CALL", "This call has not been granted"),
            "dns.token-refused",
            "This call has not been granted",
        ),
        (
            404,
            fails("NOT_FOUND", "This service does not exist"),
            "dns.zone-not-in-account",
            "example.org",
        ),
        (
            400,
            fails("QUERY_TIME_OUT", "Query out of time\u{1b}"),
            "dns.service-refused",
            "Query out of time\\u{1b}",
        ),
    ];
    let before = || vec![time()];
    FORM.tells_refusals_apart(before, find, &refusals).await;
    let auth_time = || DOCS.get("/auth/time");
    let no_number = [(
        200,
        json!("\"now\""),
        "dns.service-not-understood",
        "invalid type",
    )];
    FORM.tells_refusals_apart(Vec::new, auth_time, &no_number)
        .await;
}

#[tokio::test]
async fn the_key_reaches_the_zones_that_it_may_list_or_cannot_tell() {
    let zones = || signed(DOCS.get("/domain/zone"));
    let script = [time(), zones().answers(200, json!(["example.org"]))];
    let service = Player::start(script).await;
    let reach = FORM.driver(&service).reach().await;
    let listed = vec!["example.org".to_owned()];
    assert_eq!(reach, Ok(ZonesInReach::Listed(listed)));
    service.finish();

    let refusal = fails("NOT_GRANTED_CALL", "This call has not been granted");
    let service = Player::start([time(), zones().answers(403, refusal)]).await;
    let reach = FORM.driver(&service).reach().await;
    assert!(
        matches!(reach, Ok(ZonesInReach::CannotTell(_))),
        "{reach:?}"
    );
    service.finish();
}

/// The service's clock is five seconds ahead.
fn time() -> Expected {
    DOCS.get("/auth/time").answers(200, json!(NOW.secs() + 5))
}

/// With the signature of the very request.
fn signed(expected: Expected) -> Expected {
    let now_secs = NOW.secs() + 5;
    expected
        .with_header("X-Ovh-Application", "app")
        .with_header("X-Ovh-Consumer", "c0nsumer")
        .with_header("X-Ovh-Timestamp", &now_secs.to_string())
        .that("it is signed as it is", move |asked: &Asked| {
            let (method, path) = asked.line.split_once(' ').unwrap();
            let url = format!("http://{}{path}", asked.header("host"));
            let body = String::from_utf8(asked.body.clone()).unwrap();
            let signed = format!("s3cret+c0nsumer+{method}+{url}+{body}+{now_secs}");
            let signature = format!("$1${}", hex(&sha1(signed.as_bytes())));
            asked.header("x-ovh-signature") == signature
        })
}

fn finds(name: &str, is_there: bool) -> Expected {
    let found = signed(DOCS.get(&format!("/domain/zone/{name}/record?fieldType=NS")));
    match is_there {
        true => found.answers(200, json!([11, 12])),
        false => found.answers(404, fails("NOT_FOUND", "This service does not exist")),
    }
}

fn ids(ids: &[u64]) -> Expected {
    let query = format!("{RECORDS}?fieldType=TXT&subDomain=_acme-challenge");
    signed(DOCS.get(&query)).answers(200, json!(ids))
}

fn lists(records: &[(u64, &str)]) -> Vec<Expected> {
    let all: Vec<u64> = records.iter().map(|(id, _)| *id).collect();
    let each = records.iter().map(|(id, target)| {
        signed(DOCS.get(&format!("{RECORDS}/{id}"))).answers(200, record(*id, target))
    });
    std::iter::once(ids(&all)).chain(each).collect()
}

fn refreshes() -> Expected {
    signed(DOCS.post("/domain/zone/example.org/refresh")).answers(200, Value::Null)
}

fn record(id: u64, target: &str) -> Value {
    json!({
        "id": id,
        "zone": "example.org",
        "subDomain": "_acme-challenge",
        "fieldType": "TXT",
        "target": target,
        "ttl": 60,
    })
}

fn fails(code: &str, message: &str) -> Value {
    json!({ "class": "Client::Told", "errorCode": code, "message": message })
}
