//! A moment as a person here reads it, by itself and within what the engine says.

use std::borrow::Cow;

use chancery_engine::api::Timestamp;

/// `2026-11-22 10:00:00 CET`, in the zone of the person.
pub(in crate::gui) fn absolute(moment: Timestamp) -> String {
    match jiff::Timestamp::from_second(moment.secs()) {
        Ok(time) => {
            let here = time.to_zoned(jiff::tz::TimeZone::system());
            here.strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
        }
        Err(_) => moment.to_string(),
    }
}

/// What the engine says, with each moment in it as a person here reads it: `2026-11-29T13:23:08Z`
/// becomes `2026-11-29 14:23:08 CET`.
pub(in crate::gui) fn in_sentence(text: &str) -> Cow<'_, str> {
    let mut rest = text;
    let mut out = String::new();
    while let Some(at) = rest.find('T') {
        let moment = at.checked_sub(DATE).and_then(|from| {
            let found = rest.get(from..from + MOMENT)?;
            let moment: jiff::Timestamp = found.parse().ok().filter(|_| found.ends_with('Z'))?;
            Some((from, Timestamp::from_secs(moment.as_second())))
        });
        match moment {
            Some((from, moment)) => {
                out.push_str(&rest[..from]);
                out.push_str(&absolute(moment));
                rest = &rest[from + MOMENT..];
            }
            None => {
                out.push_str(&rest[..=at]);
                rest = &rest[at + 1..];
            }
        }
    }
    match out.is_empty() {
        true => Cow::Borrowed(text),
        false => Cow::Owned(out + rest),
    }
}

/// `2026-11-29`, before the T of a moment.
const DATE: usize = 10;
/// `2026-11-29T13:23:08Z`.
const MOMENT: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_in_a_sentence_of_the_engine_is_told_as_everywhere_else() {
        let moment = Timestamp::from_secs(1_795_958_588);
        let told = in_sentence("Waits until 2026-11-29T13:23:08Z at most, T");
        assert_eq!(told, format!("Waits until {} at most, T", absolute(moment)));
        for plain in ["", "TXT", "Tells the CA which names are wanted", "ÄÖÜäöüT1"] {
            assert_eq!(in_sentence(plain), plain);
        }
    }
}
