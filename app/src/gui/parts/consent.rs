//! The passphrase for one signature of an attended key, in a dialog that names what is signed.

use chancery_engine::api::{Consent, Given};
use egui::Context;

use crate::gui::parts::errand::Errand;
use crate::gui::theme;
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::report;
use crate::gui::widgets::secret_edit::SecretEdit;

/// Closed until something is asked.
#[derive(Default)]
pub(in crate::gui) struct ConsentDialog {
    asked: Option<Asked>,
    passphrase: SecretEdit,
    /// Whether the field has been given the keyboard.
    greeted: bool,
}

struct Asked {
    title: String,
    consequences: Vec<String>,
    verb: String,
}

impl ConsentDialog {
    pub(in crate::gui) fn ask(
        &mut self,
        title: impl Into<String>,
        verb: impl Into<String>,
        consequences: Vec<String>,
    ) {
        self.asked = Some(Asked {
            title: title.into(),
            consequences,
            verb: verb.into(),
        });
    }

    /// Stays open while the errand is under way, and shows there why it was refused.
    pub(in crate::gui) fn ui(&mut self, context: &Context, errand: &mut Errand) -> Option<Consent> {
        let asked = self.asked.as_ref()?;
        let under_way = errand.is_under_way();
        let dialog = Confirm {
            title: &asked.title,
            consequences: &asked.consequences,
            verb: match under_way {
                true => "Signing…",
                false => &asked.verb,
            },
            destroys: false,
        };
        let (passphrase, greeted) = (&mut self.passphrase, &mut self.greeted);
        let answer = dialog.show(context, |ui| {
            let field = passphrase.ui(ui, "Passphrase of the vault");
            if !*greeted && !under_way {
                *greeted = true;
                field.request_focus();
            }
            match errand.refused() {
                Some(refused) => report::report(ui, refused),
                None => drop(ui.label(theme::soft(ui, "Opens the signing key for this act only"))),
            }
            !passphrase.is_empty() && !under_way
        });
        match answer? {
            Answer::Go => {
                self.greeted = false;
                Some(Consent {
                    passphrase: self.passphrase.take(),
                    given: Given::Typed,
                })
            }
            Answer::Leave => {
                self.close();
                errand.forget();
                None
            }
        }
    }

    pub(in crate::gui) fn close(&mut self) {
        *self = Self::default();
    }

    pub(in crate::gui) const fn is_open(&self) -> bool {
        self.asked.is_some()
    }
}
