//! Why a certificate is revoked, and how the lists that say so are numbered.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::clock::Timestamp;
use super::digest::{hex, unhex};
use super::serial::Serial;

/// Why a certificate is not to be trusted before its end (RFC 5280, 5.3.1). `aACompromise` is for
/// attribute certificates, and `removeFromCRL` only for lists of changes; neither is a reason here.
#[derive(
    Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize,
)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum RevocationReason {
    /// Nothing was said; a list then names no reason.
    #[default]
    Unspecified,
    /// The private key is, or may be, in other hands. Its public half is barred for ever.
    KeyCompromise,
    /// As `KeyCompromise`, of a certificate that is an authority's.
    CaCompromise,
    AffiliationChanged,
    Superseded,
    CessationOfOperation,
    /// For now; the only one that can be taken back.
    CertificateHold,
    PrivilegeWithdrawn,
}

impl RevocationReason {
    pub const ALL: [Self; 8] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::CertificateHold,
        Self::PrivilegeWithdrawn,
    ];

    /// The value of `CRLReason`.
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::PrivilegeWithdrawn => 9,
        }
    }

    /// The name in RFC 5280: `keyCompromise`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::CertificateHold => "certificateHold",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
        }
    }

    /// What it means, for a person who has to choose: a phrase without a full stop.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Unspecified => "No reason is given",
            Self::KeyCompromise => "The private key is, or may be, in other hands",
            Self::CaCompromise => "The private key of an authority is, or may be, in other hands",
            Self::AffiliationChanged => "The names in it are no longer right",
            Self::Superseded => "Another certificate has taken its place",
            Self::CessationOfOperation => "What it was for is no longer in use",
            Self::CertificateHold => "Not to be trusted for now; it can be released again",
            Self::PrivilegeWithdrawn => "What it allowed is no longer allowed",
        }
    }

    /// Whether the key itself is lost to others.
    pub const fn is_compromise(self) -> bool {
        matches!(self, Self::KeyCompromise | Self::CaCompromise)
    }

    pub const fn is_hold(self) -> bool {
        matches!(self, Self::CertificateHold)
    }
}

/// By its name in RFC 5280.
impl fmt::Display for RevocationReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for RevocationReason {
    type Err = NotAReason;

    /// In either case, with or without hyphens: `keyCompromise`, `key-compromise`.
    fn from_str(text: &str) -> Result<Self, NotAReason> {
        let plain = text.trim().replace(['-', '_'], "");
        let found = Self::ALL
            .into_iter()
            .find(|reason| reason.name().eq_ignore_ascii_case(&plain));
        found.ok_or(NotAReason)
    }
}

/// The text is no reason to revoke a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotAReason;

impl fmt::Display for NotAReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = RevocationReason::ALL.map(RevocationReason::name).into();
        write!(f, "expected one of {}", names.join(", "))
    }
}

impl std::error::Error for NotAReason {}

/// What is recorded of a revocation.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Revocation {
    pub reason: RevocationReason,
    /// The revocation date that lists show. A certificate on hold that is then revoked keeps the
    /// date of the hold.
    pub at: Timestamp,
    /// Since when the key is known or suspected to have been in other hands (RFC 5280, 5.3.2).
    pub invalid_since: Option<Timestamp>,
}

/// One entry of a revocation list, as the list has it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListedRevocation {
    pub serial: Serial,
    pub at: Timestamp,
    /// The name in RFC 5280, 5.3.1; of other programs also those that no list of ours has.
    pub reason: String,
    pub invalid_since: Option<Timestamp>,
}

/// The number of a CRL (RFC 5280, 5.2.3): it only grows, and has at most 20 octets. Written in
/// decimal up to 128 bits, above that as `0x` and hexadecimal.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CrlNumber(Vec<u8>);

impl CrlNumber {
    /// From an integer's bytes, big-endian; leading zeros do not count.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        Self(bytes[zeros..].to_vec())
    }

    /// The magnitude, big-endian, without leading zeros.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The following number; `None` where it would need more than 20 octets with its sign.
    pub fn next(&self) -> Option<Self> {
        let mut next = self.0.clone();
        let carried = next.iter_mut().rev().all(|octet| {
            *octet = octet.wrapping_add(1);
            *octet == 0
        });
        if carried {
            next.insert(0, 1);
        }
        Self(next).fits()
    }

    fn fits(self) -> Option<Self> {
        let sign_fits = |first: &u8| self.0.len() < MOST_OCTETS || *first < 0x80;
        let fits = self.0.len() <= MOST_OCTETS && self.0.first().is_none_or(sign_fits);
        fits.then_some(self)
    }
}

impl From<u64> for CrlNumber {
    fn from(number: u64) -> Self {
        Self::from_bytes(&number.to_be_bytes())
    }
}

impl Ord for CrlNumber {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for CrlNumber {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for CrlNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut octets = [0; 16];
        match octets.len().checked_sub(self.0.len()) {
            Some(zeros) => {
                octets[zeros..].copy_from_slice(&self.0);
                f.pad(&u128::from_be_bytes(octets).to_string())
            }
            None => f.pad(&format!("0x{}", hex(&self.0))),
        }
    }
}

impl FromStr for CrlNumber {
    type Err = NotACrlNumber;

    fn from_str(text: &str) -> Result<Self, NotACrlNumber> {
        let number = match text.strip_prefix("0x") {
            Some(digits) => unhex(digits).filter(|bytes| !bytes.is_empty()),
            None => text
                .parse::<u128>()
                .ok()
                .map(|number| number.to_be_bytes().to_vec()),
        };
        let number = number.and_then(|bytes| Self::from_bytes(&bytes).fits());
        number.ok_or(NotACrlNumber)
    }
}

impl TryFrom<String> for CrlNumber {
    type Error = NotACrlNumber;

    fn try_from(text: String) -> Result<Self, NotACrlNumber> {
        text.parse()
    }
}

impl From<CrlNumber> for String {
    fn from(number: CrlNumber) -> Self {
        number.to_string()
    }
}

/// The text is no number of a CRL.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotACrlNumber;

impl fmt::Display for NotACrlNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a number of at most 20 octets")
    }
}

impl std::error::Error for NotACrlNumber {}

/// RFC 5280, 5.2.3.
const MOST_OCTETS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_reads_back_however_other_programs_write_it() {
        for reason in RevocationReason::ALL {
            assert_eq!(reason.name().parse(), Ok(reason));
            let json = serde_json::to_string(&reason).unwrap();
            assert_eq!(json.trim_matches('"').parse(), Ok(reason));
        }
        let parsed: Result<RevocationReason, _> = "CACompromise".parse();
        assert_eq!(parsed, Ok(RevocationReason::CaCompromise));
        for no_reason in ["", "aACompromise", "removeFromCRL", "7"] {
            assert!(no_reason.parse::<RevocationReason>().is_err());
        }
    }

    #[test]
    fn the_codes_are_those_of_the_rfc_and_leave_seven_and_eight_out() {
        let codes = RevocationReason::ALL.map(RevocationReason::code);
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 9]);
    }

    #[test]
    fn a_crl_number_grows_by_one_through_every_carry() {
        let mut number = CrlNumber::default();
        for expected in 1..=70_000u64 {
            let next = number.next().unwrap();
            assert!(number < next);
            assert_eq!(next, CrlNumber::from(expected));
            number = next;
        }
        assert_eq!(number.to_string(), "70000");
    }

    #[test]
    fn a_crl_number_ends_where_twenty_octets_do() {
        let mut last = vec![0xff; 20];
        last[0] = 0x7f;
        let last = CrlNumber::from_bytes(&last);
        assert_eq!(last.next(), None);
        let text = last.to_string();
        assert!(text.starts_with("0x7fff"));
        assert_eq!(text.parse(), Ok(last));
        assert!(
            format!("0x80{}", "00".repeat(19))
                .parse::<CrlNumber>()
                .is_err()
        );
        let wide = CrlNumber::from_bytes(&[0xff; 19]).next().unwrap();
        assert_eq!(wide.as_bytes().len(), 20);
    }

    #[test]
    fn a_crl_number_reads_back_from_its_text() {
        for number in [CrlNumber::default(), 1.into(), u64::MAX.into()] {
            assert_eq!(number.to_string().parse(), Ok(number));
        }
        for no_number in ["", "-1", "0x", "0x123", "zwölf"] {
            assert!(no_number.parse::<CrlNumber>().is_err(), "{no_number}");
        }
    }
}
