//! From when until when a certificate is valid.

use crate::base::Timestamp;
use crate::x509::draft::{DraftError, IssuerView};

/// Both ends belong to it (RFC 5280, 4.1.2.5); whole seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::x509) struct Validity {
    pub(in crate::x509) not_before: Timestamp,
    pub(in crate::x509) not_after: Timestamp,
}

impl Validity {
    pub(in crate::x509) fn of_root(days: u32, now: Timestamp) -> Self {
        Self::from(back_dated(now), days)
    }

    /// Back-dated by an hour for clients whose clocks are slow, but not before the issuer. What
    /// would outlive the issuer is refused rather than shortened.
    pub(in crate::x509) fn within(
        issuer: &IssuerView,
        days: u32,
        now: Timestamp,
    ) -> Result<Self, DraftError> {
        if now > issuer.not_after {
            return Err(DraftError::IssuerExpired(issuer.not_after));
        }
        let validity = Self::from(back_dated(now).max(issuer.not_before), days);
        match validity.not_after > issuer.not_after {
            true => Err(DraftError::BeyondIssuer {
                asked: validity.not_after,
                issuer: issuer.not_after,
                days_left: validity
                    .not_before
                    .days_until(issuer.not_after.plus_secs(1)),
            }),
            false => Ok(validity),
        }
    }

    fn from(start: Timestamp, days: u32) -> Self {
        let not_before = Timestamp::from_secs(start.secs());
        Self {
            not_before,
            not_after: not_before.plus_days(i64::from(days)).plus_secs(-1),
        }
    }
}

fn back_dated(now: Timestamp) -> Timestamp {
    now.plus_secs(-BACK_DATED_SECS)
}

const BACK_DATED_SECS: i64 = 60 * 60;
