//! Public CAs: what was ordered, the accounts there, and where DNS records are published.

pub(super) mod account_dialogs;
mod accounts;
mod orders;
mod providers;

use chancery_engine::api::{
    AccountRow, AccountState, Area, ListAccounts, ListOrders, ListProviders, ProviderRow,
};
use egui::Ui;

use super::{Desk, Screen, View, heading};
use crate::gui::action::Action;
use crate::gui::model::Wishes;
use crate::gui::navigation::{Place, Public};
use crate::gui::parts::centred;
use crate::gui::theme::{self, icons, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::{button, empty_state, report, steps, tabs};
use account_dialogs::AccountDialogs;
use orders::Orders;
use providers::Providers;

#[derive(Default)]
pub(in crate::gui) struct PublicCas {
    part: Public,
    accounts: Watched<ListAccounts>,
    providers: Watched<ListProviders>,
    orders: Watched<ListOrders>,
    order_table: Orders,
    account_dialogs: AccountDialogs,
    provider_cards: Providers,
}

impl PublicCas {
    pub(in crate::gui) fn turn_to(&mut self, part: Public) {
        self.part = part;
    }
}

impl Screen for PublicCas {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let acme = desk.model.changed(Area::Acme);
        let dns = desk.model.changed(Area::Dns);
        self.accounts.tend(desk.context, desk.client, acme);
        self.orders.tend(desk.context, desk.client, acme.max(dns));
        self.providers
            .tend(desk.context, desk.client, acme.max(dns));
        self.account_dialogs.tend(desk.model);
        self.provider_cards.tend(desk.model);
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        self.accounts.want(ui.ctx(), ListAccounts);
        self.orders.want(ui.ctx(), ListOrders);
        self.providers.want(ui.ctx(), ListProviders);
        let (action, is_empty) = match self.part {
            Public::Orders => (Action::NewOrder, is_empty(self.orders.shown())),
            Public::Accounts => (Action::NewAccount, is_empty(self.accounts.shown())),
            Public::Providers => (Action::NewProvider, is_empty(self.providers.shown())),
        };
        heading(ui, "Public CAs", |ui| {
            // Where there is nothing yet, the way to the first one stands in the middle.
            if !is_empty && button::primary(ui, short(action), true).clicked() {
                go(action, wishes);
            }
        });
        if let Some(part) = tabs::tabs(ui, self.part, PARTS) {
            wishes.go(Place::PublicCas(part));
        }
        match self.part {
            Public::Orders => self.orders_ui(ui, view, wishes),
            Public::Accounts => self.accounts_ui(ui, view, wishes),
            Public::Providers => self.providers_ui(ui, view, wishes),
        }
        let context = ui.ctx().clone();
        self.account_dialogs.ui(&context, wishes);
        self.provider_cards.dialog_ui(&context, wishes);
    }
}

impl PublicCas {
    fn orders_ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        match (self.orders.shown(), self.orders.failed()) {
            (Some(orders), _) if orders.is_empty() => {
                let lists = (self.providers.shown(), self.accounts.shown());
                match lists {
                    (Some(providers), Some(accounts)) => lead_ui(ui, providers, accounts, wishes),
                    _ => empty_state::loading(ui),
                }
            }
            (Some(orders), _) => self.order_table.ui(ui, orders, view, wishes),
            (None, Some(failed)) => report::report(ui, failed),
            (None, None) => empty_state::loading(ui),
        }
    }

    fn accounts_ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        match (self.accounts.shown(), self.accounts.failed()) {
            (Some(accounts), _) if accounts.is_empty() => {
                let action = Some(short(Action::NewAccount));
                if empty_state::not_yet(ui, icons::GLOBE, NO_ACCOUNT, action) {
                    go(Action::NewAccount, wishes);
                }
            }
            (Some(accounts), _) => {
                if let Some(asked) = accounts::accounts(ui, accounts, view) {
                    self.account_dialogs.open(asked, accounts);
                }
            }
            (None, Some(failed)) => report::report(ui, failed),
            (None, None) => empty_state::loading(ui),
        }
    }

    fn providers_ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        match (self.providers.shown(), self.providers.failed()) {
            (Some(providers), _) if providers.is_empty() => {
                let action = Some(short(Action::NewProvider));
                if empty_state::not_yet(ui, icons::GLOBE, NO_PROVIDER, action) {
                    go(Action::NewProvider, wishes);
                }
            }
            (Some(providers), _) => self.provider_cards.ui(ui, providers, view, wishes),
            (None, Some(failed)) => report::report(ui, failed),
            (None, None) => empty_state::loading(ui),
        }
    }
}

/// The way to the first public certificate, one step at a time.
fn lead_ui(ui: &mut Ui, providers: &[ProviderRow], accounts: &[AccountRow], wishes: &mut Wishes) {
    let is_active = |account: &AccountRow| account.state == AccountState::Active;
    let (step, sentence, action) = match (providers, accounts) {
        ([], _) => (0, NO_PROVIDER, Action::NewProvider),
        (_, accounts) if !accounts.iter().any(is_active) => (1, NO_ACCOUNT, Action::NewAccount),
        _ => (2, NO_ORDER, Action::NewOrder),
    };
    centred::column(ui, size::DIALOG, |ui| {
        ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
        ui.label(theme::large_icon(ui, icons::GLOBE));
        ui.label(theme::section(
            ui,
            "A certificate that every browser trusts",
        ));
        steps::steps(ui, WAY, step);
        ui.label(sentence);
        if button::primary(ui, short(action), true).clicked() {
            go(action, wishes);
        }
    });
}

fn go(action: Action, wishes: &mut Wishes) {
    if let Some(place) = action.place() {
        wishes.go(place);
    }
}

/// On a screen that says already what it is about.
const fn short(action: Action) -> &'static str {
    match action {
        Action::NewAccount => "New account…",
        Action::NewOrder => "Get a certificate…",
        other => other.text(),
    }
}

fn is_empty<T>(rows: Option<&Vec<T>>) -> bool {
    rows.is_none_or(Vec::is_empty)
}

const PARTS: &[(Public, &str)] = &[
    (Public::Orders, "Orders"),
    (Public::Accounts, "Accounts"),
    (Public::Providers, "DNS providers"),
];

const WAY: &[&str] = &["DNS provider", "Account at a CA", "Certificate"];

const NO_PROVIDER: &str = "A public CA gives a certificate to whoever can change the DNS of its \
    names. First say where the DNS records of your names are changed, so that this program can \
    publish the proof; or choose to make the records by hand.";

const NO_ACCOUNT: &str = "A CA wants to know who asks. An account is a key in the vault and, if \
    you like, an address for warnings; with Let’s Encrypt it costs nothing and takes a moment.";

const NO_ORDER: &str = "All is ready. Say for which names; the proof is published, looked at by \
    the CA and taken away again, and every step is shown.";
