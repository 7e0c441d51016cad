//! A certificate with extensions is of version 3.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-version-3",
    severity: Severity::Error,
    cites: "RFC 5280, 4.1.2.1",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let version = drafted.tbs.version;
    (version != 3).then(|| format!("the certificate is of version {version}, not 3"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(check(&fixture::server_with(|tbs| tbs.version = 1)).is_some());
        assert!(check(&fixture::server_with(|tbs| tbs.version = 2)).is_some());
        assert!(check(&fixture::server_with(|tbs| tbs.version = 4)).is_some());
    }
}
