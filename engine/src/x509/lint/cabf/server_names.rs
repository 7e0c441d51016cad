//! A server's certificate has alternative names.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "cabf-server-names",
    severity: Severity::Error,
    cites: "CA/Browser Forum, TLS Baseline Requirements, 7.1.2.7.12",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    (drafted.is_server() && drafted.names.is_empty())
        .then(|| "the server's certificate has no alternative names".to_owned())
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
            check(&fixture::server_with(|tbs| fixture::remove(
                tbs,
                oid::SUBJECT_ALT_NAME
            )))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(|tbs| fixture::replace(
                tbs,
                oid::SUBJECT_ALT_NAME,
                &[0x30, 0]
            )))
            .is_some()
        );
    }
}
