//! The algorithm is the one the issuer signs with.

use crate::base::{KeyType, Severity};
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-algorithm-known",
    severity: Severity::Error,
    cites: "RFC 5280, 4.1.1.2 and 4.1.2.3",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let made = KeyType::ALL.map(SignatureAlgorithm::of);
    (!drafted
        .algorithm
        .is_some_and(|algorithm| made.contains(&algorithm)))
    .then(|| "the signature algorithm is not one of those we sign with".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(check(&fixture::server_with(|tbs| tbs.algorithm = &[0x30, 0])).is_some());
        assert!(
            check(&fixture::server_with(
                |tbs| tbs.algorithm = SignatureAlgorithm::RsaSha512.der()
            ))
            .is_some()
        );
    }
}
