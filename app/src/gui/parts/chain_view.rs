//! A certificate's chain, from the root down to it, each with its end.

use chancery_engine::api::{AuthorityId, CertificateDetail, Timestamp};
use egui::Ui;

use crate::gui::parts::time;
use crate::gui::theme::{self, icons};
use crate::gui::widgets::tree;

/// The authority on whose row the person clicked.
pub(in crate::gui) fn chain(
    ui: &mut Ui,
    detail: &CertificateDetail,
    now: Timestamp,
) -> Option<AuthorityId> {
    let links = links(detail);
    let rows: Vec<(usize, tree::Branch)> = (0..links.len())
        .map(|depth| (depth, tree::Branch { depth, last: true }))
        .collect();
    let own = links.len() - 1;
    let name = |place: usize| links[place].name.to_owned();
    let chosen = tree::tree(ui, &rows, Some(own), name, |ui, place| {
        let link = &links[place];
        let icon = match (place == own, place) {
            (true, _) => icons::CERTIFICATE,
            (false, 0) => icons::ROOT,
            (false, _) => icons::AUTHORITIES,
        };
        ui.label(theme::icon(icon).color(theme::of(ui).soft));
        ui.label(theme::strong(ui, link.name));
        ui.label(theme::soft(ui, format!("until {}", time::date(link.until))))
            .on_hover_text(format!(
                "{}, {}",
                time::relative(now, link.until),
                time::absolute(link.until)
            ));
    });
    chosen.place.and_then(|place| links[place].authority)
}

struct Link<'a> {
    authority: Option<AuthorityId>,
    name: &'a str,
    until: Timestamp,
}

fn links(detail: &CertificateDetail) -> Vec<Link<'_>> {
    let above = detail.chain.iter().rev().map(|(id, name, until)| Link {
        authority: Some(*id),
        name,
        until: *until,
    });
    let own = Link {
        authority: None,
        name: &detail.row.name,
        until: detail.row.not_after,
    };
    above.chain([own]).collect()
}
