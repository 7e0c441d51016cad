//! Files as OpenSSL and Java write them, read; and everything in them that must not be.

use super::bundle::FoundKey;
use super::*;
use crate::base::{Explain, Kind, Secret};
use crate::x509::asn1;
use crate::x509::certificate::Certificate;

#[test]
fn every_pkcs12_that_openssl_and_java_write_opens_and_holds_the_same() {
    for (file, bytes, password) in PFX {
        let bundle = read(bytes, Some(password)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let ders: Vec<&[u8]> = bundle.certificates.iter().map(|it| &it.der[..]).collect();
        let leaf = certificate(LEAF);
        assert!(ders.contains(&leaf.der()), "{file}");
        let has_root = ders.contains(&certificate(ROOT).der());
        assert_eq!(has_root, *file != "empty-password.p12", "{file}");
        let [
            FoundKey {
                key: Openness::Open(key),
                key_id,
                ..
            },
        ] = &bundle.keys[..]
        else {
            panic!("{file} holds {} keys", bundle.keys.len());
        };
        assert_eq!(key.public_key(), leaf.public_key(), "{file}");
        let own = bundle.certificates.iter().find(|it| it.der == leaf.der());
        assert!(key_id.is_some() && own.unwrap().key_id == *key_id, "{file}");
        assert!(bundle.skipped.is_empty(), "{file}");
    }
}

#[test]
fn names_are_read_as_they_were_given() {
    let bundle = read(PFX[0].1, Some(PASSWORD)).unwrap();
    assert_eq!(bundle.keys[0].name.as_deref(), Some("www ü"));
    let trust = read(include_bytes!("fixtures/trust.p12"), Some("changeit")).unwrap();
    assert_eq!(trust.certificates[0].name.as_deref(), Some("root"));
    assert!(trust.keys.is_empty());
}

#[test]
fn a_wrong_password_is_told_from_what_we_cannot_open() {
    for (file, bytes, password) in PFX {
        for wrong in ["", "wrong", "geheim-u"] {
            if wrong != *password {
                let error = refused(bytes, Some(wrong));
                assert_eq!(
                    error,
                    ContainerError::WrongPassword("PKCS #12 file"),
                    "{file}"
                );
                assert_eq!(error.kind(), Kind::Locked);
            }
        }
        // An empty password is no secret, and is not asked for.
        if password.is_empty() {
            continue;
        }
        let error = refused(bytes, None);
        assert_eq!(
            error,
            ContainerError::PasswordNeeded("PKCS #12 file"),
            "{file}"
        );
    }
    let unsupported = |bytes: &[u8]| match refused(bytes, Some(PASSWORD)) {
        ContainerError::Unsupported(what) => what,
        other => panic!("{other}"),
    };
    let camellia = include_bytes!("fixtures/camellia.p12");
    assert_eq!(unsupported(camellia), "PBES2 with Camellia-256");
    let rc4 = include_bytes!("fixtures/rc4.p12");
    assert_eq!(unsupported(rc4), "RC4 with 128 bits");
    assert_eq!(unsupported(include_bytes!("fixtures/md5-mac.p12")), "MD5");
}

#[test]
fn a_pkcs12_without_a_mac_is_refused_unless_that_is_allowed() {
    for bytes in [
        &include_bytes!("fixtures/no-mac.p12")[..],
        include_bytes!("fixtures/plain-no-mac.p12"),
    ] {
        assert_eq!(
            refused(bytes, Some(PASSWORD)),
            ContainerError::Unauthenticated
        );
        let bundle = allowed(bytes, Some(PASSWORD)).unwrap();
        assert_eq!(bundle.keys.len(), 1);
    }
    let sealed = include_bytes!("fixtures/no-mac.p12");
    assert!(matches!(
        allowed(sealed, None),
        Err(ContainerError::PasswordNeeded(_))
    ));
    assert!(matches!(
        allowed(sealed, Some("wrong")),
        Err(ContainerError::WrongPassword(_))
    ));
    assert!(allowed(include_bytes!("fixtures/plain-no-mac.p12"), None).is_ok());
}

#[test]
fn ber_reads_as_der_does() {
    for (file, bytes, password) in PFX {
        let bundle = read(&to_ber(bytes), Some(password));
        let bundle = bundle.unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(bundle.keys.len(), 1, "{file}");
    }
    let chain = read(&to_ber(CHAIN), None).unwrap();
    assert_eq!(chain.certificates.len(), 2);
}

#[test]
fn what_is_cut_off_prolonged_or_changed_is_never_half_read() {
    let whole = &PFX[0].1;
    for len in 0..whole.len() {
        assert!(read(&whole[..len], Some(PASSWORD)).is_err(), "{len} bytes");
    }
    let longer = [whole, &[0][..]].concat();
    assert_eq!(
        refused(&longer, Some(PASSWORD)),
        ContainerError::Damaged("PKCS #12 file")
    );
    // The last octet of what the MAC covers; a change is told like a wrong password.
    let mut changed = whole.to_vec();
    let mac_len = 100;
    let at = changed.len() - mac_len;
    changed[at] ^= 1;
    assert!(read(&changed, Some(PASSWORD)).is_err());
    for len in 0..CHAIN.len() {
        assert!(read(&CHAIN[..len], None).is_err(), "{len} bytes");
    }
}

#[test]
fn hostile_costs_are_refused_before_they_are_spent() {
    // The rounds of the MAC are the last integer of the file, 2048.
    let modern = PFX[0].1;
    assert!(modern.ends_with(&[2, 2, 8, 0]));
    let grown = |bytes: &[u8], from: &[u8], to: &[u8]| {
        let at = bytes
            .windows(from.len())
            .rposition(|window| window == from)
            .unwrap();
        [&bytes[..at], to, &bytes[at + from.len()..]].concat()
    };
    // Lengths would change with a longer number: 0x7fff instead of 2048 does not, and is cheap;
    // what is dear is put into a PFX of our own.
    assert!(matches!(
        refused(
            &grown(modern, &[2, 2, 8, 0], &[2, 2, 0x7f, 0xff]),
            Some(PASSWORD)
        ),
        ContainerError::WrongPassword(_)
    ));
    for iterations in [10_000_001_u32, u32::MAX] {
        let hostile = with_mac_rounds(iterations);
        assert_eq!(refused(&hostile, Some(PASSWORD)), ContainerError::Costly);
    }
    let scrypt = sealed_by_scrypt(&[0x40, 0, 0, 0], 8);
    assert_eq!(refused(&scrypt, Some(PASSWORD)), ContainerError::Costly);
    let rounds = sealed_by_scrypt(&[0x40, 0], 0x7f_ff_ff);
    assert_eq!(refused(&rounds, Some(PASSWORD)), ContainerError::Costly);
}

#[test]
fn every_private_key_that_openssl_writes_is_read_and_known() {
    let leaf = certificate(LEAF).public_key().clone();
    for (file, bytes, password) in KEYS {
        let bundle = read(bytes, *password).unwrap_or_else(|error| panic!("{file}: {error}"));
        let [
            FoundKey {
                key: Openness::Open(key),
                ..
            },
        ] = &bundle.keys[..]
        else {
            panic!("{file}");
        };
        assert_eq!(*key.public_key(), leaf, "{file}");
    }
    for (bytes, title) in [
        (&include_bytes!("fixtures/ed25519.key")[..], "Ed25519"),
        (include_bytes!("fixtures/p384.key"), "ECDSA P-384"),
        (include_bytes!("fixtures/p521.key"), "ECDSA P-521"),
        (include_bytes!("fixtures/traditional-rsa.key"), "RSA 2048"),
    ] {
        let bundle = read(bytes, None).unwrap();
        assert_eq!(open(&bundle).public_key().title(), title);
    }
    let sealed = read(
        include_bytes!("fixtures/traditional-rsa-des3.key"),
        Some(PASSWORD),
    )
    .unwrap();
    let plain = read(include_bytes!("fixtures/traditional-rsa.key"), None).unwrap();
    assert_eq!(open(&sealed).public_key(), open(&plain).public_key());
}

#[test]
fn what_was_read_reads_back_from_its_pkcs8() {
    for (file, bytes, password) in KEYS {
        let bundle = read(bytes, *password).unwrap();
        let key = open(&bundle);
        let again = key.pkcs8().expose(|der| PrivateKey::from_pkcs8(der));
        assert_eq!(again.unwrap().public_key(), key.public_key(), "{file}");
    }
}

#[test]
fn a_sealed_key_waits_for_its_password() {
    for (file, bytes, password) in KEYS.iter().filter(|(.., password)| password.is_some()) {
        let bundle = read(bytes, None).unwrap();
        assert!(matches!(bundle.keys[0].key, Openness::Sealed), "{file}");
        let opened = read(bytes, *password).unwrap();
        assert!(matches!(opened.keys[0].key, Openness::Open(_)), "{file}");
        for wrong in ["", "wrong", "geheim"] {
            let error = read(bytes, Some(wrong)).err();
            assert_eq!(
                error,
                Some(ContainerError::WrongPassword("private key")),
                "{file}"
            );
        }
    }
}

#[test]
fn keys_that_we_do_not_know_are_named() {
    for (bytes, named) in [
        (
            &include_bytes!("fixtures/sealed-v1-md5-des.key")[..],
            "PBES1 with MD5 and DES",
        ),
        (
            include_bytes!("fixtures/traditional-rsa-des.key"),
            "a key under DES-CBC",
        ),
        (
            include_bytes!("fixtures/secp256k1.key"),
            "a private key on the curve 1.3.132.0.10",
        ),
        (
            include_bytes!("fixtures/ed448.key"),
            "a private key of 1.3.101.113",
        ),
        (
            b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
            "OPENSSH PRIVATE KEY",
        ),
    ] {
        let error = refused(bytes, Some(PASSWORD));
        assert_eq!(error, ContainerError::Unsupported(named.to_owned()));
    }
    let weak = refused(include_bytes!("fixtures/rsa1024.key"), None);
    assert_eq!(weak.code(), "container.key-unusable");
}

#[test]
fn a_key_whose_parts_belong_to_different_keys_is_refused() {
    let key = pem_der(include_bytes!("fixtures/leaf.key"));
    let other = pem_der(include_bytes!("fixtures/root.key"));
    assert_eq!(key.len(), other.len());
    // Both end with their public point.
    let mixed = [&key[..key.len() - 64], &other[other.len() - 64..]].concat();
    assert_eq!(refused(&mixed, None).code(), "container.key-unusable");
}

#[test]
fn pkcs7_and_any_mixture_of_pem_are_read_in_order() {
    for bytes in [CHAIN, &include_bytes!("fixtures/chain.p7b.pem")[..]] {
        let chain = read(bytes, None).unwrap();
        let names: Vec<String> = chain.certificates.iter().map(subject).collect();
        assert_eq!(names, ["CN=www.example.internal", "CN=Fixture Root"]);
    }
    assert_eq!(
        read(include_bytes!("fixtures/chain.p7b.pem"), None)
            .unwrap()
            .crls
            .len(),
        1
    );
    let mixture = [
        &include_bytes!("fixtures/leaf.key")[..],
        LEAF,
        b"some words\n",
        include_bytes!("fixtures/sealed-aes256.key"),
        include_bytes!("fixtures/root.crl"),
        include_bytes!("fixtures/chain.p7b.pem"),
        include_bytes!("fixtures/trusted.crt"),
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    ]
    .concat();
    let bundle = read(&mixture, Some(PASSWORD)).unwrap();
    assert_eq!(bundle.certificates.len(), 4);
    assert_eq!((bundle.keys.len(), bundle.crls.len()), (2, 2));
    assert_eq!(bundle.skipped, ["PUBLIC KEY"]);
    let leaf = certificate(LEAF);
    assert_eq!(bundle.certificates[3].der, leaf.der());
}

#[test]
fn der_of_any_one_thing_is_known_by_its_form() {
    let found = |bytes: &[u8]| {
        let bundle = read(bytes, None).unwrap();
        (
            bundle.certificates.len(),
            bundle.keys.len(),
            bundle.crls.len(),
        )
    };
    assert_eq!(found(&pem_der(LEAF)), (1, 0, 0));
    assert_eq!(
        found(&pem_der(include_bytes!("fixtures/root.crl"))),
        (0, 0, 1)
    );
    for key in [
        "leaf",
        "traditional-ec",
        "traditional-rsa",
        "sealed-scrypt",
        "ed25519",
    ] {
        let file = format!(
            "{}/src/x509/container/fixtures/{key}.key",
            env!("CARGO_MANIFEST_DIR")
        );
        assert_eq!(
            found(&pem_der(&std::fs::read(file).unwrap())),
            (0, 1, 0),
            "{key}"
        );
    }
}

#[test]
fn what_holds_nothing_for_us_is_said_to() {
    let request = include_bytes!("../fixtures/ed25519.csr");
    assert!(read(request, None).is_err());
    assert_eq!(refused(&pem_der(request), None), ContainerError::Nothing);
    for garbage in [&b""[..], b"hello", &[0x30, 0x80], &[0x30, 3, 2, 1, 5]] {
        assert!(read(garbage, None).is_err());
    }
    assert_eq!(
        refused(&vec![0x30; 17 << 20], None),
        ContainerError::TooLarge
    );
}

const LEAF: &[u8] = include_bytes!("fixtures/leaf.crt");
const ROOT: &[u8] = include_bytes!("fixtures/root.crt");
const CHAIN: &[u8] = include_bytes!("fixtures/chain.p7b");
const PASSWORD: &str = "geheim-ü";

const PFX: &[(&str, &[u8], &str)] = &[
    (
        "modern.p12",
        include_bytes!("fixtures/modern.p12"),
        PASSWORD,
    ),
    (
        "legacy.p12",
        include_bytes!("fixtures/legacy.p12"),
        PASSWORD,
    ),
    (
        "rc2-40.p12",
        include_bytes!("fixtures/rc2-40.p12"),
        PASSWORD,
    ),
    (
        "rc2-128.p12",
        include_bytes!("fixtures/rc2-128.p12"),
        PASSWORD,
    ),
    (
        "sha512.p12",
        include_bytes!("fixtures/sha512.p12"),
        PASSWORD,
    ),
    ("plain.p12", include_bytes!("fixtures/plain.p12"), PASSWORD),
    (
        "keytool.p12",
        include_bytes!("fixtures/keytool.p12"),
        "changeit",
    ),
    (
        "empty-password.p12",
        include_bytes!("fixtures/empty-password.p12"),
        "",
    ),
];

const KEYS: &[(&str, &[u8], Option<&str>)] = &[
    ("leaf.key", include_bytes!("fixtures/leaf.key"), None),
    (
        "traditional-ec.key",
        include_bytes!("fixtures/traditional-ec.key"),
        None,
    ),
    (
        "traditional-ec-aes256.key",
        include_bytes!("fixtures/traditional-ec-aes256.key"),
        Some(PASSWORD),
    ),
    (
        "sealed-aes256.key",
        include_bytes!("fixtures/sealed-aes256.key"),
        Some(PASSWORD),
    ),
    (
        "sealed-des3.key",
        include_bytes!("fixtures/sealed-des3.key"),
        Some(PASSWORD),
    ),
    (
        "sealed-scrypt.key",
        include_bytes!("fixtures/sealed-scrypt.key"),
        Some(PASSWORD),
    ),
    (
        "sealed-v1-3des.key",
        include_bytes!("fixtures/sealed-v1-3des.key"),
        Some(PASSWORD),
    ),
];

fn read(bytes: &[u8], password: Option<&str>) -> Result<Bundle, ContainerError> {
    read_as(bytes, password, false)
}

fn allowed(bytes: &[u8], password: Option<&str>) -> Result<Bundle, ContainerError> {
    read_as(bytes, password, true)
}

fn read_as(
    bytes: &[u8],
    password: Option<&str>,
    unauthenticated: bool,
) -> Result<Bundle, ContainerError> {
    let password = password.map(|text| Secret::new(text.to_owned()));
    let reading = Reading {
        password: password.as_ref(),
        unauthenticated,
    };
    Bundle::read(bytes, reading)
}

fn refused(bytes: &[u8], password: Option<&str>) -> ContainerError {
    match read(bytes, password) {
        Ok(_) => panic!("it was read"),
        Err(error) => error,
    }
}

fn open(bundle: &Bundle) -> &PrivateKey {
    match &bundle.keys[0].key {
        Openness::Open(key) => key,
        Openness::Sealed => panic!("it is sealed"),
    }
}

fn certificate(pem: &[u8]) -> Certificate {
    Certificate::read(pem).unwrap()
}

fn subject(found: &FoundCertificate) -> String {
    Certificate::from_der(found.der.clone())
        .unwrap()
        .subject()
        .to_string()
}

fn pem_der(pem: &[u8]) -> Vec<u8> {
    crate::x509::pem::decode(pem, 1 << 20).unwrap()[0]
        .der
        .clone()
}

/// Every length left open, and every octet string in two pieces, as Mozilla's library does.
fn to_ber(der: &[u8]) -> Vec<u8> {
    let mut rest = der;
    let mut ber = Vec::new();
    while let [tag, ..] = *rest {
        let (header, len) = match rest[1] {
            short if short < 0x80 => (2, usize::from(short)),
            0x81 => (3, usize::from(rest[2])),
            _ => (4, usize::from(rest[2]) << 8 | usize::from(rest[3])),
        };
        let content = &rest[header..header + len];
        match tag {
            asn1::OCTET_STRING => {
                let (left, right) = content.split_at(len / 2);
                ber.extend([0x24, 0x80]);
                ber.extend(asn1::wrap(tag, &[left]));
                ber.extend(asn1::wrap(tag, &[right]));
                ber.extend([0, 0]);
            }
            constructed if constructed & 0x20 != 0 => {
                ber.extend([constructed, 0x80]);
                ber.extend(to_ber(content));
                ber.extend([0, 0]);
            }
            _ => ber.extend(&rest[..header + len]),
        }
        rest = &rest[header + len..];
    }
    ber
}

fn with_mac_rounds(iterations: u32) -> Vec<u8> {
    use der::Encode;
    let data = oid::DATA.to_der().unwrap();
    let nothing = asn1::wrap(4, &[&asn1::wrap(0x30, &[])]);
    let content = asn1::wrap(0x30, &[&data, &asn1::wrap(0xa0, &[&nothing])]);
    let sha256 = asn1::wrap(0x30, &[&crate::x509::oid::SHA256.to_der().unwrap()]);
    let digest = asn1::wrap(0x30, &[&sha256, &asn1::wrap(4, &[&[0; 32]])]);
    let rounds = asn1::unsigned(&iterations.to_be_bytes());
    let mac = asn1::wrap(0x30, &[&digest, &asn1::wrap(4, &[&[1; 8]]), &rounds]);
    asn1::wrap(0x30, &[&[2, 1, 3], &content, &mac])
}

fn sealed_by_scrypt(n: &[u8], p: u32) -> Vec<u8> {
    use der::Encode;
    let algorithm = |id: const_oid::ObjectIdentifier, parameters: &[u8]| {
        asn1::wrap(0x30, &[&id.to_der().unwrap(), parameters])
    };
    let salt = asn1::wrap(4, &[&[1; 8]]);
    let (n, p) = (asn1::unsigned(n), p.to_der().unwrap());
    let kdf = algorithm(oid::SCRYPT, &asn1::wrap(0x30, &[&salt, &n, &[2, 1, 8], &p]));
    let cipher = algorithm(oid::AES_256_CBC, &asn1::wrap(4, &[&[2; 16]]));
    let pbes2 = algorithm(oid::PBES2, &asn1::wrap(0x30, &[&kdf, &cipher]));
    asn1::wrap(0x30, &[&pbes2, &asn1::wrap(4, &[&[3; 32]])])
}
