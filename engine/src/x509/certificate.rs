//! Certificates of any origin, read.

use const_oid::ObjectIdentifier;

use crate::base::{Fingerprint, Identifier, Serial, Timestamp};
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::asn1::{Signed, Tbs};
use crate::x509::constraints::{ConstraintError, Constraints};
use crate::x509::error::{PemFault, X509Error};
use crate::x509::extension::{BasicConstraints, KeyUsage, Urls};
use crate::x509::general_name::Found;
use crate::x509::key::{PublicKey, VerifyError};
use crate::x509::name::Name;
use crate::x509::{asn1, extension, general_name, oid, pem};

/// A certificate as it was found, whoever issued it. Reading it says nothing about trust.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    der: Vec<u8>,
    serial: Serial,
    issuer: Name,
    subject: Name,
    not_before: Timestamp,
    not_after: Timestamp,
    public_key: PublicKey,
    identifiers: Vec<Identifier>,
    basic: BasicConstraints,
    key_usage: Option<KeyUsage>,
    extended_key_usage: Vec<ObjectIdentifier>,
    constraints: Option<Vec<u8>>,
    subject_key_id: Option<Vec<u8>>,
    authority_key_id: Option<Vec<u8>>,
}

impl Certificate {
    /// Reads DER, or the first certificate of a PEM text, of at most 1 MiB.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, X509Error> {
        if bytes.len() > MAX_SIZE {
            return Err(X509Error::TooLarge {
                what: "certificate",
                limit: MAX_SIZE,
            });
        }
        match pem::is_pem(bytes) {
            true => Self::from_der(first_of(pem::decode(bytes, MAX_SIZE)?)?),
            false => Self::from_der(bytes.to_vec()),
        }
    }

    /// Every certificate of a PEM text in order, or the one in DER.
    pub(crate) fn read_all(bytes: &[u8]) -> Result<Vec<Self>, X509Error> {
        if !pem::is_pem(bytes) {
            return Self::read(bytes).map(|one| vec![one]);
        }
        let blocks = pem::decode(bytes, MAX_SIZE)?;
        let all = blocks.into_iter().filter(is_certificate);
        let all: Result<Vec<Self>, X509Error> =
            all.map(|block| Self::from_der(block.der)).collect();
        match all? {
            none if none.is_empty() => Err(X509Error::Pem(PemFault::Label)),
            all => Ok(all),
        }
    }

    pub(crate) fn from_der(der: Vec<u8>) -> Result<Self, X509Error> {
        let malformed = || X509Error::malformed("certificate");
        let signed = Signed::read(&der).map_err(malformed())?;
        let tbs = Tbs::read(signed.tbs).map_err(malformed())?;
        if asn1::repeated(tbs.extensions.iter().map(|extension| extension.id)).is_some() {
            return Err(X509Error::Malformed {
                what: "certificate",
            });
        }
        let value = |id| tbs.extension(id).map(|extension| extension.value);
        let basic = value(oid::BASIC_CONSTRAINTS)
            .map(BasicConstraints::read)
            .transpose();
        let key_usage = value(oid::KEY_USAGE).map(KeyUsage::read).transpose();
        let purposes = value(oid::EXTENDED_KEY_USAGE)
            .map(extension::read_extended_key_usage)
            .transpose();
        let subject_key_id = value(oid::SUBJECT_KEY_ID)
            .map(extension::read_subject_key_id)
            .transpose();
        let authority_key_id = value(oid::AUTHORITY_KEY_ID)
            .map(extension::read_authority_key_id)
            .transpose();
        let names = value(oid::SUBJECT_ALT_NAME)
            .map(general_name::read_all)
            .transpose();
        let owned = <[u8]>::to_vec;
        Ok(Self {
            serial: Serial::from_bytes(tbs.serial),
            issuer: Name::from_der(tbs.issuer)?,
            subject: Name::from_der(tbs.subject)?,
            not_before: tbs.not_before.at,
            not_after: tbs.not_after.at,
            public_key: PublicKey::read(tbs.spki).map_err(|_| X509Error::Malformed {
                what: "certificate",
            })?,
            identifiers: valid(names.map_err(malformed())?.unwrap_or_default()),
            basic: basic.map_err(malformed())?.unwrap_or_default(),
            key_usage: key_usage.map_err(malformed())?,
            extended_key_usage: purposes.map_err(malformed())?.unwrap_or_default(),
            constraints: value(oid::NAME_CONSTRAINTS).map(owned),
            subject_key_id: subject_key_id.map_err(malformed())?.map(owned),
            authority_key_id: authority_key_id.map_err(malformed())?.flatten().map(owned),
            der,
        })
    }

    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of the DER.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.der)
    }

    pub(crate) fn serial(&self) -> &Serial {
        &self.serial
    }

    pub(crate) fn subject(&self) -> &Name {
        &self.subject
    }

    pub(crate) fn issuer(&self) -> &Name {
        &self.issuer
    }

    pub(crate) fn not_before(&self) -> Timestamp {
        self.not_before
    }

    pub(crate) fn not_after(&self) -> Timestamp {
        self.not_after
    }

    pub(crate) fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The valid subject alternative names; what is no valid identifier is left out.
    pub(crate) fn identifiers(&self) -> &[Identifier] {
        &self.identifiers
    }

    pub(crate) fn is_ca(&self) -> bool {
        self.basic.is_ca
    }

    pub(crate) fn path_len(&self) -> Option<u8> {
        self.basic.path_len
    }

    pub(crate) fn key_usage(&self) -> Option<KeyUsage> {
        self.key_usage
    }

    pub(crate) fn extended_key_usage(&self) -> &[ObjectIdentifier] {
        &self.extended_key_usage
    }

    /// An error where they hold what we could not keep to.
    pub(crate) fn constraints(&self) -> Result<Option<Constraints>, ConstraintError> {
        let value = self.constraints.as_deref();
        value.map(Constraints::from_der).transpose()
    }

    pub(crate) fn subject_key_id(&self) -> Option<&[u8]> {
        self.subject_key_id.as_deref()
    }

    pub(crate) fn authority_key_id(&self) -> Option<&[u8]> {
        self.authority_key_id.as_deref()
    }

    /// Where it says that its issuer, a CRL and an OCSP responder can be found. What is damaged
    /// says nothing.
    pub(crate) fn urls(&self) -> Urls {
        let read = || -> der::Result<Urls> {
            let signed = Signed::read(&self.der)?;
            let tbs = Tbs::read(signed.tbs)?;
            let mut urls = match tbs.extension(oid::AUTHORITY_INFO_ACCESS) {
                Some(access) => extension::read_authority_info_access(access.value)?,
                None => Urls::default(),
            };
            if let Some(points) = tbs.extension(oid::CRL_DISTRIBUTION_POINTS) {
                urls.crl = extension::read_crl_distribution_points(points.value)?;
            }
            Ok(urls)
        };
        read().unwrap_or_default()
    }

    /// Whether it names itself as its issuer; the signature is not looked at.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether this key made its signature.
    pub(crate) fn verify(&self, issuer: &PublicKey) -> Result<(), VerifyError> {
        let signed = Signed::read(&self.der).map_err(|_| VerifyError::Signature)?;
        let tbs = Tbs::read(signed.tbs).map_err(|_| VerifyError::Signature)?;
        let algorithm = SignatureAlgorithm::from_der(signed.algorithm);
        match algorithm {
            Some(algorithm) if tbs.algorithm == signed.algorithm => {
                issuer.verify(algorithm, signed.tbs, signed.signature)
            }
            _ => Err(VerifyError::Algorithm),
        }
    }
}

/// SHA-256 of the public key in a certificate, without reading the rest; `None` where there is none.
pub(crate) fn key_fingerprint(der: &[u8]) -> Option<Fingerprint> {
    let signed = Signed::read(der).ok()?;
    tbs_key_fingerprint(signed.tbs)
}

/// The same of what is to be signed.
pub(crate) fn tbs_key_fingerprint(tbs: &[u8]) -> Option<Fingerprint> {
    Some(Fingerprint::of(Tbs::read(tbs).ok()?.spki))
}

fn first_of(blocks: Vec<pem::Block>) -> Result<Vec<u8>, X509Error> {
    let first = blocks.into_iter().find(is_certificate);
    first
        .map(|block| block.der)
        .ok_or(X509Error::Pem(PemFault::Label))
}

fn is_certificate(block: &pem::Block) -> bool {
    matches!(&block.label[..], pem::CERTIFICATE | "X509 CERTIFICATE")
}

fn valid(found: Vec<Found>) -> Vec<Identifier> {
    let valid = |found| match found {
        Found::Name(name) => Some(name),
        Found::Invalid(..) | Found::Unsupported(_) => None,
    };
    found.into_iter().filter_map(valid).collect()
}

const MAX_SIZE: usize = 1024 * 1024;

#[cfg(test)]
mod tests;
