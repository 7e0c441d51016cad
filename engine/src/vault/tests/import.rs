//! Keys of other making: taken once, in their class, or not at all.

use super::ISSUING;
use super::LEAF;
use super::filled;
use super::keys::signs;
use super::passphrase;
use super::secret;
use crate::base::KeyId;
use crate::base::KeyType;
use crate::base::Secret;
use crate::vault::Class;
use crate::vault::ForeignKey;
use crate::vault::Incoming;
use crate::vault::Vault;
use crate::vault::VaultError;

/// A key of this type as another program would hand it over.
fn foreign(key_type: KeyType) -> (Secret<Vec<u8>>, ForeignKey) {
    let maker = filled();
    maker
        .generate(NEW, Class::Everyday, key_type, None)
        .unwrap();
    let pkcs8 = maker.export_private_key(NEW).unwrap();
    let key = ForeignKey::read(&pkcs8).unwrap();
    assert_eq!(key.key_type(), key_type);
    (pkcs8, key)
}

fn take(
    vault: &Vault,
    (id, class, key): (KeyId, Class, &ForeignKey),
    passphrase: Option<&Secret<String>>,
) -> Result<KeyId, VaultError> {
    let keys = [Incoming { id, class, key }];
    Ok(vault.import_keys(&keys, passphrase)?[0])
}

#[test]
fn a_key_of_every_type_is_taken_and_signs() {
    for key_type in KeyType::ALL {
        let (vault, (_, key)) = (filled(), foreign(key_type));
        let id = take(&vault, (NEW, Class::Everyday, &key), None).unwrap();
        assert_eq!(vault.public_key(id).unwrap(), key.public_key());
        signs(&vault, id, key_type, None);
    }
}

#[test]
fn the_same_key_again_is_the_record_that_is_there() {
    let (vault, (_, key)) = (filled(), foreign(KeyType::P256));
    let before = vault.key_ids().unwrap().len();
    take(&vault, (NEW, Class::Everyday, &key), None).unwrap();
    let again = take(&vault, (KeyId::from_raw(78), Class::Everyday, &key), None);
    assert_eq!(again.unwrap(), NEW);
    assert_eq!(vault.key_ids().unwrap().len(), before + 1);
    let other_class = take(
        &vault,
        (ISSUING, Class::Authority, &key),
        Some(&passphrase()),
    );
    assert!(matches!(other_class, Err(VaultError::KeyExists(NEW))));
}

#[test]
fn the_key_of_an_authority_needs_the_right_passphrase_and_signs_only_with_it() {
    let (vault, (_, key)) = (filled(), foreign(KeyType::P384));
    let attended = (NEW, Class::Authority, &key);
    let refused = take(&vault, attended, None);
    assert!(matches!(refused, Err(VaultError::ConsentNeeded(NEW))));
    let refused = take(&vault, attended, Some(&secret("not the passphrase")));
    assert!(matches!(refused, Err(VaultError::WrongPassphrase)));
    assert!(vault.public_key(NEW).is_err(), "nothing was taken");
    take(&vault, attended, Some(&passphrase())).unwrap();
    let alone = vault.sign(NEW, crate::base::Purpose::Certificate, b"", None);
    assert!(matches!(alone, Err(VaultError::ConsentNeeded(NEW))));
    signs(&vault, NEW, KeyType::P384, Some(&passphrase()));
}

#[test]
fn all_are_taken_or_none() {
    let (vault, (_, one), (_, two)) = (filled(), foreign(KeyType::P256), foreign(KeyType::P256));
    let incoming = |id, key| Incoming {
        id,
        class: Class::Everyday,
        key,
    };
    let keys = [incoming(NEW, &one), incoming(LEAF, &two)];
    assert!(matches!(
        vault.import_keys(&keys, None),
        Err(VaultError::KeyExists(LEAF))
    ));
    assert!(vault.public_key(NEW).is_err());
}

#[test]
fn what_is_damaged_or_of_an_unknown_kind_is_no_key() {
    let (pkcs8, _) = foreign(KeyType::P256);
    let damaged = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = pkcs8.expose(Clone::clone);
        change(&mut bytes);
        ForeignKey::read(&Secret::new(bytes)).is_none()
    };
    assert!(damaged(&|bytes| bytes.truncate(bytes.len() - 1)));
    assert!(damaged(&|bytes| bytes.clear()));
    // Its public half is another one.
    assert!(damaged(&|bytes| *bytes.last_mut().unwrap() ^= 1));
}

const NEW: KeyId = KeyId::from_raw(77);
