//! The audit: nothing happens without it, and what is kept of it outside proves what was done.

use std::path::Path;

use chancery_engine::api::{
    Actor, AuditCommand, AuditFact, AuditRow, AuthorityCommand, AuthorityId, CertificateCommand,
    CertificateId, Clock, Command, Fact, Form, KeyChoice, KeyType, NewCertificate, Report,
    RevocationCommand, Secret, VaultCommand, Verification,
};
use chancery_engine::verify_audit;
use spec::{World, copy_folder, csr, issue, issued, passphrase, submit};
use tempfile::TempDir;

#[test]
fn what_cannot_be_recorded_beforehand_is_not_signed() {
    let (folder, world, ca) = on_disk();
    let before = (signatures(&world), world.inventory().value.total);
    world.disk.fail_a_sync_after(0);
    let report = world.refused(issue(&csr(&["www.example.internal"]), ca, "server"));
    assert_eq!(report.code, "store.failed");
    assert_eq!(world.health().possibly_issued, 0);
    drop(world);
    let world = World::at(folder.path());
    let after = (signatures(&world), world.inventory().value.total);
    assert_eq!(after, before);
    assert_eq!(world.health().possibly_issued, 0);
}

#[test]
fn what_cannot_be_recorded_beforehand_does_not_leave_the_vault() {
    let (_folder, world, ca) = on_disk();
    let id = with_key(&world, ca);
    let out = tempfile::tempdir().unwrap();
    world.disk.fail_a_sync_after(0);
    world.refused(export_with_key(id, out.path()));
    assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0);
    world.done(export_with_key(id, out.path()));
    assert!(out.path().join("db.example.internal.key").exists());
}

#[test]
fn an_authority_is_not_made_while_the_audit_cannot_be_written() {
    let (folder, world, _) = on_disk();
    world.disk.break_for_good_after(0);
    let create = AuthorityCommand::Create(spec::root("Second Root"));
    world.refused(Command::Authority(create));
    drop(world);
    let world = World::at(folder.path());
    assert_eq!(world.authorities().len(), 2);
    assert_eq!(world.health().possibly_issued, 0);
}

#[test]
fn each_use_of_a_key_stands_in_the_entry_of_what_it_was_used_for() {
    let (world, ca) = World::with_authorities();
    let before = signatures(&world).len();
    let ticket = world.send(issue(&csr(&["www.example.internal"]), ca, "server"));
    let cause = Some(ticket.id);
    spec::done(ticket.wait());
    let signed = signatures(&world);
    assert_eq!(signed.len(), before + 1);
    let entry = signed.last().unwrap();
    assert_eq!((entry.cause, entry.outcome.as_str()), (cause, "done"));
    let of_it: Vec<_> = world.audit();
    let of_it = of_it.iter().filter(|row| row.cause == cause);
    let outcomes: Vec<_> = of_it.map(|row| row.outcome.as_str()).collect();
    assert_eq!(outcomes, ["intent", "done"]);
}

#[test]
fn a_refusal_is_recorded_with_who_what_and_why() {
    let (world, ca) = World::with_authorities();
    let bob = world.client.for_actor(Actor::User("bob".to_owned()));
    let ticket = bob.send(submit(b"no request", ca, "server")).unwrap();
    let cause = Some(ticket.id);
    let chancery_engine::api::Ending::Failed(report) = ticket.wait() else {
        panic!("it was taken")
    };
    let entry = world.audit().pop().unwrap();
    assert_eq!(entry.cause, cause);
    assert_eq!(entry.actor, Actor::User("bob".to_owned()));
    assert_eq!(
        (entry.action.as_str(), entry.outcome.as_str()),
        ("request.submit", "refused")
    );
    assert!(entry.details.contains(report.code.as_ref()), "{entry:?}");
}

#[test]
fn a_wrong_passphrase_is_recorded_and_neither_it_nor_the_right_one_is() {
    let world = World::with_vault();
    let guess = "correct horse but another staple";
    let passphrase = Secret::new(guess.to_owned());
    world.refused(Command::Vault(VaultCommand::unlock(passphrase)));
    let entry = world.audit().pop().unwrap();
    assert_eq!(
        (entry.action.as_str(), entry.outcome.as_str()),
        ("vault.unlock", "failed")
    );
    world.make_authorities();
    let all = format!("{:?}", world.audit());
    assert!(!all.contains("correct horse"), "{all}");
}

#[test]
fn a_flood_of_refusals_is_counted_and_hides_nobody_elses() {
    let (world, ca) = World::with_authorities();
    for _ in 0..150 {
        world.refused(submit(b"no request", ca, "server"));
    }
    assert_eq!(refusals(&world).len(), 100);
    let bob = world.client.for_actor(Actor::User("bob".to_owned()));
    let by_bob = bob.send(submit(b"no request", ca, "server")).unwrap();
    let cause = Some(by_bob.id);
    by_bob.wait();
    assert_eq!(world.audit().pop().unwrap().cause, cause);
    world.clock.set(world.clock.now().plus_secs(61));
    world.refused(submit(b"no request", ca, "server"));
    let last = refusals(&world).pop().unwrap();
    assert!(last.details.contains("50 more like it"), "{last:?}");
}

#[test]
fn what_was_exported_proves_itself_with_the_key_and_a_checkpoint_alone() {
    let kept = Kept::of(&busy());
    let found = kept.verify(&kept.lines, true).unwrap();
    assert_eq!(found.faults, Vec::<String>::new());
    assert_eq!(found.complete_to, kept.entries);
    assert_eq!(found.sealed_to, Some(kept.sealed));
}

#[test]
fn an_entry_that_was_changed_is_named() {
    let kept = Kept::of(&busy());
    let mut lines = kept.lines.clone();
    let place = kept.place_of(3);
    let changed = lines[place].replace("alice", "mallo");
    assert_ne!(changed, lines[place]);
    lines[place] = changed;
    assert_named(&kept.verify(&lines, false).unwrap(), 3);
}

#[test]
fn any_single_byte_of_an_export_that_was_changed_is_noticed() {
    let kept = Kept::of(&busy());
    let text = kept.lines.concat();
    // Behind the header, whose store no entry depends on; every 17th, to be done in time.
    for place in (kept.lines[0].len()..text.len()).step_by(17) {
        let mut bytes = text.clone().into_bytes();
        bytes[place] ^= 1;
        let found = verify_audit(&mut &bytes[..], &kept.key, Some(&kept.checkpoint)).unwrap();
        assert!(!found.faults.is_empty(), "byte {place} of {text}");
    }
}

#[test]
fn an_entry_that_was_left_out_is_named() {
    let kept = Kept::of(&busy());
    let mut lines = kept.lines.clone();
    lines.remove(kept.place_of(3));
    assert_named(&kept.verify(&lines, false).unwrap(), 3);
}

#[test]
fn entries_that_changed_places_are_noticed() {
    let kept = Kept::of(&busy());
    let mut lines = kept.lines.clone();
    lines.swap(kept.place_of(3), kept.place_of(4));
    let found = kept.verify(&lines, false).unwrap();
    assert_eq!(found.complete_to, 2);
    assert!(!found.faults.is_empty());
}

#[test]
fn an_entry_put_in_is_noticed() {
    let kept = Kept::of(&busy());
    let mut lines = kept.lines.clone();
    let place = kept.place_of(3);
    lines.insert(place, lines[place].clone());
    assert!(!kept.verify(&lines, false).unwrap().faults.is_empty());
}

#[test]
fn a_cut_end_is_known_from_a_checkpoint_kept_elsewhere_and_from_nothing_else() {
    let kept = Kept::of(&busy());
    let cut = &kept.lines[..kept.place_of(4)];
    let without = kept.verify(cut, false).unwrap();
    assert_eq!((without.complete_to, without.faults.len()), (3, 0));
    let with = kept.verify(cut, true).unwrap();
    assert_eq!(with.complete_to, 3);
    let sealed = kept.sealed.to_string();
    assert!(
        with.faults.iter().any(|fault| fault.contains(&sealed)),
        "{with:?}"
    );
}

#[test]
fn a_line_cut_in_the_middle_is_named() {
    let kept = Kept::of(&busy());
    let mut lines = kept.lines.clone();
    let last = lines.last_mut().unwrap();
    last.truncate(last.len() / 2);
    let line = kept.lines.len().to_string();
    let found = kept.verify(&lines, false).unwrap();
    assert!(found.faults[0].contains(&line), "{found:?}");
}

#[test]
fn a_checkpoint_or_key_of_another_installation_proves_nothing() {
    let (kept, other) = (Kept::of(&busy()), Kept::of(&busy()));
    let export = kept.lines.concat();
    let with = |key: &[u8], since: &[u8]| verify_audit(&mut export.as_bytes(), key, Some(since));
    let report = with(&kept.key, &other.checkpoint).unwrap_err();
    assert_eq!(report.code, "audit.other-key");
    let report = with(&other.key, &kept.checkpoint).unwrap_err();
    assert_eq!(report.code, "audit.other-key");
    let without = verify_audit(&mut export.as_bytes(), &other.key, None).unwrap();
    assert_eq!(without.sealed_to, None);
    assert!(!without.faults.is_empty());
    assert!(with(b"no key", &kept.checkpoint).is_err());
    assert!(with(&kept.key, b"no checkpoint").is_err());
}

#[test]
fn an_older_store_put_back_alone_is_noticed_at_once_and_for_ever() {
    let (folder, world, ca) = on_disk();
    let csr = csr(&["www.example.internal"]);
    drop(world);
    let older = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), older.path());
    let world = World::at(folder.path());
    world.unlock();
    for _ in 0..5 {
        world.done(submit(&csr, ca, "server"));
    }
    world.done(Command::Vault(VaultCommand::Lock));
    assert_eq!(world.audit_state().rolled_back, None);
    assert_eq!(world.health().warnings, Vec::<String>::new());
    let sealed = world.audit_state().sealed_to.unwrap();
    drop(world);
    std::fs::copy(older.path().join(STORE), folder.path().join(STORE)).unwrap();
    let world = World::at(folder.path());
    let noticed = world.audit_state().rolled_back.unwrap();
    assert!(noticed.contains("older store"), "{noticed}");
    assert!(
        noticed.contains("restore both from one backup"),
        "{noticed}"
    );
    assert_eq!(world.health().warnings.first(), Some(&noticed));
    // Locking seals the audit; what the vault has seen is not forgotten by it.
    world.unlock();
    world.done(Command::Vault(VaultCommand::Lock));
    assert_eq!(world.audit_state().rolled_back, Some(noticed));
    world.unlock();
    let file = None;
    let report = world.refused(Command::Audit(AuditCommand::Checkpoint { file }));
    assert_eq!(report.code, "audit.rolled-back");
    // What was issued and revoked since then is not in it.
    let report = world.refused(issue(&csr, ca, "server"));
    assert_eq!(report.code, "audit.rolled-back");
    let list = |consent| {
        Command::Revocation(RevocationCommand::CreateCrl {
            authority: ca,
            days: None,
            despite_clock: false,
            consent,
        })
    };
    assert_eq!(world.refused(list(None)).code, "audit.rolled-back");
    assert_eq!(world.health().possibly_issued, 0);
    while world.audit_state().entries <= sealed {
        world.done(submit(&csr, ca, "server"));
    }
    let noticed = world.audit_state().rolled_back.unwrap();
    assert!(noticed.contains("replaced or rewritten"), "{noticed}");
}

#[test]
fn a_loss_without_a_backup_is_accepted_by_a_person_who_names_it_and_the_audit_says_so() {
    let (folder, world, ca) = on_disk();
    let older = tempfile::tempdir().unwrap();
    world.done(Command::Vault(VaultCommand::Lock));
    drop(world);
    std::fs::copy(folder.path().join(STORE), older.path().join(STORE)).unwrap();
    let world = World::at(folder.path());
    world.unlock();
    let csr = csr(&["www.example.internal"]);
    for _ in 0..5 {
        world.done(submit(&csr, ca, "server"));
    }
    world.done(Command::Vault(VaultCommand::Lock));
    let lost = world.audit_state().sealed_to.unwrap();
    world.unlock();
    let accept =
        |sealed, passphrase| Command::Audit(AuditCommand::AcceptLoss { sealed, passphrase });
    let refused = world.refused(accept(lost, passphrase()));
    assert_eq!(refused.code, "audit.nothing-lost");
    drop(world);
    std::fs::copy(older.path().join(STORE), folder.path().join(STORE)).unwrap();

    let world = World::at(folder.path());
    world.unlock();
    assert_eq!(world.audit_state().vault_sealed_to, Some(lost));
    let refused = world.refused(accept(lost - 1, passphrase()));
    assert_eq!(refused.code, "audit.other-entry");
    let wrong = Secret::new("not the passphrase".to_owned());
    let refused = world.refused(accept(lost, wrong));
    assert_eq!(refused.code, "vault.wrong-passphrase");
    assert!(world.audit_state().rolled_back.is_some());

    let fact = world.done(accept(lost, passphrase())).0;
    let Fact::Audit(AuditFact::LossAccepted { before, sealed }) = fact else {
        panic!("{fact:?}")
    };
    assert_eq!(before, lost);
    let state = world.audit_state();
    assert_eq!(
        (state.rolled_back, state.vault_sealed_to),
        (None, Some(sealed))
    );
    let mut told = world.audit();
    told.retain(|row| row.action == "audit.accept-loss");
    assert!(
        told.iter()
            .any(|row| row.outcome == "done" && row.details.contains(&lost.to_string())),
        "{told:?}"
    );
    assert_eq!(world.health().warnings, Vec::<String>::new());
    let file = None;
    world.done(Command::Audit(AuditCommand::Checkpoint { file }));
}

#[test]
fn a_store_that_was_lost_beside_its_vault_is_noticed() {
    let (folder, world, _) = on_disk();
    world.done(Command::Vault(VaultCommand::Lock));
    drop(world);
    std::fs::remove_file(folder.path().join(STORE)).unwrap();
    let world = World::at(folder.path());
    assert!(world.audit_state().rolled_back.is_some());
    assert_eq!(world.health().warnings.len(), 1);
}

#[test]
fn without_a_vault_there_is_nothing_to_seal_with_and_that_is_said() {
    let world = World::new();
    world.done(Command::Vault(VaultCommand::Lock));
    let file = None;
    let report = world.refused(Command::Audit(AuditCommand::Checkpoint { file }));
    assert_eq!(report.code, "audit.no-key");
}

/// What an auditor holds: the export, the key, and a checkpoint from before its end.
struct Kept {
    /// With their ends.
    lines: Vec<String>,
    key: Vec<u8>,
    checkpoint: Vec<u8>,
    entries: u64,
    sealed: u64,
}

impl Kept {
    fn of(world: &World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let checkpoint = AuditCommand::Checkpoint {
            file: Some(path("checkpoint")),
        };
        let sealed = match world.done(Command::Audit(checkpoint)).0 {
            Fact::Audit(AuditFact::Sealed { sequence, .. }) => sequence,
            other => panic!("{other:?}"),
        };
        let file = path("key.pem");
        world.done(Command::Audit(AuditCommand::ExportKey { file }));
        let file = path("audit.jsonl");
        let entries = match world.done(Command::Audit(AuditCommand::Export { file })).0 {
            Fact::Audit(AuditFact::Exported { entries, .. }) => entries,
            other => panic!("{other:?}"),
        };
        let read = |name: &str| std::fs::read(path(name)).unwrap();
        let export = String::from_utf8(read("audit.jsonl")).unwrap();
        Self {
            lines: export.split_inclusive('\n').map(str::to_owned).collect(),
            key: read("key.pem"),
            checkpoint: read("checkpoint"),
            entries,
            sealed,
        }
    }

    fn verify(&self, lines: &[String], with_checkpoint: bool) -> Result<Verification, Report> {
        let since = with_checkpoint.then_some(&self.checkpoint[..]);
        verify_audit(&mut lines.concat().as_bytes(), &self.key, since)
    }

    fn place_of(&self, sequence: u64) -> usize {
        let begin = format!(r#"{{"sequence":{sequence},"#);
        let place = self.lines.iter().position(|line| line.starts_with(&begin));
        place.expect("the entry")
    }
}

fn assert_named(found: &Verification, sequence: u64) {
    assert_eq!(found.complete_to, sequence - 1);
    let named = format!("entry {sequence}");
    assert!(
        found.faults.iter().any(|fault| fault.contains(&named)),
        "{found:?}"
    );
}

/// Something to record.
fn busy() -> World {
    let (world, ca) = World::with_authorities();
    world.done(issue(&csr(&["www.example.internal"]), ca, "server"));
    world.refused(submit(b"no request", ca, "server"));
    world
}

fn signatures(world: &World) -> Vec<AuditRow> {
    let signed = |row: &AuditRow| row.details.contains("used to sign a certificate");
    world.audit().into_iter().filter(signed).collect()
}

fn refusals(world: &World) -> Vec<AuditRow> {
    let by_alice = |row: &AuditRow| row.outcome == "refused" && row.actor == spec::alice();
    world.audit().into_iter().filter(by_alice).collect()
}

fn with_key(world: &World, authority: AuthorityId) -> CertificateId {
    let wish = NewCertificate {
        authority,
        profile: "server".parse().unwrap(),
        common_name: "db.example.internal".to_owned(),
        identifiers: vec!["dns:db.example.internal".parse().unwrap()],
        days: None,
        beyond_ceiling: false,
        key: KeyChoice::New(KeyType::P256),
    };
    let consent = None;
    let command = Command::Certificate(CertificateCommand::Issue { wish, consent });
    issued(world.done(command).0)
}

fn export_with_key(id: CertificateId, folder: &Path) -> Command {
    Command::Certificate(CertificateCommand::Export {
        id,
        folder: folder.to_owned(),
        file_name: None,
        form: Form::default(),
        with_key: true,
        password: None,
    })
}

fn on_disk() -> (TempDir, World, AuthorityId) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(folder.path());
    world.make_vault();
    let ca = world.make_authorities();
    (folder, world, ca)
}

const STORE: &str = "chancery.redb";
