//! The hierarchy as a tree, and everything about the authority that is selected.

mod crl;
mod detail;
mod dialogs;
mod install;
mod save_request;

use chancery_engine::api::{
    Area, AuthorityDetail, AuthorityId, AuthorityRow, Custody, ListAuthorities, ListCrls,
    ShowAuthority,
};
use egui::{Panel, Ui};

use super::{Desk, Screen, View, heading};
use crate::gui::action::Action;
use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::{status, time};
use crate::gui::theme::{self, icons, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::{badge, button, empty_state, report, tree};
use crl::CrlDialogs;
use dialogs::Dialogs;

#[derive(Default)]
pub(in crate::gui) struct Authorities {
    selected: Option<AuthorityId>,
    list: Watched<ListAuthorities>,
    detail: Watched<ShowAuthority>,
    lists: Watched<ListCrls>,
    dialogs: Dialogs,
    crl: CrlDialogs,
}

impl Authorities {
    pub(in crate::gui) fn select(&mut self, selected: Option<AuthorityId>) {
        self.selected = selected.or(self.selected);
    }

    /// The answer about the one that is selected.
    fn detail(&self) -> Option<&AuthorityDetail> {
        let detail = self.detail.shown()?;
        (Some(detail.row.id) == self.selected).then_some(detail)
    }
}

impl Screen for Authorities {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let changed = desk.model.changed(Area::Authority);
        self.list.tend(desk.context, desk.client, changed);
        self.detail.tend(desk.context, desk.client, changed);
        let changed = changed.max(desk.model.changed(Area::Revocation));
        self.lists.tend(desk.context, desk.client, changed);
        self.crl.tend(desk.model);
        self.dialogs.tend(desk.model, desk.wishes);
        if self.selected.is_none()
            && let Some(rows) = self.list.shown()
        {
            self.selected = rows.first().map(|row| row.id);
        }
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        self.list.want(ui.ctx(), ListAuthorities);
        self.lists.want(ui.ctx(), ListCrls);
        if let Some(selected) = self.selected {
            self.detail.want(ui.ctx(), ShowAuthority(selected));
        }
        heading(ui, "Authorities", |ui| {
            if button::primary(ui, Action::NewAuthority.text(), true).clicked() {
                wishes.go(Place::NewAuthority);
            }
            if ui.button(Action::Import.text()).clicked() {
                wishes.go(Place::Import);
            }
        });
        if let Some(failed) = self.list.failed() {
            report::report(ui, failed);
        }
        let Some(rows) = self.list.shown() else {
            empty_state::loading(ui);
            return;
        };
        if rows.is_empty() {
            let sentence = "There is no authority yet. A root comes first.";
            if empty_state::not_yet(ui, icons::AUTHORITIES, sentence, None) {
                wishes.go(Place::NewAuthority);
            }
            return;
        }
        let mut chosen = None;
        let wide = ui.available_width() >= size::DETAIL + size::DETAIL_MIN;
        if wide {
            Panel::right("authority")
                .default_size(size::DETAIL)
                .size_range(size::DETAIL_MIN..=size::DETAIL_MAX)
                .show(ui, |ui| {
                    super::page_of(ui, self.selected, |ui| self.detail_ui(ui, view, wishes))
                });
        }
        super::page(ui, |ui| {
            let rows = self.list.shown().map_or(&[][..], Vec::as_slice);
            chosen = tree_ui(ui, rows, self.selected, view);
            if !wide {
                ui.add_space(size::GAP_LARGE);
                self.detail_ui(ui, view, wishes);
            }
        });
        if let Some(chosen) = chosen {
            self.selected = Some(chosen);
            wishes.go(Place::Authorities(Some(chosen)));
        }
        let context = ui.ctx().clone();
        self.dialogs.ui(&context, wishes);
        self.crl.ui(&context, wishes);
    }
}

impl Authorities {
    fn detail_ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        if let Some(failed) = self.detail.failed() {
            report::report(ui, failed);
        }
        let Some(detail) = self.detail() else {
            empty_state::loading(ui);
            return;
        };
        let rows = self.lists.shown().map_or(&[][..], Vec::as_slice);
        let list = rows.iter().find(|row| Some(row.authority) == self.selected);
        let (detail, list) = (detail.clone(), list.cloned());
        let mut of_list = None;
        let asked = detail::detail(ui, &detail, view, wishes, |ui| {
            of_list = list.as_ref().and_then(|list| crl::unlisted_ui(ui, list));
        });
        if let Some(asked) = asked {
            let request = detail.request_pem.as_deref();
            self.dialogs.open(asked, &detail.row, request, view);
        }
        if let Some(list) = &list
            && let Some(asked) = crl::section_ui(ui, list, view).or(of_list)
        {
            self.crl.open(asked, list, &detail.row, view);
        }
    }
}

fn tree_ui(
    ui: &mut Ui,
    rows: &[AuthorityRow],
    selected: Option<AuthorityId>,
    view: &View<'_>,
) -> Option<AuthorityId> {
    let place_of = |id: AuthorityId| rows.iter().position(|row| row.id == id);
    let arranged = tree::arrange(rows, |row| row.parent.and_then(place_of));
    let chosen = tree::tree(
        ui,
        &arranged,
        selected.and_then(place_of),
        |place| rows[place].name.clone(),
        |ui, place| row_ui(ui, &rows[place], view),
    );
    chosen.place.map(|place| rows[place].id)
}

fn row_ui(ui: &mut Ui, row: &AuthorityRow, view: &View<'_>) {
    let tokens = theme::of(ui);
    let icon = match row.is_root {
        true => icons::ROOT,
        false => icons::AUTHORITIES,
    };
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.with_layout(layout, |ui| {
        let (tone, sign, word) = status::authority(row.state);
        badge::badge(ui, tone, sign, word);
        if ui.available_width() > 360.0 {
            ui.label(theme::soft(ui, custody(&row.custody)));
        }
        if let Some(end) = row.effective_not_after {
            let tone = row
                .not_before
                .map_or(theme::Tone::Off, |from| time::tone(view.now, from, end));
            let text = theme::toned(ui, tone, time::relative(view.now, end));
            ui.label(text).on_hover_text(time::absolute(end));
        }
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.with_layout(layout, |ui| {
            ui.label(theme::icon(icon).color(tokens.soft));
            let name = theme::strong(ui, &row.name);
            ui.add(
                egui::Label::new(name)
                    .truncate()
                    .show_tooltip_when_elided(false),
            )
            .on_hover_text(&row.subject);
        });
    });
}

/// Where the key is and what it takes to use it, in words.
pub(super) fn custody(custody: &Custody) -> String {
    match custody {
        Custody::Attended => format!("{} signs with the passphrase", icons::LOCK),
        Custody::Unattended(_) => format!("{} signs alone", icons::GRANT),
        Custody::Keyless => "its key is elsewhere".to_owned(),
        _ => String::new(),
    }
}
