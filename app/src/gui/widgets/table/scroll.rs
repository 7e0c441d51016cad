//! Where a table stands, in rows: exact at any length.

use egui::{Id, Rect, Sense, Ui, pos2, vec2};

use super::Table;
use crate::gui::theme::{self, size};

impl Table {
    /// Wheel and bar. The bar is always there; without anything to scroll it is one long handle.
    pub(super) fn scroll(&mut self, ui: &Ui, id: Id, body: Rect, total: u64, visible: f64) {
        let furthest = (rows(total) - visible).max(0.0);
        if ui.rect_contains_pointer(body) {
            let wheel = ui.input(|input| input.smooth_scroll_delta().y);
            self.top -= f64::from(wheel) / f64::from(size::ROW);
        }
        let bar = Rect::from_min_max(pos2(body.right() - size::SCROLL_BAR, body.top()), body.max);
        let share = (visible / rows(total).max(1.0)).min(1.0);
        let length = (narrow(share) * bar.height()).clamp(SHORTEST.min(bar.height()), bar.height());
        let way = (bar.height() - length).max(1.0);
        let response = ui.interact(bar, id.with("bar"), Sense::CLICK | Sense::DRAG);
        if let Some(pointer) = response.interact_pointer_pos()
            && furthest > 0.0
        {
            let share = ((pointer.y - bar.top() - length / 2.0) / way).clamp(0.0, 1.0);
            self.top = f64::from(share) * furthest;
        }
        self.top = self.top.clamp(0.0, furthest);
        let share = match furthest > 0.0 {
            true => narrow(self.top / furthest),
            false => 0.0,
        };
        let tokens = theme::of(ui);
        ui.painter().rect_filled(bar, 0.0, tokens.panel);
        let handle = Rect::from_min_size(
            pos2(bar.left() + 2.0, share.mul_add(way, bar.top())),
            vec2(size::SCROLL_BAR - 4.0, length),
        );
        let colour = match response.hovered() || response.dragged() {
            true => tokens.edge,
            false => tokens.line,
        };
        ui.painter().rect_filled(handle, 3.0, colour);
    }

    /// Moves just so far that `row` is wholly in sight.
    pub(super) fn reveal(&mut self, row: u64, visible: f64) {
        let row = rows(row);
        self.top = self.top.clamp((row + 1.0 - visible).max(0.0), row.max(0.0));
    }
}

/// A count of rows as a place. Exact below 2^53 rows.
#[expect(clippy::cast_precision_loss, reason = "exact below 2^53 rows")]
fn rows(count: u64) -> f64 {
    count as f64
}

/// The whole rows above a place.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place is never negative and below 2^53"
)]
pub(super) fn whole(place: f64) -> u64 {
    place.max(0.0).floor() as u64
}

/// The part of the first row that is above the edge.
pub(super) fn fraction(place: f64) -> f32 {
    narrow(place - place.floor())
}

/// How many rows can be seen in `height` points, the cut one included.
pub(super) fn rows_in(height: f32) -> u64 {
    whole(f64::from((height / size::ROW).ceil()))
}

/// The number of a row in sight as a factor of the row's height.
pub(super) fn offset(row: u64) -> f32 {
    narrow(rows(row))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a share, or a small count of rows in sight"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}

const SHORTEST: f32 = 24.0;
