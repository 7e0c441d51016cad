//! Choosing one of a few: a labelled drop-down, or cards when the difference matters.

use egui::{
    ComboBox, CornerRadius, Frame, Margin, Response, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo,
};

use crate::gui::theme::{self, size};

/// A drop-down below its label. `options` pairs each value with its words.
pub(in crate::gui) fn drop_down<T: PartialEq + Clone>(
    ui: &mut Ui,
    label: &str,
    chosen: &mut T,
    options: &[(T, String)],
) {
    sized(ui, label, chosen, options, 240.0);
}

/// The same for long words: as wide as the form.
pub(in crate::gui) fn wide_drop_down<T: PartialEq + Clone>(
    ui: &mut Ui,
    label: &str,
    chosen: &mut T,
    options: &[(T, String)],
) {
    let width = ui.available_width().min(size::FORM);
    sized(ui, label, chosen, options, width);
}

fn sized<T: PartialEq + Clone>(
    ui: &mut Ui,
    label: &str,
    chosen: &mut T,
    options: &[(T, String)],
    width: f32,
) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
        let caption = ui.label(theme::caption(ui, label));
        let words = options
            .iter()
            .find(|(value, _)| value == chosen)
            .map_or("", |(_, words)| words.as_str());
        let shown = ComboBox::from_id_salt(label)
            .selected_text(words.to_owned())
            .width(width)
            .height(LIST)
            .truncate()
            .show_ui(ui, |ui| {
                for (value, words) in options {
                    ui.selectable_value(chosen, value.clone(), words.as_str());
                }
            });
        shown.response.labelled_by(caption.id);
    });
}

/// How high an open list may be, before it scrolls.
const LIST: f32 = 320.0;

/// What a card says.
pub(in crate::gui) struct Card<'a> {
    pub(in crate::gui) icon: &'a str,
    pub(in crate::gui) title: &'a str,
    pub(in crate::gui) text: &'a str,
}

/// One of several cards, side by side, of which one is chosen. Fills the width it is given.
pub(in crate::gui) fn card(ui: &mut Ui, chosen: bool, card: &Card<'_>) -> Response {
    let tokens = theme::of(ui);
    let inner = ui.scope_builder(UiBuilder::new().sense(Sense::click()), |ui| {
        let response = ui.response();
        let (fill, edge) = match (chosen, response.hovered()) {
            (true, _) => (tokens.selected, Stroke::new(size::FOCUS, tokens.accent)),
            (false, true) => (tokens.hover, Stroke::new(size::LINE, tokens.edge)),
            (false, false) => (tokens.raised, Stroke::new(size::LINE, tokens.edge)),
        };
        Frame::new()
            .fill(fill)
            .stroke(edge)
            .corner_radius(CornerRadius::same(size::RADIUS_CARD))
            .inner_margin(Margin::same(12))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.style_mut().interaction.selectable_labels = false;
                ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
                let title = format!("{}  {}", card.icon, card.title);
                ui.label(theme::strong(ui, title));
                ui.label(theme::soft(ui, card.text));
            });
    });
    let response = inner.response;
    super::button::focus_ring(ui, &response);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, card.title));
    response
}
