//! PKCS #12 as we write it, opened by our own reader and by another library.

use std::num::NonZeroU32;

use p12_keystore::Pkcs12Archive;

use super::write::write_with_rounds;
use super::*;
use crate::base::{Explain, Secret};
use crate::x509::container::bundle::{Bundle, Openness, Reading};
use crate::x509::container::jks;
use crate::x509::pem;

#[test]
fn a_written_identity_opens_here_and_in_a_library_of_others() {
    for strength in [Strength::Modern, Strength::Legacy] {
        let file = identity("www ü", strength);
        let bundle = open(&file, "geheim-ü").unwrap();
        let found: Vec<&[u8]> = bundle.certificates.iter().map(|it| &it.der[..]).collect();
        assert_eq!(found, [leaf(), root()], "{strength:?}");
        let Openness::Open(key) = &bundle.keys[0].key else {
            panic!("the key is sealed");
        };
        key.pkcs8().expose(|der| assert_eq!(*der, leaf_key()));
        assert_eq!(bundle.keys[0].name.as_deref(), Some("www ü"));
        assert_eq!(bundle.keys[0].key_id, bundle.certificates[0].key_id);
        assert!(bundle.certificates[1].key_id.is_none());

        // The other library is slow as the tests build it.
        let file = identity_with("www ü", strength, 2000);
        let archive = Pkcs12Archive::from_pkcs12(&file, "geheim-ü").unwrap();
        assert_eq!(archive.keys[0].key.as_der(), leaf_key());
        assert_eq!(archive.certs[0].cert.as_der(), leaf());
        assert_eq!(archive.certs[0].friendly_name.as_deref(), Some("www ü"));
        assert_eq!(archive.certs[1].cert.as_der(), root());
        assert!(Pkcs12Archive::from_pkcs12(&file, "wrong").is_err());
    }
}

#[test]
fn an_identity_under_an_empty_password_opens_without_any_and_another_one_does_not() {
    for strength in [Strength::Modern, Strength::Legacy] {
        let under = |text: &str| {
            let file = of_leaf("www", |identity| {
                write_identity(identity, &password(text), strength).unwrap()
            });
            Bundle::read(&file, Reading::default())
        };
        let bundle = under("").unwrap();
        assert!(
            matches!(bundle.keys[0].key, Openness::Open(_)),
            "{strength:?}"
        );
        let error = under("geheim").err().unwrap();
        assert_eq!(error.code(), "container.password-needed");
    }
}

#[test]
fn a_written_identity_opens_with_no_other_password_and_holds_no_key_in_the_open() {
    for strength in [Strength::Modern, Strength::Legacy] {
        let file = identity("www", strength);
        for wrong in ["", "geheim", "geheim-u"] {
            let error = open(&file, wrong).err().unwrap();
            assert_eq!(error.code(), "container.wrong-password");
        }
        let key = leaf_key();
        let secret = &key[key.len() - 100..key.len() - 70];
        assert!(!file.windows(secret.len()).any(|window| window == secret));
        let certificate = leaf();
        assert!(!file.windows(64).any(|window| window == &certificate[..64]));
    }
}

#[test]
fn no_two_files_are_sealed_alike() {
    assert_ne!(
        identity("www", Strength::Modern),
        identity("www", Strength::Modern)
    );
}

#[test]
fn a_name_that_utf_16_writes_in_pairs_is_marked() {
    let bundle = open(&identity("a🔑b", Strength::Modern), "geheim-ü").unwrap();
    assert_eq!(bundle.keys[0].name.as_deref(), Some("a\u{fffd}b"));
}

#[test]
fn trust_stores_hold_what_is_trusted_and_nothing_else() {
    let anchors = [("Root Ü".to_owned(), root()), ("Other".to_owned(), leaf())];
    let p12 = write_trust(&anchors, &password("changeit")).unwrap();
    let at = crate::base::Timestamp(1_795_348_800_000);
    let jks = jks::write_trust(&anchors, &password("changeit"), at).unwrap();
    for (store, name) in [(p12, "Root Ü"), (jks, "root ü")] {
        let bundle = open(&store, "changeit").unwrap();
        let found: Vec<&[u8]> = bundle.certificates.iter().map(|it| &it.der[..]).collect();
        assert_eq!(found, [root(), leaf()]);
        assert_eq!(bundle.certificates[0].name.as_deref(), Some(name));
        assert!(bundle.keys.is_empty());
        assert_eq!(
            open(&store, "wrong").err().unwrap().code(),
            "container.wrong-password"
        );
        for len in [0, 3, 4, 12, 30, store.len() - 1] {
            assert!(open(&store[..len], "changeit").is_err(), "{len} bytes");
        }
    }
}

#[test]
fn a_changed_java_trust_store_is_noticed_wherever_it_was_changed() {
    let anchors = [("root".to_owned(), root())];
    let at = crate::base::Timestamp(0);
    let store = jks::write_trust(&anchors, &password("changeit"), at).unwrap();
    for place in 0..store.len() {
        let mut changed = store.clone();
        changed[place] ^= 1;
        assert!(open(&changed, "changeit").is_err(), "byte {place}");
    }
}

fn identity(name: &str, strength: Strength) -> Vec<u8> {
    of_leaf(name, |identity| {
        write_identity(identity, &password("geheim-ü"), strength).unwrap()
    })
}

fn identity_with(name: &str, strength: Strength, rounds: u32) -> Vec<u8> {
    let sealing = (strength, NonZeroU32::new(rounds).unwrap());
    of_leaf(name, |identity| {
        write_with_rounds(identity, &password("geheim-ü"), sealing).unwrap()
    })
}

fn of_leaf(name: &str, write: impl FnOnce(&Identity<'_>) -> Vec<u8>) -> Vec<u8> {
    write(&Identity {
        key: &Secret::new(leaf_key()),
        certificate: &leaf(),
        chain: &[root()],
        name,
    })
}

fn open(bytes: &[u8], text: &str) -> Result<Bundle, crate::x509::container::error::ContainerError> {
    let password = password(text);
    let reading = Reading {
        password: Some(&password),
        unauthenticated: false,
    };
    Bundle::read(bytes, reading)
}

fn password(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn leaf() -> Vec<u8> {
    der(include_bytes!("../fixtures/leaf.crt"))
}

fn root() -> Vec<u8> {
    der(include_bytes!("../fixtures/root.crt"))
}

fn leaf_key() -> Vec<u8> {
    der(include_bytes!("../fixtures/leaf.key"))
}

fn der(text: &[u8]) -> Vec<u8> {
    pem::decode(text, 1 << 16).unwrap()[0].der.clone()
}
