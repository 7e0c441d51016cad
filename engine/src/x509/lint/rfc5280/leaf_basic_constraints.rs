//! A leaf is no CA and has no path length.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-leaf-basic-constraints",
    severity: Severity::Error,
    cites: "RFC 5280, 4.2.1.9",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let basic = drafted.basic.filter(|_| !drafted.profile.is_ca)?;
    (basic.is_ca || basic.path_len.is_some())
        .then(|| "the certificate is for a leaf but says that it is a CA".to_owned())
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
            check(&fixture::server_with(|tbs| fixture::add(
                tbs,
                oid::BASIC_CONSTRAINTS,
                b"\x30\x03\x01\x01\xff"
            )))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(|tbs| fixture::add(
                tbs,
                oid::BASIC_CONSTRAINTS,
                b"\x30\x03\x02\x01\x00"
            )))
            .is_some()
        );
    }
}
