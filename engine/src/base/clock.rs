//! Time as a value that is passed in, so that a test can set the date.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 UTC, without leap seconds.
#[derive(
    Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize,
)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Whole seconds, rounded down: what a certificate can say.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    pub const fn plus_secs(self, secs: i64) -> Self {
        Self(self.0.saturating_add(secs.saturating_mul(1000)))
    }

    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_secs(days.saturating_mul(SECS_PER_DAY))
    }

    /// Whole days from `self` until `later`; negative if that is past.
    pub const fn days_until(self, later: Self) -> i64 {
        later
            .0
            .saturating_sub(self.0)
            .div_euclid(SECS_PER_DAY * 1000)
    }
}

/// ISO 8601 in UTC, to the second: `2026-11-22T10:00:00Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.secs()) {
            Ok(time) => write!(f, "{time}"),
            Err(_) => write!(f, "{} s after 1970-01-01", self.secs()),
        }
    }
}

/// From ISO 8601: a day, which begins at midnight UTC, or a moment with its offset from UTC.
impl FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let text = text.trim();
        let moment: Result<jiff::Timestamp, _> = match text.len() {
            DAY_LENGTH => format!("{text}T00:00:00Z").parse(),
            _ => text.parse(),
        };
        moment
            .map(|moment| Self(moment.as_millisecond()))
            .map_err(|_| NotATime)
    }
}

/// The text is neither a day nor a moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotATime;

impl fmt::Display for NotATime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a day such as 2026-11-22, or a moment such as 2026-11-22T10:00:00Z")
    }
}

impl std::error::Error for NotATime {}

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;
}

/// The computer's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock's one door")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Timestamp(since.map_or(0, |past| {
            i64::try_from(past.as_millis()).unwrap_or(i64::MAX)
        }))
    }
}

const SECS_PER_DAY: i64 = 24 * 60 * 60;

const DAY_LENGTH: usize = "2026-11-22".len();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_iso_8601() {
        let moment = Timestamp::from_secs(1_795_312_800);
        assert_eq!(moment.to_string(), "2026-11-22T02:00:00Z");
    }

    #[test]
    fn a_moment_reads_back_and_a_day_begins_at_midnight() {
        let moment = Timestamp::from_secs(1_795_312_800);
        assert_eq!(moment.to_string().parse(), Ok(moment));
        assert_eq!("2026-11-22".parse(), Ok(moment.plus_secs(-2 * 3600)));
        assert_eq!("2026-11-22T03:00:00+01:00".parse(), Ok(moment));
        for no_time in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-11-22T02:00:00",
            "0000000000",
        ] {
            assert_eq!(no_time.parse::<Timestamp>(), Err(NotATime), "{no_time}");
        }
    }

    #[test]
    fn days_are_counted_whole_and_downwards() {
        let now = Timestamp::default();
        assert_eq!(now.days_until(now.plus_days(12).plus_secs(-1)), 11);
        assert_eq!(now.days_until(now.plus_secs(-1)), -1);
    }

    #[test]
    fn far_dates_do_not_overflow() {
        assert_eq!(Timestamp(i64::MAX).plus_days(1), Timestamp(i64::MAX));
        assert_eq!(Timestamp::from_secs(i64::MIN), Timestamp(i64::MIN));
    }
}
