//! Taking over an existing CA, certificate or key: what is found, what becomes of it, and why not.

use std::path::PathBuf;

use chancery_engine::api::{
    Area, Command, Fact, FilePassword, ImportCommand, ImportDone, ImportFact, ImportKind,
    ImportOutcome, ImportPreview, ImportRow, ImportSource, PreviewImport,
};
use egui::Ui;

use super::{Desk, Screen, View, heading, page, section};
use crate::gui::files::FileAsk;
use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::path_field::PathField;
use crate::gui::theme::{self, Tone, icons, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::field::{Field, Look, entered};
use crate::gui::widgets::report::sentence;
use crate::gui::widgets::secret_edit::SecretEdit;
use crate::gui::widgets::{alert, badge, button, report};

#[derive(Default)]
pub(in crate::gui) struct Import {
    file: PathField,
    folder: PathField,
    name: Field,
    password: SecretEdit,
    /// What has been given to the engine; the same secret for preview and import.
    given: Option<FilePassword>,
    source: Option<ImportSource>,
    preview: Watched<PreviewImport>,
    passphrase: SecretEdit,
    errand: Errand,
    done: Option<ImportDone>,
}

impl Screen for Import {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let changed = [Area::Authority, Area::Certificate, Area::Vault]
            .map(|area| desk.model.changed(area))
            .into_iter()
            .max()
            .unwrap_or_default();
        self.preview.tend(desk.context, desk.client, changed);
        if self.file.tend(desk.model) {
            self.chosen(true);
        }
        if self.folder.tend(desk.model) {
            self.chosen(false);
        }
        if let Some(Fact::Import(ImportFact::Taken(done))) = self.errand.tend(desk.model) {
            *self = Self {
                done: Some(done),
                ..Self::default()
            };
        }
    }

    fn ui(&mut self, ui: &mut Ui, _view: &View<'_>, wishes: &mut Wishes) {
        if let Some(source) = &self.source {
            let question = PreviewImport(source.clone());
            self.preview.want(ui.ctx(), question);
        }
        let ready = self.ready();
        let mut going = false;
        heading(ui, "Import", |ui| {
            let verb = match self.errand.is_under_way() {
                true => "Importing…",
                false => "Import",
            };
            going = button::primary(ui, verb, ready).clicked();
        });
        page(ui, |ui| {
            ui.set_max_width((size::FORM * 1.4).min(ui.available_width()));
            if let Some(done) = &self.done {
                done_ui(ui, done, wishes);
            }
            self.source_ui(ui, wishes);
            self.found_ui(ui);
        });
        if going && let Some(source) = self.source.clone() {
            let passphrase = (!self.passphrase.is_empty()).then(|| self.passphrase.take());
            let command = ImportCommand::Take { source, passphrase };
            self.errand.send(wishes, Command::Import(command));
        }
    }
}

impl Import {
    fn source_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        ui.label(
            "A certificate, a key, a whole CA from another program. Nothing there is changed, and \
             nothing is taken before you have seen what.",
        );
        let look = Look {
            label: "File",
            help: "PEM, DER, PKCS #7, PKCS #8, PKCS #12 (.pfx, .p12)",
            ..Look::default()
        };
        if self.file.ui(ui, wishes, look, FileAsk::PickFile) {
            self.chosen(true);
        }
        let look = Look {
            label: "Or a folder of openssl ca or easy-rsa",
            help: "The one that holds index.txt; names, serials and revocations are kept",
            ..Look::default()
        };
        if self.folder.ui(ui, wishes, look, FileAsk::PickFolder) {
            self.chosen(false);
        }
    }

    /// A path has been chosen; the other field no longer counts.
    fn chosen(&mut self, is_file: bool) {
        let (chosen, other) = match is_file {
            true => (&self.file, &mut self.folder),
            false => (&self.folder, &mut self.file),
        };
        let path = PathBuf::from(chosen.field.text.trim());
        if self
            .source
            .as_ref()
            .is_none_or(|source| source.path != path)
        {
            other.field.clear();
            self.given = None;
            self.done = None;
            self.errand.forget();
            self.source = Some(ImportSource {
                path,
                name: None,
                password: None,
                unauthenticated: false,
            });
        }
    }

    fn found_ui(&mut self, ui: &mut Ui) {
        if self.source.is_none() {
            return;
        }
        section(ui, "What is found");
        if let Some(failed) = self.preview.failed() {
            report::report(ui, failed);
        }
        let needs = self.preview.shown().map(|shown| {
            let passphrase = shown.needs_passphrase;
            (shown.needs_password, passphrase)
        });
        let (password, passphrase) = needs.unwrap_or_default();
        // Also where the password was wrong, which is told as a failure.
        if password || self.preview.failed().is_some() {
            self.password_ui(ui);
        }
        match self.preview.shown() {
            None if self.preview.failed().is_some() => return,
            None => drop(ui.label(theme::soft(ui, "Reading…"))),
            Some(shown) => rows_ui(ui, &shown.rows),
        }
        if self.takes_authority() {
            self.name_ui(ui);
        }
        if passphrase {
            self.passphrase.ui(ui, "Passphrase of the vault");
            let text = "It seals the key of the authority; without it the key stays where it is";
            ui.label(theme::soft(ui, text));
        }
        if let Some(refused) = self.errand.refused() {
            report::report(ui, refused);
        }
    }

    fn password_ui(&mut self, ui: &mut Ui) {
        let field = self.password.ui(ui, "Password of the file");
        let clicked = ui.button("Open with this password").clicked();
        if (clicked || entered(ui, &field)) && !self.password.is_empty() {
            let given = FilePassword::new(self.password.take());
            self.given = Some(given.clone());
            if let Some(source) = &mut self.source {
                source.password = Some(given);
            }
        }
    }

    fn name_ui(&mut self, ui: &mut Ui) {
        let look = Look {
            label: "What to call the authority here",
            help: "Empty for the name in its certificate",
            ..Look::default()
        };
        if self.name.ui(ui, look, None).lost_focus()
            && let Some(source) = &mut self.source
        {
            let name = self.name.text.trim();
            source.name = (!name.is_empty()).then(|| name.to_owned());
        }
    }

    fn takes_authority(&self) -> bool {
        let rows = self.preview.shown().map_or(&[][..], |shown| &shown.rows);
        rows.iter()
            .any(|row| row.kind == ImportKind::Authority && row.outcome == ImportOutcome::Taken)
    }

    fn ready(&self) -> bool {
        let takes = |shown: &ImportPreview| {
            let mut rows = shown.rows.iter();
            let any = rows.any(|row| row.outcome == ImportOutcome::Taken);
            any && (!shown.needs_passphrase || !self.passphrase.is_empty())
        };
        self.source.is_some()
            && self.preview.failed().is_none()
            && self.preview.shown().is_some_and(takes)
            && !self.errand.is_under_way()
    }
}

fn rows_ui(ui: &mut Ui, rows: &[ImportRow]) {
    let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
    let summary = format!(
        "{} will be taken over, {} are here already, {} cannot be taken",
        count(ImportOutcome::Taken),
        count(ImportOutcome::AlreadyHere),
        count(ImportOutcome::NotTaken)
    );
    ui.label(theme::soft(ui, summary));
    for row in rows.iter().take(MOST) {
        row_ui(ui, row);
    }
    if rows.len() > MOST {
        let text = format!("and {} more", rows.len() - MOST);
        ui.label(theme::soft(ui, text));
    }
}

fn row_ui(ui: &mut Ui, row: &ImportRow) {
    let (tone, icon, word) = match row.outcome {
        ImportOutcome::Taken => (Tone::Good, icons::PLUS, "Will be taken"),
        ImportOutcome::AlreadyHere => (Tone::Off, icons::DONE, "Here already"),
        _ => (Tone::Due, icons::CANCELLED, "Not taken"),
    };
    ui.add_space(size::GAP_SMALL);
    ui.horizontal_wrapped(|ui| {
        badge::badge(ui, tone, icon, word);
        ui.label(theme::strong(
            ui,
            format!("{} {}", kind(row.kind), row.name),
        ));
        ui.label(theme::soft(ui, &row.from));
    });
    if !row.into.is_empty() {
        ui.label(sentence(&row.into));
    }
    for warning in &row.warnings {
        badge::line(ui, Tone::Due, icons::WARNING, &sentence(warning));
    }
}

const fn kind(kind: ImportKind) -> &'static str {
    match kind {
        ImportKind::Authority => "Authority",
        ImportKind::Certificate => "Certificate",
        ImportKind::Crl => "List of revoked",
        ImportKind::PrivateKey => "Key",
        ImportKind::Serial => "Serial",
        _ => "Other",
    }
}

fn done_ui(ui: &mut Ui, done: &ImportDone, wishes: &mut Wishes) {
    let count = |count, one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    };
    let text = format!(
        "{}, {}, {}; {} revoked here from now on.",
        count(done.authorities.len() as u64, "authority", "authorities"),
        count(done.certificates, "certificate", "certificates"),
        count(done.keys, "key", "keys"),
        count(done.revoked, "serial is", "serials are"),
    );
    alert::alert(ui, Tone::Good, "Taken over", &text);
    ui.horizontal_wrapped(|ui| {
        if let Some(first) = done.authorities.first() {
            if ui.button("Show the authority").clicked() {
                wishes.go(Place::Authorities(Some(*first)));
            }
        } else if ui.button("Show certificates").clicked() {
            wishes.go(Place::Certificates);
        }
    });
    let left = done
        .rows
        .iter()
        .filter(|row| row.outcome == ImportOutcome::NotTaken);
    for row in left.take(MOST) {
        row_ui(ui, row);
    }
    ui.add_space(size::GAP_LARGE);
}

/// More rows than that nobody reads; the command line lists them all.
const MOST: usize = 60;
