//! Buttons by their weight: one filled per view, the others outlined, icons alone with a name.

use egui::{Button, Color32, CornerRadius, Response, RichText, Stroke, StrokeKind, Ui};

use crate::gui::theme::{self, Tokens, size};

/// The one thing that this view is for.
pub(in crate::gui) fn primary(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    let Tokens {
        accent, on_accent, ..
    } = *theme::of(ui);
    filled(ui, text, enabled, accent, on_accent)
}

/// Destroys something; stands only inside the dialog that asks about it.
pub(in crate::gui) fn destroy(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    let colours = theme::of(ui).destroy;
    filled(ui, text, enabled, colours.ground, colours.text)
}

/// Outlined.
pub(in crate::gui) fn plain(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    let button = Button::new(text).wrap_mode(egui::TextWrapMode::Extend);
    ui.add_enabled(enabled, button)
}

/// An icon whose meaning is also its tooltip and its name for those who do not see it.
pub(in crate::gui) fn icon(ui: &mut Ui, icon: &str, name: &str) -> Response {
    square(ui, theme::icon(icon), name, size::CONTROL)
}

/// The same within a line of text.
pub(in crate::gui) fn small_icon(ui: &mut Ui, icon: &str, name: &str) -> Response {
    square(ui, RichText::new(icon), name, SMALL)
}

fn square(ui: &mut Ui, icon: RichText, name: &str, side: f32) -> Response {
    let button = Button::new(icon)
        .frame_when_inactive(false)
        .min_size(egui::vec2(side, side));
    let response = ui
        .scope(|ui| {
            ui.spacing_mut().interact_size = egui::Vec2::ZERO;
            ui.spacing_mut().button_padding = egui::vec2(side * 0.2, 1.0);
            ui.add(button)
        })
        .inner;
    let enabled = response.enabled();
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, name));
    response.on_hover_text(name)
}

fn filled(ui: &mut Ui, text: &str, enabled: bool, fill: Color32, on: Color32) -> Response {
    let tokens = theme::of(ui);
    let (fill, on) = match enabled {
        true => (fill, on),
        false => (tokens.off.ground, tokens.off.text),
    };
    let text = RichText::new(text).color(on);
    let button = Button::new(text)
        .fill(fill)
        .stroke(Stroke::NONE)
        .wrap_mode(egui::TextWrapMode::Extend);
    let response = ui.add_enabled(enabled, button);
    focus_ring(ui, &response);
    response
}

/// Where the keyboard is, for what is filled and hides the usual edge.
pub(in crate::gui) fn focus_ring(ui: &Ui, response: &Response) {
    if response.has_focus() {
        ui.painter().rect_stroke(
            response.rect.expand(3.0),
            CornerRadius::same(size::RADIUS_CARD),
            Stroke::new(size::FOCUS, theme::of(ui).accent),
            StrokeKind::Inside,
        );
    }
}

/// The side of a small icon's button.
pub(in crate::gui) const SMALL: f32 = 20.0;
