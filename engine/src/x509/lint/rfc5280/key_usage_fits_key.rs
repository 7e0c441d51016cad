//! Only an RSA key enciphers keys.

use crate::base::Severity;
use crate::x509::extension::KeyUsage;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-key-usage-fits-key",
    severity: Severity::Error,
    cites: "RFC 8813, 3, and RFC 8410, 5",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let usage = drafted.usage.unwrap_or_default();
    (usage.contains(KeyUsage::KEY_ENCIPHERMENT) && !drafted.key.is_rsa()).then(|| {
        format!(
            "a key of this algorithm cannot encipher keys: {}",
            drafted.key.title()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
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
    }
}
