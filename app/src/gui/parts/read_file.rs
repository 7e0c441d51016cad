//! A file that a person names, and what is in it.

use egui::Ui;

use crate::gui::files::{FileAnswer, FileAsk};
use crate::gui::model::{Model, WishId, Wishes};
use crate::gui::parts::contents::Contents;
use crate::gui::parts::path_field::PathField;
use crate::gui::theme::{Tone, icons};
use crate::gui::widgets::badge;
use crate::gui::widgets::field::{Look, below};
use crate::gui::widgets::report::sentence;

#[derive(Default)]
pub(in crate::gui) struct ReadFile {
    wanted: Wanted,
    path: PathField,
    reading: Option<WishId>,
    bytes: Vec<u8>,
    /// They came from somewhere else, and stay until a file is named.
    given: bool,
    failed: Option<String>,
}

/// What the file has to hold.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::gui) enum Wanted {
    Certificates,
    #[default]
    Request,
}

impl ReadFile {
    pub(in crate::gui) fn with(wanted: Wanted) -> Self {
        Self {
            wanted,
            ..Self::default()
        }
    }

    /// Already read, some time before.
    pub(in crate::gui) fn given(wanted: Wanted, bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            given: true,
            ..Self::with(wanted)
        }
    }

    pub(in crate::gui) fn ui(&mut self, ui: &mut Ui, wishes: &mut Wishes, look: Look<'_>) {
        if self.path.ui(ui, wishes, look, FileAsk::PickFile) {
            self.read(wishes);
        }
        if self.path.field.text.trim().is_empty() && !self.given {
            self.bytes.clear();
            self.failed = None;
        }
        if let Some(failed) = &self.failed {
            below(ui, "", Some(failed));
        } else if self.given {
            badge::line(ui, Tone::Good, icons::CHECK, "The same as before");
        } else if !self.bytes.is_empty() {
            let words = format!("It holds {}", Contents::of(&self.bytes).words());
            match self.is_wrong() {
                true => below(ui, "", Some(&words)),
                false => badge::line(ui, Tone::Good, icons::CHECK, &words),
            }
        }
    }

    /// Whether a file is named that cannot be read, or holds something else than is wanted.
    pub(in crate::gui) fn is_wrong(&self) -> bool {
        let fits = match Contents::of(&self.bytes) {
            Contents::Certificates(_) => self.wanted == Wanted::Certificates,
            Contents::Request => self.wanted == Wanted::Request,
            _ => false,
        };
        self.failed.is_some() || !(self.bytes.is_empty() || fits || self.given)
    }

    pub(in crate::gui) fn tend(&mut self, model: &mut Model, wishes: &mut Wishes) {
        if self.path.tend(model) {
            self.read(wishes);
        }
        match self.reading.and_then(|wish| model.take_file(wish)) {
            Some(FileAnswer::Content { bytes, .. }) => {
                (self.reading, self.failed) = (None, None);
                (self.bytes, self.given) = (bytes, false);
            }
            Some(FileAnswer::Failed(why)) => {
                (self.reading, self.failed) = (None, Some(sentence(&why)));
                self.bytes.clear();
                self.given = false;
            }
            _ => (),
        }
    }

    /// Empty until a file has been read that holds what is wanted.
    pub(in crate::gui) fn bytes(&self) -> &[u8] {
        match self.is_wrong() {
            true => &[],
            false => &self.bytes,
        }
    }

    fn read(&mut self, wishes: &mut Wishes) {
        let path = self.path.field.text.trim().into();
        self.reading = Some(wishes.file(FileAsk::Read(path)));
    }
}
