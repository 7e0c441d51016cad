//! Orders: what arrives, what is counted, what survives, what does not wait for others.

use chancery_engine::Home;
use chancery_engine::api::{
    AccountSettings, AcmeCommand, CertificateKey, Command, Fact, KeyCommand, KeyFact, KeyType,
    KeyUse, ListKeys, OrderKey, OrderState, PreviewOrder, RevocationReason, ShowCertificate,
    ShowTranscript, ShowWish, VaultCommand,
};
use spec::{At, Refusal, World, csr, eventually};

use super::{Desk, begun, created, ended, order, shown};
use crate::store::generate;

#[test]
fn a_certificate_arrives_with_its_chain_and_its_key_in_the_vault() {
    let desk = Desk::new();
    let ended = desk.ended(desk.order(&["rig.test", "*.rig.test"]));
    assert_eq!(ended.row.state, OrderState::Done, "{:?}", ended.steps);
    let id = ended.row.certificate.unwrap();
    let detail = desk.world.client.read(&ShowCertificate(id)).unwrap().value;
    assert_eq!(detail.row.name, "rig.test");
    assert!(detail.row.issuer_name.contains("Stand-in CA"));
    assert_eq!(ended.chains, ["CN=Stand-in CA"]);
    let CertificateKey::Vault(key) = detail.row.key else {
        panic!("{:?}", detail.row.key);
    };
    let keys = desk.world.client.read(&ListKeys).unwrap().value;
    let key = keys.iter().find(|it| it.id == key).unwrap();
    assert_eq!(key.used_for, KeyUse::Leaf);
}

#[test]
fn a_key_may_stay_on_its_host() {
    let desk = Desk::new();
    let mut wish = desk.wish(&["www.rig.test"]);
    wish.key = OrderKey::Request(csr(&["www.rig.test"]));
    let ended = desk.ended(begun(desk.world.send(order(wish)).wait()));
    let id = ended.row.certificate.unwrap();
    let detail = desk.world.client.read(&ShowCertificate(id)).unwrap().value;
    assert_eq!(detail.row.key, CertificateKey::Endpoint);
}

#[test]
fn a_request_for_other_names_than_are_ordered_is_refused() {
    let desk = Desk::new();
    let mut wish = desk.wish(&["www.rig.test"]);
    wish.key = OrderKey::Request(csr(&["www.rig.test", "more.rig.test"]));
    assert_eq!(desk.world.refused(order(wish)).code, "acme.names-differ");
}

#[test]
fn what_makes_no_sense_is_refused_before_anybody_is_asked() {
    let desk = Desk::new();
    let refused = |names: &[&str]| desk.world.refused(order(desk.wish(names))).code;
    assert_eq!(refused(&[]), "acme.no-names");
    let many: Vec<String> = (0..101).map(|at| format!("n{at}.rig.test")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(refused(&many), "acme.too-many-names");
    let mut wish = desk.wish(&["www.rig.test"]);
    wish.acme_profile = Some("nosuch".to_owned());
    assert_eq!(desk.world.refused(order(wish)).code, "acme.profile");
    assert_eq!(desk.server.count(At::Order), 0);
}

#[test]
fn one_set_of_names_gets_no_more_certificates_a_day_than_its_account_allows() {
    let desk = Desk::new();
    let settings = AccountSettings {
        daily_limit: 2,
        rehearsal: None,
    };
    let id = desk.account;
    desk.world
        .done(Command::Acme(AcmeCommand::ChangeAccount { id, settings }));
    for names in [["a.rig.test", "b.rig.test"], ["b.rig.test", "a.rig.test"]] {
        desk.ended(desk.order(&names));
    }
    let wish = desk.wish(&["a.rig.test", "b.rig.test"]);
    let preview = desk
        .world
        .client
        .read(&PreviewOrder(wish.clone()))
        .unwrap()
        .value;
    assert_eq!((preview.budget.used, preview.budget.limit), (2, 2));
    assert_eq!(preview.refusal.as_ref().unwrap().code, "acme.budget");
    let refused = desk.world.refused(order(wish.clone()));
    assert_eq!(refused.code, "acme.budget");
    assert!(refused.what.contains("2026-11-23"), "{refused:?}");
    desk.ended(desk.order(&["a.rig.test"]));
    desk.world.clock.advance_days(1);
    desk.ended(begun(desk.world.send(order(wish)).wait()));
    assert_eq!(desk.certificates().len(), 4);
}

#[test]
fn an_order_that_never_could_have_issued_does_not_count() {
    let desk = Desk::new();
    for _ in 0..5 {
        let refusal = Refusal::new(403, "rejectedIdentifier", "not here");
        desk.server.refuses(At::Order, 1, refusal);
        assert_eq!(desk.failure().code, "acme.rejected-name");
    }
    let preview = PreviewOrder(desk.wish(&["www.rig.test"]));
    assert_eq!(
        desk.world.client.read(&preview).unwrap().value.budget.used,
        0
    );
}

#[test]
fn a_second_order_for_the_same_names_waits_for_nobody_and_is_refused() {
    let desk = Desk::new();
    desk.server.hangs(At::Finalize);
    let first = desk.order(&["www.rig.test"]);
    desk.server.wait_for(At::Finalize);
    let refused = desk.world.refused(order(desk.wish(&["www.rig.test"])));
    assert_eq!(refused.code, "acme.under-way");
    desk.server.release();
    assert_eq!(desk.ended(first).row.state, OrderState::Done);
}

#[test]
fn an_order_is_called_off_until_the_ca_can_have_issued_and_not_after() {
    let desk = Desk::new();
    desk.server.hangs(At::Authorization);
    let id = desk.order(&["www.rig.test"]);
    desk.server.wait_for(At::Authorization);
    desk.world
        .done(Command::Acme(AcmeCommand::CancelOrder { id }));
    desk.server.release();
    assert_eq!(desk.ended(id).row.state, OrderState::Cancelled);
    assert_eq!(desk.server.issued(), 0);
    desk.server.hangs(At::Finalize);
    let id = desk.order(&["www.rig.test"]);
    desk.server.wait_for(At::Finalize);
    let late = desk
        .world
        .refused(Command::Acme(AcmeCommand::CancelOrder { id }));
    assert_eq!(late.code, "acme.too-late");
    desk.server.release();
    assert_eq!(desk.ended(id).row.state, OrderState::Done);
}

#[test]
fn an_order_is_called_off_while_the_ca_takes_its_time() {
    let desk = Desk::new();
    desk.server.hangs(At::Authorization);
    let id = desk.order(&["www.rig.test"]);
    desk.server.wait_for(At::Authorization);
    assert!(!shown(&desk.world, id).called_off);
    desk.world
        .done(Command::Acme(AcmeCommand::CancelOrder { id }));
    assert_eq!(desk.ended(id).row.state, OrderState::Cancelled);
}

#[test]
fn the_wish_of_an_order_can_be_wished_again() {
    let desk = Desk::new();
    let mut wish = desk.wish(&["www.rig.test", "*.rig.test"]);
    wish.key = OrderKey::Request(csr(&["www.rig.test", "*.rig.test"]));
    wish.preferred_chain = Some("Stand-in".to_owned());
    let id = begun(desk.world.send(order(wish.clone())).wait());
    desk.ended(id);
    let again = (*desk.world.client.read(&ShowWish(id)).unwrap().value).clone();
    assert_eq!(again.names, wish.names);
    assert_eq!(again.preferred_chain, wish.preferred_chain);
    let ended = desk.ended(begun(desk.world.send(order(again)).wait()));
    assert_eq!(ended.row.state, OrderState::Done, "{:?}", ended.steps);
}

#[test]
fn an_engine_that_stops_at_any_step_goes_on_where_it_was_and_never_issues_twice() {
    for at in [
        At::Order,
        At::Authorization,
        At::Poll,
        At::Finalize,
        At::Certificate,
    ] {
        let folder = tempfile::tempdir().unwrap();
        let world = World::at(folder.path());
        world.make_vault();
        let desk = Desk::with(world);
        desk.server.hangs(at);
        let id = desk.order(&["www.rig.test"]);
        desk.server.wait_for(at);
        let Desk { world, server, .. } = desk;
        drop(world);
        server.release();
        let world = World::open(Home::Folder(folder.path().to_owned()));
        eventually("it waits for the vault", || {
            shown(&world, id).row.state == OrderState::WaitingForVault
        });
        world.unlock();
        let ended = ended(&world, id);
        assert_eq!(
            ended.row.state,
            OrderState::Done,
            "{at:?}: {:?}",
            ended.steps
        );
        assert_eq!(server.issued(), 1, "{at:?}");
        assert_eq!(world.inventory().value.total, 1, "{at:?}");
    }
}

#[test]
fn a_locked_vault_makes_an_order_wait_and_not_fail() {
    let desk = Desk::new();
    desk.server.hangs(At::Authorization);
    let id = desk.order(&["www.rig.test"]);
    desk.server.wait_for(At::Authorization);
    desk.world.done(Command::Vault(VaultCommand::Lock));
    desk.server.release();
    eventually("it waits for the vault", || {
        shown(&desk.world, id).row.state == OrderState::WaitingForVault
    });
    desk.world.unlock();
    assert_eq!(desk.ended(id).row.state, OrderState::Done);
}

#[test]
fn a_thousand_orders_end_while_one_hangs() {
    let desk = Desk::new();
    // One key for all: making a thousand is not what this is about.
    let made = desk.world.done(Command::Key(KeyCommand::Generate {
        name: "shared".to_owned(),
        key_type: KeyType::P256,
    }));
    let Fact::Key(KeyFact::Generated { id: key }) = made.0 else {
        panic!("{made:?}");
    };
    let wish = |name: &str| {
        let mut wish = desk.wish(&[name]);
        wish.key = OrderKey::Existing(key);
        order(wish)
    };
    desk.server.hangs_for(At::Order, "stuck.rig.test");
    let stuck = begun(desk.world.send(wish("stuck.rig.test")).wait());
    desk.server.wait_for(At::Order);
    let tickets: Vec<_> = (0..1000)
        .map(|at| desk.world.send(wish(&format!("n{at}.rig.test"))))
        .collect();
    let orders: Vec<_> = tickets.into_iter().map(|it| begun(it.wait())).collect();
    let mut issued = 0;
    while issued < orders.len() {
        eventually("another order comes to its end", || {
            desk.server.issued() > issued
        });
        issued = desk.server.issued();
    }
    for id in orders {
        let ended = desk.ended(id);
        assert_eq!(ended.row.state, OrderState::Done, "{:?}", ended.steps);
    }
    assert_eq!(shown(&desk.world, stuck).row.certificate, None);
}

#[test]
fn a_rehearsal_goes_to_the_other_account_and_nothing_enters_the_inventory() {
    let desk = Desk::new();
    let wish = |dry_run| {
        let mut wish = desk.wish(&["www.rig.test"]);
        wish.dry_run = dry_run;
        wish
    };
    assert_eq!(
        desk.world.refused(order(wish(true))).code,
        "acme.no-rehearsal"
    );
    let staging = spec::AcmeServer::start();
    let rehearsal = created(&desk.world, "staging", &staging.directory());
    let id = desk.account;
    let settings = AccountSettings {
        daily_limit: 1,
        rehearsal: Some(rehearsal),
    };
    desk.world
        .done(Command::Acme(AcmeCommand::ChangeAccount { id, settings }));
    for _ in 0..3 {
        let ended = desk.ended(begun(desk.world.send(order(wish(true))).wait()));
        assert_eq!(ended.row.state, OrderState::Done, "{:?}", ended.steps);
        assert_eq!(ended.row.certificate, None);
    }
    assert_eq!((staging.issued(), desk.server.issued()), (3, 0));
    assert!(desk.certificates().is_empty());
    desk.ended(begun(desk.world.send(order(wish(false))).wait()));
    assert_eq!(desk.certificates().len(), 1);
}

#[test]
fn the_transcript_tells_every_exchange_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(folder.path());
    world.make_vault();
    let desk = Desk::with(world);
    let id = desk.order(&["www.rig.test"]);
    desk.ended(id);
    let live = desk.world.client.read(&ShowTranscript(id)).unwrap().value;
    assert!(
        live.iter().any(|it| it.url.contains("/finalize/")),
        "{live:?}"
    );
    assert!(
        live.iter()
            .any(|it| it.received.contains("BEGIN CERTIFICATE"))
    );
    drop(desk);
    let world = World::at(folder.path());
    assert_eq!(world.client.read(&ShowTranscript(id)).unwrap().value, live);
}

#[test]
fn an_order_that_makes_no_certificate_leaves_no_key() {
    let desk = Desk::new();
    let keys = || desk.world.client.read(&ListKeys).unwrap().value.len();
    let before = keys();
    let refusal = Refusal::new(403, "rejectedIdentifier", "not this one");
    desk.server.refuses(At::Order, 1, refusal);
    desk.failure();
    assert_eq!(keys(), before);
    // One that a person chose stays.
    let (fact, _) = desk.world.done(generate("mine"));
    let Fact::Key(KeyFact::Generated { id, .. }) = fact else {
        panic!("{fact:?}");
    };
    let refusal = Refusal::new(403, "rejectedIdentifier", "not this one");
    desk.server.refuses(At::Order, 1, refusal);
    let mut wish = desk.wish(&["www.rig.test"]);
    wish.key = OrderKey::Existing(id);
    desk.ended(begun(desk.world.send(order(wish)).wait()));
    assert_eq!(keys(), before + 1);
    // Where the CA may have issued, the key may still be needed.
    let refusal = Refusal::new(500, "serverInternal", "broken");
    desk.server.refuses(At::Certificate, 1, refusal);
    assert_eq!(
        desk.ended(desk.order(&["www.rig.test"])).row.state,
        OrderState::Done
    );
    assert_eq!(keys(), before + 2);
}

#[test]
fn a_key_that_was_made_for_an_order_is_not_chosen_while_that_is_under_way() {
    let desk = Desk::new();
    desk.server.hangs(At::Order);
    let id = desk.order(&["www.rig.test"]);
    desk.server.wait_for(At::Order);
    let keys = desk.world.client.read(&ListKeys).unwrap().value;
    let its_own = keys
        .iter()
        .find(|key| key.used_for == KeyUse::Leaf)
        .unwrap();
    let mut wish = desk.wish(&["other.rig.test"]);
    wish.key = OrderKey::Existing(its_own.id);
    let refused = desk.world.refused(order(wish));
    assert_eq!(refused.code, "certificate.key-of-an-order");
    desk.server.release();
    desk.ended(id);
}

#[test]
fn a_key_that_was_revoked_as_compromised_is_refused_by_the_preview_already() {
    let desk = Desk::new();
    let id = desk.ended(desk.order(&["www.rig.test"])).row.certificate;
    let id = id.unwrap();
    let detail = desk.world.client.read(&ShowCertificate(id)).unwrap().value;
    let CertificateKey::Vault(key) = detail.row.key else {
        panic!("{detail:?}");
    };
    desk.world.done(Command::Acme(AcmeCommand::Revoke {
        id,
        reason: RevocationReason::KeyCompromise,
        by_certificate_key: false,
    }));
    let mut wish = desk.wish(&["other.rig.test"]);
    wish.key = OrderKey::Existing(key);
    let preview = desk.world.client.read(&PreviewOrder(wish.clone())).unwrap();
    let told = preview.value.refusal.clone().unwrap();
    assert_eq!(desk.world.refused(order(wish)).code, told.code);
}

#[test]
fn a_transcript_is_kept_for_ninety_days() {
    let desk = Desk::new();
    let read = |id| desk.world.client.read(&ShowTranscript(id)).unwrap().value;
    let old = desk.order(&["old.rig.test"]);
    desk.ended(old);
    for (days, is_kept) in [(89, true), (2, false)] {
        desk.world.clock.advance_days(days);
        let name = format!("after-{days}.rig.test");
        desk.ended(desk.order(&[&name]));
        assert_eq!(!read(old).is_empty(), is_kept, "{days} days later");
    }
    assert_eq!(
        desk.ended(old).row.state,
        OrderState::Done,
        "the order stays"
    );
}

#[test]
fn each_use_of_the_accounts_key_is_in_the_audit_and_so_is_what_came_of_the_order() {
    let desk = Desk::new();
    let id = desk.order(&["www.rig.test"]);
    let key = desk.account().key.to_string();
    desk.ended(id);
    let audit = desk.world.audit();
    let of_order: Vec<_> = audit
        .iter()
        .filter(|it| it.action == "acme.order")
        .collect();
    let intent = of_order
        .iter()
        .position(|it| it.outcome == "intent")
        .unwrap();
    let came = of_order
        .iter()
        .position(|it| it.details.contains("has come"))
        .unwrap();
    assert!(
        intent < came,
        "the intent is durable before the certificate can be"
    );
    let uses: usize = of_order
        .iter()
        .map(|it| it.details.matches(&key).count())
        .sum();
    let asked = [
        At::Order,
        At::Authorization,
        At::Poll,
        At::Finalize,
        At::Certificate,
    ];
    let exchanges: usize = asked.iter().map(|at| desk.server.count(*at)).sum();
    assert_eq!(uses, exchanges, "{of_order:#?}");
}
