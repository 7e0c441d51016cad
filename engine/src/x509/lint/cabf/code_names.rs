//! Who signs programs is no host.

use crate::base::Identifier;
use crate::base::Severity;
use crate::x509::general_name::Found;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "cabf-code-names",
    severity: Severity::Error,
    cites: "CA/Browser Forum, Code Signing Baseline Requirements, 7.1.2.3",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let signs = drafted.purposes.contains(&oid::CODE_SIGNING);
    let is_host = |found: &Found| matches!(found, Found::Name(Identifier::Dns(_)));
    (signs && drafted.names.iter().any(is_host))
        .then(|| "a code signing certificate carries no host names".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert_eq!(check(&fixture::plain("code", |_| {})), None);
        let host = fixture::plain("code", |tbs| {
            fixture::add(tbs, oid::SUBJECT_ALT_NAME, b"\x30\x05\x82\x03a.b");
        });
        assert!(check(&host).is_some());
    }
}
