//! What is there already: a backup, tried out and then restored, or the data folder of a vault.

use std::path::PathBuf;

use chancery_engine::api::{BackupManifest, BackupTrial, Opener, Report, Secret};
use egui::Ui;

use crate::gui::files::{FileAnswer, FileAsk};
use crate::gui::model::{Model, WishId, Wishes};
use crate::gui::parts::backup_view;
use crate::gui::parts::path_field::PathField;
use crate::gui::program::{Departure, Lost};
use crate::gui::screens::View;
use crate::gui::theme::{self, Tone, size};
use crate::gui::widgets::field::{Look, entered};
use crate::gui::widgets::secret_edit::SecretEdit;
use crate::gui::widgets::{alert, button, report, tabs};

pub(super) struct Existing {
    what: What,
    backup: PathField,
    secret: SecretEdit,
    by_code: bool,
    asked: Option<WishId>,
    /// What has been tried out, and what opened it.
    tried: Option<Tried>,
    refused: Option<Report>,
    /// `None` until the folder of this window has been proposed.
    into: Option<PathField>,
    folder: PathField,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum What {
    #[default]
    Restore,
    Open,
}

struct Tried {
    file: PathBuf,
    with: Opener,
    found: Option<(Box<BackupManifest>, BackupTrial)>,
}

impl Default for Existing {
    fn default() -> Self {
        Self {
            what: What::default(),
            backup: PathField::default().focused(),
            secret: SecretEdit::default(),
            by_code: false,
            asked: None,
            tried: None,
            refused: None,
            into: None,
            folder: PathField::default().focused(),
        }
    }
}

impl Existing {
    pub(super) fn tend(&mut self, model: &mut Model) {
        self.backup.tend(model);
        if let Some(into) = &mut self.into {
            into.tend(model);
        }
        self.folder.tend(model);
        let Some(answer) = self.asked.and_then(|asked| model.take_file(asked)) else {
            return;
        };
        self.asked = None;
        match (answer, &mut self.tried) {
            (FileAnswer::Tried { manifest, trial }, Some(tried)) => {
                tried.found = Some((manifest, trial));
            }
            (FileAnswer::Refused(report), _) => (self.tried, self.refused) = (None, Some(report)),
            _ => self.tried = None,
        }
    }

    /// What was asked for could not be done; the engine that was left is back.
    pub(super) fn after(lost: Lost) -> Self {
        let named = PathField::holding(lost.path.display().to_string()).focused();
        let (what, backup, folder) = match lost.is_backup {
            true => (What::Restore, named, PathField::default()),
            false => (What::Open, PathField::default(), named),
        };
        Self {
            what,
            backup,
            folder,
            refused: Some(lost.report),
            ..Self::default()
        }
    }

    /// True when the person goes back.
    pub(super) fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) -> bool {
        if let Some(what) = tabs::tabs(ui, self.what, WHATS) {
            self.what = what;
            self.refused = None;
        }
        let back = match self.what {
            What::Restore if self.found() => {
                self.restore_ui(ui, view, wishes);
                false
            }
            What::Restore => self.try_ui(ui, wishes),
            What::Open => self.open_ui(ui, wishes),
        };
        if let Some(refused) = &self.refused {
            report::report(ui, refused);
        }
        back
    }

    fn found(&self) -> bool {
        let tried = self.tried.as_ref();
        tried.is_some_and(|tried| tried.found.is_some())
    }

    fn try_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) -> bool {
        ui.label(
            "A backup is one sealed file. It is restored in memory first, so that you see what is \
             in it and whether it is whole.",
        );
        let look = Look {
            label: "Backup",
            example: "/media/disk/chancery.backup",
            ..Look::default()
        };
        self.backup.ui(ui, wishes, look, FileAsk::PickFile);
        let label = match self.by_code {
            true => "Recovery code of its vault",
            false => "Passphrase of its vault",
        };
        let secret = self.secret.ui(ui, label);
        let help = "The one that the vault had on the day when the backup was made";
        ui.label(theme::soft(ui, help));
        ui.checkbox(&mut self.by_code, "Open it with the recovery code");
        let under_way = self.asked.is_some();
        let verb = match under_way {
            true => "Trying it out…",
            false => "Try it out",
        };
        let file = PathBuf::from(self.backup.field.text.trim());
        let ready = !file.as_os_str().is_empty() && !self.secret.is_empty() && !under_way;
        let (clicked, back) = buttons(ui, verb, ready);
        if ready && (clicked || entered(ui, &secret)) {
            let typed = self.secret.take();
            let with = match self.by_code {
                true => Opener::Recovery(typed),
                false => Opener::Passphrase(typed),
            };
            self.refused = None;
            self.asked = Some(wishes.file(FileAsk::TryBackup {
                file: file.clone(),
                with: again(&with),
            }));
            self.tried = Some(Tried {
                file,
                with,
                found: None,
            });
        }
        back
    }

    fn restore_ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        let is_whole = self.found_ui(ui);
        let into = self
            .into
            .get_or_insert_with(|| PathField::holding(&view.here.home));
        let look = Look {
            label: "Restore into",
            help: "A folder that is empty or not there yet; as it stands, the one of this window",
            ..Look::default()
        };
        into.ui(ui, wishes, look, FileAsk::PickFolder);
        let into = PathBuf::from(into.field.text.trim());
        let verb = match is_whole {
            true => "Restore backup",
            false => "Restore it all the same",
        };
        let (clicked, another) = buttons(ui, verb, !into.as_os_str().is_empty());
        if clicked && let Some(tried) = &self.tried {
            wishes.leave(Departure::Restore {
                file: tried.file.clone(),
                with: again(&tried.with),
                into,
            });
        }
        if another {
            (self.tried, self.refused) = (None, None);
        }
    }

    /// False where the trial has shown a fault.
    fn found_ui(&self, ui: &mut Ui) -> bool {
        let Some(Tried {
            file,
            found: Some((manifest, trial)),
            ..
        }) = &self.tried
        else {
            return false;
        };
        backup_view::manifest(ui, &file.display().to_string(), manifest);
        backup_view::trial(ui, trial);
        if !manifest.keys_inside {
            let text = "What comes of it can be read, and signs nothing.";
            alert::alert(ui, Tone::Due, "This backup holds no private keys", text);
        }
        ui.add_space(size::GAP_SMALL);
        trial.faults.is_empty()
    }

    fn open_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) -> bool {
        ui.label(
            "The folder of an installation that is there already, on this disk or another. Nothing \
             is copied: this window goes on in it.",
        );
        let look = Look {
            label: "Data folder",
            help: "The one that holds vault.chancery",
            example: "/media/disk/chancery-data",
            ..Look::default()
        };
        let entered = self.folder.ui(ui, wishes, look, FileAsk::PickFolder);
        let folder = PathBuf::from(self.folder.field.text.trim());
        let ready = !folder.as_os_str().is_empty();
        let entered = entered && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let (clicked, back) = buttons(ui, "Open data folder", ready);
        if ready && (clicked || entered) {
            self.refused = None;
            wishes.leave(Departure::Open(folder));
        }
        back
    }
}

/// Whether to go on, and whether to go back.
fn buttons(ui: &mut Ui, verb: &str, ready: bool) -> (bool, bool) {
    let shown = ui.horizontal_wrapped(|ui| {
        let go = button::primary(ui, verb, ready).clicked();
        (go, ui.button("Back").clicked())
    });
    shown.inner
}

/// Each command wipes its own copy.
fn again(with: &Opener) -> Opener {
    let copy = |known: &Secret<String>| known.expose(|known| Secret::new(known.clone()));
    match with {
        Opener::OsStore => Opener::OsStore,
        Opener::Passphrase(known) => Opener::Passphrase(copy(known)),
        Opener::Recovery(known) => Opener::Recovery(copy(known)),
    }
}

const WHATS: &[(What, &str)] = &[
    (What::Restore, "Restore a backup"),
    (What::Open, "Open a data folder"),
];
