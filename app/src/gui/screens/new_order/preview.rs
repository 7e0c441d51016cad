//! What would come of an order, before anybody outside is asked.

use chancery_engine::api::{NewOrder, OrderKey, OrderPreview, Timestamp};
use egui::Ui;

use crate::gui::parts::{acme, hosts};
use crate::gui::theme::{self, Tone, icons};
use crate::gui::widgets::report::sentence;
use crate::gui::widgets::{badge, card, facts, report};

/// `by_hand`: a person makes the records.
pub(super) fn preview(
    ui: &mut Ui,
    (wish, by_hand): (&NewOrder, bool),
    shown: Option<&OrderPreview>,
    now: Timestamp,
) {
    card::card(ui, |ui| {
        ui.label(theme::strong(ui, title(wish)));
        facts::facts(ui, "order preview", |ui| {
            facts_ui(ui, (wish, by_hand), shown, now)
        });
    });
    let Some(shown) = shown else {
        ui.label(theme::soft(ui, "Looking up what speaks against it…"));
        return;
    };
    for remark in &shown.remarks {
        let words = format!("{}.", sentence(remark));
        badge::line(ui, Tone::Due, icons::WARNING, &words);
    }
    match &shown.refusal {
        Some(refusal) => report::report(ui, refusal),
        None => badge::line(
            ui,
            Tone::Good,
            icons::CHECK,
            "Nothing speaks against it here",
        ),
    }
}

const fn title(wish: &NewOrder) -> &'static str {
    match wish.dry_run {
        true => "Will be rehearsed",
        false => "Will be ordered",
    }
}

fn facts_ui(
    ui: &mut Ui,
    (wish, by_hand): (&NewOrder, bool),
    shown: Option<&OrderPreview>,
    now: Timestamp,
) {
    let names: Vec<String> = wish.names.iter().map(hosts::both_ways).collect();
    facts::row(ui, "Names", &names.join("\n"));
    let key = match &wish.key {
        OrderKey::New(key_type) => format!("New, in the vault, {}", key_type.title()),
        OrderKey::Existing(_) => "Is in the vault".to_owned(),
        OrderKey::Request(_) => "Stays on its host".to_owned(),
    };
    facts::row(ui, "Private key", &key);
    let renewal = match (wish.dry_run, wish.automatic) {
        (true, _) => "None: nothing comes of a rehearsal",
        (_, true) if by_hand && !wish.persistent => "Begun in time; it then waits for you",
        (_, true) => "By itself, in time",
        (_, false) => "Only when you say so",
    };
    facts::row(ui, "Renewal", renewal);
    if let Some(shown) = shown {
        facts::row(
            ui,
            "Orders for these names",
            &acme::budget(&shown.budget, now),
        );
    }
}
