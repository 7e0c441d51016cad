//! A box to tick in a form.

use egui::{Response, Ui};

/// Whoever has ticked it goes on with the keyboard from there.
pub(in crate::gui) fn tick(ui: &mut Ui, on: &mut bool, words: &str) -> Response {
    let response = ui.checkbox(on, words);
    if response.clicked() {
        response.request_focus();
    }
    response
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;
    use crate::gui::tests::harness;

    #[test]
    fn the_keyboard_goes_on_from_where_one_has_ticked() {
        let mut harness = harness((false, false, false), |ui, (one, two, three)| {
            tick(ui, one, "One");
            tick(ui, two, "Two");
            tick(ui, three, "Three");
        });
        harness.run();
        harness.get_by_label("Two").click();
        harness.run();
        harness.key_press(egui::Key::Tab);
        harness.run();
        assert!(harness.get_by_label("Three").accesskit_node().is_focused());
        assert!(harness.state().1);
    }
}
