//! A critical extension that programs do not know makes them refuse the certificate.

use crate::base::Severity;
use crate::x509::additions::OURS;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "house-critical-extension",
    severity: Severity::Warning,
    cites: "Chancery, rule of extensions (RFC 5280, 4.2)",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let ours = |id| OURS.contains(id);
    let mut critical = drafted.tbs.extensions.iter().filter(|it| it.critical);
    let unknown = critical.find(|extension| !ours(&extension.id))?;
    Some(format!(
        "a program that does not know this critical extension refuses the certificate: {}",
        oid::title(unknown.id)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        assert_eq!(check(&fixture::intermediate()), None);
        let strange = fixture::server_with(|tbs| fixture::add(tbs, oid::CPS, &[5, 0]));
        assert!(check(&strange).is_some());
    }
}
