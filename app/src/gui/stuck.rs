//! The window where the engine does not start: why, and what to do, for those who see no terminal.

use chancery_engine::api::Report;
use egui::{CentralPanel, Frame, Margin, ThemePreference, Ui};

use super::parts::centred;
use super::theme::{self, size};
use super::widgets::{button, report};

pub(super) struct Stuck {
    report: Report,
}

impl Stuck {
    pub(super) fn new(context: &egui::Context, report: Report) -> Self {
        theme::install(context, ThemePreference::System);
        Self { report }
    }

    pub(super) fn draw(&self, ui: &mut Ui) {
        let frame = Frame::new()
            .fill(theme::of(ui).ground)
            .inner_margin(Margin::same(16));
        CentralPanel::default().frame(frame).show(ui, |ui| {
            centred::column(ui, size::FORM, |ui| {
                ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
                ui.label(theme::title(ui, "Chancery cannot start"));
                report::report(ui, &self.report);
                if button::primary(ui, "Close", true).clicked() {
                    ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
                }
            });
        });
    }
}

impl eframe::App for Stuck {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.draw(ui);
    }
}
