//! What the dialog for a certificate made elsewhere asks: pasted, or from a file.

use std::path::PathBuf;

use egui::Ui;

use crate::gui::files::{FileAnswer, FileAsk};
use crate::gui::model::{Model, WishId, Wishes};
use crate::gui::parts::path_field::PathField;
use crate::gui::theme;
use crate::gui::widgets::field::{Field, Look, below};

#[derive(Default)]
pub(super) struct Install {
    pasted: Field,
    file: PathField,
    /// What the file holds, where that is not text.
    binary: Option<Vec<u8>>,
    reading: Option<WishId>,
    failed: Option<String>,
}

impl Install {
    pub(super) fn tend(&mut self, model: &mut Model, wishes: &mut Wishes) {
        if self.file.tend(model) {
            self.read(wishes);
        }
        let Some(answer) = self.reading.and_then(|reading| model.take_file(reading)) else {
            return;
        };
        self.reading = None;
        match answer {
            FileAnswer::Content { bytes, .. } => match String::from_utf8(bytes) {
                Ok(text) => (self.pasted.text, self.binary) = (text, None),
                Err(not_text) => {
                    self.pasted.clear();
                    self.binary = Some(not_text.into_bytes());
                }
            },
            FileAnswer::Failed(why) => self.failed = Some(why),
            _ => (),
        }
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        let look = Look {
            label: "Certificate and chain, PEM",
            example: "-----BEGIN CERTIFICATE-----",
            lines: 6,
            ..Look::default()
        };
        if self.pasted.ui(ui, look, None).changed() {
            self.binary = None;
        }
        let look = Look {
            label: "Or a file, PEM or DER",
            ..Look::default()
        };
        if self.file.ui(ui, wishes, look, FileAsk::PickFile) {
            self.read(wishes);
        }
        if let Some(bytes) = &self.binary {
            ui.label(theme::caption(ui, format!("{} bytes, DER", bytes.len())));
        }
        below(ui, CHECKED, self.failed.as_deref());
    }

    /// What was given so far; empty for nothing.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match &self.binary {
            Some(bytes) => bytes.clone(),
            None => self.pasted.text.trim().as_bytes().to_vec(),
        }
    }

    fn read(&mut self, wishes: &mut Wishes) {
        let path = PathBuf::from(self.file.field.text.trim());
        self.reading = Some(wishes.file(FileAsk::Read(path)));
        self.failed = None;
    }
}

const CHECKED: &str = "Key, chain and path length are checked before anything is stored";
