//! What lints say about a draft, the gravest first.

use chancery_engine::api::Finding;
use egui::Ui;

use crate::gui::parts::status;
use crate::gui::theme;
use crate::gui::widgets::badge;
use crate::gui::widgets::report::sentence;

pub(in crate::gui) fn findings(ui: &mut Ui, findings: &[Finding]) {
    if findings.is_empty() {
        let (tone, icon) = (theme::Tone::Good, theme::icons::CHECK);
        badge::status(ui, tone, icon, "Nothing to object");
        return;
    }
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    for finding in sorted {
        let (tone, icon, word) = status::severity(finding.severity);
        ui.horizontal_wrapped(|ui| {
            badge::badge(ui, tone, icon, word);
            ui.label(sentence(&finding.what));
            ui.label(theme::soft(ui, &finding.cites))
                .on_hover_text(&finding.lint);
        });
    }
}
