//! How many certificates one set of names may still get today, whatever anyone asks.

use crate::base::{Budget, Timestamp};

/// One order that counts, and when it began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    pub(crate) at: Timestamp,
}

/// `counts` are orders of one account for one set of names that issued, or may still.
pub(crate) fn budget(limit: u32, counts: &[Count], now: Timestamp) -> Budget {
    let since = now.plus_days(-1);
    let recent = counts.iter().filter(|count| count.at > since);
    let oldest = recent.clone().map(|count| count.at).min();
    let used = u32::try_from(recent.count()).unwrap_or(u32::MAX);
    Budget {
        limit,
        used,
        next_free: oldest.filter(|_| used >= limit).map(|at| at.plus_days(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_day_old_no_longer_counts_and_the_next_place_is_told() {
        let now = Timestamp(0).plus_days(10);
        let hours = |hours: i64| Count {
            at: now.plus_secs(-hours * 3600),
        };
        let counts = [hours(25), hours(20), hours(1)];
        let full = budget(2, &counts, now);
        assert_eq!(full.used, 2);
        assert_eq!(full.next_free, Some(now.plus_secs(4 * 3600)));
        assert_eq!(budget(3, &counts, now).next_free, None);
    }
}
