//! What goes on by itself: a button in the status line, and behind it every job under way.

use chancery_engine::api::{Area, JobState, ListJobs, ListOrders, OrderRow};
use egui::containers::menu::MenuButton;
use egui::{Context, Ui};

use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::{acme, hosts};
use crate::gui::screens::Desk;
use crate::gui::theme::{self, icons};
use crate::gui::watched::Watched;

#[derive(Default)]
pub(in crate::gui) struct Jobs {
    jobs: Watched<ListJobs>,
    orders: Watched<ListOrders>,
}

/// One job under way.
struct Line {
    words: String,
    place: Option<Place>,
}

impl Jobs {
    pub(in crate::gui) fn logic(&mut self, desk: &mut Desk<'_>) {
        let system = desk.model.changed(Area::System);
        let acme = desk.model.changed(Area::Acme);
        self.jobs.tend(desk.context, desk.client, system);
        self.orders.tend(desk.context, desk.client, acme);
    }

    /// Asks for nothing while nothing goes on.
    pub(in crate::gui) fn ui(&mut self, ui: &mut Ui, running: u64, wishes: &mut Wishes) {
        if running == 0 {
            return;
        }
        self.want(ui.ctx());
        let lines = self.lines();
        if lines.is_empty() {
            return;
        }
        let words = format!("{} {} under way", icons::WAITING, lines.len());
        let button = egui::Button::new(theme::soft(ui, words))
            .small()
            .frame(false);
        MenuButton::from_button(button).ui(ui, |ui| {
            for line in &lines {
                let button = egui::Button::new(line.words.as_str());
                if ui.add_enabled(line.place.is_some(), button).clicked()
                    && let Some(place) = line.place
                {
                    wishes.go(place);
                    ui.close();
                }
            }
        });
    }

    fn want(&mut self, context: &Context) {
        self.jobs.want(context, ListJobs);
        self.orders.want(context, ListOrders);
    }

    fn lines(&self) -> Vec<Line> {
        let jobs = self.jobs.shown().map_or(&[][..], Vec::as_slice);
        let orders = self.orders.shown().map_or(&[][..], Vec::as_slice);
        let running = jobs.iter().filter(|job| job.state == JobState::Running);
        running
            .map(|job| {
                // An order and the job that carries it out have one number.
                let order = orders
                    .iter()
                    .find(|order| order.id.to_raw() == job.id.to_raw());
                match order {
                    Some(order) => line_of(order),
                    None => Line {
                        words: format!("{}, {} of {}", job.title, job.step.done, job.step.of),
                        place: None,
                    },
                }
            })
            .collect()
    }
}

fn line_of(order: &OrderRow) -> Line {
    let stage = acme::STAGES.get(acme::stage(order.stage));
    let stage = stage.map_or(String::new(), |stage| format!(", {stage}"));
    Line {
        words: format!("Order for {}{stage}", hosts::first_of(&order.names)),
        place: Some(Place::Order(order.id)),
    }
}
