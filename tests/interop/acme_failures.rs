//! What goes wrong around a public certificate, made to happen at real counterparts: each is told
//! in one sentence and with a step to take, and leaves no record in the DNS.

use std::fs;
use std::process::{Child, Command, Stdio};

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use spec::rig::{Bind, PebbleOptions, Piece, PowerDns, Secondary, Zone};

use crate::acme_rig::Rig;
use crate::chancery::{Installation, Refusal};
use crate::counterpart::{free_port, has, tool};

// --- the provider

#[test]
fn a_token_that_the_provider_refuses_is_told_as_such() {
    let Some((rig, power_dns)) = with_power_dns() else {
        return;
    };
    rig.installation.write_secret("wrong", "another-key");
    add_power_dns(&rig, &power_dns, "pd", "wrong");
    let refusal = rig.fails("www.pd.test", "pd");
    refusal.tells(
        "dns.token-refused",
        "PowerDNS refuses the credential",
        "Check that the credential is complete",
    );
}

#[test]
fn a_zone_that_the_provider_does_not_have_is_named() {
    let Some((rig, power_dns)) = with_power_dns() else {
        return;
    };
    rig.installation
        .write_secret("api-key", power_dns.api_key());
    add_power_dns(&rig, &power_dns, "pd", "api-key");
    let refusal = rig.fails("www.rig.test", "pd");
    refusal.tells(
        "dns.zone-not-in-account",
        "PowerDNS shows this credential no zone rig.test",
        "Check that the zone is in this account",
    );
}

#[test]
fn a_key_that_the_server_does_not_know_or_whose_secret_is_another_is_told_apart() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    let secret = "c29tZXRoaW5nIGVsc2UgYWx0b2dldGhlciwgMzIgb2N0ZXRz";
    rig.installation.write_secret("other", secret);
    rig.add_provider("secret", rig.bind.tsig_name(), "other");
    rig.add_provider("name", "somebody", "tsig");
    rig.installation.done("dns provider test bind");
    for (provider, code, what, remedy) in [
        (
            "secret",
            "dns.tsig-signature",
            "its secret for this key is another one",
            "Copy the key's secret again",
        ),
        (
            "name",
            "dns.tsig-key",
            "does not know the key",
            "Check the key's name and algorithm",
        ),
    ] {
        let test = format!("dns provider test {provider}");
        rig.installation.refused(1, &test).tells(code, what, remedy);
        rig.fails("www.rig.test", provider)
            .tells(code, what, remedy);
    }
    let refusal = rig.fails("www.rig.test", "name");
    assert!(refusal.what.contains(&rig.bind.address().to_string()));
}

#[test]
fn a_key_that_is_confined_to_another_name_is_refused_with_the_zone() {
    let zone = Zone::new("rig.test").changed_only_at("_acme-challenge.other.rig.test");
    let Some(rig) = Rig::of(zone) else { return };
    rig.with_account("");
    let refusal = rig.fails("www.rig.test", "bind");
    refusal.tells(
        "dns.update-refused",
        "refuses to change the zone rig.test",
        "allow this key to change the TXT record of this name",
    );
    rig.order("other.rig.test");
}

#[test]
fn clocks_that_are_an_hour_apart_are_told_with_how_far() {
    if tool("faketime").is_none() {
        return;
    }
    let Some(mut rig) = Rig::start() else { return };
    rig.installation = Installation::wrapped(&["faketime", "-f", "+1h"]);
    rig.installation.done("vault create");
    rig.installation
        .write_secret("tsig", &rig.bind.tsig_secret());
    rig.with_account("");
    let refusal = rig.fails("www.rig.test", "bind");
    refusal.tells("dns.tsig-time", "s apart", "Set the clocks");
    assert!(refusal.what.contains("36"), "an hour: {refusal:#?}");
}

#[test]
fn a_record_that_cannot_be_taken_away_is_told_and_taken_away_later() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    let stuck = rig.installation.at("stuck");
    fs::write(&stuck, "").unwrap();
    let fails = format!(
        "[ \"$1\" = publish ] || [ ! -e '{}' ] || {{ echo out of order >&2; exit 1; }}",
        stuck.display()
    );
    rig.with_program("script", &fails, "");
    let words = rig.through("script");
    rig.installation
        .done(&format!("cert create www.rig.test {words}"));
    let record = "_acme-challenge.www.rig.test";
    let shown = rig.installation.done("acme order show www.rig.test").out;
    assert!(shown.contains("Left in the DNS"), "{shown}");
    assert!(!rig.bind.txt(record).is_empty());
    let refusal = rig.installation.refused(1, "acme order clean www.rig.test");
    refusal.tells("dns.command-failed", "out of order", "");

    fs::remove_file(&stuck).unwrap();
    let order = rig.last_order();
    rig.installation.done(&format!("acme order clean {order}"));
    assert!(rig.bind.txt(record).is_empty());
    let refusal = rig
        .installation
        .refused(1, &format!("acme order clean {order} --by-hand"));
    refusal.tells(
        "acme.nothing-left",
        "left nothing in the DNS",
        "Nothing is left",
    );
}

// --- the DNS

#[test]
fn a_name_whose_domain_does_not_exist_is_told_as_such() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    let refusal = rig.fails("www.nowhere.test", "bind");
    refusal.tells(
        "dns.nxdomain",
        "the name does not exist: _acme-challenge.www.nowhere.test",
        "registered and delegated",
    );
}

#[test]
fn a_zone_that_answers_servfail_is_waited_for_and_told_meanwhile() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    rig.bind.break_zone("rig.test");
    let mut begun = rig.begin(&format!("cert create www.rig.test {}", rig.by()));
    let line = begun.hears("SERVFAIL");
    assert!(line.contains("It is tried again at"), "{line}");
    rig.bind.mend_zone("rig.test");
    let said = begun.ended();
    assert_eq!(said.code, Some(0), "{said:#?}");
}

#[test]
fn caa_records_that_name_another_ca_are_told_before_the_ca_is_asked() {
    let caa = "@ CAA 0 issue \"other.test\"";
    let Some(rig) = Rig::of(Zone::new("rig.test").with(caa)) else {
        return;
    };
    rig.with_account("");
    let by = rig.by();
    let refusal = rig
        .installation
        .refused(3, &format!("cert create www.rig.test {by}"));
    refusal.tells(
        "acme.caa-forbids",
        "CAA records at rig.test forbid this CA to issue for www.rig.test: only other.test may",
        "Add the record CAA 0 issue \"ca.rig.test\"",
    );
    assert!(!rig.pebble.log().contains("order-plz"), "it was not asked");

    rig.bind
        .add("rig.test", "rig.test 5 CAA 0 issue \"ca.rig.test\"");
    rig.order("www.rig.test");
}

#[test]
fn caa_records_bind_a_domain_to_one_account() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    let account = rig.installation.answer("acme account show pebble");
    let ours = account["url"].as_str().unwrap().to_owned();
    let issue = |account: &str| {
        let value = format!("ca.rig.test; accounturi={account}");
        rig.bind.remove("rig.test", "rig.test CAA");
        rig.bind
            .add("rig.test", &format!("rig.test 5 CAA 0 issue \"{value}\""));
    };
    let another = format!("{ours}0");
    issue(&another);
    let line = format!("cert create www.rig.test {}", rig.by());
    let refusal = rig.installation.refused(3, &line);
    refusal.tells(
        "acme.caa-forbids",
        &format!("only the account {another} may"),
        &format!("accounturi={ours}"),
    );
    issue(&ours);
    rig.order("www.rig.test");
}

#[test]
fn a_lame_server_is_shown_and_passed_over() {
    if !has(&[Piece::Bind, Piece::Pebble]) {
        return;
    }
    let lame = Bind::start([Zone::new("other.test")]);
    let address = format!("ns2 A {}", lame.address());
    let zone = Zone::new("rig.test").with("@ NS ns2").with(&address);
    let Some(rig) = Rig::of(zone) else { return };
    rig.with_account("");
    rig.order("www.rig.test");
    let order = rig.last_order();
    let shown = rig.installation.answer(&format!("acme order show {order}"));
    let servers = shown["challenges"][0]["servers"].as_array().unwrap();
    let of = |name: &str| servers.iter().find(|it| it["server"] == name).unwrap();
    assert_eq!(of("ns2.rig.test")["answer"]["type"], "lame", "{shown:#}");
    assert_eq!(of("ns.rig.test")["answer"]["type"], "found", "{shown:#}");
    let words = rig
        .installation
        .done(&format!("acme order show {order}"))
        .out;
    let told = "ns2.rig.test does not serve the zone (lame)";
    assert!(words.contains(told), "{words}");
}

#[test]
fn a_secondary_that_lags_is_named_and_waited_for() {
    let Some(rig) = Rig::start() else { return };
    let secondary = Secondary::of(&rig.bind);
    rig.with_account("");
    let by = rig.by();
    let line = format!("cert create www.rig.test --propagation-limit 2 {by}");
    let refusal = rig.installation.refused(1, &line);
    refusal.tells(
        "acme.not-visible",
        "ns2.rig.test does not know the name (NXDOMAIN) for _acme-challenge.www.rig.test",
        "a secondary that lags needs more time",
    );
    rig.nothing_is_left();

    let mut begun = rig.begin(&format!("cert create www.rig.test {by}"));
    let order = begun.order();
    let line = begun.hears("  Waits since ");
    assert!(line.contains("ns2.rig.test does not know"), "{line}");
    begun.kill();
    let words = rig
        .installation
        .done(&format!("acme order show {order}"))
        .out;
    assert!(words.contains("ns.rig.test shows it"), "{words}");
    assert!(
        words.contains("ns2.rig.test does not know the name"),
        "{words}"
    );

    let mut begun = rig.begin(&format!("acme order wait {order}"));
    begun.hears("The records are in the DNS.");
    secondary.catch_up();
    let said = begun.ended();
    assert_eq!(said.code, Some(0), "{said:#?}");
    rig.nothing_is_left();
}

#[test]
fn a_person_lets_the_ca_look_although_a_secondary_lags() {
    let Some(rig) = Rig::start() else { return };
    let _secondary = Secondary::of(&rig.bind);
    rig.with_account("");
    let mut begun = rig.begin(&format!("cert create www.rig.test {}", rig.by()));
    let order = begun.order();
    begun.hears("  Waits since ");
    begun.kill();
    let said = rig.installation.done(&format!("acme order go-on {order}"));
    assert!(said.err.contains("A person said to go on"), "{said:#?}");
    said.id("cert");
    rig.nothing_is_left();
}

// --- the CA

#[test]
fn a_binding_with_another_mac_key_is_refused_in_words() {
    if !has(&[Piece::Bind, Piece::Pebble]) {
        return;
    }
    let key = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    let rig = Rig::with([Zone::new("rig.test")], &[], |options| {
        options.with_external_account("kid-1", key)
    });
    let make = format!("acme account create pebble {} --agree-terms", rig.place());
    let refusal = rig.installation.refused(3, &make);
    refusal.tells(
        "acme.binding-needed",
        "makes accounts only for those who have one at its web site",
        "the key id and the MAC key",
    );
    let wrong = "c29tZXRoaW5nLWVsc2UtYWx0b2dldGhlci1mb3ItdGhpcw";
    rig.installation.write_secret("wrong", wrong);
    rig.installation.write_secret("right", key);
    for (kid, file) in [("kid-1", "wrong"), ("kid-2", "right")] {
        let refusal = rig.installation.refused(
            1,
            &format!("{make} --eab-kid {kid} --secret-file eab-key={file}"),
        );
        refusal.tells(
            "acme.binding-refused",
            "does not accept the binding",
            "key id and the MAC key",
        );
    }
}

#[test]
fn a_ca_that_refuses_every_other_nonce_issues_all_the_same() {
    if !has(&[Piece::Bind, Piece::Pebble]) {
        return;
    }
    let rig = Rig::with([Zone::new("rig.test")], &[], |options| PebbleOptions {
        nonce_reject_percent: 50,
        ..options
    });
    rig.with_account("");
    rig.order("rig.test --san dns:*.rig.test --san dns:www.rig.test");
    let order = rig.last_order();
    let line = format!("acme order transcript {order}");
    let transcript = rig.installation.done(&line).out;
    assert!(transcript.contains("badNonce"), "the CA did refuse some");
}

#[test]
fn each_name_whose_proof_the_ca_does_not_find_is_named_with_what_it_found() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    rig.installation.done("dns provider add hand --kind manual");
    let by = rig.through("hand");
    let mut begun = rig.begin(&format!("cert create a.rig.test --san dns:b.rig.test {by}"));
    let order = begun.order();
    begun.hears("Waits until the records shown are made by hand");
    begun.kill();
    let go_on = format!("acme order go-on {order}");
    let refusal = rig.installation.refused(1, &go_on);
    for name in ["a.rig.test", "b.rig.test"] {
        refusal.tells("acme.unauthorized", name, "Look at what the CA found");
    }
    let shown = rig.installation.answer(&format!("acme order show {order}"));
    for challenge in shown["challenges"].as_array().unwrap() {
        assert_eq!(challenge["state"], "invalid", "{shown:#}");
        let problem = challenge["problem"].as_str().unwrap();
        assert!(problem.contains("TXT"), "in the CA's own words: {shown:#}");
    }
    assert!(rig.installation.certificates().is_empty());
}

#[test]
fn a_name_that_the_ca_does_not_certify_is_told_as_such() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    let line = format!("cert create www.blocked.test {}", rig.by());
    let refusal = rig.installation.refused(3, &line);
    refusal.tells(
        "acme.rejected-name",
        "the CA does not issue for this name",
        "Order names in a public domain",
    );
}

#[test]
fn an_account_that_the_ca_has_forgotten_is_made_anew() {
    let Some(mut rig) = Rig::start() else { return };
    rig.with_account("");
    rig.pebble.restart();
    let line = format!("cert create www.rig.test {}", rig.by());
    let refusal = rig.installation.refused(1, &line);
    refusal.tells(
        "acme.account-missing",
        "the CA knows no account with this key",
        "Make a new account",
    );
    let place = rig.place();
    rig.installation
        .done(&format!("acme account create anew {place} --agree-terms"));
    let by = rig.by().replace("pebble", "anew");
    rig.installation
        .done(&format!("cert create www.rig.test {by}"));
}

// --- the way there

#[test]
fn a_directory_that_nobody_known_vouches_for_is_not_spoken_to() {
    let Some(rig) = Rig::start() else { return };
    let root = rig.installation.at("wrong.pem");
    fs::write(&root, rig.pebble.issuing_root()).unwrap();
    let place = format!("--directory {} --agree-terms", rig.pebble.directory());
    for trust in ["", "--root wrong.pem"] {
        let line = format!("acme account create pebble {place} {trust}");
        let refusal = rig.installation.refused(1, &line);
        refusal.tells("http.unknown-issuer", "", "root certificate");
    }
}

#[test]
fn a_directory_whose_certificate_is_too_old_or_for_another_name_is_not_spoken_to() {
    if tool("openssl").is_none() {
        return;
    }
    let installation = Installation::with_vault();
    for (name, last_year, code, told) in [
        (
            "localhost",
            2021,
            "http.expired",
            "Check this machine's clock",
        ),
        (
            "elsewhere.test",
            2090,
            "http.wrong-name",
            "Use the name that the service's certificate is for",
        ),
    ] {
        let server = Https::start(&installation, name, last_year);
        let port = server.port;
        let line = format!("acme directory show https://localhost:{port}/ --root https.pem");
        let refusal = installation.refused(1, &line);
        refusal.tells(code, "localhost", told);
    }
}

#[test]
fn a_network_that_goes_down_in_the_middle_is_told_and_waited_for() {
    let Some(rig) = Rig::start() else { return };
    let secondary = Secondary::of(&rig.bind);
    rig.with_account("");
    let mut begun = rig.begin(&format!("cert create www.rig.test {}", rig.by()));
    begun.hears("  Waits since ");
    rig.pebble.cut_off();
    secondary.catch_up();
    let line = begun.hears("It is tried again at");
    assert!(line.contains("could not be asked"), "{line}");
    rig.pebble.join_again();
    let said = begun.ended();
    assert_eq!(said.code, Some(0), "{said:#?}");
    rig.nothing_is_left();
}

#[test]
fn an_order_whose_ca_is_gone_can_be_called_off_and_leaves_no_record() {
    let Some(rig) = Rig::start() else { return };
    let secondary = Secondary::of(&rig.bind);
    rig.with_account("");
    let mut begun = rig.begin(&format!("cert create www.rig.test {}", rig.by()));
    let order = begun.order();
    begun.hears("  Waits since ");
    rig.pebble.cut_off();
    secondary.catch_up();
    begun.hears("It is tried again at");
    begun.kill();
    rig.installation.done(&format!("acme order cancel {order}"));
    rig.nothing_is_left();
}

impl Refusal {
    /// The code, a part of the sentence and of its causes, and a part of the step to take.
    #[track_caller]
    fn tells(&self, code: &str, what: &str, remedy: &str) {
        assert_eq!(self.code, code, "{self:#?}");
        let told = format!("{}: {}", self.what, self.why.join(": "));
        assert!(told.contains(what), "{self:#?}");
        assert!(self.remedy.contains(remedy), "{self:#?}");
    }
}

impl Rig {
    /// An order through this provider, which fails; nothing of it is left in the zone.
    #[track_caller]
    fn fails(&self, name: &str, provider: &str) -> Refusal {
        let by = self.through(provider);
        let refusal = self
            .installation
            .refused(1, &format!("cert create {name} {by}"));
        self.nothing_is_left();
        assert!(self.installation.certificates().is_empty());
        refusal
    }

    #[track_caller]
    fn nothing_is_left(&self) {
        let zone = self.bind.zone_text("rig.test");
        assert!(!zone.contains("TXT"), "{zone}");
    }
}

/// Beside BIND with `rig.test`, PowerDNS with `pd.test`.
fn with_power_dns() -> Option<(Rig, PowerDns)> {
    if !has(&[Piece::Bind, Piece::PowerDns, Piece::Pebble]) {
        return None;
    }
    let power_dns = PowerDns::start("pd.test");
    let elsewhere = [("pd.test", power_dns.address())];
    let rig = Rig::with([Zone::new("rig.test")], &elsewhere, |options| options);
    rig.with_account("");
    Some((rig, power_dns))
}

#[track_caller]
fn add_power_dns(rig: &Rig, server: &PowerDns, name: &str, secret: &str) {
    rig.installation.done(&format!(
        "dns provider add {name} --kind powerdns --set endpoint={} --secret-file api-key={secret}",
        server.api()
    ));
}

/// A server of openssl's, with a certificate that nothing else vouches for.
struct Https {
    child: Child,
    port: u16,
}

impl Https {
    /// Its certificate is for this name and begins in 2020; it stands in `https.pem`.
    fn start(installation: &Installation, name: &str, last_year: i32) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(last_year, 1, 1);
        let certificate = params.self_signed(&key).unwrap();
        fs::write(installation.at("https.pem"), certificate.pem()).unwrap();
        installation.write_secret("https.key", &key.serialize_pem());
        let port = free_port();
        let mut command = Command::new("openssl");
        command.args(["s_server", "-quiet", "-www", "-accept", &port.to_string()]);
        command.args(["-cert", "https.pem", "-key", "https.key"]);
        command.current_dir(installation.path());
        let command = command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.stderr(Stdio::null()).spawn().unwrap();
        let server = Self { child, port };
        while std::net::TcpStream::connect(("localhost", port)).is_err() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        server
    }
}

impl Drop for Https {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
