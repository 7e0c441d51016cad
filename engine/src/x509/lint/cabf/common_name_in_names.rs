//! A server's common name is one of its alternative names.

use crate::base::{Severity, shown};
use crate::x509::general_name::Found;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "cabf-common-name-in-names",
    severity: Severity::Warning,
    cites: "CA/Browser Forum, TLS Baseline Requirements, 7.1.4.3",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let text = |found: &Found| match found {
        Found::Name(name) => name.value(),
        Found::Invalid(..) | Found::Unsupported(_) => String::new(),
    };
    let names: Vec<String> = drafted.names.iter().map(text).collect();
    let listed = |cn: &String| names.iter().any(|name| name.eq_ignore_ascii_case(cn));
    let common_names = drafted.subject.common_names();
    let missing = common_names
        .iter()
        .find(|cn| drafted.is_server() && !listed(cn))?;
    let missing = shown(missing);
    Some(format!(
        "clients ignore the common name, which is not an alternative name: {missing}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;
    use crate::x509::name::Name;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(
            check(&fixture::server_with(|tbs| tbs.subject = fixture::leak(
                Name::common_name("b.internal").as_der().to_vec()
            )))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(
                |tbs| tbs.subject = fixture::leak(Name::common_name("Anna").as_der().to_vec())
            ))
            .is_some()
        );
    }
}
