//! All about one authority, and the buttons for what can be done to it.

use chancery_engine::api::{AuthorityDetail, AuthorityRow, AuthorityState, Custody, Subtree};
use egui::Ui;

use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::validity_bar::validity_bar;
use crate::gui::parts::{digits, status, time};
use crate::gui::screens::View;
use crate::gui::theme::{self, Tone, icons, size};
use crate::gui::widgets::{alert, badge, facts};

/// What the person asks for with a button here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    EndGrant,
    Export,
    Grant,
    Install,
    SaveRequest,
}

/// `urgent` stands where it is seen before everything else.
pub(super) fn detail(
    ui: &mut Ui,
    shown: &AuthorityDetail,
    view: &View<'_>,
    wishes: &mut Wishes,
    urgent: impl FnOnce(&mut Ui),
) -> Option<Asked> {
    let row = &shown.row;
    ui.label(theme::section(ui, &row.name));
    ui.horizontal_wrapped(|ui| badges(ui, row));
    urgent(ui);
    if let (Some(from), Some(to)) = (row.not_before, row.effective_not_after) {
        validity_bar(ui, view.now, from, to);
    }
    let asked = buttons(ui, shown, wishes);
    if row.state == AuthorityState::Requested {
        let text = "Carry the request to the installation that holds the parent, have it signed \
            there with the profile “intermediate”, and install what comes back.";
        alert::alert(ui, Tone::Info, "Waits for its certificate", text);
    }
    if row.online_root {
        let text = "Its key is in the same vault as an authority below it. Whoever takes over this \
            computer while the passphrase is typed can use both.";
        alert::alert(ui, Tone::Due, "Online root", text);
    }
    ui.add_space(size::GAP);
    facts_ui(ui, shown);
    asked
}

fn badges(ui: &mut Ui, row: &AuthorityRow) {
    let (tone, icon, word) = status::authority(row.state);
    badge::badge(ui, tone, icon, word);
    let kind = match row.is_root {
        true => (icons::ROOT, "Root"),
        false => (icons::AUTHORITIES, "Intermediate"),
    };
    badge::badge(ui, Tone::Off, kind.0, kind.1);
    match row.custody {
        Custody::Unattended(_) => badge::badge(ui, Tone::Info, icons::GRANT, "Signs alone"),
        Custody::Keyless => badge::badge(ui, Tone::Off, icons::LOCK, "Key elsewhere"),
        _ => badge::badge(ui, Tone::Info, icons::LOCK, "Signs with the passphrase"),
    };
}

fn buttons(ui: &mut Ui, shown: &AuthorityDetail, wishes: &mut Wishes) -> Option<Asked> {
    let row = &shown.row;
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        let mut offer = |ui: &mut Ui, text: &str, what: Asked| {
            if ui.button(text).clicked() {
                asked = Some(what);
            }
        };
        if row.state == AuthorityState::Requested {
            offer(ui, "Install certificate…", Asked::Install);
            offer(ui, "Save request…", Asked::SaveRequest);
            if let Some(request) = &shown.request_pem
                && ui.button("Copy request").clicked()
            {
                ui.ctx().copy_text(request.clone());
            }
        } else {
            offer(ui, "Export…", Asked::Export);
        }
        match row.custody {
            Custody::Unattended(_) => offer(ui, "End signing alone…", Asked::EndGrant),
            Custody::Keyless => (),
            _ => offer(ui, "Let it sign alone…", Asked::Grant),
        }
        if let Some(certificate) = shown.certificate
            && ui.button("Show certificate").clicked()
        {
            wishes.go(Place::Certificate(certificate));
        }
        if let Some(key) = shown.key
            && ui.button("Show key").clicked()
        {
            wishes.go(Place::Key(key));
        }
    });
    asked
}

fn facts_ui(ui: &mut Ui, shown: &AuthorityDetail) {
    let row = &shown.row;
    facts::facts(ui, "authority facts", |ui| {
        facts::row(ui, "Subject", &row.subject);
        facts::row(ui, "Key", &row.key_title);
        facts::row(ui, "Key use", &use_of_key(&row.custody));
        if let Some(end) = row.not_after {
            facts::row(ui, "Own end", &time::absolute(end));
        }
        if let Some(end) = row.effective_not_after {
            facts::row(ui, "Effective end", &time::absolute(end))
                .on_hover_text("The soonest end along the chain");
        }
        facts::row(ui, "May issue for", &reach(row.permitted.as_deref()));
        if !shown.excluded.is_empty() {
            facts::row(ui, "Never for", &list(&shown.excluded));
        }
        facts::row(ui, "Authorities below", &path_length(row.path_len));
        facts::row(ui, "Issued", &row.issued.to_string());
        if let Some(serial) = &shown.serial {
            digits::serial_row(ui, serial);
        }
        if let Some(fingerprint) = &shown.fingerprint {
            digits::fingerprint_row(ui, fingerprint);
        }
        facts::row(ui, "Made here", &time::absolute(shown.created));
    });
}

fn use_of_key(custody: &Custody) -> String {
    match custody {
        Custody::Unattended(grant) => {
            let profiles: Vec<&str> = grant.profiles.iter().map(|name| name.as_str()).collect();
            let what = match profiles.is_empty() {
                true => "every profile but intermediate".to_owned(),
                false => profiles.join(", "),
            };
            let end = grant.until.map_or("without an end".to_owned(), |end| {
                format!("until {}", time::absolute(end))
            });
            format!("In the vault; signs alone for {what}, {end}")
        }
        Custody::Keyless => "Elsewhere; it signs nothing here".to_owned(),
        _ => "In the vault; signs with the passphrase".to_owned(),
    }
}

fn reach(permitted: Option<&[Subtree]>) -> String {
    match permitted {
        None => "Any name".to_owned(),
        Some(trees) => list(trees),
    }
}

fn list(trees: &[Subtree]) -> String {
    let words: Vec<String> = trees.iter().map(ToString::to_string).collect();
    words.join(", ")
}

fn path_length(path_len: Option<u8>) -> String {
    match path_len {
        None => "As many as wanted".to_owned(),
        Some(0) => "None".to_owned(),
        Some(1) => "One level".to_owned(),
        Some(levels) => format!("{levels} levels"),
    }
}
