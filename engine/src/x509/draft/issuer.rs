//! A CA, seen from what it issues.

use std::sync::Arc;

use crate::base::Timestamp;
use crate::x509::additions::Additions;
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::certificate::Certificate;
use crate::x509::constraints::Constraints;
use crate::x509::draft::DraftError;
use crate::x509::extension::Urls;
use crate::x509::key::PublicKey;
use crate::x509::name::Name;

/// A CA as issuing sees it.
#[derive(Clone, Debug)]
pub(crate) struct IssuerView {
    pub(crate) subject: Name,
    pub(crate) key: PublicKey,
    /// The subject key identifier of its own certificate.
    pub(crate) key_id: Vec<u8>,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) path_len: Option<u8>,
    pub(crate) constraints: Option<Constraints>,
    /// Empty unless a person set them for this CA.
    pub(crate) urls: Urls,
    /// Empty unless a person set them for this CA.
    pub(crate) additions: Arc<Additions>,
}

impl IssuerView {
    /// Reads everything but the algorithm, and what a person set, out of the CA's own certificate.
    pub(crate) fn of(
        certificate: &Certificate,
        algorithm: SignatureAlgorithm,
        (urls, additions): (Urls, Additions),
    ) -> Result<Self, DraftError> {
        if !certificate.is_ca() {
            return Err(DraftError::NotACa);
        }
        let key = certificate.public_key().clone();
        let key_id = certificate.subject_key_id().map(<[u8]>::to_vec);
        Ok(Self {
            subject: certificate.subject().clone(),
            key_id: key_id.unwrap_or_else(|| key.key_id().to_vec()),
            key,
            algorithm,
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            path_len: certificate.path_len(),
            constraints: certificate.constraints()?,
            urls,
            additions: Arc::new(additions),
        })
    }
}
