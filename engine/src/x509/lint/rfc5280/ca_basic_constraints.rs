//! A CA says so in critical basic constraints.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-ca-basic-constraints",
    severity: Severity::Error,
    cites: "RFC 5280, 4.2.1.9",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let marked = drafted.is_ca() && drafted.is_critical(oid::BASIC_CONSTRAINTS);
    (drafted.profile.is_ca && !marked).then(|| "the CA lacks critical basic constraints".to_owned())
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
                oid::BASIC_CONSTRAINTS
            )))
            .is_some()
        );
        assert!(
            check(&fixture::intermediate_with(|tbs| fixture::set_critical(
                tbs,
                oid::BASIC_CONSTRAINTS,
                false
            )))
            .is_some()
        );
        assert!(
            check(&fixture::intermediate_with(|tbs| fixture::replace(
                tbs,
                oid::BASIC_CONSTRAINTS,
                &[0x30, 0]
            )))
            .is_some()
        );
    }
}
