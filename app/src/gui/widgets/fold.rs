//! What is folded away until it is wanted; where the keyboard is on its heading, that shows.

use egui::{CollapsingHeader, Ui};

use crate::gui::widgets::button;

/// Most people never look into it.
pub(in crate::gui) fn fold(ui: &mut Ui, title: &str, add: impl FnOnce(&mut Ui)) {
    opened(ui, title, false, add);
}

/// The same; `open` folds it open, for something in it that has to be seen.
pub(in crate::gui) fn opened(ui: &mut Ui, title: &str, open: bool, add: impl FnOnce(&mut Ui)) {
    let header = CollapsingHeader::new(title).open(open.then_some(true));
    let shown = header.show(ui, add);
    button::focus_ring(ui, &shown.header_response);
}
