//! A certificate does not end before it begins.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-validity-order",
    severity: Severity::Error,
    cites: "RFC 5280, 4.1.2.5",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let (from, until) = (drafted.tbs.not_before.at, drafted.tbs.not_after.at);
    (until <= from).then(|| format!("the certificate ends on {until}, before it begins"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(
            check(&fixture::server_with(|tbs| std::mem::swap(
                &mut tbs.not_before,
                &mut tbs.not_after
            )))
            .is_some()
        );
        assert!(check(&fixture::server_with(|tbs| tbs.not_after = tbs.not_before)).is_some());
    }
}
