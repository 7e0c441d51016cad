//! A serial number holds at least 64 random bits.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};

pub(super) const LINT: Lint = Lint {
    name: "house-serial-entropy",
    severity: Severity::Error,
    cites: "Chancery, rule of serials (CA/Browser Forum, 7.1)",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let zeros = drafted
        .tbs
        .serial
        .iter()
        .take_while(|octet| **octet == 0)
        .count();
    let length = drafted.tbs.serial.len() - zeros;
    (length < 9).then(|| format!("a serial number of {length} octets can be guessed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert!(check(&fixture::server_with(|tbs| tbs.serial = &[1])).is_some());
        assert!(
            check(&fixture::server_with(
                |tbs| tbs.serial = &[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
            ))
            .is_some()
        );
    }
}
