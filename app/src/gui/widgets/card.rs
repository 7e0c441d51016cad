//! A raised box around what belongs together.

use egui::{CornerRadius, Frame, Margin, Stroke, Ui};

use crate::gui::theme::{self, size};

/// As wide as what it stands in.
pub(in crate::gui) fn card<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    let tokens = theme::of(ui);
    Frame::new()
        .fill(tokens.raised)
        .stroke(Stroke::new(size::LINE, tokens.line))
        .corner_radius(CornerRadius::same(size::RADIUS_CARD))
        .inner_margin(Margin::same(12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            add(ui)
        })
        .inner
}
