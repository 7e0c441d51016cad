//! A vault that came without its store: what it holds is joined again with the certificates.

use std::fs;

use chancery_engine::api::{
    CertificateCommand, CertificateKey, Command, Custody, Fact, ImportCommand, ImportFact,
    ImportOutcome, ImportRow, KeyChoice, KeyType, KeyUse, ListKeys, NewCertificate, RecoveryCode,
    RevocationCommand, ShowAuthority, ShowCertificate, VaultCommand, VaultFact,
};
use spec::{World, csr, intermediate, issue, issued, passphrase, root, typed};

use super::{Desk, authority, certificate, preview, take, taken};

/// The vault of an installation with a root and a certificate, whose store is lost.
struct Lost {
    folder: tempfile::TempDir,
    root: String,
    leaf: String,
}

impl Lost {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::at(folder.path());
        world.make_vault();
        let id = world.created(root("Root CA"));
        let issuing = world.created(intermediate("Issuing CA", id));
        let wish = NewCertificate {
            authority: issuing,
            profile: "server".parse().unwrap(),
            common_name: "www.internal".to_owned(),
            identifiers: vec!["www.internal".parse().unwrap()],
            days: None,
            beyond_ceiling: false,
            key: KeyChoice::New(KeyType::P256),
        };
        let consent = Some(typed());
        let issue = CertificateCommand::Issue { wish, consent };
        let leaf = issued(world.done(Command::Certificate(issue)).0);
        let leaf = world.client.read(&ShowCertificate(leaf)).unwrap().value;
        let root = world.client.read(&ShowAuthority(id)).unwrap().value;
        let lost = Self {
            root: root.certificate_pem.clone(),
            leaf: leaf.pem.clone(),
            folder,
        };
        drop(world);
        fs::remove_file(lost.folder.path().join("chancery.redb")).unwrap();
        lost
    }

    fn world(&self) -> World {
        World::at(self.folder.path())
    }
}

#[test]
fn the_key_of_an_authority_is_found_in_the_vault_when_its_certificate_comes() {
    let (lost, desk) = (Lost::new(), Desk::new());
    let world = lost.world();
    world.unlock();
    let source = desk.put("root.crt", &lost.root);
    let shown = preview(&world, &source);
    assert_eq!((shown.keys, shown.needs_passphrase), (0, false));
    let done = taken(&world, &source);
    assert_eq!((done.authorities.len(), done.keys), (1, 0));
    assert_eq!(done.rows[0].into, "root; its key is in the vault, attended");
    let row = authority(&world, "Root CA");
    assert_eq!(row.custody, Custody::Attended);
    assert!(row.key_type.is_some());
    assert!(is_named(&world, KeyUse::Authority(row.id)));
    let report = world.refused(issue(&csr(&["www.internal"]), row.id, "server"));
    assert_eq!(report.code, "authority.needs-passphrase");
    world.done(Command::Revocation(RevocationCommand::CreateCrl {
        authority: row.id,
        days: None,
        despite_clock: false,
        consent: Some(typed()),
    }));
}

#[test]
fn the_key_of_a_certificate_is_found_likewise_and_stays_an_everyday_key() {
    let (lost, desk) = (Lost::new(), Desk::new());
    let world = lost.world();
    world.unlock();
    let done = taken(&world, &desk.put("www.crt", &lost.leaf));
    assert!(
        done.rows[0].into.ends_with("; its key is in the vault"),
        "{done:?}"
    );
    let row = certificate(&world, "www.internal");
    assert!(matches!(row.key, CertificateKey::Vault(_)), "{row:?}");
    assert!(is_named(&world, KeyUse::Leaf));
}

#[test]
fn what_was_imported_while_the_vault_was_locked_gets_its_key_by_a_second_import() {
    let (lost, desk) = (Lost::new(), Desk::new());
    let world = lost.world();
    let source = desk.put("all.crt", lost.root.clone() + &lost.leaf);
    assert!(preview(&world, &source).vault_may_hold_keys);
    let without = ImportCommand::Take {
        source: source.clone(),
        passphrase: None,
    };
    world.done(Command::Import(without));
    assert_eq!(authority(&world, "Root CA").custody, Custody::Keyless);
    world.unlock();
    assert!(!preview(&world, &source).vault_may_hold_keys);
    let done = taken(&world, &source);
    let outcomes: Vec<_> = done.rows.iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, [ImportOutcome::Taken, ImportOutcome::Taken]);
    assert_eq!(authority(&world, "Root CA").custody, Custody::Attended);
    let row = certificate(&world, "www.internal");
    assert!(matches!(row.key, CertificateKey::Vault(_)), "{row:?}");
    let again = world.done(take(&source)).0;
    let Fact::Import(ImportFact::Taken(again)) = again else {
        panic!("{again:?}")
    };
    let here = |row: &ImportRow| row.outcome == ImportOutcome::AlreadyHere;
    assert!(again.rows.iter().all(here), "{again:?}");
}

#[test]
fn a_vault_recovered_without_its_store_says_what_is_missing() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let code = RecoveryCode::new().unwrap();
    let world = World::at(here.path());
    world.make_vault();
    world.done(Command::Vault(VaultCommand::AddRecoverySlot {
        passphrase: passphrase(),
        code: code.to_secret(),
    }));
    let recover = |world: &World| {
        let recover = VaultCommand::Recover {
            code: code.to_secret(),
            new: passphrase(),
        };
        match world.done(Command::Vault(recover)).0 {
            Fact::Vault(VaultFact::Recovered { remarks, .. }) => remarks.join("\n"),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(recover(&world), "");
    drop(world);
    let vault = here.path().join("vault.chancery");
    fs::copy(vault, there.path().join("vault.chancery")).unwrap();
    let said = recover(&World::at(there.path()));
    assert!(
        said.contains("the store of this vault is not beside it"),
        "{said}"
    );
}

fn is_named(world: &World, used_for: KeyUse) -> bool {
    let keys = world.client.read(&ListKeys).unwrap().value;
    keys.iter().any(|key| key.used_for == used_for)
}
