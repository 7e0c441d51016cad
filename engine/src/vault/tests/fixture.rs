//! A file of every format version opens for ever.

use std::fs;
use std::path::PathBuf;

use super::refused;
use super::secret;
use crate::base::KeyId;
use crate::base::KeyType;
use crate::base::Secret;
use crate::vault::Class;
use crate::vault::KdfCost;
use crate::vault::Sealed;
use crate::vault::Vault;

/// A test value, in no way secret.
fn documented() -> Secret<String> {
    secret("Prüfwert, nicht geheim")
}

const SEALED: Sealed = Sealed {
    sequence: 1789,
    link: [0xc5; 32],
};

/// One authority is granted, the other attended.
const GRANTED: KeyId = KeyId::from_raw(0x21);
const ATTENDED: KeyId = KeyId::from_raw(0x22);

fn path() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/fixtures/vault-v1.bin"
    ))
}

/// Everyday keys have the ids 1 to 6, in the order of their codes.
fn everyday() -> impl Iterator<Item = (KeyId, KeyType)> {
    let types = [
        KeyType::Ed25519,
        KeyType::P256,
        KeyType::P384,
        KeyType::Rsa2048,
        KeyType::Rsa3072,
        KeyType::Rsa4096,
    ];
    (1..).map(KeyId::from_raw).zip(types)
}

#[test]
#[ignore = "made the fixture; refuses to make it again"]
fn make() {
    let vault = Vault::at(path());
    vault.create(&documented(), None, KdfCost::SHORT).unwrap();
    for (id, key_type) in everyday() {
        vault.generate(id, Class::Everyday, key_type, None).unwrap();
    }
    let consent = documented();
    for id in [GRANTED, ATTENDED] {
        vault
            .generate(id, Class::Authority, KeyType::P384, Some(&consent))
            .unwrap();
    }
    vault.grant(GRANTED, &consent).unwrap();
    vault.set_last_sealed(SEALED).unwrap();
    fs::remove_file(path().with_extension("bin.lock")).unwrap();
}

#[test]
fn a_vault_of_format_1_opens_and_can_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("vault.bin");
    fs::copy(path(), &copy).unwrap();
    let vault = Vault::at(copy);
    let told = vault.overview().unwrap().unwrap();
    assert_eq!(told.id.to_string(), VAULT);
    assert_eq!((told.generation, told.epoch, told.slots.len()), (11, 1, 1));
    assert_eq!(vault.last_sealed().unwrap(), Some(SEALED));
    refused(vault.unlock(&secret("another")));

    vault.unlock(&documented()).unwrap();
    for (id, key_type) in everyday() {
        super::keys::signs(&vault, id, key_type, None);
    }
    super::keys::signs(&vault, GRANTED, KeyType::P384, None);
    refused(vault.export_private_key(ATTENDED));
    super::keys::signs(&vault, ATTENDED, KeyType::P384, Some(&documented()));
    let outcome = vault.check(Some(&documented()), None).unwrap();
    assert_eq!(
        (outcome.records, outcome.authority_records_opened),
        (9, true)
    );

    vault
        .change_passphrase(&documented(), &secret("new passphrase"))
        .unwrap();
    vault.lock();
    vault.unlock(&secret("new passphrase")).unwrap();
    super::keys::signs(
        &vault,
        ATTENDED,
        KeyType::P384,
        Some(&secret("new passphrase")),
    );
}

const VAULT: &str = "2a0bbf4c393c9c59a129f7ea3f0f6ab1";
