//! A leaf says what it is for, within its profile.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-extended-key-usage",
    severity: Severity::Error,
    cites: "RFC 5280, 4.2.1.12",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let wanted = &drafted.profile.extended_key_usage;
    let wider = drafted
        .purposes
        .iter()
        .find(|purpose| !wanted.contains(purpose));
    match (drafted.purposes.is_empty() && !wanted.is_empty(), wider) {
        (true, _) => Some("the certificate does not say what it is for".to_owned()),
        (false, Some(wider)) => {
            let wider = oid::title(*wider);
            Some(format!("the profile does not have this purpose: {wider}"))
        }
        (false, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use der::Encode;

    use super::*;
    use crate::x509::asn1;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(
            check(&fixture::server_with(|tbs| fixture::remove(
                tbs,
                oid::EXTENDED_KEY_USAGE
            )))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(|tbs| {
                let both = [oid::SERVER_AUTH, oid::CLIENT_AUTH].map(|id| id.to_der().unwrap());
                let both = fixture::leak(asn1::sequence_of(&both));
                fixture::replace(tbs, oid::EXTENDED_KEY_USAGE, both);
            }))
            .is_some()
        );
    }
}
