//! What is shown of anything a person may open.

use super::*;
use crate::base::KeyType;
use crate::x509::certificate::Certificate;
use crate::x509::extension::Urls;
use crate::x509::fixture::{CaKey, NOW, TestKey, assert_tells, built_in, random, signed};

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/src/x509/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

fn value<'a>(description: &'a Description, label: &str) -> &'a str {
    let field = description.fields.iter().find(|field| field.label == label);
    &field
        .unwrap_or_else(|| panic!("no {label} in {description:?}"))
        .value
}

fn part<'a>(description: &'a Description, title: &str) -> &'a Description {
    description
        .parts
        .iter()
        .find(|part| part.title == title)
        .unwrap()
}

#[test]
fn a_certificate_is_shown_with_all_its_extensions() {
    let ca = CaKey::root();
    let mut view = ca.view();
    view.urls = Urls {
        issuer: vec!["http://pki.internal/ca.crt".to_owned()],
        crl: vec!["http://pki.internal/ca.crl".to_owned()],
        ocsp: vec!["http://pki.internal/ocsp".to_owned()],
    };
    let key = TestKey::new(KeyType::P256).public;
    let names = vec!["dns:*.a.internal".parse().unwrap()];
    let wish = crate::x509::draft::Wish::new(Name::common_name("a"), names, key);
    let draft = crate::x509::draft::Draft::prepare(built_in("both"), &view, wish, random(), NOW);
    let issued = signed(&ca.key, draft.unwrap());
    let shown = describe(issued.pem().as_bytes()).unwrap();
    assert_eq!(shown.title, "Certificate");
    assert_eq!(value(&shown, "Issuer"), "O=Example, CN=Root");
    let serial = Certificate::read(issued.der())
        .unwrap()
        .serial()
        .to_string();
    assert_eq!(value(&shown, "Serial number"), serial);
    assert_eq!(value(&shown, "Key"), "ECDSA P-256");
    assert_eq!(
        value(part(&shown, "Key usage (critical)"), "Uses"),
        "digitalSignature"
    );
    let names = part(&shown, "Subject alternative names");
    assert_eq!(value(names, "Name"), "dns:*.a.internal");
    let access = part(&shown, "Authority information access");
    assert_eq!(value(access, "OCSP"), "http://pki.internal/ocsp");
    assert_eq!(
        value(access, "Issuer's certificate"),
        "http://pki.internal/ca.crt"
    );
    let points = part(&shown, "CRL distribution points");
    assert_eq!(value(points, "CRL"), "http://pki.internal/ca.crl");
    let root = describe(ca.certificate.der()).unwrap();
    let constraints = part(&root, "Name constraints (critical)");
    assert_eq!(value(constraints, "Only"), "dns:internal");
}

#[test]
fn a_request_is_shown_even_where_it_would_be_refused() {
    let good = describe(&fixture("rich.csr")).unwrap();
    assert_eq!(good.title, "Certification request");
    assert!(value(&good, "Request").starts_with("Valid"));
    assert_eq!(good.parts.len(), 5);
    let weak = describe(&fixture("rsa1024.csr")).unwrap();
    assert_eq!(value(&weak, "Key"), "RSA 1024");
    assert!(value(&weak, "Request").starts_with("Not usable: an RSA key must have"));
    let unknown = describe(&fixture("ed448.csr")).unwrap();
    assert_eq!(value(&unknown, "Key"), "Unknown (1.3.101.113)");
}

#[test]
fn a_crl_is_shown_with_its_entries() {
    let shown = describe(&fixture("list.crl")).unwrap();
    assert_eq!(shown.title, "Certificate revocation list (CRL)");
    assert_eq!(value(&shown, "Issuer"), "CN=crl");
    assert_eq!(value(&shown, "Revoked certificates"), "1");
    assert_eq!(value(&shown, "Number"), "5");
    assert_eq!(shown.parts[0].fields[0].value, "1234abcd, keyCompromise");
}

#[test]
fn a_private_key_is_named_and_never_shown() {
    let key = rcgen::KeyPair::generate().unwrap();
    let der = key.serialize_der();
    for bytes in [key.serialize_pem().into_bytes(), der.clone()] {
        let shown = describe(&bytes).unwrap();
        assert_eq!(shown.title, "Private key");
        let text = format!("{shown:?}");
        let middle = &hex(&der)[80..120];
        assert!(!text.contains(middle));
        let base64 = pem::encode("X", &der);
        let line = base64.lines().nth(1).unwrap();
        assert!(!text.contains(&line[20..40]));
    }
    let pem = pem::encode("ENCRYPTED PRIVATE KEY", b"\x30\x00");
    assert_eq!(
        value(&describe(pem.as_bytes()).unwrap(), "Kind"),
        "ENCRYPTED PRIVATE KEY"
    );
}

#[test]
fn a_bundle_is_shown_part_by_part_in_its_order() {
    let ca = CaKey::root();
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let junk = pem::encode("JUNK", b"junk");
    let text = [ca.certificate.pem(), key, junk].concat();
    let shown = describe(text.as_bytes()).unwrap();
    assert_eq!(shown.title, "PEM text with 3 parts");
    let titles: Vec<&str> = shown.parts.iter().map(|part| &part.title[..]).collect();
    assert_eq!(
        titles,
        ["Certificate", "Private key", "Something unknown or damaged"]
    );
}

#[test]
fn a_public_key_is_shown() {
    let key = TestKey::new(KeyType::P384).public;
    let shown = describe(key.spki_der()).unwrap();
    assert_eq!(
        (&shown.title[..], value(&shown, "Key")),
        ("Public key", "ECDSA P-384")
    );
}

#[test]
fn what_is_unknown_empty_or_cut_off_is_refused_with_a_remedy() {
    let error = |bytes: &[u8]| {
        let error = describe(bytes).unwrap_err();
        assert_tells(&error);
        error
    };
    assert_eq!(error(b""), InspectError::Empty);
    assert_eq!(error(b"hello"), InspectError::Unknown);
    assert!(matches!(
        error(b"-----BEGIN CERTIFICATE-----\nAAAA"),
        InspectError::Pem(_)
    ));
    let good = CaKey::root().certificate.into_der();
    for length in 1..good.len() {
        assert_eq!(error(&good[..length]), InspectError::Unknown);
    }
}

#[test]
fn hostile_text_is_shown_as_numbers() {
    let key = TestKey::new(KeyType::P256);
    let subject = Name::common_name("a\u{202e}b\u{1b}[2J");
    let der = key.request(&subject, &crate::x509::request::Asked::default());
    let shown = describe(&der).unwrap();
    assert_eq!(value(&shown, "Subject"), "CN=a\\u{202e}b\\u{1b}[2J");
}

#[test]
fn no_changed_octet_makes_us_panic() {
    let ca = CaKey::root();
    let texts = [
        ca.certificate.der().to_vec(),
        fixture("list.crl"),
        CertificationRequest::read(&fixture("rich.csr"))
            .unwrap()
            .der()
            .to_vec(),
        pem::decode(&fixture("list.crl"), MAX_SIZE)
            .ok()
            .unwrap()
            .remove(0)
            .der,
    ];
    for good in texts {
        for at in 0..good.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[at] ^= change;
                if let Ok(shown) = describe(&bad) {
                    assert!(!format!("{:?}", shown.fields).contains('\u{1b}'));
                }
            }
        }
    }
}
