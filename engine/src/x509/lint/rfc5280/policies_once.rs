//! No policy stands there twice.

use crate::base::Severity;
use crate::x509::additions::read_policies;
use crate::x509::asn1;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-policies-once",
    severity: Severity::Error,
    cites: "RFC 5280, 4.2.1.4",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let policies = drafted.tbs.extension(oid::CERTIFICATE_POLICIES)?;
    match read_policies(policies.value).map(|ids| asn1::repeated(ids.into_iter())) {
        Ok(None) => None,
        Ok(Some(id)) => Some(format!("this policy stands there twice: {id}")),
        Err(_) => Some("the policies cannot be read back".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        let policies = |value| {
            check(&fixture::server_with(|tbs| {
                fixture::add(tbs, oid::CERTIFICATE_POLICIES, value);
            }))
        };
        assert_eq!(policies(b"\x30\x06\x30\x04\x06\x02\x2a\x03"), None);
        let twice = b"\x30\x0c\x30\x04\x06\x02\x2a\x03\x30\x04\x06\x02\x2a\x03";
        assert!(policies(twice).is_some());
        assert!(policies(b"\x05\x00").is_some());
    }
}
