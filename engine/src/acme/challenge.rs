//! What a CA looks for in the DNS (RFC 8555, 8.1 and 8.4; draft-ietf-acme-dns-persist).

use super::jws::AccountKey;
use crate::base::{base64url, sha256};

/// The TXT record's value: base64url of the SHA-256 of token and thumbprint. It is no secret.
pub(crate) fn record_value(token: &str, key: &AccountKey) -> String {
    let authorization = format!("{token}.{}", key.thumbprint());
    base64url(&sha256(&[authorization.as_bytes()]))
}

/// The value of a record that stays: which CA may issue to which account, in the syntax of CAA
/// (RFC 8659, 4.2).
pub(crate) fn persistent_value(issuer: &str, account_url: &str, wildcard: bool) -> String {
    let policy = if wildcard { "; policy=wildcard" } else { "" };
    format!("{issuer}; accounturi={account_url}{policy}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_stays_names_ca_and_account_and_says_where_wildcards_are_meant() {
        let value =
            |wildcard| persistent_value("ca.example", "https://ca.example/acct/1", wildcard);
        assert_eq!(
            value(false),
            "ca.example; accounturi=https://ca.example/acct/1"
        );
        assert!(value(true).ends_with("; policy=wildcard"));
    }
}
