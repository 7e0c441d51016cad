//! The keyboard in a table: arrows, Home, End and the page keys move, and pull the view along.

use egui::{EventFilter, Key, Modifiers, Response, Ui};

use super::Table;
use super::scroll;

impl Table {
    /// The row the keyboard has just moved to.
    pub(super) fn keyboard(
        &mut self,
        ui: &Ui,
        focus: &Response,
        total: u64,
        visible: f64,
    ) -> Option<u64> {
        if focus.clicked() {
            focus.request_focus();
        }
        if !focus.has_focus() || total == 0 {
            return None;
        }
        let filter = EventFilter {
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(focus.id, filter));
        let page = scroll::whole(visible).max(1);
        let last = total - 1;
        let to = ui.input_mut(|input| {
            let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
            let at = self.cursor;
            Some(match () {
                () if pressed(Key::ArrowDown) => at.map_or(0, |at| at + 1),
                () if pressed(Key::ArrowUp) => at.map_or(0, |at| at.saturating_sub(1)),
                () if pressed(Key::PageDown) => at.unwrap_or(0) + page,
                () if pressed(Key::PageUp) => at.unwrap_or(0).saturating_sub(page),
                () if pressed(Key::Home) => 0,
                () if pressed(Key::End) => last,
                () => return None,
            })
        })?;
        self.cursor = Some(to.min(last));
        self.cursor
    }
}
