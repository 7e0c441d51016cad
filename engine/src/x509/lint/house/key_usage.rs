//! A key is used as its profile says, or less, and critically says so.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "house-key-usage",
    severity: Severity::Error,
    cites: "Chancery, rule of usage (RFC 5280, 4.2.1.3)",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let allowed = drafted.profile.key_usage(&drafted.key);
    match drafted.usage.filter(|usage| !usage.is_empty()) {
        None => Some("the certificate does not say how its key may be used".to_owned()),
        Some(usage) if !allowed.contains(usage) => Some(format!(
            "the profile does not have all of these key usages: {usage}"
        )),
        Some(_) if !drafted.is_critical(oid::KEY_USAGE) => {
            Some("the key usage is not critical".to_owned())
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert_eq!(check(&fixture::intermediate()), None);
        let with = |change: fn(&mut crate::x509::asn1::Tbs<'static>)| {
            check(&fixture::server_with(change)).is_some()
        };
        assert!(with(|tbs| fixture::remove(tbs, oid::KEY_USAGE)));
        assert!(with(|tbs| fixture::replace(
            tbs,
            oid::KEY_USAGE,
            &[3, 1, 0]
        )));
        assert!(with(|tbs| fixture::replace(
            tbs,
            oid::KEY_USAGE,
            &[3, 2, 3, 0x88]
        )));
        assert!(with(|tbs| fixture::set_critical(
            tbs,
            oid::KEY_USAGE,
            false
        )));
    }
}
