//! The CSR bench: what was asked, what the profile says, what will be issued; then yes or no.

mod comparison;

use chancery_engine::api::{
    Area, CertificateFact, CertificateId, Choices, Command, Consent, Fact, PreviewRequest,
    RequestCommand, RequestDetail, RequestFact, RequestId, RequestState, ShowRequest, shown,
};
use egui::{CollapsingHeader, Ui};

use super::{Desk, Screen, View, heading, page, section};
use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::consent::ConsentDialog;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::{description_view, findings, status, time};
use crate::gui::theme::{self, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::field::{Field, Look};
use crate::gui::widgets::fold::fold;
use crate::gui::widgets::tick::tick;
use crate::gui::widgets::{badge, button, empty_state, report};

#[derive(Default)]
pub(in crate::gui) struct Bench {
    request: Option<RequestId>,
    choices: Choices,
    days: Field,
    beyond_ceiling: bool,
    detail: Watched<ShowRequest>,
    preview: Watched<PreviewRequest>,
    consent: ConsentDialog,
    errand: Errand,
    rejecting: Option<Field>,
    issued: Option<CertificateId>,
}

impl Bench {
    pub(in crate::gui) fn turn_to(&mut self, request: RequestId) {
        if self.request != Some(request) {
            *self = Self {
                request: Some(request),
                ..Self::default()
            };
        }
    }

    fn detail(&self) -> Option<&RequestDetail> {
        let detail = self.detail.shown()?;
        (Some(detail.row.id) == self.request).then_some(detail)
    }
}

impl Screen for Bench {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let requests = desk.model.changed(Area::Request);
        let authorities = desk.model.changed(Area::Authority);
        self.detail.tend(desk.context, desk.client, requests);
        let both = requests.max(authorities);
        self.preview.tend(desk.context, desk.client, both);
        match self.errand.tend(desk.model) {
            Some(Fact::Certificate(CertificateFact::Issued { id, .. })) => {
                self.consent.close();
                self.issued = Some(id);
            }
            Some(Fact::Request(RequestFact::Rejected { .. })) => self.rejecting = None,
            _ => (),
        }
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        if let Some(id) = self.issued.take() {
            wishes.go(Place::Certificate(id));
        }
        let Some(id) = self.request else {
            return;
        };
        self.detail.want(ui.ctx(), ShowRequest(id));
        let Some(detail) = self.detail().cloned() else {
            heading(ui, "Request", |_| ());
            match self.detail.failed() {
                Some(failed) => report::report(ui, failed),
                None => empty_state::loading(ui),
            }
            return;
        };
        let pending = detail.row.state == RequestState::Pending;
        if pending {
            self.want_preview(ui.ctx(), id);
        }
        let title = format!("Request for {}", detail.row.name);
        heading(ui, &title, |ui| {
            if pending {
                self.decisions_ui(ui, &detail, wishes);
            }
        });
        page(ui, |ui| {
            self.head_ui(ui, &detail, view, wishes);
            if pending {
                self.comparison_ui(ui);
            }
            section(ui, "Contents");
            let fields = CollapsingHeader::new("Field by field").default_open(!pending);
            let shown = fields.show(ui, |ui| {
                description_view::description(ui, &detail.description)
            });
            button::focus_ring(ui, &shown.header_response);
            fold(ui, "PEM", |ui| {
                ui.label(theme::mono(&detail.pem));
            });
        });
        self.dialogs_ui(ui, id, &detail, wishes);
    }
}

impl Bench {
    fn want_preview(&mut self, context: &egui::Context, id: RequestId) {
        self.choices.days = self.days.text.trim().parse().ok();
        self.preview.want(
            context,
            PreviewRequest {
                id,
                choices: self.choices.clone(),
                beyond_ceiling: self.beyond_ceiling,
            },
        );
    }

    fn decisions_ui(&mut self, ui: &mut Ui, detail: &RequestDetail, wishes: &mut Wishes) {
        let preview = self.preview.shown();
        let can = preview.is_some_and(|preview| preview.refused.is_none());
        let needs_consent = preview.is_some_and(|preview| preview.needs_consent);
        let ready = can && !self.errand.is_under_way() && self.days_error().is_none();
        let verb = match needs_consent {
            true => "Approve…",
            false => "Approve and issue",
        };
        if button::primary(ui, verb, ready).clicked() {
            match needs_consent {
                true => self.ask_consent(detail),
                false => self.approve(detail.row.id, None, wishes),
            }
        }
        let idle = !self.errand.is_under_way();
        if button::plain(ui, "Reject…", idle).clicked() {
            self.errand.forget();
            self.rejecting = Some(Field::default());
        }
    }

    fn ask_consent(&mut self, detail: &RequestDetail) {
        let authority = &detail.row.authority_name;
        let lines = vec![format!(
            "{authority} signs a certificate for {}, with the profile {}.",
            detail.row.name, detail.row.profile
        )];
        self.errand.forget();
        let title = format!("Sign with {authority}");
        self.consent.ask(title, "Sign certificate", lines);
    }

    fn approve(&mut self, id: RequestId, consent: Option<Consent>, wishes: &mut Wishes) {
        let command = RequestCommand::Approve {
            id,
            choices: self.choices.clone(),
            beyond_ceiling: self.beyond_ceiling,
            consent,
        };
        self.errand.send(wishes, Command::Request(command));
    }

    fn head_ui(&self, ui: &mut Ui, detail: &RequestDetail, view: &View<'_>, wishes: &mut Wishes) {
        let row = &detail.row;
        ui.horizontal_wrapped(|ui| {
            let (tone, icon, word) = status::request(row.state);
            badge::badge(ui, tone, icon, word);
            ui.label(theme::soft(
                ui,
                format!(
                    "{} · profile {} · {}",
                    row.key_title, row.profile, row.authority_name
                ),
            ));
            let came = format!(
                "came in {} from {}",
                time::relative(view.now, row.submitted),
                row.submitted_by
            );
            ui.label(theme::soft(ui, came))
                .on_hover_text(time::absolute(row.submitted));
        });
        if let Some(by) = &detail.decided_by {
            let when = detail
                .decided
                .map_or(String::new(), |at| time::relative(view.now, at));
            ui.label(format!("Decided by {by} {when}"));
        }
        if let Some(reason) = &detail.reason {
            ui.label(format!("Reason: {}", shown(reason)));
        }
        if let Some(certificate) = detail.certificate
            && ui.button("Show certificate").clicked()
        {
            wishes.go(Place::Certificate(certificate));
        }
        if let Some(refused) = self.errand.refused()
            && !self.consent.is_open()
            && self.rejecting.is_none()
        {
            report::report(ui, refused);
        }
    }

    fn comparison_ui(&mut self, ui: &mut Ui) {
        if let Some(failed) = self.preview.failed() {
            report::report(ui, failed);
        }
        let Some(preview) = self.preview.shown() else {
            empty_state::loading(ui);
            return;
        };
        if let Some(refused) = &preview.refused {
            report::report(ui, refused);
        }
        section(ui, "What will be issued");
        comparison::comparison(ui, &preview.rows, &mut self.choices);
        section(ui, "Findings");
        findings::findings(ui, &preview.findings);
        section(ui, "Lifetime");
        let error = self.days_error();
        let look = Look {
            label: "Days",
            help: "Empty for the profile’s own lifetime",
            ..Look::default()
        };
        ui.scope(|ui| {
            ui.set_max_width(size::DETAIL_MIN.min(ui.available_width()));
            self.days.ui(ui, look, error);
        });
        if !self.days.text.trim().is_empty() {
            let beyond = "I have been warned: longer than the profile’s ceiling, up to 3650 days";
            tick(ui, &mut self.beyond_ceiling, beyond);
        }
    }

    fn days_error(&self) -> Option<&'static str> {
        let text = self.days.text.trim();
        let good = text.is_empty() || matches!(text.parse::<u32>(), Ok(1..=3650));
        (!good).then_some("Between 1 and 3650 days")
    }

    fn dialogs_ui(&mut self, ui: &Ui, id: RequestId, detail: &RequestDetail, wishes: &mut Wishes) {
        if let Some(consent) = self.consent.ui(ui.ctx(), &mut self.errand) {
            self.approve(id, Some(consent), wishes);
        }
        let Some(reason) = &mut self.rejecting else {
            return;
        };
        let consequences = [
            format!(
                "The request for {} is closed. Nothing is issued.",
                detail.row.name
            ),
            "Whoever made it can see the reason.".to_owned(),
        ];
        let dialog = Confirm {
            title: "Reject request",
            consequences: &consequences,
            verb: "Reject request",
            destroys: true,
        };
        let errand = &self.errand;
        let answer = dialog.show(ui.ctx(), |ui| {
            let look = Look {
                label: "Reason",
                example: "The name belongs to another team",
                ..Look::default()
            };
            reason.ui(ui, look, None);
            if let Some(refused) = errand.refused() {
                report::report(ui, refused);
            }
            !reason.text.trim().is_empty() && !errand.is_under_way()
        });
        match answer {
            Some(Answer::Go) => {
                let reason = reason.text.trim().to_owned();
                let command = RequestCommand::Reject { id, reason };
                self.errand.send(wishes, Command::Request(command));
            }
            Some(Answer::Leave) => self.rejecting = None,
            None => (),
        }
    }
}
