//! A certificate for e-mail carries an e-mail address.

use crate::base::Identifier;
use crate::base::Severity;
use crate::x509::general_name::Found;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "cabf-email-names",
    severity: Severity::Error,
    cites: "CA/Browser Forum, S/MIME Baseline Requirements, 7.1.2.3 h",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let mails = drafted.purposes.contains(&oid::EMAIL_PROTECTION);
    let is_address = |found: &Found| matches!(found, Found::Name(Identifier::Email(_)));
    (mails && !drafted.names.iter().any(is_address))
        .then(|| "the certificate is for e-mail and names no address".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert_eq!(check(&fixture::email(|_| {})), None);
        let nameless = fixture::email(|tbs| fixture::remove(tbs, oid::SUBJECT_ALT_NAME));
        assert!(check(&nameless).is_some());
    }
}
