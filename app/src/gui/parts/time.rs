//! Moments in the words of a calendar; absolute with the zone on hover.

use chancery_engine::api::Timestamp;
use egui::{Response, Ui};

use crate::gui::theme::Tone;
pub(in crate::gui) use crate::gui::widgets::moment::{absolute, in_sentence};

/// `in 12 days`, `3 hours ago`.
pub(in crate::gui) fn relative(now: Timestamp, moment: Timestamp) -> String {
    let seconds = (moment.0.saturating_sub(now.0)).div_euclid(1000);
    let words = span(seconds.unsigned_abs());
    match seconds {
        -59..=59 => "just now".to_owned(),
        60.. => format!("in {words}"),
        _ => format!("{words} ago"),
    }
}

fn span(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..HOUR => (seconds / MINUTE, "minute"),
        HOUR..TWO_DAYS => (seconds / HOUR, "hour"),
        TWO_DAYS..TWO_YEARS => (seconds / DAY, "day"),
        _ => (seconds / YEAR, "year"),
    };
    match count {
        1 => format!("1 {unit}"),
        _ => format!("{count} {unit}s"),
    }
}

/// `10:00:00`, in the zone of the person.
pub(in crate::gui) fn time_of_day(moment: Timestamp) -> String {
    match jiff::Timestamp::from_second(moment.secs()) {
        Ok(time) => {
            let here = time.to_zoned(jiff::tz::TimeZone::system());
            here.strftime("%H:%M:%S").to_string()
        }
        Err(_) => moment.to_string(),
    }
}

/// `2026-11-22`, in the zone of the person.
pub(in crate::gui) fn date(moment: Timestamp) -> String {
    match jiff::Timestamp::from_second(moment.secs()) {
        Ok(time) => {
            let here = time.to_zoned(jiff::tz::TimeZone::system());
            here.strftime("%Y-%m-%d").to_string()
        }
        Err(_) => moment.to_string(),
    }
}

/// Relative, with the absolute moment on hover and ISO 8601 in the menu.
pub(in crate::gui) fn moment(ui: &mut Ui, now: Timestamp, moment: Timestamp) -> Response {
    let label = egui::Label::new(relative(now, moment))
        .truncate()
        .show_tooltip_when_elided(false);
    let response = ui.add(label).on_hover_text(absolute(moment));
    response.context_menu(|ui| {
        if ui.button("Copy as ISO 8601").clicked() {
            ui.ctx().copy_text(moment.to_string());
        }
    });
    response
}

/// How near the end of a lifetime is, by the share that is left.
pub(in crate::gui) fn tone(now: Timestamp, from: Timestamp, to: Timestamp) -> Tone {
    let (whole, left) = (to.0.saturating_sub(from.0), to.0.saturating_sub(now.0));
    match left {
        ..=0 => Tone::Bad,
        left if left < whole / 3 => Tone::Due,
        _ => Tone::Good,
    }
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const TWO_DAYS: u64 = 2 * DAY;
const YEAR: u64 = 365 * DAY;
const TWO_YEARS: u64 = 2 * YEAR;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_the_words_of_a_calendar() {
        let now = Timestamp::from_secs(1_000_000_000);
        let told = |secs| relative(now, now.plus_secs(secs));
        assert_eq!(told(5), "just now");
        assert_eq!(told(-5), "just now");
        assert_eq!(told(60), "in 1 minute");
        assert_eq!(told(-7200), "2 hours ago");
        assert_eq!(told(12 * 86_400), "in 12 days");
        assert_eq!(told(400 * 86_400), "in 400 days");
        assert_eq!(told(20 * 365 * 86_400), "in 20 years");
    }

    #[test]
    fn the_colour_follows_the_share_of_the_lifetime_that_is_left() {
        let from = Timestamp::default();
        let to = from.plus_days(90);
        assert_eq!(tone(from.plus_days(10), from, to), Tone::Good);
        assert_eq!(tone(from.plus_days(61), from, to), Tone::Due);
        assert_eq!(tone(to, from, to), Tone::Bad);
    }
}
