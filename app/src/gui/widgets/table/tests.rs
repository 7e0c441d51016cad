//! The table by itself, before rows that know only their number.

use egui::{Key, Role, Ui};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::gui::tests::harness;

#[test]
fn only_the_rows_in_sight_are_there() {
    let mut harness = million();
    harness.run();
    assert!(harness.query_by_label("row 0").is_some());
    assert!(harness.query_by_label("row 500").is_none());
    let (first, count) = harness.state().output.in_sight;
    assert_eq!(first, 0);
    assert!((10..40).contains(&count), "{count}");
}

#[test]
fn end_shows_the_last_row_and_home_the_first() {
    let mut harness = million();
    focus(&mut harness);
    press(&mut harness, Key::End);
    assert_eq!(harness.state().selected, Some(999_999));
    assert!(harness.query_by_label("row 999999").is_some());
    press(&mut harness, Key::Home);
    assert_eq!(harness.state().selected, Some(0));
    assert!(harness.query_by_label("row 0").is_some());
}

#[test]
fn a_step_of_one_point_moves_the_rows_even_at_the_far_end() {
    let mut harness = million();
    focus(&mut harness);
    press(&mut harness, Key::End);
    press(&mut harness, Key::PageUp);
    let before = harness.state().table.top;
    harness.state_mut().table.top -= 1.0 / f64::from(size::ROW);
    harness.run();
    let moved = before - harness.state().table.top;
    assert!((moved * f64::from(size::ROW) - 1.0).abs() < 1e-6, "{moved}");
}

#[test]
fn arrows_move_by_a_row_and_pages_by_what_is_in_sight() {
    let mut harness = million();
    focus(&mut harness);
    press(&mut harness, Key::ArrowDown);
    press(&mut harness, Key::ArrowDown);
    assert_eq!(harness.state().selected, Some(1));
    press(&mut harness, Key::PageDown);
    let page = harness.state().selected.unwrap() - 1;
    assert!((5..40).contains(&page), "{page}");
    press(&mut harness, Key::ArrowUp);
    assert_eq!(harness.state().selected, Some(page));
}

#[test]
fn enter_opens_the_row_where_the_keyboard_is() {
    let mut harness = million();
    focus(&mut harness);
    press(&mut harness, Key::ArrowDown);
    press(&mut harness, Key::Enter);
    assert_eq!(harness.state().opened, Some(0));
}

#[test]
fn a_click_anywhere_in_a_row_selects_it_also_on_its_text() {
    let mut harness = million();
    harness.run();
    harness.get_by_label("name of 3").click();
    harness.run();
    assert_eq!(harness.state().selected, Some(3));
}

#[test]
fn a_click_on_a_heading_asks_for_another_order() {
    let mut harness = million();
    harness.run();
    harness.get_by_label("Sort by name").click();
    harness.run();
    assert_eq!(harness.state().sorted, Some(0));
}

#[test]
fn columns_leave_from_the_right_when_there_is_no_room() {
    let mut table = Table::default();
    let room = |width| Rect::from_min_size(egui::Pos2::ZERO, vec2(width, size::ROW));
    assert_eq!(table.spans(COLUMNS, room(600.0)).len(), 2);
    assert_eq!(table.spans(COLUMNS, room(250.0)).len(), 1);
    assert_eq!(table.spans(COLUMNS, room(600.0))[1], (480.0, 600.0));
}

struct View {
    table: Table,
    output: Output,
    selected: Option<u64>,
    opened: Option<u64>,
    sorted: Option<usize>,
}

struct Numbers(Option<u64>);

impl Rows for Numbers {
    fn name(&self, row: u64) -> Option<String> {
        Some(format!("row {row}"))
    }

    fn is_selected(&self, row: u64) -> bool {
        self.0 == Some(row)
    }

    fn cell(&self, ui: &mut Ui, row: u64, column: usize) {
        if column == 0 {
            ui.label(format!("name of {row}"));
        }
    }
}

fn million() -> Harness<'static, View> {
    let view = View {
        table: Table::default(),
        output: Output::default(),
        selected: None,
        opened: None,
        sorted: None,
    };
    harness(view, |ui, view| {
        let shape = Shape {
            name: "Numbers",
            columns: COLUMNS,
            sorted: None,
            total: 1_000_000,
        };
        view.output = view.table.ui(ui, &shape, &Numbers(view.selected));
        view.selected = view.output.selected.or(view.selected);
        view.opened = view.output.opened.or(view.opened);
        view.sorted = view.output.sort.or(view.sorted);
    })
}

fn focus(harness: &mut Harness<'_, View>) {
    harness.run();
    harness
        .get_by_role_and_label(Role::Table, "Numbers")
        .focus();
    harness.run();
}

fn press(harness: &mut Harness<'_, View>, key: Key) {
    harness.key_press(key);
    harness.run();
}

const COLUMNS: &[Column] = &[
    Column {
        title: "Name",
        width: 0.0,
        right: false,
        sortable: true,
    },
    Column {
        title: "Size",
        width: 120.0,
        right: true,
        sortable: false,
    },
];
