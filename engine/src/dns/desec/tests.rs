//! The deSEC driver against exchanges written from its documentation.

use super::*;
use crate::base::Explain;
use crate::dns::Published;
use crate::dns::records::ATTEMPTS;
use crate::dns::testing::{Form, txt, txt_in_child};
use crate::http::{Expected, Player, Source};

const DOCS: Source = Source::written(
    "2026-11-28",
    "https://desec.readthedocs.io/en/latest/dns/rrsets.html",
);

const FORM: Form = Form {
    kind: "desec",
    settings: &[],
    secrets: &[("api-token", "t0ken")],
};

const SETS: &str = "/domains/example.org/rrsets/";

#[tokio::test]
async fn a_set_is_made_with_the_shortest_time_to_live_that_the_domain_allows() {
    let script = [
        finds("example.org", true),
        reads(&[]),
        writes(&["new"]),
        reads(&["new"]),
    ];
    let service = Player::start(script).await;
    let published = FORM.driver(&service).publish(&txt("new")).await;
    assert_eq!(published, Ok(Published::Done));
    service.finish();
}

#[tokio::test]
async fn a_value_is_put_beside_another() {
    let service = Player::start([
        finds("example.org", true),
        reads(&["old"]),
        writes(&["old", "new"]),
        reads(&["old", "new"]),
    ])
    .await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_there_is_not_written_again_nor_one_that_is_missing_removed() {
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
async fn only_the_one_value_is_taken_away_and_an_empty_set_is_none() {
    for (before, after) in [(&["old", "new"][..], &["old"][..]), (&["new"], &[])] {
        let service = Player::start([
            finds("example.org", true),
            reads(before),
            writes(after),
            reads(after),
        ])
        .await;
        FORM.driver(&service).remove(&txt("new")).await.unwrap();
        service.finish();
    }
}

#[tokio::test]
async fn a_write_that_somebody_else_overwrote_is_done_again_and_not_for_ever() {
    let service = Player::start([
        finds("example.org", true),
        reads(&[]),
        writes(&["new"]),
        reads(&["theirs"]),
        writes(&["theirs", "new"]),
        reads(&["theirs", "new"]),
    ])
    .await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();

    let mut script = vec![finds("example.org", true), reads(&[])];
    for _ in 0..ATTEMPTS {
        script.push(writes(&["new"]));
        script.push(reads(&[]));
    }
    let service = Player::start(script).await;
    let error = FORM.driver(&service).publish(&txt("new")).await;
    assert_eq!(error.unwrap_err().code(), "dns.keeps-changing");
    service.finish();
}

#[tokio::test]
async fn a_zone_is_found_above_the_one_that_the_servers_name() {
    let there = json!({ "records": ["\"new\""], "ttl": 3600 });
    let service = Player::start([
        finds("dev.example.org", false),
        finds("example.org", true),
        DOCS.get(&format!("{SETS}_acme-challenge.dev/TXT/"))
            .answers(200, there),
    ])
    .await;
    let driver = FORM.driver(&service);
    driver.publish(&txt_in_child("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn each_refusal_is_told_by_its_cause_and_in_the_services_words() {
    let find = || DOCS.get("/domains/example.org/");
    let refusals = [
        (
            401,
            json!({ "detail": "Invalid token." }),
            "dns.token-refused",
            "Invalid token.",
        ),
        (
            403,
            json!({ "detail": "Insufficient token permissions." }),
            "dns.token-refused",
            "Insufficient token permissions.",
        ),
        (
            404,
            json!({ "detail": "Not found." }),
            "dns.zone-not-in-account",
            "example.org",
        ),
        (
            400,
            json!([{ "ttl": ["Ensure this value\u{1b}"] }]),
            "dns.service-refused",
            "Ensure this value",
        ),
        (
            200,
            json!({ "name": "example.org" }),
            "dns.service-not-understood",
            "missing field `minimum_ttl`",
        ),
    ];
    FORM.tells_refusals_apart(Vec::new, find, &refusals).await;
}

#[tokio::test]
async fn the_token_reaches_every_domain_of_the_account_page_by_page_at_this_address_alone() {
    let links = "<https://elsewhere.test/domains/?cursor=>; rel=\"first\", \
                 <https://elsewhere.test/domains/?cursor=abc%3D>; rel=\"next\"";
    let domain = |name| json!([{ "name": name, "minimum_ttl": 3600 }]).to_string();
    let service = Player::start([
        DOCS.get("/domains/?cursor=")
            .with_header("Authorization", "Token t0ken")
            .answers_with(200, &[("Link", links)], &domain("example.org")),
        DOCS.get("/domains/?cursor=abc%3D")
            .answers_with(200, &[], &domain("a.dedyn.io")),
    ])
    .await;
    let zones = ["example.org", "a.dedyn.io"].map(str::to_owned).to_vec();
    let reach = FORM.driver(&service).reach().await;
    assert_eq!(reach, Ok(ZonesInReach::Everything(zones)));
    service.finish();
}

fn finds(name: &str, is_there: bool) -> Expected {
    let found = DOCS.get(&format!("/domains/{name}/"));
    let found = found.with_header("Authorization", "Token t0ken");
    match is_there {
        true => found.answers(
            200,
            json!({ "name": name, "minimum_ttl": 3600, "keys": [] }),
        ),
        false => found.answers(404, json!({ "detail": "Not found." })),
    }
}

fn reads(values: &[&str]) -> Expected {
    let set = DOCS.get(&format!("{SETS}_acme-challenge/TXT/"));
    let body = json!({
        "domain": "example.org",
        "subname": "_acme-challenge",
        "name": "_acme-challenge.example.org.",
        "type": "TXT",
        "records": quoted(values),
        "ttl": 3600,
    });
    match values {
        [] => set.answers(404, json!({ "detail": "Not found." })),
        _ => set.answers(200, body),
    }
}

fn writes(values: &[&str]) -> Expected {
    let body = json!([{
        "subname": "_acme-challenge",
        "type": "TXT",
        "ttl": 3600,
        "records": quoted(values),
    }]);
    DOCS.put(SETS).with_json(body.clone()).answers(200, body)
}

fn quoted(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| format!("\"{value}\"")).collect()
}
