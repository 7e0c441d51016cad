//! Requests by state: who asked, for what, and since when.

use chancery_engine::api::{Area, ListRequests, Page, RequestId, RequestRow, RequestState};
use egui::Ui;

use super::{Desk, Screen, View, heading};
use crate::gui::action::Action;
use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::{names, status, time};
use crate::gui::theme::{self, icons, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::table::{Column, Rows, Shape, Table};
use crate::gui::widgets::{badge, button, empty_state, filter, report};

#[derive(Default)]
pub(in crate::gui) struct Requests {
    state: Option<RequestState>,
    table: Table,
    first: u64,
    selected: Option<RequestId>,
    list: Watched<ListRequests>,
}

impl Screen for Requests {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let changed = desk.model.changed(Area::Request);
        self.list.tend(desk.context, desk.client, changed);
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        self.list.want(
            ui.ctx(),
            ListRequests {
                state: self.state,
                first: self.first,
                rows: PAGE,
            },
        );
        heading(ui, "Requests", |ui| {
            if button::primary(ui, Action::AddRequest.text(), true).clicked() {
                wishes.go(Place::AddRequest);
            }
        });
        if let Some(failed) = self.list.failed() {
            report::report(ui, failed);
        }
        let total = self.list.shown().map(|page| page.total);
        if total != Some(0) || self.state.is_some() {
            self.chips_ui(ui, total, wishes);
        }
        match self.list.shown() {
            None => empty_state::loading(ui),
            Some(page) if page.total == 0 && self.state.is_none() => {
                let sentence = "No request yet. A request carries a public key; the private one stays where it was made.";
                empty_state::not_yet(ui, icons::REQUESTS, sentence, None);
            }
            Some(page) if page.total == 0 => {
                let asked = self.state.map_or("", |state| status::request(state).2);
                if empty_state::no_match(ui, asked) {
                    self.state = None;
                }
            }
            Some(page) => {
                let rows = Listed {
                    page,
                    selected: self.selected,
                    view,
                };
                let shape = Shape {
                    name: "Requests",
                    columns: COLUMNS,
                    sorted: None,
                    total: page.total,
                };
                let output = self.table.ui(ui, &shape, &rows);
                let row = |at| rows.at(at).map(|row| row.id);
                self.first = super::certificates::first_of_page(output.in_sight.0);
                self.selected = output.selected.and_then(row).or(self.selected);
                if let Some(id) = output.opened.and_then(row) {
                    wishes.go(Place::Bench(id));
                }
            }
        }
    }
}

impl Requests {
    fn chips_ui(&mut self, ui: &mut Ui, total: Option<u64>, wishes: &mut Wishes) {
        ui.horizontal_wrapped(|ui| {
            let states = [
                RequestState::Pending,
                RequestState::Issued,
                RequestState::Rejected,
            ];
            for state in states {
                let on = self.state == Some(state);
                if filter::chip(ui, on, status::request(state).2) {
                    self.state = (!on).then_some(state);
                    self.table.return_to_top();
                }
            }
            if let Some(total) = total {
                ui.label(theme::soft(ui, count(total)));
            }
            if let Some(id) = self.selected
                && ui.button("Open request").clicked()
            {
                wishes.go(Place::Bench(id));
            }
        });
        ui.add_space(size::GAP_SMALL);
    }
}

fn count(total: u64) -> String {
    match total {
        1 => "1 request".to_owned(),
        _ => format!("{total} requests"),
    }
}

struct Listed<'a> {
    page: &'a Page<RequestRow>,
    selected: Option<RequestId>,
    view: &'a View<'a>,
}

impl Listed<'_> {
    fn at(&self, row: u64) -> Option<&RequestRow> {
        let place = usize::try_from(row.checked_sub(self.page.first)?).ok()?;
        self.page.rows.get(place)
    }
}

impl Rows for Listed<'_> {
    fn name(&self, row: u64) -> Option<String> {
        self.at(row).map(|row| format!("Request {}", row.name))
    }

    fn is_selected(&self, row: u64) -> bool {
        let id = self.at(row).map(|row| row.id);
        id.is_some() && id == self.selected
    }

    fn cell(&self, ui: &mut Ui, row: u64, column: usize) {
        let Some(row) = self.at(row) else {
            return;
        };
        match column {
            0 => {
                let (tone, icon, word) = status::request(row.state);
                badge::status(ui, tone, icon, word);
            }
            1 => {
                let name = theme::strong(ui, &row.name);
                ui.add(
                    egui::Label::new(name)
                        .truncate()
                        .show_tooltip_when_elided(false),
                )
                .on_hover_text(names::short_list(&row.identifiers));
            }
            2 => drop(ui.add(egui::Label::new(row.profile.as_str()).truncate())),
            3 => drop(ui.add(egui::Label::new(&row.authority_name).truncate())),
            4 => drop(ui.add(egui::Label::new(&row.key_title).truncate())),
            5 => drop(time::moment(ui, self.view.now, row.submitted)),
            _ => drop(ui.add(egui::Label::new(&row.submitted_by).truncate())),
        }
    }
}

const PAGE: u16 = 256;

const COLUMNS: &[Column] = &[
    Column {
        title: "State",
        width: 112.0,
        right: false,
        sortable: false,
    },
    Column {
        title: "Name",
        width: 0.0,
        right: false,
        sortable: false,
    },
    Column {
        title: "Profile",
        width: 112.0,
        right: false,
        sortable: false,
    },
    Column {
        title: "Authority",
        width: 180.0,
        right: false,
        sortable: false,
    },
    Column {
        title: "Key",
        width: 104.0,
        right: false,
        sortable: false,
    },
    Column {
        title: "Came in",
        width: 120.0,
        right: true,
        sortable: false,
    },
    Column {
        title: "From",
        width: 112.0,
        right: false,
        sortable: false,
    },
];
