//! The certificate at the end of the way.

use crate::base::{Finding, Fingerprint, Identifier, Serial, Timestamp};
use crate::x509::constraints::Constraints;
use crate::x509::draft::Draft;
use crate::x509::key::PublicKey;
use crate::x509::name::Name;
use crate::x509::pem;
use crate::x509::profile::Profile;

/// A certificate we issued, with its draft and the warnings of its lints.
#[derive(Debug)]
pub(crate) struct SignedCertificate {
    pub(super) der: Vec<u8>,
    pub(super) draft: Draft,
    pub(super) warnings: Vec<Finding>,
}

impl SignedCertificate {
    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(crate) fn into_der(self) -> Vec<u8> {
        self.der
    }

    pub(crate) fn pem(&self) -> String {
        pem::encode(pem::CERTIFICATE, &self.der)
    }

    /// SHA-256 of the DER.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.der)
    }

    pub(crate) fn profile(&self) -> &'static Profile {
        self.draft.profile
    }

    pub(crate) fn subject(&self) -> &Name {
        self.draft.subject()
    }

    pub(crate) fn identifiers(&self) -> &[Identifier] {
        self.draft.identifiers()
    }

    pub(crate) fn serial(&self) -> &Serial {
        self.draft.serial()
    }

    pub(crate) fn not_before(&self) -> Timestamp {
        self.draft.not_before()
    }

    pub(crate) fn not_after(&self) -> Timestamp {
        self.draft.not_after()
    }

    pub(crate) fn key(&self) -> &PublicKey {
        self.draft.key()
    }

    pub(crate) fn is_ca(&self) -> bool {
        self.draft.is_ca()
    }

    pub(crate) fn path_len(&self) -> Option<u8> {
        self.draft.path_len()
    }

    pub(crate) fn constraints(&self) -> Option<&Constraints> {
        self.draft.constraints()
    }

    pub(crate) fn warnings(&self) -> &[Finding] {
        &self.warnings
    }
}
