//! Nothing there, in its different kinds: not yet, no match, loading.

use egui::{Align, Layout, Rect, Ui, vec2};

use crate::gui::theme::{self, size};
use crate::gui::widgets::button;

/// Nothing has been made yet. True when the person asks for the first one.
pub(in crate::gui) fn not_yet(
    ui: &mut Ui,
    icon: &str,
    sentence: &str,
    action: Option<&str>,
) -> bool {
    in_the_middle(ui, |ui| {
        ui.label(theme::large_icon(ui, icon));
        ui.label(sentence);
        action.is_some_and(|action| button::primary(ui, action, true).clicked())
    })
}

/// There is something, but nothing of what was asked. True when the filters shall go.
pub(in crate::gui) fn no_match(ui: &mut Ui, asked: &str) -> bool {
    in_the_middle(ui, |ui| {
        ui.label(format!("Nothing matches “{asked}”"));
        ui.button("Clear filters").clicked()
    })
}

/// Still grey bars where rows will be.
pub(in crate::gui) fn loading(ui: &mut Ui) {
    let tokens = theme::of(ui);
    let response = ui.label(theme::soft(ui, "Loading…"));
    for index in 0_u8..4 {
        let width = response.rect.width().max(120.0) * (4.0 - f32::from(index) * 0.5);
        let (rect, _) = ui.allocate_exact_size(
            vec2(width.min(ui.available_width()), size::GAP_MEDIUM),
            egui::Sense::hover(),
        );
        ui.painter()
            .rect_filled(rect, f32::from(size::RADIUS_BADGE), tokens.hover);
    }
}

fn in_the_middle<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    let full = ui.available_rect_before_wrap();
    let width = size::EMPTY.min(full.width());
    let top = full.top() + (full.height() * 0.4 - 60.0).max(size::GAP_LARGE);
    let left = full.center().x - width / 2.0;
    let rect = Rect::from_min_size(egui::pos2(left, top), vec2(width, full.bottom() - top));
    let builder = egui::UiBuilder::new()
        .max_rect(rect)
        .layout(Layout::top_down(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
        add(ui)
    })
    .inner
}
