//! Which keys are taken, and what they verify.

use super::*;
use crate::base::KeyType;
use crate::x509::fixture::TestKey;

#[test]
fn keys_of_every_type_are_taken_and_named_as_we_name_them() {
    for kind in KeyType::ALL {
        let key = TestKey::new(kind);
        assert_eq!(key.public.title(), kind.title());
        let again = PublicKey::accept(key.public.spki_der()).unwrap();
        assert_eq!(again, key.public);
        assert_eq!(again.key_id(), key.public.key_id());
        assert_eq!(
            matches!(again.kind(), KeyKind::Rsa { .. }),
            kind.slug().starts_with("rsa")
        );
    }
}

#[test]
fn a_key_verifies_what_its_private_half_signed_and_nothing_else() {
    for kind in KeyType::ALL {
        let key = TestKey::new(kind);
        let signature = key.sign(b"message");
        let verify =
            |message: &[u8], signature: &[u8]| key.public.verify(key.algorithm, message, signature);
        assert_eq!(verify(b"message", &signature), Ok(()));
        assert_eq!(verify(b"massage", &signature), Err(VerifyError::Signature));
        assert_eq!(verify(b"message", &[]), Err(VerifyError::Signature));
        let other = match key.algorithm {
            SignatureAlgorithm::Ed25519 => SignatureAlgorithm::EcdsaSha256,
            _ => SignatureAlgorithm::Ed25519,
        };
        let mismatched = key.public.verify(other, b"message", &signature);
        assert_eq!(mismatched, Err(VerifyError::Algorithm));
    }
}

#[test]
fn a_point_off_its_curve_is_refused_and_can_still_be_looked_at() {
    for key in [
        TestKey::new(KeyType::P256),
        TestKey::new(KeyType::P384),
        TestKey::new(KeyType::P521),
    ] {
        let mut spki = key.public.spki_der().to_vec();
        *spki.last_mut().unwrap() ^= 1;
        assert_eq!(PublicKey::accept(&spki).err(), Some(KeyError::Point));
        assert_eq!(PublicKey::read(&spki).unwrap().title(), key.public.title());
    }
}

#[test]
fn a_compressed_point_is_refused() {
    let key = TestKey::new(KeyType::P256);
    let x = &key.public.spki_der()[27..59];
    let id = |id: ObjectIdentifier| der::Encode::to_der(&id).unwrap();
    let algorithm = asn1::wrap(asn1::SEQUENCE, &[&id(oid::EC_PUBLIC_KEY), &id(oid::P256)]);
    for sign in [2, 3] {
        let point = asn1::bit_string(&[&[sign], x].concat());
        let spki = asn1::wrap(asn1::SEQUENCE, &[&algorithm, &point]);
        assert_eq!(PublicKey::accept(&spki).err(), Some(KeyError::Point));
    }
}

#[test]
fn a_key_that_is_cut_off_or_has_something_behind_it_is_refused() {
    for kind in [
        KeyType::P256,
        KeyType::Rsa2048,
        KeyType::Ed25519,
        KeyType::MlDsa44,
    ] {
        let spki = TestKey::new(kind).public.spki_der().to_vec();
        for length in 0..spki.len() {
            assert!(PublicKey::accept(&spki[..length]).is_err());
        }
        let longer = [&spki[..], &[0]].concat();
        assert_eq!(PublicKey::accept(&longer).err(), Some(KeyError::Malformed));
    }
}

#[test]
fn the_key_id_is_the_start_of_the_digest_of_the_bit_string() {
    // RFC 7093 gives no vector; computed apart for the key of RFC 8410, 10.1.
    let spki = [
        0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0, 0x19, 0xbf, 0x44, 9, 0x69, 0x84,
        0xcd, 0xfe, 0x85, 0x41, 0xba, 0xc1, 0x67, 0xdc, 0x3b, 0x96, 0xc8, 0x50, 0x86, 0xaa, 0x30,
        0xb6, 0xb6, 0xcb, 0x0c, 0x5c, 0x38, 0xad, 0x70, 0x31, 0x66, 0xe1,
    ];
    let key = PublicKey::accept(&spki).unwrap();
    assert_eq!(crate::base::hex(&key.key_id()), KEY_ID);
    assert_eq!(key.spki_fingerprint(), Fingerprint::of(&spki));
}

const KEY_ID: &str = "e744c0791320c3285460eddb523f14c88d857ada";
