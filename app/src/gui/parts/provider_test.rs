//! What a test of a DNS provider has found: what its token can change, and what to mind.

use chancery_engine::api::{ProviderTest, Timestamp};
use egui::Ui;

use crate::gui::parts::status::Sign;
use crate::gui::parts::{acme, time};
use crate::gui::theme::{self, Tone, icons};
use crate::gui::widgets::badge;
use crate::gui::widgets::report::sentence;

pub(in crate::gui) fn sign(test: Option<&ProviderTest>) -> Sign {
    match test {
        None => (Tone::Off, icons::WAITING, "Not tested"),
        Some(test) if test.warnings.is_empty() => (Tone::Good, icons::DONE, "Tested"),
        Some(_) => (Tone::Due, icons::WARNING, "Tested, with a warning"),
    }
}

pub(in crate::gui) fn result(ui: &mut Ui, test: Option<&ProviderTest>, now: Timestamp) {
    let Some(test) = test else {
        return;
    };
    ui.label(format!("{}.", acme::reach(&test.reach)));
    for warning in &test.warnings {
        let words = format!("{}.", sentence(warning));
        badge::line(ui, Tone::Due, icons::WARNING, &words);
    }
    let when = format!("Tested {}", time::relative(now, test.at));
    ui.label(theme::soft(ui, when))
        .on_hover_text(time::absolute(test.at));
}
