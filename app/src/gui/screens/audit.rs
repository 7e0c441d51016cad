//! What happened, who did it, and how far the record is sealed and verified.

mod dialogs;

use chancery_engine::api::{
    Area, AuditCommand, AuditFilter, AuditRow, AuditState, AuditStateQuestion, Command, JobId,
    JobRow, JobState, ListAudit, ListJobs, Page, Step, SystemCommand, shown,
};
use egui::Ui;

use super::{Desk, Screen, View, heading};
use crate::gui::model::Wishes;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::{status, time};
use crate::gui::theme::{self, Tone, icons, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::report::sentence;
use crate::gui::widgets::table::{Column, Rows, Shape, Table};
use crate::gui::widgets::{alert, badge, button, empty_state, filter, progress, report};
use dialogs::{Asked, Dialogs};

#[derive(Default)]
pub(in crate::gui) struct Audit {
    filter: AuditFilter,
    first: u64,
    selected: Option<u64>,
    table: Table,
    list: Watched<ListAudit>,
    state: Watched<AuditStateQuestion>,
    jobs: Watched<ListJobs>,
    verify: Errand,
    dialogs: Dialogs,
    cancel: Errand,
    /// The running verification, and how far it said it was.
    running: Option<(JobId, Step)>,
}

impl Screen for Audit {
    fn logic(&mut self, desk: &mut Desk<'_>) {
        let changed = desk.model.changed(Area::Audit);
        self.list.tend(desk.context, desk.client, changed);
        self.state.tend(desk.context, desk.client, changed);
        let jobs = desk.model.changed(Area::System).max(changed);
        self.jobs.tend(desk.context, desk.client, jobs);
        self.verify.tend(desk.model);
        self.dialogs.tend(desk.model);
        self.cancel.tend(desk.model);
        let running = self.job().map(|job| (job.id, job.step));
        self.running = running.map(|(id, asked)| (id, desk.model.step(id).unwrap_or(asked)));
    }

    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        self.list.want(
            ui.ctx(),
            ListAudit {
                filter: self.filter.clone(),
                first: self.first,
                rows: PAGE,
            },
        );
        self.state.want(ui.ctx(), AuditStateQuestion);
        self.jobs.want(ui.ctx(), ListJobs);
        heading(ui, "Audit", |ui| self.actions_ui(ui, view, wishes));
        match (self.state.shown(), self.state.failed()) {
            (_, Some(failed)) => report::report(ui, failed),
            (Some(state), None) => {
                if let Some(sealed) = state_ui(ui, state, view) {
                    self.dialogs.accept_loss(sealed);
                }
            }
            (None, None) => (),
        }
        if let Some(refused) = self.verify.refused() {
            report::report(ui, refused);
        }
        if let Some((id, step)) = self.running {
            let doing = format!("Following the chain, {} of {} entries", step.done, step.of);
            if progress::progress(ui, &doing, !self.cancel.is_under_way()) {
                let command = Command::System(SystemCommand::CancelJob { id });
                self.cancel.send(wishes, command);
            }
        }
        self.filter_ui(ui);
        self.list_ui(ui, view);
        let context = ui.ctx().clone();
        self.dialogs.ui(&context, wishes);
    }
}

impl Audit {
    fn job(&self) -> Option<&JobRow> {
        let jobs = self.jobs.shown()?;
        jobs.iter().find(|job| job.state == JobState::Running)
    }

    fn actions_ui(&mut self, ui: &mut Ui, view: &View<'_>, wishes: &mut Wishes) {
        let idle = !self.verify.is_under_way() && self.running.is_none();
        if button::primary(ui, "Verify", idle)
            .on_hover_text("Follow the chain from its first entry")
            .clicked()
        {
            let command = Command::Audit(AuditCommand::Verify);
            self.verify.send(wishes, command);
        }
        if ui.available_width() < NARROW {
            let more = ui.menu_button("More", |ui| self.asks_ui(ui, view));
            more.response.on_hover_text("Checkpoint and export");
        } else {
            self.asks_ui(ui, view);
        }
    }

    fn asks_ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        for (text, asked, tooltip) in ASKS {
            if ui.button(*text).on_hover_text(*tooltip).clicked() {
                self.dialogs.open(*asked, view.folder);
            }
        }
    }

    fn filter_ui(&mut self, ui: &mut Ui) {
        let before = self.filter.clone();
        ui.horizontal_wrapped(|ui| {
            filter::search(ui, &mut self.filter.text, "Who, what, on what");
            for outcome in ["done", "refused", "failed"] {
                let on = self.filter.outcome == outcome;
                if filter::chip(ui, on, status::outcome(outcome).2) {
                    self.filter.outcome = match on {
                        true => String::new(),
                        false => outcome.to_owned(),
                    };
                }
            }
            if let Some(page) = self.list.shown() {
                ui.label(theme::soft(ui, count(page.total)));
            }
        });
        if self.filter != before {
            self.table.return_to_top();
            self.first = 0;
        }
        ui.add_space(size::GAP_SMALL);
    }

    fn list_ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        if let Some(failed) = self.list.failed() {
            report::report(ui, failed);
        }
        let Some(page) = self.list.shown() else {
            empty_state::loading(ui);
            return;
        };
        if page.total == 0 {
            if self.filter == AuditFilter::default() {
                empty_state::not_yet(ui, icons::AUDIT, "Nothing has happened yet.", None);
            } else if empty_state::no_match(ui, &asked(&self.filter)) {
                self.filter = AuditFilter::default();
            }
            return;
        }
        let rows = Entries {
            page,
            selected: self.selected,
            view,
        };
        let shape = Shape {
            name: "Audit entries",
            columns: COLUMNS,
            sorted: None,
            total: page.total,
        };
        let output = self.table.ui(ui, &shape, &rows);
        let sequence = |row| rows.at(row).map(|row| row.sequence);
        self.selected = output.selected.and_then(sequence).or(self.selected);
        self.first = super::certificates::first_of_page(output.in_sight.0);
    }
}

/// How far the record can be trusted, in sentences. The last entry that the vault has seen sealed,
/// where the person goes on without it.
fn state_ui(ui: &mut Ui, state: &AuditState, view: &View<'_>) -> Option<u64> {
    let mut accepted = None;
    if let Some(what) = &state.rolled_back {
        alert::alert(ui, Tone::Bad, "Entries are missing", &sentence(what));
        let sealed = state.vault_sealed_to;
        if sealed.is_some() && ui.button("There is no backup: accept the loss…").clicked() {
            accepted = sealed;
        }
    }
    ui.horizontal_wrapped(|ui| {
        let sealed = match (state.sealed_to, state.sealed_at) {
            (Some(to), at) => {
                let at = at.map_or(String::new(), |at| {
                    format!(", {}", time::relative(view.now, at))
                });
                (
                    Tone::Good,
                    icons::SHIELD,
                    format!("Sealed up to entry {to}{at}"),
                )
            }
            (None, _) => (Tone::Off, icons::SHIELD, "Not sealed yet".to_owned()),
        };
        badge::badge(ui, sealed.0, sealed.1, &sealed.2);
        let verified = match &state.last_verification {
            None => (Tone::Off, icons::CHECK, "Not verified yet".to_owned()),
            Some((at, found)) if found.faults.is_empty() => {
                let when = time::relative(view.now, *at);
                let words = format!(
                    "Complete up to entry {}, verified {when}",
                    found.complete_to
                );
                (Tone::Good, icons::DONE, words)
            }
            Some((_, found)) => {
                let words = format!("{} faults found", found.faults.len());
                (Tone::Bad, icons::FAILED, words)
            }
        };
        badge::badge(ui, verified.0, verified.1, &verified.2);
    });
    let faults = state
        .last_verification
        .iter()
        .flat_map(|(_, found)| &found.faults);
    for fault in faults.take(MOST_FAULTS) {
        ui.label(theme::toned(ui, Tone::Bad, sentence(fault)));
    }
    if state.sealed_to.is_none_or(|to| to < state.entries) {
        ui.label(theme::soft(ui, UNSEALED));
    }
    accepted
}

fn count(total: u64) -> String {
    match total {
        1 => "1 entry".to_owned(),
        _ => format!("{total} entries"),
    }
}

fn asked(filter: &AuditFilter) -> String {
    match (filter.text.as_str(), filter.outcome.as_str()) {
        ("", outcome) => outcome.to_owned(),
        (text, "") => text.to_owned(),
        (text, outcome) => format!("{text}, {outcome}"),
    }
}

struct Entries<'a> {
    page: &'a Page<AuditRow>,
    selected: Option<u64>,
    view: &'a View<'a>,
}

impl Entries<'_> {
    fn at(&self, row: u64) -> Option<&AuditRow> {
        let place = usize::try_from(row.checked_sub(self.page.first)?).ok()?;
        self.page.rows.get(place)
    }
}

impl Rows for Entries<'_> {
    fn name(&self, row: u64) -> Option<String> {
        let row = self.at(row)?;
        Some(format!(
            "Entry {}, {}, {}",
            row.sequence, row.action, row.outcome
        ))
    }

    fn is_selected(&self, row: u64) -> bool {
        let sequence = self.at(row).map(|row| row.sequence);
        sequence.is_some() && sequence == self.selected
    }

    fn cell(&self, ui: &mut Ui, row: u64, column: usize) {
        let Some(row) = self.at(row) else {
            return;
        };
        let mut text = |text: String| drop(ui.add(egui::Label::new(text).truncate()));
        match column {
            0 => text(row.sequence.to_string()),
            1 => {
                let (tone, icon, word) = status::outcome(&row.outcome);
                badge::status(ui, tone, icon, word);
            }
            2 => text(row.action.clone()),
            3 => text(sentence(&shown(&row.details))),
            4 => text(row.actor.to_string()),
            5 => text(
                row.resource
                    .as_ref()
                    .map_or(String::new(), |on| shown(&on.id).into_owned()),
            ),
            _ => drop(time::moment(ui, self.view.now, row.at)),
        }
    }
}

const PAGE: u16 = 256;
const MOST_FAULTS: usize = 5;
/// Where there is no room for more than one button beside the title.
const NARROW: f32 = 480.0;

const UNSEALED: &str = "Entries after the last checkpoint could be cut off without a trace. A checkpoint \
    file kept elsewhere shows that they were.";

const ASKS: &[(&str, Asked, &str)] = &[
    (
        "Checkpoint…",
        Asked::Checkpoint,
        "Sign the present end of the chain, and write that to a file to be kept elsewhere",
    ),
    (
        "Export…",
        Asked::Export,
        "Write every entry and checkpoint as JSON lines",
    ),
    (
        "Export key…",
        Asked::Key,
        "Write the public key that verifies checkpoints",
    ),
];

const COLUMNS: &[Column] = &[
    Column {
        title: "Entry",
        width: 64.0,
        right: true,
        sortable: false,
    },
    Column {
        title: "Outcome",
        width: 104.0,
        right: false,
        sortable: false,
    },
    Column {
        title: "Action",
        width: 152.0,
        right: false,
        sortable: false,
    },
    Column {
        title: "Details",
        width: 0.0,
        right: false,
        sortable: false,
    },
    Column {
        title: "Who",
        width: 96.0,
        right: false,
        sortable: false,
    },
    Column {
        title: "On",
        width: 140.0,
        right: false,
        sortable: false,
    },
    Column {
        title: "When",
        width: 120.0,
        right: true,
        sortable: false,
    },
];
