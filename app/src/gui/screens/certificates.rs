//! The inventory: filtered and sorted by the engine, one page of it at a time.

use chancery_engine::api::{
    Area, AuthorityId, CertificateFilter, CertificateId, CertificateKey, CertificateRow,
    CertificateStatus, ListAuthorities, ListCertificates, Page, Selection, Sort,
};
use egui::{Panel, Ui};

use super::{Desk, Screen, View, heading};
use crate::gui::action::Action;
use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::revoke::{RevokeDialog, Target};
use crate::gui::parts::validity_bar::validity_bar;
use crate::gui::parts::{digits, names, status, time};
use crate::gui::theme::{self, Tone, icons, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::table::{Column, Rows, Shape, Table};
use crate::gui::widgets::{badge, button, empty_state, facts, filter, report};

#[derive(Default)]
pub(in crate::gui) struct Certificates {
    filter: CertificateFilter,
    sort: Sort,
    descending: bool,
    first: u64,
    selected: Option<CertificateId>,
    table: Table,
    revoke: RevokeDialog,
    list: Watched<ListCertificates>,
    authorities: Watched<ListAuthorities>,
}

impl Screen for Certificates {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let changed = desk.model.changed(Area::Certificate);
        let changed = changed.max(desk.model.changed(Area::Revocation));
        self.revoke.tend(desk);
        self.list.tend(desk.context, desk.client, changed);
        let changed = desk.model.changed(Area::Authority);
        self.authorities.tend(desk.context, desk.client, changed);
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        self.list.want(
            ui.ctx(),
            ListCertificates {
                filter: self.filter.clone(),
                sort: self.sort,
                descending: self.descending,
                first: self.first,
                rows: PAGE,
            },
        );
        self.authorities.want(ui.ctx(), ListAuthorities);
        heading(ui, "Certificates", |ui| {
            if button::primary(ui, Action::Issue.text(), true).clicked() {
                wishes.go(Place::Issue);
            }
        });
        if let Some(failed) = self.list.failed() {
            report::report(ui, failed);
        }
        let Some(total) = self.list.shown().map(|page| page.total) else {
            empty_state::loading(ui);
            return;
        };
        let everything = self.filter == CertificateFilter::default();
        if total == 0 && everything {
            self.nothing_ui(ui);
            return;
        }
        self.toolbar_ui(ui, total);
        if total == 0 {
            if empty_state::no_match(ui, &self.asked()) {
                self.filter = CertificateFilter::default();
            }
            return;
        }
        if let Some(row) = self.selected_row().cloned()
            && ui.available_width() >= size::DETAIL_MIN + WIDE
        {
            Panel::right("certificate")
                .default_size(size::DETAIL_MIN)
                .size_range(size::DETAIL_MIN..=size::DETAIL_MAX)
                .show(ui, |ui| {
                    super::page_of(ui, row.id, |ui| side_ui(ui, &row, view, wishes))
                });
        }
        self.table_ui(ui, view, wishes);
        self.revoke.ui(ui.ctx(), wishes);
    }
}

impl Certificates {
    fn nothing_ui(&self, ui: &mut Ui) {
        let any_authority = self.authorities.shown().is_none_or(|rows| !rows.is_empty());
        let sentence = match any_authority {
            true => "Nothing has been issued yet.",
            false => "Nothing has been issued yet. An authority comes first.",
        };
        empty_state::not_yet(ui, icons::CERTIFICATE, sentence, None);
    }

    fn toolbar_ui(&mut self, ui: &mut Ui, total: u64) {
        let before = self.filter.clone();
        ui.horizontal_wrapped(|ui| {
            filter::search(ui, &mut self.filter.text, "Name, serial or fingerprint");
            for status in [
                CertificateStatus::Active,
                CertificateStatus::Expiring,
                CertificateStatus::Expired,
                CertificateStatus::OnHold,
                CertificateStatus::Revoked,
                CertificateStatus::PossiblyIssued,
            ] {
                let on = self.filter.status == Some(status);
                if filter::chip(ui, on, status::certificate(status).2) {
                    self.filter.status = (!on).then_some(status);
                }
            }
            self.issuer_ui(ui);
            ui.label(theme::soft(ui, count(total)));
            if total > 0 && may_be_revoked_at_once(&before) && ui.button("Revoke these…").clicked()
            {
                self.revoke.ask(Target {
                    name: count(total),
                    what: Selection::Matching {
                        filter: before.clone(),
                        authorities: false,
                    },
                    is_authority: false,
                    to_type: Some(format!("revoke {total}")),
                });
            }
        });
        if self.filter != before {
            self.table.return_to_top();
            self.first = 0;
        }
        ui.add_space(size::GAP_SMALL);
    }

    fn issuer_ui(&mut self, ui: &mut Ui) {
        let rows = self.authorities.shown().map_or(&[][..], Vec::as_slice);
        if rows.len() < 2 {
            return;
        }
        let chosen = &mut self.filter.authority;
        let name = |id: &AuthorityId| rows.iter().find(|row| row.id == *id);
        let words = chosen.as_ref().and_then(name);
        let words = words.map_or("Every authority", |row| row.name.as_str());
        let shown = egui::ComboBox::from_id_salt("issuer")
            .selected_text(words.to_owned())
            .show_ui(ui, |ui| {
                ui.selectable_value(chosen, None, "Every authority");
                for row in rows {
                    ui.selectable_value(chosen, Some(row.id), row.name.as_str());
                }
            });
        shown
            .response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, "Issued by"));
    }

    fn table_ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        let Some(page) = self.list.shown() else {
            return;
        };
        let rows = Inventory {
            page,
            selected: self.selected,
            view,
        };
        let sorted = SORTS.iter().find(|(_, sort)| *sort == self.sort);
        let shape = Shape {
            name: "Certificates",
            columns: COLUMNS,
            sorted: sorted.map(|(column, _)| (*column, self.descending)),
            total: page.total,
        };
        let output = self.table.ui(ui, &shape, &rows);
        let id_at = |row| rows.at(row).map(|row| row.id);
        let (selected, opened) = (
            output.selected.and_then(id_at),
            output.opened.and_then(id_at),
        );
        self.first = first_of_page(output.in_sight.0);
        self.selected = selected.or(self.selected);
        if let Some(id) = opened {
            wishes.go(Place::Certificate(id));
        }
        let sort = output
            .sort
            .and_then(|column| SORTS.iter().find(|(own, _)| *own == column));
        if let Some((_, sort)) = sort {
            self.descending = self.sort == *sort && !self.descending;
            self.sort = *sort;
            self.table.return_to_top();
            self.first = 0;
        }
    }

    fn selected_row(&self) -> Option<&CertificateRow> {
        let page = self.list.shown()?;
        page.rows.iter().find(|row| Some(row.id) == self.selected)
    }

    fn asked(&self) -> String {
        let status = self
            .filter
            .status
            .map(|status| status::certificate(status).2);
        match (self.filter.text.as_str(), status) {
            ("", Some(status)) => status.to_owned(),
            (text, Some(status)) => format!("{text}, {}", status.to_lowercase()),
            (text, None) => text.to_owned(),
        }
    }
}

/// The page to ask for when this row is the first in sight: in blocks, so that a small scroll asks
/// nothing new.
pub(super) const fn first_of_page(first_in_sight: u64) -> u64 {
    first_in_sight.saturating_sub(BLOCK) / BLOCK * BLOCK
}

fn side_ui(ui: &mut Ui, row: &CertificateRow, view: &View<'_>, wishes: &mut Wishes) {
    ui.label(theme::section(ui, &row.name));
    ui.horizontal_wrapped(|ui| {
        let (tone, icon, word) = status::certificate(row.status);
        badge::badge(ui, tone, icon, word);
        key_badge(ui, row.key);
    });
    validity_bar(ui, view.now, row.not_before, row.not_after);
    if ui.button("Open certificate").clicked() {
        wishes.go(Place::Certificate(row.id));
    }
    facts::facts(ui, "certificate facts", |ui| {
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
        facts::row(ui, "Profile", row.profile.as_str());
        facts::row(ui, "Key", &row.key_title);
        digits::serial_row(ui, &row.serial);
        digits::fingerprint_row(ui, &row.fingerprint);
    });
}

/// Whose the private key is, so that the two kinds are never mixed up.
pub(super) fn key_badge(ui: &mut Ui, key: CertificateKey) {
    match key {
        CertificateKey::Vault(_) => badge::badge(ui, Tone::Info, icons::VAULT, "Key in the vault")
            .on_hover_text("The private key was made here and is kept in the vault"),
        _ => badge::badge(ui, Tone::Off, icons::ENDPOINT, "Key on its host")
            .on_hover_text("The private key never left the host that made the request"),
    };
}

/// Only what was narrowed down: nobody means everything there is.
fn may_be_revoked_at_once(filter: &CertificateFilter) -> bool {
    let narrowed = !filter.text.trim().is_empty() || filter.authority.is_some();
    narrowed && filter.status != Some(CertificateStatus::Revoked)
}

fn count(total: u64) -> String {
    match total {
        1 => "1 certificate".to_owned(),
        _ => format!("{} certificates", grouped(total)),
    }
}

/// `12 340`: thousands apart, by a space that does not break.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut words = String::with_capacity(digits.len() + 4);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            words.push('\u{a0}');
        }
        words.push(digit);
    }
    words
}

struct Inventory<'a> {
    page: &'a Page<CertificateRow>,
    selected: Option<CertificateId>,
    view: &'a View<'a>,
}

impl Inventory<'_> {
    fn at(&self, row: u64) -> Option<&CertificateRow> {
        let place = usize::try_from(row.checked_sub(self.page.first)?).ok()?;
        self.page.rows.get(place)
    }
}

impl Rows for Inventory<'_> {
    fn name(&self, row: u64) -> Option<String> {
        self.at(row).map(|row| format!("Certificate {}", row.name))
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
                let (tone, icon, word) = status::certificate(row.status);
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
            2 => drop(time::moment(ui, self.view.now, row.not_after)),
            3 => drop(ui.add(egui::Label::new(&row.issuer_name).truncate())),
            4 => {
                let icon = match row.key {
                    CertificateKey::Vault(_) => icons::VAULT,
                    _ => icons::ENDPOINT,
                };
                let text = format!("{icon} {}", row.key_title);
                ui.add(egui::Label::new(text).truncate());
            }
            _ => {
                let text = theme::mono(middle_cut(&row.serial.to_string()));
                ui.add(egui::Label::new(text).extend())
                    .on_hover_text(row.serial.grouped());
            }
        }
    }
}

/// `0123…cdef`: both ends tell serials apart better than the beginning alone.
fn middle_cut(text: &str) -> String {
    match text.len() {
        0..=12 => text.to_owned(),
        length => format!("{}…{}", &text[..6], &text[length - 5..]),
    }
}

const PAGE: u16 = 256;
const BLOCK: u64 = 64;
/// The least width of the table beside the panel.
const WIDE: f32 = 520.0;

/// Which columns can be sorted by, and how the engine calls that.
const SORTS: &[(usize, Sort)] = &[(1, Sort::Name), (2, Sort::Expiry), (3, Sort::Issuer)];

/// What matters least stands last, since that goes first where there is no room.
const COLUMNS: &[Column] = &[
    Column {
        title: "Status",
        width: 140.0,
        right: false,
        sortable: false,
    },
    Column {
        title: "Name",
        width: 0.0,
        right: false,
        sortable: true,
    },
    Column {
        title: "Expires",
        width: 132.0,
        right: true,
        sortable: true,
    },
    Column {
        title: "Issuer",
        width: 180.0,
        right: false,
        sortable: true,
    },
    Column {
        title: "Key",
        width: 132.0,
        right: false,
        sortable: false,
    },
    Column {
        title: "Serial",
        width: 124.0,
        right: false,
        sortable: false,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_serial_shows_both_its_ends() {
        assert_eq!(middle_cut("0abc"), "0abc");
        assert_eq!(middle_cut("0123456789abcdef"), "012345…bcdef");
    }

    #[test]
    fn a_count_is_grouped_by_thousands() {
        assert_eq!(count(1), "1 certificate");
        assert_eq!(count(1_000_000), "1\u{a0}000\u{a0}000 certificates");
    }

    #[test]
    fn a_small_scroll_asks_for_the_same_page() {
        assert_eq!(first_of_page(0), 0);
        assert_eq!(first_of_page(100), 0);
        assert_eq!(first_of_page(130), 64);
        assert_eq!(first_of_page(190), 64);
    }
}
