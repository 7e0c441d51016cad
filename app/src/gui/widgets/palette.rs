//! The search field that also commands: type, arrows, Enter.

use egui::{Context, Id, Key, Modal, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, vec2};

use crate::gui::theme::{self, icons, size};
use crate::gui::widgets::field;

/// One line of what was found.
pub(in crate::gui) struct Entry {
    pub(in crate::gui) icon: &'static str,
    pub(in crate::gui) text: String,
    /// What tells it from its like, at the right.
    pub(in crate::gui) detail: String,
}

/// What the person typed, and where the arrows stand.
#[derive(Default)]
pub(in crate::gui) struct Palette {
    pub(in crate::gui) asked: String,
    line: usize,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::gui) enum Outcome {
    Chosen(usize),
    Closed,
}

impl Palette {
    pub(in crate::gui) fn ui(&mut self, context: &Context, entries: &[Entry]) -> Option<Outcome> {
        let style = context.global_style();
        let window = context.content_rect();
        let dialog = Modal::new(Id::unique("palette"))
            .area(Modal::default_area(Id::unique("palette")).anchor(
                egui::Align2::CENTER_TOP,
                [0.0, (window.height() * 0.12).min(80.0)],
            ))
            .backdrop_color(theme::veil(context))
            .frame(egui::Frame::popup(&style).inner_margin(egui::Margin::same(8)))
            .show(context, |ui| {
                ui.set_width(size::FORM.min(window.width() - 64.0));
                self.field(ui, entries.len());
                self.list(ui, entries, window.height())
            });
        let enter = context.input(|input| input.key_pressed(Key::Enter));
        let entered = (enter && self.line < entries.len()).then_some(self.line);
        let chosen = dialog.inner.or(entered).map(Outcome::Chosen);
        chosen.or_else(|| dialog.should_close().then_some(Outcome::Closed))
    }

    fn field(&mut self, ui: &mut Ui, count: usize) {
        let (up, down) = ui.input_mut(|input| {
            let none = egui::Modifiers::NONE;
            (
                input.consume_key(none, Key::ArrowUp),
                input.consume_key(none, Key::ArrowDown),
            )
        });
        let edit = TextEdit::singleline(&mut self.asked)
            .hint_text("Search or command")
            .prefix(theme::soft(ui, icons::SEARCH))
            .margin(vec2(8.0, 6.0))
            .desired_width(f32::INFINITY);
        let response = ui.add(edit);
        field::name(ui, &response, "Search or command");
        if response.changed() {
            self.line = 0;
        }
        response.request_focus();
        self.line = match (up, down) {
            (true, _) => self.line.saturating_sub(1),
            (_, true) => (self.line + 1).min(count.saturating_sub(1)),
            _ => self.line.min(count.saturating_sub(1)),
        };
    }

    fn list(&self, ui: &mut Ui, entries: &[Entry], height: f32) -> Option<usize> {
        let mut chosen = None;
        if entries.is_empty() {
            ui.label(theme::soft(ui, "Nothing found"));
        }
        let highest = (height * 0.6).min(420.0);
        ScrollArea::vertical()
            .max_height(highest)
            // Or else it would stay as low as the shortest list that was ever in it.
            .min_scrolled_height(highest)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (index, entry) in entries.iter().enumerate() {
                    if entry_ui(ui, entry, index == self.line) {
                        chosen = Some(index);
                    }
                }
            });
        chosen
    }
}

fn entry_ui(ui: &mut Ui, entry: &Entry, current: bool) -> bool {
    let tokens = theme::of(ui);
    let full = vec2(ui.available_width(), size::ROW + size::GAP_SMALL);
    let (rect, response) = ui.allocate_exact_size(full, Sense::CLICK);
    let fill = match (current, response.hovered()) {
        (true, _) => Some(tokens.selected),
        (false, true) => Some(tokens.hover),
        (false, false) => None,
    };
    if let Some(fill) = fill {
        ui.painter()
            .rect_filled(rect, f32::from(size::RADIUS), fill);
    }
    let inside = rect.shrink2(vec2(size::GAP, 0.0));
    let builder = egui::UiBuilder::new()
        .max_rect(inside)
        .layout(egui::Layout::right_to_left(egui::Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.style_mut().interaction.selectable_labels = false;
        ui.label(theme::soft(ui, &entry.detail));
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.with_layout(layout, |ui| {
            ui.label(theme::icon(entry.icon).color(tokens.soft));
            ui.add(egui::Label::new(&entry.text).truncate());
        });
    });
    ui.advance_cursor_after_rect(rect);
    if current {
        response.scroll_to_me(None);
    }
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, current, &entry.text));
    response.clicked()
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::gui::tests::harness;

    #[test]
    fn arrows_and_enter_choose_a_line() {
        let start = (Palette::default(), None);
        let mut harness = harness(start, |ui, (palette, outcome)| {
            if let Some(said) = palette.ui(ui.ctx(), &entries()) {
                *outcome = Some(said);
            }
        });
        harness.run_steps(3);
        harness.key_press(Key::ArrowDown);
        harness.run_steps(2);
        harness.key_press(Key::Enter);
        harness.run_steps(2);
        assert_eq!(harness.state().1, Some(Outcome::Chosen(1)));
    }

    #[test]
    fn a_click_chooses_a_line() {
        let start = (Palette::default(), None);
        let mut harness = harness(start, |ui, (palette, outcome)| {
            if let Some(said) = palette.ui(ui.ctx(), &entries()) {
                *outcome = Some(said);
            }
        });
        harness.run_steps(3);
        harness
            .get_by_role_and_label(Role::ListBoxOption, "Lock vault")
            .click();
        harness.run_steps(2);
        assert_eq!(harness.state().1, Some(Outcome::Chosen(1)));
    }

    #[test]
    fn a_long_list_is_as_high_after_a_short_one_as_before_it() {
        let start = (Palette::default(), 12);
        let mut harness = harness(start, |ui, (palette, count)| {
            let entry = |at| Entry {
                icon: icons::CERTIFICATE,
                text: format!("Line {at}"),
                detail: String::new(),
            };
            let entries: Vec<Entry> = (0..*count).map(entry).collect();
            let _ = palette.ui(ui.ctx(), &entries);
        });
        harness.run_steps(5);
        let height = |harness: &egui_kittest::Harness<'_, (Palette, usize)>| {
            let layer = egui::LayerId::new(egui::Order::Foreground, Id::unique("palette"));
            let rect = harness.ctx.memory(|memory| memory.area_rect(layer.id));
            rect.unwrap().height()
        };
        let before = height(&harness);
        for count in [1, 12] {
            harness.state_mut().1 = count;
            harness.run_steps(5);
        }
        assert!((height(&harness) - before).abs() < 1.0, "{before}");
    }

    fn entries() -> Vec<Entry> {
        ["Certificates", "Lock vault"]
            .map(|text| Entry {
                icon: icons::CERTIFICATE,
                text: text.to_owned(),
                detail: String::new(),
            })
            .into()
    }
}
