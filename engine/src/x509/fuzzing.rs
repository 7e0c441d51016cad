//! Doors for `tests/fuzz`: foreign certificates, requests and their parts, and what holds of them.

use std::sync::Arc;

use crate::base::{
    Choices, CrlNumber, Identifier, ProfileContent, ProfileName, Secret, Serial, Timestamp,
    Verdict, shown,
};
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::asn1::Tbs;
use crate::x509::certificate::Certificate;
use crate::x509::chain::{Usage, verify_authority, verify_chain, verify_root};
use crate::x509::constraints::Constraints;
use crate::x509::container::{
    Bundle, Openness, PrivateKey, Reading, to_der, write_certificates, write_jks,
};
use crate::x509::crl::{CertificateList, CrlEntry, CrlHead, NewCrl};
use crate::x509::draft::{Draft, IssuerView, Wish};
use crate::x509::extension::{BasicConstraints, KeyUsage, Urls};
use crate::x509::general_name::Found;
use crate::x509::key::PublicKey;
use crate::x509::merge::merge;
use crate::x509::name::Name;
use crate::x509::profile::{Profile, profiles};
use crate::x509::request::CertificationRequest;
use crate::x509::{asn1, extension, general_name, pem};

/// A certificate that was read keeps its bytes, and everything can be asked of it.
pub fn certificate(bytes: &[u8]) {
    let Ok(read) = Certificate::read(bytes) else {
        return;
    };
    let again = Certificate::from_der(read.der().to_vec()).unwrap();
    assert_eq!(read.subject(), again.subject());
    assert_eq!(read.serial(), again.serial());
    if let Ok(Some(constraints)) = read.constraints() {
        assert_eq!(
            Constraints::from_der(&constraints.to_der()),
            Ok(constraints)
        );
    }
    read.subject().to_string();
    read.key_usage().map(|usage| usage.to_string());
    read.public_key().title();
    let der = read.der();
    verify_root(&read, NOW).ok();
    verify_chain(der, &[], der, NOW, Usage::Server).ok();
    IssuerView::of(&read, SignatureAlgorithm::Ed25519, Default::default()).ok();
}

/// Several certificates in one file, each held against the next.
pub fn certificates(bytes: &[u8]) {
    let Ok(all) = Certificate::read_all(bytes) else {
        return;
    };
    assert!(!all.is_empty());
    for pair in all.windows(2) {
        verify_authority(&pair[0], &pair[1], NOW).ok();
    }
}

/// A request is merged with a profile; what comes out can be drafted, and a draft reads back.
pub fn request(bytes: &[u8], which: u8) {
    let Ok(request) = CertificationRequest::read(bytes) else {
        return;
    };
    let again = CertificationRequest::read(request.der()).map(|again| again.der().to_vec());
    assert_eq!(again.unwrap(), request.der());
    merged(&request, built_in(which));
}

/// A request under a copy of a built-in profile, where a copy may say this.
pub fn profile(content: &ProfileContent, request: &[u8], which: u8) {
    let name = ProfileName::of_ours("fuzzed");
    let Ok(copy) = built_in(which).copied(&name, content) else {
        return;
    };
    if let Ok(request) = CertificationRequest::read(request) {
        merged(&request, &Arc::new(copy));
    }
}

fn built_in(which: u8) -> &'static Arc<Profile> {
    &profiles()[usize::from(which) % profiles().len()]
}

fn merged(request: &CertificationRequest, profile: &Arc<Profile>) {
    let issuer = issuer();
    let (rows, wish) = merge(request, profile, &Choices::default(), NOW, &issuer);
    let refused = |row| matches!(row, &Verdict::Refused(_));
    assert_eq!(rows.iter().any(|row| refused(&row.verdict)), wish.is_err());
    if let Ok(wish) = wish {
        draft(profile, &issuer, wish);
    }
}

fn draft(profile: &Arc<Profile>, issuer: &IssuerView, wish: Wish) {
    let serial = Serial::from_bytes(&[0x40; 16]);
    let Ok(draft) = Draft::prepare(profile, issuer, wish, serial, NOW) else {
        return;
    };
    if let Ok(linted) = draft.approve(|_| Ok::<(), ()>(())).unwrap().lint() {
        Tbs::read(linted.tbs()).unwrap();
    }
}

/// Blocks of a PEM text, each written and read again.
pub fn pem(bytes: &[u8]) {
    let Ok(blocks) = pem::decode(bytes, 1 << 20) else {
        return;
    };
    assert!(pem::is_pem(bytes) || pem::begins_as_sequence(bytes));
    for block in blocks {
        let text = pem::encode(PLAIN_LABEL, &block.der);
        let again = pem::decode(text.as_bytes(), 1 << 21).unwrap();
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].der, block.der);
    }
}

/// The value of an extension, as each of those that are read.
pub fn extension(value: &[u8]) {
    BasicConstraints::read(value).ok();
    extension::read_subject_key_id(value).ok();
    extension::read_authority_key_id(value).ok();
    if let Ok(usage) = KeyUsage::read(value) {
        usage.to_string();
    }
    if let Ok(purposes) = extension::read_extended_key_usage(value) {
        extension::extended_key_usage(&purposes).unwrap();
    }
    if let Ok(constraints) = Constraints::from_der(value) {
        let again = Constraints::from_der(&constraints.to_der());
        assert_eq!(again.unwrap(), constraints);
        constraints.narrowed_by(&Constraints::private()).ok();
    }
    general_names(value);
}

fn general_names(value: &[u8]) {
    let Ok(found) = general_name::read_all(value) else {
        return;
    };
    let valid = |found| match found {
        Found::Name(name) => Some(name),
        Found::Invalid(..) | Found::Unsupported(_) => None,
    };
    let names: Vec<Identifier> = found.into_iter().filter_map(valid).collect();
    let written: Vec<Vec<u8>> = names.iter().map(general_name::write).collect();
    let again = general_name::read_all(&asn1::sequence_of(&written)).unwrap();
    let again: Vec<Identifier> = again.into_iter().filter_map(valid).collect();
    assert_eq!(again, names);
}

/// A distinguished name in DER, and one that a person wrote.
pub fn name(bytes: &[u8]) {
    if let Ok(name) = Name::from_der(bytes) {
        assert_eq!(name.as_der(), bytes);
        name.to_string();
        name.common_names();
    }
    let text = String::from_utf8_lossy(bytes);
    if let Ok(name) = Name::parse(&text) {
        assert_eq!(Name::from_der(name.as_der()).unwrap(), name);
        name.to_string();
    }
}

/// A public key: judged as one to certify, and read as somebody else's.
pub fn public_key(spki: &[u8]) {
    let accepted = PublicKey::accept(spki);
    if let Ok(read) = PublicKey::read(spki) {
        assert_eq!(read.spki_der(), spki);
        read.title();
        read.key_id();
        read.verify(SignatureAlgorithm::RsaSha256, spki, spki).ok();
    } else {
        assert!(accepted.is_err());
    }
}

/// A file of another program: certificates, keys and CRLs in any form.
pub fn container(bytes: &[u8], password: Option<&str>, unauthenticated: bool) {
    let password = password.map(|password| Secret::new(password.to_owned()));
    let reading = Reading {
        password: password.as_ref(),
        unauthenticated,
    };
    let Ok(bundle) = Bundle::read(bytes, reading) else {
        return;
    };
    for skipped in &bundle.skipped {
        assert_eq!(shown(skipped), *skipped);
    }
    for key in bundle.keys {
        if let Openness::Open(key) = key.key {
            key_again(&key);
        }
    }
    for certificate in bundle.certificates {
        Certificate::from_der(certificate.der).ok();
    }
}

/// Something in the place of a certificate, written as trusted and read again. In PKCS #7, which is
/// read as BER, it has to be DER.
pub fn trusted(name: &str, der: &[u8], password: &str) {
    let password = Secret::new(password.to_owned());
    let reading = Reading {
        password: Some(&password),
        unauthenticated: false,
    };
    let anchors = [(name.to_owned(), der.to_vec())];
    let one = [der.to_vec()];
    let jks = write_jks(&anchors, &password, NOW).unwrap_or_else(|error| panic!("{}", error.what));
    let pkcs7 = write_certificates(&one).unwrap_or_else(|error| panic!("{error}"));
    let mut forms = vec![jks];
    if to_der(&pkcs7, "").is_ok_and(|der| der == pkcs7) {
        forms.push(pkcs7);
    }
    for form in forms {
        let read = Bundle::read(&form, reading).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.certificates.len(), 1);
        assert_eq!(read.certificates[0].der, der);
    }
}

/// A private key as each form of its own; what was read is written so that it reads again.
pub fn private_key(der: &[u8]) {
    if let Ok(key) = PrivateKey::from_pkcs8(der) {
        key_again(&key);
    }
}

fn key_again(key: &PrivateKey) {
    let again = key.pkcs8().expose(|der| PrivateKey::from_pkcs8(der));
    let again = again.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again.public_key().spki_der(), key.public_key().spki_der());
}

/// A CRL; its entries are written anew and read again.
pub fn crl(bytes: &[u8]) {
    let Ok(list) = CertificateList::from_der(bytes.to_vec()) else {
        return;
    };
    let again = CertificateList::from_der(list.der().to_vec()).unwrap();
    assert_eq!(again.fingerprint(), list.fingerprint());
    let entries: Vec<CrlEntry> = list.entries().collect();
    assert_eq!(entries.len() as u64, list.count());
    let issuer = issuer();
    list.verify(&issuer.subject, &issuer.key).ok();
    crl_again(&list, &entries);
}

fn crl_again(list: &CertificateList, entries: &[CrlEntry]) {
    let mut new = NewCrl::new();
    if entries
        .iter()
        .try_for_each(|entry| new.push(entry))
        .is_err()
    {
        return;
    }
    let number = list.number().cloned();
    let head = CrlHead {
        issuer: list.issuer(),
        key_id: list.authority_key_id().unwrap_or(b"id"),
        algorithm: SignatureAlgorithm::Ed25519,
        number: &number.unwrap_or_else(|| CrlNumber::from_bytes(&[1])),
        this_update: list.this_update(),
        next_update: list.next_update().unwrap_or(NOW),
    };
    let Ok(tbs) = new.tbs(&head) else {
        return;
    };
    let written = CertificateList::from_der(head.signed(&tbs, &[0; 64])).unwrap();
    assert_eq!(written.count(), list.count());
    assert!(written.entries().eq(entries.iter().cloned()));
}

/// A CA that signs nothing here.
fn issuer() -> IssuerView {
    let key = PublicKey::read(ISSUER_KEY).unwrap();
    IssuerView {
        subject: Name::common_name("Fuzzed CA"),
        key_id: key.key_id().to_vec(),
        key,
        algorithm: SignatureAlgorithm::Ed25519,
        not_before: NOW,
        not_after: NOW.plus_days(3650),
        path_len: None,
        constraints: None,
        urls: Urls::default(),
        additions: Arc::default(),
    }
}

/// 2026-11-22, noon.
const NOW: Timestamp = Timestamp::from_secs(1_795_348_800);
const PLAIN_LABEL: &str = "ANYTHING";

/// Ed25519 (RFC 8410); the point is the curve's base point.
const ISSUER_KEY: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00\
    \x58\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\
    \x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66";
