//! All that one profile says.

use std::fmt::Display;

use chancery_engine::api::{ProfileDetail, Take};
use egui::Ui;

use super::Asked;
use crate::gui::screens::section;
use crate::gui::theme::{self, icons};
use crate::gui::widgets::report::sentence;
use crate::gui::widgets::{badge, facts};
use crate::purposes;

pub(super) fn detail(ui: &mut Ui, detail: &ProfileDetail) -> Option<Asked> {
    let (row, content) = (&detail.row, &detail.content);
    section(ui, &content.title);
    ui.label(format!("{}.", content.purpose.trim_end_matches('.')));
    let asked = buttons_ui(ui, detail);
    facts::facts(ui, "profile", |ui| {
        facts::mono_row(ui, "Name", row.name.as_str(), row.name.as_str());
        if let Some(base) = &row.copy_of {
            facts::row(ui, "Copy of", base.as_str());
        }
        let days = format!(
            "{} days; more than {} only by a person who was warned, and never more than {}",
            content.default_days, content.ceiling_days, detail.limit_days
        );
        facts::row(ui, "Lifetime", &days);
        let purposes: Vec<String> = content.purposes.iter().map(purposes::word).collect();
        several(ui, "Extended key usage", &purposes);
        match &content.key_usage {
            Some(usage) => several(ui, "Key usage", usage),
            None => drop(facts::row(
                ui,
                "Key usage",
                "As the purposes and the key ask",
            )),
        }
        facts::row(ui, "Alternative names", &names(detail));
        match content.key_types.is_empty() {
            true => drop(facts::row(ui, "Keys", "Of any kind")),
            false => {
                let titles: Vec<&str> = content.key_types.iter().map(|it| it.title()).collect();
                several(ui, "Keys", &titles);
            }
        }
        let takes: Vec<String> = content
            .takes
            .iter()
            .map(|(field, take)| format!("{field}: {}", rule(*take)))
            .collect();
        several(ui, "Rules of its own", &takes);
        several(ui, "Leaves out", &content.leave_out);
        several(ui, "Policies", &content.policies);
        several(ui, "Extensions", &content.extensions);
    });
    asked
}

fn buttons_ui(ui: &mut Ui, detail: &ProfileDetail) -> Option<Asked> {
    let mut asked = None;
    if detail.row.copy_of.is_none() {
        let text = match detail.row.is_authority {
            true => "Built in. Certificates of authorities are made under Authorities.",
            false => "Built in: it stays as it is. Copy it to have one of your own.",
        };
        badge::line(ui, theme::Tone::Off, icons::LOCK, text);
        return None;
    }
    ui.horizontal_wrapped(|ui| {
        if ui.button("Change…").clicked() {
            asked = Some(Asked::Change);
        }
        if ui.button("Remove…").clicked() {
            asked = Some(Asked::Remove);
        }
    });
    asked
}

fn names(detail: &ProfileDetail) -> String {
    let content = &detail.content;
    let kinds: Vec<String> = content.kinds.iter().map(ToString::to_string).collect();
    let wildcards = match content.wildcards {
        true => ", wildcards too",
        false => "",
    };
    let rule = sentence(content.names.word());
    match kinds.is_empty() {
        true => rule,
        false => format!("{rule}: {}{wildcards}", kinds.join(", ")),
    }
}

/// Nothing where there are none.
fn several<T: Display>(ui: &mut Ui, label: &str, all: &[T]) {
    if !all.is_empty() {
        let all: Vec<String> = all.iter().map(ToString::to_string).collect();
        facts::row(ui, label, &all.join("\n"));
    }
}

/// Who decides what stands in the certificate.
pub(super) const fn rule(take: Take) -> &'static str {
    match take {
        Take::Profile => "the profile decides",
        Take::RefuseOther => "a request for anything else is refused",
        Take::Request => "the request decides",
        Take::RequestElseProfile => "the request decides, else the profile",
    }
}
