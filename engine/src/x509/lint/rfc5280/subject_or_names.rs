//! An empty subject needs critical alternative names, and a CA a subject.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-subject-or-names",
    severity: Severity::Error,
    cites: "RFC 5280, 4.1.2.6 and 4.2.1.6",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let named = !drafted.subject.is_empty();
    let critical = drafted.is_critical(oid::SUBJECT_ALT_NAME) && !drafted.names.is_empty();
    match (named, drafted.is_ca()) {
        (false, true) => Some("the CA has no subject".to_owned()),
        (false, false) if !critical => {
            Some("the subject is empty and the alternative names are not critical".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(check(&fixture::server_with(|tbs| tbs.subject = EMPTY)).is_some());
        assert!(
            check(&fixture::server_with(|tbs| {
                tbs.subject = EMPTY;
                fixture::remove(tbs, oid::SUBJECT_ALT_NAME);
            }))
            .is_some()
        );
    }

    const EMPTY: &[u8] = &[0x30, 0];
}
