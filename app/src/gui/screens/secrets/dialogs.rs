//! The dialogs of this screen: make a key, check the vault.

use chancery_engine::api::{
    BackupCommand, BackupSchedule, Command, Fact, KeyCommand, KeyType, SlotOutcome, SlotRow,
    VaultCommand, VaultFact,
};
use egui::{Context, Ui};

use super::backup_dialogs::BackupDialog;
use super::slot_dialogs::SlotDialog;
use crate::gui::model::{Model, Wishes};
use crate::gui::parts::errand::Errand;
use crate::gui::parts::{time, words};
use crate::gui::screens::View;
use crate::gui::theme::{self, Tone, icons};
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::field::{Field, Look};
use crate::gui::widgets::secret_edit::SecretEdit;
use crate::gui::widgets::{badge, choice, modal, report};

/// What the person asks for with a button of this screen.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    AddOsStore,
    AddRecovery,
    BackUp,
    ChangePassphrase,
    Check,
    MakeKey,
    RemoveSlot(SlotRow),
    Schedule(Option<BackupSchedule>),
    TryBackup,
    ClearSchedule,
}

#[derive(Default)]
pub(super) struct Dialogs {
    open: Option<Open>,
    errand: Errand,
}

enum Open {
    Backup(BackupDialog),
    ClearSchedule,
    Slot(SlotDialog),
    /// What a person should know after it is done, a sentence a line.
    Remarks(Vec<String>),
    Check(SecretEdit),
    Checked(VaultFact),
    MakeKey {
        name: Field,
        key_type: KeyType,
        greeted: bool,
    },
}

impl Dialogs {
    /// `vault` is what the kit calls the vault.
    pub(super) fn open(&mut self, asked: Asked, vault: &str, view: &View<'_>) {
        self.errand.forget();
        self.open = Some(match asked {
            Asked::BackUp => {
                let day = time::date(view.now);
                let file = format!("chancery-{day}-{}.backup", view.now.0);
                Open::Backup(BackupDialog::make(view.folder, file))
            }
            Asked::ClearSchedule => Open::ClearSchedule,
            Asked::Schedule(so_far) => Open::Backup(BackupDialog::schedule(view.folder, so_far)),
            Asked::TryBackup => Open::Backup(BackupDialog::try_out()),
            Asked::AddOsStore => Open::Slot(SlotDialog::add_os_store(&view.here.machine)),
            Asked::AddRecovery => Open::Slot(SlotDialog::add_recovery(vault, view)),
            Asked::ChangePassphrase => Open::Slot(SlotDialog::change()),
            Asked::RemoveSlot(slot) => Open::Slot(SlotDialog::remove(slot)),
            Asked::Check => Open::Check(SecretEdit::default()),
            Asked::MakeKey => Open::MakeKey {
                name: Field::default(),
                key_type: KeyType::default(),
                greeted: false,
            },
        });
    }

    pub(super) fn tend(&mut self, model: &mut Model) {
        if let Some(Open::Slot(dialog)) = &mut self.open {
            dialog.tend(model);
        }
        if let Some(Open::Backup(dialog)) = &mut self.open {
            dialog.tend(model);
        }
        self.open = match (self.errand.tend(model), self.open.take()) {
            (Some(Fact::Backup(fact)), Some(Open::Backup(_) | Open::ClearSchedule)) => {
                BackupDialog::shown(fact).map(Open::Backup)
            }
            (Some(Fact::Vault(fact)), Some(Open::Slot(_))) => {
                let remarks = remarks(fact);
                (!remarks.is_empty()).then_some(Open::Remarks(remarks))
            }
            (Some(Fact::Vault(checked @ VaultFact::Checked { .. })), Some(Open::Check(_))) => {
                Some(Open::Checked(checked))
            }
            (Some(Fact::Key(_)), Some(Open::MakeKey { .. })) => None,
            (_, open) => open,
        };
    }

    pub(super) fn ui(&mut self, context: &Context, view: &View<'_>, wishes: &mut Wishes) {
        let errand = &mut self.errand;
        let left = match &mut self.open {
            None => return,
            Some(Open::Check(passphrase)) => check_ui(context, passphrase, errand, wishes),
            Some(Open::Checked(found)) => checked_ui(context, found),
            Some(Open::Backup(dialog)) => dialog.ui(context, errand, wishes),
            Some(Open::ClearSchedule) => clear_ui(context, errand, wishes),
            Some(Open::Slot(dialog)) => dialog.ui(context, view, errand, wishes),
            Some(Open::Remarks(remarks)) => remarks_ui(context, remarks),
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

fn remarks(fact: VaultFact) -> Vec<String> {
    match fact {
        VaultFact::PassphraseChanged { remarks }
        | VaultFact::Recovered { remarks, .. }
        | VaultFact::SlotRemoved { remarks, .. } => remarks,
        _ => Vec::new(),
    }
}

fn remarks_ui(context: &Context, remarks: &[String]) -> bool {
    let mut closed = false;
    let left = modal::show(context, "Done, and worth knowing", |ui| {
        for remark in remarks {
            let text = format!("{}.", report::sentence(remark));
            badge::line(ui, Tone::Info, icons::INFO, &text);
        }
        modal::buttons(ui, |ui| closed = ui.button("Close").clicked());
    });
    left || closed
}

fn clear_ui(context: &Context, errand: &mut Errand, wishes: &mut Wishes) -> bool {
    let dialog = Confirm {
        title: "Make none by themselves",
        consequences: &[
            "From now on a backup is made only when you ask for one. Those that were made stay."
                .to_owned(),
        ],
        verb: "Make none by themselves",
        destroys: false,
    };
    let answer = dialog.show(context, |ui| {
        refused_ui(ui, errand);
        !errand.is_under_way()
    });
    if answer == Some(Answer::Go) {
        errand.send(wishes, Command::Backup(BackupCommand::ClearSchedule));
    }
    answer == Some(Answer::Leave)
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
        let command = VaultCommand::Check {
            passphrase: given,
            code: None,
        };
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
            missing,
            slots,
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
            for slot in slots {
                slot_ui(ui, &slot.label, &slot.outcome);
            }
            for orphan in orphans {
                let words = format!("No record names {orphan}");
                badge::line(ui, Tone::Due, icons::WARNING, &words);
            }
            for key in missing {
                let words = format!("Not in the vault, so that it signs nothing: {key}");
                badge::line(ui, Tone::Bad, icons::FAILED, &words);
            }
        }
        modal::buttons(ui, |ui| closed = ui.button("Close").clicked());
    });
    left || closed
}

fn slot_ui(ui: &mut Ui, label: &str, outcome: &SlotOutcome) {
    match outcome {
        SlotOutcome::Opens => {
            badge::line(ui, Tone::Good, icons::DONE, &format!("{label} opens it"));
        }
        SlotOutcome::NotTried => {
            let words = format!("{label}: not tried, what it asks for was not given");
            badge::line(ui, Tone::Off, icons::INFO, &words);
        }
        SlotOutcome::Fails(why) => {
            let words = format!("{label}: {}", why.what);
            badge::line(ui, Tone::Bad, icons::FAILED, &words);
        }
    }
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
