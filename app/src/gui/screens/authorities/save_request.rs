//! The dialog that writes the request of an authority to be signed elsewhere.

use std::path::PathBuf;

use egui::Context;

use crate::gui::files::{FileAnswer, FileAsk};
use crate::gui::model::{Model, WishId, Wishes};
use crate::gui::parts::path_field::PathField;
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::field::{Look, below};

pub(super) struct SaveRequest {
    path: PathField,
    file: String,
    pem: String,
    asked: Option<WishId>,
    failed: Option<String>,
}

impl SaveRequest {
    pub(super) fn of(name: &str, pem: &str, folder: &str) -> Self {
        let file = file_name(name);
        let path = PathBuf::from(folder).join(&file);
        Self {
            path: PathField::holding(path.display().to_string()),
            file,
            pem: pem.to_owned(),
            asked: None,
            failed: None,
        }
    }

    /// True when the file has been written.
    pub(super) fn tend(&mut self, model: &mut Model) -> bool {
        if self.path.tend(model) {
            // The dialog gave a folder; the file keeps its name.
            let path = PathBuf::from(&self.path.field.text).join(&self.file);
            self.path.field.text = path.display().to_string();
        }
        let answer = self.asked.and_then(|asked| model.take_file(asked));
        if let Some(FileAnswer::Failed(why)) = answer {
            (self.asked, self.failed) = (None, Some(why));
            return false;
        }
        matches!(answer, Some(FileAnswer::Written(_)))
    }

    /// True when the person leaves it.
    pub(super) fn ui(&mut self, context: &Context, wishes: &mut Wishes) -> bool {
        let dialog = Confirm {
            title: "Save request",
            consequences: &["Writes the request, PEM. It holds no secret.".to_owned()],
            verb: "Save request",
            destroys: false,
        };
        let answer = dialog.show(context, |ui| {
            let look = Look {
                label: "File",
                ..Look::default()
            };
            self.path.ui(ui, wishes, look, FileAsk::PickFolder);
            below(
                ui,
                "Never over a file that is there",
                self.failed.as_deref(),
            );
            !self.path.field.text.trim().is_empty() && self.asked.is_none()
        });
        if answer == Some(Answer::Go) {
            let path = PathBuf::from(self.path.field.text.trim());
            let text = self.pem.clone();
            self.failed = None;
            self.asked = Some(wishes.file(FileAsk::Write { path, text }));
        }
        answer == Some(Answer::Leave)
    }
}

/// `berlin-issuing.csr`: letters and digits of the name, the rest as hyphens.
fn file_name(name: &str) -> String {
    let plain = |c: char| match c.is_alphanumeric() {
        true => c.to_ascii_lowercase(),
        false => '-',
    };
    let stem: String = name.chars().map(plain).collect();
    format!("{}.csr", stem.trim_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_the_authority_without_leaving_the_folder() {
        assert_eq!(file_name("Berlin Issuing"), "berlin-issuing.csr");
        assert_eq!(file_name("../../etc/passwd"), "etc-passwd.csr");
    }
}
