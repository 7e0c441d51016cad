//! Custody: every way to open the vault, and what remains after one is taken away.

use std::fs;
use std::path::Path;

use chancery_engine::SecretStoreError;
use chancery_engine::api::{
    AuthorityCommand, AuthorityId, Command, Fact, KeyCommand, KeyType, Kind, Opener, RecoveryCode,
    Secret, SlotCheck, SlotId, SlotKind, SlotOutcome, SlotRow, VaultCommand, VaultFact, VaultState,
    VaultStatus, VaultStatusQuestion,
};
use spec::{World, csr, issue, passphrase};

#[test]
fn the_operating_systems_store_opens_everyday_keys_and_no_authoritys() {
    let (world, issuing) = World::with_authorities();
    add_os_store(&world);
    world.done(vault(VaultCommand::Lock));
    world.done(unlock(Opener::OsStore));
    // The issuing authority's grant is an everyday copy of its key; the root's key has none.
    world.done(issue(&csr(&["www.example.internal"]), issuing, "server"));
    let attended = world.refused(end_grant_and_issue(&world, issuing));
    assert_eq!(attended.kind, Kind::Locked, "{attended:?}");
}

#[test]
fn a_store_that_is_absent_locked_dismissed_empty_or_silent_is_told_apart() {
    let world = World::with_vault();
    add_os_store(&world);
    world.done(vault(VaultCommand::Lock));
    let mut remedies = std::collections::BTreeSet::new();
    for (trouble, code) in [
        (SecretStoreError::Absent, "vault.os-store-absent"),
        (SecretStoreError::Dismissed, "vault.os-store-dismissed"),
        (
            SecretStoreError::Failed("words".to_owned()),
            "vault.os-store-failed",
        ),
        (SecretStoreError::Locked, "vault.os-store-locked"),
        (SecretStoreError::NoAnswer, "vault.os-store-no-answer"),
        (SecretStoreError::NoEntry, "vault.os-store-no-entry"),
        (SecretStoreError::NotOurs, "vault.os-store-not-ours"),
    ] {
        world.secrets.trouble(trouble);
        let report = world.refused(unlock(Opener::OsStore));
        assert_eq!(report.code, code);
        assert!(remedies.insert(report.remedy.to_string()), "{report:?}");
        assert_eq!(status(&world).state, VaultState::Locked);
    }
    world.secrets.recover();
    world.done(unlock(Opener::OsStore));
}

#[test]
fn an_entry_that_somebody_changed_opens_nothing() {
    let world = World::with_vault();
    add_os_store(&world);
    world.done(vault(VaultCommand::Lock));
    let entries = world.secrets.copy();
    for other in ["", "AAAA", "not base64 at all", &"A".repeat(44)] {
        let changed = entries.keys().map(|name| (name.clone(), other.to_owned()));
        world.secrets.put_back(changed.collect());
        let report = world.refused(unlock(Opener::OsStore));
        assert_eq!(report.code, "vault.os-store-not-ours", "{other:?}");
    }
    world.secrets.put_back(entries);
    world.done(unlock(Opener::OsStore));
}

#[test]
fn an_entry_is_made_when_the_slot_is_added_and_never_on_a_read() {
    let world = World::with_vault();
    assert!(world.secrets.names().is_empty());
    let report = world.refused(unlock(Opener::OsStore));
    assert_eq!(report.code, "vault.no-os-store-slot");
    let id = add_os_store(&world);
    let vault_id = status(&world).id.unwrap();
    assert_eq!(world.secrets.names(), [format!("{vault_id}/{id}")]);
    world.secrets.put_back(Default::default());
    world.done(vault(VaultCommand::Lock));
    world.refused(unlock(Opener::OsStore));
    assert!(world.secrets.names().is_empty());
}

#[test]
fn a_slot_is_not_added_without_the_passphrase_or_where_the_store_refuses() {
    let world = World::with_vault();
    let before = status(&world).slots;
    let wrong = VaultCommand::AddOsStoreSlot {
        passphrase: secret("a wrong passphrase"),
        label: "this computer".to_owned(),
        presence: false,
    };
    assert_eq!(world.refused(vault(wrong)).kind, Kind::Locked);
    let presence = VaultCommand::AddOsStoreSlot {
        passphrase: passphrase(),
        label: "this computer".to_owned(),
        presence: true,
    };
    let report = world.refused(vault(presence));
    assert_eq!(report.code, "vault.presence-unsupported");
    world.secrets.trouble(SecretStoreError::Locked);
    assert_eq!(
        world.refused(vault(os_store_slot())).code,
        "vault.os-store-locked"
    );
    let code = VaultCommand::AddRecoverySlot {
        passphrase: secret("a wrong passphrase"),
        code: RecoveryCode::new().unwrap().to_secret(),
    };
    assert_eq!(world.refused(vault(code)).kind, Kind::Locked);
    assert_eq!(status(&world).slots, before);
    assert!(world.secrets.names().is_empty());
}

#[test]
fn the_slots_say_what_they_are_and_the_passphrases_own_is_never_taken_away() {
    let world = World::with_vault();
    let recovery = RecoveryCode::new().unwrap();
    add_recovery(&world, &recovery);
    add_os_store(&world);
    let slots = status(&world).slots;
    let told = |slot: &SlotRow| (slot.kind, slot.opens_authorities);
    assert_eq!(
        slots.iter().map(told).collect::<Vec<_>>(),
        [
            (SlotKind::Passphrase, true),
            (SlotKind::Recovery, true),
            (SlotKind::OsStore, false)
        ]
    );
    let report = world.refused(remove(slots[0].id));
    assert_eq!(
        (&*report.code, report.kind),
        ("vault.slot-needed", Kind::Refused)
    );
    let unknown = world.refused(remove(SlotId::from_raw(1)));
    assert_eq!(unknown.code, "vault.slot-unknown");
    assert_eq!(status(&world).slots, slots);
}

#[test]
fn a_removed_slot_opens_nothing_of_the_new_file() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(folder.path());
    world.make_vault();
    let issuing = world.make_authorities();
    let recovery = RecoveryCode::new().unwrap();
    let paper = add_recovery(&world, &recovery);
    let store = add_os_store(&world);
    let kept = world.secrets.copy();

    assert!(removed(&world, store).is_empty());
    assert!(world.secrets.names().is_empty(), "the entry is deleted");
    assert!(removed(&world, paper).is_empty());
    world.done(vault(VaultCommand::Lock));
    world.secrets.put_back(kept);
    let report = world.refused(unlock(Opener::OsStore));
    assert_eq!(report.code, "vault.no-os-store-slot");
    let report = world.refused(unlock(Opener::Recovery(recovery.to_secret())));
    assert_eq!(report.code, "vault.no-recovery-slot");
    world.unlock();
    world.done(issue(&csr(&["www.example.internal"]), issuing, "server"));
    assert_eq!(checked(&world, None).len(), 1);
}

#[test]
fn a_slot_is_taken_away_although_the_store_is_out_of_reach_and_the_answer_says_so() {
    let world = World::with_vault();
    let id = add_os_store(&world);
    let names = world.secrets.names();
    world.secrets.trouble(SecretStoreError::Absent);
    let remarks = removed(&world, id);
    assert_eq!(remarks.len(), 1);
    assert!(remarks[0].contains(&names[0]), "{remarks:?}");
    assert!(remarks[0].contains("opens nothing any more"), "{remarks:?}");
    assert!(!status(&world).has(SlotKind::OsStore));
    world.secrets.recover();
    assert_eq!(world.secrets.names(), names, "it stayed, as was said");
}

#[test]
fn a_changed_passphrase_leaves_the_other_slots_in_force() {
    let world = World::with_vault();
    let recovery = RecoveryCode::new().unwrap();
    add_recovery(&world, &recovery);
    let old = add_os_store(&world);
    let old_names = world.secrets.names();
    let change = VaultCommand::ChangePassphrase {
        old: passphrase(),
        new: secret("another one entirely"),
    };
    match world.done(vault(change)).0 {
        Fact::Vault(VaultFact::PassphraseChanged { remarks }) => assert!(remarks.is_empty()),
        other => panic!("{other:?}"),
    }
    let slots = status(&world).slots;
    let ids: Vec<SlotId> = slots.iter().map(|slot| slot.id).collect();
    assert!(!ids.contains(&old), "a new key under a new name: {slots:?}");
    assert_eq!(world.secrets.names().len(), 1);
    assert_ne!(world.secrets.names(), old_names, "the old entry is gone");
    for with in [
        Opener::OsStore,
        Opener::Recovery(recovery.to_secret()),
        Opener::Passphrase(secret("another one entirely")),
    ] {
        world.done(vault(VaultCommand::Lock));
        world.done(unlock(with));
    }
    world.done(vault(VaultCommand::Lock));
    assert_eq!(
        world.refused(unlock(Opener::Passphrase(passphrase()))).code,
        "vault.wrong-passphrase"
    );
}

#[test]
fn a_slot_of_a_store_that_does_not_open_is_given_up_at_a_rekeying_and_told() {
    let world = World::with_vault();
    add_os_store(&world);
    world.secrets.trouble(SecretStoreError::Locked);
    let change = VaultCommand::ChangePassphrase {
        old: passphrase(),
        new: secret("another one entirely"),
    };
    match world.done(vault(change)).0 {
        Fact::Vault(VaultFact::PassphraseChanged { remarks }) => {
            assert!(remarks[0].contains("this computer"), "{remarks:?}");
            assert!(remarks[0].contains("is locked"), "{remarks:?}");
        }
        other => panic!("{other:?}"),
    }
    assert!(!status(&world).has(SlotKind::OsStore));
    let details = world.audit().pop().unwrap().details;
    assert!(details.contains("this computer"), "{details}");
}

#[test]
fn a_forgotten_passphrase_is_recovered_by_the_code_on_another_machine() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let recovery = RecoveryCode::new().unwrap();
    let issuing = {
        let world = World::at(here.path());
        world.make_vault();
        add_os_store(&world);
        add_recovery(&world, &recovery);
        world.make_authorities()
    };
    copy(here.path(), there.path());
    let world = World::at(there.path());
    assert_eq!(
        world.refused(unlock(Opener::OsStore)).code,
        "vault.os-store-no-entry"
    );
    let recover = |code: Secret<String>| {
        vault(VaultCommand::Recover {
            code,
            new: secret("a passphrase that is remembered"),
        })
    };
    // Another code, rightly typed; then this one, typed in small letters without hyphens.
    let other = RecoveryCode::new().unwrap().to_secret();
    assert_eq!(
        world.refused(recover(other)).code,
        "vault.wrong-recovery-code"
    );
    let typed = recovery.expose(|code| code.to_lowercase().replace('-', " "));
    match world.done(recover(Secret::new(typed))).0 {
        Fact::Vault(VaultFact::Recovered { remarks, .. }) => {
            assert!(remarks[0].contains("no entry"), "{remarks:?}");
        }
        other => panic!("{other:?}"),
    }
    let old = world.refused(unlock(Opener::Passphrase(passphrase())));
    assert_eq!(old.code, "vault.wrong-passphrase");
    let remembered = || secret("a passphrase that is remembered");
    world.done(unlock(Opener::Passphrase(remembered())));
    world.done(issue(&csr(&["www.example.internal"]), issuing, "server"));
    let made = VaultCommand::Check {
        passphrase: Some(remembered()),
        code: Some(recovery.to_secret()),
    };
    let (fact, _) = world.done(vault(made));
    assert!(format!("{fact:?}").contains("authority_records_opened: true"));
    // The code stays in force.
    world.done(vault(VaultCommand::Lock));
    world.done(unlock(Opener::Recovery(recovery.to_secret())));
}

#[test]
fn a_mistyped_code_is_told_before_anything_is_tried() {
    let world = World::with_vault();
    add_recovery(&world, &RecoveryCode::new().unwrap());
    let before = status(&world).slots;
    let typed = RecoveryCode::new()
        .unwrap()
        .expose(|code| match code.strip_prefix('7') {
            Some(rest) => format!("8{rest}"),
            None => format!("7{}", &code[1..]),
        });
    for wrong in [typed.as_str(), "", "12345", "ÄÖÜ"] {
        let report = world.refused(vault(VaultCommand::Recover {
            code: secret(wrong),
            new: secret("another one entirely"),
        }));
        assert_eq!(report.code, "vault.recovery-code-mistyped", "{wrong}");
        assert_eq!(report.kind, Kind::Malformed);
    }
    assert_eq!(status(&world).slots, before);
}

#[test]
fn a_vault_is_made_with_a_recovery_code_where_one_is_given_and_without_otherwise() {
    let world = World::new();
    let recovery = RecoveryCode::new().unwrap();
    world.done(vault(VaultCommand::Create {
        passphrase: passphrase(),
        recovery: Some(recovery.to_secret()),
    }));
    assert!(status(&world).has(SlotKind::Recovery));
    world.done(vault(VaultCommand::Lock));
    world.done(unlock(Opener::Recovery(recovery.to_secret())));
    assert!(!status(&World::with_vault()).has(SlotKind::Recovery));
    let world = World::new();
    let report = world.refused(vault(VaultCommand::Create {
        passphrase: passphrase(),
        recovery: Some(secret("mistyped")),
    }));
    assert_eq!(report.code, "vault.recovery-code-mistyped");
    assert_eq!(status(&world).state, VaultState::Absent);
}

#[test]
fn a_check_reports_each_slot_that_it_can_try() {
    let world = World::with_vault();
    let recovery = RecoveryCode::new().unwrap();
    add_recovery(&world, &recovery);
    add_os_store(&world);
    let outcomes = |code| -> Vec<(SlotKind, SlotOutcome)> {
        let checks = checked(&world, code).into_iter();
        checks.map(|check| (check.kind, check.outcome)).collect()
    };
    assert_eq!(
        outcomes(None),
        [
            (SlotKind::Passphrase, SlotOutcome::Opens),
            (SlotKind::Recovery, SlotOutcome::NotTried),
            (SlotKind::OsStore, SlotOutcome::Opens),
        ]
    );
    assert_eq!(outcomes(Some(&recovery))[1].1, SlotOutcome::Opens);
    world.secrets.put_back(Default::default());
    match &outcomes(None)[2].1 {
        SlotOutcome::Fails(report) => assert_eq!(report.code, "vault.os-store-no-entry"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn ten_wrong_passphrases_are_refused_and_audited_and_the_eleventh_right_one_opens() {
    let (world, issuing) = World::with_authorities();
    world.done(vault(VaultCommand::Lock));
    let before = world.audit().len();
    for guess in 0..10 {
        let wrong = secret(&format!("guess number {guess}"));
        let report = world.refused(vault(VaultCommand::unlock(wrong)));
        assert_eq!(
            (&*report.code, report.kind),
            ("vault.wrong-passphrase", Kind::Locked)
        );
    }
    world.unlock();
    let audit = world.audit();
    let tried: Vec<_> = audit[before..]
        .iter()
        .filter(|row| row.action == "vault.unlock" && row.outcome == "failed")
        .collect();
    let told = |row: &&&chancery_engine::api::AuditRow| row.details.contains("more like it");
    assert!(
        tried.len() == 10 || tried.iter().any(|row| told(&row)),
        "each is written or counted: {tried:?}"
    );
    world.done(issue(&csr(&["www.example.internal"]), issuing, "server"));
    assert_eq!(checked(&world, None).len(), 1);
}

#[test]
fn an_older_copy_of_the_vault_is_refused_unless_it_is_put_back_on_purpose() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vault.chancery");
    let old = {
        let world = World::at(folder.path());
        world.make_vault();
        let old = fs::read(&file).unwrap();
        world.done(new_key("first"));
        old
    };
    let latest = fs::read(&file).unwrap();
    fs::write(&file, &old).unwrap();
    let world = World::at(folder.path());
    let report = world.refused(vault(VaultCommand::unlock(passphrase())));
    assert_eq!(
        (&*report.code, report.kind),
        ("vault.older-copy", Kind::Refused)
    );
    assert!(report.remedy.words()[0].contains("--accept-older"));
    // Nor can it be made newer by a re-keying.
    let change = VaultCommand::ChangePassphrase {
        old: passphrase(),
        new: secret("another one entirely"),
    };
    assert_eq!(world.refused(vault(change)).code, "vault.older-copy");
    drop(world);

    fs::write(&file, latest).unwrap();
    World::at(folder.path()).unlock();
    fs::write(&file, &old).unwrap();
    let world = World::at(folder.path());
    world.done(vault(VaultCommand::Unlock {
        with: Opener::Passphrase(passphrase()),
        accept_older: true,
    }));
    let details = world.audit().pop().unwrap().details;
    assert!(details.contains("older copy"), "{details}");
    drop(world);
    // Accepted once, it is the one that counts.
    World::at(folder.path()).unlock();
}

fn vault(command: VaultCommand) -> Command {
    Command::Vault(command)
}

fn unlock(with: Opener) -> Command {
    vault(VaultCommand::Unlock {
        with,
        accept_older: false,
    })
}

fn remove(id: SlotId) -> Command {
    vault(VaultCommand::RemoveSlot {
        id,
        passphrase: passphrase(),
    })
}

fn removed(world: &World, id: SlotId) -> Vec<String> {
    match world.done(remove(id)).0 {
        Fact::Vault(VaultFact::SlotRemoved { remarks, .. }) => remarks,
        other => panic!("{other:?}"),
    }
}

fn os_store_slot() -> VaultCommand {
    VaultCommand::AddOsStoreSlot {
        passphrase: passphrase(),
        label: "this computer".to_owned(),
        presence: false,
    }
}

fn add_os_store(world: &World) -> SlotId {
    added(world, os_store_slot())
}

fn add_recovery(world: &World, code: &RecoveryCode) -> SlotId {
    let (passphrase, code) = (passphrase(), code.to_secret());
    added(world, VaultCommand::AddRecoverySlot { passphrase, code })
}

fn added(world: &World, command: VaultCommand) -> SlotId {
    match world.done(vault(command)).0 {
        Fact::Vault(VaultFact::SlotAdded { id, .. }) => id,
        other => panic!("{other:?}"),
    }
}

fn checked(world: &World, code: Option<&RecoveryCode>) -> Vec<SlotCheck> {
    let check = VaultCommand::Check {
        passphrase: Some(passphrase()),
        code: code.map(RecoveryCode::to_secret),
    };
    match world.done(vault(check)).0 {
        Fact::Vault(VaultFact::Checked { slots, .. }) => slots,
        other => panic!("{other:?}"),
    }
}

/// Without its grant the issuing authority's key needs a person, like the root's.
fn end_grant_and_issue(world: &World, issuing: AuthorityId) -> Command {
    world.done(Command::Authority(AuthorityCommand::EndGrant {
        id: issuing,
    }));
    issue(&csr(&["www.example.internal"]), issuing, "server")
}

fn new_key(name: &str) -> Command {
    Command::Key(KeyCommand::Generate {
        name: name.to_owned(),
        key_type: KeyType::P256,
    })
}

fn status(world: &World) -> VaultStatus {
    (*world.client.read(&VaultStatusQuestion).unwrap().value).clone()
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
