//! No extension stands there twice.

use const_oid::ObjectIdentifier;

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-no-duplicate-extension",
    severity: Severity::Error,
    cites: "RFC 5280, 4.2",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let mut ids: Vec<ObjectIdentifier> = drafted.tbs.extensions.iter().map(|one| one.id).collect();
    ids.sort();
    let twice = ids.windows(2).find(|pair| pair[0] == pair[1])?;
    Some(format!(
        "an extension stands there twice: {}",
        oid::title(twice[0])
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(
            check(&fixture::server_with(|tbs| fixture::add(
                tbs,
                oid::KEY_USAGE,
                &[3, 2, 7, 0x80]
            )))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(|tbs| fixture::add(
                tbs,
                oid::SUBJECT_ALT_NAME,
                &[0x30, 0]
            )))
            .is_some()
        );
    }
}
