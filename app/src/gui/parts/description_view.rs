//! Anything explained field by field, as a tree that folds.

use chancery_engine::api::Description;
use egui::{CollapsingHeader, Ui};

use crate::gui::theme;
use crate::gui::widgets::facts;

pub(in crate::gui) fn description(ui: &mut Ui, described: &Description) {
    fields(ui, described);
    for (index, part) in described.parts.iter().enumerate() {
        CollapsingHeader::new(theme::caption(ui, &part.title))
            .id_salt((index, &part.title))
            .default_open(true)
            .show(ui, |ui| description(ui, part));
    }
}

fn fields(ui: &mut Ui, described: &Description) {
    if described.fields.is_empty() {
        return;
    }
    facts::facts(ui, &described.title, |ui| {
        for field in &described.fields {
            match field.mono {
                true => facts::mono_row(ui, &field.label, &field.value, &field.value),
                false => drop(facts::row(ui, &field.label, &field.value)),
            }
        }
    });
}
