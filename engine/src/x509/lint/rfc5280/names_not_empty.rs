//! Where there is a list of alternative names, it holds at least one valid name.

use crate::base::Severity;
use crate::x509::general_name::Found;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-names-not-empty",
    severity: Severity::Error,
    cites: "RFC 5280, 4.2.1.6",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    drafted.tbs.extension(oid::SUBJECT_ALT_NAME)?;
    let bad = drafted
        .names
        .iter()
        .find(|name| !matches!(name, Found::Name(_)));
    match (drafted.names.is_empty(), bad) {
        (true, _) => Some("the list of alternative names is empty".to_owned()),
        (false, Some(bad)) => Some(format!("an alternative name is not valid: {bad}")),
        (false, None) => None,
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
            check(&fixture::server_with(|tbs| fixture::replace(
                tbs,
                oid::SUBJECT_ALT_NAME,
                &[0x30, 0]
            )))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(|tbs| fixture::replace(
                tbs,
                oid::SUBJECT_ALT_NAME,
                b"\x30\x06\x82\x04a..b"
            )))
            .is_some()
        );
    }
}
