//! Every order, the newest first.

use chancery_engine::api::{OrderId, OrderRow};
use egui::{Label, Ui};

use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::{acme, hosts, time};
use crate::gui::screens::View;
use crate::gui::theme::{self, size};
use crate::gui::widgets::badge;
use crate::gui::widgets::table::{Column, Rows, Shape, Table};

#[derive(Default)]
pub(super) struct Orders {
    table: Table,
    selected: Option<OrderId>,
}

impl Orders {
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        orders: &[OrderRow],
        view: &View<'_>,
        wishes: &mut Wishes,
    ) {
        ui.horizontal_wrapped(|ui| {
            ui.label(theme::soft(ui, count(orders)));
            if let Some(id) = self.selected
                && ui.button("Open order").clicked()
            {
                wishes.go(Place::Order(id));
            }
        });
        ui.add_space(size::GAP_SMALL);
        let rows = Listed {
            orders,
            selected: self.selected,
            view,
        };
        let shape = Shape {
            name: "Orders",
            columns: COLUMNS,
            sorted: None,
            total: u64::try_from(orders.len()).unwrap_or(u64::MAX),
        };
        let output = self.table.ui(ui, &shape, &rows);
        let row = |at| rows.at(at).map(|row| row.id);
        self.selected = output.selected.and_then(row).or(self.selected);
        if let Some(id) = output.opened.and_then(row) {
            wishes.go(Place::Order(id));
        }
    }
}

fn count(orders: &[OrderRow]) -> String {
    let open = orders.iter().filter(|row| acme::is_under_way(&row.state));
    let all = match orders.len() {
        1 => "1 order".to_owned(),
        count => format!("{count} orders"),
    };
    match open.count() {
        0 => all,
        open => format!("{all}, {open} under way"),
    }
}

struct Listed<'a> {
    orders: &'a [OrderRow],
    selected: Option<OrderId>,
    view: &'a View<'a>,
}

impl Listed<'_> {
    fn at(&self, row: u64) -> Option<&OrderRow> {
        self.orders.get(usize::try_from(row).ok()?)
    }
}

impl Rows for Listed<'_> {
    fn name(&self, row: u64) -> Option<String> {
        self.at(row)
            .map(|row| format!("Order for {}", hosts::first_of(&row.names)))
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
                let (tone, icon, word) = acme::order(&row.state, row.dry_run);
                badge::status(ui, tone, icon, word);
            }
            1 => {
                let name = theme::strong(ui, hosts::first_of(&row.names));
                let all: Vec<String> = row.names.iter().map(hosts::both_ways).collect();
                let label = Label::new(name).truncate();
                ui.add(label.show_tooltip_when_elided(false))
                    .on_hover_text(all.join("\n"));
            }
            2 => drop(time::moment(ui, self.view.now, row.started)),
            3 => {
                let stage = acme::STAGES.get(acme::stage(row.stage)).copied();
                let words = match (stage, row.dry_run, row.replaces) {
                    (Some(stage), ..) => stage,
                    (None, true, _) => "Rehearsal",
                    (None, false, Some(_)) => "Renewal",
                    (None, false, None) => "New",
                };
                ui.add(Label::new(words).truncate());
            }
            4 => drop(ui.add(Label::new(acme::name_or_gone(&row.account_name)).truncate())),
            _ => drop(ui.add(Label::new(acme::name_or_gone(&row.provider_name)).truncate())),
        }
    }
}

const fn column(title: &'static str, width: f32, right: bool) -> Column {
    Column {
        title,
        width,
        right,
        sortable: false,
    }
}

const COLUMNS: &[Column] = &[
    column("State", 152.0, false),
    column("Names", 0.0, false),
    column("Begun", 120.0, true),
    column("What", 152.0, false),
    column("Account", 152.0, false),
    column("DNS provider", 152.0, false),
];
