//! A serial number has at most 20 octets.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "rfc5280-serial-length",
    severity: Severity::Error,
    cites: "RFC 5280, 4.1.2.2",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let length = drafted.tbs.serial.len();
    (length > 20).then(|| format!("the serial number has {length} octets, more than 20"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(check(&fixture::server_with(|tbs| tbs.serial = &[1; 21])).is_some());
        assert!(check(&fixture::server_with(|tbs| tbs.serial = &[0x7f; 40])).is_some());
    }
}
