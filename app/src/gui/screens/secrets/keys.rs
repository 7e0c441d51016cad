//! Every key in the vault: what for, who may use it, when it was used last.

use chancery_engine::api::{Custody, KeyId, KeyRow, KeyUse, ListKeys, Revision, ShowKey};
use egui::{Panel, Ui};

use super::key;
use crate::gui::model::Wishes;
use crate::gui::parts::time;
use crate::gui::screens::{Desk, View, page_of};
use crate::gui::theme::{self, icons, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::table::{Column, Rows, Shape, Table};
use crate::gui::widgets::{empty_state, filter, modal, report};

#[derive(Default)]
pub(super) struct Keys {
    list: Watched<ListKeys>,
    detail: Watched<ShowKey>,
    selected: Option<KeyId>,
    /// Which one the place has named.
    named: Option<KeyId>,
    /// In a window too narrow for the panel, the detail is a dialog.
    detail_open: bool,
    text: String,
    kind: Option<Kind>,
    table: Table,
}

/// What keys are for, as one narrows by it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Authorities,
    Certificates,
    Accounts,
    Audit,
}

impl Keys {
    /// Once for each time that a place names it: from then on the person selects.
    pub(super) fn select(&mut self, key: KeyId) {
        if self.named != Some(key) {
            self.named = Some(key);
            self.selected = Some(key);
            self.kind = None;
            self.text.clear();
        }
    }

    pub(super) fn named_no_more(&mut self) {
        self.named = None;
    }

    pub(super) fn tend(&mut self, desk: &mut Desk<'_>, changed: Revision) {
        self.list.tend(desk.context, desk.client, changed);
        self.detail.tend(desk.context, desk.client, changed);
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        self.list.want(ui.ctx(), ListKeys);
        if let Some(selected) = self.selected {
            self.detail.want(ui.ctx(), ShowKey(selected));
        }
        if let Some(failed) = self.list.failed() {
            report::report(ui, failed);
        }
        let Some(rows) = self.list.shown() else {
            empty_state::loading(ui);
            return;
        };
        let found = self.found(rows);
        toolbar_ui(ui, (&mut self.text, &mut self.kind), found.len());
        if found.is_empty() {
            let asked = self.text.clone();
            if empty_state::no_match(ui, &asked) {
                (self.text, self.kind) = (String::new(), None);
            }
            return;
        }
        let wide = ui.available_width() >= size::DETAIL_MIN + WIDE;
        if wide && self.selected.is_some() {
            Panel::right("key")
                .default_size(size::DETAIL_MIN)
                .size_range(size::DETAIL_MIN..=size::DETAIL_MAX)
                .show(ui, |ui| {
                    page_of(ui, self.selected, |ui| self.detail_ui(ui, view, wishes));
                });
        }
        self.table_ui(ui, &found, view);
        self.dialog_ui(ui, wide, view, wishes);
    }

    /// The keys that the filters leave.
    fn found(&self, rows: &[KeyRow]) -> Vec<KeyRow> {
        let text = self.text.trim().to_lowercase();
        let matches = |row: &&KeyRow| {
            self.kind.is_none_or(|kind| kind == kind_of(row.used_for))
                && (row.name.to_lowercase().contains(&text)
                    || row.fingerprint.to_string().contains(&text)
                    || row.id.to_string() == text)
        };
        rows.iter().filter(matches).cloned().collect()
    }

    fn table_ui(&mut self, ui: &mut Ui, found: &[KeyRow], view: &View<'_>) {
        let rows = Listed {
            rows: found,
            selected: self.selected,
            view,
        };
        let shape = Shape {
            name: "Keys",
            columns: COLUMNS,
            sorted: None,
            total: found.len() as u64,
        };
        let output = self.table.ui(ui, &shape, &rows);
        let id_at = |row| rows.at(row).map(|row| row.id);
        self.selected = output.selected.and_then(id_at).or(self.selected);
        if let Some(opened) = output.opened.and_then(id_at) {
            self.selected = Some(opened);
            self.detail_open = true;
        }
    }

    fn dialog_ui(&mut self, ui: &Ui, wide: bool, view: &View<'_>, wishes: &mut Wishes) {
        if wide {
            self.detail_open = false;
        }
        if !self.detail_open {
            return;
        }
        let context = ui.ctx().clone();
        let mut closed = false;
        let left = modal::show(&context, "Key", |ui| {
            self.detail_ui(ui, view, wishes);
            modal::buttons(ui, |ui| closed = ui.button("Close").clicked());
        });
        if left || closed || wishes.go.is_some() {
            self.detail_open = false;
        }
    }

    fn detail_ui(&self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        if let Some(failed) = self.detail.failed() {
            report::report(ui, failed);
        }
        match self.detail.shown() {
            Some(shown) if Some(shown.row.id) == self.selected => {
                key::detail(ui, shown, view, wishes);
            }
            _ => empty_state::loading(ui),
        }
    }
}

fn toolbar_ui(ui: &mut Ui, (text, kind): (&mut String, &mut Option<Kind>), count: usize) {
    ui.horizontal_wrapped(|ui| {
        filter::search(ui, text, "Name or fingerprint");
        for (own, word) in [
            (Kind::Authorities, "Authorities"),
            (Kind::Certificates, "Certificates"),
            (Kind::Accounts, "Accounts"),
            (Kind::Audit, "Audit"),
        ] {
            let on = *kind == Some(own);
            if filter::chip(ui, on, word) {
                *kind = (!on).then_some(own);
            }
        }
        let words = match count {
            1 => "1 key".to_owned(),
            _ => format!("{count} keys"),
        };
        ui.label(theme::soft(ui, words));
    });
    ui.add_space(size::GAP_SMALL);
}

const fn kind_of(used_for: KeyUse) -> Kind {
    match used_for {
        KeyUse::Audit => Kind::Audit,
        KeyUse::Authority(_) => Kind::Authorities,
        KeyUse::AcmeAccount(_) => Kind::Accounts,
        _ => Kind::Certificates,
    }
}

struct Listed<'a> {
    rows: &'a [KeyRow],
    selected: Option<KeyId>,
    view: &'a View<'a>,
}

impl Listed<'_> {
    fn at(&self, row: u64) -> Option<&KeyRow> {
        self.rows.get(usize::try_from(row).ok()?)
    }
}

impl Rows for Listed<'_> {
    fn name(&self, row: u64) -> Option<String> {
        self.at(row).map(|row| format!("Key {}", key::title(row)))
    }

    fn is_selected(&self, row: u64) -> bool {
        let id = self.at(row).map(|row| row.id);
        id.is_some() && id == self.selected
    }

    fn cell(&self, ui: &mut Ui, row: u64, column: usize) {
        let Some(row) = self.at(row) else {
            return;
        };
        let plain = |ui: &mut Ui, text: &str| drop(ui.add(egui::Label::new(text).truncate()));
        match column {
            0 => {
                let name = theme::strong(ui, key::title(row));
                ui.add(egui::Label::new(name).truncate());
            }
            1 => plain(ui, key::purpose(row.used_for)),
            2 => plain(ui, &custody(row.custody.as_ref(), self.view)),
            3 => match &row.last_use {
                Some(last) => drop(time::moment(ui, self.view.now, last.at)),
                None => drop(ui.label(theme::soft(ui, "never"))),
            },
            4 => plain(ui, row.key_type.title()),
            _ => drop(time::moment(ui, self.view.now, row.created)),
        }
    }
}

/// Who may use it, in the fewest words.
fn custody(custody: Option<&Custody>, view: &View<'_>) -> String {
    match custody {
        Some(Custody::Unattended(grant)) => {
            let end = grant
                .until
                .map_or(String::new(), |end| match end <= view.now {
                    true => ", ended".to_owned(),
                    false => format!(" until {}", time::date(end)),
                });
            format!("{} Alone{end}", icons::GRANT)
        }
        Some(_) => format!("{} With the passphrase", icons::LOCK),
        None => format!("{} Everyday", icons::VAULT),
    }
}

/// `59 minutes ago`.
const MOMENT: f32 = 128.0;

/// The least width of the table beside the panel.
const WIDE: f32 = 520.0;

const COLUMNS: &[Column] = &[
    column("Name", 0.0, false),
    column("For", 100.0, false),
    column("Custody", 190.0, false),
    column("Last use", MOMENT, true),
    column("Kind", 110.0, false),
    column("Made", MOMENT, true),
];

const fn column(title: &'static str, width: f32, right: bool) -> Column {
    Column {
        title,
        width,
        right,
        sortable: false,
    }
}
