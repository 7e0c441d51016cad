//! The list of what an authority has revoked: its number and end; signed anew, saved as a file.

use std::path::PathBuf;

use chancery_engine::api::{
    AuthorityId, AuthorityRow, Command, Consent, CrlPlace, CrlRow, Custody, RevocationCommand,
};
use egui::{Context, Ui};

use crate::gui::files::FileAsk;
use crate::gui::model::{Model, Wishes};
use crate::gui::parts::consent::ConsentDialog;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::path_field::PathField;
use crate::gui::parts::time;
use crate::gui::screens::{View, section};
use crate::gui::theme::{self, Tone, icons};
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::field::Look;
use crate::gui::widgets::{badge, choice, facts, report};

/// What the person asks for with a button of this section.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    Create,
    Save,
}

/// What has been revoked and is not in the list; nothing where the list is up to date.
pub(super) fn unlisted_ui(ui: &mut Ui, list: &CrlRow) -> Option<Asked> {
    let words = match (&list.newest, list.unlisted) {
        (None, _) if list.revoked > 0 => {
            "No list has been signed yet: nobody can see what is revoked".to_owned()
        }
        (None, _) | (Some(_), 0) => return None,
        (Some(_), 1) => "1 change is not in its list yet, so that nobody can see it".to_owned(),
        (Some(_), count) => {
            format!("{count} changes are not in its list yet, so that nobody can see them")
        }
    };
    badge::line(ui, Tone::Due, icons::WARNING, &words);
    let clicked = ui.button("Sign new list…").clicked();
    clicked.then_some(Asked::Create)
}

pub(super) fn section_ui(ui: &mut Ui, list: &CrlRow, view: &View<'_>) -> Option<Asked> {
    section(ui, "List of revoked certificates (CRL)");
    let mut asked = None;
    match &list.newest {
        None if list.revoked == 0 => {
            ui.label("Nothing is revoked, and no list has been signed yet.");
        }
        None => drop(ui.label("No list has been signed yet.")),
        Some(newest) => facts::facts(ui, "list of revoked", |ui| {
            facts::row(ui, "Number", &newest.number.to_string());
            facts::row(ui, "Signed", &time::relative(view.now, newest.this_update))
                .on_hover_text(time::absolute(newest.this_update));
            facts::row_with(ui, "Next update", |ui| {
                let tone = time::tone(view.now, newest.this_update, newest.next_update);
                let text = theme::toned(ui, tone, time::relative(view.now, newest.next_update));
                ui.label(text)
                    .on_hover_text(time::absolute(newest.next_update));
            });
            facts::row(ui, "Entries", &newest.entries.to_string());
        }),
    }
    ui.horizontal_wrapped(|ui| {
        if ui.button("Sign new list…").clicked() {
            asked = Some(Asked::Create);
        }
        if list.newest.is_some() && ui.button("Save list…").clicked() {
            asked = Some(Asked::Save);
        }
    });
    asked
}

#[derive(Default)]
pub(super) struct CrlDialogs {
    open: Option<Open>,
    errand: Errand,
    consent: ConsentDialog,
}

struct Open {
    authority: AuthorityId,
    name: String,
    what: What,
}

enum What {
    Create { days: Option<u16>, attended: bool },
    Save { folder: PathField, der: bool },
}

impl CrlDialogs {
    pub(super) fn open(
        &mut self,
        asked: Asked,
        list: &CrlRow,
        row: &AuthorityRow,
        view: &View<'_>,
    ) {
        self.errand.forget();
        let what = match asked {
            Asked::Create => What::Create {
                days: None,
                attended: row.custody == Custody::Attended,
            },
            Asked::Save => What::Save {
                folder: PathField::holding(view.folder).focused(),
                der: true,
            },
        };
        self.open = Some(Open {
            authority: list.authority,
            name: list.authority_name.clone(),
            what,
        });
    }

    pub(super) fn tend(&mut self, model: &mut Model) {
        if let Some(Open {
            what: What::Save { folder, .. },
            ..
        }) = &mut self.open
        {
            folder.tend(model);
        }
        if self.errand.tend(model).is_some() {
            self.open = None;
            self.consent.close();
        }
    }

    pub(super) fn ui(&mut self, context: &Context, wishes: &mut Wishes) {
        let Some(open) = &mut self.open else {
            return;
        };
        let authority = open.authority;
        if self.consent.is_open() {
            let What::Create { days, .. } = open.what else {
                return;
            };
            if let Some(consent) = self.consent.ui(context, &mut self.errand) {
                create(&mut self.errand, wishes, authority, (days, Some(consent)));
            } else if !self.consent.is_open() {
                self.open = None;
            }
            return;
        }
        let errand = &mut self.errand;
        let left = match &mut open.what {
            What::Create { days, attended } => {
                let answer = create_ui(context, &open.name, days, errand);
                if answer == Some(Answer::Go) && *attended {
                    let line = format!("{} signs a new list of what it has revoked.", open.name);
                    self.consent
                        .ask("Sign new list", "Sign new list", vec![line]);
                } else if answer == Some(Answer::Go) {
                    create(errand, wishes, authority, (*days, None));
                }
                answer == Some(Answer::Leave)
            }
            What::Save { folder, der } => {
                save_ui(context, authority, (folder, der), errand, wishes)
            }
        };
        if left {
            self.open = None;
            self.errand.forget();
        }
    }
}

fn create(
    errand: &mut Errand,
    wishes: &mut Wishes,
    authority: AuthorityId,
    (days, consent): (Option<u16>, Option<Consent>),
) {
    let command = RevocationCommand::CreateCrl {
        authority,
        days,
        despite_clock: false,
        consent,
    };
    errand.send(wishes, Command::Revocation(command));
}

fn create_ui(
    context: &Context,
    name: &str,
    days: &mut Option<u16>,
    errand: &Errand,
) -> Option<Answer> {
    let dialog = Confirm {
        title: "Sign new list",
        consequences: &[
            format!("{name} signs a list of every certificate that it has revoked."),
            "Nobody sees it before it is where it is looked for: at the addresses that certificates \
             of this authority name, or, where they name none, wherever it is installed by hand."
                .to_owned(),
        ],
        verb: match errand.is_under_way() {
            true => "Signing…",
            false => "Sign new list",
        },
        destroys: false,
    };
    dialog.show(context, |ui| {
        let options = [
            (None, "As usual: 7 days, 180 for a root".to_owned()),
            (Some(1), "1 day".to_owned()),
            (Some(30), "30 days".to_owned()),
            (Some(90), "90 days".to_owned()),
            (Some(365), "1 year".to_owned()),
        ];
        choice::drop_down(ui, "Good until the next one, for", days, &options);
        if let Some(refused) = errand.refused() {
            report::report(ui, refused);
        }
        !errand.is_under_way()
    })
}

fn save_ui(
    context: &Context,
    authority: AuthorityId,
    (folder, der): (&mut PathField, &mut bool),
    errand: &mut Errand,
    wishes: &mut Wishes,
) -> bool {
    let dialog = Confirm {
        title: "Save list",
        consequences: &["Writes the newest list. It holds no secret.".to_owned()],
        verb: "Save list",
        destroys: false,
    };
    let answer = dialog.show(context, |ui| {
        let look = Look {
            label: "Folder",
            help: "The folder is made if it is not there",
            ..Look::default()
        };
        folder.ui(ui, wishes, look, FileAsk::PickFolder);
        ui.checkbox(der, "DER, as it is served over HTTP; PEM otherwise");
        if let Some(refused) = errand.refused() {
            report::report(ui, refused);
        }
        !folder.field.text.trim().is_empty() && !errand.is_under_way()
    });
    if answer == Some(Answer::Go) {
        let command = RevocationCommand::ExportCrl {
            authority,
            place: CrlPlace::Folder(PathBuf::from(folder.field.text.trim())),
            der: *der,
        };
        errand.send(wishes, Command::Revocation(command));
    }
    answer == Some(Answer::Leave)
}
