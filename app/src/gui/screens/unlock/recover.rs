//! After forgetting: the recovery code sets a new passphrase.

use chancery_engine::api::{Command, RecoveryCode, VaultCommand};
use egui::Ui;

use crate::gui::model::{Model, Wishes};
use crate::gui::parts::errand::Errand;
use crate::gui::parts::new_passphrase::NewPassphrase;
use crate::gui::theme::{self, Tone, icons};
use crate::gui::widgets::secret_edit::SecretEdit;
use crate::gui::widgets::{badge, button, report};

#[derive(Default)]
pub(super) struct Recover {
    code: SecretEdit,
    left: bool,
    new: NewPassphrase,
    errand: Errand,
    greeted: bool,
}

impl Recover {
    /// True when the new passphrase is set.
    pub(super) fn tend(&mut self, model: &mut Model) -> bool {
        self.errand.tend(model).is_some()
    }

    /// True when the person leaves it.
    pub(super) fn ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) -> bool {
        ui.label("The code stands on the kit that was printed: thirty letters and digits.");
        let field = self.code.ui(ui, "Recovery code");
        if !std::mem::replace(&mut self.greeted, true) {
            field.request_focus();
        }
        self.left |= field.lost_focus() && !self.code.is_empty();
        let read = self
            .code
            .expose(|typed| RecoveryCode::parse(typed).map(drop));
        match read {
            Ok(()) => {
                badge::line(ui, Tone::Good, icons::DONE, "Every sign of it fits");
            }
            Err(error) if self.left => {
                let text = report::sentence(&error.to_string());
                badge::line(ui, Tone::Bad, icons::WARNING, &text);
            }
            Err(_) => drop(ui.label(theme::soft(ui, "Hyphens and spaces do not matter"))),
        }
        let typed = self
            .new
            .ui(ui, "New passphrase", "The new passphrase again");
        let under_way = self.errand.is_under_way();
        let ready = read.is_ok() && typed.ready && !under_way;
        let mut left = false;
        let clicked = ui
            .horizontal_wrapped(|ui| {
                let verb = match under_way {
                    true => "Recovering…",
                    false => "Set new passphrase",
                };
                let clicked = button::primary(ui, verb, ready).clicked();
                left = ui.button("Back").clicked();
                clicked
            })
            .inner;
        if ready && (clicked || typed.entered) {
            let (code, new) = (self.code.take(), self.new.take());
            let command = VaultCommand::Recover { code, new };
            self.errand.send(wishes, Command::Vault(command));
        }
        if let Some(refused) = self.errand.refused() {
            report::report(ui, refused);
        }
        left
    }
}
