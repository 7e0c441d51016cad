//! Revocation: what can be revoked, who learns of it, and the lists that say so.

use std::path::Path;

use chancery_engine::api::{
    AuthorityId, AuthorityState, CertificateCommand, CertificateFilter, CertificateId,
    CertificateStatus, Command, CrlNumber, CrlPlace, Fact, FindCertificate, FindIssued,
    Fingerprint, KeyChoice, KeyCommand, KeyFact, KeyId, KeyType, Kind, ListCertificates, ListCrls,
    ListKeys, ListRevocations, NewCertificate, PreviewRevocation, Report, RevocationCommand,
    RevocationFact, RevocationReason, RevocationVerdict, Selection, Serial, ShowAuthority,
    ShowCertificate, ShowCrl, Timestamp, VaultCommand,
};
use spec::{World, csr, csr_of, intermediate, issue, issued, root, typed};

use RevocationReason::{
    AffiliationChanged, CaCompromise, CertificateHold, CessationOfOperation, KeyCompromise,
    PrivilegeWithdrawn, Superseded, Unspecified,
};

#[test]
fn a_revoked_certificate_is_shown_as_such_everywhere_and_stays_so() {
    let (world, ca) = World::with_authorities();
    let id = host(&world, ca, "www.example.internal");
    let fact = world.done(revoke(id, Superseded)).0;
    let expected = RevocationFact::Revoked {
        reason: Superseded,
        certificates: 1,
        unchanged: 0,
        barred_keys: 0,
    };
    assert_eq!(fact, Fact::Revocation(expected));
    let shown = world.client.read(&ShowCertificate(id)).unwrap().value;
    assert_eq!(shown.row.status, CertificateStatus::Revoked);
    let revocation = shown.row.revocation.unwrap();
    assert_eq!(revocation.reason, Superseded);
    assert_eq!(revocation.at, now(&world));
    let revoked = ListCertificates {
        filter: CertificateFilter {
            status: Some(CertificateStatus::Revoked),
            ..CertificateFilter::default()
        },
        rows: 10,
        ..ListCertificates::default()
    };
    let listed = world.client.read(&revoked).unwrap().value;
    assert_eq!(listed.rows.len(), 1);
    assert_eq!(listed.rows[0].id, id);
    world.clock.advance_days(1000);
    assert_eq!(status(&world, id), CertificateStatus::Revoked);
    let audit = world.audit();
    let told = audit
        .iter()
        .rev()
        .find(|row| row.action == "certificate.revoke");
    assert!(told.unwrap().details.contains("reason superseded"));
}

fn host(world: &World, ca: AuthorityId, name: &str) -> CertificateId {
    issued(world.done(issue(&csr(&[name]), ca, "server")).0)
}

fn revoke(id: CertificateId, reason: RevocationReason) -> Command {
    revoke_all(Selection::Certificates(vec![id]), reason)
}

fn revoke_all(what: Selection, reason: RevocationReason) -> Command {
    Command::Revocation(RevocationCommand::Revoke {
        what,
        reason,
        invalid_since: None,
    })
}

fn now(world: &World) -> Timestamp {
    chancery_engine::api::Clock::now(&*world.clock)
}

fn status(world: &World, id: CertificateId) -> CertificateStatus {
    let shown = world.client.read(&ShowCertificate(id)).unwrap().value;
    shown.row.status
}
