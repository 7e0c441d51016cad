//! What the window's tests share.

use egui::Ui;
use egui_kittest::Harness;

use super::theme;

/// Draws `ui` in our own theme, before nothing but `state`.
pub(super) fn harness<State: 'static>(
    state: State,
    mut ui: impl FnMut(&mut Ui, &mut State) + 'static,
) -> Harness<'static, State> {
    Harness::builder()
        .with_size([640.0, 480.0])
        .with_context_setup(|context| theme::install(context, egui::ThemePreference::Dark))
        .build_ui_state(
            move |panel, state| {
                egui::CentralPanel::default().show(panel, |panel| ui(panel, state));
            },
            state,
        )
}
