//! The dialogs of this screen: export, install, grant, end of a grant, save a request.

use chancery_engine::api::{
    AuthorityCommand, AuthorityId, AuthorityRow, Command, Fact, Grant, Timestamp, TrustFormat,
};
use egui::Context;

use super::detail::Asked;
use super::install::Install;
use super::save_request::SaveRequest;
use crate::gui::model::{Model, Wishes};
use crate::gui::parts::consent::ConsentDialog;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::export::{ExportDialog, KeyPlace};
use crate::gui::screens::View;
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::{choice, report};

#[derive(Default)]
pub(super) struct Dialogs {
    on: Option<(AuthorityId, String)>,
    errand: Errand,
    export: ExportDialog<TrustFormat>,
    consent: ConsentDialog,
    open: Option<Open>,
}

enum Open {
    EndGrant,
    /// How long; the passphrase is asked next.
    Grant {
        months: Option<u32>,
        now: Timestamp,
    },
    Install(Box<Install>),
    SaveRequest(Box<SaveRequest>),
}

impl Dialogs {
    pub(super) fn open(
        &mut self,
        asked: Asked,
        row: &AuthorityRow,
        request: Option<&str>,
        view: &View<'_>,
    ) {
        self.on = Some((row.id, row.name.clone()));
        self.errand.forget();
        match asked {
            Asked::EndGrant => self.open = Some(Open::EndGrant),
            Asked::Grant => {
                self.open = Some(Open::Grant {
                    months: Some(12),
                    now: view.now,
                })
            }
            Asked::Install => self.open = Some(Open::Install(Box::default())),
            Asked::Export => {
                let title = format!("Export {}", row.name);
                self.export.ask(title, view.folder, KeyPlace::NotMeant);
            }
            Asked::SaveRequest => {
                let save = SaveRequest::of(&row.name, request.unwrap_or_default(), view.folder);
                self.open = Some(Open::SaveRequest(Box::new(save)));
            }
        }
    }

    pub(super) fn tend(&mut self, model: &mut Model, wishes: &mut Wishes) {
        self.export.tend(model);
        let written = match &mut self.open {
            Some(Open::SaveRequest(save)) => save.tend(model),
            Some(Open::Install(install)) => {
                install.tend(model, wishes);
                false
            }
            _ => false,
        };
        if written {
            self.open = None;
        }
        if let Some(Fact::Authority(_)) = self.errand.tend(model) {
            self.open = None;
            self.export.close();
            self.consent.close();
        }
    }

    pub(super) fn ui(&mut self, context: &Context, wishes: &mut Wishes) {
        let Some((id, name)) = self.on.clone() else {
            return;
        };
        if let Some(chosen) = self.export.ui(context, wishes, &mut self.errand) {
            let command = AuthorityCommand::Export {
                id,
                folder: chosen.folder,
                form: chosen.form,
                password: chosen.password,
            };
            self.errand.send(wishes, Command::Authority(command));
        }
        if self.consent.is_open() {
            self.consent_ui(context, id, wishes);
            return;
        }
        match &mut self.open {
            None => (),
            Some(Open::EndGrant) => self.end_grant_ui(context, id, &name, wishes),
            Some(Open::Grant { .. }) => self.grant_ui(context, &name),
            Some(Open::Install(_)) => self.install_ui(context, id, &name, wishes),
            Some(Open::SaveRequest(save)) => {
                let left = save.ui(context, wishes);
                self.open = self.open.take().filter(|_| !left);
            }
        }
    }

    fn end_grant_ui(
        &mut self,
        context: &Context,
        id: AuthorityId,
        name: &str,
        wishes: &mut Wishes,
    ) {
        let consequences = [
            format!("From now on {name} signs with the passphrase only."),
            "What it has signed stays valid.".to_owned(),
        ];
        let dialog = Confirm {
            title: "End signing alone",
            consequences: &consequences,
            verb: "End signing alone",
            destroys: true,
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
                let command = AuthorityCommand::EndGrant { id };
                self.errand.send(wishes, Command::Authority(command));
            }
            Some(Answer::Leave) => self.open = None,
            None => (),
        }
    }

    fn grant_ui(&mut self, context: &Context, name: &str) {
        let Some(Open::Grant { months, now }) = &mut self.open else {
            return;
        };
        let consequences = [format!(
            "{name} will sign alone while the vault is unlocked, for every profile but intermediate."
        )];
        let dialog = Confirm {
            title: "Let it sign alone",
            consequences: &consequences,
            verb: "Continue…",
            destroys: false,
        };
        let answer = dialog.show(context, |ui| {
            choice::drop_down(ui, "For how long", months, &durations());
            true
        });
        match answer {
            Some(Answer::Go) => {
                let until = until(*months, *now);
                let end = until.map_or("without an end".to_owned(), |end| {
                    format!("until {}", crate::gui::parts::time::date(end))
                });
                let lines = vec![format!(
                    "{name} signs alone, {end}. This is recorded in the audit."
                )];
                self.consent
                    .ask("Let it sign alone", "Let it sign alone", lines);
            }
            Some(Answer::Leave) => self.open = None,
            None => (),
        }
    }

    fn consent_ui(&mut self, context: &Context, id: AuthorityId, wishes: &mut Wishes) {
        let grant = match &self.open {
            Some(Open::Grant { months, now }) => Grant {
                profiles: Vec::new(),
                until: until(*months, *now),
            },
            _ => return,
        };
        if let Some(consent) = self.consent.ui(context, &mut self.errand) {
            let command = AuthorityCommand::Grant { id, grant, consent };
            self.errand.send(wishes, Command::Authority(command));
        } else if !self.consent.is_open() {
            self.open = None;
        }
    }

    fn install_ui(&mut self, context: &Context, id: AuthorityId, name: &str, wishes: &mut Wishes) {
        let Some(Open::Install(install)) = &mut self.open else {
            return;
        };
        let consequences = [format!(
            "The certificate that was made for {name} elsewhere, with the chain above it."
        )];
        let dialog = Confirm {
            title: "Install certificate",
            consequences: &consequences,
            verb: "Install certificate",
            destroys: false,
        };
        let errand = &self.errand;
        let answer = dialog.show(context, |ui| {
            install.ui(ui, wishes);
            if let Some(refused) = errand.refused() {
                report::report(ui, refused);
            }
            !errand.is_under_way() && !install.bytes().is_empty()
        });
        match answer {
            Some(Answer::Go) => {
                let certificates = install.bytes();
                let command = AuthorityCommand::Install { id, certificates };
                self.errand.send(wishes, Command::Authority(command));
            }
            Some(Answer::Leave) => self.open = None,
            None => (),
        }
    }
}

fn durations() -> Vec<(Option<u32>, String)> {
    vec![
        (Some(1), "1 month".to_owned()),
        (Some(3), "3 months".to_owned()),
        (Some(12), "1 year".to_owned()),
        (None, "Until I end it".to_owned()),
    ]
}

fn until(months: Option<u32>, now: Timestamp) -> Option<Timestamp> {
    months.map(|months| now.plus_days(i64::from(months) * 365 / 12))
}
