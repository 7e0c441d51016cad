//! Typed identifiers: a `CertificateId` cannot be passed where a `CommandId` is meant.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use super::Timestamp;

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(u128);

        impl $name {
            pub const fn from_raw(raw: u128) -> Self {
                Self(raw)
            }

            pub const fn to_raw(self) -> u128 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&format!(concat!($prefix, "_{}"), digits(self.0)))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(undigits)
                    .map(Self)
                    .ok_or(ParseIdError { expected: $prefix })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id_type!(
    /// An account at a public CA (RFC 8555, 7.1.2).
    AcmeAccountId,
    "acct"
);

id_type!(
    /// A request that waits for other people's consent.
    ApprovalId,
    "appr"
);

id_type!(
    /// A certification authority whose key or certificate we hold.
    AuthorityId,
    "ca"
);

id_type!(
    /// A certificate in the inventory, whoever issued it.
    CertificateId,
    "cert"
);

id_type!(
    /// One command sent by a front end.
    CommandId,
    "cmd"
);

id_type!(
    /// Where DNS records are published, with what it takes to do so.
    DnsProviderId,
    "dns"
);

id_type!(
    /// Work that outlives the command that began it.
    JobId,
    "job"
);

id_type!(
    /// A key pair whose private half is in the vault.
    KeyId,
    "key"
);

id_type!(
    /// An order at a public CA (RFC 8555, 7.1.3).
    OrderId,
    "order"
);

id_type!(
    /// A certification request (CSR).
    RequestId,
    "csr"
);

id_type!(
    /// A secret in the vault that is no key, such as a token.
    SecretId,
    "secret"
);

id_type!(
    /// A way to open the vault; unlike the others it is random and sorts by nothing.
    SlotId,
    "slot"
);

/// Makes raw ids that sort by time and never repeat: 48 bits of milliseconds, 48 bits drawn once
/// per run, 32 bits counted.
pub(crate) struct Mint {
    run: u128,
    count: AtomicU32,
}

impl Mint {
    pub(crate) fn new() -> Result<Self, aws_lc_rs::error::Unspecified> {
        let mut random = [0; 8];
        aws_lc_rs::rand::fill(&mut random)?;
        Ok(Self {
            run: u128::from(u64::from_be_bytes(random) >> 16),
            count: AtomicU32::default(),
        })
    }

    pub(crate) fn next(&self, now: Timestamp) -> u128 {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        first_of(now) | self.run << 32 | u128::from(count)
    }
}

/// The smallest raw id of that millisecond.
pub(crate) fn first_of(at: Timestamp) -> u128 {
    let millis = u128::from(at.0.max(0).unsigned_abs()) & ((1 << 48) - 1);
    millis << 80
}

/// The text is not an id of the expected kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ParseIdError {
    expected: &'static str,
}

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected an id that starts with `{}_` and has 26 letters and digits behind it",
            self.expected
        )
    }
}

impl std::error::Error for ParseIdError {}

/// Crockford's base 32, most significant digit first: sorts as the number does.
fn digits(raw: u128) -> String {
    let places = (0..26u32).rev().map(|place| (raw >> (5 * place)) & 31);
    places
        .map(|digit| char::from(ALPHABET[usize::try_from(digit).unwrap_or(0)]))
        .collect()
}

fn undigits(text: &str) -> Option<u128> {
    if text.len() != 26 {
        return None;
    }
    text.bytes().try_fold(0u128, |raw, byte| {
        let digit = ALPHABET.iter().position(|known| *known == byte)?;
        raw.checked_mul(32)?
            .checked_add(u128::try_from(digit).ok()?)
    })
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_own_text() {
        for raw in [0, 0xfeed, u128::MAX] {
            let id = CertificateId::from_raw(raw);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn ids_sort_by_time_and_do_not_repeat_after_a_restart() {
        let (first_run, second_run) = (Mint::new().unwrap(), Mint::new().unwrap());
        let ids = [
            first_run.next(Timestamp(1)),
            first_run.next(Timestamp(1)),
            second_run.next(Timestamp(2)),
        ];
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:x?}");
        let texts = ids.map(|raw| CertificateId::from_raw(raw).to_string());
        assert!(texts.is_sorted(), "{texts:?}");
        assert_ne!(first_run.next(Timestamp(3)), second_run.next(Timestamp(3)));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let command = CommandId::from_raw(1).to_string();
        assert!(command.parse::<CertificateId>().is_err());
        assert!("cert_".parse::<CertificateId>().is_err());
        assert!(
            "cert_zzzzzzzzzzzzzzzzzzzzzzzzzz"
                .parse::<CertificateId>()
                .is_err()
        );
    }
}
