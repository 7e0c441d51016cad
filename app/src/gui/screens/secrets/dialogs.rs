//! The dialogs of this screen: make a key, check the vault.

use chancery_engine::api::{Command, Fact, KeyCommand, KeyType, VaultCommand, VaultFact};
use egui::{Context, Ui};

use crate::gui::model::{Model, Wishes};
use crate::gui::parts::errand::Errand;
use crate::gui::parts::words;
use crate::gui::theme::{self, Tone, icons};
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::field::{Field, Look};
use crate::gui::widgets::secret_edit::SecretEdit;
use crate::gui::widgets::{badge, choice, modal, report};

/// What the person asks for with a button of this screen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    Check,
    MakeKey,
}

#[derive(Default)]
pub(super) struct Dialogs {
    open: Option<Open>,
    errand: Errand,
}

enum Open {
    Check(SecretEdit),
    Checked(VaultFact),
    MakeKey {
        name: Field,
        key_type: KeyType,
        greeted: bool,
    },
}

impl Dialogs {
    pub(super) fn open(&mut self, asked: Asked) {
        self.errand.forget();
        self.open = Some(match asked {
            Asked::Check => Open::Check(SecretEdit::default()),
            Asked::MakeKey => Open::MakeKey {
                name: Field::default(),
                key_type: KeyType::default(),
                greeted: false,
            },
        });
    }

    pub(super) fn tend(&mut self, model: &mut Model) {
        self.open = match (self.errand.tend(model), self.open.take()) {
            (Some(Fact::Vault(checked @ VaultFact::Checked { .. })), Some(Open::Check(_))) => {
                Some(Open::Checked(checked))
            }
            (Some(Fact::Key(_)), Some(Open::MakeKey { .. })) => None,
            (_, open) => open,
        };
    }

    pub(super) fn ui(&mut self, context: &Context, wishes: &mut Wishes) {
        let errand = &mut self.errand;
        let left = match &mut self.open {
            None => return,
            Some(Open::Check(passphrase)) => check_ui(context, passphrase, errand, wishes),
            Some(Open::Checked(found)) => checked_ui(context, found),
            Some(Open::MakeKey {
                name,
                key_type,
                greeted,
            }) => make_ui(context, (name, key_type, greeted), errand, wishes),
        };
        if left {
            self.open = None;
            self.errand.forget();
        }
    }
}

fn check_ui(
    context: &Context,
    passphrase: &mut SecretEdit,
    errand: &mut Errand,
    wishes: &mut Wishes,
) -> bool {
    let dialog = Confirm {
        title: "Check vault",
        consequences: &[
            "Opens every record and looks whether each is whole and known to the inventory. \
             Nothing is changed."
                .to_owned(),
        ],
        verb: match errand.is_under_way() {
            true => "Checking…",
            false => "Check vault",
        },
        destroys: false,
    };
    let answer = dialog.show(context, |ui| {
        passphrase.ui(ui, "Passphrase of the vault");
        let help = "With it the keys of authorities are opened too; it can stay empty";
        ui.label(theme::soft(ui, help));
        refused_ui(ui, errand);
        !errand.is_under_way()
    });
    if answer == Some(Answer::Go) {
        let given = (!passphrase.is_empty()).then(|| passphrase.take());
        let command = VaultCommand::Check { passphrase: given };
        errand.send(wishes, Command::Vault(command));
    }
    answer == Some(Answer::Leave)
}

fn checked_ui(context: &Context, found: &VaultFact) -> bool {
    let mut closed = false;
    let left = modal::show(context, "Vault checked", |ui| {
        if let VaultFact::Checked {
            records,
            authority_records_opened,
            orphans,
        } = found
        {
            let words = format!("{records} records, all of them whole");
            badge::status(ui, Tone::Good, icons::DONE, &words);
            match authority_records_opened {
                true => badge::status(
                    ui,
                    Tone::Good,
                    icons::DONE,
                    "Keys of authorities opened too",
                ),
                false => badge::status(
                    ui,
                    Tone::Off,
                    icons::INFO,
                    "Keys of authorities not opened: no passphrase was given",
                ),
            };
            for orphan in orphans {
                badge::status(ui, Tone::Due, icons::WARNING, orphan);
            }
        }
        modal::buttons(ui, |ui| closed = ui.button("Close").clicked());
    });
    left || closed
}

fn make_ui(
    context: &Context,
    (name, key_type, greeted): (&mut Field, &mut KeyType, &mut bool),
    errand: &mut Errand,
    wishes: &mut Wishes,
) -> bool {
    let dialog = Confirm {
        title: "Make key",
        consequences: &[
            "A key pair for certificates to come. The private half stays in the vault until it is \
             exported with a certificate."
                .to_owned(),
        ],
        verb: "Make key",
        destroys: false,
    };
    let answer = dialog.show(context, |ui| {
        let look = Look {
            label: "Name",
            help: "What you will look for it by",
            example: "www.example.internal",
            ..Look::default()
        };
        let field = name.ui(ui, look, None);
        if !*greeted {
            *greeted = true;
            field.request_focus();
        }
        choice::drop_down(ui, "Kind of key", key_type, &words::key_types());
        refused_ui(ui, errand);
        !name.text.trim().is_empty() && !errand.is_under_way()
    });
    if answer == Some(Answer::Go) {
        let (name, key_type) = (name.text.trim().to_owned(), *key_type);
        let command = KeyCommand::Generate { name, key_type };
        errand.send(wishes, Command::Key(command));
    }
    answer == Some(Answer::Leave)
}

fn refused_ui(ui: &mut Ui, errand: &Errand) {
    if let Some(refused) = errand.refused() {
        report::report(ui, refused);
    }
}
