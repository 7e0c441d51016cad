//! A dialog over everything: title, content, and its buttons at the right.

use egui::{Align, Context, Frame, Id, Key, Layout, Margin, Modal, ScrollArea, Ui};

use crate::gui::theme::{self, size};

/// Draws the dialog. True when the person left it by Escape or by clicking beside it.
pub(in crate::gui) fn show(context: &Context, title: &str, content: impl FnOnce(&mut Ui)) -> bool {
    show_with_foot(context, title, content, |_, ()| ())
}

/// The same with what stays in sight below the content, however small the window is. The foot is
/// given what the content gave back.
pub(in crate::gui) fn show_with_foot<R>(
    context: &Context,
    title: &str,
    content: impl FnOnce(&mut Ui) -> R,
    foot: impl FnOnce(&mut Ui, R),
) -> bool {
    let style = context.global_style();
    let window = context.content_rect().size();
    let dialog = Modal::new(Id::unique(("dialog", title)))
        .backdrop_color(theme::veil(context))
        .frame(Frame::popup(&style).inner_margin(Margin::same(16)))
        .show(context, |ui| {
            ui.set_width(size::DIALOG.min(window.x - 2.0 * size::GAP_SECTION - 32.0));
            ui.label(theme::section(ui, title));
            ui.add_space(size::GAP_SMALL);
            let highest = (window.y - 120.0 - FOOT).max(80.0);
            let content = ScrollArea::vertical()
                .max_height(highest)
                // Or else a dialog that grows, for instance by a report, would scroll instead.
                .min_scrolled_height(highest)
                .auto_shrink([false, true])
                .show(ui, content);
            foot(ui, content.inner);
        });
    dialog.should_close()
}

/// The buttons of a dialog, the one that acts first from the right.
pub(in crate::gui) fn buttons(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let height = size::CONTROL;
    ui.allocate_ui_with_layout(
        egui::vec2(ui.available_width(), height),
        Layout::right_to_left(Align::Center),
        add,
    );
}

/// Whether Enter has been pressed and nothing took it: a field of one line gives the keyboard back,
/// a field of many lines and a button keep it.
pub(in crate::gui) fn enter_pressed(ui: &Ui) -> bool {
    let nowhere = ui.memory(|memory| memory.focused().is_none());
    nowhere && ui.input(|input| input.key_pressed(Key::Enter))
}

/// What the buttons of a dialog need.
const FOOT: f32 = size::CONTROL + size::GAP_MEDIUM;
