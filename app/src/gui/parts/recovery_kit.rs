//! A new recovery code: shown once, saved as a kit, two of its groups typed back.

use chancery_engine::api::{RecoveryCode, Report, Secret};
use egui::Ui;

use crate::gui::model::{Model, Wishes};
use crate::gui::parts::save_kit::SaveKit;
use crate::gui::screens::View;
use crate::gui::theme::{self, Tone, size};
use crate::gui::widgets::secret_edit::SecretEdit;
use crate::gui::widgets::{alert, painted, report};
use crate::kit;

/// The code lives here from the moment it is drawn until it is sent in or dropped.
pub(in crate::gui) struct RecoveryKit {
    code: Result<RecoveryCode, Report>,
    /// Which groups are to be typed back, and what was typed.
    back: [(usize, SecretEdit); 2],
    save: SaveKit,
}

impl RecoveryKit {
    /// Draws a new code for the vault with this id.
    pub(in crate::gui) fn draw(vault: &str, view: &View<'_>) -> Self {
        Self {
            code: RecoveryCode::new(),
            back: [
                (FIRST_BACK, SecretEdit::default()),
                (SECOND_BACK, SecretEdit::default()),
            ],
            save: SaveKit::of(vault, view),
        }
    }

    pub(in crate::gui) fn tend(&mut self, model: &mut Model) {
        self.save.tend(model);
    }

    /// Shows the code, as letters and as a picture to scan. True where there is one.
    pub(in crate::gui) fn show_ui(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        wishes: &mut Wishes,
    ) -> bool {
        let code = match &self.code {
            Ok(code) => code,
            Err(failed) => {
                report::report(ui, failed);
                return false;
            }
        };
        ui.label(
            "Whoever has this code opens everything in the vault, also after the passphrase is \
             forgotten. Print it, or write it down, and lock it away. It is not shown again.",
        );
        code.expose(|text| painted::groups(ui, text, "The recovery code, painted here"));
        ui.horizontal_top(|ui| {
            if let Some(qr) = kit::qr(code) {
                let dark = |row, column| qr.is_dark(row, column);
                painted::modules(ui, qr.width, dark, "The same code, to be scanned");
            }
            ui.vertical(|ui| self.save.ui(ui, wishes, code, view));
        });
        true
    }

    /// Asks for two groups of the code. True as soon as both are right.
    pub(in crate::gui) fn type_back_ui(&mut self, ui: &mut Ui) -> bool {
        let Ok(code) = &self.code else {
            return false;
        };
        ui.label("So that it is certain that you have it: type two of its six groups.");
        let mut right = true;
        for (place, (group, typed)) in self.back.iter_mut().enumerate() {
            let field = typed.ui(ui, &format!("Group {} of the code", *group + 1));
            if place == 0 && ui.memory(|memory| memory.focused().is_none()) {
                field.request_focus();
            }
            let fits = typed.expose(|typed| code.has_group(*group, typed));
            let long = typed.expose(|typed| typed.trim().chars().count() >= GROUP);
            if long && !fits {
                ui.label(theme::toned(ui, Tone::Bad, "That is not what was shown"));
            }
            right &= fits;
        }
        if !self.save.is_saved() {
            let text = "Only what you wrote down yourself has the code.";
            alert::alert(ui, Tone::Due, "The kit was not saved", text);
        }
        ui.add_space(size::GAP_SMALL);
        right
    }

    /// As it goes with a command; `None` where no code could be drawn.
    pub(in crate::gui) fn code(&self) -> Option<Secret<String>> {
        self.code.as_ref().ok().map(RecoveryCode::to_secret)
    }
}

/// The third and the fifth: neither first nor last, which one remembers by chance.
const FIRST_BACK: usize = 2;
const SECOND_BACK: usize = 4;
const GROUP: usize = 5;
