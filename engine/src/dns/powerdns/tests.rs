//! The PowerDNS driver against exchanges written from its documentation.

use super::*;
use crate::dns::stories::{Exchanges, Writes, stories};
use crate::dns::testing::{Form, txt};
use crate::http::{Expected, Player, Source};

const DOCS: Source = Source::written(
    "2026-11-28",
    "https://doc.powerdns.com/authoritative/http-api/zone.html",
);

const FORM: Form = Form {
    kind: "powerdns",
    settings: &[],
    secrets: &[("api-key", "k3y")],
};

struct Played;

stories!(Played);

impl Exchanges for Played {
    const FORM: Form = FORM;
    const WRITES: Writes = Writes::Blindly;

    fn finds(zone: &str, is_there: bool) -> Expected {
        let path = format!("/api/v1/servers/localhost/zones/{zone}.?rrsets=false");
        let found = DOCS.get(&path).with_header("X-API-Key", "k3y");
        match is_there {
            true => found.answers(200, json!({ "name": format!("{zone}.") })),
            false => found.answers(404, json!("Not Found")),
        }
    }

    fn reads(name: &str, values: &[&str]) -> Expected {
        reads_records(name, records(values))
    }

    fn writes(from: &[&str], to: &[&str]) -> Expected {
        let ttl_secs = if from.is_empty() { 60 } else { 5 };
        writes_records(ttl_secs, records(to))
    }

    fn refusals() -> Vec<(u16, Value, &'static str, &'static str)> {
        vec![
            (
                401,
                json!("Unauthorized"),
                "dns.token-refused",
                "Unauthorized",
            ),
            (
                404,
                json!({ "error": "Not Found" }),
                "dns.zone-not-in-account",
                "example.org",
            ),
            (
                422,
                json!({ "error": "Out of zone\u{1b}" }),
                "dns.service-refused",
                "Out of zone\\u{1b}",
            ),
            (500, Value::Null, "dns.service-refused", "500"),
            (
                200,
                json!({ "nothing": 1 }),
                "dns.service-not-understood",
                "missing field",
            ),
        ]
    }
}

#[tokio::test]
async fn a_disabled_value_does_not_count_and_stays() {
    let disabled = json!({ "content": "\"new\"", "disabled": true });
    let served = json!({ "content": "\"new\"", "disabled": false });
    let both = json!([disabled, served]);
    let alone = json!([disabled]);
    for is_there in [false, true] {
        let (before, after) = match is_there {
            false => (&alone, &both),
            true => (&both, &alone),
        };
        let service = Player::start([
            Played::finds("example.org", true),
            reads_records("_acme-challenge", before.clone()),
            writes_records(5, after.clone()),
            reads_records("_acme-challenge", after.clone()),
        ])
        .await;
        let driver = FORM.driver(&service);
        match is_there {
            false => assert!(driver.publish(&txt("new")).await.is_ok()),
            true => driver.remove(&txt("new")).await.unwrap(),
        }
        service.finish();
    }
}

#[tokio::test]
async fn the_key_reaches_every_zone_of_the_server() {
    let zones = json!([{ "name": "example.org." }, { "name": "a.test." }]);
    let service = Player::start([DOCS
        .get("/api/v1/servers/localhost/zones")
        .with_header("X-API-Key", "k3y")
        .answers(200, zones)])
    .await;
    let expected = ["example.org", "a.test"].map(str::to_owned).to_vec();
    let reach = FORM.driver(&service).reach().await.unwrap();
    assert_eq!(reach, ZonesInReach::Everything(expected));
    service.finish();
}

const ZONE: &str = "/api/v1/servers/localhost/zones/example.org.";

/// An older server lists everything.
fn reads_records(name: &str, records: Value) -> Expected {
    let name = format!("{name}.example.org.");
    let apex = json!([{ "content": "\"new\"" }]);
    let mut sets =
        vec![json!({ "name": "example.org.", "type": "TXT", "ttl": 9, "records": apex })];
    if records != json!([]) {
        sets.push(json!({ "name": name, "type": "TXT", "ttl": 5, "records": records }));
    }
    DOCS.get(&format!("{ZONE}?rrset_name={name}&rrset_type=TXT"))
        .with_header("X-API-Key", "k3y")
        .answers(200, json!({ "name": "example.org.", "rrsets": sets }))
}

fn writes_records(ttl_secs: u32, records: Value) -> Expected {
    let is_empty = records == json!([]);
    let change = json!({ "rrsets": [{
        "name": "_acme-challenge.example.org.",
        "type": "TXT",
        "ttl": ttl_secs,
        "changetype": if is_empty { "DELETE" } else { "REPLACE" },
        "records": records,
    }] });
    DOCS.patch(ZONE)
        .with_header("X-API-Key", "k3y")
        .with_json(change)
        .answers(204, Value::Null)
}

fn records(values: &[&str]) -> Value {
    let record = |value: &&str| json!({ "content": format!("\"{value}\""), "disabled": false });
    values.iter().map(record).collect()
}
