//! The certified key is named, and never critically.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::{extension, oid};

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-subject-key-id",
    severity: Severity::Error,
    cites: "RFC 5280, 4.2.1.2",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let value = drafted
        .tbs
        .extension(oid::SUBJECT_KEY_ID)
        .map(|extension| extension.value);
    match value.map(extension::read_subject_key_id) {
        None => Some("the subject key identifier is missing".to_owned()),
        Some(Err(_) | Ok([])) => Some("the subject key identifier names no key".to_owned()),
        Some(Ok(_)) if drafted.is_critical(oid::SUBJECT_KEY_ID) => {
            Some("the subject key identifier is critical".to_owned())
        }
        Some(Ok(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(
            check(&fixture::server_with(|tbs| fixture::remove(
                tbs,
                oid::SUBJECT_KEY_ID
            )))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(|tbs| fixture::set_critical(
                tbs,
                oid::SUBJECT_KEY_ID,
                true
            )))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(|tbs| fixture::replace(
                tbs,
                oid::SUBJECT_KEY_ID,
                &[4, 0]
            )))
            .is_some()
        );
    }
}
