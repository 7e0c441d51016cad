//! A common name has at most 64 characters.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::name::Name;

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-common-name-length",
    severity: Severity::Error,
    cites: "RFC 5280, A.1 (ub-common-name)",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let long = |cn: &String| cn.chars().count() > Name::LONGEST_COMMON_NAME;
    let found = drafted.subject.common_names().into_iter().find(long)?;
    let count = found.chars().count();
    Some(format!(
        "the common name has {count} characters, more than 64; put the name among the alternative \
         names only"
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
            check(&fixture::server_with(|tbs| tbs.subject = fixture::leak(
                Name::common_name(&"a".repeat(65)).as_der().to_vec()
            )))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(|tbs| tbs.subject = fixture::leak(
                Name::common_name(&"ä".repeat(80)).as_der().to_vec()
            )))
            .is_some()
        );
    }
}
