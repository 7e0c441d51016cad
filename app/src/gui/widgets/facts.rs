//! Labels and values in two columns; long values wrap, names of things can be copied.

use egui::{Grid, Response, Ui};

use crate::gui::theme::{self, icons, size};
use crate::gui::widgets::button;

/// Two columns; fill them with [`row`], [`mono_row`] or [`row_with`].
pub(in crate::gui) fn facts(ui: &mut Ui, id: &str, add: impl FnOnce(&mut Ui)) {
    Grid::new(id)
        .num_columns(2)
        .min_col_width(LABELS)
        .min_row_height(20.0)
        .spacing([size::GAP_MEDIUM, size::GAP])
        .show(ui, add);
}

pub(in crate::gui) fn row(ui: &mut Ui, label: &str, value: &str) -> Response {
    let mut response = None;
    row_with(ui, label, |ui| response = Some(ui.label(value)));
    response.unwrap_or_else(|| ui.response())
}

/// A value in a face of equal widths; `copied` is what the button copies.
pub(in crate::gui) fn mono_row(ui: &mut Ui, label: &str, value: &str, copied: &str) {
    row_with(ui, label, |ui| {
        ui.horizontal_top(|ui| {
            let width = (ui.available_width() - button::SMALL - size::GAP).max(LABELS);
            ui.vertical(|ui| {
                ui.set_max_width(width);
                ui.label(theme::mono(value));
            });
            let name = format!("Copy {}", label.to_lowercase());
            if button::small_icon(ui, icons::COPY, &name).clicked() {
                ui.ctx().copy_text(copied.to_owned());
            }
        });
    });
}

pub(in crate::gui) fn row_with(ui: &mut Ui, label: &str, add: impl FnOnce(&mut Ui)) {
    ui.with_layout(egui::Layout::left_to_right(egui::Align::TOP), |ui| {
        ui.label(theme::soft(ui, label));
    });
    ui.vertical(add);
    ui.end_row();
}

const LABELS: f32 = 120.0;
