//! The proof of one name: which record, where it belongs, and what each server says of it.

use chancery_engine::api::{ChallengeRow, ServerAnswer, shown};
use egui::{Label, Ui};

use crate::gui::parts::{acme, hosts};
use crate::gui::theme::{self, Tone, icons, size};
use crate::gui::widgets::report::sentence;
use crate::gui::widgets::{badge, card, facts};

pub(super) fn challenge(ui: &mut Ui, row: &ChallengeRow, goes_on: bool) {
    card::card(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(theme::strong(ui, hosts::both_ways(&row.name)));
            let (tone, icon, word) = acme::challenge(row.state, goes_on);
            badge::badge(ui, tone, icon, word);
        });
        if let Some(problem) = &row.problem {
            let words = format!("The CA says: {}", sentence(&shown(problem)));
            badge::line(ui, Tone::Bad, icons::FAILED, &words);
        }
        if row.value.is_empty() {
            return;
        }
        let id = format!("challenge {} {}", row.name, row.value);
        facts::facts(ui, &id, |ui| {
            facts::mono_row(ui, "TXT record", &shown(&row.record), &row.record);
            if row.target != row.record && !row.target.is_empty() {
                let path: Vec<&str> = row.delegated_by.iter().map(String::as_str).collect();
                let path = match path.is_empty() {
                    true => row.target.clone(),
                    false => path.join(", then "),
                };
                facts::row(ui, "A CNAME leads to", &shown(&path));
                facts::mono_row(ui, "So it is put at", &shown(&row.target), &row.target);
            }
            facts::mono_row(ui, "Value", &shown(&row.value), &row.value);
            if !row.zone.is_empty() {
                facts::row(ui, "Zone", &shown(&row.zone));
            }
        });
        if !row.servers.is_empty() {
            servers_ui(ui, row, goes_on);
        }
    });
}

fn servers_ui(ui: &mut Ui, row: &ChallengeRow, goes_on: bool) {
    ui.add_space(size::GAP_SMALL);
    let seen = row.servers.iter().filter(|it| it.has(&row.value)).count();
    let words = format!(
        "Servers of the zone, as they answered last: {seen} of {} show the record",
        row.servers.len()
    );
    ui.label(theme::soft(ui, words));
    for answer in &row.servers {
        server_ui(ui, answer, &row.value, goes_on);
    }
}

fn server_ui(ui: &mut Ui, answer: &ServerAnswer, value: &str, goes_on: bool) {
    let (tone, icon, words) = match (acme::server(answer, value), goes_on) {
        // Nobody waits for it any more.
        ((Tone::Due, _, words), false) => (Tone::Off, icons::INFO, words),
        (sign, _) => sign,
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().interact_size.y = size::GAP_LARGE;
        ui.label(theme::toned(ui, tone, icon));
        let place = match answer.address {
            Some(address) => format!("{} at {address}", shown(&answer.server)),
            None => format!("{}, which has no address,", shown(&answer.server)),
        };
        let sentence = format!("{} {words}", shown(&answer.server));
        ui.add(Label::new(sentence))
            .on_hover_text(format!("{place} {words}"));
        ui.label(theme::soft(ui, format!("{} ms", answer.millis)));
    });
}

/// What a person has to put into the DNS, ready to be copied.
pub(super) fn by_hand(ui: &mut Ui, rows: &[&ChallengeRow]) {
    card::card(ui, |ui| {
        let (title, text) = match rows.len() {
            1 => ("Make this record", ADD_ONE),
            _ => ("Make these records", ADD_SEVERAL),
        };
        ui.label(theme::section(ui, title));
        ui.label(text);
        for row in rows {
            let id = format!("by hand {} {}", row.name, row.value);
            ui.add_space(size::GAP_SMALL);
            facts::facts(ui, &id, |ui| {
                let inside = inside(&row.target, &row.zone);
                facts::mono_row(ui, "Name", &shown(&row.target), &row.target);
                if let Some(inside) = inside {
                    let label = format!("Or in {}", row.zone);
                    facts::mono_row(ui, &label, &shown(&inside), &inside);
                }
                facts::row(ui, "Type", "TXT");
                facts::mono_row(ui, "Text", &shown(&row.value), &row.value);
            });
        }
    });
}

/// The name as the pages of many DNS services want it: without the zone.
fn inside(target: &str, zone: &str) -> Option<String> {
    let rest = target.strip_suffix(zone)?.strip_suffix('.')?;
    (!rest.is_empty() && !zone.is_empty()).then(|| rest.to_owned())
}

const ADD_ONE: &str = "Where the DNS of your domain is managed, add it as a TXT record. What is \
    there already under this name stays.";

const ADD_SEVERAL: &str = "Where the DNS of your domain is managed, add each of them as a TXT \
    record. Two of one name stand side by side; neither takes the other’s place.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_also_shown_as_the_pages_of_dns_services_want_it() {
        let told = |target| inside(target, "example.org");
        assert_eq!(
            told("_acme-challenge.www.example.org").as_deref(),
            Some("_acme-challenge.www")
        );
        assert_eq!(told("example.org"), None);
        assert_eq!(told("_acme-challenge.badexample.org"), None);
    }
}
