//! What narrows a list: a search text, and chips that are on or off.

use egui::{Button, Response, Role, TextEdit, Ui, WidgetInfo};

use crate::gui::theme::{self, icons, size};
use crate::gui::widgets::{button, field};

/// A search field with an icon, cleared by its cross or by Escape.
pub(in crate::gui) fn search(ui: &mut Ui, text: &mut String, name: &str) -> Response {
    let edit = TextEdit::singleline(text)
        .hint_text(name.to_owned())
        .prefix(theme::soft(ui, icons::SEARCH))
        .margin(egui::vec2(8.0, 5.0))
        .desired_width(WIDTH.min(ui.available_width()));
    let response = ui.add(edit);
    field::name(ui, &response, name);
    let cleared = !text.is_empty() && button::icon(ui, icons::CLOSE, "Clear search").clicked();
    let escaped = response.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Escape));
    if cleared || escaped {
        text.clear();
    }
    response
}

/// One chip; true if it was turned on or off.
pub(in crate::gui) fn chip(ui: &mut Ui, on: bool, word: &str) -> bool {
    let tokens = theme::of(ui);
    let text = match on {
        true => theme::caption(ui, format!("{} {word}", icons::CHECK)).color(tokens.strong),
        false => theme::caption(ui, word),
    };
    let fill = match on {
        true => tokens.selected,
        false => tokens.ground,
    };
    let chip = Button::new(text)
        .fill(fill)
        .corner_radius(size::CONTROL / 2.0);
    let response = ui.add(chip);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, word));
    response.clicked()
}

const WIDTH: f32 = 240.0;
