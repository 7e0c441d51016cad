//! The dialog that has a public certificate revoked by the CA that issued it.

use chancery_engine::api::{AcmeCommand, CertificateId, Command, RevocationReason};
use egui::Context;

use crate::gui::model::{Model, Wishes};
use crate::gui::parts::errand::Errand;
use crate::gui::theme;
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::{choice, report};

/// Closed until something is to be revoked.
#[derive(Default)]
pub(super) struct RevokePublic {
    open: Option<Open>,
    errand: Errand,
}

struct Open {
    id: CertificateId,
    name: String,
    reason: RevocationReason,
    by_certificate_key: bool,
    key_is_here: bool,
}

impl RevokePublic {
    pub(super) fn ask(&mut self, id: CertificateId, name: &str, key_is_here: bool) {
        self.errand.forget();
        self.open = Some(Open {
            id,
            name: name.to_owned(),
            reason: RevocationReason::Unspecified,
            by_certificate_key: false,
            key_is_here,
        });
    }

    pub(super) fn tend(&mut self, model: &mut Model) {
        if self.errand.tend(model).is_some() {
            self.open = None;
        }
    }

    pub(super) fn ui(&mut self, context: &Context, wishes: &mut Wishes) {
        let Some(open) = &mut self.open else {
            return;
        };
        let title = format!("Revoke {}", open.name);
        let consequences = [
            "The CA tells everybody that it is not to be trusted any more; that cannot be taken \
             back."
                .to_owned(),
            "It is no longer renewed. Who still serves it is distrusted, so get another one first."
                .to_owned(),
        ];
        let dialog = Confirm {
            title: &title,
            consequences: &consequences,
            verb: match self.errand.is_under_way() {
                true => "Revoking…",
                false => "Revoke at the CA",
            },
            destroys: true,
        };
        let errand = &self.errand;
        let answer = dialog.show(context, |ui| {
            choice::wide_drop_down(ui, "Why", &mut open.reason, &reasons());
            if open.reason.is_compromise() {
                let text = "Its key is barred for ever, here and at the CA.";
                ui.label(theme::soft(ui, text));
            }
            if open.key_is_here {
                let signers = [
                    (false, "With the account’s key".to_owned()),
                    (true, "With the certificate’s own key".to_owned()),
                ];
                choice::wide_drop_down(ui, "Signed", &mut open.by_certificate_key, &signers);
            }
            if let Some(refused) = errand.refused() {
                report::report(ui, refused);
            }
            !errand.is_under_way()
        });
        match answer {
            Some(Answer::Go) => {
                let command = AcmeCommand::Revoke {
                    id: open.id,
                    reason: open.reason,
                    by_certificate_key: open.by_certificate_key,
                };
                self.errand.send(wishes, Command::Acme(command));
            }
            Some(Answer::Leave) => self.open = None,
            None => (),
        }
    }
}

/// Those that public CAs take from a subscriber (CA/Browser Forum BR, 7.2.2).
fn reasons() -> Vec<(RevocationReason, String)> {
    [
        RevocationReason::Unspecified,
        RevocationReason::Superseded,
        RevocationReason::CessationOfOperation,
        RevocationReason::AffiliationChanged,
        RevocationReason::KeyCompromise,
    ]
    .into_iter()
    .map(|reason| (reason, reason.meaning().to_owned()))
    .collect()
}
