//! What opens the vault: each way, for whom it stands, what it opens; added, changed, removed.

use chancery_engine::api::{SlotKind, SlotRow, VaultStatus};
use egui::{CornerRadius, Frame, Margin, Stroke, Ui};

use super::dialogs::Asked;
use crate::gui::parts::time;
use crate::gui::screens::{View, page};
use crate::gui::theme::{self, Tone, icons, size};
use crate::gui::widgets::{alert, badge};

/// What the person asks for with a button here.
pub(super) fn slots(ui: &mut Ui, status: &VaultStatus, view: &View<'_>) -> Option<Asked> {
    let mut asked = None;
    page(ui, |ui| {
        ui.set_max_width(WIDTH.min(ui.available_width()));
        ui.label(
            "Each of these opens the vault by itself. None shows what opens it: that is known to \
             you, to your system, or to the paper it was printed on.",
        );
        if !status.has(SlotKind::Recovery) {
            let text = "Should the passphrase be forgotten, nothing opens the keys of your \
                authorities again, and nobody can help.";
            alert::alert(ui, Tone::Due, "There is no recovery code", text);
        }
        ui.add_space(size::GAP);
        for slot in &status.slots {
            asked = slot_ui(ui, slot, view).or(asked.take());
        }
    });
    asked
}

fn slot_ui(ui: &mut Ui, slot: &SlotRow, view: &View<'_>) -> Option<Asked> {
    let tokens = theme::of(ui);
    let mut asked = None;
    Frame::new()
        .fill(tokens.raised)
        .stroke(Stroke::new(size::LINE, tokens.line))
        .corner_radius(CornerRadius::same(size::RADIUS_CARD))
        .inner_margin(Margin::same(12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_wrapped(|ui| {
                ui.label(theme::icon(icon(slot.kind)).color(tokens.soft));
                ui.label(theme::strong(ui, title(slot)));
                match slot.opens_authorities {
                    true => badge::badge(ui, Tone::Info, icons::UNLOCK, "Opens everything"),
                    false => badge::badge(ui, Tone::Off, icons::VAULT, "Everyday keys only"),
                };
            });
            ui.label(stands_for(slot.kind));
            let added = format!("Added {}", time::relative(view.now, slot.created));
            ui.label(theme::soft(ui, added))
                .on_hover_text(time::absolute(slot.created));
            ui.horizontal_wrapped(|ui| match slot.kind {
                SlotKind::Passphrase => {
                    if ui.button("Change passphrase…").clicked() {
                        asked = Some(Asked::ChangePassphrase);
                    }
                }
                _ => {
                    let button = ui.button("Remove…");
                    let name = format!("Remove {}…", inside_a_sentence(&title(slot)));
                    let enabled = button.enabled();
                    button.widget_info(|| {
                        egui::WidgetInfo::labeled(egui::Role::Button, enabled, &name)
                    });
                    if button.clicked() {
                        asked = Some(Asked::RemoveSlot(slot.clone()));
                    }
                }
            });
        });
    asked
}

/// The kind, and the label where that says more.
pub(super) fn title(slot: &SlotRow) -> String {
    let kind = match slot.kind {
        SlotKind::OsStore => "The system’s store",
        SlotKind::Passphrase => "Passphrase",
        SlotKind::Recovery => "Recovery code",
        _ => "A way that a later version made",
    };
    match &slot.label {
        label if label.is_empty() => kind.to_owned(),
        label if label.to_lowercase().starts_with(&kind.to_lowercase()) => label.clone(),
        label => format!("{kind}, {label}"),
    }
}

/// What a label or a mark says stays as it is written.
fn inside_a_sentence(title: &str) -> String {
    let mut signs = title.chars();
    let first = signs.next().into_iter().flat_map(char::to_lowercase);
    first.chain(signs).collect()
}

const fn icon(kind: SlotKind) -> &'static str {
    match kind {
        SlotKind::OsStore => icons::SYSTEM,
        SlotKind::Passphrase => icons::LOCK,
        SlotKind::Recovery => icons::FILE,
        _ => icons::INFO,
    }
}

const fn stands_for(kind: SlotKind) -> &'static str {
    match kind {
        SlotKind::OsStore => {
            "Stands for whoever is logged in to this system. The keys of authorities stay shut: \
             they need a person."
        }
        SlotKind::Passphrase => "Stands for whoever knows it. It also signs for authorities.",
        SlotKind::Recovery => {
            "Stands for whoever holds the printed kit. It sets a new passphrase when the old one \
             is forgotten."
        }
        _ => "This version does not know what it asks for.",
    }
}

const WIDTH: f32 = 720.0;
