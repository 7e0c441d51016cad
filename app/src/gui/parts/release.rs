//! The dialog that takes a hold back.

use chancery_engine::api::{CertificateId, Command, RevocationCommand};
use egui::Context;

use crate::gui::model::{Model, Wishes};
use crate::gui::parts::errand::Errand;
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::report;

/// Closed until something is to be released.
#[derive(Default)]
pub(in crate::gui) struct ReleaseDialog {
    on: Option<(CertificateId, String)>,
    errand: Errand,
}

impl ReleaseDialog {
    pub(in crate::gui) fn ask(&mut self, id: CertificateId, name: &str) {
        self.errand.forget();
        self.on = Some((id, name.to_owned()));
    }

    pub(in crate::gui) fn tend(&mut self, model: &mut Model) {
        if self.errand.tend(model).is_some() {
            self.on = None;
        }
    }

    pub(in crate::gui) fn ui(&mut self, context: &Context, wishes: &mut Wishes) {
        let Some((id, name)) = &self.on else {
            return;
        };
        let dialog = Confirm {
            title: "Release from hold",
            consequences: &[
                format!("{name} is to be trusted again."),
                "Who keeps an older list distrusts it until that list ends; the next list no \
                 longer names it."
                    .to_owned(),
            ],
            verb: "Release from hold",
            destroys: false,
        };
        let errand = &self.errand;
        let answer = dialog.show(context, |ui| {
            if let Some(refused) = errand.refused() {
                report::report(ui, refused);
            }
            !errand.is_under_way()
        });
        match answer {
            Some(Answer::Go) => {
                let certificates = vec![*id];
                let command = RevocationCommand::Release { certificates };
                self.errand.send(wishes, Command::Revocation(command));
            }
            Some(Answer::Leave) => self.on = None,
            None => (),
        }
    }
}
