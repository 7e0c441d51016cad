//! What is painted and not written: it stands on the screen, but in no tree of texts that other
//! programs may read.

use egui::{Align2, FontId, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::gui::theme::{self, size};

/// Groups of characters with hyphens between, large, three to a line.
pub(in crate::gui) fn groups(ui: &mut Ui, text: &str, name: &str) -> Response {
    let tokens = theme::of(ui);
    let width = ui.available_width().min(size::FORM);
    let groups: Vec<&str> = text.split('-').collect();
    let lines: Vec<&[&str]> = groups.chunks(ON_A_LINE).collect();
    let rows = u16::try_from(lines.len()).map_or(1.0, f32::from);
    let full = vec2(width, rows * LINE + 2.0 * size::GAP_MEDIUM);
    let (rect, response) = ui.allocate_exact_size(full, Sense::hover());
    ui.painter()
        .rect_filled(rect, f32::from(size::RADIUS_CARD), tokens.raised);
    let columns = u16::try_from(ON_A_LINE).map_or(1.0, f32::from);
    let column = (rect.width() - 2.0 * size::GAP_LARGE) / columns;
    let mut top = rect.top() + size::GAP_MEDIUM + LINE / 2.0;
    for line in lines {
        let mut middle = rect.left() + size::GAP_LARGE + column / 2.0;
        for group in line {
            let font = FontId::monospace(LARGE);
            let place = pos2(middle, top);
            ui.painter()
                .text(place, Align2::CENTER_CENTER, *group, font, tokens.strong);
            middle += column;
        }
        top += LINE;
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    response
}

/// Dark and light modules in a square, on paper white whatever the theme: cameras need it so.
pub(in crate::gui) fn modules(
    ui: &mut Ui,
    width: usize,
    is_dark: impl Fn(usize, usize) -> bool,
    name: &str,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(SQUARE, SQUARE), Sense::hover());
    let (paper, ink) = theme::print();
    ui.painter()
        .rect_filled(rect, f32::from(size::RADIUS_BADGE), paper);
    let real = |count: usize| u16::try_from(count).map_or(1.0, f32::from);
    let side = SQUARE / real(width + 2 * QUIET);
    for (row, column) in (0..width).flat_map(|row| (0..width).map(move |at| (row, at))) {
        if is_dark(row, column) {
            let corner = rect.min + vec2(real(column + QUIET), real(row + QUIET)) * side;
            let module = Rect::from_min_size(corner, vec2(side, side));
            ui.painter().rect_filled(module, 0.0, ink);
        }
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    response
}

const ON_A_LINE: usize = 3;
const LINE: f32 = 34.0;
const LARGE: f32 = 22.0;
const SQUARE: f32 = 164.0;
/// Modules of paper around it (ISO/IEC 18004).
const QUIET: usize = 4;

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::gui::tests::harness;

    #[test]
    fn what_is_painted_is_named_but_not_told() {
        let secret = "3JK5M-00000";
        let harness = harness((), move |ui, _| {
            groups(ui, secret, "The code, painted here");
            modules(ui, 2, |row, column| row == column, "To be scanned");
        });
        assert!(harness.query_by_label("The code, painted here").is_some());
        assert!(harness.query_by_label("To be scanned").is_some());
        let tree = format!("{:?}", harness.root());
        assert!(!tree.contains("3JK5M"), "{tree}");
    }
}
