//! The Route 53 driver against exchanges written from its documentation.

use serde_json::json;

use super::*;
use crate::base::{Explain, Secret};
use crate::dns::stories::{Exchanges, Writes, stories};
use crate::dns::testing::{Form, NOW, txt};
use crate::http::{Asked, Expected, Player, Source};

const DOCS: Source = Source::written(
    "2026-11-28",
    "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html",
);

const FORM: Form = Form {
    kind: "route53",
    settings: &[("access-key-id", "AKIDEXAMPLE")],
    secrets: &[("secret-access-key", "s3cret")],
};

const SET: &str = "/2013-04-01/hostedzone/Z1PA6795UKMFR9/rrset";

struct Played;

stories!(Played);

impl Exchanges for Played {
    const FORM: Form = FORM;
    const WRITES: Writes = Writes::IfUnchanged {
        statuses: &[400],
        refused: |write, status, words| write.answers_with(status, XML, &invalid_batch(words)),
    };

    /// Whatever comes behind the name in the order of names is listed, too; a private zone of the
    /// name does not count.
    fn finds(zone: &str, is_there: bool) -> Expected {
        let dotted = format!("{zone}.");
        let mut zones = vec![("Z9", dotted.as_str(), true), ("Z0", "org.example.", false)];
        if is_there {
            zones.insert(1, ("Z1PA6795UKMFR9", &dotted, false));
        }
        signed(by_name(zone), None).answers_with(200, XML, &listed(&zones, ""))
    }

    /// The list goes on with the next type of the name, or the next name.
    fn reads(name: &str, values: &[&str]) -> Expected {
        let name = format!("{name}.example.org.");
        let path = format!("{SET}?name={name}&type=TXT&maxitems=1");
        let set = match values {
            [] => set(&name, "SPF", 300, &["new"]),
            _ => set(&name, "TXT", 300, values),
        };
        signed(DOCS.get(&path), None).answers_with(200, XML, &sets(&set))
    }

    /// In one batch.
    fn writes(from: &[&str], to: &[&str]) -> Expected {
        let ttl_secs = if from.is_empty() { 60 } else { 300 };
        let changes = [("DELETE", 300, from), ("CREATE", ttl_secs, to)];
        let changes = changes.into_iter().filter(|(_, _, set)| !set.is_empty());
        let changes = changes.map(|(action, ttl_secs, values)| {
            let set = set("_acme-challenge.example.org.", "TXT", ttl_secs, values);
            format!("<Change><Action>{action}</Action>{set}</Change>")
        });
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ChangeResourceRecordSetsRequest \
             xmlns=\"{XMLNS}\"><ChangeBatch><Changes>{}</Changes></ChangeBatch>\
             </ChangeResourceRecordSetsRequest>",
            changes.collect::<String>()
        );
        signed(DOCS.post(SET), None)
            .with_text(&body)
            .answers_with(200, XML, PENDING)
    }

    fn refusals() -> Vec<(u16, Value, &'static str, &'static str)> {
        let failure = |code, message| Value::String(fails(code, message));
        vec![
            (
                403,
                failure("InvalidClientTokenId", "The security token is invalid."),
                "dns.token-refused",
                "The security token is invalid.",
            ),
            (
                403,
                failure(
                    "AccessDenied",
                    "User: arn:aws:iam::1:user/a is not authorized",
                ),
                "dns.token-refused",
                "is not authorized",
            ),
            (
                400,
                failure("Throttling", "Rate exceeded"),
                "dns.rate-limited",
                "too many requests",
            ),
            (
                400,
                failure(
                    "PriorRequestNotComplete",
                    "Still processing a prior request",
                ),
                "dns.rate-limited",
                "too many requests",
            ),
            (
                400,
                failure("InvalidInput", "Nothing will do\u{7f}"),
                "dns.service-refused",
                "Nothing will do\\u{7f}",
            ),
            (
                200,
                json!(listed(&[], "")),
                "dns.zone-not-in-account",
                "example.org",
            ),
            (
                200,
                json!("<HostedZones>"),
                "dns.service-not-understood",
                "is not understood",
            ),
        ]
    }
}

#[tokio::test]
async fn a_set_of_the_next_name_is_not_taken_for_the_one_that_is_missing() {
    let path = format!("{SET}?name=_acme-challenge.example.org.&type=TXT&maxitems=1");
    let next = set("example.test.", "TXT", 300, &["new"]);
    let service = Player::start([
        Played::finds("example.org", true),
        DOCS.get(&path).answers_with(200, XML, &sets(&next)),
    ])
    .await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn of_two_zones_of_one_name_the_id_says_which_is_meant() {
    let two = [
        ("Z1", "example.org.", false),
        ("Z1PA6795UKMFR9", "example.org.", false),
    ];
    let two = by_name("example.org").answers_with(200, XML, &listed(&two, ""));
    let service = Player::start([two]).await;
    let error = FORM
        .driver(&service)
        .publish(&txt("new"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "dns.setting");
    assert!(error.to_string().starts_with("hosted-zone-id: "), "{error}");
    service.finish();

    let id = [("hosted-zone-id", "Z1PA6795UKMFR9")];
    let zone = zone("Z1PA6795UKMFR9", "example.org.", false);
    let path = "/2013-04-01/hostedzone/Z1PA6795UKMFR9";
    let found = format!("<GetHostedZoneResponse>{zone}</GetHostedZoneResponse>");
    let service = Player::start([
        signed(DOCS.get(path), None).answers_with(200, XML, &found),
        Played::reads("_acme-challenge", &["new"]),
    ])
    .await;
    let driver = FORM.driver_with(&service, &id, &[]);
    driver.publish(&txt("new")).await.unwrap();
    service.finish();

    let missing = fails("NoSuchHostedZone", "No hosted zone found with ID");
    let service = Player::start([DOCS.get(path).answers_with(404, XML, &missing)]).await;
    let driver = FORM.driver_with(&service, &id, &[]);
    let error = driver.publish(&txt("new")).await.unwrap_err();
    assert_eq!(error.code(), "dns.zone-not-in-account");
    service.finish();
}

#[tokio::test]
async fn a_session_token_is_sent_and_signed() {
    let zones = listed(&[], "");
    let service =
        Player::start([signed(list(""), Some("lent")).answers_with(200, XML, &zones)]).await;
    let driver = FORM.driver_with(&service, &[], &[("session-token", "lent")]);
    driver.reach().await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_session_token_that_the_service_repeats_is_not_told() {
    let text = "The signature does not match: host:a x-amz-security-token:l3nt-token";
    let refused = list("").answers_with(403, XML, &fails("SignatureDoesNotMatch", text));
    let service = Player::start([refused]).await;
    let driver = FORM.driver_with(&service, &[], &[("session-token", "l3nt-token")]);
    let error = driver.reach().await.unwrap_err();
    assert_eq!(error.code(), "dns.token-refused");
    assert!(!error.to_string().contains("l3nt"), "{error}");
    assert!(error.to_string().contains("does not match"), "{error}");
    service.finish();
}

#[tokio::test]
async fn every_page_of_public_zones_is_in_reach() {
    let page = |number: usize, zones: &[String], has_more: bool| {
        let query = match number {
            0 => String::new(),
            number => format!("&marker=Z{number}"),
        };
        let mut more = format!("<IsTruncated>{has_more}</IsTruncated>");
        if has_more {
            more += &format!("<NextMarker>Z{}</NextMarker>", number + 1);
        }
        let dotted: Vec<String> = zones.iter().map(|zone| format!("{zone}.")).collect();
        let zones = dotted.iter().map(|zone| ("Z1", zone.as_str(), false));
        let zones: Vec<_> = zones.chain([("Z2", "inside.test.", true)]).collect();
        signed(list(&query), None).answers_with(200, XML, &listed(&zones, &more))
    };
    FORM.reads_every_page(Vec::new, 1, page, ZonesInReach::Everything)
        .await;
}

/// With the signature of the very request.
fn signed(expected: Expected, token: Option<&'static str>) -> Expected {
    expected.that("it is signed as it is", move |asked: &Asked| {
        let signer = Signer {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: Secret::new("s3cret".to_owned()),
            session_token: token.map(|token| Secret::new(token.to_owned())),
            region: "us-east-1".to_owned(),
            service: "route53",
        };
        let (method, target) = asked.line.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let signed = Signed {
            method: if method == "GET" {
                Method::Get
            } else {
                Method::Post
            },
            host: asked.header("host"),
            path,
            query,
            body: &asked.body,
        };
        let signature = signer.sign(&signed, NOW);
        let is_signed = |text: &String| asked.header("authorization") == text;
        asked.header("x-amz-date") == signature.date
            && asked.header("x-amz-security-token") == token.unwrap_or_default()
            && signature.authorization.expose(is_signed)
    })
}

fn by_name(zone: &str) -> Expected {
    DOCS.get(&format!(
        "/2013-04-01/hostedzonesbyname?dnsname={zone}&maxitems=100"
    ))
}

fn list(more: &str) -> Expected {
    DOCS.get(&format!("/2013-04-01/hostedzone?maxitems=100{more}"))
}

fn listed(zones: &[(&str, &str, bool)], more: &str) -> String {
    let zones = zones
        .iter()
        .map(|(id, name, is_private)| zone(id, name, *is_private));
    format!(
        "<?xml version=\"1.0\"?>\n<ListHostedZonesResponse xmlns=\"{XMLNS}\"><HostedZones>{}\
         </HostedZones>{more}</ListHostedZonesResponse>",
        zones.collect::<String>()
    )
}

fn zone(id: &str, name: &str, is_private: bool) -> String {
    format!(
        "<HostedZone><Id>/hostedzone/{id}</Id><Name>{name}</Name><Config><PrivateZone>{is_private}\
         </PrivateZone></Config></HostedZone>"
    )
}

fn sets(set: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<ListResourceRecordSetsResponse xmlns=\"{XMLNS}\">\
         <ResourceRecordSets>{set}</ResourceRecordSets></ListResourceRecordSetsResponse>"
    )
}

fn set(name: &str, kind: &str, ttl_secs: u32, values: &[&str]) -> String {
    let values = values
        .iter()
        .map(|value| format!("<ResourceRecord><Value>\"{value}\"</Value></ResourceRecord>"));
    format!(
        "<ResourceRecordSet><Name>{name}</Name><Type>{kind}</Type><TTL>{ttl_secs}</TTL>\
         <ResourceRecords>{}</ResourceRecords></ResourceRecordSet>",
        values.collect::<String>()
    )
}

fn fails(code: &str, message: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"{XMLNS}\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    )
}

fn invalid_batch(message: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<InvalidChangeBatch xmlns=\"{XMLNS}\"><Messages><Message>{message}\
         </Message></Messages></InvalidChangeBatch>"
    )
}

const XMLNS: &str = "https://route53.amazonaws.com/doc/2013-04-01/";

const XML: &[(&str, &str)] = &[("Content-Type", "text/xml")];

const PENDING: &str = "<?xml version=\"1.0\"?>\n<ChangeResourceRecordSetsResponse><ChangeInfo>\
                       <Id>/change/C2682N5HXP0BZ4</Id><Status>PENDING</Status></ChangeInfo>\
                       </ChangeResourceRecordSetsResponse>";
