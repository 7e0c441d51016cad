//! Making a backup, setting how often, and what trying one out has shown.

use std::path::PathBuf;

use chancery_engine::api::{BackupCommand, BackupFact, BackupSchedule, Command, Opener};
use egui::{Context, Ui};

use crate::gui::files::FileAsk;
use crate::gui::model::{Model, Wishes};
use crate::gui::parts::backup_view;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::path_field::PathField;
use crate::gui::theme::{self, Tone};
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::field::Look;
use crate::gui::widgets::secret_edit::SecretEdit;
use crate::gui::widgets::{choice, modal, report};

pub(super) enum BackupDialog {
    Make {
        folder: PathField,
        file: String,
        keys_inside: bool,
        passphrase: SecretEdit,
    },
    Schedule {
        folder: PathField,
        every_hours: u32,
        keep: u32,
        keys_inside: bool,
    },
    /// What restoring it in memory has shown.
    Shown(Box<BackupFact>),
    Try {
        file: PathField,
        passphrase: SecretEdit,
    },
}

impl BackupDialog {
    /// `file` is the name that is proposed.
    pub(super) fn make(folder: &str, file: String) -> Self {
        Self::Make {
            folder: PathField::holding(folder).focused(),
            file,
            keys_inside: true,
            passphrase: SecretEdit::default(),
        }
    }

    pub(super) fn schedule(folder: &str, so_far: Option<BackupSchedule>) -> Self {
        let folder = match &so_far {
            Some(schedule) => schedule.folder.display().to_string(),
            None => folder.to_owned(),
        };
        let so_far = so_far.as_ref();
        Self::Schedule {
            folder: PathField::holding(folder).focused(),
            every_hours: so_far.map_or(24, |schedule| schedule.every_hours),
            keep: so_far.map_or(7, |schedule| schedule.keep),
            keys_inside: so_far.is_none_or(|schedule| schedule.keys_inside),
        }
    }

    pub(super) fn try_out() -> Self {
        Self::Try {
            file: PathField::default().focused(),
            passphrase: SecretEdit::default(),
        }
    }

    /// What there is to show of an ending; nothing of a schedule, which stands on the screen.
    pub(super) fn shown(fact: BackupFact) -> Option<Self> {
        match fact {
            BackupFact::Created { .. } | BackupFact::Verified { .. } => {
                Some(Self::Shown(Box::new(fact)))
            }
            _ => None,
        }
    }

    pub(super) fn tend(&mut self, model: &mut Model) {
        let path = match self {
            Self::Make { folder, .. } | Self::Schedule { folder, .. } => folder,
            Self::Try { file, .. } => file,
            Self::Shown(_) => return,
        };
        path.tend(model);
    }

    /// True when the person leaves it.
    pub(super) fn ui(
        &mut self,
        context: &Context,
        errand: &mut Errand,
        wishes: &mut Wishes,
    ) -> bool {
        match self {
            Self::Make { .. } => self.make_ui(context, errand, wishes),
            Self::Schedule { .. } => self.schedule_ui(context, errand, wishes),
            Self::Shown(fact) => shown_ui(context, fact),
            Self::Try { .. } => self.try_ui(context, errand, wishes),
        }
    }

    fn make_ui(&mut self, context: &Context, errand: &mut Errand, wishes: &mut Wishes) -> bool {
        let Self::Make {
            folder,
            file,
            keys_inside,
            passphrase,
        } = self
        else {
            return false;
        };
        let dialog = Confirm {
            title: "Back up now",
            consequences: &[
                "The file gets its name only after it has been restored in memory and read through."
                    .to_owned(),
            ],
            verb: match errand.is_under_way() {
                true => "Making and trying out…",
                false => "Back up now",
            },
            destroys: false,
        };
        let answer = dialog.show(context, |ui| {
            folder_ui(ui, folder, wishes);
            ui.label(theme::soft(
                ui,
                format!("As {file}, never over a file that is there"),
            ));
            keys_ui(ui, keys_inside);
            if *keys_inside {
                passphrase.ui(ui, "Passphrase of the vault");
                let help = "With it the keys of authorities that need a person are tried as well; \
                    it can stay empty";
                ui.label(theme::soft(ui, help));
            }
            refused_ui(ui, errand);
            !folder.field.text.trim().is_empty() && !errand.is_under_way()
        });
        if answer == Some(Answer::Go) {
            let command = BackupCommand::Create {
                file: PathBuf::from(folder.field.text.trim()).join(file.as_str()),
                keys_inside: *keys_inside,
                passphrase: (*keys_inside && !passphrase.is_empty()).then(|| passphrase.take()),
            };
            errand.send(wishes, Command::Backup(command));
        }
        answer == Some(Answer::Leave)
    }

    fn schedule_ui(&mut self, context: &Context, errand: &mut Errand, wishes: &mut Wishes) -> bool {
        let Self::Schedule {
            folder,
            every_hours,
            keep,
            keys_inside,
        } = self
        else {
            return false;
        };
        let dialog = Confirm {
            title: "Backups by themselves",
            consequences: &[
                "Made while the vault is unlocked, each tried out as it is made. Choose a folder on \
                 another disk: one on this disk fails with it."
                    .to_owned(),
            ],
            verb: "Set schedule",
            destroys: false,
        };
        let answer = dialog.show(context, |ui| {
            folder_ui(ui, folder, wishes);
            choice::drop_down(ui, "How often", every_hours, &intervals(*every_hours));
            choice::drop_down(ui, "How many stay", keep, &counts(*keep));
            keys_ui(ui, keys_inside);
            refused_ui(ui, errand);
            !folder.field.text.trim().is_empty() && !errand.is_under_way()
        });
        if answer == Some(Answer::Go) {
            let schedule = BackupSchedule {
                folder: PathBuf::from(folder.field.text.trim()),
                every_hours: *every_hours,
                keep: *keep,
                keys_inside: *keys_inside,
            };
            let command = BackupCommand::SetSchedule { schedule };
            errand.send(wishes, Command::Backup(command));
        }
        answer == Some(Answer::Leave)
    }

    fn try_ui(&mut self, context: &Context, errand: &mut Errand, wishes: &mut Wishes) -> bool {
        let Self::Try { file, passphrase } = self else {
            return false;
        };
        let dialog = Confirm {
            title: "Try a backup",
            consequences: &[
                "Restores it in memory, follows its audit, and lets the key of each authority sign \
                 a test message. Nothing here is changed."
                    .to_owned(),
            ],
            verb: match errand.is_under_way() {
                true => "Trying it out…",
                false => "Try it out",
            },
            destroys: false,
        };
        let answer = dialog.show(context, |ui| {
            let look = Look {
                label: "Backup",
                ..Look::default()
            };
            file.ui(ui, wishes, look, FileAsk::PickFile);
            passphrase.ui(ui, "Passphrase of the backup’s vault");
            let help = "Empty where it is a backup of this vault; then keys that need a person stay \
                sealed";
            ui.label(theme::soft(ui, help));
            refused_ui(ui, errand);
            !file.field.text.trim().is_empty() && !errand.is_under_way()
        });
        if answer == Some(Answer::Go) {
            let command = BackupCommand::Verify {
                file: PathBuf::from(file.field.text.trim()),
                with: (!passphrase.is_empty()).then(|| Opener::Passphrase(passphrase.take())),
            };
            errand.send(wishes, Command::Backup(command));
        }
        answer == Some(Answer::Leave)
    }
}

fn shown_ui(context: &Context, fact: &BackupFact) -> bool {
    let mut closed = false;
    let left = modal::show(context, "What the trial restore has shown", |ui| {
        if let BackupFact::Created {
            file,
            manifest,
            trial,
            ..
        }
        | BackupFact::Verified {
            file,
            manifest,
            trial,
        } = fact
        {
            backup_view::manifest(ui, &file.display().to_string(), manifest);
            backup_view::trial(ui, trial);
        }
        modal::buttons(ui, |ui| closed = ui.button("Close").clicked());
    });
    left || closed
}

fn folder_ui(ui: &mut Ui, folder: &mut PathField, wishes: &mut Wishes) {
    let look = Look {
        label: "Folder",
        help: "The folder is made if it is not there",
        ..Look::default()
    };
    folder.ui(ui, wishes, look, FileAsk::PickFolder);
}

fn keys_ui(ui: &mut Ui, keys_inside: &mut bool) {
    ui.checkbox(keys_inside, "With the private keys, sealed as in the vault");
    if !*keys_inside {
        let text = "Without them nothing can be signed after a restore: certificates and the audit \
            are kept, authorities are not.";
        ui.label(theme::toned(ui, Tone::Due, text));
    }
}

fn refused_ui(ui: &mut Ui, errand: &Errand) {
    if let Some(refused) = errand.refused() {
        report::report(ui, refused);
    }
}

fn intervals(so_far: u32) -> Vec<(u32, String)> {
    let usual = [(6, "Every 6 hours"), (24, "Every day"), (168, "Every week")];
    with(so_far, &usual, |hours| format!("Every {hours} hours"))
}

fn counts(so_far: u32) -> Vec<(u32, String)> {
    let usual = [
        (3, "The newest 3"),
        (7, "The newest 7"),
        (30, "The newest 30"),
    ];
    with(so_far, &usual, |count| format!("The newest {count}"))
}

/// The usual ones, and the one that was set elsewhere.
fn with(so_far: u32, usual: &[(u32, &str)], word: impl Fn(u32) -> String) -> Vec<(u32, String)> {
    let mut all: Vec<(u32, String)> = usual
        .iter()
        .map(|(value, word)| (*value, (*word).to_owned()))
        .collect();
    if !all.iter().any(|(value, _)| *value == so_far) {
        all.push((so_far, word(so_far)));
    }
    all
}
