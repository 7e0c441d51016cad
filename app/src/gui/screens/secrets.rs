//! Private keys and what opens the vault: who may use what, and when it was used; never a value.

mod backup_dialogs;
mod backups;
mod dialogs;
mod key;
mod keys;
mod slot_dialogs;
mod slots;

use chancery_engine::api::{Area, BackupStatusQuestion, KeyId, VaultStatusQuestion};
use egui::Ui;

use super::{Desk, Screen, View, heading};
use crate::gui::model::Wishes;
use crate::gui::navigation::{Part, Place};
use crate::gui::watched::Watched;
use crate::gui::widgets::{button, empty_state, report, tabs};
use dialogs::{Asked, Dialogs};
use keys::Keys;

#[derive(Default)]
pub(in crate::gui) struct Secrets {
    part: Part,
    keys: Keys,
    status: Watched<VaultStatusQuestion>,
    backups: Watched<BackupStatusQuestion>,
    dialogs: Dialogs,
}

impl Secrets {
    pub(in crate::gui) fn turn_to(&mut self, part: Part) {
        self.part = part;
        self.keys.named_no_more();
    }

    /// The keys, with this one selected.
    pub(in crate::gui) fn select(&mut self, key: KeyId) {
        self.part = Part::Keys;
        self.keys.select(key);
    }
}

impl Screen for Secrets {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let changed = [Area::Key, Area::Authority, Area::Certificate]
            .map(|area| desk.model.changed(area))
            .into_iter()
            .max()
            .unwrap_or_default();
        self.keys.tend(desk, changed);
        let changed = desk.model.changed(Area::Vault);
        self.status.tend(desk.context, desk.client, changed);
        let changed = changed.max(desk.model.changed(Area::Backup));
        self.backups.tend(desk.context, desk.client, changed);
        self.dialogs.tend(desk.model);
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        let mut asked = None;
        self.status.want(ui.ctx(), VaultStatusQuestion);
        self.backups.want(ui.ctx(), BackupStatusQuestion);
        heading(ui, "Secrets", |ui| match self.part {
            Part::Keys => {
                if button::primary(ui, "Make key…", true).clicked() {
                    asked = Some(Asked::MakeKey);
                }
                if ui.button("Check vault…").clicked() {
                    asked = Some(Asked::Check);
                }
            }
            Part::Backups => {
                if button::primary(ui, "Back up now…", true).clicked() {
                    asked = Some(Asked::BackUp);
                }
                if ui.button("Try a backup…").clicked() {
                    asked = Some(Asked::TryBackup);
                }
            }
            Part::Slots => {
                if button::primary(ui, "Add recovery code…", true).clicked() {
                    asked = Some(Asked::AddRecovery);
                }
                if ui.button("Add the system’s store…").clicked() {
                    asked = Some(Asked::AddOsStore);
                }
            }
        });
        if let Some(part) = tabs::tabs(ui, self.part, PARTS) {
            wishes.go(Place::Secrets(part));
        }
        match self.part {
            Part::Keys => self.keys.ui(ui, view, wishes),
            Part::Backups => match (self.backups.shown(), self.backups.failed()) {
                (Some(status), _) => asked = backups::backups(ui, status, view).or(asked),
                (None, Some(failed)) => report::report(ui, failed),
                (None, None) => empty_state::loading(ui),
            },
            Part::Slots => match (self.status.shown(), self.status.failed()) {
                (Some(status), _) => asked = slots::slots(ui, status, view).or(asked),
                (None, Some(failed)) => report::report(ui, failed),
                (None, None) => empty_state::loading(ui),
            },
        }
        if let Some(asked) = asked {
            let vault = self.status.shown().and_then(|status| status.id.as_deref());
            self.dialogs.open(asked, vault.unwrap_or_default(), view);
        }
        let context = ui.ctx().clone();
        self.dialogs.ui(&context, view, wishes);
    }
}

const PARTS: &[(Part, &str)] = &[
    (Part::Keys, "Keys"),
    (Part::Slots, "Ways to unlock"),
    (Part::Backups, "Backups"),
];
