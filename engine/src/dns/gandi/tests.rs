//! The Gandi driver against exchanges written from its documentation.

use super::*;
use crate::dns::stories::{Exchanges, Writes, stories};
use crate::dns::testing::{Form, txt};
use crate::http::{Expected, Player, Source};

const DOCS: Source = Source::written("2026-11-28", "https://api.gandi.net/docs/livedns/");

const FORM: Form = Form {
    kind: "gandi",
    settings: &[],
    secrets: &[("personal-access-token", "t0ken")],
};

struct Played;

stories!(Played);

impl Exchanges for Played {
    const FORM: Form = FORM;
    const WRITES: Writes = Writes::Blindly;

    fn finds(zone: &str, is_there: bool) -> Expected {
        let found = DOCS.get(&format!("/domains/{zone}"));
        let found = found.with_header("Authorization", "Bearer t0ken");
        match is_there {
            true => found.answers(200, json!({ "fqdn": zone, "automatic_snapshots": false })),
            false => found.answers(404, fails(404, "The resource could not be found.")),
        }
    }

    fn reads(name: &str, values: &[&str]) -> Expected {
        let set = DOCS.get(&set_path(name));
        let body = json!({
            "rrset_name": name,
            "rrset_type": "TXT",
            "rrset_ttl": 1200,
            "rrset_values": quoted(values),
        });
        match values {
            [] => set.answers(404, fails(404, "Can't find it.")),
            _ => set.answers(200, body),
        }
    }

    /// A set that is made takes the shortest time to live there is.
    fn writes(from: &[&str], to: &[&str]) -> Expected {
        let path = set_path("_acme-challenge");
        let ttl_secs = if from.is_empty() { 300 } else { 1200 };
        let body = json!({ "rrset_ttl": ttl_secs, "rrset_values": quoted(to) });
        let created = json!({ "message": "DNS Record Created" });
        match to {
            [] => DOCS.delete(&path).answers(204, Value::Null),
            _ => DOCS.put(&path).with_json(body).answers(201, created),
        }
    }

    fn refusals() -> Vec<(u16, Value, &'static str, &'static str)> {
        vec![
            (
                401,
                fails(401, "Bad authentication attempt"),
                "dns.token-refused",
                "Bad authentication attempt",
            ),
            (
                403,
                fails(403, "Access was denied to this resource."),
                "dns.token-refused",
                "Access was denied",
            ),
            (
                404,
                fails(404, "The resource could not be found."),
                "dns.zone-not-in-account",
                "example.org",
            ),
            (
                400,
                fails(400, "Malformed\u{1b}"),
                "dns.service-refused",
                "Malformed\\u{1b}",
            ),
            (
                200,
                json!({}),
                "dns.service-not-understood",
                "missing field `fqdn`",
            ),
        ]
    }
}

#[tokio::test]
async fn a_set_that_is_gone_meanwhile_is_removed_without_complaint() {
    let gone = DOCS.delete(&set_path("_acme-challenge"));
    let service = Player::start([
        Played::finds("example.org", true),
        Played::reads("_acme-challenge", &["new"]),
        gone.answers(404, Value::Null),
        Played::reads("_acme-challenge", &[]),
    ])
    .await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn every_page_of_domains_is_in_reach() {
    let page = |number: usize, domains: &[String], _: bool| {
        let path = format!("/domains?per_page=100&page={}", number + 1);
        let domains = domains.iter().map(|name| json!({ "fqdn": name }));
        DOCS.get(&path)
            .with_header("Authorization", "Bearer t0ken")
            .answers(200, domains.collect())
    };
    FORM.reads_every_page(Vec::new, 100, page, ZonesInReach::Listed)
        .await;
}

fn set_path(name: &str) -> String {
    format!("/domains/example.org/records/{name}/TXT")
}

fn quoted(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| format!("\"{value}\"")).collect()
}

fn fails(code: u16, message: &str) -> Value {
    json!({ "object": "HTTPError", "code": code, "message": message, "cause": "Told" })
}
