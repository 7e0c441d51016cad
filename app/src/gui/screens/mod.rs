//! One file per screen. A screen watches questions, keeps its own view state, and wishes.

pub(super) mod add_request;
pub(super) mod audit;
pub(super) mod authorities;
pub(super) mod bench;
pub(super) mod certificate;
pub(super) mod certificates;
pub(super) mod first_run;
pub(super) mod gallery;
pub(super) mod import;
pub(super) mod issue;
pub(super) mod new_account;
pub(super) mod new_authority;
pub(super) mod new_order;
pub(super) mod order;
pub(super) mod profiles;
pub(super) mod provider;
pub(super) mod public_cas;
pub(super) mod requests;
pub(super) mod secrets;
pub(super) mod unlock;

use chancery_engine::Client;
use chancery_engine::api::Timestamp;
use egui::{Align, Layout, Ui};

use super::app::Here;
use super::model::{Model, Wishes};
use super::navigation::Place;
use super::theme::{self, size};

/// What a screen is given to take in what has happened.
pub(super) struct Desk<'a> {
    pub(super) context: &'a egui::Context,
    pub(super) client: &'a Client,
    pub(super) model: &'a mut Model,
    pub(super) wishes: &'a mut Wishes,
}

/// What every screen may look at while it draws.
pub(super) struct View<'a> {
    pub(super) now: Timestamp,
    /// Where files were written last.
    pub(super) folder: &'a str,
    pub(super) here: &'a Here,
}

pub(super) trait Screen {
    /// Takes answers and endings in, and asks what is wanted; never draws, never waits.
    fn logic(&mut self, desk: &mut Desk<'_>);

    /// Draws, and keeps what the person wishes; never asks, never waits.
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes);
}

/// Every screen behind the lock. Dropped, with all that it knows, when the vault is locked.
#[derive(Default)]
pub(super) struct Screens {
    pub(super) add_request: add_request::AddRequest,
    pub(super) audit: audit::Audit,
    pub(super) authorities: authorities::Authorities,
    pub(super) bench: bench::Bench,
    pub(super) certificate: certificate::Certificate,
    pub(super) certificates: certificates::Certificates,
    pub(super) gallery: gallery::Gallery,
    pub(super) import: import::Import,
    pub(super) issue: issue::Issue,
    pub(super) new_account: new_account::NewAccount,
    pub(super) new_authority: new_authority::NewAuthorityForm,
    pub(super) new_order: new_order::NewOrder,
    pub(super) order: order::Order,
    pub(super) profiles: profiles::Profiles,
    pub(super) provider: provider::Provider,
    pub(super) public_cas: public_cas::PublicCas,
    pub(super) requests: requests::Requests,
    pub(super) secrets: secrets::Secrets,
}

impl Screens {
    /// The screen of a place, turned to what the place names.
    pub(super) fn at(&mut self, place: Place) -> &mut dyn Screen {
        match place {
            Place::AddRequest => &mut self.add_request,
            Place::Audit => &mut self.audit,
            Place::Authorities(selected) => {
                self.authorities.select(selected);
                &mut self.authorities
            }
            Place::Bench(request) => {
                self.bench.turn_to(request);
                &mut self.bench
            }
            Place::Certificate(certificate) => {
                self.certificate.turn_to(certificate);
                &mut self.certificate
            }
            Place::Certificates => &mut self.certificates,
            Place::Gallery => &mut self.gallery,
            Place::Import => &mut self.import,
            Place::Issue => &mut self.issue,
            Place::Key(key) => {
                self.secrets.select(key);
                &mut self.secrets
            }
            Place::NewAccount => &mut self.new_account,
            Place::NewAuthority => &mut self.new_authority,
            Place::NewOrder => {
                self.new_order.turn_to(None);
                &mut self.new_order
            }
            Place::OrderAgain(order) => {
                self.new_order.turn_to(Some(order));
                &mut self.new_order
            }
            Place::NewProvider => {
                self.provider.turn_to(None, false);
                &mut self.provider
            }
            Place::Order(order) => {
                self.order.turn_to(order);
                &mut self.order
            }
            Place::Profiles => &mut self.profiles,
            Place::Provider(provider) => {
                self.provider.turn_to(Some(provider), false);
                &mut self.provider
            }
            Place::AddedProvider(provider) => {
                self.provider.turn_to(Some(provider), true);
                &mut self.provider
            }
            Place::PublicCas(part) => {
                self.public_cas.turn_to(part);
                &mut self.public_cas
            }
            Place::Requests => &mut self.requests,
            Place::Secrets(part) => {
                self.secrets.turn_to(part);
                &mut self.secrets
            }
        }
    }
}

/// The heading of a screen, with its actions at the right.
pub(super) fn heading(ui: &mut Ui, title: &str, actions: impl FnOnce(&mut Ui)) {
    let height = size::CONTROL + size::GAP_SMALL;
    ui.allocate_ui_with_layout(
        egui::vec2(ui.available_width(), height),
        Layout::right_to_left(Align::Center),
        |ui| {
            actions(ui);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let title = theme::title(ui, title);
                ui.add(egui::Label::new(title).truncate());
            });
        },
    );
    ui.add_space(size::GAP_SMALL);
}

/// Below the button of a form: what has to be given before it does anything.
pub(super) fn missing_ui(ui: &mut Ui, missing: &str) {
    let text = format!("{} {missing}", theme::icons::WARNING);
    let text = theme::toned(ui, theme::Tone::Bad, text).text_style(egui::TextStyle::Small);
    let room = egui::vec2(ui.available_width(), size::GAP_LARGE);
    let layout = Layout::right_to_left(Align::Center);
    ui.allocate_ui_with_layout(room, layout, |ui| {
        ui.add(egui::Label::new(text).truncate());
    });
}

/// A page that scrolls, for forms and details.
pub(super) fn page(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    egui::ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            add(ui);
            follow_focus(ui);
            ui.add_space(size::GAP_SECTION);
        });
}

/// The same beside a list, for what is selected there: each begins at its top.
pub(super) fn page_of(ui: &mut Ui, of: impl egui::AsIdSalt, add: impl FnOnce(&mut Ui)) {
    ui.push_id(of, |ui| page(ui, add));
}

/// What the keyboard has moved to is brought into sight.
fn follow_focus(ui: &Ui) {
    let focused = ui.memory(egui::Memory::focused);
    let last = ui.scope_id().with("focused last");
    let before = ui.data_mut(|data| {
        let before = data.get_temp::<Option<egui::Id>>(last).flatten();
        data.insert_temp(last, focused);
        before
    });
    if focused != before
        && let Some(response) = focused.and_then(|id| ui.ctx().read_response(id))
        && response.layer_id == ui.layer_id()
        && ui.min_rect().contains(response.rect.center())
    {
        ui.scroll_to_rect(response.rect.expand(size::GAP_SECTION), None);
    }
}

/// The heading of a part of a page.
pub(super) fn section(ui: &mut Ui, title: &str) {
    ui.add_space(size::GAP_MEDIUM);
    ui.label(theme::section(ui, title));
}
