//! Numbers as they are typed, and what is said where they are none.

/// Days of a lifetime.
pub(crate) fn days(text: &str) -> Result<u32, &'static str> {
    match text.parse() {
        Ok(days @ 1..) => Ok(days),
        _ => Err("expected a number of days, 1 or more"),
    }
}

/// Days of an authority's lifetime, or of a grant: no more than a hundred years.
pub(crate) fn days_of_authority(text: &str) -> Result<u32, &'static str> {
    match text.parse() {
        Ok(days @ 1..=36_500) => Ok(days),
        _ => Err("expected a number of days, 1 to 36500"),
    }
}

/// Days until the next list of what is revoked.
pub(crate) fn days_of_list(text: &str) -> Result<u16, &'static str> {
    match text.parse() {
        Ok(days @ 1..=366) => Ok(days),
        _ => Err("expected a number of days, 1 to 366"),
    }
}

/// Certificates a day for one set of names.
pub(crate) fn daily_limit(text: &str) -> Result<u32, &'static str> {
    match text.parse() {
        Ok(limit @ 1..=1000) => Ok(limit),
        _ => Err("expected a number of certificates, 1 to 1000"),
    }
}

/// Seconds that name servers may take to show a record: up to a week.
pub(crate) fn propagation_secs(text: &str) -> Result<u32, &'static str> {
    match text.parse() {
        Ok(secs @ 1..=604_800) => Ok(secs),
        _ => Err("expected a number of seconds, 1 to 604800"),
    }
}

/// How many rows to list.
pub(crate) fn limit(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(|_| "expected a number, or 0 for all")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_within_its_bounds_only() {
        assert_eq!(days("1"), Ok(1));
        assert_eq!(days_of_authority("36500"), Ok(36_500));
        assert_eq!(limit("0"), Ok(0));
        for wrong in ["", "0", "-1", "1.5", "4294967296", "x"] {
            assert!(days(wrong).is_err(), "{wrong}");
            assert!(days_of_authority(wrong).is_err(), "{wrong}");
        }
        assert!(days_of_authority("36501").is_err());
        assert_eq!(days_of_list("366"), Ok(366));
        assert!(days_of_list("367").is_err());
        assert!(days_of_list("0").is_err());
        assert!(limit("-1").is_err());
        assert_eq!(daily_limit("1000"), Ok(1000));
        assert!(daily_limit("0").is_err());
        assert!(daily_limit("1001").is_err());
        assert_eq!(propagation_secs("604800"), Ok(604_800));
        assert!(propagation_secs("0").is_err());
        assert!(propagation_secs("604801").is_err());
    }
}
