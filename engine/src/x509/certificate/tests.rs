//! Certificates of others: read if they can be, and never a panic.

use super::*;
use crate::base::KeyType;
use crate::x509::fixture::{CaKey, assert_tells};

#[test]
fn a_certificate_reads_back_from_der_and_from_pem() {
    let ca = CaKey::root();
    let der = Certificate::read(ca.certificate.der()).unwrap();
    let text = format!(
        "subject=…\n{}{}",
        pem::encode(pem::CERTIFICATE, der.der()),
        ca.below(None).certificate.pem()
    );
    let first = Certificate::read(text.as_bytes()).unwrap();
    assert_eq!(first.der(), der.der());
    let all = Certificate::read_all(text.as_bytes()).unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(all[1].path_len(), Some(0));
    assert_eq!(Certificate::read_all(der.der()).unwrap().len(), 1);
    assert_eq!(first.subject(), &ca.view().subject);
    assert_eq!(first.verify(&ca.key.public), Ok(()));
}

#[test]
fn certificates_that_rcgen_makes_are_read() {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(vec!["a.internal".to_owned()]).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(4));
    let made = parameters.self_signed(&key).unwrap();
    let read = Certificate::read(made.der()).unwrap();
    assert_eq!(read.path_len(), Some(4));
    assert_eq!(read.identifiers(), ["dns:a.internal".parse().unwrap()]);
    assert_eq!(read.verify(read.public_key()), Ok(()));
}

#[test]
fn a_signature_by_another_key_does_not_verify() {
    let (ca, other) = (CaKey::root(), CaKey::root_of(KeyType::Rsa2048, None));
    let read = Certificate::read(ca.certificate.der()).unwrap();
    assert_eq!(read.verify(&ca.key.public), Ok(()));
    assert_eq!(read.verify(&other.key.public), Err(VerifyError::Algorithm));
    let same_kind = CaKey::root();
    assert_eq!(
        read.verify(&same_kind.key.public),
        Err(VerifyError::Signature)
    );
}

#[test]
fn what_is_cut_off_too_large_or_something_else_is_refused() {
    let good = CaKey::root().certificate.der().to_vec();
    for length in 0..good.len() {
        assert_tells(&Certificate::read(&good[..length]).unwrap_err());
    }
    assert!(Certificate::read(&[&good[..], &[0]].concat()).is_err());
    let large = Certificate::read(&vec![0x30; MAX_SIZE + 1]).unwrap_err();
    assert!(matches!(large, X509Error::TooLarge { .. }));
    assert_tells(&large);
    let request = pem::encode(pem::CERTIFICATE_REQUEST, &good);
    let label = Certificate::read(request.as_bytes()).unwrap_err();
    assert_eq!(label, X509Error::Pem(PemFault::Label));
}

#[test]
fn no_changed_octet_makes_us_panic_and_none_verifies() {
    let ca = CaKey::root();
    let good = ca.below(Some(0)).certificate.into_der();
    let mut read = 0;
    for at in 0..good.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[at] ^= change;
            if let Ok(certificate) = Certificate::read(&bad) {
                read += 1;
                assert!(certificate.verify(&ca.key.public).is_err(), "octet {at}");
                assert!(!certificate.subject().to_string().contains('\n'));
                assert!(certificate.constraints().is_ok() || certificate.constraints().is_err());
            }
        }
    }
    assert!(read > 0, "some changes leave a certificate that reads");
}

#[test]
fn where_lists_and_responders_are_is_read_back_and_damage_says_nothing() {
    let ca = CaKey::root();
    assert_eq!(
        Certificate::read(ca.certificate.der()).unwrap().urls(),
        Urls::default()
    );
    let mut view = ca.view();
    let url = |path: &str| vec![format!("http://pki.internal/{path}")];
    view.urls = Urls {
        issuer: url("ca.crt"),
        crl: vec!["http://a.internal/crl".to_owned(), "ldap:///b".to_owned()],
        ocsp: url("ocsp"),
    };
    let key = crate::x509::fixture::TestKey::new(KeyType::P256).public;
    let names = vec!["dns:a.internal".parse().unwrap()];
    let wish = crate::x509::draft::Wish::new(Name::common_name("a"), names, key);
    let profile = crate::x509::fixture::built_in("server");
    let serial = crate::x509::fixture::random();
    let now = crate::x509::fixture::NOW;
    let draft = crate::x509::draft::Draft::prepare(profile, &view, wish, serial, now).unwrap();
    let issued = crate::x509::fixture::signed(&ca.key, draft);
    let read = Certificate::read(issued.der()).unwrap();
    assert_eq!(read.urls(), view.urls);
    assert!(extension::read_crl_distribution_points(&[0x30, 3, 0x30]).is_err());
    assert!(extension::read_authority_info_access(&[0x30, 2, 0x30, 1]).is_err());
}
