//! An OCSP signer is nothing else, and nobody asks whether it was revoked.

use crate::base::Severity;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "house-ocsp-signer",
    severity: Severity::Error,
    cites: "Chancery, rule of usage (RFC 6960, 4.2.2.2.1)",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let is_signer = drafted.purposes.contains(&oid::OCSP_SIGNING);
    let no_check = drafted.tbs.extension(oid::OCSP_NO_CHECK);
    match (is_signer, no_check) {
        (true, None) => Some("the OCSP signer would have to be asked about itself".to_owned()),
        (true, Some(_)) if drafted.purposes.len() > 1 => {
            Some("an OCSP signer has no other purpose".to_owned())
        }
        (false, Some(_)) => Some("only an OCSP signer is exempt from being checked".to_owned()),
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
        assert_eq!(check(&fixture::plain("ocsp", |_| {})), None);
        let without = fixture::plain("ocsp", |tbs| fixture::remove(tbs, oid::OCSP_NO_CHECK));
        assert!(check(&without).is_some());
        let both = fixture::plain("ocsp", |tbs| {
            fixture::replace(tbs, oid::EXTENDED_KEY_USAGE, TWO_PURPOSES);
        });
        assert!(check(&both).is_some());
        let server = fixture::server_with(|tbs| fixture::add(tbs, oid::OCSP_NO_CHECK, &[5, 0]));
        assert!(check(&server).is_some());
    }

    /// TLS client and OCSP signing.
    const TWO_PURPOSES: &[u8] = &[
        0x30, 0x14, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 2, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 9,
    ];
}
