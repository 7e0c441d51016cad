//! What is being done now, for work that has no share to show, and a way to call it off.

use egui::Ui;

use crate::gui::theme::{self, icons};

/// True when the person calls it off. `can_cancel` is false past the point of no return.
pub(in crate::gui) fn progress(ui: &mut Ui, doing: &str, can_cancel: bool) -> bool {
    ui.horizontal(|ui| {
        ui.label(theme::soft(ui, format!("{} {doing}", icons::WAITING)));
        can_cancel && ui.small_button("Cancel").clicked()
    })
    .inner
}
