//! When a public certificate is renewed, why then, and what a person can do about it.

use chancery_engine::api::{
    AcmeCommand, Area, CertificateDetail, CertificateId, CertificateKey, CertificateStatus,
    Command, OrderId, OriginDetail, RenewalBasis, ShowOrigin, shown,
};
use egui::{Context, Ui};

use super::revoke_public::RevokePublic;
use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::{acme, time};
use crate::gui::screens::{Desk, View, section};
use crate::gui::theme::{self, Tone, icons};
use crate::gui::watched::Watched;
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::{alert, card, facts, report};

#[derive(Default)]
pub(super) struct Renewal {
    origin: Watched<ShowOrigin>,
    check: Errand,
    automatic: Errand,
    renewing: Errand,
    /// Whether it is being asked how to renew, and if with a new key.
    asks: Option<bool>,
    pub(super) revoke: RevokePublic,
}

impl Renewal {
    pub(super) fn tend(&mut self, desk: &mut Desk<'_>) {
        let acme = desk.model.changed(Area::Acme);
        let changed = acme.max(desk.model.changed(Area::Certificate));
        self.origin.tend(desk.context, desk.client, changed);
        // What they have changed is in the answer that is watched.
        drop(self.check.tend(desk.model));
        drop(self.automatic.tend(desk.model));
        drop(self.renewing.tend(desk.model));
        if let Some(job) = self.renewing.take_started() {
            self.asks = None;
            // An order and the job that carries it out have one number.
            desk.wishes
                .go(Place::Order(OrderId::from_raw(job.to_raw())));
        }
        self.revoke.tend(desk.model);
    }

    pub(super) fn want(&mut self, ui: &Ui, id: CertificateId) {
        self.origin.want(ui.ctx(), ShowOrigin(id));
    }

    /// Whether it came from a public CA by ACME, so that only that CA can revoke it.
    pub(super) fn is_public(&self) -> bool {
        self.origin.shown().is_some_and(Option::is_some)
    }

    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        detail: &CertificateDetail,
        view: &View<'_>,
        wishes: &mut Wishes,
    ) {
        let Some(Some(origin)) = self.origin.shown().cloned() else {
            return;
        };
        section(ui, "Renewal");
        if let Some(successor) = origin.replaced_by {
            ui.horizontal_wrapped(|ui| {
                ui.label("It has been renewed.");
                if ui.link("Show the one that took its place").clicked() {
                    wishes.go(Place::Certificate(successor));
                }
            });
        }
        let lives = is_alive(detail.row.status) && origin.replaced_by.is_none();
        if lives && let Some(failure) = &origin.plan.last_failure {
            alert::alert(ui, Tone::Due, "The last try did not succeed", "");
            report::report(ui, failure);
        }
        card::card(ui, |ui| {
            facts::facts(ui, "renewal", |ui| {
                facts_ui(ui, &origin, lives, view, wishes);
            });
            if lives {
                self.acts_ui(ui, detail.row.id, &origin, wishes);
            }
        });
        for errand in [&self.check, &self.automatic] {
            if let Some(refused) = errand.refused() {
                report::report(ui, refused);
            }
        }
    }

    fn acts_ui(
        &mut self,
        ui: &mut Ui,
        id: CertificateId,
        origin: &OriginDetail,
        wishes: &mut Wishes,
    ) {
        let mut automatic = origin.automatic;
        let quiet = !self.automatic.is_under_way();
        let tick = egui::Checkbox::new(&mut automatic, "Renew it by itself in time");
        if ui.add_enabled(quiet, tick).changed() {
            let command = AcmeCommand::SetAutomatic { id, automatic };
            self.automatic.send(wishes, Command::Acme(command));
        }
        ui.horizontal_wrapped(|ui| {
            if ui.button("Renew now…").clicked() {
                self.renewing.forget();
                self.asks = Some(false);
            }
            let verb = match self.check.is_under_way() {
                true => "Asking…",
                false => "Ask the CA now",
            };
            let quiet = !self.check.is_under_way();
            let ask = ui.add_enabled(quiet, egui::Button::new(verb));
            let ask = ask.on_hover_text("When it wants the certificate to be renewed");
            if ask.clicked() {
                let command = AcmeCommand::CheckRenewal { id };
                self.check.send(wishes, Command::Acme(command));
            }
        });
    }

    pub(super) fn dialogs_ui(
        &mut self,
        context: &Context,
        detail: &CertificateDetail,
        view: &View<'_>,
        wishes: &mut Wishes,
    ) {
        self.revoke.ui(context, wishes);
        let (Some(new_key), Some(Some(origin))) = (&mut self.asks, self.origin.shown()) else {
            return;
        };
        let title = format!("Renew {}", detail.row.name);
        let consequences = [
            format!(
                "The same is ordered again with {}, and proved through {}.",
                origin.account_name, origin.provider_name
            ),
            "This certificate stays valid until it ends or is revoked.".to_owned(),
            format!(
                "Orders for these names: {}.",
                acme::budget(&origin.budget, view.now)
            ),
        ];
        let dialog = Confirm {
            title: &title,
            consequences: &consequences,
            verb: match self.renewing.is_under_way() {
                true => "Ordering…",
                false => "Renew certificate",
            },
            destroys: false,
        };
        let renewing = &self.renewing;
        let answer = dialog.show(context, |ui| {
            match detail.row.key {
                CertificateKey::Vault(_) => {
                    ui.checkbox(new_key, "With a new key, made in the vault");
                }
                _ => drop(ui.label(theme::soft(
                    ui,
                    "Its key is on its host, and stays the same",
                ))),
            }
            if let Some(refused) = renewing.refused() {
                report::report(ui, refused);
            }
            !renewing.is_under_way()
        });
        match answer {
            Some(Answer::Go) => {
                let command = AcmeCommand::Renew {
                    id: detail.row.id,
                    new_key: *new_key,
                };
                self.renewing.send(wishes, Command::Acme(command));
            }
            Some(Answer::Leave) => self.asks = None,
            None => (),
        }
    }
}

fn facts_ui(ui: &mut Ui, origin: &OriginDetail, lives: bool, view: &View<'_>, wishes: &mut Wishes) {
    let plan = &origin.plan;
    if lives {
        let when = time::relative(view.now, plan.renew_at);
        let words = match origin.automatic {
            true => format!("{}, by itself", report::sentence(&when)),
            false => format!("Due {when}; you do it"),
        };
        facts::row(ui, "When", &words).on_hover_text(time::absolute(plan.renew_at));
        facts::row(ui, "Why then", &acme::why_then(plan));
        if let RenewalBasis::Window {
            explanation: Some(url),
            ..
        } = &plan.basis
        {
            facts::mono_row(ui, "The CA explains", &shown(url), url);
        }
        let asked = match plan.checked {
            Some(checked) => time::relative(view.now, checked),
            None => "not yet".to_owned(),
        };
        facts::row(ui, "CA asked", &asked);
        let budget = acme::budget(&origin.budget, view.now);
        facts::row(ui, "Orders for these names", &budget);
    }
    facts::row(ui, "Account", acme::name_or_gone(&origin.account_name));
    facts::row(
        ui,
        "DNS provider",
        acme::name_or_gone(&origin.provider_name),
    );
    facts::row_with(ui, "Came by", |ui| {
        if ui.link("Show the order").clicked() {
            wishes.go(Place::Order(origin.order));
        }
    });
    if let Some(before) = origin.replaces {
        facts::row_with(ui, "Took the place of", |ui| {
            let words = format!("{} Show the one before", icons::REFRESH);
            if ui.link(words).clicked() {
                wishes.go(Place::Certificate(before));
            }
        });
    }
}

const fn is_alive(status: CertificateStatus) -> bool {
    !matches!(status, CertificateStatus::Revoked)
}
