//! Where the recovery kit is saved: one page, readable by its owner alone, to be printed.

use std::path::PathBuf;

use chancery_engine::api::RecoveryCode;
use egui::Ui;

use crate::gui::files::{FileAnswer, FileAsk};
use crate::gui::model::{Model, WishId, Wishes};
use crate::gui::parts::path_field::PathField;
use crate::gui::parts::time;
use crate::gui::screens::View;
use crate::gui::theme::{self, Tone, icons};
use crate::gui::widgets::badge;
use crate::gui::widgets::field::{Look, below};
use crate::kit::Kit;

pub(in crate::gui) struct SaveKit {
    vault: String,
    file: String,
    path: PathField,
    asked: Option<WishId>,
    saved: Option<PathBuf>,
    failed: Option<String>,
}

impl SaveKit {
    pub(in crate::gui) fn of(vault: &str, view: &View<'_>) -> Self {
        let short: String = vault.chars().take(8).collect();
        let file = format!("recovery-kit-{short}.pdf");
        // Said from the root on: a person must find it again, and delete it.
        let path = PathBuf::from(view.folder).join(&file);
        let path = std::path::absolute(&path).unwrap_or(path);
        Self {
            vault: vault.to_owned(),
            file,
            path: PathField::holding(path.display().to_string()),
            asked: None,
            saved: None,
            failed: None,
        }
    }

    pub(in crate::gui) fn tend(&mut self, model: &mut Model) {
        if self.path.tend(model) {
            // The dialog gave a folder; the file keeps its name.
            let path = PathBuf::from(&self.path.field.text).join(&self.file);
            self.path.field.text = path.display().to_string();
        }
        match self.asked.and_then(|asked| model.take_file(asked)) {
            Some(FileAnswer::Written(path)) => (self.asked, self.saved) = (None, Some(path)),
            Some(FileAnswer::Failed(why)) => (self.asked, self.failed) = (None, Some(why)),
            _ => (),
        }
    }

    pub(in crate::gui) fn is_saved(&self) -> bool {
        self.saved.is_some()
    }

    pub(in crate::gui) fn ui(
        &mut self,
        ui: &mut Ui,
        wishes: &mut Wishes,
        code: &RecoveryCode,
        view: &View<'_>,
    ) {
        let look = Look {
            label: "Recovery kit, PDF",
            ..Look::default()
        };
        self.path.ui(ui, wishes, look, FileAsk::PickFolder);
        let help = "Print it, put it away, and delete the file";
        below(ui, help, self.failed.as_deref());
        if let Some(path) = &self.saved {
            let words = format!("Saved as {}", path.display());
            badge::line(ui, Tone::Good, icons::DONE, &words);
        }
        let ready = self.asked.is_none() && !self.path.field.text.trim().is_empty();
        let text = egui::Button::new("Save kit");
        if ui.add_enabled(ready, text).clicked() {
            self.save(wishes, code, view);
        }
        if self.asked.is_some() {
            ui.label(theme::soft(ui, "Writing…"));
        }
    }

    fn save(&mut self, wishes: &mut Wishes, code: &RecoveryCode, view: &View<'_>) {
        let kit = Kit {
            code,
            vault: self.vault.clone(),
            day: time::date(view.now),
            machine: view.here.machine.clone(),
            folder: view.here.home.clone(),
        };
        self.failed = None;
        match kit.pdf() {
            Some(bytes) => {
                let path = PathBuf::from(self.path.field.text.trim());
                self.asked = Some(wishes.file(FileAsk::WritePrivate { path, bytes }));
            }
            None => self.failed = Some("The page could not be drawn".to_owned()),
        }
    }
}
