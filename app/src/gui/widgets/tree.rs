//! Rows of a hierarchy, drawn with lines; one row can be chosen.

use egui::{Key, Pos2, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::gui::theme::{self, size};

/// One row: how deep it stands, and whether a sibling follows below it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::gui) struct Branch {
    pub(in crate::gui) depth: usize,
    pub(in crate::gui) last: bool,
}

/// Puts `items` in the order of a tree, each below its parent. An item whose parent is not among
/// them stands at the top. `parent(i)` is the place of the parent in `items`.
pub(in crate::gui) fn arrange<T>(
    items: &[T],
    parent: impl Fn(&T) -> Option<usize>,
) -> Vec<(usize, Branch)> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    let mut roots = Vec::new();
    for (place, item) in items.iter().enumerate() {
        match parent(item).filter(|parent| *parent < items.len() && *parent != place) {
            Some(parent) => children[parent].push(place),
            None => roots.push(place),
        }
    }
    let mut rows = Vec::with_capacity(items.len());
    below(&roots, 0, &children, &mut rows);
    rows
}

fn below(places: &[usize], depth: usize, children: &[Vec<usize>], rows: &mut Vec<(usize, Branch)>) {
    for (index, &place) in places.iter().enumerate() {
        let last = index + 1 == places.len();
        rows.push((place, Branch { depth, last }));
        below(&children[place], depth + 1, children, rows);
    }
}

/// What the person did with the rows.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::gui) struct Chosen {
    pub(in crate::gui) place: Option<usize>,
}

/// Draws all rows; `row` draws one from its place in the caller's list and gives back its name.
pub(in crate::gui) fn tree(
    ui: &mut Ui,
    rows: &[(usize, Branch)],
    selected: Option<usize>,
    name: impl Fn(usize) -> String,
    row: impl FnMut(&mut Ui, usize),
) -> Chosen {
    ui.scope(|ui| rows_ui(ui, rows, selected, name, row)).inner
}

fn rows_ui(
    ui: &mut Ui,
    rows: &[(usize, Branch)],
    selected: Option<usize>,
    name: impl Fn(usize) -> String,
    mut row: impl FnMut(&mut Ui, usize),
) -> Chosen {
    let mut chosen = Chosen::default();
    let top = ui.cursor().top();
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.style_mut().interaction.selectable_labels = false;
    for (index, (place, branch)) in rows.iter().enumerate() {
        let full = vec2(ui.available_width(), HEIGHT);
        let (rect, response) = ui.allocate_exact_size(full, Sense::click());
        let is_selected = selected == Some(*place);
        paint_ground(
            ui,
            rect,
            is_selected,
            response.hovered(),
            response.has_focus(),
        );
        lines(ui, rows, index, rect, top);
        let indent = INDENT.mul_add(depth_of(branch.depth), size::GAP);
        let inside = Rect::from_min_max(pos2(rect.left() + indent, rect.top()), rect.max)
            .shrink2(vec2(size::GAP, 0.0));
        let builder = UiBuilder::new()
            .max_rect(inside)
            .layout(egui::Layout::left_to_right(egui::Align::Center));
        ui.scope_builder(builder, |ui| row(ui, *place));
        ui.advance_cursor_after_rect(rect);
        let text = name(*place);
        response.widget_info(|| WidgetInfo::selected(Role::TreeItem, true, is_selected, &text));
        let by_key = response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if response.clicked() || by_key {
            chosen.place = Some(*place);
        }
    }
    chosen
}

/// From the parent's middle down and across to this row.
fn lines(ui: &Ui, rows: &[(usize, Branch)], index: usize, rect: Rect, top: f32) {
    let branch = rows[index].1;
    if branch.depth == 0 {
        return;
    }
    let stroke = Stroke::new(size::LINE, theme::of(ui).edge);
    let x = INDENT.mul_add(
        depth_of(branch.depth - 1),
        rect.left() + size::GAP_LARGE + 8.0,
    );
    let middle = rect.center().y;
    let parent = (0..index)
        .rev()
        .find(|&above| rows[above].1.depth + 1 == branch.depth);
    let from = parent.map_or(rect.top(), |above| {
        HEIGHT.mul_add(depth_of(above) + 1.0, top) - 8.0
    });
    let corner: Pos2 = pos2(x, middle);
    ui.painter().line_segment([pos2(x, from), corner], stroke);
    ui.painter()
        .line_segment([corner, pos2(x + size::GAP_MEDIUM, middle)], stroke);
}

fn paint_ground(ui: &Ui, rect: Rect, selected: bool, hovered: bool, focused: bool) {
    let tokens = theme::of(ui);
    let painter = ui.painter();
    if selected {
        painter.rect_filled(rect, 0.0, tokens.selected);
    } else if hovered {
        painter.rect_filled(rect, 0.0, tokens.hover);
    }
    if selected {
        let edge = Rect::from_min_size(rect.min, vec2(size::FOCUS, rect.height()));
        painter.rect_filled(edge, 0.0, tokens.accent);
    }
    if focused {
        let ring = Stroke::new(size::FOCUS, tokens.accent);
        painter.rect_stroke(rect, 0.0, ring, egui::StrokeKind::Inside);
    }
    let line = Stroke::new(size::LINE, tokens.line);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, line);
}

/// A small count as a coordinate.
fn depth_of(count: usize) -> f32 {
    u16::try_from(count).map_or(f32::from(u16::MAX), f32::from)
}

const HEIGHT: f32 = 44.0;
const INDENT: f32 = 28.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stands_below_its_parent_and_orphans_at_the_top() {
        let parents = [Some(2), None, None, Some(0), Some(9)];
        let rows = arrange(&parents, |parent| *parent);
        let order: Vec<(usize, usize)> =
            rows.iter().map(|(place, at)| (*place, at.depth)).collect();
        assert_eq!(order, [(1, 0), (2, 0), (0, 1), (3, 2), (4, 0)]);
        assert!(rows[2].1.last);
        assert!(!rows[1].1.last);
    }

    #[test]
    fn a_thing_that_is_its_own_parent_is_a_root() {
        assert_eq!(arrange(&[0_usize], |own| Some(*own)).len(), 1);
    }
}
