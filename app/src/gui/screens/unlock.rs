//! Before anything else can be read: which vault, and one of the ways to open it.

mod recover;

use chancery_engine::api::{Command, Fact, Opener, SlotKind, VaultCommand, VaultFact, VaultStatus};
use egui::Ui;

use super::Desk;
use crate::gui::model::Wishes;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::{centred, time};
use crate::gui::program::Arrival;
use crate::gui::theme::{self, Tone, icons, size};
use crate::gui::widgets::field::entered;
use crate::gui::widgets::secret_edit::SecretEdit;
use crate::gui::widgets::{alert, badge, button, report};
use recover::Recover;

#[derive(Default)]
pub(in crate::gui) struct Unlock {
    passphrase: SecretEdit,
    errand: Errand,
    /// Whether the field has been given the keyboard once.
    greeted: bool,
    /// Open while the passphrase is being replaced by means of the recovery code.
    recover: Option<Box<Recover>>,
    /// A new passphrase has been set just now.
    recovered: bool,
    /// The person has been told that the vault's file is an older copy, and takes it.
    accept_older: bool,
    /// What has just been restored or opened.
    arrival: Option<Arrival>,
}

impl Unlock {
    pub(in crate::gui) fn logic(&mut self, desk: &mut Desk<'_>) {
        let ended = self.errand.tend(desk.model);
        if let Some(Fact::Vault(VaultFact::Unlocked)) = ended {
            *self = Self::default();
        }
        if let Some(recover) = &mut self.recover
            && recover.tend(desk.model)
        {
            self.recover = None;
            self.recovered = true;
            self.greeted = false;
        }
    }

    /// The window has come here from the first run.
    pub(in crate::gui) fn arrived(&mut self, arrival: Arrival) {
        self.arrival = Some(arrival);
    }

    pub(in crate::gui) fn ui(&mut self, ui: &mut Ui, status: &VaultStatus, wishes: &mut Wishes) {
        centred::column(ui, size::EMPTY, |ui| {
            if ui.ctx().content_rect().height() > LOW {
                ui.label(theme::large_icon(ui, icons::VAULT));
            }
            let title = match self.recover {
                Some(_) => "Set a new passphrase",
                None => "Unlock the vault",
            };
            ui.label(theme::title(ui, title));
            ui.label(theme::soft(ui, which(status)));
            ui.add_space(size::GAP);
            if let Some(recover) = &mut self.recover {
                if recover.ui(ui, wishes) {
                    self.recover = None;
                    self.greeted = false;
                }
                return;
            }
            self.form(ui, status, wishes);
        });
    }

    fn form(&mut self, ui: &mut Ui, status: &VaultStatus, wishes: &mut Wishes) {
        let under_way = self.errand.is_under_way();
        if self.recovered {
            let text = "Unlock with it. Then make a new recovery code, under Secrets: this one has \
                been typed into a computer.";
            alert::alert(ui, Tone::Good, "The new passphrase is set", text);
        }
        if let Some(arrival) = &self.arrival {
            arrived_ui(ui, arrival);
        }
        if status.has(SlotKind::OsStore) {
            self.system_ui(ui, wishes);
        }
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
        let clicked = ui
            .horizontal_wrapped(|ui| {
                let clicked = button::primary(ui, verb, ready).clicked();
                if status.has(SlotKind::Recovery) && ui.button("Forgotten? Recover…").clicked() {
                    self.recover = Some(Box::default());
                }
                clicked
            })
            .inner;
        if ready && (clicked || entered) {
            let with = Opener::Passphrase(self.passphrase.take());
            self.unlock(with, wishes);
        }
        self.refused_ui(ui);
    }

    fn system_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        let text = format!("{} Unlock with the system’s store", icons::SYSTEM);
        let enabled = !self.errand.is_under_way();
        let button = ui.add_enabled(enabled, egui::Button::new(text));
        button.widget_info(|| {
            let name = "Unlock with the system’s store";
            egui::WidgetInfo::labeled(egui::Role::Button, enabled, name)
        });
        if button.clicked() {
            self.unlock(Opener::OsStore, wishes);
        }
        ui.label(theme::soft(ui, "or by the passphrase"));
    }

    fn refused_ui(&mut self, ui: &mut Ui) {
        let Some(refused) = self.errand.refused() else {
            return;
        };
        report::report(ui, refused);
        if refused.code == OLDER && !self.accept_older {
            let text = "Somebody may have put an old copy back, with grants and ways to unlock \
                that had been taken away. If you restored it yourself, go on.";
            alert::alert(ui, Tone::Due, "An older copy of the vault", text);
            ui.checkbox(&mut self.accept_older, "I put this copy here; open it");
        }
    }

    fn unlock(&mut self, with: Opener, wishes: &mut Wishes) {
        let accept_older = std::mem::take(&mut self.accept_older);
        let command = VaultCommand::Unlock { with, accept_older };
        self.errand.send(wishes, Command::Vault(command));
        self.greeted = false;
    }
}

fn arrived_ui(ui: &mut Ui, arrival: &Arrival) {
    if let Some((manifest, trial)) = &arrival.restored {
        let text = format!(
            "It is of {}. What opened its vault on that day opens it now.",
            time::absolute(manifest.made)
        );
        alert::alert(ui, Tone::Good, "The backup is restored", &text);
        for fault in &trial.faults {
            badge::line(ui, Tone::Bad, icons::WARNING, &report::sentence(fault));
        }
    }
    if let Some(folder) = &arrival.elsewhere {
        let text = format!(
            "It is not the one that the program takes by itself. The next time, start it as: \
             chancery --data {}",
            folder.display()
        );
        alert::alert(ui, Tone::Info, "This window works in another folder", &text);
    }
}

fn which(status: &VaultStatus) -> String {
    let id = status.id.as_deref().unwrap_or_default();
    let short: String = id.chars().take(8).collect();
    let mut kinds: Vec<String> = Vec::new();
    for slot in &status.slots {
        let kind = slot.kind.to_string();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    match kinds.is_empty() {
        true => format!("Vault {short}"),
        false => format!("Vault {short}, opened by {}", kinds.join(" or ")),
    }
}

/// What the engine calls a vault file that is older than the last one seen.
const OLDER: &str = "vault.older-copy";

/// In a window lower than this the form has no ornament.
const LOW: f32 = 400.0;
