//! Public certificates as a person gets them: the command line, a real ACME server that is as
//! hostile as the standard allows, and a real name server.

use std::fs;
use std::thread;
use std::time::Duration;

use spec::rig::{Piece, Zone, lego};

use crate::acme_rig::Rig;
use crate::canaries::{forms, private_forms, search};
use crate::chancery::{Files, files_in, ids};
use crate::counterpart::{has, openssl_done, run};

#[test]
fn a_wildcard_and_its_apex_are_ordered_by_one_command_line() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    let said = rig.installation.done(&format!(
        "cert create w.rig.test --san dns:*.w.rig.test --out www --with-key {}",
        rig.by()
    ));
    let id = said.id("cert");
    assert_eq!(said.out.trim(), id, "the id alone is the answer");
    assert!(said.err.contains("acme order wait order_"), "{said:#?}");
    assert!(
        said.err.contains("The records are in the DNS."),
        "{said:#?}"
    );
    assert!(
        said.err.contains("2 records are out of the DNS again."),
        "{said:#?}"
    );
    assert!(rig.bind.txt("_acme-challenge.w.rig.test").is_empty());

    let files = rig.verified("www");
    let leaf = files.certificate.display();
    let names = openssl_done(&format!("x509 -in {leaf} -noout -ext subjectAltName"));
    for name in ["DNS:w.rig.test", "DNS:*.w.rig.test"] {
        assert!(names.contains(name), "{names}");
    }
    let key = files.certificate.with_extension("key");
    assert_eq!(
        openssl_done(&format!("pkey -in {} -pubout", key.display())),
        openssl_done(&format!("x509 -in {leaf} -noout -pubkey")),
    );

    let orders = rig.installation.answer("acme order list");
    assert_eq!(orders["rows"][0]["certificate"], id.as_str(), "{orders:#}");
    assert_eq!(orders["rows"][0]["state"], "done", "{orders:#}");
    rig.installation.done("audit verify");
}

#[test]
fn a_request_whose_key_stays_on_its_host_is_certified_as_it_is() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    let folder = rig.installation.path().display();
    openssl_done(&format!(
        "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=www.rig.test \
         -addext subjectAltName=DNS:www.rig.test -keyout {folder}/www.key -out {folder}/www.csr"
    ));
    let by = rig.by();
    let other = format!("cert create other.rig.test --csr www.csr {by}");
    let refusal = rig.installation.refused(1, &other);
    assert_eq!(refusal.code, "acme.names-differ", "{refusal:#?}");
    rig.installation.done(&format!(
        "cert create www.rig.test --csr www.csr --out www {by}"
    ));
    let leaf = rig.verified("www").certificate;
    assert_eq!(
        openssl_done(&format!("x509 -in {} -noout -pubkey", leaf.display())),
        openssl_done(&format!("pkey -in {folder}/www.key -pubout")),
    );
}

#[test]
fn neither_the_token_nor_the_account_key_is_found_outside_the_vault() {
    if !has(&[Piece::Lego]) {
        return;
    }
    let Some(rig) = Rig::start() else { return };
    let home = tempfile::tempdir().unwrap();
    let said = run(&mut lego(
        &rig.pebble,
        &rig.bind,
        home.path(),
        &["x.rig.test"],
    ));
    assert_eq!(said.code, Some(0), "{said:#?}");
    let is_key = |path: &&std::path::PathBuf| {
        let text = path.display().to_string();
        text.contains("/accounts/") && text.ends_with(".key")
    };
    let all = files_in(home.path());
    let key = all
        .iter()
        .find(is_key)
        .expect("lego keeps its account's key");
    rig.installation.done(&format!(
        "acme account import pebble {} --key {}",
        rig.place(),
        key.display()
    ));
    rig.with_provider();
    let by = rig.by();
    rig.installation
        .done(&format!("cert create a.rig.test {by}"));
    // Failures talk most: this name the CA does not certify.
    let blocked = format!("cert create www.blocked.test {by}");
    rig.installation.refused(3, &blocked);
    for order in ids(
        &rig.installation.done("--json acme order list").out,
        "order",
    ) {
        rig.installation
            .done(&format!("acme order transcript {order} --out {order}.txt"));
        rig.installation
            .done(&format!("--json acme order show {order}"));
    }
    rig.installation.done("--json acme account show pebble");
    rig.installation.done("--json dns provider show bind");
    rig.installation.audit();

    let mut canaries = private_forms(key);
    canaries.extend(forms("the token", rig.bind.tsig_secret().as_bytes()));
    let mut found = Vec::new();
    for file in files_in(rig.installation.path()) {
        if !file.ends_with("tsig") {
            let bytes = fs::read(&file).unwrap();
            found.extend(search(&canaries, &file.display().to_string(), &bytes));
        }
    }
    let said = rig.installation.everything_said();
    found.extend(search(&canaries, "what was said", &said));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_window_that_the_ca_names_is_followed_and_the_renewal_takes_its_place() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    let first = rig.order("www.rig.test --no-renew --out first");
    let leaf = fs::read_to_string(rig.verified("first").certificate).unwrap();
    rig.pebble.set_renewal_info(
        &leaf,
        r#"{"suggestedWindow":{"start":"2020-01-01T00:00:00Z","end":"2020-01-02T00:00:00Z"},
            "explanationURL":"https://ca.example/why"}"#,
    );
    let plan = rig
        .installation
        .answer(&format!("cert renewal {first} --check"));
    let basis = &plan["origin"]["plan"]["basis"]["window"];
    assert_eq!(basis["start"], 1_577_836_800_000_u64, "{plan:#}");
    assert_eq!(basis["explanation"], "https://ca.example/why", "{plan:#}");
    assert_eq!(plan["origin"]["automatic"], false, "{plan:#}");

    let second = rig
        .installation
        .done(&format!("cert renew {first} --out second"))
        .id("cert");
    assert_ne!(second, first);
    let files = rig.verified("second");
    let public = |file: &std::path::Path| {
        openssl_done(&format!("x509 -in {} -noout -pubkey", file.display()))
    };
    let old = Files::in_folder(&rig.installation.at("first")).certificate;
    assert_eq!(
        public(&files.certificate),
        public(&old),
        "with the same key"
    );
    let plan = rig.installation.answer(&format!("cert renewal {first}"));
    assert_eq!(plan["origin"]["replaced_by"], second.as_str(), "{plan:#}");

    let third = rig
        .installation
        .done(&format!("cert renew {second} --new-key --out third"))
        .id("cert");
    assert_ne!(
        public(&rig.verified("third").certificate),
        public(&old),
        "with a new key"
    );
    let plan = rig.installation.answer(&format!("cert renewal {third}"));
    assert_eq!(plan["origin"]["replaces"], second.as_str(), "{plan:#}");
}

#[test]
fn a_certificate_is_revoked_at_its_ca_by_the_accounts_key_or_its_own() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    for (name, how) in [("a", ""), ("b", "--by-certificate-key")] {
        let id = rig.order(&format!("{name}.rig.test"));
        let words = format!("cert revoke {id} --reason superseded {how}");
        assert_eq!(rig.installation.done(&words).out.trim(), id);
        let shown = rig.installation.answer(&format!("cert show {id}"));
        assert_eq!(shown["row"]["status"], "revoked", "{shown:#}");
        assert_eq!(shown["row"]["revocation"]["reason"], "superseded");
        let serial = shown["row"]["serial"].as_str().unwrap();
        let at_the_ca = rig.pebble.status(serial);
        assert!(at_the_ca.contains("Revoked"), "{at_the_ca}");
        rig.installation.done(&words);
        let plan = rig.installation.answer(&format!("cert renewal {id}"));
        assert_eq!(plan["origin"]["automatic"], false, "{plan:#}");
    }
}

#[test]
fn an_account_is_bound_to_the_one_at_the_cas_web_site() {
    if !has(&[Piece::Bind, Piece::Pebble]) {
        return;
    }
    let key = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    let zones = [Zone::new("rig.test")];
    let rig = Rig::with(zones, &[], |options| {
        options.with_external_account("kid-1", key)
    });
    let make = format!("acme account create pebble {} --agree-terms", rig.place());
    let refusal = rig.installation.refused(3, &make);
    assert_eq!(refusal.code, "acme.binding-needed", "{refusal:#?}");

    rig.installation
        .write_secret("wrong", "c29tZXRoaW5nLWVsc2UtYWx0b2dldGhlci1mb3ItdGhpcw");
    let wrong = format!("{make} --eab-kid kid-1 --secret-file eab-key=wrong");
    rig.installation.refused(1, &wrong);

    rig.installation.write_secret("eab", key);
    let right = format!("{make} --eab-kid kid-1 --secret-file eab-key=eab");
    let account = rig.installation.answer(&right);
    assert_eq!(account["bound_to"], "kid-1", "{account:#}");
    assert_eq!(account["state"], "active", "{account:#}");
    rig.with_provider();
    rig.order("www.rig.test");
}

#[test]
fn an_account_gets_a_new_key_goes_on_and_ends() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    let before = rig.installation.answer("acme account show pebble");
    let rolled = rig.installation.answer("acme account roll pebble");
    assert_ne!(before["key"], rolled["key"], "{rolled:#}");
    rig.order("www.rig.test");
    let refusal = rig
        .installation
        .refused(3, "acme account deactivate pebble");
    assert_eq!(refusal.code, "cli.needs-yes", "{refusal:#?}");
    rig.installation.refused(3, "acme account remove pebble");
    rig.installation
        .done("acme account deactivate pebble --yes");
    let order = format!("cert create other.rig.test {}", rig.by());
    let refusal = rig.installation.refused(3, &order);
    assert_eq!(refusal.code, "acme.account-not-active", "{refusal:#?}");
    rig.installation.done("acme account remove pebble");
    let accounts = rig.installation.answer("acme account list");
    assert_eq!(accounts["total"], 0, "{accounts:#}");
}

#[test]
fn an_order_whose_process_is_killed_goes_on_when_it_is_waited_for() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("--daily-limit 100");
    let mut went_on = 0;
    for round in 0..ROUNDS {
        let words = format!("cert create k{round}.rig.test {}", rig.by());
        let mut process = rig.begin(&words);
        let order = process.order();
        thread::sleep(Duration::from_millis(round * 150));
        process.kill();
        let detail = rig.installation.answer(&format!("acme order show {order}"));
        went_on += u32::from(detail["row"]["stage"] != "ended");
        let id = rig
            .installation
            .done(&format!("acme order wait {order}"))
            .id("cert");
        let shown = rig.installation.answer(&format!("cert show {id}"));
        assert_eq!(shown["row"]["name"], format!("k{round}.rig.test"));
        assert!(
            rig.bind
                .txt(&format!("_acme-challenge.k{round}.rig.test"))
                .is_empty()
        );
    }
    println!("{went_on} of {ROUNDS} orders went on after a kill");
    assert!(went_on > 0, "each order was faster than its kill");
    let certificates = rig.installation.certificates();
    assert_eq!(certificates.len() as u64, ROUNDS, "one for each order");
    rig.installation.done("audit verify");
}

#[test]
fn records_made_by_hand_are_shown_and_waited_for() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    rig.installation.done("dns provider add hand --kind manual");
    let resolver = rig.resolver.address();
    let words = format!("cert create www.rig.test --acme pebble --dns hand --resolver {resolver}");
    let mut process = rig.begin(&words);
    let line = process.hears(".  TXT  ");
    let (name, value) = line.trim().split_once(".  TXT  ").unwrap();
    assert_eq!(name, "_acme-challenge.www.rig.test");
    rig.bind
        .change("rig.test", &format!("update add {name} 5 TXT {value}"))
        .unwrap();
    let said = process.ended();
    assert_eq!(said.code, Some(0), "{said:#?}");
    assert!(said.err.contains("to be taken away by hand"), "{said:#?}");
}

#[test]
fn an_order_that_no_server_shows_fails_and_can_be_called_off_before() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    rig.installation.done("dns provider add hand --kind manual");
    let by = format!(
        "--acme pebble --dns hand --resolver {}",
        rig.resolver.address()
    );
    let refusal = rig.installation.refused(
        1,
        &format!("cert create a.rig.test --propagation-limit 2 {by}"),
    );
    assert_eq!(refusal.code, "acme.not-visible", "{refusal:#?}");

    let mut process = rig.begin(&format!("cert create b.rig.test {by}"));
    let order = process.order();
    let in_use = rig.installation.refused(5, "acme order list");
    assert_eq!(in_use.code, "store.in-use", "{in_use:#?}");
    process.kill();
    rig.installation.done(&format!("acme order cancel {order}"));
    let detail = rig.installation.answer(&format!("acme order show {order}"));
    assert_eq!(detail["row"]["state"], "cancelled", "{detail:#}");
    assert!(rig.installation.certificates().is_empty());
}

const ROUNDS: u64 = 6;
