//! A time stamping authority is nothing else, and critically says so.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "house-time-stamping",
    severity: Severity::Error,
    cites: "Chancery, rule of usage (RFC 3161, 2.3)",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let stamps = drafted.purposes.contains(&oid::TIME_STAMPING);
    match stamps {
        true if drafted.purposes.len() > 1 => {
            Some("a time stamping authority has no other purpose".to_owned())
        }
        true if !drafted.is_critical(oid::EXTENDED_KEY_USAGE) => {
            Some("time stamping must be said critically".to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert_eq!(check(&fixture::plain("timestamp", |_| {})), None);
        let meek = fixture::plain("timestamp", |tbs| {
            fixture::set_critical(tbs, oid::EXTENDED_KEY_USAGE, false);
        });
        assert!(check(&meek).is_some());
        let both = fixture::plain("timestamp", |tbs| {
            fixture::replace(tbs, oid::EXTENDED_KEY_USAGE, TWO_PURPOSES);
        });
        assert!(check(&both).is_some());
    }

    /// TLS client and time stamping.
    const TWO_PURPOSES: &[u8] = &[
        0x30, 0x14, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 2, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 8,
    ];
}
