//! Keys as a person sees them: custody, rule of use, last use; never a value.

use chancery_engine::api::{
    AuthorityCommand, CertificateKey, Command, Custody, Fact, KeyRow, KeyUse, ListKeys, ShowKey,
    VaultCommand, VaultFact,
};
use spec::{World, csr, issue};

use crate::store::generate;

#[test]
fn a_key_tells_when_it_signed_last_and_how_often() {
    let (world, ca) = World::with_authorities();
    let before = key_of(&world, KeyUse::Authority(ca));
    assert_eq!(before.last_use, None, "it has signed nothing yet");
    world.done(issue(&csr(&["one.example.internal"]), ca, "server"));
    world.clock.advance_days(1);
    world.done(issue(&csr(&["two.example.internal"]), ca, "server"));
    let last = key_of(&world, KeyUse::Authority(ca)).last_use.unwrap();
    assert_eq!(last.purpose, "sign a certificate");
    assert_eq!(last.count, 2);
    let newest = world.audit().into_iter().map(|entry| entry.at).max();
    assert_eq!(Some(last.at), newest);
}

#[test]
fn a_refused_signature_is_no_use() {
    let (world, ca) = World::with_authorities();
    world.refused(issue(&csr(&["www.example.com"]), ca, "server"));
    assert_eq!(key_of(&world, KeyUse::Authority(ca)).last_use, None);
}

#[test]
fn custody_follows_the_grant_and_everyday_keys_have_none() {
    let (world, ca) = World::with_authorities();
    let custody = |world: &World| key_of(world, KeyUse::Authority(ca)).custody;
    assert!(matches!(custody(&world), Some(Custody::Unattended(_))));
    world.done(Command::Authority(AuthorityCommand::EndGrant { id: ca }));
    assert_eq!(custody(&world), Some(Custody::Attended));
    assert_eq!(key_of(&world, KeyUse::Audit).custody, None);
}

#[test]
fn a_key_names_the_authority_and_the_certificates_that_stand_on_it() {
    let (world, ca) = World::with_authorities();
    let authority = key_of(&world, KeyUse::Authority(ca));
    let shown = world.client.read(&ShowKey(authority.id)).unwrap().value;
    let named = world.authorities().into_iter().find(|row| row.id == ca);
    assert_eq!(shown.authority, named.map(|row| row.name));
    assert_eq!(shown.certificates.len(), 1, "the authority's own");
    world.done(generate("www"));
    let leaf = key_of(&world, KeyUse::Leaf);
    let shown = world.client.read(&ShowKey(leaf.id)).unwrap().value;
    assert_eq!((&shown.authority, shown.certificates.len()), (&None, 0));
    let inventory = world.inventory().value;
    let of_leaf =
        |row: &&chancery_engine::api::CertificateRow| row.key == CertificateKey::Vault(leaf.id);
    assert_eq!(inventory.rows.iter().filter(of_leaf).count(), 0);
}

#[test]
fn keys_that_are_made_side_by_side_are_all_in_the_vault_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(folder.path());
    world.make_vault();
    let names: Vec<String> = (0..64).map(|at| format!("key {at}")).collect();
    let tickets: Vec<_> = names.iter().map(|it| world.send(generate(it))).collect();
    for ticket in tickets {
        spec::done(ticket.wait());
    }
    drop(world);
    let world = World::at(folder.path());
    world.unlock();
    let (fact, _) = world.done(Command::Vault(VaultCommand::Check {
        passphrase: Some(spec::passphrase()),
        code: None,
    }));
    let Fact::Vault(VaultFact::Checked {
        records, orphans, ..
    }) = fact
    else {
        panic!("{fact:?}");
    };
    // The audit's own key is the one more.
    assert_eq!((records, orphans), (65, Vec::new()));
}

#[test]
fn a_key_for_a_vault_that_is_locked_is_refused_before_it_is_made() {
    let world = World::with_vault();
    world.done(Command::Vault(VaultCommand::Lock));
    assert_eq!(world.refused(generate("www")).code, "vault.locked");
}

fn key_of(world: &World, used_for: KeyUse) -> KeyRow {
    let keys = world.client.read(&ListKeys).unwrap().value;
    let mut found = keys.iter().filter(|key| key.used_for == used_for);
    let key = found.next().unwrap().clone();
    assert!(found.next().is_none(), "more than one key for {used_for:?}");
    key
}
