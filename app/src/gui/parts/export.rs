//! The dialog that asks for whom files are made, and where they shall go: the destination is
//! chosen first, and the form follows from it.

use std::path::PathBuf;

use chancery_engine::api::{Destination, Form, Secret};
use egui::{Context, Ui};

use crate::gui::files::FileAsk;
use crate::gui::model::{Model, Wishes};
use crate::gui::parts::errand::Errand;
use crate::gui::parts::file_form::{FileForm, opens_in, places};
use crate::gui::parts::new_passphrase::NewPassphrase;
use crate::gui::parts::path_field::PathField;
use crate::gui::theme::{self, Tone};
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::field::{Field, Look};
use crate::gui::widgets::{alert, choice, report};

/// Closed until something is to be exported.
pub(in crate::gui) struct ExportDialog<F> {
    open: Option<Open<F>>,
}

impl<F> Default for ExportDialog<F> {
    fn default() -> Self {
        Self { open: None }
    }
}

struct Open<F> {
    title: String,
    key: KeyPlace,
    place: Option<Destination>,
    format: F,
    with_key: bool,
    /// The key's own file is to be sealed too, where the form does not ask for it anyway.
    seal: bool,
    password: NewPassphrase,
    name: Field,
    folder: PathField,
}

/// Whether a private key could be written too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::gui) enum KeyPlace {
    /// With the certificate, if the person wants it.
    Here,
    /// On its own host, or in the vault for good.
    OutOfReach,
    /// It is about trust, and no key has a part in it.
    NotMeant,
}

/// What the person chose.
pub(in crate::gui) struct Chosen<F> {
    pub(in crate::gui) folder: PathBuf,
    /// In place of the certificate's own name.
    pub(in crate::gui) file_name: Option<String>,
    pub(in crate::gui) form: Form<F>,
    pub(in crate::gui) with_key: bool,
    pub(in crate::gui) password: Option<Secret<String>>,
}

impl<F: FileForm> ExportDialog<F> {
    pub(in crate::gui) fn ask(&mut self, title: impl Into<String>, folder: &str, key: KeyPlace) {
        self.open = Some(Open {
            title: title.into(),
            key,
            place: None,
            format: F::default(),
            with_key: false,
            seal: false,
            password: NewPassphrase::of_a_file(),
            name: Field::default(),
            folder: PathField::holding(folder).focused(),
        });
    }

    pub(in crate::gui) fn tend(&mut self, model: &mut Model) {
        if let Some(open) = &mut self.open {
            open.folder.tend(model);
        }
    }

    pub(in crate::gui) fn ui(
        &mut self,
        context: &Context,
        wishes: &mut Wishes,
        errand: &mut Errand,
    ) -> Option<Chosen<F>> {
        let open = self.open.as_mut()?;
        let title = open.title.clone();
        let dialog = Confirm {
            title: &title,
            consequences: &[],
            verb: match errand.is_under_way() {
                true => "Exporting…",
                false => "Export files",
            },
            destroys: false,
        };
        let answer = dialog.show(context, |ui| {
            let ready = open.ui(ui, wishes);
            if let Some(refused) = errand.refused() {
                report::report(ui, refused);
            }
            ready && !errand.is_under_way()
        });
        match answer? {
            Answer::Go => Some(open.chosen()),
            Answer::Leave => {
                self.close();
                errand.forget();
                None
            }
        }
    }

    pub(in crate::gui) fn close(&mut self) {
        self.open = None;
    }
}

impl<F: FileForm> Open<F> {
    /// True when nothing is missing.
    fn ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) -> bool {
        choice::wide_drop_down(ui, "Where it goes", &mut self.place, &places());
        if self.place.is_none() {
            let formats = self.formats();
            choice::wide_drop_down(ui, "Form", &mut self.format, &formats);
        }
        self.form_ui(ui);
        let key = self.key_ui(ui);
        let password = self.password_ui(ui);
        if self.key != KeyPlace::NotMeant {
            let look = Look {
                label: "Name of the files",
                help: "Empty for the certificate’s own name",
                ..Look::default()
            };
            self.name.ui(ui, look, None);
        }
        let look = Look {
            label: "Folder",
            help: "The folder is made if it is not there",
            example: "/home/anna/certificates",
            lines: 1,
        };
        self.folder.ui(ui, wishes, look, FileAsk::PickFolder);
        key && password && !self.folder.field.text.trim().is_empty()
    }

    fn format(&self) -> F {
        self.place.map_or(self.format, F::of)
    }

    fn formats(&self) -> Vec<(F, String)> {
        let possible = F::ALL
            .iter()
            .filter(|format| self.key == KeyPlace::Here || !format.holds_key());
        possible
            .map(|format| (*format, format.title().to_owned()))
            .collect()
    }

    /// What is written, and who opens it.
    fn form_ui(&self, ui: &mut Ui) {
        match self.place {
            Some(place) => {
                ui.label(format!("{}.", self.format().title()));
                // What it says is about certificates with their keys, or about a trust store.
                if self.key != KeyPlace::NotMeant || self.format().needs_password() {
                    let reason = format!("{}.", place.needs().reason);
                    ui.label(theme::soft(ui, reason));
                }
            }
            None => {
                let takers = opens_in(self.format);
                if !takers.is_empty() {
                    let text = format!("Opens in {takers}");
                    ui.label(theme::soft(ui, text));
                }
            }
        }
    }

    /// False while the form holds a key that nobody has let go.
    fn key_ui(&mut self, ui: &mut Ui) -> bool {
        let needs = self.format().holds_key();
        match self.key {
            KeyPlace::NotMeant => true,
            KeyPlace::OutOfReach if needs => {
                let text = "This place takes key and certificate in one file, and the key is not \
                    here to be exported. Choose a form without it, and join the two where the key \
                    is.";
                alert::alert(ui, Tone::Due, "Not possible here", text);
                false
            }
            KeyPlace::OutOfReach => true,
            KeyPlace::Here => {
                ui.checkbox(&mut self.with_key, "With the private key");
                match (needs, self.with_key) {
                    (_, true) => alert::alert(ui, Tone::Due, "The key leaves the vault", LEAVES),
                    (true, false) => {
                        let text = "Tick it to go on: such a file is nothing without its key";
                        ui.label(theme::soft(ui, text));
                    }
                    (false, false) => (),
                }
                self.with_key || !needs
            }
        }
    }

    /// False while a password is wanted and not typed twice.
    fn password_ui(&mut self, ui: &mut Ui) -> bool {
        if !self.takes_password() {
            if !self.with_key {
                return true;
            }
            ui.checkbox(&mut self.seal, "Seal the key with a password");
            if !self.seal {
                return true;
            }
        }
        let typed = self
            .password
            .ui(ui, "Password of the file", "The same password again");
        typed.ready
    }

    /// The form is sealed with one: of a certificate only once its key may leave.
    fn takes_password(&self) -> bool {
        let needs = self.format().needs_password();
        needs && (self.with_key || self.key == KeyPlace::NotMeant)
    }

    fn chosen(&mut self) -> Chosen<F> {
        let is_sealed = self.takes_password() || (self.with_key && self.seal);
        let name = self.name.text.trim();
        Chosen {
            folder: PathBuf::from(self.folder.field.text.trim()),
            file_name: (!name.is_empty()).then(|| name.to_owned()),
            form: match self.place {
                Some(place) => Form::For(place),
                None => Form::Format(self.format),
            },
            with_key: self.with_key,
            password: is_sealed.then(|| self.password.take()),
        }
    }
}

const LEAVES: &str = "The file is readable by you alone. Whoever gets a copy of it, and the \
    password where it has one, can pretend to be this certificate’s owner.";
