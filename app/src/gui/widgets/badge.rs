//! A status as icon and word; never as colour alone.

use egui::{CornerRadius, Frame, Margin, Response, Ui};

use crate::gui::theme::{self, Tone, size};

/// On a ground of its own: for titles and cards.
pub(in crate::gui) fn badge(ui: &mut Ui, tone: Tone, icon: &str, word: &str) -> Response {
    let colours = theme::of(ui).tone(tone);
    Frame::new()
        .fill(colours.ground)
        .corner_radius(CornerRadius::same(size::RADIUS_BADGE))
        .inner_margin(Margin::symmetric(6, 2))
        .show(ui, |ui| {
            let text = theme::caption(ui, format!("{icon} {word}")).color(colours.text);
            ui.add(egui::Label::new(text).selectable(false).extend())
        })
        .inner
}

/// Without a ground: for the rows of a table.
pub(in crate::gui) fn status(ui: &mut Ui, tone: Tone, icon: &str, word: &str) -> Response {
    let text = theme::toned(ui, tone, format!("{icon} {word}"));
    ui.add(egui::Label::new(text).selectable(false).truncate())
}
