//! Requests that are taken, and above all those that are not.

use super::*;
use crate::base::{KeyType, NameError};
use crate::x509::fixture::{TestKey, assert_tells};
use crate::x509::key::KeyError;

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/src/x509/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

/// Why it is refused; the message must be fit for people.
fn refused(bytes: &[u8]) -> RequestError {
    let error = CertificationRequest::read(bytes).err().unwrap();
    assert_tells(&error);
    error
}

fn names(request: &CertificationRequest) -> Vec<String> {
    let names = request.identifiers().unwrap();
    names.iter().map(ToString::to_string).collect()
}

fn with_names(der: &[u8]) -> Vec<u8> {
    let key = TestKey::new(KeyType::P256);
    let san = extension::write(oid::SUBJECT_ALT_NAME, false, der).unwrap();
    key.request_with(&Name::common_name("a"), &[san])
}

fn names_refused(der: &[u8]) -> RequestError {
    let request = CertificationRequest::read(&with_names(der)).unwrap();
    let error = request.identifiers().unwrap_err();
    assert_tells(&error);
    error
}

#[test]
fn our_own_requests_read_back_for_every_type_of_key() {
    for kind in KeyType::ALL {
        let key = TestKey::new(kind);
        let constraints = Constraints::private();
        let asked = Asked {
            identifiers: vec![
                "dns:a.internal".parse().unwrap(),
                "ip:10.0.0.1".parse().unwrap(),
            ],
            extended_key_usage: vec![oid::SERVER_AUTH],
            ..Asked::authority(Some(1), Some(constraints.clone()))
        };
        let subject = Name::parse("O=Example, CN=Issuing").unwrap();
        let der = key.request(&subject, &asked);
        let request = CertificationRequest::read(&der).unwrap();
        assert_eq!(request.der(), der);
        assert_eq!(request.subject(), &subject);
        assert_eq!(request.key(), &key.public);
        assert_eq!(names(&request), ["dns:a.internal", "ip:10.0.0.1"]);
        let basic = BasicConstraints {
            is_ca: true,
            path_len: Some(1),
        };
        assert_eq!(request.basic_constraints(), Ok(Some(basic)));
        assert_eq!(
            request.key_usage().unwrap().unwrap().to_string(),
            "keyCertSign, cRLSign"
        );
        assert_eq!(
            request.extended_key_usage(),
            Ok(Some(vec![oid::SERVER_AUTH]))
        );
        assert_eq!(request.name_constraints(), Ok(Some(constraints)));
        let text = pem::encode(pem::CERTIFICATE_REQUEST, &der);
        let again = CertificationRequest::read(text.as_bytes()).unwrap();
        assert_eq!(again.der(), der);
    }
}

#[test]
fn a_request_that_asks_for_nothing_is_read() {
    let key = TestKey::new(KeyType::P256);
    let der = key.request(&Name::none(), &Asked::default());
    let request = CertificationRequest::read(&der).unwrap();
    assert!(request.subject().is_empty());
    assert_eq!(request.identifiers(), Ok(Vec::new()));
    assert_eq!(request.basic_constraints(), Ok(None));
    assert_eq!(request.others().count(), 0);
}

#[test]
fn requests_that_openssl_made_are_read_whatever_signed_them() {
    for (name, title) in [
        ("ed25519.csr", "Ed25519"),
        ("p384-sha256.csr", "ECDSA P-384"),
        ("p521.csr", "ECDSA P-521"),
        ("rsa-pss.csr", "RSA 2048"),
        ("rsa-pss-key.csr", "RSA-PSS 2048"),
        ("rsa-sha512.csr", "RSA 2048"),
    ] {
        let request = CertificationRequest::read(&fixture(name));
        let request = request.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(request.key().title(), title, "{name}");
        assert_eq!(names(&request), ["dns:www.example.internal"], "{name}");
    }
}

#[test]
fn a_rich_request_keeps_its_subject_and_all_it_asks_for() {
    let request = CertificationRequest::read(&fixture("rich.csr")).unwrap();
    let subject = request.subject().to_string();
    assert!(
        subject.starts_with("DC=com, DC=example, OU=b, OU=a, "),
        "{subject}"
    );
    assert!(subject.contains("O=x + CN=www.example.internal") || subject.contains(" + O=x"));
    let others: Vec<String> = request.others().map(|id| id.to_string()).collect();
    assert_eq!(others, ["1.3.6.1.5.5.7.1.24", "2.5.29.14"]);
    assert_eq!(request.extended_key_usage().unwrap().unwrap().len(), 2);
}

#[test]
fn keys_that_are_weak_or_unknown_are_refused() {
    assert_eq!(
        refused(&fixture("rsa1024.csr")),
        KeyError::RsaSize(1024).into()
    );
    assert_eq!(
        refused(&fixture("rsa-e3.csr")),
        KeyError::RsaExponent.into()
    );
    for name in ["secp256k1.csr", "ed448.csr"] {
        let error = refused(&fixture(name));
        assert!(
            matches!(error, RequestError::Key(KeyError::Unsupported(_))),
            "{name}"
        );
    }
}

#[test]
fn signatures_that_cannot_be_verified_are_refused() {
    assert_eq!(refused(&fixture("sha1.csr")), RequestError::Algorithm);
    assert_eq!(
        refused(&fixture("rsa-pss-long-salt.csr")),
        RequestError::Algorithm
    );
}

#[test]
fn a_wrong_signature_or_a_signature_by_another_key_is_refused() {
    let key = TestKey::new(KeyType::P256);
    let good = key.server_request("a.internal");
    let signed = Signed::read(&good).unwrap();
    let other = TestKey::new(KeyType::P256);
    let forged = Signed::write(signed.tbs, key.algorithm.der(), &other.sign(signed.tbs));
    assert_eq!(refused(&forged), RequestError::Signature);
    let empty = Signed::write(signed.tbs, key.algorithm.der(), &[]);
    assert_eq!(refused(&empty), RequestError::Signature);
}

#[test]
fn a_signature_algorithm_that_does_not_fit_the_key_is_refused() {
    let key = TestKey::new(KeyType::P256);
    let good = key.server_request("a.internal");
    let signed = Signed::read(&good).unwrap();
    let rsa = SignatureAlgorithm::RsaSha256;
    let mismatched = Signed::write(signed.tbs, rsa.der(), signed.signature);
    assert!(matches!(refused(&mismatched), RequestError::Mismatched(found, _) if found == rsa));
}

#[test]
fn duplicate_extensions_and_attributes_are_refused() {
    let key = TestKey::new(KeyType::P256);
    let subject = Name::common_name("a");
    let usage = extension::key_usage(KeyUsage::DIGITAL_SIGNATURE).unwrap();
    let twice = key.request_with(&subject, &[usage.clone(), usage.clone()]);
    assert_eq!(refused(&twice), RequestError::Repeated(oid::KEY_USAGE));

    let id = der::Encode::to_der(&oid::EXTENSION_REQUEST).unwrap();
    let list = asn1::wrap(asn1::SET, &[&asn1::sequence_of(&[usage])]);
    let attribute = asn1::wrap(asn1::SEQUENCE, &[&id, &list]);
    let twice = key.request_of(&subject, &[attribute.clone(), attribute.clone()]);
    assert_eq!(
        refused(&twice),
        RequestError::Repeated(oid::EXTENSION_REQUEST)
    );

    let two_values = asn1::wrap(
        asn1::SET,
        &[&asn1::sequence_of(&[]), &asn1::sequence_of(&[])],
    );
    let attribute = asn1::wrap(asn1::SEQUENCE, &[&id, &two_values]);
    assert_eq!(
        refused(&key.request_of(&subject, &[attribute])),
        RequestError::Malformed
    );
}

#[test]
fn a_thousand_names_are_refused_in_one_sentence() {
    let all: Vec<Vec<u8>> = (0..1000)
        .map(|at| {
            asn1::wrap(
                general_name::DNS,
                &[format!("host-{at}.internal").as_bytes()],
            )
        })
        .collect();
    let der = asn1::sequence_of(&all);
    assert_eq!(names_refused(&der), RequestError::TooManyNames(1000));
    let most = CertificationRequest::read(&with_names(&asn1::sequence_of(&all[..250]))).unwrap();
    assert_eq!(most.identifiers().unwrap().len(), 250);
}

#[test]
fn a_repeated_name_is_taken_once_and_order_is_kept() {
    let name = |text: &str| asn1::wrap(general_name::DNS, &[text.as_bytes()]);
    let all = ["b.internal", "a.internal", "B.Internal"].map(name);
    let request = CertificationRequest::read(&with_names(&asn1::sequence_of(&all))).unwrap();
    assert_eq!(names(&request), ["dns:b.internal", "dns:a.internal"]);
}

#[test]
fn invalid_names_and_names_of_other_kinds_are_refused() {
    for (bad, error) in [
        ("a..b", NameError::DnsSyntax),
        ("-a.internal", NameError::DnsSyntax),
        ("w*.internal", NameError::DnsSyntax),
        ("a b.internal", NameError::DnsSyntax),
        ("bücher.internal", NameError::DnsNotAscii),
        ("a\0.internal", NameError::DnsSyntax),
    ] {
        let der = asn1::sequence_of(&[asn1::wrap(general_name::DNS, &[bad.as_bytes()])]);
        assert_eq!(
            names_refused(&der),
            RequestError::Name(bad.to_owned(), error)
        );
    }
    let directory = asn1::sequence_of(&[asn1::wrap(0xa4, &[&[0x30, 0]])]);
    assert_eq!(
        names_refused(&directory),
        RequestError::NameKind("directory name")
    );
    let damaged = RequestError::Extension(oid::SUBJECT_ALT_NAME);
    assert_eq!(names_refused(&[0x30, 5, 0x82]), damaged);
}

#[test]
fn hostile_text_is_shown_as_numbers() {
    let hostile = "\u{1b}[2Jevil\u{202e}.internal";
    let der = asn1::sequence_of(&[asn1::wrap(general_name::DNS, &[hostile.as_bytes()])]);
    let message = names_refused(&der).to_string();
    assert!(!message.contains(['\u{1b}', '\u{202e}']), "{message}");
}

#[test]
fn what_is_no_request_is_refused_with_what_it_is() {
    let good = TestKey::new(KeyType::P256).server_request("a.internal");
    let pem = |label: &str| pem::encode(label, &good);
    assert_eq!(
        refused(b""),
        RequestError::Pem(crate::x509::error::X509Error::Pem(
            crate::x509::error::PemFault::Nothing
        ))
    );
    assert_eq!(
        refused(&fixture("certificate.pem")),
        RequestError::Other("CERTIFICATE".into())
    );
    assert_eq!(refused(&vec![b'x'; 64 * 1024 + 1]), RequestError::TooLarge);
    assert_eq!(refused(&[0x30; 64 * 1024]), RequestError::Malformed);
    let two = [pem("CERTIFICATE REQUEST"), pem("NEW CERTIFICATE REQUEST")].concat();
    assert_eq!(refused(two.as_bytes()), RequestError::Several);
    let with_key = [pem("PRIVATE KEY"), pem("CERTIFICATE REQUEST")].concat();
    assert_eq!(refused(with_key.as_bytes()), RequestError::PrivateKey);
    assert!(CertificationRequest::read(pem("NEW CERTIFICATE REQUEST").as_bytes()).is_ok());
}

#[test]
fn a_request_that_is_cut_off_or_has_something_behind_it_is_refused() {
    let good = TestKey::new(KeyType::P256).server_request("a.internal");
    for length in 0..good.len() {
        refused(&good[..length]);
    }
    assert_eq!(
        refused(&[&good[..], &[0]].concat()),
        RequestError::Malformed
    );
    let pem = pem::encode(pem::CERTIFICATE_REQUEST, &good);
    for length in 0..pem.len() - 2 {
        refused(&pem.as_bytes()[..length]);
    }
}

#[test]
fn no_changed_octet_is_taken_and_none_makes_us_panic() {
    let good = fixture("rich.csr");
    let der = CertificationRequest::read(&good).unwrap().der().to_vec();
    for at in 0..der.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut bad = der.clone();
            bad[at] ^= change;
            refused(&bad);
        }
    }
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x21;
        // A changed line break or word around the base64 may still read.
        if let Ok(read) = CertificationRequest::read(&bad) {
            assert_eq!(read.der(), der);
        }
    }
}
