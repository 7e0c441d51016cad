//! Stored formats: each that was ever released opens for ever.

use std::path::Path;

use chancery_engine::api::{
    AuditCommand, AuthorityTrial, BackupCommand, Command, KeyRow, KeyTrial, ListKeys, Opener,
    RequestCommand, RequestState, ShowCertificate,
};
use chancery_engine::{Home, Kdf, Settings, read_manifest, restore};
use spec::{World, csr, issue, passphrase};

use crate::store::{
    STORE, VAULT, assert_faultless, assert_possibly_issued, certificates, generate,
};

#[test]
fn the_store_of_format_1_opens_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(fixture("store-v1.redb"), folder.path().join(STORE)).unwrap();
    std::fs::copy(fixture("store-v1-vault.bin"), folder.path().join(VAULT)).unwrap();
    let world = World::at(folder.path());
    let names: Vec<_> = world.authorities().into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["Fixture Root", "Fixture Issuing CA"]);
    let ca = world.authorities()[1].id;
    let states: Vec<_> = world
        .requests()
        .value
        .rows
        .iter()
        .map(|row| (row.name.clone(), row.state))
        .collect();
    assert_eq!(
        states,
        [
            ("issued.example.internal".to_owned(), RequestState::Issued),
            (
                "rejected.example.internal".to_owned(),
                RequestState::Rejected
            ),
            ("pending.example.internal".to_owned(), RequestState::Pending),
        ]
    );
    let (certain, possible) = certificates(&world, ca);
    assert_eq!((certain.len(), possible.len()), (1, 1));
    assert_possibly_issued(&world, possible[0]);
    let shown = world
        .client
        .read(&ShowCertificate(certain[0]))
        .unwrap()
        .value;
    assert_eq!(shown.row.name, "issued.example.internal");
    let keys = world.client.read(&ListKeys).unwrap().value;
    let named = |key: &&KeyRow| key.name == "fixture key";
    assert_eq!(keys.iter().filter(named).count(), 1);
    assert!(keys.iter().all(|key| key.last_use.is_none()));
    assert!(world.audit_state().last_verification.is_some());
    assert!(world.audit_state().sealed_to.is_some());
    assert_eq!(world.audit_state().rolled_back, None);
    assert_faultless(&world);
    world.unlock();
    world.done(issue(&csr(&["new.example.internal"]), ca, "server"));
    // The table of uses is younger than the fixture.
    let keys = world.client.read(&ListKeys).unwrap().value;
    assert!(keys.iter().any(|key| key.last_use.is_some()));
}

/// Made the fixture of format 1, once; does nothing unless it is asked to make it again.
#[test]
fn the_store_of_format_1_is_made_where_that_is_asked_for() {
    if std::env::var_os("CHANCERY_MAKE_FIXTURES").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(folder.path());
    world.make_vault();
    let root = world.created(spec::root("Fixture Root"));
    let ca = world.created(spec::intermediate("Fixture Issuing CA", root));
    let asking = |name: &str| csr(&[&format!("{name}.example.internal")]);
    let syncs = world.disk.syncs_of(|| {
        world.submitted(&asking("pending"), ca, "server");
    });
    let id = world.submitted(&asking("rejected"), ca, "server");
    let reason = "nobody knows it".to_owned();
    world.done(Command::Request(RequestCommand::Reject { id, reason }));
    let id = world.submitted(&asking("issued"), ca, "server");
    world.approved(id);
    world.done(generate("fixture key"));
    world.disk.fail_a_sync_after(syncs);
    world.refused(issue(&asking("possible"), ca, "server"));
    world.done(Command::Audit(AuditCommand::Checkpoint { file: None }));
    world.verified();
    drop(world);
    std::fs::copy(folder.path().join(STORE), fixture("store-v1.redb")).unwrap();
    std::fs::copy(folder.path().join(VAULT), fixture("store-v1-vault.bin")).unwrap();
}

#[test]
fn the_backup_of_format_1_opens_for_ever() {
    let file = fixture("backup-v1.backup");
    let said = read_manifest(&file).unwrap();
    assert!(said.keys_inside);
    assert_eq!((said.authorities, said.certificates), (2, 3));
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("restored");
    let settings = Settings {
        kdf: Kdf::WeakForTests,
        ..Settings::at(Home::Folder(target.clone()))
    };
    let restored = restore(
        &file,
        &settings,
        spec::alice(),
        &Opener::Passphrase(passphrase()),
    )
    .unwrap();
    assert_eq!(restored.trial.faults, Vec::<String>::new());
    let signed = |it: &AuthorityTrial| it.key == KeyTrial::Signed;
    assert!(restored.trial.authorities.iter().all(signed));
    let world = World::at(&target);
    let names: Vec<_> = world.authorities().into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["Fixture Root", "Fixture Issuing CA"]);
    assert_faultless(&world);
    world.unlock();
    let ca = world.authorities()[1].id;
    world.done(issue(&csr(&["new.example.internal"]), ca, "server"));
}

/// Made the fixture of format 1, once; does nothing unless it is asked to make it again.
#[test]
fn the_backup_of_format_1_is_made_where_that_is_asked_for() {
    if std::env::var_os("CHANCERY_MAKE_FIXTURES").is_none() {
        return;
    }
    let world = World::with_vault();
    let root = world.created(spec::root("Fixture Root"));
    let ca = world.created(spec::intermediate("Fixture Issuing CA", root));
    world.done(issue(&csr(&["issued.example.internal"]), ca, "server"));
    world.done(generate("fixture key"));
    let file = fixture("backup-v1.backup");
    std::fs::remove_file(&file).ok();
    world.done(Command::Backup(BackupCommand::Create {
        file,
        keys_inside: true,
        passphrase: Some(passphrase()),
    }));
}

pub(super) fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}
