//! A table of any length: only the rows in sight are drawn, and its place is counted in rows as
//! f64, because pixels as f32 stop being exact at about six hundred thousand rows.

mod keys;
mod scroll;

use egui::{
    Align, CursorIcon, Id, Layout, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use crate::gui::theme::{self, icons, size};

/// One column as it is meant to be.
#[derive(Clone, Copy, Debug)]
pub(in crate::gui) struct Column {
    pub(in crate::gui) title: &'static str,
    /// In points; the one column with 0 takes the rest, but at least [`REST`].
    pub(in crate::gui) width: f32,
    pub(in crate::gui) right: bool,
    pub(in crate::gui) sortable: bool,
}

/// What a table remembers between frames.
#[derive(Debug, Default)]
pub(in crate::gui) struct Table {
    /// The first row in sight, and how much of it is above the edge.
    top: f64,
    /// Where the keyboard stands.
    cursor: Option<u64>,
    /// Widths that a person has dragged.
    widths: Vec<Option<f32>>,
}

/// What is drawn this time.
pub(in crate::gui) struct Shape<'a> {
    pub(in crate::gui) name: &'a str,
    pub(in crate::gui) columns: &'a [Column],
    /// The column the rows are sorted by, and whether downwards.
    pub(in crate::gui) sorted: Option<(usize, bool)>,
    pub(in crate::gui) total: u64,
}

/// One row, drawn cell by cell.
pub(in crate::gui) trait Rows {
    /// The name of a row for those who do not see it; `None` while it is not there.
    fn name(&self, row: u64) -> Option<String>;
    fn is_selected(&self, row: u64) -> bool;
    fn cell(&self, ui: &mut Ui, row: u64, column: usize);
}

/// What the person did, and which rows are in sight.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::gui) struct Output {
    pub(in crate::gui) sort: Option<usize>,
    pub(in crate::gui) selected: Option<u64>,
    pub(in crate::gui) opened: Option<u64>,
    /// The first row in sight and how many are.
    pub(in crate::gui) in_sight: (u64, u64),
}

impl Table {
    /// Back to the first row, for instance after the filter has changed.
    pub(in crate::gui) fn return_to_top(&mut self) {
        self.top = 0.0;
        self.cursor = None;
    }

    pub(in crate::gui) fn ui(
        &mut self,
        ui: &mut Ui,
        shape: &Shape<'_>,
        rows: &impl Rows,
    ) -> Output {
        let full = ui.available_rect_before_wrap();
        let (_, full) = ui.allocate_space(full.size());
        let id = ui.scope_id().with(shape.name);
        let head = Rect::from_min_size(full.min, vec2(full.width() - size::SCROLL_BAR, size::ROW));
        let body = Rect::from_min_max(pos2(full.left(), head.bottom()), full.max);
        let spans = self.spans(shape.columns, head);
        let mut output = Output {
            sort: self.head_ui(ui, id, shape, head, &spans),
            ..Output::default()
        };

        let visible = f64::from(body.height() / size::ROW).max(1.0);
        let focus = ui.interact(body, id, Sense::click());
        focus.widget_info(|| WidgetInfo::labeled(Role::Table, true, shape.name));
        if let Some(row) = self.keyboard(ui, &focus, shape.total, visible) {
            self.reveal(row, visible);
            output.selected = Some(row);
        }
        if focus.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
            output.opened = self.cursor;
        }
        self.scroll(ui, id, body, shape.total, visible);
        self.body_ui(ui, id, shape, body, &spans, rows, &mut output);
        if focus.has_focus() {
            let ring = Stroke::new(size::LINE, theme::of(ui).accent);
            ui.painter()
                .rect_stroke(body, 0.0, ring, egui::StrokeKind::Inside);
        }
        output
    }

    /// Left and right edge of every column that has room; columns go from the right.
    fn spans(&mut self, columns: &[Column], head: Rect) -> Vec<(f32, f32)> {
        self.widths.resize(columns.len(), None);
        let own = |(column, dragged): (&Column, &Option<f32>)| dragged.unwrap_or(column.width);
        let widths: Vec<f32> = columns.iter().zip(&self.widths).map(own).collect();
        let mut shown = columns.len();
        while shown > 1 && fixed(&widths[..shown]) > head.width() {
            shown -= 1;
        }
        let rest = (head.width() - widths[..shown].iter().sum::<f32>()).max(REST);
        let mut left = head.left();
        let span = |width: &f32| {
            let width = match *width > 0.0 {
                true => *width,
                false => rest,
            };
            let from = left;
            left += width;
            (from, left.min(head.right()))
        };
        widths[..shown].iter().map(span).collect()
    }

    fn head_ui(
        &mut self,
        ui: &mut Ui,
        id: Id,
        shape: &Shape<'_>,
        head: Rect,
        spans: &[(f32, f32)],
    ) -> Option<usize> {
        let tokens = theme::of(ui);
        let mut sort = None;
        ui.painter().rect_filled(head, 0.0, tokens.panel);
        for (place, &(left, right)) in spans.iter().enumerate() {
            let column = &shape.columns[place];
            let rect = Rect::from_x_y_ranges(left..=right, head.y_range());
            let sense = match column.sortable {
                true => Sense::click(),
                false => Sense::hover(),
            };
            let response = ui.interact(rect, id.with(("head", place)), sense);
            let sorted = shape.sorted.filter(|(by, _)| *by == place);
            if response.clicked() {
                sort = Some(place);
            }
            if response.hovered() && column.sortable {
                ui.painter().rect_filled(rect, 0.0, tokens.hover);
            }
            if column.sortable {
                let name = format!("Sort by {}", column.title.to_lowercase());
                response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, &name));
            }
            let text = match sorted {
                None => theme::caption(ui, column.title).color(tokens.soft),
                Some((_, true)) => heading(ui, column.title, icons::SORT_DOWN),
                Some((_, false)) => heading(ui, column.title, icons::SORT_UP),
            };
            in_cell(ui, rect, column.right, |ui| {
                ui.add(egui::Label::new(text).selectable(false).truncate());
            });
            super::button::focus_ring(ui, &response);
            if column.width > 0.0 {
                self.handle(ui, id, place, rect);
            }
        }
        let line = Stroke::new(size::LINE, tokens.line);
        ui.painter()
            .hline(head.x_range(), head.bottom() - 0.5, line);
        sort
    }

    /// The edge of a column, which can be dragged.
    fn handle(&mut self, ui: &Ui, id: Id, place: usize, rect: Rect) {
        let edge = Rect::from_x_y_ranges(
            rect.left() - HANDLE / 2.0..=rect.left() + HANDLE / 2.0,
            rect.y_range(),
        );
        let response = ui.interact(edge, id.with(("edge", place)), Sense::DRAG);
        if response.hovered() || response.dragged() {
            ui.set_cursor_icon(CursorIcon::ResizeHorizontal);
        }
        if response.dragged() {
            let width = rect.width() - response.drag_delta().x;
            self.widths[place] = Some(width.clamp(NARROWEST, WIDEST));
        }
    }

    #[expect(clippy::too_many_arguments, reason = "all are parts of one drawing")]
    fn body_ui(
        &mut self,
        ui: &mut Ui,
        id: Id,
        shape: &Shape<'_>,
        body: Rect,
        spans: &[(f32, f32)],
        rows: &impl Rows,
        output: &mut Output,
    ) {
        let inner = Rect::from_min_max(
            body.min,
            pos2(body.right() - size::SCROLL_BAR, body.bottom()),
        );
        let mut child = ui.new_child(UiBuilder::new().max_rect(inner));
        child.shrink_clip_rect(inner);
        child.style_mut().interaction.selectable_labels = false;
        let first = scroll::whole(self.top);
        let above = scroll::fraction(self.top) * size::ROW;
        let count = scroll::rows_in(inner.height() + above);
        let end = shape.total.min(first + count);
        output.in_sight = (first, end.saturating_sub(first));
        for row in first..end {
            let top = scroll::offset(row - first).mul_add(size::ROW, inner.top() - above);
            let rect = Rect::from_min_size(pos2(inner.left(), top), vec2(inner.width(), size::ROW));
            let response = child.interact(rect, id.with(("row", row)), Sense::CLICK);
            let selected = rows.is_selected(row);
            paint_row(&child, rect, selected, response.hovered());
            if let Some(name) = rows.name(row) {
                response.widget_info(|| WidgetInfo::selected(Role::Row, true, selected, &name));
                for (place, &(left, right)) in spans.iter().enumerate() {
                    let cell = Rect::from_x_y_ranges(left..=right, rect.y_range());
                    in_cell(&mut child, cell, shape.columns[place].right, |ui| {
                        rows.cell(ui, row, place);
                    });
                }
            } else {
                paint_missing(&child, rect);
            }
            if response.clicked() {
                self.cursor = Some(row);
                output.selected = Some(row);
                child.memory_mut(|memory| memory.request_focus(id));
            }
            if response.double_clicked() {
                output.opened = Some(row);
            }
        }
    }
}

fn heading(ui: &Ui, title: &str, arrow: &str) -> egui::RichText {
    theme::caption(ui, format!("{title} {arrow}")).color(theme::of(ui).strong)
}

fn fixed(widths: &[f32]) -> f32 {
    let width = |width: &f32| match *width > 0.0 {
        true => *width,
        false => REST,
    };
    widths.iter().map(width).sum()
}

fn in_cell(ui: &mut Ui, rect: Rect, right: bool, add: impl FnOnce(&mut Ui)) {
    let inside = rect.shrink2(vec2(size::GAP, 0.0));
    let layout = match right {
        true => Layout::right_to_left(Align::Center),
        false => Layout::left_to_right(Align::Center),
    };
    let mut child = ui.new_child(UiBuilder::new().max_rect(inside).layout(layout));
    child.shrink_clip_rect(inside);
    add(&mut child);
}

fn paint_row(ui: &Ui, rect: Rect, selected: bool, hovered: bool) {
    let tokens = theme::of(ui);
    if selected {
        ui.painter().rect_filled(rect, 0.0, tokens.selected);
        let edge = Rect::from_min_size(rect.min, vec2(size::FOCUS, rect.height()));
        ui.painter().rect_filled(edge, 0.0, tokens.accent);
    } else if hovered {
        ui.painter().rect_filled(rect, 0.0, tokens.hover);
    }
    let line = Stroke::new(size::LINE, tokens.line);
    ui.painter()
        .hline(rect.x_range(), rect.bottom() - 0.5, line);
}

/// A still bar where a row will be.
fn paint_missing(ui: &Ui, rect: Rect) {
    let bar = Rect::from_min_size(
        pos2(rect.left() + size::GAP, rect.center().y - 4.0),
        vec2(rect.width() * 0.4, 8.0),
    );
    ui.painter().rect_filled(bar, 4.0, theme::of(ui).hover);
}

/// The least width of the column that takes the rest.
const REST: f32 = 200.0;
const HANDLE: f32 = 6.0;
const NARROWEST: f32 = 48.0;
const WIDEST: f32 = 480.0;

#[cfg(test)]
mod tests;
