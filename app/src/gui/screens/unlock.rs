//! Before anything else can be read: which vault, and its passphrase.

use chancery_engine::api::{Command, VaultCommand, VaultStatus};
use egui::Ui;

use super::Desk;
use crate::gui::model::Wishes;
use crate::gui::parts::centred;
use crate::gui::parts::errand::Errand;
use crate::gui::theme::{self, icons, size};
use crate::gui::widgets::field::entered;
use crate::gui::widgets::secret_edit::SecretEdit;
use crate::gui::widgets::{button, report};

#[derive(Default)]
pub(in crate::gui) struct Unlock {
    passphrase: SecretEdit,
    errand: Errand,
    /// Whether the field has been given the keyboard once.
    greeted: bool,
}

impl Unlock {
    pub(in crate::gui) fn logic(&mut self, desk: &mut Desk<'_>) {
        self.errand.tend(desk.model);
    }

    pub(in crate::gui) fn ui(&mut self, ui: &mut Ui, status: &VaultStatus, wishes: &mut Wishes) {
        centred::column(ui, size::EMPTY, |ui| {
            if ui.ctx().content_rect().height() > LOW {
                ui.label(theme::large_icon(ui, icons::VAULT));
            }
            ui.label(theme::title(ui, "Unlock the vault"));
            ui.label(theme::soft(ui, which(status)));
            ui.add_space(size::GAP);
            self.form(ui, wishes);
        });
    }

    fn form(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        let under_way = self.errand.is_under_way();
        let field = self.passphrase.ui(ui, "Passphrase");
        if !self.greeted {
            field.request_focus();
            self.greeted = true;
        }
        let ready = !self.passphrase.is_empty() && !under_way;
        let entered = entered(ui, &field);
        let verb = match under_way {
            true => "Unlocking…",
            false => "Unlock",
        };
        let clicked = button::primary(ui, verb, ready).clicked();
        if ready && (clicked || entered) {
            let passphrase = self.passphrase.take();
            let command = Command::Vault(VaultCommand::unlock(passphrase));
            self.errand.send(wishes, command);
            self.greeted = false;
        }
        if let Some(refused) = self.errand.refused() {
            report::report(ui, refused);
        }
    }
}

fn which(status: &VaultStatus) -> String {
    let id = status.id.as_deref().unwrap_or_default();
    let short: String = id.chars().take(8).collect();
    let slots: Vec<String> = status
        .slots
        .iter()
        .map(|slot| slot.label.to_lowercase())
        .collect();
    match slots.is_empty() {
        true => format!("Vault {short}"),
        false => format!("Vault {short}, opened by {}", slots.join(" or ")),
    }
}

/// In a window lower than this the form has no ornament.
const LOW: f32 = 400.0;
