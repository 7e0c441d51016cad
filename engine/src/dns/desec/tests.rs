//! The deSEC driver against exchanges written from its documentation.

use super::*;
use crate::dns::stories::{Exchanges, Writes, stories};
use crate::dns::testing::Form;
use crate::http::{Expected, Source};

const DOCS: Source = Source::written(
    "2026-11-28",
    "https://desec.readthedocs.io/en/latest/dns/rrsets.html",
);

const FORM: Form = Form {
    kind: "desec",
    settings: &[],
    secrets: &[("api-token", "t0ken")],
};

struct Played;

stories!(Played);

impl Exchanges for Played {
    const FORM: Form = FORM;
    const WRITES: Writes = Writes::Blindly;

    fn finds(zone: &str, is_there: bool) -> Expected {
        let found = DOCS.get(&format!("/domains/{zone}/"));
        let found = found.with_header("Authorization", "Token t0ken");
        match is_there {
            true => found.answers(
                200,
                json!({ "name": zone, "minimum_ttl": 3600, "keys": [] }),
            ),
            false => found.answers(404, json!({ "detail": "Not found." })),
        }
    }

    fn reads(name: &str, values: &[&str]) -> Expected {
        let set = DOCS.get(&format!("{SETS}{name}/TXT/"));
        let body = json!({
            "domain": "example.org",
            "subname": name,
            "name": format!("{name}.example.org."),
            "type": "TXT",
            "records": quoted(values),
            "ttl": 7200,
        });
        match values {
            [] => set.answers(404, json!({ "detail": "Not found." })),
            _ => set.answers(200, body),
        }
    }

    /// A set that is made takes the shortest time to live that the domain allows.
    fn writes(from: &[&str], to: &[&str]) -> Expected {
        let body = json!([{
            "subname": "_acme-challenge",
            "type": "TXT",
            "ttl": if from.is_empty() { 3600 } else { 7200 },
            "records": quoted(to),
        }]);
        DOCS.put(SETS).with_json(body.clone()).answers(200, body)
    }

    fn refusals() -> Vec<(u16, Value, &'static str, &'static str)> {
        vec![
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
        ]
    }
}

#[tokio::test]
async fn the_token_reaches_every_domain_of_the_account_page_by_page_at_this_address_alone() {
    let page = |number: usize, domains: &[String], has_more: bool| {
        let cursor = |number: usize| match number {
            0 => String::new(),
            _ => format!("abc{number}%3D"),
        };
        let mut links = "<https://elsewhere.test/domains/?cursor=>; rel=\"first\"".to_owned();
        if has_more {
            let next = cursor(number + 1);
            links += &format!(", <https://elsewhere.test/domains/?cursor={next}>; rel=\"next\"");
        }
        let domains = domains.iter();
        let domains = domains.map(|name| json!({ "name": name, "minimum_ttl": 3600 }));
        let body = Value::from_iter(domains).to_string();
        DOCS.get(&format!("/domains/?cursor={}", cursor(number)))
            .with_header("Authorization", "Token t0ken")
            .answers_with(200, &[("Link", &links)], &body)
    };
    FORM.reads_every_page(Vec::new, 1, page, ZonesInReach::Everything)
        .await;
}

const SETS: &str = "/domains/example.org/rrsets/";

fn quoted(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| format!("\"{value}\"")).collect()
}
