//! Facts at the lower right edge: seen without being asked, gone by themselves.

use egui::{Align2, Area, Context, Frame, Id, Margin, Order};

use crate::gui::theme::{self, Tone, icons, size};
use crate::gui::widgets::alert::icon_of;
use crate::gui::widgets::button;

#[derive(Default)]
pub(in crate::gui) struct Toasts {
    shown: Vec<Toast>,
}

struct Toast {
    tone: Tone,
    text: String,
    /// When it goes, in seconds of the window's own time; a failure stays until dismissed.
    until: Option<f64>,
}

impl Toasts {
    /// A fact: gone after five seconds.
    pub(in crate::gui) fn fact(&mut self, context: &Context, text: impl Into<String>) {
        let now = context.input(|input| input.time);
        self.push(Tone::Good, text.into(), Some(now + SECONDS));
    }

    /// A failure: stays until dismissed.
    pub(in crate::gui) fn failure(&mut self, text: impl Into<String>) {
        self.push(Tone::Bad, text.into(), None);
    }

    pub(in crate::gui) fn ui(&mut self, context: &Context) {
        let now = context.input(|input| input.time);
        self.shown
            .retain(|toast| toast.until.is_none_or(|until| now < until));
        let next = self.shown.iter().filter_map(|toast| toast.until);
        if let Some(next) = next.min_by(f64::total_cmp) {
            context.request_repaint_after(std::time::Duration::from_secs_f64(next - now));
        }
        if self.shown.is_empty() {
            return;
        }
        Area::new(Id::unique("toasts"))
            .order(Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, [-size::GAP_LARGE, -ABOVE])
            .show(context, |ui| {
                let mut dismissed = None;
                for (index, toast) in self.shown.iter().enumerate() {
                    if toast_ui(ui, toast) {
                        dismissed = Some(index);
                    }
                }
                if let Some(index) = dismissed {
                    self.shown.remove(index);
                }
            });
    }

    fn push(&mut self, tone: Tone, text: String, until: Option<f64>) {
        self.shown.retain(|toast| toast.text != text);
        if self.shown.len() == MOST {
            self.shown.remove(0);
        }
        self.shown.push(Toast { tone, text, until });
    }
}

fn toast_ui(ui: &mut egui::Ui, toast: &Toast) -> bool {
    let colours = theme::of(ui).tone(toast.tone);
    Frame::popup(ui.style())
        .inner_margin(Margin::symmetric(12, 6))
        .show(ui, |ui| {
            ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 64.0));
            ui.horizontal(|ui| {
                ui.label(theme::icon(icon_of(toast.tone)).color(colours.text));
                let width = ui.available_width() - size::CONTROL - size::GAP;
                ui.allocate_ui(egui::vec2(width, size::CONTROL), |ui| {
                    ui.set_width(width);
                    ui.label(&toast.text);
                });
                button::icon(ui, icons::CLOSE, "Dismiss").clicked()
            })
            .inner
        })
        .inner
}

const SECONDS: f64 = 5.0;
const MOST: usize = 4;
const WIDTH: f32 = 340.0;
/// Above the status line.
const ABOVE: f32 = 36.0;

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::gui::tests::harness;

    #[test]
    fn a_fact_goes_by_itself_and_a_failure_stays_until_dismissed() {
        let mut harness = harness(Toasts::default(), |ui, toasts| toasts.ui(ui.ctx()));
        let context = harness.ctx.clone();
        harness.state_mut().fact(&context, "Vault created");
        harness.state_mut().failure("Disk full");
        harness.run_steps(2);
        assert!(harness.query_by_label("Vault created").is_some());
        harness.run_steps(60);
        assert!(harness.query_by_label("Vault created").is_none());
        harness.get_by_label("Dismiss").click();
        harness.run_steps(2);
        assert!(harness.query_by_label("Disk full").is_none());
    }
}
