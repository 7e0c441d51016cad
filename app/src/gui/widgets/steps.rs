//! Where one is in a short sequence.

use egui::{Role, Ui, WidgetInfo};

use crate::gui::theme::{self, icons};

/// Names in a row; those before `current` are done.
pub(in crate::gui) fn steps(ui: &mut Ui, names: &[&str], current: usize) {
    draw(ui, names, current, false);
}

/// The same where it went no further than `current`, for whatever reason.
pub(in crate::gui) fn stopped(ui: &mut Ui, names: &[&str], current: usize) {
    draw(ui, names, current, true);
}

fn draw(ui: &mut Ui, names: &[&str], current: usize, stopped: bool) {
    let row = ui.horizontal_wrapped(|ui| {
        for (index, name) in names.iter().enumerate() {
            let number = index + 1;
            let tokens = theme::of(ui);
            let text = match index.cmp(&current) {
                std::cmp::Ordering::Less => {
                    theme::soft(ui, format!("{} {name}", icons::CHECK)).color(tokens.good.text)
                }
                std::cmp::Ordering::Equal if stopped => {
                    let text = format!("{} {name}", icons::FAILED);
                    theme::caption(ui, text).color(tokens.bad.text)
                }
                std::cmp::Ordering::Equal => {
                    theme::caption(ui, format!("{number} {name}")).color(tokens.accent)
                }
                std::cmp::Ordering::Greater => theme::soft(ui, format!("{number} {name}")),
            };
            ui.label(text);
            if number < names.len() {
                ui.label(theme::soft(ui, icons::CARET_RIGHT));
            }
        }
    });
    let (number, count) = (current + 1, names.len());
    let name = match (current < count, stopped) {
        (false, _) => "All steps done".to_owned(),
        (true, false) => format!("Step {number} of {count}"),
        (true, true) => format!("Stopped at step {number} of {count}"),
    };
    row.response
        .widget_info(|| WidgetInfo::labeled(Role::Group, true, &name));
}
