//! Keys: made, used, granted, exported, by class.

use aws_lc_rs::signature::ECDSA_P256_SHA256_ASN1;
use aws_lc_rs::signature::ECDSA_P384_SHA384_ASN1;
use aws_lc_rs::signature::ECDSA_P521_SHA512_ASN1;
use aws_lc_rs::signature::ED25519;
use aws_lc_rs::signature::ML_DSA_44;
use aws_lc_rs::signature::ML_DSA_65;
use aws_lc_rs::signature::ML_DSA_87;
use aws_lc_rs::signature::ParsedPublicKey;
use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use aws_lc_rs::signature::VerificationAlgorithm;

use super::ISSUING;
use super::LEAF;
use super::ROOT;
use super::bytes_of;
use super::filled;
use super::passphrase;
use super::refused;
use super::secret;
use super::use_key;
use super::vault_of;
use crate::base::Explain;
use crate::base::KeyId;
use crate::base::KeyType;
use crate::base::Kind;
use crate::base::Purpose;
use crate::base::Secret;
use crate::vault::Class;
use crate::vault::SlotOutcome;
use crate::vault::Vault;
use crate::vault::VaultError;

fn verifier(key_type: KeyType) -> &'static dyn VerificationAlgorithm {
    match key_type {
        KeyType::Ed25519 => &ED25519,
        KeyType::P256 => &ECDSA_P256_SHA256_ASN1,
        KeyType::P384 => &ECDSA_P384_SHA384_ASN1,
        KeyType::P521 => &ECDSA_P521_SHA512_ASN1,
        KeyType::MlDsa44 => &ML_DSA_44,
        KeyType::MlDsa65 => &ML_DSA_65,
        KeyType::MlDsa87 => &ML_DSA_87,
        KeyType::Rsa2048 | KeyType::Rsa3072 | KeyType::Rsa4096 => &RSA_PKCS1_2048_8192_SHA256,
    }
}

/// Signs, and verifies against the public key that the vault names.
pub(super) fn signs(vault: &Vault, id: KeyId, key_type: KeyType, consent: Option<&Secret<String>>) {
    let message = b"to be signed";
    let (signature, receipt) = vault
        .sign(id, Purpose::Certificate, message, consent)
        .unwrap();
    let spki = vault.public_key(id).unwrap();
    let public = aws_lc_rs::signature::UnparsedPublicKey::new(verifier(key_type), &spki);
    public.verify(message, &signature).unwrap();
    assert!(public.verify(b"something else", &signature).is_err());
    assert_eq!(receipt.consume(), (id, Purpose::Certificate));
}

#[test]
fn every_type_of_key_signs_and_does_so_again_after_reopening() {
    let vault = filled();
    let types = KeyType::ALL;
    for (raw, key_type) in (100..).zip(types) {
        let id = KeyId::from_raw(raw);
        let spki = vault.generate(id, Class::Everyday, key_type, None).unwrap();
        assert_eq!(vault.public_key(id).unwrap(), spki);
        signs(&vault, id, key_type, None);
    }
    let again = vault_of(bytes_of(&vault));
    again.unlock(&passphrase()).unwrap();
    for (raw, key_type) in (100..).zip(types) {
        signs(&again, KeyId::from_raw(raw), key_type, None);
    }
}

#[test]
fn a_public_key_comes_as_subject_public_key_info() {
    let vault = filled();
    for (raw, key_type) in (100..).zip(KeyType::ALL) {
        let id = KeyId::from_raw(raw);
        let der = vault.generate(id, Class::Everyday, key_type, None).unwrap();
        let spki: x509_cert::spki::SubjectPublicKeyInfoRef<'_> =
            der::Decode::from_der(&der).unwrap();
        let oid = spki.algorithm.oid.to_string();
        let expected = match key_type {
            KeyType::Ed25519 => "1.3.101.112",
            KeyType::P256 | KeyType::P384 | KeyType::P521 => "1.2.840.10045.2.1",
            KeyType::MlDsa44 => "2.16.840.1.101.3.4.3.17",
            KeyType::MlDsa65 => "2.16.840.1.101.3.4.3.18",
            KeyType::MlDsa87 => "2.16.840.1.101.3.4.3.19",
            _ => "1.2.840.113549.1.1.1",
        };
        assert_eq!(oid, expected, "{key_type}");
        assert!(ParsedPublicKey::new(verifier(key_type), &der).is_ok());
    }
}

#[test]
fn a_key_of_ml_dsa_is_written_as_the_seed_from_which_it_is_made_anew() {
    let vault = filled();
    for (raw, key_type, arc) in [
        (100, KeyType::MlDsa44, 0x11),
        (101, KeyType::MlDsa65, 0x12),
        (102, KeyType::MlDsa87, 0x13),
    ] {
        let id = KeyId::from_raw(raw);
        vault.generate(id, Class::Everyday, key_type, None).unwrap();
        let der = vault.export_private_key(id).unwrap();
        // RFC 9881, appendix C.1: version 0, the algorithm alone, and `[0]` with 32 octets.
        let start = [
            &[0x30, 0x34, 2, 1, 0, 0x30, 0x0b, 6, 9][..],
            &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, arc],
            &[4, 0x22, 0x80, 0x20],
        ];
        der.expose(|der| {
            assert_eq!(der.len(), 54);
            assert!(der.starts_with(&start.concat()));
        });
    }
}

#[test]
fn a_locked_vault_does_nothing_and_says_so() {
    let vault = filled();
    vault.lock();
    let typed = passphrase();
    let errors = [
        refused(vault.sign(LEAF, Purpose::Request, b"x", None)),
        refused(vault.sign(ROOT, Purpose::Request, b"x", Some(&typed))),
        refused(vault.generate(KeyId::from_raw(9), Class::Everyday, KeyType::P256, None)),
        refused(vault.export_private_key(LEAF)),
        refused(vault.public_key(LEAF)),
        refused(vault.key_ids()),
        refused(vault.grant(ROOT, &typed)),
        refused(vault.end_grant(ISSUING)),
        refused(vault.check(None, None)),
    ];
    for error in errors {
        assert!(matches!(error, VaultError::Locked), "{error}");
        assert_eq!(error.kind(), Kind::Locked);
    }
    assert!(!vault.has_grant(ISSUING));
}

#[test]
fn an_attended_key_signs_only_with_the_passphrase() {
    let vault = filled();
    let error = refused(vault.sign(ROOT, Purpose::Certificate, b"x", None));
    assert!(matches!(error, VaultError::ConsentNeeded(ROOT)));
    assert_eq!(
        (error.code(), error.kind()),
        ("vault.consent-needed", Kind::Locked)
    );

    let wrong = secret("wrong");
    let error = refused(vault.sign(ROOT, Purpose::Certificate, b"x", Some(&wrong)));
    assert!(matches!(error, VaultError::WrongPassphrase));

    signs(&vault, ROOT, KeyType::P256, Some(&passphrase()));
    let error = refused(vault.sign(ROOT, Purpose::Certificate, b"x", None));
    assert!(matches!(error, VaultError::ConsentNeeded(ROOT)));
}

#[test]
fn an_authority_key_is_made_only_with_the_passphrase() {
    let vault = filled();
    let new = KeyId::from_raw(9);
    let make = |consent| vault.generate(new, Class::Authority, KeyType::P256, consent);
    assert!(matches!(refused(make(None)), VaultError::ConsentNeeded(_)));
    let wrong = secret("wrong");
    assert!(matches!(
        refused(make(Some(&wrong))),
        VaultError::WrongPassphrase
    ));
    assert!(matches!(
        refused(vault.public_key(new)),
        VaultError::UnknownKey(_)
    ));
    assert!(make(Some(&passphrase())).is_ok());
}

#[test]
fn a_grant_lets_one_authority_key_sign_and_its_end_takes_that_away() {
    let vault = filled();
    assert!(vault.has_grant(ISSUING) && !vault.has_grant(ROOT));
    signs(&vault, ISSUING, KeyType::P256, None);
    let again = vault_of(bytes_of(&vault));
    again.unlock(&passphrase()).unwrap();
    signs(&again, ISSUING, KeyType::P256, None);

    vault.end_grant(ISSUING).unwrap();
    assert!(!vault.has_grant(ISSUING));
    let error = refused(vault.sign(ISSUING, Purpose::Certificate, b"x", None));
    assert!(matches!(error, VaultError::ConsentNeeded(ISSUING)));
    signs(&vault, ISSUING, KeyType::P256, Some(&passphrase()));
    let generation = vault.overview().unwrap().unwrap().generation;
    vault.end_grant(ISSUING).unwrap();
    assert_eq!(vault.overview().unwrap().unwrap().generation, generation);
}

#[test]
fn a_file_from_before_the_end_of_a_grant_has_a_lower_generation() {
    let vault = filled();
    let before = vault_of(bytes_of(&vault));
    vault.end_grant(ISSUING).unwrap();
    let of = |vault: &Vault| vault.overview().unwrap().unwrap().generation;
    assert!(of(&before) < of(&vault));
}

#[test]
fn a_grant_needs_the_passphrase_and_an_authority() {
    let vault = filled();
    assert!(matches!(
        refused(vault.grant(ROOT, &secret("wrong"))),
        VaultError::WrongPassphrase
    ));
    assert!(!vault.has_grant(ROOT));
    assert!(matches!(
        refused(vault.grant(LEAF, &passphrase())),
        VaultError::GrantOnlyForAuthorities(LEAF)
    ));
    let nobody = KeyId::from_raw(9);
    assert!(matches!(
        refused(vault.grant(nobody, &passphrase())),
        VaultError::UnknownKey(_)
    ));
    assert!(matches!(
        refused(vault.end_grant(nobody)),
        VaultError::UnknownKey(_)
    ));
    assert!(vault.end_grant(ROOT).is_ok());
}

#[test]
fn only_an_everyday_key_leaves_the_vault() {
    let vault = filled();
    let der = vault.export_private_key(LEAF).unwrap();
    let pair = der
        .expose(|der| aws_lc_rs::signature::Ed25519KeyPair::from_pkcs8(der))
        .unwrap();
    let public = aws_lc_rs::signature::KeyPair::public_key(&pair);
    assert!(vault.public_key(LEAF).unwrap().ends_with(public.as_ref()));
    for authority in [ROOT, ISSUING] {
        let error = refused(vault.export_private_key(authority));
        assert!(matches!(error, VaultError::NotExportable(_)));
        assert_eq!(error.kind(), Kind::Refused);
    }
}

#[test]
fn a_key_is_never_replaced_by_another_of_the_same_id() {
    let vault = filled();
    let before = vault.public_key(LEAF).unwrap();
    let error = refused(vault.generate(LEAF, Class::Everyday, KeyType::P256, None));
    assert!(matches!(error, VaultError::KeyExists(LEAF)));
    assert_eq!(vault.public_key(LEAF).unwrap(), before);
}

#[test]
fn every_key_is_listed_once_with_its_class() {
    let vault = filled();
    let listed = vault.key_ids().unwrap();
    assert_eq!(
        listed,
        [
            (LEAF, Class::Everyday),
            (ROOT, Class::Authority),
            (ISSUING, Class::Authority)
        ]
    );
    assert_eq!(vault.overview().unwrap().unwrap().entries, Some(3));
}

#[test]
fn a_check_says_what_it_opened() {
    let vault = filled();
    let everyday = vault.check(None, None).unwrap();
    assert_eq!((everyday.records, everyday.slots.len()), (4, 1));
    assert!(!everyday.authority_records_opened);
    assert!(matches!(everyday.slots[0].1, SlotOutcome::NotTried));
    vault.lock();
    let all = vault.check(Some(&passphrase()), None).unwrap();
    assert_eq!((all.records, all.slots.len()), (4, 1));
    assert!(all.authority_records_opened);
    assert!(matches!(all.slots[0].1, SlotOutcome::Opens));
    let wrong = secret("wrong");
    assert!(matches!(
        refused(vault.check(Some(&wrong), None)),
        VaultError::WrongPassphrase
    ));
}

#[test]
fn many_threads_sign_while_another_writes_and_locks() {
    let vault = filled();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    match vault.sign(ISSUING, Purpose::Certificate, b"x", None) {
                        Ok(_) | Err(VaultError::Locked) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            });
        }
        scope.spawn(|| {
            for raw in 200..220 {
                let id = KeyId::from_raw(raw);
                vault
                    .generate(id, Class::Everyday, KeyType::Ed25519, None)
                    .unwrap();
            }
            vault.lock();
            vault.unlock(&passphrase()).unwrap();
        });
    });
    assert_eq!(vault.key_ids().unwrap().len(), 23);
}

#[test]
fn keys_that_come_together_are_all_kept_or_none() {
    let vault = filled();
    let made = |id: u128| {
        let key = vault.make_key(KeyType::P256).unwrap();
        (KeyId::from_raw(id), key)
    };
    let taken = vault.keep_keys(&[made(0x7001), (LEAF, made(0).1)]);
    assert!(matches!(taken, Err(VaultError::KeyExists(LEAF))));
    assert!(vault.public_key(KeyId::from_raw(0x7001)).is_err());
    let (first, second) = (made(0x7001), made(0x7002));
    let public = second.1.public_key().to_vec();
    vault.keep_keys(&[first, second]).unwrap();
    let second = KeyId::from_raw(0x7002);
    assert_eq!(vault.public_key(second).unwrap(), public);
    use_key(&vault, second, None);
}
