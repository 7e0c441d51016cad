//! The lists of what is revoked: when they are made, what they show, and how they are numbered.

use chancery_engine::api::{
    AuthorityId, CertificateStatus, Clock, Command, Consent, CrlNumber, CrlPlace, CrlRow, Ending,
    Given, Kind, ListCrls, RevocationCommand, RevocationReason, Secret,
};
use spec::{World, typed};

use crate::revocation::{
    create_crl, create_crl_with, created, host, nth, numbered, release, revoke, root_of, seconds,
    status,
};

#[test]
fn a_list_shows_what_is_revoked_when_it_is_made_and_its_number_grows() {
    let (world, ca) = World::with_authorities();
    assert_eq!(created(&world, ca), (nth(1), 0));
    let id = host(&world, ca, "www.example.internal");
    world.done(revoke(id, RevocationReason::CertificateHold));
    assert_eq!(crl(&world, ca).unlisted, 1);
    assert_eq!(created(&world, ca), (nth(2), 1));
    assert_eq!(crl(&world, ca).unlisted, 0);
    world.done(release(id));
    assert_eq!(crl(&world, ca).unlisted, 1, "it is still listed as on hold");
    world.done(revoke(id, RevocationReason::KeyCompromise));
    assert_eq!(crl(&world, ca).unlisted, 1, "the reason has changed");
    assert_eq!(created(&world, ca), (nth(3), 1));
    let newest = crl(&world, ca).newest.unwrap();
    assert_eq!(newest.this_update, seconds(world.clock.now()));
    assert_eq!(newest.next_update, newest.this_update.plus_days(7));
}

#[test]
fn an_expired_entry_stays_for_one_list_past_its_end() {
    let (world, ca) = World::with_authorities();
    let id = host(&world, ca, "www.example.internal");
    world.done(revoke(id, RevocationReason::Superseded));
    assert_eq!(created(&world, ca).1, 1);
    world.clock.advance_days(91);
    assert_eq!(created(&world, ca).1, 1, "the first one past its end");
    world.clock.advance_days(1);
    assert_eq!(created(&world, ca).1, 0);
    assert_eq!(
        crl(&world, ca).unlisted,
        0,
        "what has expired is not missed"
    );
}

#[test]
fn an_attended_key_signs_a_list_with_consent_only_and_a_grant_covers_lists() {
    let (world, _) = World::with_authorities();
    let root = root_of(&world);
    let refused = world.refused(create_crl(root));
    assert_eq!(refused.code, "authority.needs-passphrase");
    let unnamed = |given| {
        Some(Consent {
            passphrase: spec::passphrase(),
            given,
        })
    };
    let refused = world.refused(create_crl_with(root, None, unnamed(Given::File)));
    assert_eq!(refused.code, "authority.needs-confirmation");
    world.done(create_crl_with(root, None, Some(typed())));
    let newest = crl(&world, root).newest.unwrap();
    assert_eq!(newest.next_update, newest.this_update.plus_days(180));
}

#[test]
fn a_number_whose_signature_failed_is_spent() {
    let (world, _) = World::with_authorities();
    let root = root_of(&world);
    let wrong = Consent {
        passphrase: Secret::new("not the passphrase".to_owned()),
        given: Given::Typed,
    };
    let refused = world.refused(create_crl_with(root, None, Some(wrong)));
    assert_eq!(refused.kind, Kind::Locked);
    assert_eq!(crl(&world, root).newest, None);
    let fact = world.done(create_crl_with(root, None, Some(typed()))).0;
    assert_eq!(numbered(fact).0, nth(2));
}

#[test]
fn of_many_who_make_a_list_at_once_no_two_get_the_same_number() {
    let (world, ca) = World::with_authorities();
    let tickets: Vec<_> = (0..20).map(|_| world.send(create_crl(ca))).collect();
    let mut numbers: Vec<CrlNumber> = Vec::new();
    for ticket in tickets {
        if let Ending::Done { fact, .. } = ticket.wait() {
            numbers.push(numbered(fact).0);
        }
    }
    let made = numbers.len();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), made);
    assert!(0 < made);
}

#[test]
fn a_list_is_not_dated_before_the_last_one_unless_a_person_says_the_clock_is_right() {
    let (world, ca) = World::with_authorities();
    let start = world.clock.now();
    created(&world, ca);
    world.clock.set(start.plus_secs(-3600));
    created(&world, ca);
    let newest = crl(&world, ca).newest.unwrap();
    assert_eq!(newest.this_update, seconds(start), "an hour is forgiven");
    world.clock.set(start.plus_days(-2));
    let refused = world.refused(create_crl(ca));
    assert_eq!(refused.code, "crl.clock-set-back");
    let despite = Command::Revocation(RevocationCommand::CreateCrl {
        authority: ca,
        days: None,
        despite_clock: true,
        consent: None,
    });
    let fact = world.done(despite).0;
    assert_eq!(numbered(fact).0, nth(3), "numbers grow all the same");
    let newest = crl(&world, ca).newest.unwrap();
    assert_eq!(newest.this_update, seconds(start.plus_days(-2)));
}

#[test]
fn a_list_is_good_for_a_day_to_a_year_and_not_made_by_who_has_expired() {
    let (world, ca) = World::with_authorities();
    for days in [0, 367] {
        let refused = world.refused(create_crl_with(ca, Some(days), None));
        assert_eq!(refused.code, "crl.days");
    }
    world.done(create_crl_with(ca, Some(366), None));
    world.clock.advance_days(4000);
    assert_eq!(world.refused(create_crl(ca)).code, "authority.expired");
}

#[test]
fn numbers_grow_where_an_older_store_was_put_back() {
    let (folder, older) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let world = World::at(folder.path());
    world.make_vault();
    let ca = world.make_authorities();
    drop(world);
    spec::copy_folder(folder.path(), older.path());
    let world = World::at(folder.path());
    world.unlock();
    let lost = (0..3).map(|_| created(&world, ca).0).max().unwrap();
    drop(world);
    let world = World::at(older.path());
    world.clock.set(world.clock.now().plus_secs(60));
    world.unlock();
    assert!(lost < created(&world, ca).0);
}

#[test]
fn numbers_and_revocations_outlive_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(folder.path());
    world.make_vault();
    let ca = world.make_authorities();
    let id = host(&world, ca, "www.example.internal");
    world.done(revoke(id, RevocationReason::Superseded));
    created(&world, ca);
    drop(world);
    let world = World::at(folder.path());
    world.unlock();
    assert_eq!(status(&world, id), CertificateStatus::Revoked);
    assert_eq!(created(&world, ca), (nth(2), 1));
}

#[test]
fn a_list_is_written_where_it_is_wanted_and_none_before_there_is_one() {
    let (world, ca) = World::with_authorities();
    let folder = tempfile::tempdir().unwrap();
    let export = |place, der| {
        Command::Revocation(RevocationCommand::ExportCrl {
            authority: ca,
            place,
            der,
        })
    };
    let to_folder = || CrlPlace::Folder(folder.path().to_owned());
    assert_eq!(world.refused(export(to_folder(), true)).code, "crl.none");
    created(&world, ca);
    world.done(export(to_folder(), true));
    world.done(export(to_folder(), false));
    let named = folder.path().join("my list");
    world.done(export(CrlPlace::File(named.clone()), true));
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let der = read("Example_Issuing_CA.crl");
    assert_eq!(std::fs::read(named).unwrap(), der);
    assert_eq!(der[0], 0x30);
    let pem = String::from_utf8(read("Example_Issuing_CA.crl.pem")).unwrap();
    assert!(pem.starts_with("-----BEGIN X509 CRL-----"), "{pem}");
    let shown = chancery_engine::inspect(pem.as_bytes()).unwrap();
    assert_eq!(shown.title, "Certificate revocation list (CRL)");
}

fn crl(world: &World, authority: AuthorityId) -> CrlRow {
    let rows = world.client.read(&ListCrls).unwrap().value;
    let row = rows.iter().find(|row| row.authority == authority);
    row.unwrap().clone()
}
