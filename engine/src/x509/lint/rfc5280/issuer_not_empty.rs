//! The issuer has a name.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-issuer-not-empty",
    severity: Severity::Error,
    cites: "RFC 5280, 4.1.2.4",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    drafted
        .issuer
        .is_empty()
        .then(|| "the issuer's name is empty".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(check(&fixture::server_with(|tbs| tbs.issuer = EMPTY)).is_some());
    }

    const EMPTY: &[u8] = &[0x30, 0];
}
