//! The vault: unlocked by a person, locked on request and when nobody is there.

use chancery_engine::api::{
    Command, Kind, Secret, VaultCommand, VaultState, VaultStatus, VaultStatusQuestion,
};
use spec::{World, csr, issue, passphrase};

#[test]
fn a_wrong_passphrase_is_told_as_such_and_opens_nothing() {
    let world = World::with_vault();
    world.done(Command::Vault(VaultCommand::Lock));
    let passphrase = Secret::new("guess".to_owned());
    let report = world.refused(Command::Vault(VaultCommand::Unlock { passphrase }));
    assert_eq!(report.kind, Kind::Locked);
    assert_eq!(status(&world).state, VaultState::Locked);
}

#[test]
fn a_locked_vault_issues_nothing_and_leaves_no_intent() {
    let (world, ca) = World::with_authorities();
    world.done(Command::Vault(VaultCommand::Lock));
    let report = world.refused(issue(&csr(&["www.example.internal"]), ca, "server"));
    assert_eq!(report.kind, Kind::Locked, "{report:?}");
    let health = world
        .client
        .read(&chancery_engine::api::HealthQuestion)
        .unwrap()
        .value;
    assert_eq!(health.possibly_issued, 0);
    world.unlock();
    world.done(issue(&csr(&["www.example.internal"]), ca, "server"));
}

#[test]
fn a_changed_passphrase_opens_and_the_old_one_does_not() {
    let world = World::with_vault();
    let new = || Secret::new("another one entirely".to_owned());
    let change = VaultCommand::ChangePassphrase {
        old: passphrase(),
        new: new(),
    };
    world.done(Command::Vault(change));
    world.done(Command::Vault(VaultCommand::Lock));
    let old = VaultCommand::Unlock {
        passphrase: passphrase(),
    };
    assert_eq!(world.refused(Command::Vault(old)).kind, Kind::Locked);
    world.done(Command::Vault(VaultCommand::Unlock { passphrase: new() }));
}

#[test]
fn a_check_opens_every_record_and_finds_no_orphans() {
    let (world, _) = World::with_authorities();
    let passphrase = Some(passphrase());
    let (fact, _) = world.done(Command::Vault(VaultCommand::Check { passphrase }));
    let text = format!("{fact:?}");
    assert!(text.contains("authority_records_opened: true"), "{text}");
    assert!(text.contains("orphans: []"), "{text}");
}

#[test]
fn locking_seals_the_audit() {
    let world = World::with_vault();
    world.done(Command::Vault(VaultCommand::Lock));
    let actions: Vec<_> = world.audit().into_iter().map(|row| row.details).collect();
    assert!(
        actions
            .iter()
            .any(|details| details.contains("sealed up to entry")),
        "{actions:?}"
    );
}

fn status(world: &World) -> VaultStatus {
    (*world.client.read(&VaultStatusQuestion).unwrap().value).clone()
}
