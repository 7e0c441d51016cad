//! The client against a local server, and against nobody.

mod tls;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::base::{Explain, Secret};

const OURS: Source = Source::written("2026-11-28", "this test");

fn client() -> Client {
    Client::new(&Settings::default()).unwrap()
}

fn impatient() -> Client {
    let settings = Settings {
        timeout: Duration::from_millis(700),
        ..Settings::default()
    };
    Client::new(&settings).unwrap()
}

#[derive(Default)]
struct Kept(Mutex<Vec<Exchange>>);

impl Observer for Kept {
    fn exchanged(&self, exchange: Exchange) {
        self.0.lock().unwrap().push(exchange);
    }
}

#[tokio::test]
async fn a_request_says_who_asks_and_its_answer_comes_back_whole() {
    let agent = concat!("chancery/", env!("CARGO_PKG_VERSION"));
    let service = Player::start([OURS
        .post("/orders?of=a%20b")
        .with_header("User-Agent", agent)
        .with_header("Content-Type", "application/json")
        .with_json(json!({ "name": "a" }))
        .answers(201, json!({ "id": 7 }))])
    .await;
    let request = Request::post(format!("{}/orders", service.url()))
        .query(&[("of", "a b")])
        .json(&json!({ "name": "a" }));
    let response = client().send(request).await.unwrap();
    assert_eq!((response.status, response.is_success()), (201, true));
    assert_eq!(response.header("Content-Type"), Some("application/json"));
    assert_eq!(response.json::<serde_json::Value>().unwrap()["id"], 7);
    service.finish();
}

#[tokio::test]
async fn a_redirect_is_handed_over_and_not_followed() {
    let elsewhere = [("Location", "http://127.0.0.1:9/")];
    let service = Player::start([OURS.get("/").answers_with(302, &elsewhere, "")]).await;
    let response = client().send(Request::get(service.url())).await.unwrap();
    assert_eq!(response.status, 302);
    assert_eq!(response.header("location"), Some("http://127.0.0.1:9/"));
}

#[tokio::test]
async fn plain_http_goes_to_this_machine_only() {
    for (url, is_sent) in [
        ("http://127.0.0.1:9/", true),
        ("http://[::1]:9/", true),
        ("http://example.org/", false),
        ("http://127.0.0.1.example.org/", false),
        ("ftp://127.0.0.1/", false),
        ("example.org", false),
        ("", false),
    ] {
        let error = client().send(Request::get(url)).await.unwrap_err();
        assert_eq!(error.code() != "http.url", is_sent, "{url}: {error}");
    }
}

#[tokio::test]
async fn each_way_to_fail_has_its_own_name() {
    let service = Player::start([
        OURS.get("/broken").breaks_off(),
        OURS.get("/large")
            .answers_with(200, &[], &"x".repeat((1 << 20) + 1)),
    ])
    .await;
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    for (url, code) in [
        (format!("{}/broken", service.url()), "http.broken"),
        (format!("{}/large", service.url()), "http.too-large"),
        (closed, "http.cannot-connect"),
        ("https://nowhere.invalid/".to_owned(), "http.cannot-resolve"),
        (service.url().replace("http:", "https:"), "http.tls"),
    ] {
        let error = client().send(Request::get(url)).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
}

#[tokio::test]
async fn a_service_that_says_nothing_is_not_waited_for_without_end() {
    let service = Player::start([OURS.get("/").stays_silent()]).await;
    let asked = impatient().send(Request::get(service.url())).await;
    assert_eq!(asked.unwrap_err().code(), "http.timeout");
}

#[tokio::test]
async fn a_value_that_no_header_carries_is_refused_without_being_shown() {
    let secret = Secret::new("line\nbreak".to_owned());
    let request = Request::get("http://127.0.0.1:9/").secret_header("X-API-Key", "", &secret);
    let error = client().send(request).await.unwrap_err();
    assert_eq!(error.code(), "http.header");
    assert!(!error.to_string().contains("line"), "{error}");
}

#[tokio::test]
async fn a_transcript_shows_the_exchange_and_none_of_its_secrets() {
    let answer = json!({ "you-said": "can\"ary/1" });
    let service = Player::start([OURS.post("/a?key=can%22ary%2F1").answers(200, answer)]).await;
    let kept = Arc::new(Kept::default());
    let secret = Secret::new("can\"ary/1".to_owned());
    let request = Request::post(format!("{}/a?key=can%22ary%2F1", service.url()))
        .secret_header("Authorization", "Bearer ", &secret)
        .json(&json!({ "token": "can\"ary/1", "name": "a" }));
    let observed = client().observed_by(Arc::<Kept>::clone(&kept));
    observed.send(request).await.unwrap();
    let exchanges = kept.0.lock().unwrap();
    let [exchange] = &exchanges[..] else {
        panic!("{exchanges:?}");
    };
    assert_eq!(exchange.url, format!("{}/a?key=•••", service.url()));
    assert_eq!(exchange.status, Some(200));
    assert!(exchange.sent.contains("\"name\":\"a\""));
    assert!(exchange.received.contains("you-said"));
    assert!(!format!("{exchange:?}").contains("ary"), "{exchange:?}");
}

#[tokio::test]
async fn a_body_that_is_a_secret_as_a_whole_is_not_shown() {
    let service = Player::start([OURS.post("/").answers(200, json!({ "token": "t0ken" }))]).await;
    let kept = Arc::new(Kept::default());
    let request = Request::post(service.url())
        .form(&[("password", "pa ss")])
        .hiding_body()
        .hiding_answer();
    let observed = client().observed_by(Arc::<Kept>::clone(&kept));
    let response = observed.send(request).await.unwrap();
    assert!(response.text().contains("t0ken"));
    let exchanges = kept.0.lock().unwrap();
    assert_eq!(exchanges[0].sent, "(not shown)");
    assert_eq!(exchanges[0].received, "(not shown)");
}

#[tokio::test]
async fn how_long_to_wait_is_read_from_seconds_and_from_dates() {
    let date = ("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
    for (headers, secs) in [
        (vec![("Retry-After", "120")], Some(120)),
        (
            vec![date, ("Retry-After", "Sun, 06 Nov 1994 08:50:07 GMT")],
            Some(30),
        ),
        (
            vec![date, ("Retry-After", "Sun, 06 Nov 1994 08:49:07 GMT")],
            None,
        ),
        (vec![("Retry-After", "soon")], None),
        (vec![], None),
    ] {
        let service = Player::start([OURS.get("/").answers_with(429, &headers, "")]).await;
        let response = client().send(Request::get(service.url())).await.unwrap();
        assert_eq!(response.retry_after(), secs.map(Duration::from_secs));
    }
}
