//! Dialogs about one account: its settings, its key, its end.

use chancery_engine::api::{
    AccountRow, AccountSettings, AccountState, AcmeAccountId, AcmeCommand, Command,
};
use egui::{Context, Response, Ui};

use super::accounts::Asked;
use crate::gui::model::{Model, Wishes};
use crate::gui::parts::errand::Errand;
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::field::{Field, Look};
use crate::gui::widgets::{choice, report};

/// Closed until something is asked.
#[derive(Default)]
pub(super) struct AccountDialogs {
    open: Option<Open>,
    errand: Errand,
}

struct Open {
    asked: Asked,
    title: String,
    consequences: Vec<String>,
    verb: &'static str,
    name: String,
    /// The CA would go on taking orders of it.
    is_active: bool,
    typed: Field,
    /// Whether the first field has been given the keyboard.
    greeted: bool,
    limit: Field,
    rehearsal: Option<AcmeAccountId>,
    /// Accounts that rehearsals could go to.
    others: Vec<(Option<AcmeAccountId>, String)>,
}

impl AccountDialogs {
    pub(super) fn open(&mut self, asked: Asked, accounts: &[AccountRow]) {
        let (Asked::Change(id) | Asked::Deactivate(id) | Asked::Forget(id) | Asked::RollKey(id)) =
            asked;
        let Some(account) = accounts.iter().find(|account| account.id == id) else {
            return;
        };
        self.errand.forget();
        let (title, consequences, verb) = words(asked, account);
        self.open = Some(Open {
            asked,
            title,
            consequences,
            verb,
            name: account.name.clone(),
            is_active: is_active(account),
            typed: Field::default(),
            greeted: false,
            limit: Field::holding(account.settings.daily_limit.to_string()),
            rehearsal: account.settings.rehearsal,
            others: rehearsals(accounts, id),
        });
    }

    pub(super) fn tend(&mut self, model: &mut Model) {
        if self.errand.tend(model).is_some() {
            self.open = None;
        }
    }

    pub(super) fn ui(&mut self, context: &Context, wishes: &mut Wishes) {
        let Some(open) = &mut self.open else {
            return;
        };
        let under_way = self.errand.is_under_way();
        let title = open.title.clone();
        let consequences = open.consequences.clone();
        let dialog = Confirm {
            title: &title,
            consequences: &consequences,
            verb: match under_way {
                true => "Asking the CA…",
                false => open.verb,
            },
            destroys: matches!(open.asked, Asked::Deactivate(_) | Asked::Forget(_)),
        };
        let errand = &self.errand;
        let answer = dialog.show(context, |ui| {
            let ready = open.more_ui(ui);
            if let Some(refused) = errand.refused() {
                report::report(ui, refused);
            }
            ready && !under_way
        });
        match answer {
            Some(Answer::Go) => {
                if let Some(command) = open.command() {
                    self.errand.send(wishes, Command::Acme(command));
                }
            }
            Some(Answer::Leave) => self.open = None,
            None => (),
        }
    }
}

impl Open {
    /// What is also asked; whether it is complete.
    fn more_ui(&mut self, ui: &mut Ui) -> bool {
        match self.asked {
            Asked::Change(_) => {
                let error = limit(&self.limit.text).err();
                let look = Look {
                    label: "Certificates a day for the same names",
                    help: "Protects you from using up the CA’s own limits by mistake",
                    ..Look::default()
                };
                let field = self.limit.ui(ui, look, error);
                self.greet(&field);
                choice::wide_drop_down(ui, "Rehearse with", &mut self.rehearsal, &self.others);
                error.is_none()
            }
            Asked::Forget(_) if !self.is_active => true,
            Asked::Deactivate(_) | Asked::Forget(_) => {
                let label = format!("Type {} to go on", self.name);
                let look = Look {
                    label: &label,
                    ..Look::default()
                };
                let field = self.typed.ui(ui, look, None);
                self.greet(&field);
                self.typed.text.trim() == self.name
            }
            Asked::RollKey(_) => true,
        }
    }

    fn greet(&mut self, field: &Response) {
        if !self.greeted {
            self.greeted = true;
            field.request_focus();
        }
    }

    fn command(&self) -> Option<AcmeCommand> {
        Some(match self.asked {
            Asked::Change(id) => AcmeCommand::ChangeAccount {
                id,
                settings: AccountSettings {
                    daily_limit: limit(&self.limit.text).ok()?,
                    rehearsal: self.rehearsal,
                },
            },
            Asked::Deactivate(id) => AcmeCommand::Deactivate { id },
            Asked::Forget(id) => AcmeCommand::RemoveAccount {
                id,
                leave_open: self.is_active,
            },
            Asked::RollKey(id) => AcmeCommand::RollKey { id },
        })
    }
}

fn words(asked: Asked, account: &AccountRow) -> (String, Vec<String>, &'static str) {
    let name = &account.name;
    let ca = &account.directory_title;
    match asked {
        Asked::Change(_) => (format!("Settings of {name}"), Vec::new(), "Save settings"),
        Asked::RollKey(_) => (
            format!("Replace the key of {name}"),
            vec![
                format!(
                    "A new key is made in the vault, and {ca} is told to trust it from now on."
                ),
                "The old key no longer counts. Certificates stay as they are.".to_owned(),
            ],
            "Replace key",
        ),
        Asked::Deactivate(_) => (
            format!("Deactivate {name}"),
            vec![
                format!("{ca} never takes an order of this account again; that is for good."),
                renewals(account),
            ],
            "Deactivate account",
        ),
        Asked::Forget(_) if is_active(account) => (
            format!("Forget {name}"),
            vec![
                format!(
                    "It stays open at {ca}, where nobody can close it any more: its key is wiped \
                     from the vault. That is for a CA that is gone; otherwise deactivate it first."
                ),
                renewals(account),
            ],
            "Forget account",
        ),
        Asked::Forget(_) => (
            format!("Forget {name}"),
            vec!["It leaves this list, and its key is wiped from the vault.".to_owned()],
            "Forget account",
        ),
    }
}

fn is_active(account: &AccountRow) -> bool {
    matches!(
        account.state,
        AccountState::Active | AccountState::RollingKey
    )
}

/// What becomes of its certificates without it.
fn renewals(account: &AccountRow) -> String {
    match account.certificates {
        0 => "No certificate here came by it.".to_owned(),
        1 => "1 certificate came by it. It stays valid, and is no longer renewed.".to_owned(),
        count => {
            format!("{count} certificates came by it. They stay valid, and are no longer renewed.")
        }
    }
}

/// Accounts that a rehearsal could go to, and the CA's own staging one as the usual.
pub(in crate::gui::screens) fn rehearsals(
    accounts: &[AccountRow],
    but: AcmeAccountId,
) -> Vec<(Option<AcmeAccountId>, String)> {
    let others = accounts
        .iter()
        .filter(|account| account.id != but && account.state == AccountState::Active);
    let usual = (
        None,
        "An account at the CA’s own staging service".to_owned(),
    );
    let named = others.map(|account| (Some(account.id), account.name.clone()));
    std::iter::once(usual).chain(named).collect()
}

pub(in crate::gui::screens) fn limit(text: &str) -> Result<u32, &'static str> {
    match text.trim().parse() {
        Ok(limit @ 1..=1000) => Ok(limit),
        _ => Err("Between 1 and 1000"),
    }
}
