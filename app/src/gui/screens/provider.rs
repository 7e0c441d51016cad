//! One DNS provider, new or changed: a form made from what its kind asks for, and its test.

use std::collections::BTreeMap;

use chancery_engine::api::{
    Area, Command, DnsCommand, DnsFact, DnsProviderId, Fact, ListProviderKinds, ListProviders,
    ProviderKindRow, ProviderRow,
};
use egui::Ui;

use super::{Desk, Screen, View, heading, page, section};
use crate::gui::model::Wishes;
use crate::gui::navigation::{Place, Public};
use crate::gui::parts::errand::Errand;
use crate::gui::parts::form::Form;
use crate::gui::parts::{acme, provider_test};
use crate::gui::theme::{self, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::field::{Field, Look};
use crate::gui::widgets::{badge, button, choice, empty_state, report};

#[derive(Default)]
pub(in crate::gui) struct Provider {
    /// `None` while it is being added.
    id: Option<DnsProviderId>,
    kinds: Watched<ListProviderKinds>,
    providers: Watched<ListProviders>,
    kind: Option<String>,
    /// The kind whose fields the form has.
    form_of: Option<String>,
    form: Form,
    name: Field,
    saving: Errand,
    test: Errand,
    /// Added on this way here, so that there is a next step.
    fresh: bool,
}

impl Provider {
    /// One that is there, or `None` for a new one.
    pub(in crate::gui) fn turn_to(&mut self, id: Option<DnsProviderId>, fresh: bool) {
        self.fresh = fresh;
        if self.id != id {
            *self = Self {
                id,
                fresh,
                ..Self::default()
            };
        }
    }
}

impl Screen for Provider {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let changed = desk.model.changed(Area::Dns);
        let system = desk.model.changed(Area::System);
        self.kinds.tend(desk.context, desk.client, system);
        self.providers.tend(desk.context, desk.client, changed);
        match self.saving.tend(desk.model) {
            Some(Fact::Dns(DnsFact::ProviderAdded { id })) => {
                *self = Self {
                    id: Some(id),
                    ..Self::default()
                };
                self.test_it(id, desk.wishes);
                desk.wishes.go(Place::AddedProvider(id));
            }
            Some(Fact::Dns(DnsFact::ProviderChanged { id })) => self.test_it(id, desk.wishes),
            _ => (),
        }
        // What it has found is in the list that is watched.
        drop(self.test.tend(desk.model));
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        self.kinds.want(ui.ctx(), ListProviderKinds);
        self.providers.want(ui.ctx(), ListProviders);
        let Some(kinds) = self.kinds.shown().cloned() else {
            heading(ui, "DNS provider", |_| ());
            match self.kinds.failed() {
                Some(failed) => report::report(ui, failed),
                None => empty_state::loading(ui),
            }
            return;
        };
        match self.id {
            None => self.new_ui(ui, &kinds, wishes),
            Some(id) => {
                let rows = self.providers.shown();
                let row = rows.and_then(|rows| rows.iter().find(|row| row.id == id));
                match row.cloned() {
                    Some(row) => self.known_ui(ui, &kinds, &row, view, wishes),
                    None => {
                        heading(ui, "DNS provider", |_| ());
                        match (self.providers.shown(), self.providers.failed()) {
                            (_, Some(failed)) => report::report(ui, failed),
                            (Some(_), None) if self.providers.is_settled() => {
                                ui.label("It is not here any more.");
                            }
                            _ => empty_state::loading(ui),
                        }
                    }
                }
            }
        }
    }
}

impl Provider {
    fn new_ui(&mut self, ui: &mut Ui, kinds: &[ProviderKindRow], wishes: &mut Wishes) {
        let mut saving = false;
        let under_way = self.saving.is_under_way();
        heading(ui, "Add DNS provider", |ui| {
            let verb = match under_way {
                true => "Adding…",
                false => "Add and test",
            };
            let ready = self.kind.is_some() && !under_way;
            saving = button::primary(ui, verb, ready).clicked();
        });
        page(ui, |ui| {
            ui.set_max_width(size::FORM.min(ui.available_width()));
            ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
            ui.label(
                "To prove that a name is yours, a record is put into the DNS for a moment. Where \
                 are the records of your names changed?",
            );
            let mut options: Vec<(Option<String>, String)> = kinds
                .iter()
                .map(|row| (Some(row.kind.clone()), row.title.clone()))
                .collect();
            options.sort_by_key(|(_, title)| title.to_lowercase());
            if self.kind.is_none() {
                options.insert(0, (None, "Choose a service…".to_owned()));
            }
            choice::wide_drop_down(ui, "Service", &mut self.kind, &options);
            let kind = kinds
                .iter()
                .find(|row| Some(&row.kind) == self.kind.as_ref());
            if let Some(kind) = kind {
                self.fill(kind, &BTreeMap::new(), &[]);
                self.name_ui(ui, kind);
                self.fields_ui(ui, kind);
            }
            if let Some(refused) = self.saving.refused() {
                report::report(ui, refused);
            }
        });
        if saving {
            self.add(wishes);
        }
    }

    fn name_ui(&mut self, ui: &mut Ui, kind: &ProviderKindRow) {
        if self.name.text.is_empty() && !ui.memory(|memory| memory.focused().is_some()) {
            self.name = Field::holding(kind.kind.clone());
        }
        let error = self
            .name
            .text
            .trim()
            .is_empty()
            .then_some("A name is needed");
        let look = Look {
            label: "Name here",
            help: "How it is called in lists",
            ..Look::default()
        };
        self.name.ui(ui, look, error);
    }

    fn fields_ui(&mut self, ui: &mut Ui, kind: &ProviderKindRow) {
        let (tone, icon, words) = acme::evidence(kind.evidence);
        badge::line(ui, tone, icon, words);
        if kind.fields.is_empty() {
            ui.label(theme::soft(ui, "It needs no settings"));
        }
        self.form.ui(ui);
    }

    fn known_ui(
        &mut self,
        ui: &mut Ui,
        kinds: &[ProviderKindRow],
        row: &ProviderRow,
        view: &View<'_>,
        wishes: &mut Wishes,
    ) {
        let kind = kinds.iter().find(|kind| kind.kind == row.kind);
        let (mut saving, mut testing) = (false, false);
        let quiet = !self.saving.is_under_way() && !self.test.is_under_way();
        heading(ui, &row.name, |ui| {
            let has_fields = kind.is_some_and(|kind| !kind.fields.is_empty());
            // What was typed and not saved comes first: going on would lose it.
            if self.fresh && !self.form.differs(&row.settings) {
                if button::primary(ui, "Continue", true).clicked() {
                    wishes.go(Place::PublicCas(Public::Orders));
                }
                saving = has_fields && button::plain(ui, "Save changes", quiet).clicked();
            } else {
                saving = has_fields && button::primary(ui, "Save changes", quiet).clicked();
            }
            let verb = match self.test.is_under_way() {
                true => "Testing…",
                false => "Test",
            };
            testing = button::plain(ui, verb, quiet).clicked();
        });
        page(ui, |ui| {
            ui.set_max_width(size::FORM.min(ui.available_width()));
            ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
            ui.label(&row.kind_title);
            // One thing, however much is in it: the fields below keep their ids, and the keyboard.
            ui.scope(|ui| self.test_ui(ui, row, view));
            if let Some(kind) = kind {
                section(ui, "Settings");
                self.fill(kind, &row.settings, &row.secrets);
                self.fields_ui(ui, kind);
            }
            if let Some(refused) = self.saving.refused() {
                report::report(ui, refused);
            }
        });
        if testing {
            self.test_it(row.id, wishes);
        }
        if saving {
            self.change(row.id, wishes);
        }
    }

    fn test_ui(&self, ui: &mut Ui, row: &ProviderRow, view: &View<'_>) {
        section(ui, "Test");
        if self.test.is_under_way() {
            ui.label("Asking it which zones it can change…");
        } else if let Some(refused) = self.test.refused() {
            report::report(ui, refused);
        } else {
            let (tone, icon, word) = provider_test::sign(row.last_test.as_ref());
            badge::badge(ui, tone, icon, word);
            provider_test::result(ui, row.last_test.as_ref(), view.now);
        }
    }

    /// Makes the form anew where another kind, or other settings, are to be seen.
    fn fill(
        &mut self,
        kind: &ProviderKindRow,
        settings: &BTreeMap<String, String>,
        secrets: &[String],
    ) {
        if self.form_of.as_ref() != Some(&kind.kind) {
            self.form = Form::of(&kind.fields, settings, secrets);
            self.form_of = Some(kind.kind.clone());
            if self.id.is_none() {
                self.name.clear();
            }
        }
    }

    fn add(&mut self, wishes: &mut Wishes) {
        self.name.show_error();
        self.form.show_errors();
        let name = self.name.text.trim().to_owned();
        let Some(kind) = self.kind.clone().filter(|_| !name.is_empty()) else {
            return;
        };
        if self.form.is_complete() {
            let command = DnsCommand::AddProvider {
                name,
                kind,
                settings: self.form.settings(),
                secrets: self.form.take_secrets(),
            };
            self.saving.send(wishes, Command::Dns(command));
        }
    }

    fn change(&mut self, id: DnsProviderId, wishes: &mut Wishes) {
        self.form.show_errors();
        if self.form.is_complete() {
            let command = DnsCommand::ChangeProvider {
                id,
                settings: self.form.settings(),
                secrets: self.form.take_secrets(),
            };
            self.saving.send(wishes, Command::Dns(command));
        }
    }

    fn test_it(&mut self, id: DnsProviderId, wishes: &mut Wishes) {
        let command = DnsCommand::TestProvider { id };
        self.test.send(wishes, Command::Dns(command));
    }
}
