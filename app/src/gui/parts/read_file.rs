//! A file that a person names, and what is in it.

use egui::Ui;

use crate::gui::files::{FileAnswer, FileAsk};
use crate::gui::model::{Model, WishId, Wishes};
use crate::gui::parts::path_field::PathField;
use crate::gui::theme::{Tone, icons};
use crate::gui::widgets::badge;
use crate::gui::widgets::field::{Look, below};
use crate::gui::widgets::report::sentence;

#[derive(Default)]
pub(in crate::gui) struct ReadFile {
    path: PathField,
    reading: Option<WishId>,
    bytes: Vec<u8>,
    failed: Option<String>,
}

impl ReadFile {
    pub(in crate::gui) fn ui(&mut self, ui: &mut Ui, wishes: &mut Wishes, look: Look<'_>) {
        if self.path.ui(ui, wishes, look, FileAsk::PickFile) {
            self.read(wishes);
        }
        if self.path.field.text.trim().is_empty() {
            self.bytes.clear();
            self.failed = None;
        }
        if let Some(failed) = &self.failed {
            below(ui, "", Some(failed));
        } else if !self.bytes.is_empty() {
            let words = format!("{} bytes read", self.bytes.len());
            badge::line(ui, Tone::Good, icons::CHECK, &words);
        }
    }

    pub(in crate::gui) fn tend(&mut self, model: &mut Model, wishes: &mut Wishes) {
        if self.path.tend(model) {
            self.read(wishes);
        }
        match self.reading.and_then(|wish| model.take_file(wish)) {
            Some(FileAnswer::Content { bytes, .. }) => {
                (self.reading, self.failed) = (None, None);
                self.bytes = bytes;
            }
            Some(FileAnswer::Failed(why)) => {
                (self.reading, self.failed) = (None, Some(sentence(&why)));
                self.bytes.clear();
            }
            _ => (),
        }
    }

    /// Empty until a file has been read.
    pub(in crate::gui) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn read(&mut self, wishes: &mut Wishes) {
        let path = self.path.field.text.trim().into();
        self.reading = Some(wishes.file(FileAsk::Read(path)));
    }
}
