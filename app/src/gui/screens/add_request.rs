//! Taking a request in: pasted, or read from a file.

use std::path::PathBuf;

use chancery_engine::api::{
    Area, AuthorityId, Command, Fact, ListAuthorities, ListProfiles, ProfileName, RequestCommand,
    RequestFact, RequestId,
};
use egui::Ui;

use super::{Desk, Screen, View, heading, page};
use crate::gui::files::{FileAnswer, FileAsk};
use crate::gui::model::{Model, WishId, Wishes};
use crate::gui::navigation::Place;
use crate::gui::parts::choices;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::path_field::PathField;
use crate::gui::theme::{self, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::choice;
use crate::gui::widgets::field::{Field, Look, below};
use crate::gui::widgets::{button, report};

#[derive(Default)]
pub(in crate::gui) struct AddRequest {
    pasted: Field,
    file: PathField,
    /// What the file holds, where that is not text.
    binary: Option<(PathBuf, Vec<u8>)>,
    reading: Option<WishId>,
    unreadable: Option<String>,
    authority: Option<AuthorityId>,
    profile: Option<ProfileName>,
    authorities: Watched<ListAuthorities>,
    profiles: Watched<ListProfiles>,
    errand: Errand,
    done: Option<RequestId>,
}

impl Screen for AddRequest {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let of_authorities = desk.model.changed(Area::Authority);
        let of_profiles = desk.model.changed(Area::System);
        self.authorities
            .tend(desk.context, desk.client, of_authorities);
        self.profiles.tend(desk.context, desk.client, of_profiles);
        if self.file.tend(desk.model) {
            self.read(desk.wishes);
        }
        self.take_file(desk.model);
        if let Some(Fact::Request(RequestFact::Submitted { id })) = self.errand.tend(desk.model) {
            self.done = Some(id);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _view: &View<'_>, wishes: &mut Wishes) {
        if let Some(id) = self.done.take() {
            *self = Self::default();
            wishes.go(Place::Bench(id));
        }
        self.authorities.want(ui.ctx(), ListAuthorities);
        self.profiles.want(ui.ctx(), ListProfiles);
        self.propose();
        self.take_dropped(ui, wishes);
        heading(ui, "Add request", |_| ());
        page(ui, |ui| {
            ui.set_max_width(size::FORM.min(ui.available_width()));
            ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
            ui.label("A request (CSR) carries names and a public key. The private key stays where it was made.");
            self.content_ui(ui, wishes);
            let authorities = choices::issuers(self.authorities.shown());
            choice::drop_down(ui, "Authority", &mut self.authority, &authorities);
            let profiles = choices::profiles(self.profiles.shown(), true);
            choice::drop_down(ui, "Profile", &mut self.profile, &profiles);
            if let Some(purpose) = self.purpose() {
                ui.label(theme::soft(ui, purpose));
            }
            self.submit_ui(ui, wishes);
        });
    }
}

impl AddRequest {
    fn content_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        let look = Look {
            label: "Request, PEM",
            example: "-----BEGIN CERTIFICATE REQUEST-----",
            lines: 8,
            ..Look::default()
        };
        if self.pasted.ui(ui, look, None).changed() {
            self.binary = None;
        }
        let look = Look {
            label: "Or a file, PEM or DER",
            example: "/home/anna/www.csr",
            ..Look::default()
        };
        if self.file.ui(ui, wishes, look, FileAsk::PickFile) {
            self.read(wishes);
        }
        if let Some((path, bytes)) = &self.binary {
            let text = format!("{}, {} bytes, DER", path.display(), bytes.len());
            ui.label(theme::caption(ui, text));
        }
        below(ui, "", self.unreadable.as_deref());
    }

    fn submit_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        if let Some(refused) = self.errand.refused() {
            report::report(ui, refused);
        }
        let csr = match &self.binary {
            Some((_, bytes)) => bytes.clone(),
            None => self.pasted.text.trim().as_bytes().to_vec(),
        };
        let ready = !csr.is_empty() && !self.errand.is_under_way();
        let (Some(authority), Some(profile)) = (self.authority, self.profile.clone()) else {
            let why = "An authority is needed first";
            button::primary(ui, "Take request in", false).on_disabled_hover_text(why);
            return;
        };
        if button::primary(ui, "Take request in", ready).clicked() {
            let command = RequestCommand::Submit {
                csr,
                authority,
                profile,
            };
            self.errand.send(wishes, Command::Request(command));
        }
    }

    fn read(&mut self, wishes: &mut Wishes) {
        let path = PathBuf::from(self.file.field.text.trim());
        self.reading = Some(wishes.file(FileAsk::Read(path)));
        self.unreadable = None;
    }

    /// A file dragged onto the window.
    fn take_dropped(&mut self, ui: &Ui, wishes: &mut Wishes) {
        let dropped = ui.input(|input| {
            let file = input.raw.dropped_files.first();
            file.map(|file| file.path().to_owned())
        });
        if let Some(path) = dropped {
            self.file.field.text = path.display().to_string();
            self.read(wishes);
        }
    }

    fn take_file(&mut self, model: &mut Model) {
        let Some(answer) = self.reading.and_then(|reading| model.take_file(reading)) else {
            return;
        };
        self.reading = None;
        match answer {
            FileAnswer::Content { path, bytes } => match String::from_utf8(bytes) {
                Ok(text) => (self.pasted.text, self.binary) = (text, None),
                Err(not_text) => {
                    self.pasted.clear();
                    self.binary = Some((path, not_text.into_bytes()));
                }
            },
            FileAnswer::Failed(why) => self.unreadable = Some(why),
            _ => (),
        }
    }

    /// The first of each list, until the person chooses.
    fn propose(&mut self) {
        if self.authority.is_none() {
            let issuers = choices::issuers(self.authorities.shown());
            self.authority = choices::usual(self.authorities.shown())
                .or_else(|| issuers.first().and_then(|(id, _)| *id));
        }
        if self.profile.is_none() {
            let profiles = choices::profiles(self.profiles.shown(), true);
            self.profile = choices::usual_profile(&profiles);
        }
    }

    fn purpose(&self) -> Option<&str> {
        let rows = self.profiles.shown()?;
        let row = rows
            .iter()
            .find(|row| Some(&row.name) == self.profile.as_ref())?;
        Some(&row.purpose)
    }
}
