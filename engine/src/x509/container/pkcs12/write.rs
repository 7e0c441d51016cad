//! PKCS #12 files for other programs: a key with its certificate and chain, or a trust store.

use std::num::NonZeroU32;

use const_oid::ObjectIdentifier;
use der::Encode;

use super::mac;
use crate::base::{Fingerprint, Report, Secret};
use crate::x509::asn1;
use crate::x509::container::oid;
use crate::x509::container::pbe::{Hash, ITERATIONS, Password, Scheme, octet_string};

/// What programs of the last ten years read, or what older ones do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Strength {
    /// AES-256-CBC under PBKDF2, and a MAC, both with SHA-256 and many rounds.
    Modern,
    /// Triple DES and SHA-1, with more rounds than the programs write that need it. RC2 with 40
    /// bits, which OpenSSL 3 refuses, is not written: all that is older than triple DES is gone.
    Legacy,
}

/// A private key with the certificate that it belongs to.
pub(crate) struct Identity<'a> {
    /// PKCS #8 in DER.
    pub(crate) key: &'a Secret<Vec<u8>>,
    pub(crate) certificate: &'a [u8],
    /// What a server sends with it, nearest first.
    pub(crate) chain: &'a [Vec<u8>],
    /// What programs call it.
    pub(crate) name: &'a str,
}

/// Key and certificate are tied by an id, as every program expects (RFC 7292, 4.2).
pub(crate) fn write_identity(
    identity: &Identity<'_>,
    password: &Secret<String>,
    strength: Strength,
) -> Result<Vec<u8>, Report> {
    write_with_rounds(identity, password, (strength, strength.rounds()))
}

/// With a number of rounds that is not the usual one.
pub(super) fn write_with_rounds(
    identity: &Identity<'_>,
    password: &Secret<String>,
    sealing: Sealing,
) -> Result<Vec<u8>, Report> {
    let password = Password::new(password);
    let scheme = scheme(sealing)?;
    let fingerprint = Fingerprint::of(identity.certificate);
    let attributes = [
        attribute(oid::FRIENDLY_NAME, &bmp_string(identity.name))?,
        attribute(
            oid::LOCAL_KEY_ID,
            &octet_string(&fingerprint.as_bytes()[..20]),
        )?,
    ];
    let mut bags = vec![certificate_bag(identity.certificate, &attributes)?];
    for above in identity.chain {
        bags.push(certificate_bag(above, &[])?);
    }
    let sealed = identity.key.expose(|key| scheme.encrypt(&password, key));
    let sealed = sealed.ok_or_else(unwritten)?;
    let value = asn1::sequence_of(&[scheme.write().ok_or_else(unwritten)?, octet_string(&sealed)]);
    let key = bag(oid::SHROUDED_KEY_BAG, &value, &attributes)?;
    let safes = [
        encrypted(&bags, &password, sealing)?,
        content_info(oid::DATA, &octet_string(&asn1::sequence_of(&[key])))?,
    ];
    authenticated(&safes, &password, sealing)
}

/// Trusted certificates with the names that programs call them by. Java takes as trusted what
/// bears its attribute, and nothing else.
pub(crate) fn write_trust(
    anchors: &[(String, Vec<u8>)],
    password: &Secret<String>,
) -> Result<Vec<u8>, Report> {
    let password = Password::new(password);
    let mut bags = Vec::new();
    for (name, der) in anchors {
        let any_use = oid::ANY_EXTENDED_KEY_USAGE.to_der().map_err(unencoded)?;
        let attributes = [
            attribute(oid::FRIENDLY_NAME, &bmp_string(name))?,
            attribute(oid::TRUSTED_KEY_USAGE, &any_use)?,
        ];
        bags.push(certificate_bag(der, &attributes)?);
    }
    let sealing = (Strength::Modern, Strength::Modern.rounds());
    let safes = [encrypted(&bags, &password, sealing)?];
    authenticated(&safes, &password, sealing)
}

/// How, and with how many rounds.
type Sealing = (Strength, NonZeroU32);

impl Strength {
    const fn rounds(self) -> NonZeroU32 {
        match self {
            Self::Modern => ITERATIONS,
            Self::Legacy => LEGACY_ITERATIONS,
        }
    }

    const fn hash(self) -> Hash {
        match self {
            Self::Modern => Hash::Sha256,
            Self::Legacy => Hash::Sha1,
        }
    }
}

fn scheme((strength, rounds): Sealing) -> Result<Scheme, Report> {
    match strength {
        Strength::Modern => Scheme::modern(rounds),
        Strength::Legacy => Scheme::legacy(rounds),
    }
}

fn encrypted(bags: &[Vec<u8>], password: &Password, sealing: Sealing) -> Result<Vec<u8>, Report> {
    let scheme = scheme(sealing)?;
    let sealed = scheme.encrypt(password, &asn1::sequence_of(bags));
    let content = asn1::sequence_of(&[
        oid::DATA.to_der().map_err(unencoded)?,
        scheme.write().ok_or_else(unwritten)?,
        asn1::wrap(IMPLICIT_OCTETS, &[&sealed.ok_or_else(unwritten)?]),
    ]);
    let data = asn1::wrap(asn1::SEQUENCE, &[&[asn1::INTEGER, 1, 0], &content]);
    content_info(oid::ENCRYPTED_DATA, &data)
}

/// `PFX`: the contents, and the MAC that covers them.
fn authenticated(
    safes: &[Vec<u8>],
    password: &Password,
    (strength, rounds): Sealing,
) -> Result<Vec<u8>, Report> {
    let safe = asn1::sequence_of(safes);
    let mac = mac::write(password, &safe, strength.hash(), rounds)?;
    let content = content_info(oid::DATA, &octet_string(&safe))?;
    Ok(asn1::wrap(
        asn1::SEQUENCE,
        &[&[asn1::INTEGER, 1, 3], &content, &mac],
    ))
}

fn certificate_bag(der: &[u8], attributes: &[Vec<u8>]) -> Result<Vec<u8>, Report> {
    let value = content_info(oid::X509_CERTIFICATE, &octet_string(der))?;
    bag(oid::CERTIFICATE_BAG, &value, attributes)
}

fn bag(id: ObjectIdentifier, value: &[u8], attributes: &[Vec<u8>]) -> Result<Vec<u8>, Report> {
    let mut parts = vec![
        id.to_der().map_err(unencoded)?,
        asn1::wrap(asn1::context(0), &[value]),
    ];
    if !attributes.is_empty() {
        // The elements of a SET stand in the order of their octets (X.690, 11.6).
        let mut attributes: Vec<&[u8]> = attributes.iter().map(Vec::as_slice).collect();
        attributes.sort();
        parts.push(asn1::wrap(asn1::SET, &attributes));
    }
    Ok(asn1::sequence_of(&parts))
}

fn attribute(id: ObjectIdentifier, value: &[u8]) -> Result<Vec<u8>, Report> {
    let id = id.to_der().map_err(unencoded)?;
    Ok(asn1::sequence_of(&[id, asn1::wrap(asn1::SET, &[value])]))
}

fn content_info(id: ObjectIdentifier, content: &[u8]) -> Result<Vec<u8>, Report> {
    let id = id.to_der().map_err(unencoded)?;
    Ok(asn1::sequence_of(&[
        id,
        asn1::wrap(asn1::context(0), &[content]),
    ]))
}

/// What lies beyond the Basic Multilingual Plane has no place in one.
fn bmp_string(text: &str) -> Vec<u8> {
    let units = text.chars().map(|c| match c.len_utf16() {
        1 => c,
        _ => char::REPLACEMENT_CHARACTER,
    });
    let text: String = units.collect();
    let octets: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    asn1::wrap(asn1::BMP_STRING, &[&octets])
}

fn unencoded(_: der::Error) -> Report {
    Report::bug("an object id could not be encoded")
}

fn unwritten() -> Report {
    Report::bug("a PKCS #12 file was to be sealed in a way that is only read")
}

/// `[0] IMPLICIT OCTET STRING`.
const IMPLICIT_OCTETS: u8 = 0x80;
const LEGACY_ITERATIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(99_999);
