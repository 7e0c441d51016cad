//! Private keys and what opens the vault: who may use what, and when it was used; never a value.

mod dialogs;
mod key;
mod keys;

use chancery_engine::api::{Area, KeyId};
use egui::Ui;

use super::{Desk, Screen, View, heading};
use crate::gui::model::Wishes;
use crate::gui::navigation::{Part, Place};
use crate::gui::widgets::{button, tabs};
use dialogs::{Asked, Dialogs};
use keys::Keys;

#[derive(Default)]
pub(in crate::gui) struct Secrets {
    part: Part,
    keys: Keys,
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
        self.dialogs.tend(desk.model);
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        let mut asked = None;
        heading(ui, "Secrets", |ui| match self.part {
            Part::Keys => {
                if button::primary(ui, "Make key…", true).clicked() {
                    asked = Some(Asked::MakeKey);
                }
                if ui.button("Check vault…").clicked() {
                    asked = Some(Asked::Check);
                }
            }
        });
        if let Some(part) = tabs::tabs(ui, self.part, PARTS) {
            wishes.go(Place::Secrets(part));
        }
        match self.part {
            Part::Keys => self.keys.ui(ui, view, wishes),
        }
        if let Some(asked) = asked {
            self.dialogs.open(asked);
        }
        let context = ui.ctx().clone();
        self.dialogs.ui(&context, wishes);
    }
}

const PARTS: &[(Part, &str)] = &[(Part::Keys, "Keys")];
