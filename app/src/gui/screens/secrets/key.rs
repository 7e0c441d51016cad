//! All about one key, its rule of use in plain words, and what stands on it.

use chancery_engine::api::{Custody, Grant, KeyDetail, KeyRow, KeyUse};
use egui::Ui;

use crate::gui::model::Wishes;
use crate::gui::navigation::{Place, Public};
use crate::gui::parts::{digits, time};
use crate::gui::screens::{View, section};
use crate::gui::theme::{self, Tone, icons};
use crate::gui::widgets::{badge, facts};

pub(super) fn detail(ui: &mut Ui, shown: &KeyDetail, view: &View<'_>, wishes: &mut Wishes) {
    let row = &shown.row;
    ui.label(theme::section(ui, title(row)));
    ui.horizontal_wrapped(|ui| badges(ui, row));
    section(ui, "Who may use it");
    ui.label(rule(shown, view));
    section(ui, "The key");
    facts::facts(ui, "key facts", |ui| facts_ui(ui, row, view));
    section(ui, "Where it is used");
    if let (Some(name), KeyUse::Authority(id)) = (&shown.authority, row.used_for)
        && ui.link(format!("Authority {name}")).clicked()
    {
        wishes.go(Place::Authorities(Some(id)));
    }
    if matches!(row.used_for, KeyUse::AcmeAccount(_)) && ui.link("Accounts at public CAs").clicked()
    {
        wishes.go(Place::PublicCas(Public::Accounts));
    }
    for (id, name) in shown.certificates.iter().take(MOST) {
        if ui.link(format!("Certificate {name}")).clicked() {
            wishes.go(Place::Certificate(*id));
        }
    }
    match shown.certificates.len() {
        0 if shown.authority.is_none() => drop(ui.label(theme::soft(ui, unused(row.used_for)))),
        count if count > MOST => {
            drop(ui.label(theme::soft(ui, format!("and {} more", count - MOST))))
        }
        _ => (),
    }
}

/// Its name without what is said beside it anyway.
pub(super) fn title(row: &KeyRow) -> &str {
    match row.used_for {
        KeyUse::Audit => "Audit seal",
        KeyUse::Authority(_) => row.name.strip_prefix("authority ").unwrap_or(&row.name),
        _ => &row.name,
    }
}

/// What it is for, in one word.
pub(super) const fn purpose(used_for: KeyUse) -> &'static str {
    match used_for {
        KeyUse::Audit => "Audit",
        KeyUse::Authority(_) => "Authority",
        KeyUse::AcmeAccount(_) => "Account",
        _ => "Certificates",
    }
}

fn badges(ui: &mut Ui, row: &KeyRow) {
    badge::badge(ui, Tone::Off, icons::CERTIFICATE, purpose(row.used_for));
    match row.custody {
        Some(Custody::Unattended(_)) => badge::badge(ui, Tone::Info, icons::GRANT, "Signs alone"),
        Some(_) => badge::badge(ui, Tone::Info, icons::LOCK, "Signs with the passphrase"),
        None => badge::badge(ui, Tone::Info, icons::VAULT, "Everyday key"),
    };
}

fn facts_ui(ui: &mut Ui, row: &KeyRow, view: &View<'_>) {
    facts::row(ui, "Kind", row.key_type.title());
    facts::row(ui, "Made", &time::absolute(row.created));
    match &row.last_use {
        Some(last) => {
            let when = time::relative(view.now, last.at);
            let times = match last.count {
                1 => "once so far".to_owned(),
                count => format!("{count} times so far"),
            };
            let words = format!("{when}, to {}; {times}", last.purpose);
            facts::row(ui, "Last use", &words).on_hover_text(time::absolute(last.at));
        }
        None => drop(facts::row(ui, "Last use", "Has signed nothing so far")),
    }
    digits::fingerprint_row(ui, &row.fingerprint);
    let id = row.id.to_string();
    facts::mono_row(ui, "Reference", &id, &id);
}

/// The rule of use as a person would say it.
fn rule(shown: &KeyDetail, view: &View<'_>) -> String {
    let name = shown.authority.as_deref().unwrap_or("its authority");
    match (&shown.row.custody, shown.row.used_for) {
        (Some(Custody::Unattended(grant)), _) => alone(name, grant, view),
        (Some(_), _) => format!(
            "Signs for {name} only when the passphrase is typed for what is to be signed. It is \
             opened for that one signature and wiped. The system’s store cannot open it."
        ),
        (None, KeyUse::Audit) => "Seals the record of what has happened here, whenever the vault \
            is locked and when asked. It opens with the vault."
            .to_owned(),
        (None, KeyUse::AcmeAccount(_)) => "Signs each request of an account at a public CA, by itself \
            while the vault is unlocked. It never leaves the vault. It is replaced at the CA, under \
            Public CAs, Accounts."
            .to_owned(),
        _ => "Belongs to certificates of hosts and people. It opens with the vault, signs nothing \
            here, and leaves only when it is exported together with its certificate."
            .to_owned(),
    }
}

fn alone(name: &str, grant: &Grant, view: &View<'_>) -> String {
    let profiles: Vec<&str> = grant.profiles.iter().map(|name| name.as_str()).collect();
    let what = match profiles.is_empty() {
        true => "every profile but intermediate".to_owned(),
        false => profiles.join(", "),
    };
    let end = match grant.until {
        None => "until somebody ends that".to_owned(),
        Some(end) => format!(
            "until {} ({})",
            time::absolute(end),
            time::relative(view.now, end)
        ),
    };
    format!(
        "Signs for {name} by itself while the vault is unlocked, for {what}, {end}. Anything else \
         asks for the passphrase."
    )
}

const fn unused(used_for: KeyUse) -> &'static str {
    match used_for {
        KeyUse::Audit => "Checkpoints of the audit carry its signature",
        KeyUse::AcmeAccount(_) => "By the account, and by nothing else",
        _ => "No certificate yet: choose it when one is issued",
    }
}

/// More names would push everything else away.
const MOST: usize = 12;

#[cfg(test)]
mod tests {
    use chancery_engine::api::AcmeAccountId;

    use super::*;

    #[test]
    fn the_key_of_an_account_is_none_of_certificates() {
        let account = KeyUse::AcmeAccount(AcmeAccountId::from_raw(1));
        assert_eq!(purpose(account), "Account");
        assert_eq!(purpose(KeyUse::Leaf), "Certificates");
        assert_ne!(unused(account), unused(KeyUse::Leaf));
    }
}
