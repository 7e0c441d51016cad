//! A certificate from a public CA: what is wanted on the left, what would come of it on the right.

mod key;
mod more;
mod preview;

use chancery_engine::api::{
    AccountRow, AccountState, AcmeAccountId, AcmeCommand, Area, Command, DnsName, DnsProviderId,
    ListAccounts, ListKeys, ListProviders, NewOrder as Wish, OrderId, PreviewOrder, ProviderRow,
    ShowWish,
};
use egui::{Ui, UiBuilder, vec2};

use super::{Desk, Screen, View, heading, missing_ui, page};
use crate::gui::action::Action;
use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::hosts;
use crate::gui::theme::{self, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::field::{Field, Look};
use crate::gui::widgets::{button, choice, fold, report};
use key::KeyPart;
use more::More;

#[derive(Default)]
pub(in crate::gui) struct NewOrder {
    names: Field,
    account: Option<AcmeAccountId>,
    provider: Option<DnsProviderId>,
    key: KeyPart,
    more: More,
    accounts: Watched<ListAccounts>,
    providers: Watched<ListProviders>,
    keys: Watched<ListKeys>,
    preview: Watched<PreviewOrder>,
    errand: Errand,
    /// Whether the field of names has been given the keyboard.
    greeted: bool,
    /// The order that it is filled like.
    like: Option<OrderId>,
    again: Watched<ShowWish>,
    /// Whether it has been filled.
    filled: bool,
    /// The person has tried to go on, so that what is missing is shown.
    tried: bool,
    /// What is missing is to be brought into sight.
    seeks: bool,
}

/// A part of the form without which nothing is ordered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Part {
    Names,
    Account,
    Provider,
    Key,
    More,
}

impl NewOrder {
    /// Empty, or filled like an order from which nothing came.
    pub(in crate::gui) fn turn_to(&mut self, like: Option<OrderId>) {
        if self.like != like {
            *self = Self {
                like,
                ..Self::default()
            };
        }
    }
}

impl Screen for NewOrder {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let acme = desk.model.changed(Area::Acme);
        let dns = desk.model.changed(Area::Dns);
        let keys = desk.model.changed(Area::Key);
        self.accounts.tend(desk.context, desk.client, acme);
        self.providers.tend(desk.context, desk.client, dns);
        self.keys.tend(desk.context, desk.client, keys);
        self.again.tend(desk.context, desk.client, acme);
        self.preview
            .tend(desk.context, desk.client, acme.max(dns).max(keys));
        self.key.tend(desk);
        // What it might have become at once would be no order; the list has it then.
        drop(self.errand.tend(desk.model));
        if let Some(job) = self.errand.take_started() {
            *self = Self::default();
            // An order and the job that carries it out have one number.
            let order = OrderId::from_raw(job.to_raw());
            desk.wishes.go(Place::Order(order));
        }
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        self.accounts.want(ui.ctx(), ListAccounts);
        self.providers.want(ui.ctx(), ListProviders);
        self.keys.want(ui.ctx(), ListKeys);
        if let Some(like) = self.like.filter(|_| !self.filled) {
            self.again.want(ui.ctx(), ShowWish(like));
            self.fill();
        }
        self.propose();
        let wish = self.wish();
        if let Some(wish) = &wish {
            self.preview.want(ui.ctx(), PreviewOrder(wish.clone()));
        }
        let mut going = false;
        let verb = match (self.errand.is_under_way(), self.more.dry_run) {
            (true, _) => "Ordering…",
            (false, true) => "Rehearse",
            (false, false) => "Get certificate",
        };
        let ready = !self.errand.is_under_way() && (wish.is_none() || !self.is_refused());
        heading(ui, "Get a public certificate", |ui| {
            going = button::primary(ui, verb, ready).clicked();
        });
        if let Some(missing) = self.missing().filter(|_| self.tried) {
            missing_ui(ui, words(missing));
        }
        page(ui, |ui| {
            let full = ui.available_width();
            if full < SIDE_BY_SIDE {
                self.form_ui(ui, wishes);
                self.side_ui(ui, wish.as_ref(), view);
                return;
            }
            let left = size::FORM.min(full * 0.58);
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = size::GAP_LARGE;
                column(ui, left, |ui| self.form_ui(ui, wishes));
                let right = ui.available_width().min(size::FORM);
                column(ui, right, |ui| self.side_ui(ui, wish.as_ref(), view));
            });
        });
        if going {
            self.go(wish, wishes);
        }
    }
}

impl NewOrder {
    fn form_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
        self.part(ui, Part::Names, |form, ui| form.names_ui(ui));
        self.part(ui, Part::Account, |form, ui| form.account_ui(ui, wishes));
        self.part(ui, Part::Provider, |form, ui| form.provider_ui(ui, wishes));
        self.part(ui, Part::Key, |form, ui| {
            let keys = form.keys.shown().map_or(&[][..], Vec::as_slice);
            form.key.ui(ui, keys, wishes);
        });
        let accounts = self.accounts.shown().map_or(&[][..], Vec::as_slice);
        let account = accounts.iter().find(|row| Some(row.id) == self.account);
        let profiles = account.map_or(&[][..], |row| &row.directory.profiles);
        let profiles = profiles.to_vec();
        let open = self.seeks && self.missing() == Some(Part::More);
        self.part(ui, Part::More, |form, ui| {
            fold::opened(ui, "More choices", open, |ui| form.more.ui(ui, &profiles));
        });
    }

    /// Brings it into sight where it is what is missing.
    fn part(&mut self, ui: &mut Ui, part: Part, add: impl FnOnce(&mut Self, &mut Ui)) {
        let inner = ui.scope(|ui| add(self, ui));
        if self.seeks && self.missing() == Some(part) {
            inner.response.scroll_to_me(Some(egui::Align::Center));
            self.seeks = false;
        }
    }

    /// The first thing, in the order of the form, without which nothing is ordered.
    fn missing(&self) -> Option<Part> {
        let names = hosts::hosts(&self.names.text);
        let checks = [
            (Part::Names, names.is_ok_and(|names| !names.is_empty())),
            (Part::Account, self.account.is_some()),
            (Part::Provider, self.provider.is_some()),
            (Part::Key, self.key.wish().is_some()),
            (Part::More, self.more.is_complete()),
        ];
        let missing = checks.into_iter().find(|(_, there)| !there);
        missing.map(|(part, _)| part)
    }

    fn names_ui(&mut self, ui: &mut Ui) {
        let error = match hosts::hosts(&self.names.text) {
            Ok(names) if names.is_empty() => Some("A name is needed".to_owned()),
            Ok(_) => None,
            Err(error) => Some(report::sentence(&error)),
        };
        let look = Look {
            label: "Names, one on each line",
            help: "*.example.org stands for every name one step below example.org, but not for \
                example.org itself",
            example: "www.example.org",
            lines: 3,
        };
        let field = self.names.ui(ui, look, error.as_deref());
        if !self.greeted {
            self.greeted = true;
            field.request_focus();
        }
    }

    fn account_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        let Some(rows) = self.accounts.shown() else {
            return;
        };
        let active = rows.iter().filter(|row| is_active(row));
        let options: Vec<(Option<AcmeAccountId>, String)> = active
            .map(|row| {
                let words = format!("{}, at {}", row.name, row.directory_title);
                (Some(row.id), words)
            })
            .collect();
        let none = "No public CA knows you yet.";
        choose_or_make(
            ui,
            wishes,
            ("From", none),
            &mut self.account,
            &options,
            Action::NewAccount,
        );
    }

    fn provider_ui(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        let Some(rows) = self.providers.shown() else {
            return;
        };
        let options: Vec<(Option<DnsProviderId>, String)> = rows
            .iter()
            .map(|row| {
                let words = match row.name == row.kind {
                    true => row.kind_title.clone(),
                    false => format!("{}: {}", row.name, row.kind_title),
                };
                (Some(row.id), words)
            })
            .collect();
        let none = "It is not known yet where your DNS records are changed.";
        let label = "DNS records are changed by";
        choose_or_make(
            ui,
            wishes,
            (label, none),
            &mut self.provider,
            &options,
            Action::NewProvider,
        );
    }

    fn side_ui(&self, ui: &mut Ui, wish: Option<&Wish>, view: &View<'_>) {
        ui.spacing_mut().item_spacing.y = size::GAP;
        if let Some(refused) = self.errand.refused() {
            report::report(ui, refused);
        }
        match wish {
            None => drop(ui.label(theme::soft(ui, "What would come of it is shown here."))),
            Some(wish) => match (self.preview.failed(), self.preview.shown()) {
                (Some(failed), _) => report::report(ui, failed),
                (None, shown) => {
                    let rows = self.providers.shown().map_or(&[][..], Vec::as_slice);
                    let provider = rows.iter().find(|row| row.id == wish.provider);
                    let by_hand = provider.is_some_and(is_by_hand);
                    preview::preview(ui, (wish, by_hand), shown, view.now);
                }
            },
        }
    }

    fn is_refused(&self) -> bool {
        let shown = self.preview.shown();
        self.preview.failed().is_some() || shown.is_some_and(|shown| shown.refusal.is_some())
    }

    fn go(&mut self, wish: Option<Wish>, wishes: &mut Wishes) {
        self.names.show_error();
        self.more.show_errors();
        (self.tried, self.seeks) = (true, true);
        if let Some(wish) = wish {
            let command = AcmeCommand::Order { wish };
            self.errand.send(wishes, Command::Acme(command));
        }
    }

    /// The form, understood; `None` while something is missing.
    fn wish(&self) -> Option<Wish> {
        let names: Vec<DnsName> = hosts::hosts(&self.names.text).ok()?;
        (!names.is_empty()).then_some(())?;
        Some(Wish {
            account: self.account?,
            provider: self.provider?,
            names,
            key: self.key.wish()?,
            acme_profile: self.more.profile.clone(),
            resolvers: self.more.resolvers().ok()?,
            preferred_chain: self.more.preferred_chain(),
            propagation_limit_secs: self.more.limit_secs().ok()?,
            dry_run: self.more.dry_run,
            automatic: self.more.automatic,
            persistent: self.more.persistent,
            replaces: None,
        })
    }

    /// Takes over what was ordered before, as soon as all of it is known.
    fn fill(&mut self) {
        let (Some(wish), Some(accounts), Some(providers), Some(keys)) = (
            self.again.shown().cloned(),
            self.accounts.shown(),
            self.providers.shown(),
            self.keys.shown(),
        ) else {
            return;
        };
        let names: Vec<&str> = wish.names.iter().map(DnsName::as_str).collect();
        self.names = Field::holding(names.join("\n"));
        // A rehearsal was ordered by an account that is used for nothing else.
        let mut fit = accounts.iter().filter(|row| is_active(row));
        let account = fit.find(|row| match wish.dry_run {
            true => row.settings.rehearsal == Some(wish.account),
            false => row.id == wish.account,
        });
        self.account = account.map(|row| row.id);
        let provider = providers.iter().find(|row| row.id == wish.provider);
        self.provider = provider.map(|row| row.id);
        self.key.fill(&wish.key, keys);
        self.more.fill(&wish);
        self.filled = true;
    }

    /// The first of each, where there is one.
    fn propose(&mut self) {
        if self.account.is_none() {
            let rows = self.accounts.shown().map_or(&[][..], Vec::as_slice);
            let first = rows.iter().find(|row| is_active(row));
            self.account = first.map(|row| row.id);
        }
        if self.provider.is_none() {
            let rows = self.providers.shown().map_or(&[][..], Vec::as_slice);
            // What needs a person each time is nobody's usual way while there is another.
            let alone = rows.iter().find(|row| !is_by_hand(row));
            self.provider = alone.or(rows.first()).map(|row| row.id);
        }
    }
}

const fn words(missing: Part) -> &'static str {
    match missing {
        Part::Names => "Say first for which names",
        Part::Account => "An active account at a public CA is needed first",
        Part::Provider => "Say first where the DNS records are changed",
        Part::Key => "Say first which key it is for",
        Part::More => "Something among “More choices” cannot be understood",
    }
}

fn is_by_hand(provider: &ProviderRow) -> bool {
    provider.kind == BY_HAND
}

fn is_active(account: &AccountRow) -> bool {
    account.state == AccountState::Active
}

/// A drop-down, or the way to make what is missing.
fn choose_or_make<T: Clone + PartialEq>(
    ui: &mut Ui,
    wishes: &mut Wishes,
    (label, none): (&str, &str),
    chosen: &mut Option<T>,
    options: &[(Option<T>, String)],
    action: Action,
) {
    if !options.is_empty() {
        choice::wide_drop_down(ui, label, chosen, options);
        return;
    }
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
        ui.label(theme::caption(ui, label));
        ui.horizontal_wrapped(|ui| {
            ui.label(none);
            if ui.button(action.text()).clicked()
                && let Some(place) = action.place()
            {
                wishes.go(place);
            }
        });
    });
}

/// A column of this width, as high as what is in it.
fn column(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui)) {
    let at = ui.available_rect_before_wrap();
    let rect = egui::Rect::from_min_size(at.min, vec2(width, at.height()));
    let builder = UiBuilder::new()
        .max_rect(rect)
        .layout(egui::Layout::top_down(egui::Align::Min));
    let inner = ui.scope_builder(builder, |ui| {
        ui.set_width(width);
        add(ui);
    });
    ui.advance_cursor_after_rect(inner.response.rect);
}

/// The kind of provider where a person makes the records.
const BY_HAND: &str = "manual";

const SIDE_BY_SIDE: f32 = 820.0;
