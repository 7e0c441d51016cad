//! The servers that ACME is tried against, themselves: each does what the tests rely on.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use spec::rig::{Bind, Pebble, PebbleOptions, Piece, PowerDns, Resolver, Secondary, Zone, lego};

use crate::counterpart::{has, openssl_done, run};

#[test]
fn bind_takes_a_change_with_its_key_and_serves_it_at_once() {
    if !has(&[Piece::Bind]) {
        return;
    }
    let bind = Bind::start([Zone::new("rig.test")]);
    let name = "_acme-challenge.www.rig.test";
    bind.change("rig.test", &format!("update add {name} 5 TXT \"one two\""))
        .unwrap();
    assert_eq!(bind.txt(name), ["one two"]);
    let zone = bind.zone_text("rig.test");
    assert!(
        zone.contains("\"one two\"") && zone.contains("SOA"),
        "{zone}"
    );

    bind.change("rig.test", &format!("update delete {name} TXT"))
        .unwrap();
    assert!(bind.txt(name).is_empty());
}

#[test]
fn bind_refuses_another_type_another_name_and_another_key() {
    if !has(&[Piece::Bind]) {
        return;
    }
    let allowed = "_acme-challenge.www.other.test";
    let bind = Bind::start([
        Zone::new("rig.test"),
        Zone::new("other.test").changed_only_at(allowed),
    ]);
    let refused = |zone: &str, record: &str| {
        let said = bind
            .change(zone, &format!("update add {record}"))
            .unwrap_err();
        assert!(said.contains("REFUSED"), "{record}: {said}");
    };
    refused("rig.test", "mail.rig.test 5 A 127.0.0.1");
    refused("other.test", "_acme-challenge.other.test 5 TXT x");
    bind.change("other.test", &format!("update add {allowed} 5 TXT x"))
        .unwrap();

    let stranger = Bind::start([Zone::new("rig.test")]);
    let folder = tempfile::tempdir().unwrap();
    let words = folder.path().join("words");
    let change = "update add x.rig.test 5 TXT x";
    fs::write(
        &words,
        format!("server {}\n{change}\nsend\n", bind.address()),
    )
    .unwrap();
    let mut command = Command::new("nsupdate");
    let said = run(command.arg("-k").arg(stranger.tsig_file()).arg(&words));
    assert_eq!(said.code, Some(2), "{said:#?}");
    assert!(bind.txt("x.rig.test").is_empty());
}

#[test]
fn a_broken_zone_fails_until_it_is_mended_and_loses_nothing() {
    if !has(&[Piece::Bind]) {
        return;
    }
    let bind = Bind::start([Zone::new("rig.test"), Zone::new("other.test")]);
    bind.change("rig.test", "update add x.rig.test 5 TXT kept")
        .unwrap();
    bind.break_zone("rig.test");
    assert!(bind.txt("x.rig.test").is_empty());
    bind.change("rig.test", "update add y.rig.test 5 TXT lost")
        .unwrap_err();
    bind.change("other.test", "update add x.other.test 5 TXT taken")
        .unwrap();

    bind.mend_zone("rig.test");
    assert_eq!(bind.txt("x.rig.test"), ["kept"]);
    assert_eq!(bind.txt("x.other.test"), ["taken"]);
}

#[test]
fn a_secondary_is_listed_lags_and_catches_up_when_it_is_told() {
    if !has(&[Piece::Bind]) {
        return;
    }
    let bind = Bind::start([Zone::new("rig.test")]);
    let secondary = Secondary::of(&bind);
    let zone = bind.zone_text("rig.test");
    let address = secondary.address().to_string();
    assert!(
        zone.contains("ns2.rig.test.") && zone.contains(&address),
        "{zone}"
    );

    bind.change("rig.test", "update add x.rig.test 5 TXT new")
        .unwrap();
    assert_eq!(bind.txt("x.rig.test"), ["new"]);
    assert!(secondary.txt("x.rig.test").is_empty());
    secondary.catch_up();
    assert_eq!(secondary.txt("x.rig.test"), ["new"]);
}

#[test]
fn a_resolver_follows_an_alias_into_the_zone_of_another_server() {
    if !has(&[Piece::Bind, Piece::PowerDns]) {
        return;
    }
    let alias = "_acme-challenge.www CNAME www.other.test.";
    let bind = Bind::start([Zone::new("rig.test").with(alias)]);
    let other = PowerDns::start("other.test");
    let resolver = Resolver::of(&[
        ("rig.test", bind.address()),
        ("other.test", other.address()),
    ]);
    assert_eq!(
        other.ask(
            "PATCH",
            "/zones/other.test.",
            &text("www.other.test.", "found")
        ),
        204
    );
    assert_eq!(resolver.txt("_acme-challenge.www.rig.test"), ["found"]);
}

#[test]
fn two_servers_of_one_zone_are_a_split_horizon() {
    if !has(&[Piece::Bind]) {
        return;
    }
    let outside = Bind::start([Zone::new("rig.test")]);
    let inside = Bind::start([Zone::new("rig.test").with("intranet A 127.0.0.1")]);
    let public = Resolver::of(&[("rig.test", outside.address())]);
    let office = Resolver::of(&[("rig.test", inside.address())]);
    outside
        .change("rig.test", "update add x.rig.test 5 TXT public")
        .unwrap();
    assert_eq!(public.txt("x.rig.test"), ["public"]);
    assert!(office.txt("x.rig.test").is_empty());
}

#[test]
fn power_dns_takes_a_change_through_its_api_and_refuses_another_key() {
    if !has(&[Piece::PowerDns]) {
        return;
    }
    let server = PowerDns::start("pd.test");
    let name = "_acme-challenge.www.pd.test";
    let change = text(&format!("{name}."), "one");
    assert_eq!(server.ask("PATCH", "/zones/pd.test.", &change), 204);
    assert_eq!(server.txt(name), ["one"]);
    assert!(server.zone_text().contains("\"one\""));

    let zone = format!("{}/api/v1/servers/localhost/zones/pd.test.", server.api());
    let mut command = Command::new("curl");
    command.args(["--silent", "--noproxy", "*", "--write-out", "%{http_code}"]);
    let said = run(command.args(["-H", "X-API-Key: another", &zone]));
    assert!(said.out.ends_with("401"), "{said:#?}");
}

#[test]
fn pebble_tells_its_profiles_and_renewal_information_under_a_ca_of_its_own() {
    if !has(&[Piece::Pebble]) {
        return;
    }
    let pebble = Pebble::start(PebbleOptions {
        alternate_roots: 1,
        ..PebbleOptions::asking(NOBODY)
    });
    let directory: Value = serde_json::from_str(&pebble.get("/dir")).unwrap();
    let profiles = directory["meta"]["profiles"].as_object().unwrap();
    assert!(profiles.contains_key("shortlived"), "{directory:#}");
    let named_by_caa = &directory["meta"]["caaIdentities"];
    assert_eq!(named_by_caa, &json!(["ca.rig.test"]), "{directory:#}");
    for name in [
        "newNonce",
        "newOrder",
        "keyChange",
        "revokeCert",
        "renewalInfo",
    ] {
        assert!(directory[name].is_string(), "{name}: {directory:#}");
    }
    assert_ne!(pebble.issuing_root(), pebble.alternate_root(1));

    let mut strange = Command::new("curl");
    let said = run(strange.args(["--silent", "--noproxy", "*", &pebble.directory()]));
    assert_eq!(
        said.code,
        Some(60),
        "its CA is known to nobody else: {said:#?}"
    );
}

#[test]
fn pebble_asks_for_an_external_account_where_it_has_one() {
    if !has(&[Piece::Pebble]) {
        return;
    }
    let options = PebbleOptions::asking(NOBODY);
    let pebble = Pebble::start(options.with_external_account("kid-1", "c2VjcmV0LW9mLXRoZS1yaWc"));
    let directory: Value = serde_json::from_str(&pebble.get("/dir")).unwrap();
    assert_eq!(
        directory["meta"]["externalAccountRequired"], true,
        "{directory:#}"
    );
}

#[test]
fn lego_gets_a_certificate_whose_renewal_pebble_then_decides() {
    if !has(&[Piece::Bind, Piece::Pebble, Piece::Lego]) {
        return;
    }
    let bind = Bind::start([Zone::new("rig.test")]);
    let resolver = Resolver::of(&[("rig.test", bind.address())]);
    let mut pebble = Pebble::start(PebbleOptions {
        nonce_reject_percent: 0,
        ..PebbleOptions::asking(resolver.address())
    });
    let folder = tempfile::tempdir().unwrap();
    let said = run(&mut lego(&pebble, &bind, folder.path(), &["www.rig.test"]));
    assert_eq!(said.code, Some(0), "{said:#?}\n{}", pebble.log());
    let leaf = folder.path().join("certificates/www.rig.test.crt");
    let chain = folder.path().join("certificates/www.rig.test.issuer.crt");
    verified(&leaf, &chain, &pebble.issuing_root(), folder.path());
    assert!(bind.txt("_acme-challenge.www.rig.test").is_empty());

    let told =
        r#"{"suggestedWindow":{"start":"2020-01-01T00:00:00Z","end":"2019-01-01T00:00:00Z"}}"#;
    pebble.set_renewal_info(&fs::read_to_string(&leaf).unwrap(), told);
    let id = renewal_id(&leaf, folder.path());
    let heard = pebble.get(&format!("/draft-ietf-acme-ari-03/renewalInfo/{id}"));
    assert_eq!(heard, told, "word for word, senseless as it is");

    let root = pebble.issuing_root();
    pebble.restart();
    assert_ne!(pebble.issuing_root(), root, "it remembers nothing");
}

#[track_caller]
fn verified(leaf: &Path, chain: &Path, root: &str, folder: &Path) {
    let file = folder.join("root.pem");
    fs::write(&file, root).unwrap();
    let (leaf, chain, root) = (leaf.display(), chain.display(), file.display());
    openssl_done(&format!("verify -CAfile {root} -untrusted {chain} {leaf}"));
}

/// The name of a certificate in ARI: its issuer's key identifier and its serial number.
fn renewal_id(leaf: &Path, folder: &Path) -> String {
    let file = leaf.display();
    let said = openssl_done(&format!(
        "x509 -in {file} -noout -serial -ext authorityKeyIdentifier"
    ));
    let serial = said
        .lines()
        .find_map(|line| line.strip_prefix("serial="))
        .unwrap();
    let is_identifier = |line: &&str| line.matches(':').count() == 19;
    let key = said.lines().map(str::trim).find(is_identifier).unwrap();
    let key = key.trim_start_matches("keyid:").replace(':', "");
    let padded = match serial.as_bytes()[0] {
        b'8'..=b'9' | b'A'..=b'F' => format!("00{serial}"),
        _ => serial.to_owned(),
    };
    let part = |digits: &str| {
        let octets = (0..digits.len()).step_by(2);
        let octets = octets.map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap());
        let file = folder.join("octets");
        fs::write(&file, octets.collect::<Vec<u8>>()).unwrap();
        let text = openssl_done(&format!("base64 -A -in {}", file.display()));
        text.trim()
            .replace('+', "-")
            .replace('/', "_")
            .replace('=', "")
    };
    format!("{}.{}", part(&key), part(&padded))
}

/// The body that sets one text in PowerDNS.
fn text(name: &str, value: &str) -> Value {
    let records = json!([{ "content": format!("\"{value}\""), "disabled": false }]);
    json!({ "rrsets": [{
        "name": name, "type": "TXT", "ttl": 5, "changetype": "REPLACE", "records": records,
    }] })
}

/// Where no name server is.
const NOBODY: Ipv4Addr = Ipv4Addr::LOCALHOST;
