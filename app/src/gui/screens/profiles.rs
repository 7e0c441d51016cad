//! Profiles: those built in, and one's own copies of them, which can be changed and removed.

mod change;
mod detail;
mod dialogs;

use chancery_engine::api::{
    Area, Fact, ListProfiles, ProfileDetail, ProfileFact, ProfileName, ProfileRow, ShowProfile,
};
use egui::{Panel, Ui};

use super::{Desk, Screen, View, heading, page, page_of};
use crate::gui::model::Wishes;
use crate::gui::parts::errand::Errand;
use crate::gui::theme::{self, Tone, icons, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::{badge, button, empty_state, report, tree};
use change::Change;
use dialogs::Dialog;

#[derive(Default)]
pub(in crate::gui) struct Profiles {
    selected: Option<ProfileName>,
    list: Watched<ListProfiles>,
    detail: Watched<ShowProfile>,
    dialog: Option<Dialog>,
    /// Takes the place of the list while it is open.
    change: Option<Box<Change>>,
    errand: Errand,
}

/// What the person asks for with a button of this screen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Asked {
    Change,
    Copy,
    Remove,
}

impl Screen for Profiles {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let changed = desk.model.changed(Area::Profile);
        self.list.tend(desk.context, desk.client, changed);
        self.detail.tend(desk.context, desk.client, changed);
        match self.errand.tend(desk.model) {
            Some(Fact::Profile(ProfileFact::Copied { name, .. })) => {
                (self.dialog, self.selected) = (None, Some(name));
            }
            Some(Fact::Profile(ProfileFact::Removed { .. })) => {
                (self.dialog, self.selected) = (None, None);
            }
            Some(Fact::Profile(ProfileFact::Changed { .. })) => self.change = None,
            _ => (),
        }
        if self.selected.is_none()
            && let Some(rows) = self.list.shown()
        {
            self.selected = rows.first().map(|row| row.name.clone());
        }
    }

    fn ui(&mut self, ui: &mut Ui, _view: &View<'_>, wishes: &mut Wishes) {
        self.list.want(ui.ctx(), ListProfiles);
        if let Some(selected) = &self.selected {
            self.detail.want(ui.ctx(), ShowProfile(selected.clone()));
        }
        if let Some(change) = &mut self.change {
            if change.ui(ui, &mut self.errand, wishes) {
                self.change = None;
                self.errand.forget();
            }
            return;
        }
        let mut asked = self.heading_ui(ui);
        if let Some(failed) = self.list.failed() {
            report::report(ui, failed);
        }
        if self.list.shown().is_none() {
            return empty_state::loading(ui);
        }
        let wide = ui.available_width() >= size::DETAIL + size::DETAIL_MIN;
        if wide {
            Panel::right("profile")
                .default_size(size::DETAIL)
                .size_range(size::DETAIL_MIN..=size::DETAIL_MAX)
                .show(ui, |ui| {
                    let of = self.selected.clone();
                    page_of(ui, of, |ui| asked = self.detail_ui(ui).or(asked));
                });
        }
        page(ui, |ui| {
            let mut turned = false;
            let rows = self.list.shown().map_or(&[][..], Vec::as_slice);
            if let Some(chosen) = tree_ui(ui, rows, self.selected.as_ref()) {
                self.selected = Some(chosen);
                turned = true;
            }
            if !wide {
                ui.add_space(size::GAP_LARGE);
                if turned {
                    ui.scroll_to_cursor(Some(egui::Align::Center));
                }
                asked = self.detail_ui(ui).or(asked);
            }
        });
        if let Some(asked) = asked {
            self.open(asked);
        }
        if let Some(dialog) = &mut self.dialog
            && dialog.ui(ui.ctx(), &mut self.errand, wishes)
        {
            self.dialog = None;
            self.errand.forget();
        }
    }
}

impl Profiles {
    fn heading_ui(&self, ui: &mut Ui) -> Option<Asked> {
        let mut asked = None;
        // A copy of an authority's profile would be nobody's to issue with.
        let may_copy = self.detail().is_some_and(|shown| !shown.row.is_authority);
        heading(ui, "Profiles", |ui| {
            if button::primary(ui, "Copy profile…", may_copy).clicked() {
                asked = Some(Asked::Copy);
            }
        });
        asked
    }

    /// The answer about the one that is selected.
    fn detail(&self) -> Option<&ProfileDetail> {
        let shown = self.detail.shown()?;
        (Some(&shown.row.name) == self.selected.as_ref()).then_some(shown)
    }

    fn detail_ui(&self, ui: &mut Ui) -> Option<Asked> {
        if let Some(failed) = self.detail.failed() {
            report::report(ui, failed);
        }
        match self.detail() {
            Some(shown) => detail::detail(ui, shown),
            None => {
                empty_state::loading(ui);
                None
            }
        }
    }

    fn open(&mut self, asked: Asked) {
        self.errand.forget();
        let Some(shown) = self.detail() else {
            return;
        };
        match asked {
            Asked::Change => self.change = Some(Box::new(Change::of(shown))),
            Asked::Copy => self.dialog = Some(Dialog::copy(shown.row.name.clone())),
            Asked::Remove => self.dialog = Some(Dialog::Remove(shown.row.name.clone())),
        }
    }
}

/// Copies stand below what they are copies of.
fn tree_ui(
    ui: &mut Ui,
    rows: &[ProfileRow],
    selected: Option<&ProfileName>,
) -> Option<ProfileName> {
    let place_of = |name: &ProfileName| rows.iter().position(|row| row.name == *name);
    let arranged = tree::arrange(rows, |row| row.copy_of.as_ref().and_then(place_of));
    let chosen = tree::tree(
        ui,
        &arranged,
        selected.and_then(place_of),
        |place| format!("Profile {}", rows[place].name),
        |ui, place| row_ui(ui, &rows[place]),
    );
    chosen.place.map(|place| rows[place].name.clone())
}

fn row_ui(ui: &mut Ui, row: &ProfileRow) {
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.with_layout(layout, |ui| {
        match row.copy_of {
            Some(_) => badge::badge(ui, Tone::Info, icons::COPY, "Your own"),
            None => badge::badge(ui, Tone::Off, icons::LOCK, "Built in"),
        };
        if ui.available_width() > 300.0 {
            let days = format!("{} days", row.default_days);
            ui.label(theme::soft(ui, days));
        }
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.with_layout(layout, |ui| {
            let title = theme::strong(ui, row.title.as_str());
            ui.add(egui::Label::new(title).truncate())
                .on_hover_text(row.purpose.as_str());
            ui.label(theme::soft(ui, row.name.as_str()));
        });
    });
}
