//! What stands around the screens: rail, top bar, status line; and the doors before them.

pub(super) mod ended;
pub(super) mod jobs;
pub(super) mod search;
pub(super) mod warnings;

use chancery_engine::api::{Area, HealthQuestion, VaultState};
use egui::{Align, CentralPanel, Layout, Margin, Panel, Role, Sense, Ui, WidgetInfo, vec2};

use super::action::Action;
use super::app::{Frame, Window};
use super::remember::Theme;
use super::screens::{Desk, View};
use super::theme::{self, Tone, icons, size};
use super::widgets::report::{remedy, sentence};
use super::widgets::{button, empty_state, report};

impl Frame {
    pub(super) fn logic(&mut self, desk: &mut Desk<'_>) {
        let changed = [
            Area::Acme,
            Area::System,
            Area::Request,
            Area::Authority,
            Area::Certificate,
        ]
        .map(|area| desk.model.changed(area));
        let changed = changed.into_iter().max().unwrap_or_default();
        self.health.want(desk.context, HealthQuestion);
        self.health.tend(desk.context, desk.client, changed);
        self.search.logic(desk);
        self.jobs.logic(desk);
        self.warnings.logic(desk);
        self.ended.logic(desk, &mut self.toasts);
        self.locking.tend(desk.model);
    }
}

impl Window {
    pub(super) fn draw(&mut self, ui: &mut Ui) {
        match self.state() {
            _ if self.doors.first_run.is_under_way() => self.first_run_ui(ui),
            None => self.waiting_ui(ui),
            Some(VaultState::Absent) => self.first_run_ui(ui),
            Some(VaultState::Locked) => self.unlock_ui(ui),
            Some(VaultState::Unlocked) => self.open_ui(ui),
        }
        if !self.wishes.is_empty() {
            ui.ctx().request_repaint(); // So that `logic` carries them out now.
        }
    }

    fn first_run_ui(&mut self, ui: &mut Ui) {
        self.bare(ui, |window, ui| {
            let view = View {
                now: window.now(),
                folder: &window.remembered.folder,
                here: &window.here,
            };
            let status = window.doors.status.shown();
            let vault = status.and_then(|status| status.id.as_deref());
            let first_run = &mut window.doors.first_run;
            first_run.ui(ui, &view, vault, &mut window.wishes);
        });
    }

    fn unlock_ui(&mut self, ui: &mut Ui) {
        self.bare(ui, |window, ui| {
            if let Some(status) = window.doors.status.shown() {
                window.doors.unlock.ui(ui, status, &mut window.wishes);
            }
        });
    }

    fn waiting_ui(&mut self, ui: &mut Ui) {
        self.bare(ui, |window, ui| {
            match window.model.stopped().or(window.doors.status.failed()) {
                Some(failed) => report::report(ui, failed),
                None => empty_state::loading(ui),
            }
        });
    }

    /// Without rail and search: only what is before the lock, and the theme.
    fn bare(&mut self, ui: &mut Ui, add: impl FnOnce(&mut Self, &mut Ui)) {
        if Action::pressed(ui.ctx()) == Some(Action::Theme) {
            self.act(Action::Theme);
        }
        let fill = theme::of(ui).ground;
        let frame = egui::Frame::new().fill(fill).inner_margin(Margin::same(16));
        CentralPanel::default().frame(frame).show(ui, |ui| {
            ui.with_layout(Layout::right_to_left(Align::TOP), |ui| self.theme_ui(ui));
            if let Some(stopped) = self.model.stopped() {
                report::report(ui, stopped);
            }
            add(self, ui);
        });
    }

    fn open_ui(&mut self, ui: &mut Ui) {
        if let Some(action) = Action::pressed(ui.ctx()) {
            self.act(action);
        }
        let tokens = theme::of(ui);
        let bar = egui::Frame::new().fill(tokens.panel);
        let status = bar.inner_margin(Margin::symmetric(12, 0));
        Panel::bottom("status line")
            .exact_size(size::STATUS_LINE)
            .frame(status)
            .show(ui, |ui| self.status_ui(ui));
        Panel::top("top bar")
            .exact_size(size::TOP_BAR)
            .frame(bar.inner_margin(Margin::symmetric(8, 0)))
            .show(ui, |ui| self.top_ui(ui));
        let window = ui.ctx().content_rect().width();
        if window >= NO_RAIL_BELOW {
            let narrow = self.remembered.narrow_rail || window < NARROW_RAIL_BELOW;
            let width = match narrow {
                true => size::RAIL_NARROW,
                false => size::RAIL,
            };
            Panel::left("rail")
                .exact_size(width)
                .resizable(false)
                .frame(bar.inner_margin(Margin::symmetric(8, 8)))
                .show(ui, |ui| self.rail_ui(ui, narrow));
        }
        let main = egui::Frame::new()
            .fill(tokens.ground)
            .inner_margin(Margin::symmetric(16, 12));
        CentralPanel::default().frame(main).show(ui, |ui| {
            if let Some(stopped) = self.model.stopped() {
                report::report(ui, stopped);
            }
            let view = View {
                now: self.now(),
                folder: &self.remembered.folder,
                here: &self.here,
            };
            let here = self.frame.navigation.here();
            ui.push_id(self.frame.navigation.visit(), |ui| {
                self.screens.at(here).ui(ui, &view, &mut self.wishes);
            });
        });
        if let Some(action) = self.frame.search.ui(ui.ctx(), &mut self.wishes) {
            self.act(action);
        }
        self.frame.toasts.ui(ui.ctx());
    }

    fn rail_ui(&mut self, ui: &mut Ui, narrow: bool) {
        ui.spacing_mut().item_spacing.y = 2.0;
        let here = self.frame.navigation.here().home();
        let waiting = self
            .frame
            .health
            .shown()
            .map_or(0, |health| health.pending_requests);
        for action in RAIL {
            let count = match action {
                Action::Requests => waiting,
                _ => 0,
            };
            let is_here = action.place() == Some(here);
            if entry_ui(ui, action, is_here, narrow, count) {
                self.act(action);
            }
        }
    }

    fn top_ui(&mut self, ui: &mut Ui) {
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = size::GAP_SMALL;
            for (action, can) in [
                (Action::Rail, true),
                (Action::Back, self.frame.navigation.can_go_back()),
                (Action::Forward, self.frame.navigation.can_go_forward()),
            ] {
                let clicked = ui
                    .add_enabled_ui(can, |ui| action_icon(ui, action).clicked())
                    .inner;
                if clicked {
                    self.act(action);
                }
            }
            self.search_button_ui(ui);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if action_icon(ui, Action::Lock).clicked() {
                    self.act(Action::Lock);
                }
                self.theme_ui(ui);
            });
        });
    }

    fn search_button_ui(&mut self, ui: &mut Ui) {
        let action = Action::Palette;
        let keys = action
            .shortcut()
            .map_or(String::new(), |keys| ui.ctx().format_shortcut(&keys));
        let text = format!("{} {}", icons::SEARCH, action.text());
        let width = (ui.available_width() - 2.0 * size::CONTROL - 24.0).clamp(80.0, 420.0);
        let field = egui::Button::new(theme::soft(ui, text))
            .right_text(theme::soft(ui, keys))
            .min_size(vec2(width, size::CONTROL))
            .fill(theme::of(ui).ground)
            .truncate();
        let response = ui.add_sized([width, size::CONTROL], field);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, action.text()));
        if response.on_hover_text(action.tooltip()).clicked() {
            self.act(action);
        }
    }

    fn theme_ui(&mut self, ui: &mut Ui) {
        let icon = match self.remembered.theme {
            Theme::Dark => icons::MOON,
            Theme::Light => icons::SUN,
            Theme::System => icons::SYSTEM,
        };
        let name = format!("Theme: {}", self.remembered.theme.words());
        if button::icon(ui, icon, &name).clicked() {
            self.act(Action::Theme);
        }
    }

    fn status_ui(&mut self, ui: &mut Ui) {
        ui.horizontal_centered(|ui| {
            let doing = self.model.doing().next().map(sentence);
            let layout = Layout::right_to_left(Align::Center);
            // What is wrong leaves room for whether the vault is open, however large the scale.
            let right = ui.available_width();
            let widest = (right - UNLOCKED).max(right * 0.5);
            ui.with_layout(layout, |ui| {
                if let Some(failure) = self.model.failure().cloned() {
                    if ui.small_button("Dismiss").clicked() {
                        self.model.dismiss_failure();
                    }
                    let text = format!("{} {}", icons::FAILED, sentence(&failure.what));
                    let text = theme::toned(ui, Tone::Bad, text).text_style(egui::TextStyle::Small);
                    at_most(ui, widest - DISMISS, |ui| {
                        let label = egui::Label::new(text).truncate();
                        ui.add(label.show_tooltip_when_elided(false))
                            .on_hover_text(remedy(&failure.remedy));
                    });
                } else if let Some(health) = self.frame.health.shown() {
                    let warnings = &mut self.frame.warnings;
                    at_most(ui, widest, |ui| warnings.ui(ui, health, &mut self.wishes));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let running = self.frame.health.shown();
                    let running = running.map_or(0, |health| health.running_jobs);
                    self.frame.jobs.ui(ui, running, &mut self.wishes);
                    let text = match doing {
                        Some(doing) => format!("{} {doing}…", icons::WAITING),
                        None => format!("{} Vault unlocked", icons::UNLOCK),
                    };
                    let text = theme::soft(ui, text);
                    ui.add(egui::Label::new(text).truncate());
                });
            });
        });
    }
}

fn action_icon(ui: &mut Ui, action: Action) -> egui::Response {
    let keys = action.shortcut().map_or(String::new(), |keys| {
        format!(", {}", ui.ctx().format_shortcut(&keys))
    });
    button::icon(ui, action.icon(), action.text())
        .on_hover_text(format!("{}{keys}", action.tooltip()))
}

/// In a line that is filled from the right, as wide as it needs to be, but no wider than that.
fn at_most(ui: &mut Ui, widest: f32, add: impl FnOnce(&mut Ui)) {
    let room = vec2(ui.available_width().min(widest), ui.available_height());
    let layout = Layout::right_to_left(Align::Center);
    ui.allocate_ui_with_layout(room, layout, add);
}

/// One entry of the rail.
fn entry_ui(ui: &mut Ui, action: Action, here: bool, narrow: bool, waiting: u64) -> bool {
    let tokens = theme::of(ui);
    let full = vec2(ui.available_width(), size::CONTROL + size::GAP_SMALL);
    let (rect, response) = ui.allocate_exact_size(full, Sense::click());
    let fill = match (here, response.hovered()) {
        (true, _) => Some(tokens.selected),
        (false, true) => Some(tokens.hover),
        (false, false) => None,
    };
    if let Some(fill) = fill {
        ui.painter()
            .rect_filled(rect, f32::from(size::RADIUS), fill);
    }
    let colour = match here {
        true => tokens.accent,
        false => tokens.soft,
    };
    let builder = egui::UiBuilder::new()
        .max_rect(rect.shrink2(vec2(size::GAP, 0.0)))
        .layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.style_mut().interaction.selectable_labels = false;
        ui.label(theme::icon(action.icon()).color(colour));
        if !narrow {
            match here {
                true => ui.label(theme::strong(ui, action.text())),
                false => ui.label(action.text()),
            };
            if waiting > 0 {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.label(theme::caption(ui, waiting.to_string()).color(tokens.info.text));
                });
            }
        }
    });
    ui.advance_cursor_after_rect(rect);
    button::focus_ring(ui, &response);
    let text = action.text();
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, here, text));
    let tooltip = match waiting {
        0 => action.tooltip().to_owned(),
        _ => format!("{}; {waiting} waiting", action.tooltip()),
    };
    response.on_hover_text(tooltip).clicked()
}

const RAIL: [Action; 7] = [
    Action::Certificates,
    Action::Requests,
    Action::Authorities,
    Action::PublicCas,
    Action::Audit,
    Action::Secrets,
    Action::Profiles,
];

/// What “Vault unlocked” needs beside its icon.
const UNLOCKED: f32 = 132.0;
/// What the button beside a failure needs.
const DISMISS: f32 = 72.0;
const NARROW_RAIL_BELOW: f32 = 900.0;
const NO_RAIL_BELOW: f32 = 480.0;
