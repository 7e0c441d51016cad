//! Host names of servers have no underscore.

use crate::base::{Identifier, Severity};
use crate::x509::general_name::Found;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "cabf-underscore",
    severity: Severity::Warning,
    cites: "CA/Browser Forum, TLS Baseline Requirements, 7.1.2.7.12",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let name = drafted.names.iter().find_map(|found| match found {
        Found::Name(Identifier::Dns(name)) if name.as_str().contains('_') => Some(name),
        _ => None,
    });
    let name = name.filter(|_| drafted.is_server())?;
    Some(format!(
        "some clients refuse a host name with an underscore: {name}"
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
                b"\x30\x07\x82\x05a_b.c"
            )))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(|tbs| fixture::replace(
                tbs,
                oid::SUBJECT_ALT_NAME,
                b"\x30\x06\x82\x04_a.c"
            )))
            .is_some()
        );
    }
}
