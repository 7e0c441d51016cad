//! What is not well, at the right of the status line, and the way to what it is about.

use chancery_engine::api::{Area, CertificateId, Health, ListOrders, OrderRow};
use egui::containers::menu::MenuButton;
use egui::{Button, RichText, TextStyle, Ui};

use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::hosts;
use crate::gui::screens::Desk;
use crate::gui::theme::{self, Tone, icons};
use crate::gui::watched::Watched;
use crate::gui::widgets::report::sentence;

#[derive(Default)]
pub(in crate::gui) struct Warnings {
    orders: Watched<ListOrders>,
}

impl Warnings {
    pub(in crate::gui) fn logic(&mut self, desk: &mut Desk<'_>) {
        let changed = desk.model.changed(Area::Acme);
        self.orders.tend(desk.context, desk.client, changed);
    }

    /// One leads to what it is about; several are a menu.
    pub(in crate::gui) fn ui(&mut self, ui: &mut Ui, health: &Health, wishes: &mut Wishes) {
        let Some(first) = health.warnings.first() else {
            return;
        };
        if health.warnings.iter().any(|words| words.contains(ORDER)) {
            self.orders.want(ui.ctx(), ListOrders);
        }
        let orders = self.orders.shown().map_or(&[][..], Vec::as_slice);
        let words = said(first, orders);
        let small = |ui: &Ui, text: String| -> RichText {
            theme::toned(ui, Tone::Due, text).text_style(TextStyle::Small)
        };
        let icon = icons::WARNING;
        match (health.warnings.len(), place(first)) {
            (1, None) => {
                let text = small(ui, format!("{icon} {words}"));
                let label = egui::Label::new(text).truncate();
                ui.add(label.show_tooltip_when_elided(false))
                    .on_hover_text(&words);
            }
            (1, Some(place)) => {
                let text = small(ui, format!("{icon} {words}"));
                let button = Button::new(text).small().frame(false).truncate();
                if ui.add(button).on_hover_text(&words).clicked() {
                    wishes.go(place);
                }
            }
            (count, _) => {
                let text = small(ui, format!("{icon} {count} warnings. {words}"));
                let button = Button::new(text).small().frame(false).truncate();
                MenuButton::from_button(button).ui(ui, |ui| {
                    for warning in &health.warnings {
                        let place = place(warning);
                        let button = Button::new(said(warning, orders));
                        if ui.add_enabled(place.is_some(), button).clicked()
                            && let Some(place) = place
                        {
                            wishes.go(place);
                            ui.close();
                        }
                    }
                });
            }
        }
    }
}

/// As a sentence in which an order is called by the name that it is for, and the id of a
/// certificate is left out behind its name.
fn said(warning: &str, orders: &[OrderRow]) -> String {
    let words = warning.split(" (").map(|part| match part.split_once(')') {
        Some((id, rest)) if id.parse::<CertificateId>().is_ok() => rest.to_owned(),
        _ => format!(" ({part}"),
    });
    let words: String = words.collect();
    let mut words = words.trim_start_matches(" (").to_owned();
    for order in orders {
        let id = order.id.to_string();
        if words.contains(&id) {
            let name = format!("the order for {}", hosts::first_of(&order.names));
            words = words.replace(&id, &name);
        }
    }
    sentence(&words)
}

/// The page of the first thing that it names by its id.
fn place(warning: &str) -> Option<Place> {
    let words = warning.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.into_iter().find_map(|word| {
        let order = word.parse().ok().map(Place::Order);
        let certificate = || {
            let id: CertificateId = word.parse().ok()?;
            Some(Place::Certificate(id))
        };
        order.or_else(certificate)
    })
}

/// How ids of orders begin.
const ORDER: &str = "order_";

#[cfg(test)]
mod tests {
    use chancery_engine::api::{OrderId, OrderStage, OrderState};

    use super::*;
    use crate::gui::tests::order;

    #[test]
    fn a_warning_about_an_order_names_it_and_leads_to_it() {
        let row = order(OrderStage::Ended, OrderState::Cancelled).row;
        let warning = format!("{} may have left records in the DNS: a.example.org", row.id);
        assert_eq!(place(&warning), Some(Place::Order(OrderId::from_raw(1))));
        let words = said(&warning, std::slice::from_ref(&row));
        assert!(
            words.starts_with("The order for www.example.org"),
            "{words}"
        );
        // Until the orders have been read, the id keeps its letters.
        assert!(said(&warning, &[]).starts_with("order_"));
    }

    #[test]
    fn a_warning_about_a_renewal_leads_to_the_certificate() {
        let id = CertificateId::from_raw(5);
        let warning = format!("the renewal of www.example.org ({id}) has failed: no answer");
        assert_eq!(place(&warning), Some(Place::Certificate(id)));
        let told = "The renewal of www.example.org has failed: no answer";
        assert_eq!(said(&warning, &[]), told);
        assert_eq!(
            said("the seal (of today) waits", &[]),
            "The seal (of today) waits"
        );
        assert_eq!(place("no backup has been made yet"), None);
    }
}
