//! One order, live: how far it is, what each server answers, what a person can do; and what was
//! really sent.

mod challenge;
pub(in crate::gui) mod live;
mod transcript;

use chancery_engine::api::{
    AcmeCommand, Area, Command, OrderDetail, OrderId, OrderStage, OrderState, ShowOrder,
    ShowTranscript,
};
use egui::Ui;

use super::{Desk, Screen, View, heading, page_of};
use crate::gui::model::Wishes;
use crate::gui::navigation::{Place, Public};
use crate::gui::parts::errand::Errand;
use crate::gui::parts::{acme, hosts};
use crate::gui::watched::Watched;
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::{button, empty_state, report, tabs};
use live::Asked;
use transcript::Transcript;

#[derive(Default)]
pub(in crate::gui) struct Order {
    id: Option<OrderId>,
    part: Part,
    detail: Watched<ShowOrder>,
    exchanges: Watched<ShowTranscript>,
    transcript: Transcript,
    going_on: Errand,
    cleaning: Errand,
    cancelling: Errand,
    /// Whether it is being asked if the order shall end.
    asks: bool,
}

#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
enum Part {
    #[default]
    Live,
    Raw,
}

impl Order {
    pub(in crate::gui) fn turn_to(&mut self, id: OrderId) {
        if self.id != Some(id) {
            *self = Self {
                id: Some(id),
                ..Self::default()
            };
        }
    }
}

impl Screen for Order {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let changed = desk.model.changed(Area::Acme);
        self.detail.tend(desk.context, desk.client, changed);
        self.exchanges.tend(desk.context, desk.client, changed);
        self.transcript.tend(desk.model);
        // What has become of it is in the answer that is watched.
        drop(self.going_on.tend(desk.model));
        drop(self.cleaning.tend(desk.model));
        if self.cancelling.tend(desk.model).is_some() {
            self.asks = false;
        }
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        let Some(id) = self.id else {
            return;
        };
        self.detail.want(ui.ctx(), ShowOrder(id));
        if self.part == Part::Raw {
            self.exchanges.want(ui.ctx(), ShowTranscript(id));
        }
        let shown = self.detail.shown().filter(|detail| detail.row.id == id);
        let Some(detail) = shown.cloned() else {
            heading(ui, "Order", |_| ());
            match self.detail.failed() {
                Some(failed) => report::report(ui, failed),
                None => empty_state::loading(ui),
            }
            return;
        };
        let mut asked = None;
        heading(ui, &hosts::first_of(&detail.row.names), |ui| {
            asked = buttons_ui(ui, &detail);
        });
        if let Some(part) = tabs::tabs(ui, self.part, PARTS) {
            self.part = part;
        }
        match self.part {
            Part::Live => page_of(ui, Part::Live, |ui| {
                for errand in [&self.going_on, &self.cleaning] {
                    if let Some(refused) = errand.refused() {
                        report::report(ui, refused);
                    }
                }
                asked = live::order(ui, &detail, view.now).or(asked);
            }),
            Part::Raw => self.raw_ui(ui, &detail, view),
        }
        let moves = detail.propagation.is_some() || detail.next_try.is_some();
        if moves && acme::is_under_way(&detail.row.state) {
            // The time that is waited moves on by itself.
            ui.ctx().request_repaint_after(A_SECOND);
        }
        match asked {
            Some(Asked::Accounts) => wishes.go(Place::PublicCas(Public::Accounts)),
            Some(Asked::Again) => wishes.go(Place::OrderAgain(id)),
            Some(Asked::Cancel) => {
                self.cancelling.forget();
                self.asks = true;
            }
            Some(Asked::Clean { by_hand }) => {
                let command = AcmeCommand::RemoveRecords { id, by_hand };
                self.cleaning.send(wishes, Command::Acme(command));
            }
            Some(Asked::GoOn) => {
                let command = AcmeCommand::GoOn { id };
                self.going_on.send(wishes, Command::Acme(command));
            }
            Some(Asked::Provider(provider)) => wishes.go(Place::Provider(provider)),
            Some(Asked::Show(certificate)) => wishes.go(Place::Certificate(certificate)),
            None => (),
        }
        // What may have come of it meanwhile is not asked about any more.
        self.asks &= may_cancel(&detail);
        let context = ui.ctx().clone();
        self.cancel_ui(&context, &detail, wishes);
        self.transcript.dialog_ui(&context, wishes);
    }
}

impl Order {
    fn raw_ui(&mut self, ui: &mut Ui, detail: &OrderDetail, view: &View<'_>) {
        match (self.exchanges.shown(), self.exchanges.failed()) {
            (Some(exchanges), _) => {
                self.transcript.ui(ui, detail, exchanges, view);
            }
            (None, Some(failed)) => report::report(ui, failed),
            (None, None) => empty_state::loading(ui),
        }
    }

    fn cancel_ui(&mut self, context: &egui::Context, detail: &OrderDetail, wishes: &mut Wishes) {
        if !self.asks {
            return;
        }
        let dialog = Confirm {
            title: "Call the order off",
            consequences: &[
                "What it put into the DNS is taken out again, and no certificate comes of it."
                    .to_owned(),
                "It can be ordered again at any time.".to_owned(),
            ],
            verb: "Call off order",
            destroys: true,
        };
        let cancelling = &self.cancelling;
        let answer = dialog.show(context, |ui| {
            if let Some(refused) = cancelling.refused() {
                report::report(ui, refused);
            }
            !cancelling.is_under_way()
        });
        match answer {
            Some(Answer::Go) => {
                let command = AcmeCommand::CancelOrder { id: detail.row.id };
                self.cancelling.send(wishes, Command::Acme(command));
            }
            Some(Answer::Leave) => self.asks = false,
            None => (),
        }
    }
}

fn buttons_ui(ui: &mut Ui, detail: &OrderDetail) -> Option<Asked> {
    let row = &detail.row;
    if let Some(certificate) = row.certificate
        && row.state == OrderState::Done
    {
        let clicked = button::primary(ui, "Show certificate", true).clicked();
        return clicked.then_some(Asked::Show(certificate));
    }
    let clicked = may_cancel(detail) && ui.button("Call off order…").clicked();
    clicked.then_some(Asked::Cancel)
}

/// From the last step on the CA may have issued.
fn may_cancel(detail: &OrderDetail) -> bool {
    let row = &detail.row;
    let early = acme::is_under_way(&row.state) && row.stage < OrderStage::Finalizing;
    early && !detail.called_off
}

const PARTS: &[(Part, &str)] = &[(Part::Live, "Steps"), (Part::Raw, "Raw protocol")];

const A_SECOND: std::time::Duration = std::time::Duration::from_secs(1);
