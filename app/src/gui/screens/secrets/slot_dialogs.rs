//! Adding, changing and removing what opens the vault.

use chancery_engine::api::{Command, SlotRow, VaultCommand};
use egui::{Context, Ui};

use super::slots;
use crate::gui::model::{Model, Wishes};
use crate::gui::parts::errand::Errand;
use crate::gui::parts::new_passphrase::NewPassphrase;
use crate::gui::parts::recovery_kit::RecoveryKit;
use crate::gui::screens::View;
use crate::gui::theme;
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::field::{Field, Look};
use crate::gui::widgets::report;
use crate::gui::widgets::secret_edit::SecretEdit;

/// One of the dialogs about slots, with what has been typed into it.
pub(super) enum SlotDialog {
    AddOsStore {
        label: Field,
        presence: bool,
        passphrase: SecretEdit,
    },
    AddRecovery(Box<AddRecovery>),
    Change {
        old: SecretEdit,
        new: NewPassphrase,
        greeted: bool,
    },
    Remove {
        slot: SlotRow,
        passphrase: SecretEdit,
        greeted: bool,
    },
}

pub(super) struct AddRecovery {
    kit: RecoveryKit,
    seen: bool,
    passphrase: SecretEdit,
}

impl SlotDialog {
    pub(super) fn add_os_store(machine: &str) -> Self {
        Self::AddOsStore {
            label: Field::holding(machine),
            presence: false,
            passphrase: SecretEdit::default(),
        }
    }

    pub(super) fn add_recovery(vault: &str, view: &View<'_>) -> Self {
        Self::AddRecovery(Box::new(AddRecovery {
            kit: RecoveryKit::draw(vault, view),
            seen: false,
            passphrase: SecretEdit::default(),
        }))
    }

    pub(super) fn change() -> Self {
        Self::Change {
            old: SecretEdit::default(),
            new: NewPassphrase::default(),
            greeted: false,
        }
    }

    pub(super) fn remove(slot: SlotRow) -> Self {
        Self::Remove {
            slot,
            passphrase: SecretEdit::default(),
            greeted: false,
        }
    }

    pub(super) fn tend(&mut self, model: &mut Model) {
        if let Self::AddRecovery(add) = self {
            add.kit.tend(model);
        }
    }

    /// True when the person leaves it.
    pub(super) fn ui(
        &mut self,
        context: &Context,
        view: &View<'_>,
        errand: &mut Errand,
        wishes: &mut Wishes,
    ) -> bool {
        match self {
            Self::AddOsStore {
                label,
                presence,
                passphrase,
            } => os_store_ui(context, (label, presence, passphrase), errand, wishes),
            Self::AddRecovery(add) => add.ui(context, view, errand, wishes),
            Self::Change { old, new, greeted } => {
                change_ui(context, (old, new, greeted), errand, wishes)
            }
            Self::Remove {
                slot,
                passphrase,
                greeted,
            } => remove_ui(context, (slot, passphrase, greeted), errand, wishes),
        }
    }
}

impl AddRecovery {
    fn ui(
        &mut self,
        context: &Context,
        view: &View<'_>,
        errand: &mut Errand,
        wishes: &mut Wishes,
    ) -> bool {
        let under_way = errand.is_under_way();
        let dialog = Confirm {
            title: "Add recovery code",
            consequences: &[],
            verb: match (self.seen, under_way) {
                (false, _) => "I have it: continue…",
                (true, false) => "Add recovery code",
                (true, true) => "Adding…",
            },
            destroys: false,
        };
        let answer = dialog.show(context, |ui| match self.seen {
            false => self.kit.show_ui(ui, view, wishes),
            true => {
                let right = self.kit.type_back_ui(ui);
                self.passphrase.ui(ui, "Passphrase of the vault");
                refused_ui(ui, errand);
                right && !self.passphrase.is_empty() && !under_way
            }
        });
        match (answer, self.seen) {
            (Some(Answer::Go), false) => self.seen = true,
            (Some(Answer::Go), true) => {
                if let Some(code) = self.kit.code() {
                    let passphrase = self.passphrase.take();
                    let command = VaultCommand::AddRecoverySlot { passphrase, code };
                    errand.send(wishes, Command::Vault(command));
                }
            }
            (Some(Answer::Leave), _) => return true,
            (None, _) => (),
        }
        false
    }
}

fn os_store_ui(
    context: &Context,
    (label, presence, passphrase): (&mut Field, &mut bool, &mut SecretEdit),
    errand: &mut Errand,
    wishes: &mut Wishes,
) -> bool {
    let dialog = Confirm {
        title: "Let the system’s store open the vault",
        consequences: &[
            "Whoever is logged in to this system as you unlocks the vault without typing: \
             certificates are listed, and everyday keys used."
                .to_owned(),
            "The keys of authorities still ask for the passphrase.".to_owned(),
        ],
        verb: match errand.is_under_way() {
            true => "Adding…",
            false => "Add the system’s store",
        },
        destroys: false,
    };
    let answer = dialog.show(context, |ui| {
        let look = Look {
            label: "What to call this computer",
            help: "To tell it apart in the list",
            ..Look::default()
        };
        label.ui(ui, look, None);
        if cfg!(target_os = "macos") {
            ui.checkbox(presence, "Ask for Touch ID each time");
        }
        passphrase.ui(ui, "Passphrase of the vault");
        refused_ui(ui, errand);
        !passphrase.is_empty() && !errand.is_under_way()
    });
    if answer == Some(Answer::Go) {
        let command = VaultCommand::AddOsStoreSlot {
            passphrase: passphrase.take(),
            label: label.text.trim().to_owned(),
            presence: *presence,
        };
        errand.send(wishes, Command::Vault(command));
    }
    answer == Some(Answer::Leave)
}

fn change_ui(
    context: &Context,
    (old, new, greeted): (&mut SecretEdit, &mut NewPassphrase, &mut bool),
    errand: &mut Errand,
    wishes: &mut Wishes,
) -> bool {
    let dialog = Confirm {
        title: "Change passphrase",
        consequences: &[REKEYED.to_owned(), COPIES.to_owned()],
        verb: match errand.is_under_way() {
            true => "Changing…",
            false => "Change passphrase",
        },
        destroys: false,
    };
    let answer = dialog.show(context, |ui| {
        let field = old.ui(ui, "Passphrase so far");
        if !std::mem::replace(greeted, true) {
            field.request_focus();
        }
        let typed = new.ui(ui, "New passphrase", "The new passphrase again");
        refused_ui(ui, errand);
        typed.ready && !old.is_empty() && !errand.is_under_way()
    });
    if answer == Some(Answer::Go) {
        let (old, new) = (old.take(), new.take());
        let command = VaultCommand::ChangePassphrase { old, new };
        errand.send(wishes, Command::Vault(command));
    }
    answer == Some(Answer::Leave)
}

fn remove_ui(
    context: &Context,
    (slot, passphrase, greeted): (&SlotRow, &mut SecretEdit, &mut bool),
    errand: &mut Errand,
    wishes: &mut Wishes,
) -> bool {
    let title = slots::title(slot);
    let dialog = Confirm {
        title: "Remove a way to unlock",
        consequences: &[
            format!("{title} no longer opens the vault."),
            REKEYED.to_owned(),
            COPIES.to_owned(),
        ],
        verb: match errand.is_under_way() {
            true => "Removing…",
            false => "Remove",
        },
        destroys: true,
    };
    let answer = dialog.show(context, |ui| {
        let field = passphrase.ui(ui, "Passphrase of the vault");
        if !std::mem::replace(greeted, true) {
            field.request_focus();
        }
        refused_ui(ui, errand);
        !passphrase.is_empty() && !errand.is_under_way()
    });
    if answer == Some(Answer::Go) {
        let (id, passphrase) = (slot.id, passphrase.take());
        let command = VaultCommand::RemoveSlot { id, passphrase };
        errand.send(wishes, Command::Vault(command));
    }
    answer == Some(Answer::Leave)
}

fn refused_ui(ui: &mut Ui, errand: &Errand) {
    if let Some(refused) = errand.refused() {
        report::report(ui, refused);
    } else if errand.is_under_way() {
        let text = "This takes a moment: guessing is made slow";
        ui.label(theme::soft(ui, text));
    }
}

const REKEYED: &str = "Everything in the vault is sealed anew, under new keys.";
const COPIES: &str = "Copies of the vault made before, backups among them, still open as they did.";
