//! Our own certification requests, for a CA whose parent is elsewhere.

use const_oid::ObjectIdentifier;
use der::{Encode, Result as DerResult};

use crate::base::Identifier;
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::asn1::Signed;
use crate::x509::constraints::Constraints;
use crate::x509::error::X509Error;
use crate::x509::extension::{BasicConstraints, KeyUsage};
use crate::x509::key::PublicKey;
use crate::x509::name::Name;
use crate::x509::{asn1, extension, oid};

/// The extensions a request asks for; an empty part is left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) constraints: Option<Constraints>,
    pub(crate) extended_key_usage: Vec<ObjectIdentifier>,
    pub(crate) identifiers: Vec<Identifier>,
    pub(crate) key_usage: KeyUsage,
}

impl Asked {
    /// What the request for an intermediate CA asks for.
    pub(crate) fn authority(path_len: Option<u8>, constraints: Option<Constraints>) -> Self {
        Self {
            basic_constraints: Some(BasicConstraints {
                is_ca: true,
                path_len,
            }),
            constraints,
            key_usage: KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN),
            ..Self::default()
        }
    }

    fn write(&self) -> DerResult<Vec<u8>> {
        let mut extensions = Vec::new();
        if let Some(value) = self.basic_constraints {
            extensions.push(extension::basic_constraints(value)?);
        }
        if !self.key_usage.is_empty() {
            extensions.push(extension::key_usage(self.key_usage)?);
        }
        if !self.extended_key_usage.is_empty() {
            extensions.push(extension::extended_key_usage(&self.extended_key_usage)?);
        }
        if !self.identifiers.is_empty() {
            extensions.push(extension::subject_alt_name(&self.identifiers, false)?);
        }
        if let Some(constraints) = &self.constraints {
            extensions.push(constraints.extension()?);
        }
        if extensions.is_empty() {
            return Ok(Vec::new());
        }
        let values = asn1::wrap(asn1::SET, &[&asn1::sequence_of(&extensions)]);
        let id = oid::EXTENSION_REQUEST.to_der()?;
        Ok(asn1::wrap(asn1::SEQUENCE, &[&id, &values]))
    }
}

/// The DER of a request, signed by `sign` with the private half of `key`.
pub(crate) fn write_request<E: From<X509Error>>(
    subject: &Name,
    key: &PublicKey,
    algorithm: SignatureAlgorithm,
    asked: &Asked,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    let attribute = asked.write();
    let attribute = attribute.map_err(X509Error::malformed("certification request"))?;
    let attributes = asn1::wrap(asn1::context(0), &[&attribute]);
    let info = asn1::wrap(
        asn1::SEQUENCE,
        &[VERSION_1, subject.as_der(), key.spki_der(), &attributes],
    );
    let signature = sign(&info)?;
    Ok(Signed::write(&info, algorithm.der(), &signature))
}

const VERSION_1: &[u8] = &[asn1::INTEGER, 1, 0];
