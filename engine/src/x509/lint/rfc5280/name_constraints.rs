//! Name constraints stand in CA certificates only, and critically.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-name-constraints",
    severity: Severity::Error,
    cites: "RFC 5280, 4.2.1.10",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    drafted.tbs.extension(oid::NAME_CONSTRAINTS)?;
    match (drafted.is_ca(), drafted.is_critical(oid::NAME_CONSTRAINTS)) {
        (false, _) => Some("a leaf has name constraints".to_owned()),
        (true, false) => Some("the name constraints are not critical".to_owned()),
        (true, true) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::intermediate()), None);
        assert!(
            check(&fixture::intermediate_with(|tbs| fixture::set_critical(
                tbs,
                oid::NAME_CONSTRAINTS,
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
