//! Accounts at public CAs: who knows this installation, and what may be asked there.

use chancery_engine::api::{AccountRow, AccountState, AcmeAccountId};
use egui::{Role, Ui, WidgetInfo};

use crate::gui::parts::{acme, time};
use crate::gui::screens::{View, page};
use crate::gui::theme::{self, icons, size};
use crate::gui::widgets::{badge, card, facts};

/// What the person asks for with a button here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    Change(AcmeAccountId),
    Deactivate(AcmeAccountId),
    Forget(AcmeAccountId),
    RollKey(AcmeAccountId),
}

pub(super) fn accounts(ui: &mut Ui, accounts: &[AccountRow], view: &View<'_>) -> Option<Asked> {
    let mut asked = None;
    page(ui, |ui| {
        ui.set_max_width(WIDTH.min(ui.available_width()));
        for account in accounts {
            asked = account_ui(ui, account, accounts, view).or(asked);
        }
    });
    asked
}

fn account_ui(
    ui: &mut Ui,
    account: &AccountRow,
    all: &[AccountRow],
    view: &View<'_>,
) -> Option<Asked> {
    card::card(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(theme::icon(icons::GLOBE).color(theme::of(ui).soft));
            ui.label(theme::strong(ui, &account.name));
            let (tone, icon, word) = acme::account(account.state);
            badge::badge(ui, tone, icon, word);
        });
        facts::facts(ui, &account.id.to_string(), |ui| {
            facts_ui(ui, account, all, view);
        });
        buttons_ui(ui, account)
    })
}

fn facts_ui(ui: &mut Ui, account: &AccountRow, all: &[AccountRow], view: &View<'_>) {
    let roots = match account.own_roots {
        true => ", trusted by root certificates of its own",
        false => "",
    };
    let title = format!("{}{roots}", account.directory_title);
    facts::row(ui, "CA", &title).on_hover_text(&account.directory.url);
    let contacts: Vec<&str> = account.contacts.iter().map(|it| it.as_str()).collect();
    let contacts = match contacts.is_empty() {
        true => "none".to_owned(),
        false => contacts.join(", "),
    };
    facts::row(ui, "Contacts", &contacts);
    facts::row(ui, "Certificates", &account.certificates.to_string());
    let limit = match account.settings.daily_limit {
        1 => "1 certificate for the same names".to_owned(),
        limit => format!("{limit} certificates for the same names"),
    };
    facts::row(ui, "A day at most", &limit);
    if let Some(bound) = &account.bound_to {
        facts::row(ui, "Bound to", bound);
    }
    let rehearsal = all
        .iter()
        .find(|other| Some(other.id) == account.settings.rehearsal);
    if let Some(rehearsal) = rehearsal {
        facts::row(ui, "Rehearses with", &rehearsal.name);
    }
    let made = time::relative(view.now, account.created);
    facts::row(ui, "Made", &made).on_hover_text(time::absolute(account.created));
}

fn buttons_ui(ui: &mut Ui, account: &AccountRow) -> Option<Asked> {
    let id = account.id;
    let offered: &[(&str, Asked)] = match account.state {
        AccountState::Deactivated | AccountState::Wanted => &[("Forget…", Asked::Forget(id))],
        _ => &[
            ("Settings…", Asked::Change(id)),
            ("Replace key…", Asked::RollKey(id)),
            ("Deactivate…", Asked::Deactivate(id)),
            ("Forget…", Asked::Forget(id)),
        ],
    };
    let mut asked = None;
    ui.add_space(size::GAP_SMALL);
    ui.horizontal_wrapped(|ui| {
        for (words, what) in offered {
            let button = ui.button(*words);
            let name = format!("{} of {}…", words.trim_end_matches('…'), account.name);
            button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            if button.clicked() {
                asked = Some(*what);
            }
        }
    });
    asked
}

const WIDTH: f32 = 720.0;
