//! What a CA looks for in the DNS (RFC 8555, 8.1 and 8.4).

use super::jws::AccountKey;
use crate::base::{base64url, sha256};

/// The TXT record's value: base64url of the SHA-256 of token and thumbprint. It is no secret.
pub(crate) fn record_value(token: &str, key: &AccountKey) -> String {
    let authorization = format!("{token}.{}", key.thumbprint());
    base64url(&sha256(&[authorization.as_bytes()]))
}
