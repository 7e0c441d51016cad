//! Orders whose end was heard of: what became of each is asked, and told as a toast.

use std::collections::VecDeque;

use chancery_engine::api::{AcmeFact, Area, Fact, OrderDetail, OrderId, OrderState, ShowOrder};

use crate::gui::parts::hosts;
use crate::gui::parts::words::Told;
use crate::gui::screens::Desk;
use crate::gui::watched::Watched;
use crate::gui::widgets::report::sentence;
use crate::gui::widgets::toast::Toasts;

#[derive(Default)]
pub(in crate::gui) struct Ended {
    waiting: VecDeque<OrderId>,
    order: Watched<ShowOrder>,
}

impl Ended {
    /// A certificate speaks for itself; of any other end the fact does not say which one it was.
    pub(in crate::gui) fn hear(&mut self, fact: &Fact) {
        if let Fact::Acme(
            AcmeFact::OrderCancelled { id }
            | AcmeFact::OrderEnded {
                id,
                certificate: None,
            },
        ) = fact
        {
            self.waiting.push_back(*id);
        }
    }

    pub(in crate::gui) fn logic(&mut self, desk: &mut Desk<'_>, toasts: &mut Toasts) {
        let Some(id) = self.waiting.front().copied() else {
            return;
        };
        self.order.want(desk.context, ShowOrder(id));
        let changed = desk.model.changed(Area::Acme);
        self.order.tend(desk.context, desk.client, changed);
        let shown = self.order.shown().filter(|order| order.row.id == id);
        if shown.is_none() && self.order.failed().is_none() {
            return;
        }
        match shown.and_then(told) {
            Some(Told::Done(words)) => toasts.fact(desk.context, words),
            Some(Told::Failed(words)) => toasts.failure(words),
            None => (),
        }
        self.waiting.pop_front();
        self.order = Watched::default();
        desk.context.request_repaint();
    }
}

/// Nothing of one that has been called off and has not ended yet.
fn told(order: &OrderDetail) -> Option<Told> {
    let name = hosts::first_of(&order.row.names);
    match &order.row.state {
        OrderState::Cancelled => Some(Told::Done(format!("Order for {name} called off"))),
        OrderState::Done if order.row.dry_run => {
            Some(Told::Done(format!("The rehearsal for {name} went well")))
        }
        OrderState::Failed(failed) => {
            let why = sentence(&failed.what);
            Some(Told::Failed(format!(
                "No certificate for {name} has come. {why}"
            )))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use chancery_engine::api::{Kind, OrderStage, Remedy, Report};

    use super::*;
    use crate::gui::tests::order;

    #[test]
    fn a_failed_order_is_bad_news_with_its_name() {
        let failed = OrderState::Failed(Report {
            code: "acme.refused".into(),
            kind: Kind::Refused,
            what: "the CA refused".to_owned(),
            why: Vec::new(),
            remedy: Remedy::Retry,
        });
        let Some(Told::Failed(words)) = told(&order(OrderStage::Ended, failed)) else {
            panic!("told as good news");
        };
        assert!(words.contains("www.example.org"), "{words}");
        assert!(words.contains("The CA refused"), "{words}");
    }

    #[test]
    fn an_order_that_is_being_called_off_is_not_told_before_it_has_ended() {
        assert!(told(&order(OrderStage::Propagating, OrderState::Running)).is_none());
        let ended = told(&order(OrderStage::Ended, OrderState::Cancelled));
        assert!(matches!(ended, Some(Told::Done(words)) if words.ends_with("called off")));
    }
}
