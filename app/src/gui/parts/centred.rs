//! A narrow column in the middle of an otherwise empty window.

use egui::{Rect, ScrollArea, Ui, UiBuilder, vec2};

use crate::gui::theme::size;

pub(in crate::gui) fn column(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let full = ui.available_rect_before_wrap();
            let width = width.min(full.width() - 2.0 * size::GAP_LARGE);
            let top = full.top() + ((full.height() - LEAST) * 0.3).clamp(0.0, FURTHEST);
            let left = full.center().x - width / 2.0;
            let rect = Rect::from_min_size(egui::pos2(left, top), vec2(width, full.height()));
            ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
                ui.set_width(width);
                add(ui);
                ui.add_space(size::GAP_SECTION);
            });
        });
}

/// In a window lower than this the column begins at the top.
const LEAST: f32 = 420.0;
const FURTHEST: f32 = 120.0;
