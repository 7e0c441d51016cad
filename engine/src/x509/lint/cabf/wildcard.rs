//! A wildcard is the whole leftmost label of a name of at least three.

use crate::base::{Identifier, Severity};
use crate::x509::general_name::Found;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "cabf-wildcard",
    severity: Severity::Error,
    cites: "CA/Browser Forum, TLS Baseline Requirements, 3.2.2.6 and RFC 6125, 6.4.3",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let bad = drafted.names.iter().find(|found| match found {
        Found::Name(Identifier::Dns(name)) => name.is_wildcard() && name.labels().count() < 3,
        Found::Invalid(text, _) => text.contains('*'),
        Found::Name(_) | Found::Unsupported(_) => false,
    })?;
    Some(format!(
        "the wildcard is not the whole first label below a domain: {bad}"
    ))
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
                oid::SUBJECT_ALT_NAME,
                b"\x30\x05\x82\x03*.a"
            )))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(|tbs| fixture::replace(
                tbs,
                oid::SUBJECT_ALT_NAME,
                b"\x30\x08\x82\x06w*.a.b"
            )))
            .is_some()
        );
    }
}
