//! Anything foreign, explained for people: certificates, requests, CRLs and keys, in PEM or DER.
//!
//! Nothing is judged here and nothing secret is shown: of a private key only that it is one.

mod error;
mod extension;
mod list;

use const_oid::ObjectIdentifier;
use der::{Decode, Reader, SliceReader};

use crate::base::{DescribedField, Description, Fingerprint, Serial, hex, shown};
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::asn1::{Signed, Tbs};
use crate::x509::container::is_pfx;
use crate::x509::crl::{CertificateList, CrlEntry, reason_name};
use crate::x509::key::PublicKey;
use crate::x509::name::Name;
use crate::x509::request::CertificationRequest;
use crate::x509::{asn1, pem};
pub(crate) use error::InspectError;
pub(crate) use list::{listed, read_list};

/// Explains `bytes` of at most 64 MiB. Every text of the description is safe to show.
pub(crate) fn describe(bytes: &[u8]) -> Result<Description, InspectError> {
    match bytes {
        [] => Err(InspectError::Empty),
        bytes if bytes.len() > MAX_SIZE => Err(InspectError::TooLarge),
        bytes if pem::is_pem(bytes) => describe_pem(bytes),
        bytes => describe_der(bytes).ok_or(InspectError::Unknown),
    }
}

fn describe_pem(bytes: &[u8]) -> Result<Description, InspectError> {
    let blocks = pem::decode(bytes, MAX_SIZE)?;
    let mut parts: Vec<Description> = blocks.iter().map(describe_block).collect();
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => Ok(only),
        (count, Some(last)) => {
            parts.push(last);
            Ok(Description {
                title: format!("PEM text with {count} parts"),
                fields: Vec::new(),
                parts,
            })
        }
        (_, None) => Err(InspectError::Empty),
    }
}

fn describe_block(block: &pem::Block) -> Description {
    if block.label.ends_with("PRIVATE KEY") {
        return private_key(shown(&block.label).into_owned());
    }
    describe_der(&block.der).unwrap_or_else(|| Description {
        title: "Something unknown or damaged".to_owned(),
        fields: vec![
            text("PEM label", &block.label),
            text("Size", &format!("{} bytes", block.der.len())),
        ],
        parts: Vec::new(),
    })
}

/// Tries each kind of thing; their outer layers differ, so at most one fits.
fn describe_der(der: &[u8]) -> Option<Description> {
    certificate(der)
        .or_else(|| request(der))
        .or_else(|| crl(der))
        .or_else(|| public_key(der))
        .or_else(|| is_pfx(der).then(pfx))
        .or_else(|| private_key_kind(der).map(|kind| private_key(kind.to_owned())))
}

fn certificate(der: &[u8]) -> Option<Description> {
    let signed = Signed::read(der).ok()?;
    let tbs = Tbs::read(signed.tbs).ok()?;
    let serial = Serial::from_bytes(tbs.serial);
    let key = PublicKey::read(tbs.spki);
    let mut fields = vec![
        text("Subject", &name(tbs.subject)),
        text("Issuer", &name(tbs.issuer)),
        mono("Serial number", &serial.to_string()),
        text("Valid from", &tbs.not_before.at.to_string()),
        text("Valid until", &tbs.not_after.at.to_string()),
        text(
            "Key",
            &key.as_ref()
                .map_or_else(|_| "Damaged".to_owned(), PublicKey::title),
        ),
        text("Signature", &algorithm(signed.algorithm)),
        mono("SHA-256 fingerprint", &Fingerprint::of(der).grouped()),
    ];
    if let Ok(key) = key {
        fields.push(mono(
            "SHA-256 of the key",
            &key.spki_fingerprint().grouped(),
        ));
    }
    if tbs.version != 3 {
        fields.push(text("Version", &tbs.version.to_string()));
    }
    Some(Description {
        title: "Certificate".to_owned(),
        fields,
        parts: tbs.extensions.iter().map(extension::describe).collect(),
    })
}

/// What is wrong with a request is said, too: here it can be looked at without consequence.
fn request(der: &[u8]) -> Option<Description> {
    let signed = Signed::read(der).ok()?;
    let info = asn1::read_all(signed.tbs, |reader| {
        let fields = asn1::content(reader, asn1::SEQUENCE)?;
        let mut reader = SliceReader::new(fields)?;
        asn1::content(&mut reader, asn1::INTEGER)?;
        let subject = asn1::sequence_tlv(&mut reader)?;
        let spki = asn1::sequence_tlv(&mut reader)?;
        let attributes = asn1::optional(&mut reader, asn1::context(0))?;
        reader.finish()?;
        Ok((subject, spki, attributes))
    });
    let (subject, spki, _) = info.ok()?;
    let key = PublicKey::read(spki).ok()?;
    let read = CertificationRequest::read(der);
    let verdict = match &read {
        Ok(_) => "Valid: proves possession of its key".to_owned(),
        Err(error) => format!("Not usable: {error}"),
    };
    let parts = read.map_or_else(
        |_| Vec::new(),
        |request| {
            request
                .extensions()
                .map(|asked| extension::describe(&asked))
                .collect()
        },
    );
    Some(Description {
        title: "Certification request".to_owned(),
        fields: vec![
            text("Subject", &name(subject)),
            text("Key", &key.title()),
            mono("SHA-256 of the key", &key.spki_fingerprint().grouped()),
            text("Signature", &algorithm(signed.algorithm)),
            text("Request", &verdict),
        ],
        parts,
    })
}

/// Of a list with many entries only the first are shown.
fn crl(der: &[u8]) -> Option<Description> {
    let list = CertificateList::from_der(der.to_vec()).ok()?;
    let next = list.next_update();
    let next = next.map_or_else(|| "not said".to_owned(), |next| next.to_string());
    let signed = Signed::read(der).ok()?;
    let mut fields = vec![
        text("Issuer", &list.issuer().to_string()),
        text("Made", &list.this_update().to_string()),
        text("Next", &next),
        text("Revoked certificates", &list.count().to_string()),
    ];
    if let Some(number) = list.number() {
        fields.push(mono("Number", &number.to_string()));
    }
    fields.push(text("Signature", &algorithm(signed.algorithm)));
    if let Some(id) = list.authority_key_id() {
        fields.push(mono("Issuer's key", &hex(id)));
    }
    fields.push(mono("SHA-256 fingerprint", &list.fingerprint().grouped()));
    let revoked = Description {
        title: match list.count() > MAX_ENTRIES as u64 {
            true => format!("Revoked, the first {MAX_ENTRIES}"),
            false => "Revoked".to_owned(),
        },
        fields: list
            .entries()
            .take(MAX_ENTRIES)
            .map(|entry| described_entry(&entry))
            .collect(),
        parts: Vec::new(),
    };
    Some(Description {
        title: "Certificate revocation list (CRL)".to_owned(),
        fields,
        parts: vec![revoked],
    })
}

fn described_entry(entry: &CrlEntry) -> DescribedField {
    let mut value = entry.serial.to_string();
    if entry.reason != 0 {
        value += &format!(", {}", reason_name(entry.reason));
    }
    if let Some(since) = entry.invalid_since {
        value += &format!(", not to be trusted since {since}");
    }
    DescribedField {
        label: entry.at.to_string(),
        value,
        mono: true,
    }
}

fn public_key(der: &[u8]) -> Option<Description> {
    let key = PublicKey::read(der).ok()?;
    Some(Description {
        title: "Public key".to_owned(),
        fields: vec![
            text("Key", &key.title()),
            mono("SHA-256 of the key", &key.spki_fingerprint().grouped()),
        ],
        parts: Vec::new(),
    })
}

/// What it holds is sealed, and only an import has a place to ask for the password.
fn pfx() -> Description {
    Description {
        title: "PKCS #12 file (PFX)".to_owned(),
        fields: vec![text(
            "Contents",
            "Sealed; the preview of an import looks inside and takes nothing",
        )],
        parts: Vec::new(),
    }
}

fn private_key(kind: String) -> Description {
    Description {
        title: "Private key".to_owned(),
        fields: vec![
            text("Kind", &kind),
            text("Contents", "Secret; not shown. Keep this file to yourself"),
        ],
        parts: Vec::new(),
    }
}

/// By their outer layer: RFC 5958, RFC 5915, RFC 8017.
fn private_key_kind(der: &[u8]) -> Option<&'static str> {
    match asn1::tags(der).ok()?[..] {
        [asn1::INTEGER, asn1::SEQUENCE, asn1::OCTET_STRING, ..] => Some("PKCS #8"),
        [asn1::INTEGER, asn1::OCTET_STRING, ..] => Some("Elliptic curve (SEC 1)"),
        [asn1::SEQUENCE, asn1::OCTET_STRING] => Some("PKCS #8, encrypted"),
        [asn1::INTEGER, asn1::INTEGER, _, _, _, _, _, _, _] => Some("RSA (PKCS #1)"),
        _ => None,
    }
}

fn name(der: &[u8]) -> String {
    match Name::from_der(der) {
        Ok(name) if name.is_empty() => "(empty)".to_owned(),
        Ok(name) => name.to_string(),
        Err(_) => "(damaged)".to_owned(),
    }
}

fn algorithm(der: &[u8]) -> String {
    let known = SignatureAlgorithm::from_der(der).map(SignatureAlgorithm::title);
    let id = || match read_algorithm_id(der) {
        Ok(id) => format!("Unknown ({id})"),
        Err(_) => "Unknown".to_owned(),
    };
    known.map_or_else(id, ToOwned::to_owned)
}

fn read_algorithm_id(der: &[u8]) -> der::Result<ObjectIdentifier> {
    let fields = asn1::read_all(der, |reader| asn1::content(reader, asn1::SEQUENCE))?;
    ObjectIdentifier::decode(&mut SliceReader::new(fields)?)
}

fn text(label: &str, value: &str) -> DescribedField {
    DescribedField {
        label: label.to_owned(),
        value: shown(value).into_owned(),
        mono: false,
    }
}

fn mono(label: &str, value: &str) -> DescribedField {
    DescribedField {
        mono: true,
        ..text(label, value)
    }
}

/// A CRL of a million entries has some 49 MB.
const MAX_SIZE: usize = 64 * 1024 * 1024;
const MAX_ENTRIES: usize = 100;

#[cfg(test)]
mod tests;
