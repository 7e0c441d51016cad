//! What a killed process and a second one do to an order: one certificate, never two, and nothing
//! left in the DNS.

use std::fs;

use spec::rig::{Bind, Piece, Resolver, Secondary, Zone};
use spec::{AcmeServer, At, eventually};

use crate::acme_rig::{Begun, Rig};
use crate::chancery::Installation;
use crate::counterpart::has;

#[test]
fn a_process_killed_at_any_step_of_an_order_costs_neither_a_certificate_nor_a_second_one() {
    if !has(&[Piece::Bind]) {
        return;
    }
    let bind = Bind::start([Zone::new("rig.test")]);
    let resolver = Resolver::of(&[("rig.test", bind.address())]);
    let installation = Installation::with_vault();
    installation.write_secret("tsig", &bind.tsig_secret());
    installation.done(&format!(
        "dns provider add bind --kind rfc2136 --set server={} --set key-name={} \
         --secret-file key-secret=tsig",
        bind.address(),
        bind.tsig_name()
    ));
    for at in STEPS {
        let name = format!("{at:?}").to_lowercase();
        let server = AcmeServer::start();
        server.offers_only("dns-01");
        let directory = server.directory();
        installation.done(&format!(
            "acme account create {name} --directory {directory} --agree-terms"
        ));
        // The account's own questions have been seen already.
        let seen = server.count(at);
        server.hangs(at);
        let begun = Begun::of(
            &installation,
            &format!(
                "cert create {name}.rig.test --no-renew --acme {name} --dns bind --resolver {}",
                resolver.address()
            ),
        );
        server.wait_for_more(at, seen);
        begun.kill();
        server.release();

        let orders = installation.answer(&format!("acme order show {name}.rig.test"));
        assert_ne!(orders["row"]["stage"], "ended", "{at:?}: {orders:#}");
        let id = installation
            .done(&format!("acme order wait {name}.rig.test"))
            .id("cert");
        let listed = installation.answer(&format!("cert list --limit 0 {name}.rig.test"));
        assert_eq!(
            listed["rows"].as_array().unwrap().len(),
            1,
            "{at:?}: {listed:#}"
        );
        assert_eq!(listed["rows"][0]["id"], id.as_str(), "{at:?}");
        assert_eq!(server.issued(), 1, "{at:?}");
        let record = format!("_acme-challenge.{name}.rig.test");
        assert!(bind.txt(&record).is_empty(), "{at:?}");
    }
    assert_eq!(installation.certificates().len(), STEPS.len());
    installation.done("audit verify");
}

#[test]
fn a_process_killed_while_its_records_are_in_the_dns_takes_them_out_when_it_goes_on() {
    let Some(rig) = Rig::start() else { return };
    let secondary = Secondary::of(&rig.bind);
    rig.with_account("");
    let mut begun = rig.begin(&format!(
        "cert create rig.test --san dns:*.rig.test {}",
        rig.by()
    ));
    let order = begun.order();
    begun.hears("  Waits since ");
    begun.kill();
    let record = "_acme-challenge.rig.test";
    assert_eq!(rig.bind.txt(record).len(), 2, "both stand there");

    let begun = rig.begin(&format!("acme order wait {order}"));
    secondary.catch_up();
    let said = begun.ended();
    assert_eq!(said.code, Some(0), "{said:#?}");
    assert!(rig.bind.txt(record).is_empty());
    assert_eq!(rig.installation.certificates(), [said.id("cert")]);
}

#[test]
fn a_process_killed_while_its_provider_is_at_work_leaves_no_record() {
    let Some(rig) = Rig::start() else { return };
    rig.with_account("");
    let hold = rig.installation.at("hold");
    // What is left of the killed one changes nothing any more.
    let stands_still_unless = |action: &str| {
        let file = hold.display();
        format!("test \"$1\" = {action} || test ! -e '{file}' || exec sleep 30")
    };
    rig.with_program("publishing", "", &stands_still_unless("remove"));
    rig.with_program("removing", &stands_still_unless("publish"), "");
    for provider in ["publishing", "removing"] {
        fs::write(&hold, "").unwrap();
        let record = format!("_acme-challenge.{provider}.rig.test");
        let by = rig.through(provider);
        let mut begun = rig.begin(&format!("cert create {provider}.rig.test {by}"));
        let order = begun.order();
        match provider {
            "removing" => drop(begun.hears("Takes the records out of the DNS")),
            _ => eventually("it is published", || !rig.bind.txt(&record).is_empty()),
        }
        begun.kill();
        assert_eq!(rig.bind.txt(&record).len(), 1, "{provider}");

        fs::remove_file(&hold).unwrap();
        let said = rig.installation.done(&format!("acme order wait {order}"));
        said.id("cert");
        assert!(rig.bind.txt(&record).is_empty(), "{provider}: {said:#?}");
    }
    assert_eq!(rig.installation.certificates().len(), 2);
}

#[test]
fn a_second_process_is_told_that_the_folder_is_in_use_and_the_first_is_not_disturbed() {
    let Some(rig) = Rig::start() else { return };
    let secondary = Secondary::of(&rig.bind);
    rig.with_account("");
    let line = format!("cert create www.rig.test {}", rig.by());
    let mut begun = rig.begin(&line);
    begun.hears("  Waits since ");
    for second in [line.as_str(), "acme order wait www.rig.test", "cert list"] {
        let refusal = rig.installation.refused(5, second);
        assert_eq!(refusal.code, "store.in-use", "{refusal:#?}");
    }
    secondary.catch_up();
    let said = begun.ended();
    assert_eq!(said.code, Some(0), "{said:#?}");
    assert_eq!(rig.installation.certificates().len(), 1);
}

/// From the first question of an order to its last.
const STEPS: [At; 7] = [
    At::Directory,
    At::Order,
    At::Poll,
    At::Authorization,
    At::Challenge,
    At::Finalize,
    At::Certificate,
];
