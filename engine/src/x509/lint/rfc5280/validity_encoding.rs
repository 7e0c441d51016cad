//! Dates through 2049 are UTCTime, later ones GeneralizedTime.

use crate::base::{Severity, Timestamp};
use crate::x509::asn1::Time;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-validity-encoding",
    severity: Severity::Error,
    cites: "RFC 5280, 4.1.2.5",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let wrong = |time: &Time| time.generalized != (time.at >= YEAR_2050);
    let times = [drafted.tbs.not_before, drafted.tbs.not_after];
    let found = times.iter().find(|time| wrong(time))?;
    Some(format!(
        "a date is encoded in the wrong one of two ways: {}",
        found.at
    ))
}

const YEAR_2050: Timestamp = Timestamp::from_secs(2_524_608_000);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(
            check(&fixture::server_with(
                |tbs| tbs.not_before.generalized = true
            ))
            .is_some()
        );
        assert!(check(&fixture::server_with(|tbs| tbs.not_after.at = YEAR_2050)).is_some());
    }
}
