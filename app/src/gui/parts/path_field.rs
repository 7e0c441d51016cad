//! A path that can be typed, or chosen in the desktop's dialog where it offers one.

use egui::Ui;

use crate::gui::files::{FileAnswer, FileAsk};
use crate::gui::model::{Model, WishId, Wishes};
use crate::gui::theme::{self, icons, size};
use crate::gui::widgets::field::{Field, Look};

#[derive(Default)]
pub(in crate::gui) struct PathField {
    pub(in crate::gui) field: Field,
    asked: Option<WishId>,
    /// The dialog came back with nothing, perhaps because there is none.
    nothing: bool,
    /// Whether the field shall be given the keyboard.
    wanted: bool,
}

impl PathField {
    pub(in crate::gui) fn holding(text: impl Into<String>) -> Self {
        Self {
            field: Field::holding(text),
            ..Self::default()
        }
    }

    /// Gives the field the keyboard as soon as it is drawn.
    pub(in crate::gui) fn focused(self) -> Self {
        Self {
            wanted: true,
            ..self
        }
    }

    /// Takes what the dialog said. True when a path has been chosen just now.
    pub(in crate::gui) fn tend(&mut self, model: &mut Model) -> bool {
        let Some(answer) = self.asked.and_then(|asked| model.take_file(asked)) else {
            return false;
        };
        self.asked = None;
        match answer {
            FileAnswer::Picked(path) => {
                self.field.text = path.display().to_string();
                true
            }
            _ => {
                self.nothing = true;
                false
            }
        }
    }

    /// True when a path has just been typed to its end: by Enter, or by leaving the field.
    pub(in crate::gui) fn ui(
        &mut self,
        ui: &mut Ui,
        wishes: &mut Wishes,
        look: Look<'_>,
        ask: FileAsk,
    ) -> bool {
        let help = match self.nothing {
            true => "Nothing was chosen; the path can also be typed here",
            false => look.help,
        };
        let mut typed = false;
        ui.horizontal_top(|ui| {
            let button = 100.0;
            let width = (ui.available_width().min(size::FORM) - button - size::GAP).max(120.0);
            ui.allocate_ui(egui::vec2(width, 0.0), |ui| {
                ui.set_width(width);
                let field = self.field.ui(ui, Look { help, ..look }, None);
                if std::mem::take(&mut self.wanted) {
                    field.request_focus();
                }
                typed = field.lost_focus() && !self.field.text.trim().is_empty();
            });
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
                ui.label(theme::caption(ui, " "));
                let text = format!("{} Browse…", icons::FOLDER);
                let enabled = self.asked.is_none();
                if ui.add_enabled(enabled, egui::Button::new(text)).clicked() {
                    self.asked = Some(wishes.file(ask));
                    self.nothing = false;
                }
            });
        });
        typed
    }
}
