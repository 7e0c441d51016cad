//! Browsers refuse publicly trusted servers' certificates of more than 398 days.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "cabf-lifetime-398",
    severity: Severity::Warning,
    cites: "CA/Browser Forum, TLS Baseline Requirements, 6.3.2 (since 2020)",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let days = drafted.days();
    (drafted.is_server() && (399..=825).contains(&days))
        .then(|| format!("{days} days are more than the 398 that public certificates may last"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(
            check(&fixture::server_with(
                |tbs| tbs.not_after.at = tbs.not_before.at.plus_days(399).plus_secs(-1)
            ))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(
                |tbs| tbs.not_after.at = tbs.not_before.at.plus_days(398)
            ))
            .is_some()
        );
    }
}
