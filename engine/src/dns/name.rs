//! Names of records: wider than host names, as `_acme-challenge.www.example.org` is.

use std::fmt;
use std::str::FromStr;

use crate::base::DnsName;
use crate::dns::error::DnsError;

/// Lower-case ASCII without a final dot; labels of letters, digits, `-` and `_`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct RecordName(String);

impl RecordName {
    /// Where the proof for `name` is looked for (RFC 8555, 8.4); a wildcard's is its base name's.
    pub(crate) fn challenge_of(name: &DnsName) -> Result<Self, DnsError> {
        let base = name.as_str().trim_start_matches("*.");
        format!("_acme-challenge.{base}").parse()
    }

    /// Where a proof that stays is looked for (draft-ietf-acme-dns-persist).
    pub(crate) fn persistent_of(name: &DnsName) -> Result<Self, DnsError> {
        let base = name.as_str().trim_start_matches("*.");
        format!("_validation-persist.{base}").parse()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// With the final dot, as zone files write it.
    pub(crate) fn dotted(&self) -> String {
        format!("{}.", self.0)
    }

    /// The name without its first label.
    pub(crate) fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_once('.')?;
        Some(Self(rest.to_owned()))
    }

    /// Whether this is `zone` or below it.
    pub(crate) fn is_within(&self, zone: &Self) -> bool {
        self.relative_to(zone).is_some()
    }

    /// The part in front of `.zone`; empty for the zone itself.
    pub(crate) fn relative_to(&self, zone: &Self) -> Option<&str> {
        let rest = self.0.strip_suffix(zone.as_str())?;
        match rest.strip_suffix('.') {
            Some(relative) => Some(relative),
            None => rest.is_empty().then_some(""),
        }
    }
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for RecordName {
    type Err = DnsError;

    fn from_str(text: &str) -> Result<Self, DnsError> {
        let lower = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(inside);
        match lower.len() <= 253 && lower.split('.').all(is_label) {
            true => Ok(Self(lower)),
            false => Err(DnsError::Name {
                name: text.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> RecordName {
        text.parse().unwrap()
    }

    #[test]
    fn names_of_records_are_kept_in_lower_case_without_the_final_dot() {
        assert_eq!(
            name("_ACME-Challenge.WWW.example.org.").as_str(),
            "_acme-challenge.www.example.org"
        );
        assert_eq!(name("a").dotted(), "a.");
        let long = "a".repeat(64);
        let longer = ["a"; 128].join(".");
        for bad in ["", ".", "a..b", "a b", "*.a", "ü.a", "a/b", &long, &longer] {
            assert!(bad.parse::<RecordName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_wildcard_is_proved_at_the_name_below_which_it_stands() {
        for host in ["example.org", "*.example.org"] {
            let challenge = RecordName::challenge_of(&host.parse().unwrap()).unwrap();
            assert_eq!(challenge.as_str(), "_acme-challenge.example.org");
        }
    }

    #[test]
    fn a_name_is_cut_at_its_zone_only_between_labels() {
        let zone = name("example.org");
        assert_eq!(name("a.b.example.org").relative_to(&zone), Some("a.b"));
        assert_eq!(zone.relative_to(&zone), Some(""));
        assert_eq!(name("anexample.org").relative_to(&zone), None);
        assert_eq!(name("org").relative_to(&zone), None);
        assert_eq!(name("a.b").parent(), Some(name("b")));
        assert_eq!(name("b").parent(), None);
    }
}
