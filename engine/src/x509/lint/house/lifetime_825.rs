//! Apple systems refuse any server's certificate of more than 825 days.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "house-lifetime-825",
    severity: Severity::Warning,
    cites: "Chancery, rule of validity (Apple HT210176)",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let days = drafted.days();
    (drafted.is_server() && days > 825)
        .then(|| format!("{days} days are more than 825, and Apple systems refuse such a server"))
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
                |tbs| tbs.not_after.at = tbs.not_before.at.plus_days(826).plus_secs(-1)
            ))
            .is_some()
        );
        assert!(
            check(&fixture::server_with(
                |tbs| tbs.not_after.at = tbs.not_before.at.plus_days(825)
            ))
            .is_some()
        );
    }
}
