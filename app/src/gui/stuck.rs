//! The window where the engine does not start: why, and what to do, for those who see no terminal.

use chancery_engine::api::Report;
use egui::{CentralPanel, Frame, Margin, Ui};

use super::parts::centred;
use super::remember::Theme;
use super::theme::{self, size};
use super::widgets::{button, report};

pub(super) struct Stuck {
    report: Report,
}

impl Stuck {
    /// In the theme of the window that would be here.
    pub(super) fn new(context: &egui::Context, theme: Theme, report: Report) -> Self {
        theme::install(context, theme.into());
        Self { report }
    }

    /// Why there is no engine.
    pub(super) const fn report(&self) -> &Report {
        &self.report
    }

    /// True when it is to be tried again.
    pub(super) fn draw(&self, ui: &mut Ui) -> bool {
        let frame = Frame::new()
            .fill(theme::of(ui).ground)
            .inner_margin(Margin::same(16));
        let mut again = false;
        CentralPanel::default().frame(frame).show(ui, |ui| {
            centred::column(ui, size::FORM, |ui| {
                ui.spacing_mut().item_spacing.y = size::GAP_MEDIUM;
                ui.label(theme::title(ui, "Chancery cannot start"));
                report::report(ui, &self.report);
                ui.horizontal_wrapped(|ui| {
                    again = button::primary(ui, "Try again", true).clicked();
                    if ui.button("Close").clicked() {
                        ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
                    }
                });
            });
        });
        again
    }
}
