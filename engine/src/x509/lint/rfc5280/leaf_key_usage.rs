//! Only a CA's key signs certificates.

use crate::base::Severity;
use crate::x509::extension::KeyUsage;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-leaf-key-usage",
    severity: Severity::Error,
    cites: "RFC 5280, 4.2.1.3 and 4.2.1.9",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let signs = drafted
        .usage
        .is_some_and(|usage| usage.contains(KeyUsage::KEY_CERT_SIGN));
    (!drafted.is_ca() && signs).then(|| "a leaf's key may not sign certificates".to_owned())
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
                &[3, 2, 2, 4]
            )))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(|tbs| fixture::replace(
                tbs,
                oid::KEY_USAGE,
                &[3, 2, 1, 6]
            )))
            .is_some()
        );
    }
}
