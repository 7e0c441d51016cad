//! The dialog that asks where files shall go.

use std::path::PathBuf;

use egui::Context;

use crate::gui::files::FileAsk;
use crate::gui::model::{Model, Wishes};
use crate::gui::parts::errand::Errand;
use crate::gui::parts::path_field::PathField;
use crate::gui::theme;
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::field::Look;
use crate::gui::widgets::{alert, report};

/// Closed until something is to be exported.
#[derive(Default)]
pub(in crate::gui) struct ExportDialog {
    open: Option<Open>,
}

struct Open {
    title: String,
    /// What files there will be.
    what: String,
    folder: PathField,
    der: bool,
    /// `Some` where there is a private key that could be written too.
    key: Option<bool>,
}

/// What the person chose.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::gui) struct Chosen {
    pub(in crate::gui) folder: PathBuf,
    pub(in crate::gui) der: bool,
    pub(in crate::gui) with_key: bool,
}

impl ExportDialog {
    pub(in crate::gui) fn ask(
        &mut self,
        title: impl Into<String>,
        what: impl Into<String>,
        folder: &str,
        has_key: bool,
    ) {
        self.open = Some(Open {
            title: title.into(),
            what: what.into(),
            folder: PathField::holding(folder).focused(),
            der: false,
            key: has_key.then_some(false),
        });
    }

    pub(in crate::gui) fn tend(&mut self, model: &mut Model) {
        if let Some(open) = &mut self.open {
            open.folder.tend(model);
        }
    }

    pub(in crate::gui) fn ui(
        &mut self,
        context: &Context,
        wishes: &mut Wishes,
        errand: &mut Errand,
    ) -> Option<Chosen> {
        let open = self.open.as_mut()?;
        let consequences = [open.what.clone()];
        let dialog = Confirm {
            title: &open.title,
            consequences: &consequences,
            verb: "Export files",
            destroys: false,
        };
        let under_way = errand.is_under_way();
        let (folder, der, key) = (&mut open.folder, &mut open.der, &mut open.key);
        let answer = dialog.show(context, |ui| {
            let look = Look {
                label: "Folder",
                help: "The folder is made if it is not there",
                example: "/home/anna/certificates",
                lines: 1,
            };
            folder.ui(ui, wishes, look, FileAsk::PickFolder);
            ui.checkbox(der, "DER instead of PEM");
            if let Some(with_key) = key {
                ui.checkbox(with_key, "Also the private key");
                if *with_key {
                    let text = "The key file is readable by you alone. Whoever gets a copy of it \
                        can pretend to be this certificate's owner.";
                    alert::alert(ui, theme::Tone::Due, "The key leaves the vault", text);
                }
            }
            if let Some(refused) = errand.refused() {
                report::report(ui, refused);
            }
            !folder.field.text.trim().is_empty() && !under_way
        });
        match answer? {
            Answer::Go => Some(Chosen {
                folder: PathBuf::from(open.folder.field.text.trim()),
                der: open.der,
                with_key: open.key == Some(true),
            }),
            Answer::Leave => {
                self.close();
                errand.forget();
                None
            }
        }
    }

    pub(in crate::gui) fn close(&mut self) {
        self.open = None;
    }
}
