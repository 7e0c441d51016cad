//! An intermediate CA has a path length.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "house-path-length",
    severity: Severity::Warning,
    cites: "Chancery, rule of path lengths (RFC 5280, 4.2.1.9)",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let unlimited = drafted
        .basic
        .is_some_and(|basic| basic.is_ca && basic.path_len.is_none());
    (unlimited && drafted.subject != drafted.issuer)
        .then(|| "nothing limits how many CAs stand below this intermediate".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;
    use crate::x509::oid;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::intermediate()), None);
        assert!(
            check(&fixture::intermediate_with(|tbs| fixture::replace(
                tbs,
                oid::BASIC_CONSTRAINTS,
                b"\x30\x03\x01\x01\xff"
            )))
            .is_some()
        );
    }
}
