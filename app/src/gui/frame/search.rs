//! The command palette: every action, and the authorities and certificates that match.

use chancery_engine::api::{
    Area, AuthorityRow, CertificateFilter, CertificateRow, ListAuthorities, ListCertificates,
};
use egui::Context;

use crate::gui::action::Action;
use crate::gui::model::Wishes;
use crate::gui::navigation::Place;
use crate::gui::parts::status;
use crate::gui::screens::Desk;
use crate::gui::theme::icons;
use crate::gui::watched::Watched;
use crate::gui::widgets::palette::{Entry, Outcome, Palette};

#[derive(Default)]
pub(in crate::gui) struct Search {
    palette: Option<Palette>,
    certificates: Watched<ListCertificates>,
    authorities: Watched<ListAuthorities>,
}

/// What a line of the palette leads to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Target {
    Act(Action),
    Go(Place),
}

impl Search {
    pub(in crate::gui) fn open(&mut self) {
        self.palette = Some(Palette::default());
    }

    pub(in crate::gui) fn logic(&mut self, desk: &mut Desk<'_>) {
        if self.palette.is_some() {
            let changed = desk.model.changed(Area::Certificate);
            self.certificates.tend(desk.context, desk.client, changed);
            let changed = desk.model.changed(Area::Authority);
            self.authorities.tend(desk.context, desk.client, changed);
        }
    }

    /// The action that was chosen, to be carried out by the window.
    pub(in crate::gui) fn ui(&mut self, context: &Context, wishes: &mut Wishes) -> Option<Action> {
        let asked = self.palette.as_ref()?.asked.trim().to_lowercase();
        self.want(context, &asked);
        let lines = self.lines(context, &asked);
        let (targets, entries): (Vec<Target>, Vec<Entry>) = lines.into_iter().unzip();
        let outcome = self.palette.as_mut()?.ui(context, &entries)?;
        self.palette = None;
        match outcome {
            Outcome::Closed => None,
            Outcome::Chosen(line) => match targets.get(line).copied()? {
                Target::Act(action) => Some(action),
                Target::Go(place) => {
                    wishes.go(place);
                    None
                }
            },
        }
    }

    fn want(&mut self, context: &Context, asked: &str) {
        self.authorities.want(context, ListAuthorities);
        if !asked.is_empty() {
            self.certificates.want(
                context,
                ListCertificates {
                    filter: CertificateFilter {
                        text: asked.to_owned(),
                        ..CertificateFilter::default()
                    },
                    rows: MOST,
                    ..ListCertificates::default()
                },
            );
        }
    }

    fn lines(&self, context: &Context, asked: &str) -> Vec<(Target, Entry)> {
        let matches = |text: &str| text.to_lowercase().contains(asked);
        let actions = Action::ALL
            .into_iter()
            .filter(|action| *action != Action::Palette)
            .filter(|action| cfg!(debug_assertions) || *action != Action::Gallery)
            .filter(|action| matches(action.text()))
            .map(|action| action_line(context, action));
        let mut lines: Vec<(Target, Entry)> = actions.collect();
        if !asked.is_empty() {
            let authorities = self.authorities.shown().map_or(&[][..], Vec::as_slice);
            let found = authorities.iter().filter(|row| matches(&row.name));
            lines.extend(found.map(authority_line));
            let page = self.certificates.shown();
            let rows = page.map_or(&[][..], |page| page.rows.as_slice());
            // The answer to the text before this one is still on the screen for a moment.
            lines.extend(rows.iter().take(usize::from(MOST)).map(certificate_line));
        }
        lines
    }
}

fn action_line(context: &Context, action: Action) -> (Target, Entry) {
    let keys = action.shortcut();
    let entry = Entry {
        icon: action.icon(),
        text: action.text().to_owned(),
        detail: keys.map_or(String::new(), |keys| context.format_shortcut(&keys)),
    };
    (Target::Act(action), entry)
}

fn authority_line(row: &AuthorityRow) -> (Target, Entry) {
    let entry = Entry {
        icon: icons::AUTHORITIES,
        text: row.name.clone(),
        detail: status::authority(row.state).2.to_owned(),
    };
    (Target::Go(Place::Authorities(Some(row.id))), entry)
}

fn certificate_line(row: &CertificateRow) -> (Target, Entry) {
    let entry = Entry {
        icon: icons::CERTIFICATE,
        text: row.name.clone(),
        detail: format!("{}, {}", row.issuer_name, status::certificate(row.status).2),
    };
    (Target::Go(Place::Certificate(row.id)), entry)
}

const MOST: u16 = 8;
