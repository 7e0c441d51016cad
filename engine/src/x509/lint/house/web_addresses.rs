//! The issuer and its CRL are fetched without TLS: checking that connection would need them.

use crate::base::Severity;
use crate::base::shown;
use crate::x509::extension;
use crate::x509::lint::{Drafted, Lint};
use crate::x509::oid;

pub(super) const LINT: Lint = Lint {
    name: "house-web-addresses",
    severity: Severity::Warning,
    cites: "Chancery, rule of addresses (RFC 5280, 8)",
    check,
};

fn check(drafted: &Drafted<'_>) -> Option<String> {
    let value = |id| drafted.tbs.extension(id).map(|extension| extension.value);
    let lists = value(oid::CRL_DISTRIBUTION_POINTS).map(extension::read_crl_distribution_points);
    let places = value(oid::AUTHORITY_INFO_ACCESS).map(extension::read_authority_info_access);
    let lists = lists.and_then(Result::ok).unwrap_or_default();
    let places = places.and_then(Result::ok).unwrap_or_default();
    let mut all = lists.iter().chain(&places.issuer).chain(&places.ocsp);
    let wrong = all.find(|url| !url.starts_with("http://"))?;
    Some(format!(
        "many programs do not fetch this address, because checking its own certificate could need \
         it: {}",
        shown(wrong)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::lint::fixture;

    #[test]
    fn what_breaks_the_rule_is_found_and_what_keeps_it_is_not() {
        assert_eq!(check(&fixture::server()), None);
        let list = |url: &str| {
            let urls = [url.to_owned()];
            let der = fixture::leak(extension::crl_distribution_points(&urls).unwrap());
            // Behind the object id, its lengths and the OCTET STRING's.
            let value = &der[der.len() - usize::from(der[8])..];
            check(&fixture::server_with(|tbs| {
                fixture::add(tbs, oid::CRL_DISTRIBUTION_POINTS, value);
            }))
        };
        assert_eq!(list("http://a.internal/a.crl"), None);
        assert!(list("https://a.internal/a.crl").is_some());
        assert!(list("ldap://a.internal/a").is_some());
    }
}
