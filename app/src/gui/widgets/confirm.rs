//! Asks for an intent: what will happen, to what, and what cannot be undone.

use egui::{Context, Ui};

use crate::gui::theme::size;
use crate::gui::widgets::{button, modal};

/// What is asked. Filled once, when the person asks for the act.
pub(in crate::gui) struct Confirm<'a> {
    pub(in crate::gui) title: &'a str,
    /// What will happen, a sentence a line.
    pub(in crate::gui) consequences: &'a [String],
    /// The verb with its object: "End grant".
    pub(in crate::gui) verb: &'a str,
    pub(in crate::gui) destroys: bool,
}

/// What the person said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::gui) enum Answer {
    Go,
    Leave,
}

impl Confirm<'_> {
    /// Draws the dialog; `more` draws what is also asked and says whether it is complete.
    pub(in crate::gui) fn show(
        &self,
        context: &Context,
        more: impl FnOnce(&mut Ui) -> bool,
    ) -> Option<Answer> {
        let mut answer = None;
        let content = |ui: &mut Ui| {
            for line in self.consequences {
                ui.label(line);
            }
            more(ui)
        };
        let closed = modal::show_with_foot(context, self.title, content, |ui, complete| {
            ui.add_space(size::GAP);
            modal::buttons(ui, |ui| {
                let go = match self.destroys {
                    true => button::destroy(ui, self.verb, complete),
                    false => button::primary(ui, self.verb, complete),
                };
                // What destroys is never one careless key away.
                let entered = complete && !self.destroys && modal::enter_pressed(ui);
                if go.clicked() || entered {
                    answer = Some(Answer::Go);
                }
                if ui.button("Cancel").clicked() {
                    answer = Some(Answer::Leave);
                }
            });
        });
        answer.or(closed.then_some(Answer::Leave))
    }
}
