//! The dialogs of this screen: each but one asks for a file to write.

use std::path::PathBuf;

use chancery_engine::api::{AuditCommand, Command, Fact};
use egui::Context;

use crate::gui::files::FileAsk;
use crate::gui::model::{Model, Wishes};
use crate::gui::parts::errand::Errand;
use crate::gui::parts::path_field::PathField;
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::field::{Field, Look};
use crate::gui::widgets::report;
use crate::gui::widgets::secret_edit::SecretEdit;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    Checkpoint,
    Export,
    Key,
}

#[derive(Default)]
pub(super) struct Dialogs {
    open: Option<(Asked, PathField)>,
    loss: Option<Loss>,
    errand: Errand,
}

/// The store lacks entries, and the person goes on without them.
struct Loss {
    /// The last entry that the vault has seen sealed.
    sealed: u64,
    typed: Field,
    passphrase: SecretEdit,
    /// Whether the field has been given the keyboard.
    greeted: bool,
}

impl Dialogs {
    pub(super) fn open(&mut self, asked: Asked, folder: &str) {
        let path = match folder {
            "" => asked.file().to_owned(),
            folder => PathBuf::from(folder)
                .join(asked.file())
                .display()
                .to_string(),
        };
        self.errand.forget();
        self.open = Some((asked, PathField::holding(path)));
    }

    pub(super) fn accept_loss(&mut self, sealed: u64) {
        self.errand.forget();
        self.loss = Some(Loss {
            sealed,
            typed: Field::default(),
            passphrase: SecretEdit::default(),
            greeted: false,
        });
    }

    pub(super) fn tend(&mut self, model: &mut Model) {
        if let Some((asked, path)) = &mut self.open
            && path.tend(model)
        {
            // The dialog gave a folder; the file keeps its name.
            let file = PathBuf::from(&path.field.text).join(asked.file());
            path.field.text = file.display().to_string();
        }
        if let Some(Fact::Audit(_)) = self.errand.tend(model) {
            (self.open, self.loss) = (None, None);
        }
    }

    pub(super) fn ui(&mut self, context: &Context, wishes: &mut Wishes) {
        if let Some(loss) = &mut self.loss
            && loss.ui(context, &mut self.errand, wishes)
        {
            self.loss = None;
        }
        let Some((asked, path)) = &mut self.open else {
            return;
        };
        let consequences = [asked.consequence().to_owned()];
        let dialog = Confirm {
            title: asked.title(),
            consequences: &consequences,
            verb: asked.title(),
            destroys: false,
        };
        let errand = &self.errand;
        let answer = dialog.show(context, |ui| {
            let look = Look {
                label: "File",
                lines: 1,
                ..Look::default()
            };
            path.ui(ui, wishes, look, FileAsk::PickFolder);
            if let Some(refused) = errand.refused() {
                report::report(ui, refused);
            }
            !path.field.text.trim().is_empty() && !errand.is_under_way()
        });
        match answer {
            Some(Answer::Go) => {
                let command = asked.command(PathBuf::from(path.field.text.trim()));
                self.errand.send(wishes, Command::Audit(command));
            }
            Some(Answer::Leave) => self.open = None,
            None => (),
        }
    }
}

impl Loss {
    /// True when the person leaves it.
    fn ui(&mut self, context: &Context, errand: &mut Errand, wishes: &mut Wishes) -> bool {
        let sealed = self.sealed;
        let consequences = [
            format!(
                "The vault has seen the audit sealed up to entry {sealed}, and this store does not \
                 hold that. What was issued and revoked there is unknown here."
            ),
            "If any backup or copy of the newest store is left, restore that instead.".to_owned(),
            "From now on the vault vouches for the store as it is. The audit says for ever that \
             this was accepted; it cannot be undone."
                .to_owned(),
        ];
        let dialog = Confirm {
            title: "Accept the loss",
            consequences: &consequences,
            verb: match errand.is_under_way() {
                true => "Accepting…",
                false => "Accept the loss",
            },
            destroys: true,
        };
        let answer = dialog.show(context, |ui| {
            let label = format!("Type {sealed} to go on");
            let look = Look {
                label: &label,
                ..Look::default()
            };
            let field = self.typed.ui(ui, look, None);
            if !std::mem::replace(&mut self.greeted, true) {
                field.request_focus();
            }
            self.passphrase.ui(ui, "Passphrase of the vault");
            if let Some(refused) = errand.refused() {
                report::report(ui, refused);
            }
            let typed = self.typed.text.trim() == sealed.to_string();
            typed && !self.passphrase.is_empty() && !errand.is_under_way()
        });
        if answer == Some(Answer::Go) {
            let passphrase = self.passphrase.take();
            let command = AuditCommand::AcceptLoss { sealed, passphrase };
            errand.send(wishes, Command::Audit(command));
        }
        answer == Some(Answer::Leave)
    }
}

impl Asked {
    const fn title(self) -> &'static str {
        match self {
            Self::Checkpoint => "Make checkpoint",
            Self::Export => "Export audit",
            Self::Key => "Export key",
        }
    }

    const fn consequence(self) -> &'static str {
        match self {
            Self::Checkpoint => {
                "Signs the present end of the chain. Keep the file where this computer cannot change it."
            }
            Self::Export => "Writes every entry and every checkpoint, one JSON object a line.",
            Self::Key => {
                "Writes the public key; with it anyone can verify an export and its checkpoints."
            }
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Checkpoint => "checkpoint.json",
            Self::Export => "audit.jsonl",
            Self::Key => "audit-key.pem",
        }
    }

    fn command(self, file: PathBuf) -> AuditCommand {
        match self {
            Self::Checkpoint => AuditCommand::Checkpoint { file: Some(file) },
            Self::Export => AuditCommand::Export { file },
            Self::Key => AuditCommand::ExportKey { file },
        }
    }
}
