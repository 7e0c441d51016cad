//! The dialog that has a public certificate revoked by the CA that issued it.

use chancery_engine::api::{
    AcmeCommand, CertificateDetail, CertificateId, CertificateKey, CertificateRow, Command,
    Description, RevocationReason, Timestamp, shown,
};
use egui::Context;

use crate::gui::model::{Model, Wishes};
use crate::gui::parts::errand::Errand;
use crate::gui::parts::revoke::points_ui;
use crate::gui::parts::time;
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
    title: String,
    /// Who will see it, and when, a sentence each.
    publicity: Vec<String>,
    reason: RevocationReason,
    by_certificate_key: bool,
    key_is_here: bool,
}

impl RevokePublic {
    pub(super) fn ask(&mut self, detail: &CertificateDetail) {
        self.errand.forget();
        let key_is_here = matches!(detail.row.key, CertificateKey::Vault(_));
        self.open = Some(Open {
            id: detail.row.id,
            title: title(&detail.row),
            publicity: publicity(&detail.description, detail.row.not_after),
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
        let consequences = [
            "The CA takes it for one that is not to be trusted any more; that cannot be taken \
             back."
                .to_owned(),
            "It is no longer renewed. Who still serves it may be distrusted, so get another one first."
                .to_owned(),
        ];
        let dialog = Confirm {
            title: &open.title,
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
            points_ui(ui, "Who will see it, and when", &open.publicity);
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

/// Several certificates may have one name.
fn title(row: &CertificateRow) -> String {
    let serial = row.serial.to_string();
    let end = &serial[serial.len().saturating_sub(SERIAL)..];
    let made = time::date(row.not_before);
    format!("Revoke {}, serial …{end}, valid from {made}", row.name)
}

/// As far as the certificate itself tells: what the CA does and when is its own affair.
fn publicity(described: &Description, not_after: Timestamp) -> Vec<String> {
    let lists = named(described, "CRL");
    let responders = named(described, "OCSP");
    let mut points = Vec::new();
    if !lists.is_empty() {
        points.push(format!(
            "Those who fetch the list at {} see it once the CA has put a new one there and the \
             one that they have is out of date",
            lists.join(", ")
        ));
    }
    if !responders.is_empty() {
        points.push(format!(
            "Those who ask {} see it once the CA answers so; earlier answers may be kept for a \
             while",
            responders.join(", ")
        ));
    }
    if points.is_empty() {
        points.push(
            "The certificate names no place to look, neither a list nor a responder: only those \
             who hear of it in some other way see it"
                .to_owned(),
        );
    }
    let end = time::date(not_after);
    points.push(format!(
        "Those who look nowhere go on trusting it until {end}"
    ));
    points
}

/// The addresses that it gives for one purpose, wherever they stand in it.
fn named(described: &Description, label: &str) -> Vec<String> {
    let here = described.fields.iter().filter(|field| field.label == label);
    let here = here.map(|field| shown(&field.value).into_owned());
    let below = described.parts.iter().flat_map(|part| named(part, label));
    here.chain(below).collect()
}

/// Digits that tell serials apart for a person.
const SERIAL: usize = 6;

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

#[cfg(test)]
mod tests {
    use chancery_engine::api::DescribedField;

    use super::*;

    #[test]
    fn who_will_see_it_follows_from_what_the_certificate_names() {
        let place = |label: &str, url: &str| Description {
            title: label.to_owned(),
            fields: vec![DescribedField {
                label: label.to_owned(),
                value: url.to_owned(),
                mono: false,
            }],
            parts: Vec::new(),
        };
        let certificate = |parts| Description {
            title: "Certificate".to_owned(),
            fields: Vec::new(),
            parts,
        };
        let list = || place("CRL", "http://ca.example.org/ca.crl");
        let responder = || place("OCSP", "http://ca.example.org/ocsp");
        let end = Timestamp::from_secs(1_795_348_800);
        for (parts, points, told) in [
            (vec![list()], 2, "http://ca.example.org/ca.crl"),
            (vec![responder()], 2, "http://ca.example.org/ocsp"),
            (vec![list(), responder()], 3, "Those who ask"),
            (Vec::new(), 2, "names no place to look"),
        ] {
            let said = publicity(&certificate(parts), end);
            assert_eq!(said.len(), points, "{said:?}");
            assert!(said.join("\n").contains(told), "{said:?}");
            assert!(said.join("\n").contains("go on trusting it until"));
        }
    }
}
