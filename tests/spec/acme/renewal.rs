//! Renewal by the CA's window or by a share of the lifetime, and revocation at the CA.

use chancery_engine::api::{
    AcmeCommand, AcmeFact, CertificateId, CertificateStatus, Command, Duty, Fact, FindCertificate,
    HealthQuestion, ListOrders, OrderKey, OriginDetail, RenewalBasis, RevocationReason, ShowOrigin,
    Timestamp,
};
use spec::{At, Refusal, csr, eventually};

use super::{Desk, begun, order};

impl Desk {
    fn certificate(&self) -> CertificateId {
        let ended = self.ended(self.order(&["www.rig.test"]));
        ended.row.certificate.expect("a certificate")
    }

    fn origin(&self, id: CertificateId) -> OriginDetail {
        let found = self.world.client.read(&ShowOrigin(id)).unwrap().value;
        (*found).clone().expect("an origin")
    }

    fn check(&self, id: CertificateId) {
        self.world
            .done(Command::Acme(AcmeCommand::CheckRenewal { id }));
    }
}

#[test]
fn without_a_word_of_the_ca_two_thirds_of_the_lifetime_pass() {
    let desk = Desk::new();
    let origin = desk.origin(desk.certificate());
    assert_eq!(origin.plan.basis, RenewalBasis::Lifetime);
    // 2026-11-21 and 60 of 90 days, three to either side.
    let day = origin.plan.renew_at.to_string();
    assert!(("2027-01-17".."2027-01-24").contains(&&day[..10]), "{day}");
}

#[test]
fn the_cas_window_is_bound_to_issuer_and_serial_and_kept_as_long_as_it_says() {
    let desk = Desk::new();
    let id = desk.certificate();
    desk.server
        .suggests("2026-12-01T00:00:00Z", "2026-12-03T00:00:00Z");
    desk.check(id);
    let plan = desk.origin(id).plan;
    assert!(
        matches!(plan.basis, RenewalBasis::Window { .. }),
        "{plan:?}"
    );
    assert!(
        plan.renew_at.to_string().starts_with("2026-12-0"),
        "{plan:?}"
    );
    let now = plan.checked.unwrap();
    assert_eq!(plan.next_check, now.plus_secs(3600), "Retry-After is kept");
}

#[test]
fn a_due_certificate_is_renewed_by_itself_once_and_says_what_it_replaces() {
    let desk = Desk::new();
    let id = desk.certificate();
    desk.server
        .suggests("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");
    desk.check(id);
    eventually("the successor is there", || {
        desk.origin(id).replaced_by.is_some()
    });
    let successor = desk.origin(id).replaced_by.unwrap();
    assert_eq!(desk.origin(successor).replaces, Some(id));
    let sent = desk.server.payloads(At::Order);
    let replaces = sent.last().unwrap()["replaces"].as_str().unwrap();
    assert_eq!(replaces.split('.').count(), 2, "{replaces}");
    assert_eq!(desk.server.issued(), 2);
}

#[test]
fn who_does_not_want_it_renews_by_hand_alone() {
    let desk = Desk::new();
    let id = desk.certificate();
    let command = AcmeCommand::SetAutomatic {
        id,
        automatic: false,
    };
    desk.world.done(Command::Acme(command));
    desk.server
        .suggests("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");
    desk.check(id);
    assert_eq!(desk.origin(id).replaced_by, None);
    let renew = Command::Acme(AcmeCommand::Renew { id, new_key: false });
    let ended = desk.ended(begun(desk.world.send(renew).wait()));
    assert_eq!(ended.row.replaces, Some(id));
    assert_eq!(desk.origin(id).replaced_by, ended.row.certificate);
    let meant = desk
        .world
        .client
        .read(&FindCertificate("www.rig.test".to_owned()));
    assert_eq!(
        Some(*meant.unwrap().value),
        ended.row.certificate,
        "the newer one"
    );
}

#[test]
fn a_renewal_that_fails_is_told_on_the_certificate_and_tried_again_later() {
    let desk = Desk::new();
    let id = desk.certificate();
    let refusal = Refusal::new(429, "rateLimited", "slow down");
    desk.server.refuses(At::Order, 1, refusal);
    desk.server
        .suggests("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");
    desk.check(id);
    eventually("the failure is told", || {
        desk.origin(id).plan.last_failure.is_some()
    });
    let failure = desk.origin(id).plan.last_failure.unwrap();
    assert_eq!(failure.code, "acme.rate-limited");
    assert_eq!(desk.server.issued(), 1);
    desk.world.clock.advance_days(1);
    eventually("the successor is there", || {
        desk.origin(id).replaced_by.is_some()
    });
}

#[test]
fn a_renewal_is_not_tried_again_before_the_time_that_the_ca_has_told() {
    let desk = Desk::new();
    let id = desk.certificate();
    let refusal = Refusal::new(429, "rateLimited", "too many").with("Retry-After", "172800");
    desk.server.refuses(At::Order, 1, refusal);
    desk.server
        .suggests("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");
    desk.check(id);
    eventually("the failure is told", || {
        desk.origin(id).plan.last_failure.is_some()
    });
    let health = desk.world.client.read(&HealthQuestion).unwrap().value;
    let renewal = |(_, duty): &&(Timestamp, Duty)| *duty == Duty::Renew(id);
    let (at, _) = health.due.iter().find(renewal).unwrap();
    assert_eq!(at.to_string(), "2026-11-24T00:00:00Z");
    desk.world.clock.advance_days(2);
    eventually("the successor is there", || {
        desk.origin(id).replaced_by.is_some()
    });
}

#[test]
fn what_another_order_has_replaced_is_ordered_anew() {
    let desk = Desk::new();
    let id = desk.certificate();
    let refusal = Refusal::new(409, "alreadyReplaced", "has been replaced");
    desk.server.refuses(At::Order, 1, refusal);
    let renew = Command::Acme(AcmeCommand::Renew { id, new_key: true });
    let ended = desk.ended(begun(desk.world.send(renew).wait()));
    assert!(ended.row.certificate.is_some(), "{:?}", ended.steps);
    let sent = desk.server.payloads(At::Order);
    assert!(sent.last().unwrap()["replaces"].is_null());
}

#[test]
fn a_certificate_is_revoked_at_its_ca_by_either_key_and_never_renewed_again() {
    for by_certificate_key in [false, true] {
        let desk = Desk::new();
        let id = desk.certificate();
        let (fact, _) = desk.world.done(Command::Acme(AcmeCommand::Revoke {
            id,
            reason: RevocationReason::Superseded,
            by_certificate_key,
        }));
        assert_eq!(fact, Fact::Acme(AcmeFact::Revoked { id }));
        let sent = &desk.server.payloads(At::Revoke)[0];
        assert_eq!(sent["reason"], 4);
        let row = &desk.certificates()[0];
        assert_eq!(row.status, CertificateStatus::Revoked);
        assert!(!desk.origin(id).automatic);
    }
}

#[test]
fn what_the_ca_has_revoked_before_is_revoked() {
    let desk = Desk::new();
    let id = desk.certificate();
    let refusal = Refusal::new(400, "alreadyRevoked", "already revoked");
    desk.server.refuses(At::Revoke, 1, refusal);
    desk.world.done(Command::Acme(AcmeCommand::Revoke {
        id,
        reason: RevocationReason::Unspecified,
        by_certificate_key: false,
    }));
    assert!(desk.server.payloads(At::Revoke)[0]["reason"].is_null());
}

#[test]
fn a_renewal_that_was_called_off_is_due_again_a_day_later() {
    let desk = Desk::new();
    let id = desk.certificate();
    desk.server
        .suggests("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");
    desk.server.hangs(At::Order);
    desk.check(id);
    eventually("the renewal is under way", || {
        desk.server.count(At::Order) == 2
    });
    let renewal = desk.world.client.read(&ListOrders).unwrap().value[0].id;
    desk.world
        .done(Command::Acme(AcmeCommand::CancelOrder { id: renewal }));
    desk.server.release();
    desk.ended(renewal);
    assert_eq!(desk.origin(id).replaced_by, None);
    desk.world.clock.advance_days(1);
    eventually("the successor is there", || {
        desk.origin(id).replaced_by.is_some()
    });
}

#[test]
fn a_window_far_behind_the_certificates_end_is_not_waited_for() {
    let desk = Desk::new();
    let id = desk.certificate();
    desk.server
        .suggests("2099-01-01T00:00:00Z", "2099-01-02T00:00:00Z");
    desk.check(id);
    let plan = desk.origin(id).plan;
    // The lifetime is 90 days, from 2026-11-21 on.
    assert_eq!(&plan.renew_at.to_string()[..10], "2027-02-10");
}

#[test]
fn a_certificate_whose_key_is_elsewhere_is_renewed_by_itself_with_the_same_request() {
    let desk = Desk::new();
    let mut wish = desk.wish(&["www.rig.test"]);
    wish.key = OrderKey::Request(csr(&["www.rig.test"]));
    let first = desk.ended(begun(desk.world.send(order(wish)).wait()));
    let id = first.row.certificate.unwrap();
    desk.server
        .suggests("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");
    desk.check(id);
    eventually("the successor is there", || {
        desk.origin(id).replaced_by.is_some()
    });
}
