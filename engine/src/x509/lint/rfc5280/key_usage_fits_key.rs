//! A key is used for what its algorithm can do: only RSA enciphers, only a curve agrees on keys.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-key-usage-fits-key",
    severity: Severity::Error,
    cites: "RFC 8813, 3, RFC 8410, 5, and RFC 9881, 5",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let usage = drafted.usage.unwrap_or_default();
    let impossible = usage.without(drafted.key.possible_usage());
    (!impossible.is_empty()).then(|| {
        let title = drafted.key.title();
        format!("a key of this algorithm is not for {impossible}: {title}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::KeyType;
    use crate::x509::key::trial_key;
    use crate::x509::lint::fixture;
    use crate::x509::oid;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(
            check(&fixture::server_with(|tbs| fixture::replace(
                tbs,
                oid::KEY_USAGE,
                &[3, 2, 5, 0xa0]
            )))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(|tbs| fixture::replace(
                tbs,
                oid::KEY_USAGE,
                &[3, 2, 5, 0x20]
            )))
            .is_some()
        );
        let agreeing = |spki: &'static [u8]| {
            check(&fixture::server_with(|tbs| {
                fixture::replace(tbs, oid::KEY_USAGE, &[3, 2, 3, 0x88]);
                tbs.spki = spki;
            }))
        };
        let spki = |key_type| fixture::leak(trial_key(key_type).unwrap().spki_der().to_vec());
        assert_eq!(agreeing(spki(KeyType::P521)), None);
        for key_type in [KeyType::Ed25519, KeyType::MlDsa65, KeyType::Rsa2048] {
            assert!(agreeing(spki(key_type)).is_some(), "{key_type}");
        }
    }
}
