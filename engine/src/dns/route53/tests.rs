//! The Route 53 driver against exchanges written from its documentation.

use super::*;
use crate::base::{Explain, Secret};
use crate::dns::Published;
use crate::dns::testing::{Form, NOW, txt, txt_in_child};
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

#[tokio::test]
async fn a_set_is_made_where_there_was_none() {
    let service = Player::start([
        finds("example.org", &[("Z1PA6795UKMFR9", "example.org.", false)]),
        reads(&[]),
        changes(&[("CREATE", 60, &["new"])]).answers_with(200, XML, PENDING),
    ])
    .await;
    let published = FORM.driver(&service).publish(&txt("new")).await;
    assert_eq!(published, Ok(Published::Done));
    service.finish();
}

#[tokio::test]
async fn a_value_is_put_beside_another_in_one_batch_that_fails_if_that_one_has_changed() {
    let service = Player::start([
        finds("example.org", &[("Z1PA6795UKMFR9", "example.org.", false)]),
        reads(&["old"]),
        changes(&[("DELETE", 300, &["old"]), ("CREATE", 300, &["old", "new"])]).answers_with(
            400,
            XML,
            &invalid_batch("the values provided do not match"),
        ),
        reads(&["old", "theirs"]),
        changes(&[
            ("DELETE", 300, &["old", "theirs"]),
            ("CREATE", 300, &["old", "theirs", "new"]),
        ])
        .answers_with(200, XML, PENDING),
    ])
    .await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_batch_that_is_refused_though_nothing_has_changed_is_told_in_the_services_words() {
    let service = Player::start([
        finds("example.org", &[("Z1PA6795UKMFR9", "example.org.", false)]),
        reads(&[]),
        changes(&[("CREATE", 60, &["new"])]).answers_with(
            400,
            XML,
            &invalid_batch("conflicts with a CNAME\u{7f}"),
        ),
        reads(&[]),
    ])
    .await;
    let error = FORM
        .driver(&service)
        .publish(&txt("new"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "dns.service-refused");
    assert!(error.to_string().contains("CNAME\\u{7f}"), "{error}");
    service.finish();
}

#[tokio::test]
async fn a_value_that_is_there_is_not_written_again_nor_one_that_is_missing_removed() {
    let zone = [("Z1PA6795UKMFR9", "example.org.", false)];
    let script = [finds("example.org", &zone), reads(&["old", "new"])];
    let service = Player::start(script).await;
    FORM.driver(&service).publish(&txt("new")).await.unwrap();
    service.finish();
    let service = Player::start([finds("example.org", &zone), reads(&["old"])]).await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
    // The list goes on with the next name, or the next type.
    let next = set("_acme-challenge.example.org.", "SPF", 300, &["new"]);
    let listed = DOCS.get(&read_path()).answers_with(200, XML, &sets(&next));
    let service = Player::start([finds("example.org", &zone), listed]).await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn only_the_one_value_is_taken_away_and_the_last_one_with_its_set() {
    let zone = [("Z1PA6795UKMFR9", "example.org.", false)];
    let service = Player::start([
        finds("example.org", &zone),
        reads(&["old", "new"]),
        changes(&[("DELETE", 300, &["old", "new"]), ("CREATE", 300, &["old"])])
            .answers_with(200, XML, PENDING),
    ])
    .await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
    let service = Player::start([
        finds("example.org", &zone),
        reads(&["new"]),
        changes(&[("DELETE", 300, &["new"])]).answers_with(200, XML, PENDING),
    ])
    .await;
    FORM.driver(&service).remove(&txt("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn a_public_zone_is_found_above_the_one_that_the_servers_name() {
    let there = set("_acme-challenge.dev.example.org.", "TXT", 60, &["new"]);
    let query = "?name=_acme-challenge.dev.example.org.&type=TXT&maxitems=1";
    let service = Player::start([
        finds("dev.example.org", &[("Z9", "dev.example.org.", true)]),
        finds("example.org", &[("Z1PA6795UKMFR9", "example.org.", false)]),
        DOCS.get(&format!("{SET}{query}"))
            .answers_with(200, XML, &sets(&there)),
    ])
    .await;
    let driver = FORM.driver(&service);
    driver.publish(&txt_in_child("new")).await.unwrap();
    service.finish();
}

#[tokio::test]
async fn of_two_zones_of_one_name_the_id_says_which_is_meant() {
    let two = [
        ("Z1", "example.org.", false),
        ("Z1PA6795UKMFR9", "example.org.", false),
    ];
    let service = Player::start([finds("example.org", &two)]).await;
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
        reads(&["new"]),
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
async fn each_refusal_is_told_by_its_cause_and_in_the_services_words() {
    let find = || DOCS.get("/2013-04-01/hostedzonesbyname?dnsname=example.org&maxitems=100");
    FORM.tells_refusals_apart(Vec::new, find, &[]).await;
    for (status, body, code, words) in [
        (
            403,
            fails("InvalidClientTokenId", "The security token is invalid."),
            "dns.token-refused",
            "The security token is invalid.",
        ),
        (
            403,
            fails(
                "AccessDenied",
                "User: arn:aws:iam::1:user/a is not authorized",
            ),
            "dns.token-refused",
            "is not authorized",
        ),
        (
            400,
            fails("Throttling", "Rate exceeded"),
            "dns.rate-limited",
            "too many requests",
        ),
        (
            400,
            fails(
                "PriorRequestNotComplete",
                "Still processing a prior request",
            ),
            "dns.rate-limited",
            "too many requests",
        ),
        (
            400,
            fails("InvalidInput", "Nothing will do\u{7f}"),
            "dns.service-refused",
            "Nothing will do\\u{7f}",
        ),
        (
            200,
            listed(&[], ""),
            "dns.zone-not-in-account",
            "example.org",
        ),
        (
            200,
            "<HostedZones>".to_owned(),
            "dns.service-not-understood",
            "is not understood",
        ),
    ] {
        let service = Player::start([find().answers_with(status, XML, &body)]).await;
        let error = FORM
            .driver(&service)
            .publish(&txt("new"))
            .await
            .unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        service.finish();
    }
}

#[tokio::test]
async fn every_page_of_public_zones_is_in_reach() {
    let first = listed(
        &[("Z1", "example.org.", false), ("Z2", "inside.test.", true)],
        "<IsTruncated>true</IsTruncated><NextMarker>Z3</NextMarker>",
    );
    let last = listed(
        &[("Z3", "a.test.", false)],
        "<IsTruncated>false</IsTruncated>",
    );
    let service = Player::start([
        signed(list(""), None).answers_with(200, XML, &first),
        signed(list("&marker=Z3"), None).answers_with(200, XML, &last),
    ])
    .await;
    let zones = ["example.org", "a.test"].map(str::to_owned).to_vec();
    let reach = FORM.driver(&service).reach().await;
    assert_eq!(reach, Ok(ZonesInReach::Everything(zones)));
    service.finish();
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

fn finds(name: &str, zones: &[(&str, &str, bool)]) -> Expected {
    let path = format!("/2013-04-01/hostedzonesbyname?dnsname={name}&maxitems=100");
    // Whatever comes behind the name in the order of names is listed, too.
    let mut zones = zones.to_vec();
    zones.push(("Z0", "org.example.", false));
    signed(DOCS.get(&path), None).answers_with(200, XML, &listed(&zones, ""))
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

fn read_path() -> String {
    format!("{SET}?name=_acme-challenge.example.org.&type=TXT&maxitems=1")
}

fn reads(values: &[&str]) -> Expected {
    let set = match values {
        [] => set("example.test.", "TXT", 300, &["new"]),
        _ => set("_acme-challenge.example.org.", "TXT", 300, values),
    };
    signed(DOCS.get(&read_path()), None).answers_with(200, XML, &sets(&set))
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

fn changes(changes: &[(&str, u32, &[&str])]) -> Expected {
    let changes = changes.iter().map(|(action, ttl_secs, values)| {
        let set = set("_acme-challenge.example.org.", "TXT", *ttl_secs, values);
        format!("<Change><Action>{action}</Action>{set}</Change>")
    });
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ChangeResourceRecordSetsRequest \
         xmlns=\"{XMLNS}\"><ChangeBatch><Changes>{}</Changes></ChangeBatch>\
         </ChangeResourceRecordSetsRequest>",
        changes.collect::<String>()
    );
    signed(DOCS.post(SET), None).with_text(&body)
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
