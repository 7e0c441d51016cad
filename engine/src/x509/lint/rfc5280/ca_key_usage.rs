//! A CA's key signs certificates and CRLs, and critically says so.

use crate::base::Severity;
use crate::x509::extension::KeyUsage;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-ca-key-usage",
    severity: Severity::Error,
    cites: "RFC 5280, 4.2.1.3",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let needed = KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN);
    let has = drafted.usage.is_some_and(|usage| usage.contains(needed));
    (drafted.profile.is_ca && !(has && drafted.is_critical(oid::KEY_USAGE)))
        .then(|| "the CA lacks critical keyCertSign and cRLSign".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::intermediate()), None);
        assert!(
            check(&fixture::intermediate_with(|tbs| fixture::remove(
                tbs,
                oid::KEY_USAGE
            )))
            .is_some()
        );
        assert!(
            check(&fixture::intermediate_with(|tbs| fixture::set_critical(
                tbs,
                oid::KEY_USAGE,
                false
            )))
            .is_some()
        );
        assert!(
            check(&fixture::intermediate_with(|tbs| fixture::replace(
                tbs,
                oid::KEY_USAGE,
                &[3, 2, 2, 4]
            )))
            .is_some()
        );
    }
}
