//! Revocation at the CA, by the account or by the certificate's own key (RFC 8555, 7.6).

use serde_json::json;

use super::error::AcmeError;
use super::problem::Cause;
use super::session::{Failure, Session};
use crate::base::{RevocationReason, base64url};

impl Session {
    /// A session without an account signs with the certificate's own key. One that the CA has
    /// revoked before is revoked.
    pub(crate) async fn revoke(
        &self,
        certificate: &[u8],
        reason: RevocationReason,
    ) -> Result<(), Failure> {
        let url = self.server.directory.revoke_cert.clone();
        let url = url.ok_or(AcmeError::NotOffered("revocation"))?;
        let mut payload = json!({ "certificate": base64url(certificate) });
        // Unspecified is left out (RFC 5280, 5.3.1).
        if reason.code() != 0 {
            payload["reason"] = reason.code().into();
        }
        match self.post(&url, &payload).await {
            Err(failure) if failure.cause() == Some(Cause::AlreadyRevoked) => Ok(()),
            done => done.map(drop),
        }
    }
}
