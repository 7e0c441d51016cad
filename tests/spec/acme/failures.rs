//! What a CA refuses, and what it breaks, in plain words and with a step to take.

use chancery_engine::api::{AcmeCommand, Command, Kind, OrderState};
use serde_json::json;
use spec::{AcmeServer, At, Refusal, World};

use super::{Desk, choice, create, wish_for_account};

/// Code, a part of the sentence, a part of the remedy.
fn expect(desk: &Desk, at: At, refusal: Refusal, told: (&str, &str, &str)) {
    let words = refusal.detail;
    desk.server.refuses(at, 1, refusal);
    let report = desk.failure();
    let remedy = report.remedy.to_string();
    assert_eq!(report.code, told.0, "{report:?}");
    assert!(report.what.contains(told.1), "{report:?}");
    assert!(remedy.contains(told.2), "{report:?}");
    assert!(
        report.what.contains(words),
        "the CA's own words stay: {report:?}"
    );
}

#[test]
fn a_rate_limit_says_when_it_may_go_on() {
    let desk = Desk::new();
    let refusal = Refusal::new(429, "rateLimited", "too many certificates already issued");
    let refusal = refusal.with("Retry-After", "7200");
    let told = (
        "acme.rate-limited",
        "limit is reached",
        "2026-11-22T02:00:00Z",
    );
    expect(&desk, At::Order, refusal, told);
}

#[test]
fn a_rate_limit_that_ends_soon_is_waited_out() {
    let desk = Desk::new();
    for at in [At::Order, At::Finalize] {
        let refusal = Refusal::new(429, "rateLimited", "slow down").with("Retry-After", "1");
        desk.server.refuses(at, 1, refusal);
    }
    let ended = desk.ended(desk.order(&["www.rig.test"]));
    assert_eq!(ended.row.state, OrderState::Done, "{:?}", ended.steps);
    assert_eq!(desk.server.issued(), 1);
}

#[test]
fn a_caa_record_that_forbids_it_says_what_to_add() {
    let desk = Desk::new();
    let refusal = Refusal::new(403, "caa", "CAA record for rig.test prevents issuance");
    expect(
        &desk,
        At::Finalize,
        refusal,
        ("acme.caa-forbids", "CAA record", "Add a CAA record"),
    );
}

#[test]
fn new_terms_name_the_page_where_they_stand() {
    let desk = Desk::new();
    let refusal = Refusal::new(403, "userActionRequired", "terms of service have changed");
    let refusal = refusal.with(
        "Link",
        "<https://ca.test/new-terms>;rel=\"terms-of-service\"",
    );
    let told = (
        "acme.terms-changed",
        "new terms",
        "https://ca.test/new-terms",
    );
    expect(&desk, At::Order, refusal, told);
}

#[test]
fn other_refusals_keep_the_cas_own_words_and_say_what_to_do() {
    let desk = Desk::new();
    for (kind, told) in [
        (
            "rejectedIdentifier",
            ("acme.rejected-name", "does not issue", "public domain"),
        ),
        (
            "badCSR",
            (
                "acme.bad-request",
                "certification request",
                "exactly the names",
            ),
        ),
        (
            "badPublicKey",
            ("acme.key-kind", "kind of key", "ECDSA P-256"),
        ),
        (
            "unauthorized",
            ("acme.unauthorized", "does not accept", "what the CA found"),
        ),
        (
            "malformed",
            ("acme.not-understood", "does not understand", "transcript"),
        ),
        ("somethingNew", ("acme.refused", "refuses", "transcript")),
    ] {
        let refusal = Refusal::new(400, kind, "in the CA's own words");
        expect(&desk, At::Finalize, refusal, told);
    }
}

#[test]
fn an_account_that_the_ca_has_forgotten_is_told_as_such() {
    let desk = Desk::new();
    let refusal = Refusal::new(400, "accountDoesNotExist", "unknown account");
    let told = (
        "acme.account-missing",
        "no account with this key",
        "new account",
    );
    expect(&desk, At::Order, refusal, told);
}

#[test]
fn a_few_refused_nonces_are_a_step_of_the_protocol() {
    let desk = Desk::new();
    let refusal = || Refusal::new(400, "badNonce", "bad nonce");
    for at in [At::Order, At::Authorization, At::Finalize, At::Certificate] {
        desk.server.refuses(at, 4, refusal());
    }
    let ended = desk.ended(desk.order(&["www.rig.test"]));
    assert_eq!(ended.row.state, OrderState::Done, "{:?}", ended.steps);
}

#[test]
fn a_storm_of_refused_nonces_ends_and_says_so() {
    let desk = Desk::new();
    desk.server.refuses(
        At::Order,
        u32::MAX,
        Refusal::new(400, "badNonce", "bad nonce"),
    );
    let report = desk.failure();
    assert_eq!(report.code, "acme.nonce-storm");
    assert!(report.what.contains("fresh nonces"), "{report:?}");
}

#[test]
fn a_fault_of_the_ca_that_passes_is_waited_out() {
    let desk = Desk::new();
    let fault = || Refusal::new(503, "serverInternal", "maintenance");
    for at in [At::Order, At::Authorization, At::Finalize, At::Certificate] {
        desk.server.refuses(at, 1, fault());
    }
    let ended = desk.ended(desk.order(&["www.rig.test"]));
    assert_eq!(ended.row.state, OrderState::Done, "{:?}", ended.steps);
    assert_eq!(desk.server.issued(), 1);
}

#[test]
fn a_fault_of_the_ca_that_stays_is_told_after_a_while() {
    let desk = Desk::new();
    let fault = Refusal::new(500, "serverInternal", "broken");
    desk.server.refuses(At::Order, u32::MAX, fault);
    let report = desk.failure();
    assert_eq!(report.code, "acme.server-fault");
    assert!(report.what.contains("fault of its own"), "{report:?}");
}

#[test]
fn a_network_that_breaks_down_in_the_middle_is_waited_out() {
    let desk = Desk::new();
    for at in [
        At::Order,
        At::Authorization,
        At::Poll,
        At::Finalize,
        At::Certificate,
    ] {
        desk.server.breaks_off(at, 1);
    }
    let ended = desk.ended(desk.order(&["www.rig.test"]));
    assert_eq!(ended.row.state, OrderState::Done, "{:?}", ended.steps);
    assert_eq!(desk.server.issued(), 1);
}

#[test]
fn a_network_that_stays_down_is_told_with_the_host_and_what_to_check() {
    let desk = Desk::new();
    desk.server.breaks_off(At::Order, u32::MAX);
    let report = desk.failure();
    assert!(report.code.starts_with("http."), "{report:?}");
    assert!(report.what.contains("could not be asked"), "{report:?}");
    assert!(report.why[0].contains("127.0.0.1"), "{report:?}");
}

#[test]
fn a_directory_that_cannot_be_reached_is_told_with_its_host() {
    let world = World::with_vault();
    let refused = world.refused(create(wish_for_account("main", "http://127.0.0.1:9/dir")));
    assert_eq!(refused.code, "http.cannot-connect");
    assert!(
        refused.why.iter().any(|why| why.contains("127.0.0.1")),
        "{refused:?}"
    );
}

#[test]
fn a_page_that_is_no_directory_is_told_as_such() {
    let (world, server) = (World::with_vault(), AcmeServer::start());
    let page = server.directory().replace("/directory", "/nonce");
    let refused = world.refused(create(wish_for_account("main", &page)));
    assert_eq!(refused.code, "acme.not-a-directory");
}

#[test]
fn an_address_that_is_not_of_this_machine_is_asked_over_tls_only() {
    let world = World::with_vault();
    let directory = choice("http://ca.example.org/directory");
    let refused = world.refused(Command::Acme(AcmeCommand::ReadDirectory { directory }));
    assert_eq!(
        (&*refused.code, refused.kind),
        ("http.url", Kind::Malformed)
    );
}

#[test]
fn a_name_that_the_ca_proves_by_other_means_only_is_told_with_what_it_offers() {
    let desk = Desk::new();
    desk.server.says(json!({ "caaIdentities": [] }));
    desk.server.offers_only("http-01");
    let report = desk.failure();
    assert_eq!(report.code, "acme.no-dns-challenge");
    assert!(report.what.contains("http-01"), "{report:?}");
}

#[test]
fn a_proof_of_a_name_that_nobody_ordered_is_refused_before_anything_is_published() {
    let desk = Desk::new();
    desk.server.wants_proof_of("bank.example");
    let report = desk.failure();
    assert_eq!(report.code, "acme.not-ordered");
    assert!(report.what.contains("bank.example"), "{report:?}");
}

#[test]
fn a_refused_finalizing_whose_first_answer_was_lost_is_no_failure() {
    let desk = Desk::new();
    desk.server.finalizes_and_refuses();
    let ended = desk.ended(desk.order(&["www.rig.test"]));
    assert_eq!(ended.row.state, OrderState::Done, "{:?}", ended.steps);
    assert_eq!(desk.server.issued(), 1);
}
