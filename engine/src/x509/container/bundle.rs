//! What is in these bytes: certificates, keys and CRLs in any of the forms that other programs
//! write.

use der::Reader;

use crate::base::{Secret, shown};
use crate::x509::asn1::{self, Signed, Tbs};
use crate::x509::container::error::{ContainerError, MAX_SIZE};
use crate::x509::container::pbe::{Budget, Password};
use crate::x509::container::private_key::{PrivateKey, SealedKey};
use crate::x509::container::{ber, jks, pkcs7, pkcs12};
use crate::x509::pem;

/// What a file holds. Nothing of it is judged: certificates may be anybody's, and keys without
/// theirs.
#[derive(Default)]
pub(crate) struct Bundle {
    pub(crate) certificates: Vec<FoundCertificate>,
    pub(crate) keys: Vec<FoundKey>,
    /// In DER.
    pub(crate) crls: Vec<Vec<u8>>,
    /// What else is in it and was left, safe to show.
    pub(crate) skipped: Vec<String>,
}

pub(crate) struct FoundCertificate {
    pub(crate) der: Vec<u8>,
    /// What the file calls it, not safe to show.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "what we write is held against it")
    )]
    pub(crate) name: Option<String>,
    /// Ties it to the key of the same id, within its file.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "what we write is held against it")
    )]
    pub(crate) key_id: Option<Vec<u8>>,
}

pub(crate) struct FoundKey {
    pub(crate) key: Openness,
    /// What the file calls it, not safe to show.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "what we write is held against it")
    )]
    pub(crate) name: Option<String>,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "what we write is held against it")
    )]
    pub(crate) key_id: Option<Vec<u8>>,
}

pub(crate) enum Openness {
    Open(PrivateKey),
    /// No password was given.
    Sealed,
}

/// What a person gave and allowed for reading a file.
#[derive(Clone, Copy, Default)]
pub(crate) struct Reading<'a> {
    pub(crate) password: Option<&'a Secret<String>>,
    /// Also PKCS #12 without a MAC, which anyone could have changed.
    pub(crate) unauthenticated: bool,
}

impl FoundCertificate {
    pub(super) fn plain(der: Vec<u8>) -> Self {
        Self {
            der,
            name: None,
            key_id: None,
        }
    }
}

impl FoundKey {
    fn plain(key: Openness) -> Self {
        Self {
            key,
            name: None,
            key_id: None,
        }
    }
}

impl Bundle {
    /// Reads PEM with any mixture of blocks, or DER of any one thing: a certificate, a CRL, a
    /// private key (PKCS #8, sealed or not, PKCS #1, SEC 1), PKCS #7, PKCS #12. At most 16 MiB.
    ///
    /// A sealed key opens where there is a password, and an error tells a wrong password from an
    /// algorithm that we do not know. PKCS #12 is opened without one where its password is empty.
    pub(crate) fn read(bytes: &[u8], reading: Reading<'_>) -> Result<Self, ContainerError> {
        if bytes.len() > MAX_SIZE {
            return Err(ContainerError::TooLarge);
        }
        let bundle = match pem::is_pem(bytes) {
            _ if jks::is_jks(bytes) => jks::read(bytes, reading)?,
            true => Self::read_pem(bytes, reading)?,
            false => Self::read_der(bytes, reading)?,
        };
        let found = bundle.certificates.len() + bundle.keys.len() + bundle.crls.len();
        match found {
            0 if bundle.skipped.is_empty() => Err(ContainerError::Nothing),
            0 => Err(ContainerError::Unsupported(bundle.skipped.join(", "))),
            _ => Ok(bundle),
        }
    }

    fn read_pem(bytes: &[u8], reading: Reading<'_>) -> Result<Self, ContainerError> {
        let mut opening = Opening::new(reading);
        let mut bundle = Self::default();
        for block in pem::decode(bytes, MAX_SIZE)? {
            let label = block.label;
            match &label[..] {
                pem::CERTIFICATE | "X509 CERTIFICATE" => {
                    bundle.certificates.push(FoundCertificate::plain(block.der));
                }
                // OpenSSL writes what it is trusted for behind it.
                "TRUSTED CERTIFICATE" => {
                    let first = der::SliceReader::new(&block.der);
                    let first = first.and_then(|mut reader| reader.tlv_bytes().map(<[u8]>::to_vec));
                    let first = first.map_err(|_| ContainerError::Damaged("certificate"))?;
                    bundle.certificates.push(FoundCertificate::plain(first));
                }
                "X509 CRL" | "CRL" => bundle.crls.push(block.der),
                "PKCS7" | "CMS" | "PKCS #7 SIGNED DATA" => bundle.add(pkcs7::read(&block.der)?),
                "PKCS12" => bundle.add(pkcs12::read(&block.der, reading)?),
                "PRIVATE KEY"
                | pem::ENCRYPTED_PRIVATE_KEY
                | pem::RSA_PRIVATE_KEY
                | pem::EC_PRIVATE_KEY => {
                    let der = Secret::new(block.der);
                    let key = opening.block(&label, block.sealing.as_deref(), &der)?;
                    bundle.keys.push(FoundKey::plain(key));
                }
                // Said again by the key that follows.
                "EC PARAMETERS" => (),
                other => bundle.skipped.push(shown(other).into_owned()),
            }
        }
        Ok(bundle)
    }

    fn read_der(bytes: &[u8], reading: Reading<'_>) -> Result<Self, ContainerError> {
        let mut bundle = Self::default();
        match shape(bytes) {
            Shape::Container => return pkcs7::read(bytes),
            Shape::Pfx => return pkcs12::read(bytes, reading),
            Shape::Key(label) => {
                let key = Opening::new(reading).der(label, bytes)?;
                bundle.keys.push(FoundKey::plain(key));
            }
            Shape::Signed => match certificate_or_crl(bytes) {
                Some(true) => bundle
                    .certificates
                    .push(FoundCertificate::plain(bytes.to_vec())),
                Some(false) => bundle.crls.push(bytes.to_vec()),
                None => return Err(ContainerError::Nothing),
            },
            Shape::Unknown => return Err(ContainerError::Damaged("file of certificates or keys")),
        }
        Ok(bundle)
    }

    fn add(&mut self, other: Self) {
        self.certificates.extend(other.certificates);
        self.keys.extend(other.keys);
        self.crls.extend(other.crls);
        self.skipped.extend(other.skipped);
    }
}

/// The keys of one file share their password and what may be spent on it.
struct Opening {
    password: Option<Password>,
    budget: Budget,
}

impl Opening {
    fn new(reading: Reading<'_>) -> Self {
        Self {
            password: reading.password.map(Password::new),
            budget: Budget::new(),
        }
    }

    fn block(
        &mut self,
        label: &str,
        sealing: Option<&str>,
        der: &Secret<Vec<u8>>,
    ) -> Result<Openness, ContainerError> {
        match sealing {
            Some(info) => {
                let data = der.expose(Clone::clone);
                self.sealed(SealedKey::traditional(label, info, data)?)
            }
            None => der.expose(|der| self.der(label, der)),
        }
    }

    fn der(&mut self, label: &str, der: &[u8]) -> Result<Openness, ContainerError> {
        match label {
            pem::RSA_PRIVATE_KEY => PrivateKey::from_pkcs1(der).map(Openness::Open),
            pem::EC_PRIVATE_KEY => PrivateKey::from_sec1(der).map(Openness::Open),
            pem::ENCRYPTED_PRIVATE_KEY => self.sealed(SealedKey::from_pkcs8(der)?),
            _ => PrivateKey::from_pkcs8(der).map(Openness::Open),
        }
    }

    fn sealed(&mut self, sealed: SealedKey) -> Result<Openness, ContainerError> {
        match &self.password {
            Some(password) => {
                let opened = sealed.open_within(password, &mut self.budget)?;
                Ok(Openness::Open(opened))
            }
            None => Ok(Openness::Sealed),
        }
    }
}

enum Shape {
    Container,
    /// By its PEM label.
    Key(&'static str),
    Pfx,
    Signed,
    Unknown,
}

/// By the tags of the outer SEQUENCE's elements, which differ for each. Only PKCS #7 and PKCS #12
/// are found in BER.
fn shape(bytes: &[u8]) -> Shape {
    let Ok(tags) = asn1::tags(bytes) else {
        // BER, or cut off: the reader says which.
        return match ber::first_tag(bytes) {
            Some(asn1::OBJECT_ID) => Shape::Container,
            Some(asn1::INTEGER) => Shape::Pfx,
            _ => Shape::Unknown,
        };
    };
    match tags[..] {
        [asn1::INTEGER, asn1::SEQUENCE, asn1::OCTET_STRING, ..] => Shape::Key("PRIVATE KEY"),
        [asn1::INTEGER, asn1::OCTET_STRING, ..] => Shape::Key(pem::EC_PRIVATE_KEY),
        [asn1::SEQUENCE, asn1::OCTET_STRING] => Shape::Key(pem::ENCRYPTED_PRIVATE_KEY),
        [asn1::INTEGER, asn1::INTEGER, _, _, _, _, _, _, _] => Shape::Key(pem::RSA_PRIVATE_KEY),
        [asn1::INTEGER, asn1::SEQUENCE] | [asn1::INTEGER, asn1::SEQUENCE, asn1::SEQUENCE] => {
            Shape::Pfx
        }
        [asn1::OBJECT_ID, CONTENT] => Shape::Container,
        [asn1::SEQUENCE, asn1::SEQUENCE, asn1::BIT_STRING] => Shape::Signed,
        _ => Shape::Unknown,
    }
}

/// `None` for something else that is signed, such as a request.
fn certificate_or_crl(der: &[u8]) -> Option<bool> {
    let signed = Signed::read(der).ok()?;
    if Tbs::read(signed.tbs).is_ok() {
        return Some(true);
    }
    // Version or algorithm, algorithm, issuer, a time: no request has a time (RFC 5280, 5.1.2).
    let tags = asn1::tags(signed.tbs).ok()?;
    let has_time = tags
        .iter()
        .take(4)
        .any(|tag| matches!(*tag, asn1::UTC_TIME | asn1::GENERALIZED_TIME));
    has_time.then_some(false)
}

const CONTENT: u8 = asn1::context(0);
