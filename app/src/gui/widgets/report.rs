//! A failure where it happened: what, why, and what to do now.

use chancery_engine::api::{Remedy, Report};
use egui::{CornerRadius, Frame, Margin, Ui};

use crate::gui::theme::{self, icons, size};
use crate::gui::widgets::moment;

/// In place, as wide as what it stands in.
pub(in crate::gui) fn report(ui: &mut Ui, report: &Report) {
    let colours = theme::of(ui).bad;
    Frame::new()
        .fill(colours.ground)
        .corner_radius(CornerRadius::same(size::RADIUS_CARD))
        .inner_margin(Margin::symmetric(12, 10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
            ui.horizontal_top(|ui| {
                ui.label(theme::icon(icons::FAILED).color(colours.text));
                ui.vertical(|ui| words(ui, report));
            });
        });
}

fn words(ui: &mut Ui, report: &Report) {
    ui.label(theme::strong(ui, sentence(&report.what)));
    for cause in &report.why {
        ui.label(format!("Because {}", moment::in_sentence(cause)));
    }
    ui.label(remedy(&report.remedy));
    ui.label(theme::soft(ui, report.code.as_ref()));
}

/// What to do now, as a sentence that begins with a capital letter; nothing that is typed at a
/// command line.
pub(in crate::gui) fn remedy(remedy: &Remedy) -> String {
    sentence(&remedy.to_string())
}

/// `text` with its first letter as a capital, unless it begins with an id, which keeps its letters;
/// and with moments as a person here reads them.
pub(in crate::gui) fn sentence(text: &str) -> String {
    let text = &*moment::in_sentence(text);
    let first = text.split_whitespace().next().unwrap_or_default();
    if is_id(first) {
        return text.to_owned();
    }
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// A kind, and 26 letters and digits: `order_01m8…`.
fn is_id(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    word.split_once('_').is_some_and(|(kind, rest)| {
        kind.chars().all(|c| c.is_ascii_lowercase() || c == '-')
            && rest.len() == ID
            && rest.chars().all(|c| c.is_ascii_alphanumeric())
    })
}

const ID: usize = 26;

#[cfg(test)]
mod tests {
    use chancery_engine::api::{AcmeAccountId, KeyId, OrderId};

    use super::*;

    #[test]
    fn an_id_at_the_beginning_keeps_its_letters() {
        let order = OrderId::from_raw(3).to_string();
        let key = KeyId::from_raw(3).to_string();
        let account = AcmeAccountId::from_raw(3).to_string();
        for id in [order, key, account] {
            let text = format!("{id} has no certificate");
            assert_eq!(sentence(&text), text);
        }
        assert_eq!(sentence("no_proxy is set"), "No_proxy is set");
    }

    #[test]
    fn a_message_is_shown_as_a_sentence() {
        assert_eq!(sentence("the vault is locked"), "The vault is locked");
        assert_eq!(sentence("élan"), "Élan");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn what_is_typed_at_a_command_line_is_not_shown() {
        let list = ["chancery acme account list"];
        let typed = Remedy::typed("choose one of the accounts", list);
        assert_eq!(remedy(&typed), "Choose one of the accounts");
    }
}
