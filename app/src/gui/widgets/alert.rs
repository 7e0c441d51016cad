//! A coloured box that says one thing which must not be missed.

use egui::{CornerRadius, Frame, Margin, Ui};

use crate::gui::theme::{self, Tone, icons, size};

/// `title` says what; `text` says what follows from it.
pub(in crate::gui) fn alert(ui: &mut Ui, tone: Tone, title: &str, text: &str) {
    let colours = theme::of(ui).tone(tone);
    Frame::new()
        .fill(colours.ground)
        .corner_radius(CornerRadius::same(size::RADIUS_CARD))
        .inner_margin(Margin::symmetric(12, 10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
            ui.horizontal_top(|ui| {
                ui.label(theme::icon(icon_of(tone)).color(colours.text));
                ui.vertical(|ui| {
                    ui.label(theme::strong(ui, title));
                    if !text.is_empty() {
                        ui.label(text);
                    }
                });
            });
        });
}

/// The icon that goes with a status where no better one is known.
pub(in crate::gui) fn icon_of(tone: Tone) -> &'static str {
    match tone {
        Tone::Bad => icons::FAILED,
        Tone::Due => icons::WARNING,
        Tone::Good => icons::DONE,
        Tone::Info => icons::INFO,
        Tone::Off => icons::PAUSED,
    }
}
