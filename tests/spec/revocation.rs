//! Revocation: what can be revoked, who learns of it, and the lists that say so.

use chancery_engine::api::{
    AuthorityCommand, AuthorityId, AuthorityState, CertificateCommand, CertificateFilter,
    CertificateId, CertificateStatus, Clock, Command, Consent, CrlNumber, Fact, FindIssued,
    Fingerprint, KeyChoice, KeyCommand, KeyFact, KeyId, KeyType, Kind, ListCertificates,
    ListRevocations, NewCertificate, PreviewRevocation, Report, Revocation, RevocationCommand,
    RevocationFact, RevocationPreview, RevocationReason, RevocationVerdict, Selection, Serial,
    ShowCertificate, ShowCrl, Timestamp, VaultCommand,
};
use spec::{World, csr, intermediate, issue, issued, submit};

#[test]
fn a_revoked_certificate_is_shown_as_such_everywhere_and_stays_so() {
    let (world, ca) = World::with_authorities();
    let id = host(&world, ca, "www.example.internal");
    let fact = world.done(revoke(id, RevocationReason::Superseded)).0;
    let expected = RevocationFact::Revoked {
        reason: RevocationReason::Superseded,
        certificates: 1,
        unchanged: 0,
        barred_keys: 0,
    };
    assert_eq!(fact, Fact::Revocation(expected));
    let revocation = revocation(&world, id).unwrap();
    assert_eq!(revocation.reason, RevocationReason::Superseded);
    assert_eq!(revocation.at, world.clock.now());
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

#[test]
fn what_is_revoked_is_revoked_once_but_a_compromise_replaces_a_lesser_reason() {
    let (world, ca) = World::with_authorities();
    let id = host(&world, ca, "www.example.internal");
    world.done(revoke(id, RevocationReason::Superseded));
    let first = revocation(&world, id).unwrap();
    world.clock.advance_days(1);
    for again in [
        RevocationReason::Superseded,
        RevocationReason::PrivilegeWithdrawn,
        RevocationReason::CertificateHold,
    ] {
        let refused = world.refused(revoke(id, again));
        assert_eq!(refused.code, "revocation.already", "{again}");
        assert_eq!(refused.kind, Kind::Refused);
    }
    world.done(revoke(id, RevocationReason::KeyCompromise));
    let now = revocation(&world, id).unwrap();
    assert_eq!(now.reason, RevocationReason::KeyCompromise);
    assert_eq!(now.at, first.at, "the date of the revocation stays");
    let again = revoke(id, RevocationReason::KeyCompromise);
    assert_eq!(world.refused(again).code, "revocation.already");
}

#[test]
fn a_hold_is_released_or_becomes_a_revocation_of_the_same_date() {
    let (world, ca) = World::with_authorities();
    let id = host(&world, ca, "www.example.internal");
    assert_eq!(world.refused(release(id)).code, "revocation.not-on-hold");
    world.done(revoke(id, RevocationReason::CertificateHold));
    assert_eq!(status(&world, id), CertificateStatus::OnHold);
    let again = revoke(id, RevocationReason::CertificateHold);
    assert_eq!(world.refused(again).code, "revocation.already");
    world.done(release(id));
    assert_eq!(status(&world, id), CertificateStatus::Active);
    assert_eq!(revocation(&world, id), None);
    world.done(revoke(id, RevocationReason::CertificateHold));
    let held = world.clock.now();
    world.clock.advance_days(3);
    world.done(revoke(id, RevocationReason::CessationOfOperation));
    assert_eq!(status(&world, id), CertificateStatus::Revoked);
    assert_eq!(revocation(&world, id).unwrap().at, held);
    let refused = world.refused(release(id));
    assert_eq!(refused.code, "revocation.not-on-hold");
    assert!(refused.what.contains("for ever"), "{}", refused.what);
}

#[test]
fn of_a_release_of_several_none_is_released_where_one_is_not_on_hold() {
    let (world, ca) = World::with_authorities();
    let held = host(&world, ca, "a.example.internal");
    let free = host(&world, ca, "b.example.internal");
    world.done(revoke(held, RevocationReason::CertificateHold));
    let both = Command::Revocation(RevocationCommand::Release {
        certificates: vec![held, free],
    });
    assert_eq!(world.refused(both).code, "revocation.not-on-hold");
    assert_eq!(status(&world, held), CertificateStatus::OnHold);
}

#[test]
fn the_reason_ca_compromise_is_for_authorities_alone() {
    let (world, ca) = World::with_authorities();
    let id = host(&world, ca, "www.example.internal");
    let refused = world.refused(revoke(id, RevocationReason::CaCompromise));
    assert_eq!(refused.code, "revocation.not-an-authority");
    assert_eq!(status(&world, id), CertificateStatus::Active);
    world.done(revoke(own(&world, ca), RevocationReason::CaCompromise));
}

#[test]
fn an_expired_certificate_is_not_revoked_but_its_key_can_still_be_barred() {
    let (world, ca) = World::with_authorities();
    let request = csr(&["www.example.internal"]);
    let id = issued(world.done(issue(&request, ca, "server")).0);
    world.clock.advance_days(91);
    let refused = world.refused(revoke(id, RevocationReason::KeyCompromise));
    assert_eq!(refused.code, "revocation.expired");
    let key = Selection::Key(key_of(&world, id));
    let refused = world.refused(revoke_all(key.clone(), RevocationReason::Superseded));
    assert_eq!(refused.code, "revocation.expired");
    let fact = world
        .done(revoke_all(key, RevocationReason::KeyCompromise))
        .0;
    let expected = RevocationFact::Revoked {
        reason: RevocationReason::KeyCompromise,
        certificates: 0,
        unchanged: 1,
        barred_keys: 1,
    };
    assert_eq!(fact, Fact::Revocation(expected));
    let again = world.refused(submit(&request, ca, "server"));
    assert_eq!(again.code, "policy.barred-key");
}

#[test]
fn a_compromised_key_comes_back_neither_by_request_nor_from_the_vault() {
    let (world, ca) = World::with_authorities();
    let request = csr(&["www.example.internal"]);
    let waiting = world.submitted(&request, ca, "server");
    let id = issued(world.done(issue(&request, ca, "server")).0);
    world.done(revoke(id, RevocationReason::KeyCompromise));
    let refused = world.refused(submit(&request, ca, "server"));
    assert_eq!(refused.code, "policy.barred-key");
    let refused = world.refused(issue(&request, ca, "server"));
    assert_eq!(refused.code, "policy.barred-key");
    let refused = world.refused(spec::approve(waiting));
    assert_eq!(refused.code, "policy.barred-key");

    let key = made_key(&world);
    let renew = || with_key(ca, key);
    let id = issued(world.done(renew()).0);
    world.done(renew());
    world.done(revoke(id, RevocationReason::KeyCompromise));
    assert_eq!(world.refused(renew()).code, "policy.barred-key");
}

#[test]
fn another_reason_leaves_the_key_usable() {
    let (world, ca) = World::with_authorities();
    let key = made_key(&world);
    let id = issued(world.done(with_key(ca, key)).0);
    world.done(revoke(id, RevocationReason::Superseded));
    world.done(with_key(ca, key));
}

#[test]
fn by_key_every_certificate_with_that_key_is_revoked_and_no_other() {
    let (world, ca) = World::with_authorities();
    let key = made_key(&world);
    let mine: Vec<_> = (0..3)
        .map(|_| issued(world.done(with_key(ca, key)).0))
        .collect();
    let other = host(&world, ca, "other.example.internal");
    let selection = Selection::Key(key_of(&world, mine[0]));
    let one = Selection::Certificates(vec![mine[0]]);
    let preview = preview(&world, one, RevocationReason::KeyCompromise);
    let said = preview.effect.join("\n");
    assert!(said.contains("2 more with the same key"), "{said}");
    world.done(revoke_all(selection, RevocationReason::KeyCompromise));
    for id in mine {
        assert_eq!(status(&world, id), CertificateStatus::Revoked);
    }
    assert_eq!(status(&world, other), CertificateStatus::Active);
    let nobodys = Selection::Key(Fingerprint::of(b"no key"));
    let refused = world.refused(revoke_all(nobodys, RevocationReason::Superseded));
    assert_eq!(refused.code, "revocation.nothing");
}

#[test]
fn a_root_is_not_revoked_and_neither_is_what_was_named_with_it() {
    let (world, ca) = World::with_authorities();
    let leaf = host(&world, ca, "www.example.internal");
    let root = own(&world, root_of(&world));
    let refused = world.refused(revoke(root, RevocationReason::KeyCompromise));
    assert_eq!(refused.code, "revocation.root");
    let both = Selection::Certificates(vec![leaf, root]);
    let refused = world.refused(revoke_all(both, RevocationReason::KeyCompromise));
    assert_eq!(refused.code, "revocation.root");
    assert_eq!(status(&world, leaf), CertificateStatus::Active);
    // What was not named one by one is revoked as far as it can be.
    let all = matching(CertificateFilter::default());
    world.done(revoke_all(all, RevocationReason::Superseded));
    assert_eq!(status(&world, leaf), CertificateStatus::Revoked);
    assert_eq!(status(&world, root), CertificateStatus::Active);
}

#[test]
fn among_many_an_authority_is_revoked_only_where_authorities_are_meant() {
    let (world, ca) = World::with_authorities();
    let (leaf, own) = (host(&world, ca, "www.example.internal"), own(&world, ca));
    let all = |authorities| Selection::Matching {
        filter: CertificateFilter::default(),
        authorities,
    };
    let shown = preview(&world, all(false), RevocationReason::Superseded);
    let row = |id| shown.rows.iter().find(|row| row.certificate == Some(id));
    let row = row(own).unwrap();
    assert!(row.is_authority);
    assert_eq!(row.verdict, RevocationVerdict::LeftOut);
    assert_eq!(shown.changing, 1);
    world.done(revoke_all(all(false), RevocationReason::Superseded));
    assert_eq!(status(&world, leaf), CertificateStatus::Revoked);
    assert_eq!(status(&world, own), CertificateStatus::Active);
    world.done(revoke_all(all(true), RevocationReason::Superseded));
    assert_eq!(status(&world, own), CertificateStatus::Revoked);
}

#[test]
fn a_revoked_authority_issues_nothing_more_nor_does_one_below_it_but_still_signs_lists() {
    let world = World::with_vault();
    let root = world.created(spec::root("Root"));
    let mut new = intermediate("Upper", root);
    new.path_len = Some(1);
    let upper = world.created(new);
    let mut new = intermediate("Lower", upper);
    new.path_len = Some(0);
    let lower = world.created(new);
    let leaf = host(&world, lower, "www.example.internal");
    let waiting = world.submitted(&csr(&["b.example.internal"]), lower, "server");
    world.done(revoke(
        own(&world, upper),
        RevocationReason::CertificateHold,
    ));
    for id in [upper, lower] {
        assert_eq!(state(&world, id), AuthorityState::OnHold);
        let refused = world.refused(issue(&csr(&["a.example.internal"]), id, "server"));
        assert_eq!(refused.code, "authority.revoked");
        assert_eq!(refused.remedy.words(), ["chancery cert release CERT"]);
    }
    world.done(release(own(&world, upper)));
    assert_eq!(state(&world, lower), AuthorityState::Active);
    host(&world, lower, "a.example.internal");
    world.done(revoke(own(&world, upper), RevocationReason::CaCompromise));
    assert_eq!(state(&world, lower), AuthorityState::Revoked);
    assert_eq!(state(&world, root), AuthorityState::Active);
    let refused = world.refused(spec::approve(waiting));
    assert_eq!(refused.code, "authority.revoked");
    let refused = world.refused(Command::Authority(AuthorityCommand::Create(intermediate(
        "Third", upper,
    ))));
    assert_eq!(refused.code, "authority.revoked");
    world.done(revoke(leaf, RevocationReason::Superseded));
    world.done(create_crl(lower));
}

#[test]
fn nobody_revokes_while_the_vault_is_locked() {
    let (world, ca) = World::with_authorities();
    let id = host(&world, ca, "www.example.internal");
    world.done(Command::Vault(VaultCommand::Lock));
    let refused = world.refused(revoke(id, RevocationReason::Superseded));
    assert_eq!(refused.kind, Kind::Locked);
    assert_eq!(status(&world, id), CertificateStatus::Active);
}

#[test]
fn the_date_since_when_a_key_was_lost_is_kept_and_lies_in_the_past() {
    let (world, ca) = World::with_authorities();
    let id = host(&world, ca, "www.example.internal");
    let since = |invalid_since| {
        Command::Revocation(RevocationCommand::Revoke {
            what: Selection::Certificates(vec![id]),
            reason: RevocationReason::KeyCompromise,
            invalid_since: Some(invalid_since),
        })
    };
    let now = world.clock.now();
    let refused = world.refused(since(now.plus_secs(1)));
    assert_eq!(refused.code, "revocation.invalid-in-future");
    world.done(since(now.plus_days(-3)));
    let kept = revocation(&world, id).unwrap();
    assert_eq!(kept.invalid_since, Some(now.plus_days(-3)));
}

#[test]
fn an_unknown_certificate_is_refused_and_a_serial_without_one_is_taken() {
    let (world, ca) = World::with_authorities();
    let id = CertificateId::from_raw(7);
    let refused = world.refused(revoke(id, RevocationReason::Superseded));
    assert_eq!(refused.code, "certificate.unknown");
    let serials = Selection::Serials {
        authority: ca,
        serials: vec![serial(0xabcd)],
    };
    world.done(revoke_all(serials.clone(), RevocationReason::Superseded));
    let refused = world.refused(revoke_all(serials, RevocationReason::Superseded));
    assert_eq!(refused.code, "revocation.already");
    let elsewhere = Selection::Serials {
        authority: AuthorityId::from_raw(7),
        serials: vec![serial(1)],
    };
    let refused = world.refused(revoke_all(elsewhere, RevocationReason::Superseded));
    assert_eq!(refused.code, "authority.unknown");
}

#[test]
fn a_serial_that_has_a_certificate_here_is_that_certificate() {
    let (world, ca) = World::with_authorities();
    let id = host(&world, ca, "www.example.internal");
    let shown = world.client.read(&ShowCertificate(id)).unwrap().value;
    let what = Selection::Serials {
        authority: ca,
        serials: vec![shown.row.serial.clone(), shown.row.serial.clone()],
    };
    let preview = preview(&world, what.clone(), RevocationReason::Superseded);
    assert_eq!(preview.rows.len(), 1, "named twice, meant once");
    assert_eq!(preview.rows[0].certificate, Some(id));
    world.done(revoke_all(what, RevocationReason::Superseded));
    assert_eq!(status(&world, id), CertificateStatus::Revoked);
    let text = shown.row.serial.to_string();
    let find = |authority| {
        let text = text.clone();
        world.client.read(&FindIssued { authority, text })
    };
    assert_eq!(*find(ca).unwrap().value, id);
    assert_eq!(
        find(root_of(&world)).err().unwrap().code,
        "find.nothing",
        "a serial counts below its own issuer"
    );
}

#[test]
fn ten_thousand_are_revoked_at_once_and_each_is_in_the_audit_and_on_the_list() {
    let (world, ca) = World::with_authorities();
    let before = world.audit_state().entries;
    let serials = (1..=10_000).map(serial).collect();
    let what = Selection::Serials {
        authority: ca,
        serials,
    };
    let fact = world.done(revoke_all(what, RevocationReason::Superseded)).0;
    assert!(matches!(
        fact,
        Fact::Revocation(RevocationFact::Revoked {
            certificates: 10_000,
            ..
        })
    ));
    // The intent, the act, and one for each.
    assert_eq!(world.audit_state().entries, before + 10_002);
    let (number, entries) = created(&world, ca);
    assert_eq!((number, entries), (nth(1), 10_000));
    let page = ListRevocations {
        authority: ca,
        first: 9_990,
        rows: 100,
    };
    let page = world.client.read(&page).unwrap().value;
    assert_eq!((page.total, page.rows.len()), (10_000, 10));
    let shown = world.client.read(&ShowCrl(ca)).unwrap().value;
    let entries = &shown.description.parts[0];
    assert_eq!(entries.title, "Revoked, the first 100");
    assert_eq!(entries.fields.len(), 100);
}

#[test]
fn a_preview_says_what_happens_to_each_and_who_will_see_it_and_changes_nothing() {
    let (world, ca) = World::with_authorities();
    let (a, b) = (
        host(&world, ca, "a.example.internal"),
        host(&world, ca, "b.example.internal"),
    );
    world.done(revoke(b, RevocationReason::CertificateHold));
    let what = matching(CertificateFilter {
        authority: Some(ca),
        ..CertificateFilter::default()
    });
    let shown = preview(&world, what.clone(), RevocationReason::Superseded);
    assert_eq!(shown.changing, 2);
    let verdict = |id| {
        let row = shown.rows.iter().find(|row| row.certificate == Some(id));
        row.unwrap().verdict.clone()
    };
    assert_eq!(verdict(a), RevocationVerdict::WillBeRevoked);
    assert!(matches!(verdict(b), RevocationVerdict::Changes(_)));
    let [group] = &shown.publicity[..] else {
        panic!("{:?}", shown.publicity);
    };
    assert_eq!((group.certificates, group.old_crl_until), (2, None));
    let words = group.words.join("\n");
    assert!(words.contains("no place to look"), "{words}");
    assert!(words.contains("has made no CRL yet"), "{words}");
    assert_eq!(status(&world, a), CertificateStatus::Active);
    world.done(create_crl(ca));
    let shown = preview(&world, what, RevocationReason::CertificateHold);
    assert_eq!(shown.changing, 1, "what is on hold already stays");
    let end = world.clock.now().plus_days(7);
    assert_eq!(shown.publicity[0].old_crl_until, Some(seconds(end)));
}

fn matching(filter: CertificateFilter) -> Selection {
    Selection::Matching {
        filter,
        authorities: false,
    }
}

pub(crate) fn host(world: &World, ca: AuthorityId, name: &str) -> CertificateId {
    issued(world.done(issue(&csr(&[name]), ca, "server")).0)
}

pub(crate) fn revoke(id: CertificateId, reason: RevocationReason) -> Command {
    revoke_all(Selection::Certificates(vec![id]), reason)
}

pub(crate) fn revoke_all(what: Selection, reason: RevocationReason) -> Command {
    Command::Revocation(RevocationCommand::Revoke {
        what,
        reason,
        invalid_since: None,
    })
}

pub(crate) fn release(id: CertificateId) -> Command {
    let certificates = vec![id];
    Command::Revocation(RevocationCommand::Release { certificates })
}

pub(crate) fn create_crl(authority: AuthorityId) -> Command {
    create_crl_with(authority, None, None)
}

pub(crate) fn create_crl_with(
    authority: AuthorityId,
    days: Option<u16>,
    consent: Option<Consent>,
) -> Command {
    Command::Revocation(RevocationCommand::CreateCrl {
        authority,
        days,
        despite_clock: false,
        consent,
    })
}

/// Its number, and how many entries it has.
pub(crate) fn created(world: &World, authority: AuthorityId) -> (CrlNumber, u64) {
    numbered(world.done(create_crl(authority)).0)
}

pub(crate) fn numbered(fact: Fact) -> (CrlNumber, u64) {
    match fact {
        Fact::Revocation(RevocationFact::CrlCreated {
            number, entries, ..
        }) => (number, entries),
        other => panic!("expected a list, got {other:?}"),
    }
}

/// The number of the nth list, where the clock stands as a world begins: seconds since 1970.
pub(crate) fn nth(n: u64) -> CrlNumber {
    let start = spec::SetClock::default().now().secs();
    CrlNumber::from(u64::try_from(start).unwrap() + n - 1)
}

fn preview(world: &World, what: Selection, reason: RevocationReason) -> RevocationPreview {
    let question = PreviewRevocation { what, reason };
    let answered: Result<_, Report> = world.client.read(&question);
    (*answered.unwrap().value).clone()
}

pub(crate) fn status(world: &World, id: CertificateId) -> CertificateStatus {
    let shown = world.client.read(&ShowCertificate(id)).unwrap().value;
    shown.row.status
}

fn revocation(world: &World, id: CertificateId) -> Option<Revocation> {
    let shown = world.client.read(&ShowCertificate(id)).unwrap().value;
    shown.row.revocation
}

fn state(world: &World, id: AuthorityId) -> AuthorityState {
    let rows = world.authorities();
    rows.iter().find(|row| row.id == id).unwrap().state
}

pub(crate) fn root_of(world: &World) -> AuthorityId {
    let rows = world.authorities();
    rows.iter().find(|row| row.is_root).unwrap().id
}

/// An authority's own certificate.
fn own(world: &World, id: AuthorityId) -> CertificateId {
    let question = chancery_engine::api::ShowAuthority(id);
    let shown = world.client.read(&question).unwrap().value;
    shown.certificate.unwrap()
}

fn key_of(world: &World, id: CertificateId) -> Fingerprint {
    let shown = world.client.read(&ShowCertificate(id)).unwrap().value;
    let fields = shown.description.fields.iter();
    let mut key = fields.filter(|field| field.label == "SHA-256 of the key");
    key.next().unwrap().value.parse().unwrap()
}

fn made_key(world: &World) -> KeyId {
    let generate = Command::Key(KeyCommand::Generate {
        name: "www".to_owned(),
        key_type: KeyType::P256,
    });
    match world.done(generate).0 {
        Fact::Key(KeyFact::Generated { id }) => id,
        other => panic!("expected a key, got {other:?}"),
    }
}

fn with_key(authority: AuthorityId, key: KeyId) -> Command {
    let wish = NewCertificate {
        authority,
        profile: "server".parse().unwrap(),
        common_name: "www.example.internal".to_owned(),
        identifiers: Vec::new(),
        days: None,
        beyond_ceiling: false,
        key: KeyChoice::Existing(key),
    };
    let consent = None;
    Command::Certificate(CertificateCommand::Issue { wish, consent })
}

fn serial(number: u32) -> Serial {
    Serial::from_bytes(&number.to_be_bytes())
}

/// What a list can say.
pub(crate) fn seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_secs(at.secs())
}
