//! The certificate at the end of the way.

/// A certificate we issued; its issuer's key has verified the signature.
#[derive(Debug)]
pub(crate) struct SignedCertificate {
    pub(super) der: Vec<u8>,
}

impl SignedCertificate {
    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(crate) fn into_der(self) -> Vec<u8> {
        self.der
    }

    #[cfg(test)]
    pub(crate) fn pem(&self) -> String {
        crate::x509::pem::encode(crate::x509::pem::CERTIFICATE, &self.der)
    }
}
