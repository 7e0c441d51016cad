//! A status as icon and word; never as colour alone.

use egui::{Align2, Response, Role, Sense, Ui, WidgetInfo, vec2};

use crate::gui::theme::{self, Tone, size};

/// On a ground of its own: for titles and cards.
pub(in crate::gui) fn badge(ui: &mut Ui, tone: Tone, icon: &str, word: &str) -> Response {
    let colours = theme::of(ui).tone(tone);
    let words = format!("{icon} {word}");
    let text = egui::WidgetText::from(theme::caption(ui, words).color(colours.text));
    let galley = text.into_galley(
        ui,
        Some(egui::TextWrapMode::Extend),
        f32::INFINITY,
        egui::TextStyle::Small,
    );
    let full = vec2(galley.size().x + 2.0 * PADDING, HEIGHT);
    let (rect, response) = ui.allocate_exact_size(full, Sense::hover());
    ui.painter()
        .rect_filled(rect, f32::from(size::RADIUS_BADGE), colours.ground);
    let place =
        Align2::LEFT_CENTER.align_size_within_rect(galley.size(), rect.shrink2(vec2(PADDING, 0.0)));
    ui.painter().galley(place.min, galley, colours.text);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
    response
}

/// Without a ground: for the rows of a table.
pub(in crate::gui) fn status(ui: &mut Ui, tone: Tone, icon: &str, word: &str) -> Response {
    let text = theme::toned(ui, tone, format!("{icon} {word}"));
    ui.add(egui::Label::new(text).selectable(false).truncate())
}

/// The same where the words may take more than one line.
pub(in crate::gui) fn line(ui: &mut Ui, tone: Tone, icon: &str, words: &str) {
    ui.horizontal_top(|ui| {
        ui.label(theme::toned(ui, tone, icon));
        ui.add(egui::Label::new(words).wrap());
    });
}

const HEIGHT: f32 = 22.0;
const PADDING: f32 = 6.0;
