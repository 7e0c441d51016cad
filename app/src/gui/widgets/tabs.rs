//! Parts of one screen, side by side; the open one is underlined.

use egui::{Role, Sense, Stroke, Ui, WidgetInfo, vec2};

use crate::gui::theme::{self, size};
use crate::gui::widgets::button;

/// One line of tabs; the one that has been asked for just now.
pub(in crate::gui) fn tabs<T: Copy + PartialEq>(
    ui: &mut Ui,
    open: T,
    all: &[(T, &str)],
) -> Option<T> {
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = size::GAP_LARGE;
        for (tab, word) in all {
            if tab_ui(ui, *tab == open, word) {
                chosen = Some(*tab);
            }
        }
    });
    ui.add_space(size::GAP_SMALL);
    chosen
}

fn tab_ui(ui: &mut Ui, is_open: bool, word: &str) -> bool {
    let tokens = theme::of(ui);
    let text = match is_open {
        true => theme::strong(ui, word),
        false => egui::RichText::new(word).color(tokens.soft),
    };
    let galley = egui::WidgetText::from(text).into_galley(
        ui,
        Some(egui::TextWrapMode::Extend),
        f32::INFINITY,
        egui::TextStyle::Body,
    );
    let full = vec2(galley.size().x, size::CONTROL);
    let (rect, response) = ui.allocate_exact_size(full, Sense::click());
    let place = egui::Align2::LEFT_CENTER.align_size_within_rect(galley.size(), rect);
    let colour = match is_open || response.hovered() {
        true => tokens.strong,
        false => tokens.soft,
    };
    ui.painter().galley(place.min, galley, colour);
    if is_open {
        let line = Stroke::new(size::FOCUS, tokens.accent);
        ui.painter()
            .hline(rect.x_range(), rect.bottom() - 1.0, line);
    }
    button::focus_ring(ui, &response);
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_open, word));
    response.clicked()
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::gui::tests::harness;

    #[test]
    fn a_tab_is_chosen_by_pointer_and_by_keyboard() {
        let mut harness = harness(0_usize, |ui, open| {
            if let Some(chosen) = tabs(ui, *open, &[(0, "One"), (1, "Two"), (2, "Three")]) {
                *open = chosen;
            }
        });
        harness.get_by_role_and_label(Role::Tab, "Two").click();
        harness.run();
        assert_eq!(*harness.state(), 1);
        harness.get_by_role_and_label(Role::Tab, "Three").focus();
        harness.run();
        harness.key_press(egui::Key::Enter);
        harness.run();
        assert_eq!(*harness.state(), 2);
    }
}
