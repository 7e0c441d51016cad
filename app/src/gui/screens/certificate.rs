//! One certificate: who it is, how long it lasts, its chain, its key, and its text.

mod renewal;
mod revoke_public;

use chancery_engine::api::{
    Area, CertificateCommand, CertificateDetail, CertificateFact, CertificateFormat, CertificateId,
    CertificateKey, CertificateRow, CertificateStatus, Command, CrlRow, Fact, ListCrls, Revocation,
    Selection, ShowCertificate,
};
use egui::Ui;

use super::certificates::key_badge;
use super::{Desk, Screen, View, heading, page, section};
use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::export::{ExportDialog, KeyPlace};
use crate::gui::parts::release::ReleaseDialog;
use crate::gui::parts::revoke::{RevokeDialog, Target};
use crate::gui::parts::validity_bar::validity_bar;
use crate::gui::parts::{chain_view, description_view, digits, status, time};
use crate::gui::theme::{self, Tone};
use crate::gui::watched::Watched;
use crate::gui::widgets::fold::fold;
use crate::gui::widgets::{alert, badge, button, empty_state, facts, report};
use renewal::Renewal;

#[derive(Default)]
pub(in crate::gui) struct Certificate {
    id: Option<CertificateId>,
    detail: Watched<ShowCertificate>,
    export: ExportDialog<CertificateFormat>,
    revoke: RevokeDialog,
    release: ReleaseDialog,
    renewal: Renewal,
    lists: Watched<ListCrls>,
    errand: Errand,
}

impl Certificate {
    pub(in crate::gui) fn turn_to(&mut self, id: CertificateId) {
        if self.id != Some(id) {
            *self = Self {
                id: Some(id),
                ..Self::default()
            };
        }
    }
}

impl Screen for Certificate {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let changed = desk.model.changed(Area::Certificate);
        let changed = changed.max(desk.model.changed(Area::Revocation));
        self.revoke.tend(desk);
        self.release.tend(desk.model);
        self.renewal.tend(desk);
        self.detail.tend(desk.context, desk.client, changed);
        self.lists.tend(desk.context, desk.client, changed);
        self.export.tend(desk.model);
        if let Some(Fact::Certificate(CertificateFact::Exported { .. })) =
            self.errand.tend(desk.model)
        {
            self.export.close();
        }
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        let Some(id) = self.id else {
            return;
        };
        self.detail.want(ui.ctx(), ShowCertificate(id));
        self.renewal.want(ui, id);
        let Some(detail) = self.detail.shown().filter(|detail| detail.row.id == id) else {
            heading(ui, "Certificate", |_| ());
            match self.detail.failed() {
                Some(failed) => report::report(ui, failed),
                None => empty_state::loading(ui),
            }
            return;
        };
        let (mut exporting, mut revoking, mut releasing) = (false, false, false);
        let title = detail.row.name.clone();
        let issued = detail.row.status != CertificateStatus::PossiblyIssued;
        heading(ui, &title, |ui| {
            exporting = button::primary(ui, "Export…", issued).clicked();
            if may_be_revoked(detail.row.status) {
                revoking = ui.button("Revoke…").clicked();
            }
            if detail.row.status == CertificateStatus::OnHold {
                releasing = ui.button("Release from hold…").clicked();
            }
        });
        let is_ours = detail.row.issuer_is_here && !self.renewal.is_public();
        if detail.row.revocation.is_some() && is_ours {
            self.lists.want(ui.ctx(), ListCrls);
        }
        let lists = self.lists.shown().map_or(&[][..], Vec::as_slice);
        let list = lists
            .iter()
            .find(|list| is_ours && list.authority == detail.row.issuer);
        let renewal = &mut self.renewal;
        page(ui, |ui| {
            contents_ui(ui, (detail, list), renewal, view, wishes);
        });
        if exporting {
            let key = match may_export_key(detail) {
                true => KeyPlace::Here,
                false => KeyPlace::OutOfReach,
            };
            self.errand.forget();
            self.export.ask(format!("Export {title}"), view.folder, key);
        }
        if revoking && self.renewal.is_public() {
            self.renewal.revoke.ask(detail);
        } else if revoking {
            let is_authority = is_authority(detail);
            self.revoke.ask(Target {
                name: title.clone(),
                what: Selection::Certificates(vec![id]),
                is_authority,
                to_type: is_authority.then(|| title.clone()),
            });
        }
        if releasing {
            self.release.ask(id, &title);
        }
        self.renewal.dialogs_ui(ui.ctx(), detail, view, wishes);
        self.revoke.ui(ui.ctx(), wishes);
        self.release.ui(ui.ctx(), wishes);
        if let Some(chosen) = self.export.ui(ui.ctx(), wishes, &mut self.errand) {
            let command = CertificateCommand::Export {
                id,
                folder: chosen.folder,
                file_name: chosen.file_name,
                form: chosen.form,
                with_key: chosen.with_key,
                password: chosen.password,
            };
            self.errand.send(wishes, Command::Certificate(command));
        }
    }
}

/// An authority's key never leaves the vault.
fn may_export_key(detail: &CertificateDetail) -> bool {
    let in_vault = matches!(detail.row.key, CertificateKey::Vault(_));
    in_vault && !is_authority(detail)
}

fn is_authority(detail: &CertificateDetail) -> bool {
    matches!(detail.row.profile.as_str(), "intermediate" | "root")
}

/// What has expired needs no list; what is revoked stays so.
const fn may_be_revoked(status: CertificateStatus) -> bool {
    !matches!(
        status,
        CertificateStatus::Expired | CertificateStatus::Revoked
    )
}

fn contents_ui(
    ui: &mut Ui,
    (detail, list): (&CertificateDetail, Option<&CrlRow>),
    renewal: &mut Renewal,
    view: &View<'_>,
    wishes: &mut Wishes,
) {
    let row = &detail.row;
    ui.horizontal_wrapped(|ui| {
        let (tone, icon, word) = status::certificate(row.status);
        badge::badge(ui, tone, icon, word);
        key_badge(ui, row.key);
    });
    if row.status == CertificateStatus::PossiblyIssued {
        let text = "The program ended between the decision to sign it and the record of the \
            signature. It may exist somewhere; it can be revoked.";
        alert::alert(ui, Tone::Due, "Possibly issued", text);
    }
    if let Some(revocation) = &row.revocation {
        revoked_ui(ui, revocation);
        if list.is_some_and(|list| !may_be_listed(revocation, list)) {
            unlisted_ui(ui, row, wishes);
        }
    }
    validity_bar(ui, view.now, row.not_before, row.not_after);
    if detail.effective_not_after < row.not_after {
        let end = time::absolute(detail.effective_not_after);
        let text = format!("An authority above it ends earlier, on {end}.");
        alert::alert(ui, Tone::Due, "Ends before its own date", &text);
    }
    renewal.ui(ui, detail, view, wishes);
    section(ui, "Identity");
    identity_ui(ui, detail, wishes);
    section(ui, "Chain");
    if let Some(authority) = chain_view::chain(ui, detail, view.now) {
        wishes.go(Place::Authorities(Some(authority)));
    }
    section(ui, "Key");
    key_ui(ui, detail, wishes);
    section(ui, "Contents");
    fold(ui, "Field by field", |ui| {
        description_view::description(ui, &detail.description)
    });
    pem_ui(ui, "PEM", &detail.pem);
    pem_ui(ui, "Chain, PEM", &detail.chain_pem);
}

fn revoked_ui(ui: &mut Ui, revocation: &Revocation) {
    let (tone, title) = match revocation.reason.is_hold() {
        true => (Tone::Due, "On hold"),
        false => (Tone::Bad, "Revoked"),
    };
    let since = revocation.invalid_since.map_or(String::new(), |since| {
        format!(" Not to be trusted since {}.", time::date(since))
    });
    let when = time::absolute(revocation.at);
    let text = format!("{}. On {when}.{since}", revocation.reason.meaning());
    alert::alert(ui, tone, title, &text);
}

/// Whether the newest list may have it: one that is older, while something is not listed, has not.
fn may_be_listed(revocation: &Revocation, list: &CrlRow) -> bool {
    let newest = list.newest.as_ref();
    newest.is_some_and(|newest| list.unlisted == 0 || newest.this_update >= revocation.at)
}

/// What nobody can see is not finished.
fn unlisted_ui(ui: &mut Ui, row: &CertificateRow, wishes: &mut Wishes) {
    let text = format!(
        "No list that {} has signed has it yet, so that nobody can see it.",
        row.issuer_name
    );
    alert::alert(ui, Tone::Due, "Not in the list yet", &text);
    if ui.button("Go to its list").clicked() {
        wishes.go(Place::Authorities(Some(row.issuer)));
    }
}

fn identity_ui(ui: &mut Ui, detail: &CertificateDetail, wishes: &mut Wishes) {
    let row = &detail.row;
    facts::facts(ui, "identity", |ui| {
        let names: Vec<String> = row.identifiers.iter().map(ToString::to_string).collect();
        if !names.is_empty() {
            facts::row(ui, "Names", &names.join("\n"));
        }
        facts::row_with(ui, "Issued by", |ui| {
            if !row.issuer_is_here {
                ui.label(row.issuer_name.as_str());
            } else if ui.link(row.issuer_name.as_str()).clicked() {
                wishes.go(Place::Authorities(Some(row.issuer)));
            }
        });
        facts::row(ui, "Issued", &time::absolute(detail.issued));
        facts::row(ui, "Profile", row.profile.as_str());
        digits::serial_row(ui, &row.serial);
        digits::fingerprint_row(ui, &row.fingerprint);
    });
}

fn key_ui(ui: &mut Ui, detail: &CertificateDetail, wishes: &mut Wishes) {
    facts::facts(ui, "key", |ui| {
        facts::row(ui, "Kind", &detail.row.key_title);
        match detail.row.key {
            CertificateKey::Vault(id) => {
                let place = match may_export_key(detail) {
                    true => "In the vault, sealed; it can be exported with the certificate",
                    false => "In the vault, sealed; it never leaves it",
                };
                facts::row(ui, "Where", place);
                facts::row_with(ui, "Reference", |ui| {
                    if ui
                        .link("Show the key")
                        .on_hover_text(id.to_string())
                        .clicked()
                    {
                        wishes.go(Place::Key(id));
                    }
                });
            }
            _ => {
                facts::row(
                    ui,
                    "Where",
                    "On the host that made the request; it has never been here",
                );
            }
        }
        if let Some(request) = detail.request {
            facts::row_with(ui, "Request", |ui| {
                if ui.link("Show the request").clicked() {
                    wishes.go(Place::Bench(request));
                }
            });
        }
    });
}

fn pem_ui(ui: &mut Ui, title: &str, pem: &str) {
    if pem.is_empty() {
        return;
    }
    fold(ui, title, |ui| {
        if ui
            .button(format!("Copy {}", title.replace("Chain,", "chain,")))
            .clicked()
        {
            ui.ctx().copy_text(pem.to_owned());
        }
        ui.label(theme::mono(pem));
    });
}
