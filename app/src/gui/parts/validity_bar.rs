//! How much of a lifetime has passed: a bar, with both ends in words.

use chancery_engine::api::Timestamp;
use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::gui::parts::time;
use crate::gui::theme::{self, size};

pub(in crate::gui) fn validity_bar(ui: &mut Ui, now: Timestamp, from: Timestamp, to: Timestamp) {
    let tokens = theme::of(ui);
    let colour = tokens.tone(time::tone(now, from, to)).text;
    let width = ui.available_width().min(size::FORM);
    let (rect, response) = ui.allocate_exact_size(vec2(width, size::GAP), Sense::hover());
    let share = share(now, from, to);
    ui.painter().rect_filled(rect, HEIGHT / 2.0, tokens.hover);
    let passed = Rect::from_min_max(
        rect.min,
        pos2(share.mul_add(rect.width(), rect.left()), rect.bottom()),
    );
    ui.painter().rect_filled(passed, HEIGHT / 2.0, colour);
    let words = format!("From {} until {}", time::absolute(from), time::absolute(to));
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &words));
    response.on_hover_text(&words);
    ui.allocate_ui(vec2(width, 0.0), |ui| {
        ui.horizontal(|ui| {
            ui.label(theme::soft(ui, time::date(from)));
            let layout = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(layout, |ui| {
                ui.label(theme::soft(ui, time::date(to)));
                ui.label(theme::caption(ui, time::relative(now, to)).color(colour));
            });
        });
    });
}

/// From 0 to 1.
fn share(now: Timestamp, from: Timestamp, to: Timestamp) -> f32 {
    let whole = to.0.saturating_sub(from.0).max(1);
    let passed = now.0.saturating_sub(from.0).clamp(0, whole);
    // In thousandths, so that nothing is lost on the way to f32.
    let thousandths = i128::from(passed) * 1000 / i128::from(whole);
    u16::try_from(thousandths).map_or(1.0, |share| f32::from(share) / 1000.0)
}

const HEIGHT: f32 = 8.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_shows_the_share_that_has_passed() {
        let from = Timestamp::default();
        let to = from.plus_days(100);
        let share = |day| share(from.plus_days(day), from, to);
        assert!((share(25) - 0.25).abs() < 0.01);
        assert!(share(-1).abs() < f32::EPSILON);
        assert!((share(200) - 1.0).abs() < f32::EPSILON);
    }
}
