//! Proof that a key was used: made by the vault, consumed by the store's writer alone.

use super::KeyId;

/// What a key was used to sign.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Purpose {
    /// To a public CA: one exchange of an order or of an account.
    AcmeRequest,
    Certificate,
    Checkpoint,
    Crl,
    Request,
    /// To see whether a backup's keys sign.
    Trial,
}

/// One use of a private key. It must travel in a change to the writer, which writes it into the
/// audit in the same commit as what the key was used for. If that commit never happens, the intent
/// that was durable before the use still tells of it.
#[derive(Debug)]
#[must_use = "a use of a key must reach the audit: put the receipt into the change"]
pub(crate) struct Receipt {
    key: KeyId,
    purpose: Purpose,
}

impl Receipt {
    pub(crate) fn new(key: KeyId, purpose: Purpose) -> Self {
        Self { key, purpose }
    }

    /// For the writer alone: what goes into the audit entry.
    pub(crate) fn consume(self) -> (KeyId, Purpose) {
        (self.key, self.purpose)
    }
}

impl Purpose {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::AcmeRequest => "sign a request to a public CA",
            Self::Certificate => "sign a certificate",
            Self::Checkpoint => "sign an audit checkpoint",
            Self::Crl => "sign a CRL",
            Self::Request => "sign a certification request",
            Self::Trial => "make a test signature",
        }
    }
}
