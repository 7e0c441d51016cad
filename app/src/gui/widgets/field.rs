//! A text field: label above, help below, and the error in help's place so that nothing jumps.

use egui::{Response, TextEdit, TextStyle, Ui};

use crate::gui::theme::{self, Tone, size};

/// What a form keeps of one field. Checked on leaving it, not while typing.
#[derive(Debug, Default)]
pub(in crate::gui) struct Field {
    pub(in crate::gui) text: String,
    left: bool,
}

/// How a field looks.
#[derive(Clone, Copy, Default)]
pub(in crate::gui) struct Look<'a> {
    pub(in crate::gui) label: &'a str,
    pub(in crate::gui) help: &'a str,
    /// Shown grey while the field is empty.
    pub(in crate::gui) example: &'a str,
    /// More than one line, in a face of equal widths; 0 and 1 are a plain field.
    pub(in crate::gui) lines: usize,
}

impl Field {
    pub(in crate::gui) fn holding(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            left: false,
        }
    }

    /// Shows the error from now on, as if the person had left the field.
    pub(in crate::gui) fn show_error(&mut self) {
        self.left = true;
    }

    pub(in crate::gui) fn clear(&mut self) {
        *self = Self::default();
    }

    /// `error` says what is wrong with the text as it is, if anything is.
    pub(in crate::gui) fn ui(
        &mut self,
        ui: &mut Ui,
        look: Look<'_>,
        error: Option<&str>,
    ) -> Response {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
            let caption = ui.label(theme::caption(ui, look.label));
            let width = ui.available_width().min(size::FORM);
            let response = match look.lines {
                0 | 1 => {
                    let edit = TextEdit::singleline(&mut self.text)
                        .margin(egui::vec2(8.0, 5.0))
                        .hint_text(look.example.to_owned())
                        .desired_width(width);
                    ui.add(edit)
                }
                lines => many_lines(ui, &mut self.text, look.example, lines, width),
            };
            let response = response.labelled_by(caption.id);
            self.left |= response.lost_focus() && !self.text.is_empty();
            below(ui, look.help, error.filter(|_| self.left));
            response
        })
        .inner
    }
}

/// As high as it is wide open: a long text scrolls in it and pushes nothing away.
fn many_lines(ui: &mut Ui, text: &mut String, example: &str, lines: usize, width: f32) -> Response {
    let row = ui.text_style_height(&TextStyle::Monospace);
    let rows = u16::try_from(lines).map_or(1.0, f32::from);
    egui::ScrollArea::vertical()
        .id_salt(example)
        .max_height(row * rows + 2.0 * size::GAP)
        .show(ui, |ui| {
            let edit = TextEdit::multiline(text)
                .desired_rows(lines)
                .font(TextStyle::Monospace)
                .hint_text(example.to_owned())
                .margin(egui::vec2(8.0, 5.0))
                .desired_width(width);
            ui.add(edit)
        })
        .inner
}

/// Whether Enter has just ended the typing in this field.
pub(in crate::gui) fn entered(ui: &Ui, field: &Response) -> bool {
    field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

/// Names a field that has no label beside it.
pub(in crate::gui) fn name(ui: &Ui, response: &Response, name: &str) {
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(name));
}

/// Help, or the error in its place.
pub(in crate::gui) fn below(ui: &mut Ui, help: &str, error: Option<&str>) {
    match error {
        Some(error) => {
            let text = format!("{} {error}", theme::icons::WARNING);
            ui.label(theme::toned(ui, Tone::Bad, text).text_style(TextStyle::Small));
        }
        None if help.is_empty() => (),
        None => {
            ui.label(theme::soft(ui, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::Role;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::gui::tests::harness;

    #[test]
    fn an_error_waits_until_the_field_is_left_and_takes_the_place_of_help() {
        let mut harness = harness(Field::default(), |ui, field| {
            let look = Look {
                label: "Name",
                help: "As clients will ask for it",
                ..Look::default()
            };
            field.ui(ui, look, Some("Not a name"));
        });
        harness
            .get_by_role_and_label(Role::TextInput, "Name")
            .focus();
        harness.run();
        harness
            .get_by_role_and_label(Role::TextInput, "Name")
            .type_text("!");
        harness.run();
        assert!(harness.query_by_label_contains("Not a name").is_none());
        harness.key_press(egui::Key::Tab);
        harness.run();
        assert!(harness.query_by_label_contains("Not a name").is_some());
        assert!(
            harness
                .query_by_label("As clients will ask for it")
                .is_none()
        );
    }
}
