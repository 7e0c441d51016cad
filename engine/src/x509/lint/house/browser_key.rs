//! No browser accepts a server's Ed25519 or ML-DSA key or signature.

use crate::base::Severity;
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "house-browser-key",
    severity: Severity::Warning,
    cites: "Chancery, rule of algorithms (CA/Browser Forum, 7.1.3.1)",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let of_key = SignatureAlgorithm::usual(drafted.key.kind());
    let refused = [of_key, drafted.algorithm]
        .into_iter()
        .flatten()
        .find(|algorithm| algorithm.is_for_private_chains());
    refused.filter(|_| drafted.is_server()).map(|algorithm| {
        let title = algorithm.title();
        format!("no browser accepts {title} in a server's certificate")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        for algorithm in [SignatureAlgorithm::Ed25519, SignatureAlgorithm::MlDsa65] {
            let signed = fixture::server_with(|tbs| tbs.algorithm = algorithm.der());
            assert!(check(&signed).unwrap().contains(algorithm.title()));
        }
        assert!(check(&fixture::server_with(|tbs| tbs.spki = ED25519_KEY)).is_some());
    }

    const ED25519_KEY: &[u8] = &[
        0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0, 0xd7, 0x5a, 0x98, 1, 0x82, 0xb1,
        0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 7, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda,
        0xa6, 0x23, 0x25, 0xaf, 2, 0x1a, 0x68, 0xf7, 7, 0x51, 0x1a,
    ];
}
