//! A disk that fails, and a process that ends, at every step of every writing.

use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use super::Failing;
use super::Fault;
use super::ISSUING;
use super::LEAF;
use super::ROOT;
use super::fill;
use super::passphrase;
use super::refused;
use super::secret;
use super::use_key;
use crate::base::Explain;
use crate::base::KeyId;
use crate::base::KeyType;
use crate::base::Remedy;
use crate::base::Secret;
use crate::vault::Class;
use crate::vault::Sealed;
use crate::vault::Vault;
use crate::vault::VaultError;
use crate::vault::VaultState;
use crate::vault::storage::Disk;
use crate::vault::storage::Memory;
use crate::vault::storage::Storage;

/// Write, sync, rename, sync the folder.
const STEPS: usize = 4;

const NEW: KeyId = KeyId::from_raw(9);

fn other() -> Secret<String> {
    secret("another passphrase")
}

type Act = fn(&Vault) -> Result<(), VaultError>;

/// Every act that writes.
const ACTS: [(&str, Act); 5] = [
    ("change the passphrase", |vault| {
        vault.change_passphrase(&passphrase(), &other()).map(drop)
    }),
    ("end a grant", |vault| vault.end_grant(ISSUING)),
    ("generate", |vault| {
        vault
            .generate(NEW, Class::Everyday, KeyType::P256, None)
            .map(drop)
    }),
    ("grant", |vault| vault.grant(ROOT, &passphrase())),
    ("set the last sealed entry", |vault| {
        vault.set_last_sealed(Sealed {
            sequence: 7,
            link: [7; 32],
        })
    }),
];

fn filled_storage() -> Arc<dyn Storage> {
    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    fill(&Failing::vault(&storage, Fault::Fails(usize::MAX)));
    storage
}

/// Opens with whichever passphrase is in force, checks every record, and says which it was.
fn whole(storage: &Arc<dyn Storage>) -> &'static str {
    let vault = Failing::vault(storage, Fault::Fails(usize::MAX));
    let (in_force, out_of_force, which) = match vault.check(Some(&passphrase()), None) {
        Ok(_) => (passphrase(), other(), "old"),
        Err(VaultError::WrongPassphrase) => (other(), passphrase(), "new"),
        Err(damage) => panic!("{damage}"),
    };
    assert!(matches!(
        refused(vault.check(Some(&out_of_force), None)),
        VaultError::WrongPassphrase
    ));
    vault.unlock(&in_force).unwrap();
    for id in [LEAF, ROOT, ISSUING] {
        use_key(&vault, id, Some(&in_force));
    }
    which
}

#[test]
fn a_failing_step_before_the_rename_changes_nothing_and_the_next_try_works() {
    for (what, act) in ACTS {
        for step in 0..STEPS - 1 {
            let storage = filled_storage();
            let before = storage.read().unwrap();
            let vault = Failing::vault(&storage, Fault::Fails(step));
            vault.unlock(&passphrase()).unwrap();
            let error = refused(act(&vault));
            assert!(
                matches!(error, VaultError::Write(_)),
                "{what}, step {step}: {error}"
            );
            assert_eq!(
                error.remedy(),
                Remedy::Do("Make room on the disk and try again".to_owned())
            );
            assert_eq!(storage.read().unwrap(), before, "{what}, step {step}");
            assert_eq!(vault.state().unwrap(), VaultState::Unlocked);
            use_key(&vault, LEAF, None);
            act(&vault).unwrap();
            use_key(&vault, LEAF, None);
            assert_ne!(storage.read().unwrap(), before, "{what}, step {step}");
            whole(&storage);
        }
    }
}

#[test]
fn new_bytes_are_on_the_disk_before_they_take_the_old_ones_place() {
    let log = Arc::default();
    let storage = Failing {
        inner: Arc::new(Memory::default()),
        fault: Fault::Fails(usize::MAX),
        steps: AtomicUsize::default(),
        log: Arc::clone(&log),
    };
    let vault = Vault::on(Box::new(storage)).accept_weak_for_tests();
    fill(&vault);
    for (what, act) in ACTS {
        log.lock().unwrap().clear();
        act(&vault).unwrap();
        let steps = log.lock().unwrap();
        assert_eq!(
            *steps,
            ["write", "sync", "rename", "sync the folder"],
            "{what}"
        );
        drop(steps);
        if what == "change the passphrase" {
            vault.change_passphrase(&other(), &passphrase()).unwrap();
        }
    }
}

#[test]
fn after_an_unconfirmed_rename_only_the_file_says_what_is_true() {
    for (what, act) in ACTS {
        let storage = filled_storage();
        let vault = Failing::vault(&storage, Fault::Fails(STEPS - 1));
        vault.unlock(&passphrase()).unwrap();
        let error = refused(act(&vault));
        assert!(
            matches!(error, VaultError::Unconfirmed(_)),
            "{what}: {error}"
        );
        assert_eq!(error.code(), "vault.write-unconfirmed");
        assert_eq!(vault.state().unwrap(), VaultState::Locked);
        let expected = match what {
            "change the passphrase" => "new",
            _ => "old",
        };
        assert_eq!(whole(&storage), expected, "{what}");
    }
}

#[test]
fn a_process_that_ends_at_any_step_leaves_the_old_vault_or_the_new_one() {
    for (what, act) in ACTS {
        for step in 0..STEPS {
            let storage = filled_storage();
            let before = storage.read().unwrap();
            let vault = Failing::vault(&storage, Fault::Ends(step));
            vault.unlock(&passphrase()).unwrap();
            refused(act(&vault));
            drop(vault);
            let renamed = step == STEPS - 1;
            assert_eq!(
                storage.read().unwrap() != before,
                renamed,
                "{what}, step {step}"
            );
            whole(&storage);
            // What the dead process left lying about does not stand in the way.
            let vault = Failing::vault(&storage, Fault::Fails(usize::MAX));
            let changed = renamed && what == "change the passphrase";
            let in_force = if changed { other() } else { passphrase() };
            vault.unlock(&in_force).unwrap();
            vault
                .generate(KeyId::from_raw(10), Class::Everyday, KeyType::P256, None)
                .unwrap();
            whole(&storage);
        }
    }
}

#[test]
fn a_vault_that_could_not_be_made_is_absent_or_whole() {
    for step in 0..STEPS {
        let storage: Arc<dyn Storage> = Arc::new(Memory::default());
        let vault = Failing::vault(&storage, Fault::Fails(step));
        refused(vault.create(&passphrase(), None, super::KdfCost::weak_for_tests()));
        match storage.read().unwrap() {
            None => vault
                .create(&passphrase(), None, super::KdfCost::weak_for_tests())
                .map(drop)
                .unwrap(),
            Some(_) => vault.unlock(&passphrase()).unwrap(),
        }
        assert!(vault.check(Some(&passphrase()), None).is_ok());
    }
}

#[test]
fn a_killed_process_leaves_what_it_acknowledged_or_the_change_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.bin");
    let storage: Arc<dyn Storage> = Arc::new(Disk::new(path.clone()));
    fill(&Failing::vault(&storage, Fault::Fails(usize::MAX)));
    let mut in_force = "old";
    let mut changes = 0;
    for kill in 0..12 {
        let life = Duration::from_micros(300 * kill);
        let acknowledged = acknowledged_before_death(&path, life);
        let found = whole(&storage);
        let after = |changes: usize| match (in_force, changes % 2) {
            ("old", 0) | ("new", 1) => "old",
            _ => "new",
        };
        // The epoch counts the changes: at most one can have gone unacknowledged.
        let vault = Failing::vault(&storage, Fault::Fails(usize::MAX));
        let epoch = usize::try_from(vault.overview().unwrap().unwrap().epoch).unwrap();
        let made = epoch - 1 - changes;
        assert!(
            (acknowledged..=acknowledged + 1).contains(&made),
            "{made} {acknowledged}"
        );
        assert_eq!(after(made), found);
        (in_force, changes) = (found, changes + made);
    }
    assert!(
        changes >= 12,
        "each process made a change before it was killed"
    );
}

/// Starts this test program again as the process to be killed, lets it live on for `life` after its
/// first change, and counts what it said was done.
#[expect(clippy::disallowed_methods, reason = "somebody has to be killed")]
fn acknowledged_before_death(path: &Path, life: Duration) -> usize {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "vault::tests::faults::victim",
            "--ignored",
            "--nocapture",
        ])
        .env(VICTIM, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The test runner's own words may stand in front of the first.
    let done = lines.map_while(Result::ok);
    let mut done = done.filter(|line| line.ends_with("done"));
    let began = done.next().is_some();
    assert!(began, "the process to be killed did nothing");
    std::thread::sleep(life);
    child.kill().unwrap();
    child.wait().unwrap();
    1 + done.count()
}

/// Changes the passphrase there and back until it is killed.
#[test]
#[ignore = "is started, and killed, by another test"]
#[expect(clippy::disallowed_methods, reason = "it is told where the vault lies")]
fn victim() {
    let path = std::env::var_os(VICTIM).unwrap();
    let vault = Vault::at(path.into()).accept_weak_for_tests();
    let mut phrases = [passphrase(), other()];
    if vault.unlock(&phrases[0]).is_err() {
        phrases.reverse();
    }
    let mut out = std::io::stdout();
    loop {
        vault.change_passphrase(&phrases[0], &phrases[1]).unwrap();
        writeln!(out, "done").unwrap();
        phrases.reverse();
    }
}

const VICTIM: &str = "CHANCERY_TEST_VAULT";
