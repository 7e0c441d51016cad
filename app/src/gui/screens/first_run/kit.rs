//! The recovery kit at the end of the first run: offered, and skipped only with open eyes.

use chancery_engine::api::{Command, VaultCommand};
use egui::{Response, Ui};

use super::making::Making;
use crate::gui::model::{Model, Wishes};
use crate::gui::parts::errand::Errand;
use crate::gui::parts::recovery_kit::RecoveryKit;
use crate::gui::screens::View;
use crate::gui::theme::{self, Tone};
use crate::gui::widgets::{alert, button, report};

#[derive(Default)]
pub(super) struct KitStep {
    kit: Option<Box<RecoveryKit>>,
    /// The code has been shown, and two groups are to be typed.
    seen: bool,
    errand: Errand,
    done: bool,
}

impl KitStep {
    pub(super) fn tend(&mut self, model: &mut Model) {
        if let Some(kit) = &mut self.kit {
            kit.tend(model);
        }
        if self.errand.tend(model).is_some() {
            self.done = true;
            self.kit = None;
        }
    }

    pub(super) fn open(&mut self, vault: &str, view: &View<'_>) {
        self.kit = Some(Box::new(RecoveryKit::draw(vault, view)));
        self.seen = false;
    }

    pub(super) const fn is_open(&self) -> bool {
        self.kit.is_some()
    }

    pub(super) const fn is_done(&self) -> bool {
        self.done
    }

    /// Its button, which begins it.
    pub(super) fn offer_ui(&self, ui: &mut Ui) -> Response {
        let text = "It sets a new passphrase when this one is forgotten. Without it nobody can: \
            every private key in the vault would be lost. It can also be made later, under Secrets.";
        let title = "Everything is there. One thing remains: the recovery kit";
        alert::alert(ui, Tone::Due, title, text);
        button::primary(ui, "Make recovery kit…", true)
    }

    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        making: &Making,
        wishes: &mut Wishes,
    ) {
        let Some(kit) = &mut self.kit else {
            return;
        };
        let under_way = self.errand.is_under_way();
        let ready = match self.seen {
            false => kit.show_ui(ui, view, wishes),
            true => kit.type_back_ui(ui) && !under_way,
        };
        let verb = match (self.seen, under_way) {
            (false, _) => "I have it: continue…",
            (true, false) => "Add recovery code",
            (true, true) => "Adding…",
        };
        let (mut go, mut back) = (false, false);
        ui.horizontal_wrapped(|ui| {
            go = button::primary(ui, verb, ready).clicked();
            back = ui.button("Back").clicked();
        });
        if let Some(refused) = self.errand.refused() {
            report::report(ui, refused);
        } else if under_way {
            ui.label(theme::soft(ui, "This takes a moment"));
        }
        match (go, self.seen) {
            (true, false) => self.seen = true,
            (true, true) => self.add(making, wishes),
            (false, _) => (),
        }
        match (back, self.seen) {
            (true, true) => self.seen = false,
            (true, false) => self.kit = None,
            (false, _) => (),
        }
    }

    fn add(&mut self, making: &Making, wishes: &mut Wishes) {
        let code = self.kit.as_ref().and_then(|kit| kit.code());
        if let (Some(code), Some(passphrase)) = (code, making.passphrase_again()) {
            let command = VaultCommand::AddRecoverySlot { passphrase, code };
            self.errand.send(wishes, Command::Vault(command));
        }
    }
}
