//! The less usual ways to a public certificate, each to its end: aliases into another zone, two
//! views of one zone, other providers, many names, names of other scripts, records that stay.

use std::fs;

use spec::AcmeServer;
use spec::rig::{Bind, PebbleOptions, Piece, PowerDns, Resolver, Zone};

use crate::acme_rig::Rig;
use crate::counterpart::{has, openssl_done};

#[test]
fn a_name_whose_challenge_is_an_alias_is_proved_in_a_zone_that_a_confined_key_may_change() {
    if !has(&[Piece::Bind, Piece::Pebble]) {
        return;
    }
    let alias = "_acme-challenge.www CNAME www.proofs.test.";
    let zones = [
        Zone::new("rig.test")
            .with(alias)
            .changed_only_at("nothing.rig.test"),
        Zone::new("proofs.test").changed_only_at("www.proofs.test"),
    ];
    let rig = Rig::with(zones, &[], |options| options);
    rig.with_account("");
    rig.order("www.rig.test");
    let order = rig.last_order();
    let shown = rig.installation.answer(&format!("acme order show {order}"));
    let challenge = &shown["challenges"][0];
    assert_eq!(challenge["record"], "_acme-challenge.www.rig.test");
    assert_eq!(challenge["target"], "www.proofs.test", "{shown:#}");
    assert_eq!(challenge["zone"], "proofs.test", "{shown:#}");
    assert!(!rig.bind.zone_text("proofs.test").contains("TXT"));
}

#[test]
fn of_two_views_of_a_zone_the_one_that_the_ca_sees_is_named_by_its_resolver() {
    let Some(rig) = Rig::start() else { return };
    let inside = Bind::start([Zone::new("rig.test")]);
    let office = Resolver::of(&[("rig.test", inside.address())]);
    rig.with_account("");
    let line = "cert create www.rig.test --acme pebble --dns bind --propagation-limit 2";
    let seen_inside = format!("{line} --resolver {}", office.address());
    let refusal = rig.installation.refused(1, &seen_inside);
    assert_eq!(refusal.code, "acme.not-visible", "{refusal:#?}");
    let seen_outside = format!("{line} --resolver {}", rig.resolver.address());
    rig.installation.done(&seen_outside);
}

#[test]
fn apex_and_wildcard_are_proved_at_one_name_through_power_dns() {
    if !has(&[Piece::Bind, Piece::PowerDns, Piece::Pebble]) {
        return;
    }
    let power_dns = PowerDns::start("pd.test");
    let elsewhere = [("pd.test", power_dns.address())];
    let rig = Rig::with([Zone::new("rig.test")], &elsewhere, |options| options);
    rig.with_account("");
    rig.installation
        .write_secret("api-key", power_dns.api_key());
    let api = power_dns.api();
    rig.installation.done(&format!(
        "dns provider add pd --kind powerdns --set endpoint={api} --secret-file api-key=api-key"
    ));
    let by = rig.through("pd");
    rig.installation.done(&format!(
        "cert create pd.test --san dns:*.pd.test --out www {by}"
    ));
    let leaf = rig.verified("www").certificate;
    assert_eq!(names(&leaf), ["*.pd.test", "pd.test"]);
    let zone = power_dns.zone_text();
    assert!(!zone.contains("TXT"), "{zone}");
}

#[test]
fn a_program_of_the_users_publishes_what_nsupdate_can() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    rig.with_program("program", "", "");
    let by = rig.through("program");
    rig.installation
        .done(&format!("cert create rig.test --san dns:*.rig.test {by}"));
    let zone = rig.bind.zone_text("rig.test");
    assert!(!zone.contains("TXT"), "{zone}");
}

#[test]
fn a_program_that_takes_a_minute_is_waited_for() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    rig.with_program("program", "test \"$1\" = remove || sleep 60", "");
    let by = rig.through("program");
    rig.installation
        .done(&format!("cert create www.rig.test {by}"));
}

#[test]
fn thirty_names_are_proved_in_one_order() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    let others: String = (1..30)
        .map(|at| format!(" --san dns:n{at}.rig.test"))
        .collect();
    rig.order(&format!("n0.rig.test{others} --out many"));
    let leaf = rig.verified("many").certificate;
    assert_eq!(names(&leaf).len(), 30);
    let zone = rig.bind.zone_text("rig.test");
    assert!(!zone.contains("TXT"), "{zone}");
}

#[test]
fn a_name_in_another_script_is_ordered_as_it_is_written_in_the_dns() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    let by = rig.by();
    let said = rig
        .installation
        .done(&format!("cert create bücher.rig.test --out books {by}"));
    assert!(said.err.contains("xn--bcher-kva.rig.test"), "{said:#?}");
    let leaf = rig.verified("books").certificate;
    assert_eq!(names(&leaf), ["xn--bcher-kva.rig.test"]);
}

#[test]
fn of_several_chains_the_one_that_is_wished_for_is_taken() {
    if !has(&[Piece::Bind, Piece::Pebble]) {
        return;
    }
    let rig = Rig::with([Zone::new("rig.test")], &[], |options| PebbleOptions {
        alternate_roots: 1,
        ..options
    });
    rig.with_account("");
    let other = rig.pebble.alternate_root(1);
    fs::write(rig.installation.at("other.pem"), &other).unwrap();
    let file = rig.installation.at("other.pem");
    let subject = openssl_done(&format!("x509 -in {} -noout -subject", file.display()));
    let own_part = subject.trim().rsplit(' ').next().unwrap();
    rig.order(&format!(
        "www.rig.test --preferred-chain {own_part} --out other"
    ));
    rig.verified_by(&other, "other");
    rig.order("www2.rig.test --out usual");
    rig.verified("usual");
    let said = rig.installation.done(&format!(
        "cert create www3.rig.test --preferred-chain Nobody {}",
        rig.by()
    ));
    assert!(said.err.contains("No chain ends at Nobody"), "{said:#?}");
}

#[test]
fn a_profile_of_the_cas_decides_how_long_a_certificate_lives() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    rig.order("www.rig.test --acme-profile shortlived --out short");
    let leaf = rig.verified("short").certificate;
    let lives = |days: u32| {
        let secs = days * 86_400;
        let line = format!("x509 -in {} -noout -checkend {secs}", leaf.display());
        crate::counterpart::openssl(&line).code == Some(0)
    };
    assert!(lives(5) && !lives(7));
    let line = format!(
        "cert create www.rig.test --acme-profile eternal {}",
        rig.by()
    );
    let refusal = rig.installation.refused(1, &line);
    assert_eq!(refusal.code, "acme.profile", "{refusal:#?}");
    assert!(refusal.what.contains("shortlived"), "{refusal:#?}");
}

#[test]
fn records_that_stay_prove_a_name_again_and_again() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    let names = "rig.test --san dns:*.rig.test --san dns:www.rig.test";
    rig.order(&format!("{names} --persist --out first"));
    rig.verified("first");
    let records = || {
        let mut texts = rig.bind.txt("_validation-persist.rig.test");
        texts.extend(rig.bind.txt("_validation-persist.www.rig.test"));
        texts
    };
    let before = records();
    let account = rig.installation.answer("acme account show pebble");
    let account = account["url"].as_str().unwrap();
    assert!(before.len() >= 2, "{before:?}");
    for text in &before {
        let wanted = format!("ca.rig.test; accounturi={account}");
        assert!(text.starts_with(&wanted), "{text}");
    }
    let zone = rig.bind.zone_text("rig.test");

    rig.installation.done("dns provider add hand --kind manual");
    let by = rig.through("hand");
    let said = rig
        .installation
        .done(&format!("cert create {names} --persist {by}"));
    assert!(
        said.err.contains("No record has to be changed"),
        "{said:#?}"
    );
    assert!(!said.err.contains("TXT"), "nobody is asked: {said:#?}");
    assert_eq!(rig.bind.zone_text("rig.test"), zone);
}

#[test]
fn a_ca_that_takes_no_record_that_stays_gets_one_for_the_order_and_that_is_said() {
    let Some(rig) = Rig::start() else { return };
    rig.with_provider();
    let server = AcmeServer::start();
    server.offers_only("dns-01");
    let directory = server.directory();
    rig.installation.done(&format!(
        "acme account create other --directory {directory} --agree-terms"
    ));
    let by = rig.by().replace("pebble", "other");
    let line = format!("cert create www.rig.test --persist --no-renew {by}");
    let said = rig.installation.done(&line);
    assert!(said.err.contains("takes no record that stays"), "{said:#?}");
    let zone = rig.bind.zone_text("rig.test");
    assert!(!zone.contains("TXT"), "{zone}");
}

/// The names in a certificate, in order.
fn names(certificate: &std::path::Path) -> Vec<String> {
    let file = certificate.display();
    let text = openssl_done(&format!("x509 -in {file} -noout -ext subjectAltName"));
    let mut names: Vec<String> = text
        .split(',')
        .filter_map(|part| part.split_once("DNS:"))
        .map(|(_, name)| name.trim().to_owned())
        .collect();
    names.sort();
    names
}
