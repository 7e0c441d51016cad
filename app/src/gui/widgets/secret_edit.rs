//! A password field that hands its text over once and keeps no copy.

use std::ops::Range;

use chancery_engine::api::Secret;
use egui::text::CharIndex;
use zeroize::Zeroizing;

use crate::gui::theme::{self, size};

/// The largest secret that can be typed; reserved at once, so growing never leaves a copy behind.
const CAPACITY: usize = 4096;

pub(in crate::gui) struct SecretEdit {
    text: Zeroizing<String>,
}

impl Default for SecretEdit {
    fn default() -> Self {
        Self {
            text: Zeroizing::new(String::with_capacity(CAPACITY)),
        }
    }
}

impl SecretEdit {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that clears the history"
    )]
    pub(in crate::gui) fn ui(&mut self, ui: &mut egui::Ui, label: &str) -> egui::Response {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
            let label = ui.label(theme::caption(ui, label));
            let mut buffer = Buffer(&mut self.text);
            let mut output = egui::TextEdit::singleline(&mut buffer)
                .password(true)
                .margin(egui::vec2(8.0, 5.0))
                .desired_width(ui.available_width().min(size::FORM))
                .show(ui);
            // egui's undo history would keep the plaintext, masked or not.
            output.state.clear_undoer();
            output.state.store(ui.ctx(), output.response.id);
            output.response.response.labelled_by(label.id)
        })
        .inner
    }

    pub(in crate::gui) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Lends what has been typed so far, for a hint on its strength or a comparison.
    pub(in crate::gui) fn expose<R>(&self, use_it: impl FnOnce(&str) -> R) -> R {
        use_it(&self.text)
    }

    /// Moves the secret out and leaves the field empty.
    pub(in crate::gui) fn take(&mut self) -> Secret<String> {
        Secret::new(std::mem::take(&mut *std::mem::take(self).text))
    }
}

struct Buffer<'a>(&'a mut String);

impl egui::TextBuffer for Buffer<'_> {
    fn is_mutable(&self) -> bool {
        true
    }

    fn as_str(&self) -> &str {
        self.0
    }

    fn insert_text(&mut self, text: &str, at: CharIndex) -> usize {
        if CAPACITY < self.0.len() + text.len() {
            return 0;
        }
        self.0.insert_text(text, at)
    }

    fn delete_char_range(&mut self, range: Range<CharIndex>) {
        self.0.delete_char_range(range);
    }

    fn type_id(&self) -> std::any::TypeId {
        std::any::TypeId::of::<Buffer<'static>>()
    }
}

#[cfg(test)]
mod tests {
    use egui::widgets::text_edit::TextEditState;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::gui::tests::harness;

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "shows why the method is disallowed"
    )]
    fn a_plain_password_field_keeps_the_plaintext_for_undo() {
        let mut harness = Harness::new_ui_state(
            |ui, (text, id): &mut (String, Option<egui::Id>)| {
                let label = ui.label("Password");
                let response = ui.add(egui::TextEdit::singleline(text).password(true));
                *id = Some(response.labelled_by(label.id).id);
            },
            (String::new(), None),
        );
        type_into(&mut harness, "hunter2");
        let kept = undo_of(&harness, harness.state().1.unwrap());
        assert_eq!(
            kept.as_deref(),
            Some("hunter2"),
            "if egui has changed, this widget can go"
        );
    }

    #[test]
    fn the_secret_field_keeps_nothing_for_undo() {
        let start: (SecretEdit, Option<egui::Id>) = (SecretEdit::default(), None);
        let mut harness = harness(start, |ui, (field, id)| {
            *id = Some(field.ui(ui, "Password").id);
        });
        type_into(&mut harness, "hunter2");
        assert_eq!(undo_of(&harness, harness.state().1.unwrap()), None);
        let secret = harness.state_mut().0.take();
        assert!(secret.expose(|text| text == "hunter2"));
        assert!(harness.state_mut().0.take().expose(String::is_empty));
    }

    fn type_into<S>(harness: &mut Harness<'_, S>, text: &str) {
        harness.get_by_label("Password").focus();
        harness.run();
        harness.get_by_label("Password").type_text(text);
        harness.run_steps(20); // Long enough for egui to make an undo point.
    }

    /// What egui would bring back on undo after the field has been emptied.
    fn undo_of<S>(harness: &Harness<'_, S>, id: egui::Id) -> Option<String> {
        let state = TextEditState::load(&harness.ctx, id).unwrap();
        let emptied = (egui::text::CCursorRange::default(), String::new());
        state.undoer().undo(&emptied).map(|(_, text)| text.clone())
    }
}
