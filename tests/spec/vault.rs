//! The vault: unlocked by a person, locked on request and when nobody is there.

use chancery_engine::api::{
    AuthorityCommand, Command, Fact, Kind, Secret, VaultCommand, VaultFact, VaultState,
    VaultStatus, VaultStatusQuestion,
};
use spec::{World, csr, issue, passphrase};

#[test]
fn a_wrong_passphrase_is_told_as_such_and_opens_nothing() {
    let world = World::with_vault();
    world.done(Command::Vault(VaultCommand::Lock));
    let passphrase = Secret::new("guess".to_owned());
    let report = world.refused(Command::Vault(VaultCommand::unlock(passphrase)));
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
    let old = VaultCommand::unlock(passphrase());
    assert_eq!(world.refused(Command::Vault(old)).kind, Kind::Locked);
    world.done(Command::Vault(VaultCommand::unlock(new())));
}

#[test]
fn a_check_opens_every_record_and_finds_no_orphans() {
    let (world, _) = World::with_authorities();
    let passphrase = Some(passphrase());
    let (fact, _) = world.done(Command::Vault(VaultCommand::Check {
        passphrase,
        code: None,
    }));
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

#[test]
fn a_vault_that_nobody_uses_locks_itself() {
    let world = World::that_locks_after(std::time::Duration::from_secs(900));
    world.make_vault();
    world.clock.advance_days(1);
    spec::eventually("the vault is locked", || {
        status(&world).state == VaultState::Locked
    });
    let lock = world.audit().pop().unwrap();
    assert_eq!(
        (lock.actor.kind(), lock.action.as_str()),
        ("scheduler", "vault.lock")
    );
}

#[test]
fn a_grant_that_ended_while_the_vault_was_locked_leaves_no_copy_of_the_key() {
    let (world, issuing) = World::with_authorities();
    let records = || match world
        .done(Command::Vault(VaultCommand::Check {
            passphrase: None,
            code: None,
        }))
        .0
    {
        Fact::Vault(VaultFact::Checked { records, .. }) => records,
        other => panic!("{other:?}"),
    };
    let before = records();
    world.done(Command::Vault(VaultCommand::Lock));
    world.done(Command::Authority(AuthorityCommand::EndGrant {
        id: issuing,
    }));
    world.unlock();
    assert_eq!(records(), before - 1);
}

fn status(world: &World) -> VaultStatus {
    (*world.client.read(&VaultStatusQuestion).unwrap().value).clone()
}
