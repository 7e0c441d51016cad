//! The vault as a file among other files and processes.

use std::fs;

use super::LEAF;
use super::fill;
use super::passphrase;
use super::refused;
use crate::base::Explain;
use crate::base::KeyId;
use crate::base::KeyType;
use crate::base::Kind;
use crate::base::Remedy;
use crate::vault::Class;
use crate::vault::KdfCost;
use crate::vault::Vault;
use crate::vault::VaultError;
use crate::vault::VaultState;

fn at(folder: &tempfile::TempDir) -> Vault {
    Vault::at(folder.path().join("vault.bin")).accept_weak_for_tests()
}

#[test]
fn a_vault_is_absent_then_unlocked_then_locked() {
    let folder = tempfile::tempdir().unwrap();
    let vault = at(&folder);
    assert_eq!(vault.state().unwrap(), VaultState::Absent);
    assert!(vault.overview().unwrap().is_none());
    assert!(matches!(
        refused(vault.unlock(&passphrase())),
        VaultError::Absent
    ));
    assert!(matches!(refused(vault.key_ids()), VaultError::Absent));
    assert!(matches!(
        refused(vault.check(None, None)),
        VaultError::Absent
    ));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    fill(&vault);
    assert_eq!(vault.state().unwrap(), VaultState::Unlocked);
    vault.lock();
    assert_eq!(vault.state().unwrap(), VaultState::Locked);
    assert_eq!(vault.overview().unwrap().unwrap().entries, None);
    vault.unlock(&passphrase()).unwrap();
    assert_eq!(vault.overview().unwrap().unwrap().entries, Some(3));
}

#[test]
fn a_vault_is_never_made_over_another() {
    let folder = tempfile::tempdir().unwrap();
    fill(&at(&folder));
    let before = fs::read(folder.path().join("vault.bin")).unwrap();
    let error = refused(at(&folder).create(&passphrase(), None, KdfCost::weak_for_tests()));
    assert!(matches!(error, VaultError::AlreadyExists));
    assert_eq!(fs::read(folder.path().join("vault.bin")).unwrap(), before);
}

#[test]
fn one_process_at_a_time_has_it_open() {
    let folder = tempfile::tempdir().unwrap();
    let first = at(&folder);
    fill(&first);
    let second = at(&folder);
    let error = refused(second.unlock(&passphrase()));
    assert!(matches!(error, VaultError::InUse));
    assert_eq!(error.kind(), Kind::InUse);
    let error = refused(second.change_passphrase(&passphrase(), &passphrase()));
    assert!(matches!(error, VaultError::InUse));
    // Looking is allowed: what is read is always one whole version.
    assert_eq!(second.overview().unwrap().unwrap().entries, None);
    assert!(second.check(Some(&passphrase()), None).is_ok());

    first.lock();
    second.unlock(&passphrase()).unwrap();
    assert!(matches!(
        refused(first.unlock(&passphrase())),
        VaultError::InUse
    ));
    drop(second);
    first.unlock(&passphrase()).unwrap();
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    fill(&at(&folder));
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o777,
            0o600
        );
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["vault.bin", "vault.bin.lock"]);
}

#[cfg(unix)]
#[test]
fn a_link_in_the_new_file_s_place_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("elsewhere");
    fs::write(&elsewhere, b"precious").unwrap();
    std::os::unix::fs::symlink(&elsewhere, folder.path().join("vault.bin.new")).unwrap();
    fill(&at(&folder));
    assert_eq!(fs::read(&elsewhere).unwrap(), b"precious");
    assert!(at(&folder).check(Some(&passphrase()), None).is_ok());
}

#[test]
fn a_folder_that_cannot_be_written_leaves_the_vault_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let vault = at(&folder);
    fill(&vault);
    let before = fs::read(folder.path().join("vault.bin")).unwrap();
    // A folder in the new file's place stops even a superuser, whom permissions would not.
    fs::create_dir(folder.path().join("vault.bin.new")).unwrap();
    let new = KeyId::from_raw(9);
    let error = refused(vault.generate(new, Class::Everyday, KeyType::P256, None));
    assert!(matches!(error, VaultError::Write(_)), "{error}");
    assert!(matches!(error.remedy(), Remedy::Do(_)));
    assert_eq!(fs::read(folder.path().join("vault.bin")).unwrap(), before);
    assert!(matches!(
        refused(vault.public_key(new)),
        VaultError::UnknownKey(_)
    ));
    assert!(vault.public_key(LEAF).is_ok());

    fs::remove_dir(folder.path().join("vault.bin.new")).unwrap();
    vault
        .generate(new, Class::Everyday, KeyType::P256, None)
        .unwrap();
}

#[test]
fn a_missing_folder_is_named_as_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::at(folder.path().join("none/vault.bin")).accept_weak_for_tests();
    let error = refused(vault.create(&passphrase(), None, KdfCost::weak_for_tests()));
    let Remedy::Do(step) = error.remedy() else {
        panic!("{error}");
    };
    assert!(step.contains("folder"), "{step}");
}

#[test]
fn an_older_version_put_in_its_place_while_open_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let vault = at(&folder);
    fill(&vault);
    let old = fs::read(folder.path().join("vault.bin")).unwrap();
    vault
        .generate(KeyId::from_raw(9), Class::Everyday, KeyType::P256, None)
        .unwrap();
    assert!(vault.check(None, None).is_ok());
    fs::write(folder.path().join("vault.bin"), old).unwrap();
    assert!(matches!(
        refused(vault.check(None, None)),
        VaultError::Replaced
    ));
    assert!(matches!(
        refused(vault.check(Some(&passphrase()), None)),
        VaultError::Replaced
    ));
}

#[test]
fn a_vault_of_real_strength_opens_where_a_weak_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::at(folder.path().join("vault.bin"));
    let weak = KdfCost::weak_for_tests();
    let error = refused(vault.create(&passphrase(), None, weak));
    assert!(matches!(error, VaultError::ParametersRefused { .. }));
    assert_eq!(vault.state().unwrap(), VaultState::Absent);

    vault.create(&passphrase(), None, KdfCost::SHORT).unwrap();
    vault.lock();
    vault.unlock(&passphrase()).unwrap();

    let folder = tempfile::tempdir().unwrap();
    fill(&at(&folder));
    let strict = Vault::at(folder.path().join("vault.bin"));
    let error = refused(strict.unlock(&passphrase()));
    assert!(matches!(error, VaultError::ParametersRefused { .. }));
}
