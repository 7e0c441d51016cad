//! Certification requests (PKCS #10, RFC 2986): what somebody asks us to certify.

mod error;
mod write;

use const_oid::ObjectIdentifier;
use der::{Decode, ErrorKind, Reader, Result as DerResult, SliceReader};

use crate::base::Identifier;
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::asn1::{Extension, Signed};
use crate::x509::constraints::Constraints;
use crate::x509::extension::{BasicConstraints, KeyUsage};
use crate::x509::general_name::Found;
use crate::x509::key::{PublicKey, VerifyError};
use crate::x509::name::Name;
use crate::x509::{asn1, extension, general_name, oid, pem};
pub(crate) use error::RequestError;
pub(crate) use write::{Asked, write_request};

/// A request that was read completely, whose signature proves possession of its key, and whose
/// key may be certified.
#[derive(Clone)]
pub(crate) struct CertificationRequest {
    der: Vec<u8>,
    subject: Name,
    key: PublicKey,
    extensions: Vec<Wanted>,
}

/// An extension as the request asks for it.
#[derive(Clone)]
struct Wanted {
    id: ObjectIdentifier,
    critical: bool,
    value: Vec<u8>,
}

impl CertificationRequest {
    /// Reads PEM or DER of at most 64 KiB.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.len() > MAX_SIZE {
            return Err(RequestError::TooLarge);
        }
        let der = match bytes.first() == Some(&asn1::SEQUENCE) && !pem::is_pem(bytes) {
            true => bytes.to_vec(),
            false => from_pem(bytes)?,
        };
        let malformed = |_| RequestError::Malformed;
        let signed = Signed::read(&der).map_err(malformed)?;
        let info = Info::read(signed.tbs).map_err(malformed)?;
        let subject = Name::from_der(info.subject).map_err(|_| RequestError::Malformed)?;
        let extensions = extensions(&info.attributes)?;
        let key = PublicKey::accept(info.spki)?;
        prove(&key, &signed)?;
        Ok(Self {
            subject,
            key,
            extensions,
            der,
        })
    }

    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(crate) fn subject(&self) -> &Name {
        &self.subject
    }

    pub(crate) fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The subject alternative names asked for, in order, without repetitions.
    pub(crate) fn identifiers(&self) -> Result<Vec<Identifier>, RequestError> {
        let Some(value) = self.extension(oid::SUBJECT_ALT_NAME) else {
            return Ok(Vec::new());
        };
        let damaged = |_| RequestError::Extension(oid::SUBJECT_ALT_NAME);
        let found = general_name::read_all(value).map_err(damaged)?;
        if found.len() > MAX_NAMES {
            return Err(RequestError::TooManyNames(found.len()));
        }
        let mut names = Vec::with_capacity(found.len());
        for found in found {
            match found {
                Found::Name(name) if names.contains(&name) => {}
                Found::Name(name) => names.push(name),
                Found::Invalid(text, error) => return Err(RequestError::Name(text, error)),
                Found::Unsupported(kind) => return Err(RequestError::NameKind(kind)),
            }
        }
        Ok(names)
    }

    pub(crate) fn basic_constraints(&self) -> Result<Option<BasicConstraints>, RequestError> {
        self.asked(oid::BASIC_CONSTRAINTS, BasicConstraints::read)
    }

    pub(crate) fn key_usage(&self) -> Result<Option<KeyUsage>, RequestError> {
        self.asked(oid::KEY_USAGE, KeyUsage::read)
    }

    pub(crate) fn extended_key_usage(&self) -> Result<Option<Vec<ObjectIdentifier>>, RequestError> {
        self.asked(oid::EXTENDED_KEY_USAGE, extension::read_extended_key_usage)
    }

    pub(crate) fn name_constraints(&self) -> Result<Option<Constraints>, RequestError> {
        let value = self.extension(oid::NAME_CONSTRAINTS);
        value
            .map(Constraints::from_der)
            .transpose()
            .map_err(RequestError::Constraints)
    }

    /// Extensions that have no field of their own, by object id.
    pub(crate) fn others(&self) -> impl Iterator<Item = ObjectIdentifier> {
        let own = |id: &ObjectIdentifier| {
            matches!(
                *id,
                oid::BASIC_CONSTRAINTS
                    | oid::EXTENDED_KEY_USAGE
                    | oid::KEY_USAGE
                    | oid::SUBJECT_ALT_NAME
            )
        };
        self.extensions
            .iter()
            .map(|wanted| wanted.id)
            .filter(move |id| !own(id))
    }

    /// Every extension asked for, in order.
    pub(super) fn extensions(&self) -> impl Iterator<Item = Extension<'_>> {
        self.extensions.iter().map(|wanted| Extension {
            id: wanted.id,
            critical: wanted.critical,
            value: &wanted.value,
        })
    }

    fn extension(&self, id: ObjectIdentifier) -> Option<&[u8]> {
        let wanted = self.extensions.iter().find(|wanted| wanted.id == id);
        wanted.map(|wanted| &wanted.value[..])
    }

    fn asked<T>(
        &self,
        id: ObjectIdentifier,
        read: impl FnOnce(&[u8]) -> DerResult<T>,
    ) -> Result<Option<T>, RequestError> {
        let value = self.extension(id).map(read).transpose();
        value.map_err(|_| RequestError::Extension(id))
    }
}

/// `CertificationRequestInfo` (RFC 2986, 4.1).
struct Info<'a> {
    subject: &'a [u8],
    spki: &'a [u8],
    attributes: Vec<(ObjectIdentifier, &'a [u8])>,
}

impl<'a> Info<'a> {
    fn read(der: &'a [u8]) -> DerResult<Self> {
        asn1::read_all(der, |reader| {
            reader.sequence(|reader| {
                if u8::decode(reader)? != 0 {
                    return Err(der::Error::from(ErrorKind::Failed));
                }
                let subject = asn1::sequence_tlv(reader)?;
                let spki = asn1::sequence_tlv(reader)?;
                // Some programs leave an empty set of attributes out.
                let attributes = asn1::optional(reader, asn1::context(0))?;
                Ok(Self {
                    subject,
                    spki,
                    attributes: read_attributes(attributes.unwrap_or_default())?,
                })
            })
        })
    }
}

fn read_attributes(set: &[u8]) -> DerResult<Vec<(ObjectIdentifier, &[u8])>> {
    let mut reader = SliceReader::new(set)?;
    let mut attributes = Vec::new();
    while !reader.is_finished() {
        attributes.push(asn1::in_sequence(&mut reader, |reader| {
            let id = ObjectIdentifier::decode(reader)?;
            Ok((id, asn1::content(reader, asn1::SET)?))
        })?);
    }
    Ok(attributes)
}

/// The extensions asked for; each attribute and each extension at most once.
fn extensions(attributes: &[(ObjectIdentifier, &[u8])]) -> Result<Vec<Wanted>, RequestError> {
    if let Some(id) = asn1::repeated(attributes.iter().map(|(id, _)| *id)) {
        return Err(RequestError::Repeated(id));
    }
    let asked = attributes
        .iter()
        .find(|(id, _)| *id == oid::EXTENSION_REQUEST);
    let Some((_, values)) = asked else {
        return Ok(Vec::new());
    };
    let list = asn1::read_extensions(values).map_err(|_| RequestError::Malformed)?;
    if let Some(id) = asn1::repeated(list.iter().map(|extension| extension.id)) {
        return Err(RequestError::Repeated(id));
    }
    let own = |extension: &Extension<'_>| Wanted {
        id: extension.id,
        critical: extension.critical,
        value: extension.value.to_vec(),
    };
    Ok(list.iter().map(own).collect())
}

/// Whoever made the request holds the private key (RFC 2986, 4.2).
fn prove(key: &PublicKey, signed: &Signed<'_>) -> Result<(), RequestError> {
    let algorithm = SignatureAlgorithm::from_der(signed.algorithm);
    let algorithm = algorithm.ok_or(RequestError::Algorithm)?;
    match key.verify(algorithm, signed.tbs, signed.signature) {
        Ok(()) => Ok(()),
        Err(VerifyError::Algorithm) => Err(RequestError::Mismatched(algorithm, key.title())),
        Err(VerifyError::Signature) => Err(RequestError::Signature),
    }
}

/// Exactly one request; a private key beside it is refused rather than skipped.
fn from_pem(bytes: &[u8]) -> Result<Vec<u8>, RequestError> {
    let blocks = pem::decode(bytes, MAX_SIZE)?;
    if blocks
        .iter()
        .any(|block| block.label.ends_with("PRIVATE KEY"))
    {
        return Err(RequestError::PrivateKey);
    }
    let is_request = |block: &pem::Block| {
        matches!(
            &block.label[..],
            pem::CERTIFICATE_REQUEST | "NEW CERTIFICATE REQUEST"
        )
    };
    let label = blocks[0].label.clone();
    let mut requests = blocks.into_iter().filter(is_request);
    match (requests.next(), requests.next()) {
        (Some(request), None) => Ok(request.der),
        (Some(_), Some(_)) => Err(RequestError::Several),
        (None, _) => Err(RequestError::Other(label)),
    }
}

/// Larger than a request with an RSA key of 8192 bits and as many names as we take.
const MAX_SIZE: usize = 64 * 1024;

/// Each name costs every client that connects some 30 octets; with this many a certificate still
/// fits into one TLS record of 16 KiB.
pub(super) const MAX_NAMES: usize = 250;

#[cfg(test)]
mod tests;
