//! Where one is in a short sequence.

use egui::{Role, Ui, WidgetInfo};

use crate::gui::theme::{self, icons};

/// Whether it goes on from the current step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::gui) enum Course {
    GoesOn,
    /// It went no further, since something went wrong.
    Failed,
    /// It went no further, since somebody did not want it to.
    CalledOff,
}

/// Names in a row; those before `current` are done.
pub(in crate::gui) fn steps(ui: &mut Ui, names: &[&str], current: usize) {
    draw(ui, names, current, Course::GoesOn);
}

/// The same where it may have gone no further than `current`.
pub(in crate::gui) fn draw(ui: &mut Ui, names: &[&str], current: usize, course: Course) {
    let row = ui.horizontal_wrapped(|ui| {
        for (index, name) in names.iter().enumerate() {
            let number = index + 1;
            let tokens = theme::of(ui);
            let text = match index.cmp(&current) {
                std::cmp::Ordering::Less => {
                    theme::soft(ui, format!("{} {name}", icons::CHECK)).color(tokens.good.text)
                }
                std::cmp::Ordering::Equal if course == Course::Failed => {
                    let text = format!("{} {name}", icons::FAILED);
                    theme::caption(ui, text).color(tokens.bad.text)
                }
                std::cmp::Ordering::Equal if course == Course::CalledOff => {
                    theme::caption(ui, format!("{} {name}", icons::CANCELLED))
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
    let name = match course {
        _ if current >= count => "All steps done".to_owned(),
        Course::GoesOn => format!("Step {number} of {count}"),
        Course::Failed => format!("Stopped at step {number} of {count}"),
        Course::CalledOff => format!("Called off at step {number} of {count}"),
    };
    row.response
        .widget_info(|| WidgetInfo::labeled(Role::Group, true, &name));
}
