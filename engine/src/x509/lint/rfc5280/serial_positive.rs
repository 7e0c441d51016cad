//! A serial number is a positive integer.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-serial-positive",
    severity: Severity::Error,
    cites: "RFC 5280, 4.1.2.2",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let zero = drafted.tbs.serial.iter().all(|octet| *octet == 0);
    let negative = drafted
        .tbs
        .serial
        .first()
        .is_some_and(|first| first & 0x80 != 0);
    (zero || negative).then(|| "the serial number is not positive".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(check(&fixture::server_with(|tbs| tbs.serial = &[0])).is_some());
        assert!(
            check(&fixture::server_with(
                |tbs| tbs.serial = &[0x80, 1, 2, 3, 4, 5, 6, 7, 8]
            ))
            .is_some()
        );
    }
}
