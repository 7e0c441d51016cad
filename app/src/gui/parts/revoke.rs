//! The dialog that revokes, holds or releases: says first what follows, who will see it and when.

use chancery_engine::api::{
    Area, Command, PreviewRevocation, Publicity, RevocationCommand, RevocationPreview,
    RevocationPreviewRow, RevocationReason, RevocationVerdict, Selection, Timestamp,
};
use egui::{Context, Ui};

use crate::gui::model::Wishes;
use crate::gui::parts::errand::Errand;
use crate::gui::parts::time;
use crate::gui::screens::Desk;
use crate::gui::theme::{self, Tone, icons, size};
use crate::gui::watched::Watched;
use crate::gui::widgets::confirm::{Answer, Confirm};
use crate::gui::widgets::field::{Field, Look};
use crate::gui::widgets::report::sentence;
use crate::gui::widgets::{badge, choice, report};

/// Closed until something is to be revoked.
#[derive(Default)]
pub(in crate::gui) struct RevokeDialog {
    open: Option<Open>,
    preview: Watched<PreviewRevocation>,
    errand: Errand,
}

struct Open {
    /// `www.example.internal`, `12 certificates`.
    name: String,
    what: Selection,
    reason: RevocationReason,
    reasons: Vec<(RevocationReason, String)>,
    since: Field,
    /// What has to be typed before anything happens, where a mistake would be dear.
    to_type: Option<String>,
    typed: Field,
}

/// What is meant, and how dear a mistake would be.
pub(in crate::gui) struct Target {
    /// `www.example.internal`, `12 certificates`.
    pub(in crate::gui) name: String,
    pub(in crate::gui) what: Selection,
    pub(in crate::gui) is_authority: bool,
    /// To be typed before anything happens.
    pub(in crate::gui) to_type: Option<String>,
}

impl RevokeDialog {
    pub(in crate::gui) fn ask(&mut self, target: Target) {
        self.errand.forget();
        self.preview = Watched::default();
        self.open = Some(Open {
            name: target.name,
            what: target.what,
            reason: RevocationReason::Unspecified,
            reasons: reasons(target.is_authority),
            since: Field::default(),
            to_type: target.to_type,
            typed: Field::default(),
        });
    }

    pub(in crate::gui) fn tend(&mut self, desk: &mut Desk<'_>) {
        let changed = desk.model.changed(Area::Revocation);
        self.preview.tend(desk.context, desk.client, changed);
        if self.errand.tend(desk.model).is_some() {
            self.open = None;
        }
    }

    pub(in crate::gui) fn ui(&mut self, context: &Context, wishes: &mut Wishes) {
        let Some(open) = &mut self.open else {
            return;
        };
        let question = PreviewRevocation {
            what: open.what.clone(),
            reason: open.reason,
        };
        self.preview.want(context, question);
        let title = format!("Revoke {}", open.name);
        let verb = match (self.errand.is_under_way(), open.reason.is_hold()) {
            (true, _) => "Revoking…",
            (false, true) => "Put on hold",
            (false, false) => "Revoke",
        };
        let dialog = Confirm {
            title: &title,
            consequences: &[],
            verb,
            destroys: !open.reason.is_hold(),
        };
        let (preview, errand) = (&self.preview, &self.errand);
        let answer = dialog.show(context, |ui| {
            let ready = form_ui(ui, open, preview);
            if let Some(refused) = errand.refused() {
                report::report(ui, refused);
            }
            ready && !errand.is_under_way()
        });
        match answer {
            Some(Answer::Go) => {
                let command = RevocationCommand::Revoke {
                    what: open.what.clone(),
                    reason: open.reason,
                    invalid_since: since(open).ok().flatten(),
                };
                self.errand.send(wishes, Command::Revocation(command));
            }
            Some(Answer::Leave) => self.open = None,
            None => (),
        }
    }
}

fn form_ui(ui: &mut Ui, open: &mut Open, preview: &Watched<PreviewRevocation>) -> bool {
    choice::drop_down(ui, "Why", &mut open.reason, &open.reasons);
    let mut ready = true;
    if open.reason.is_compromise() {
        ready &= since_ui(ui, open);
    }
    if let Some(failed) = preview.failed() {
        report::report(ui, failed);
        return false;
    }
    let Some(shown) = preview.shown() else {
        ui.label(theme::soft(ui, "Looking up what would happen…"));
        return false;
    };
    preview_ui(ui, shown);
    if shown.changing == 0 {
        return false;
    }
    if let Some(to_type) = &open.to_type {
        let label = format!("Type {to_type} to go on");
        let look = Look {
            label: &label,
            ..Look::default()
        };
        open.typed.ui(ui, look, None);
        ready &= open.typed.text.trim() == to_type;
    }
    ready
}

fn since_ui(ui: &mut Ui, open: &mut Open) -> bool {
    let wrong = since(open).err();
    let look = Look {
        label: "In other hands since, if known",
        help: "Lists will say that nothing signed after this day is to be trusted",
        example: "2026-11-22",
        ..Look::default()
    };
    open.since.ui(ui, look, wrong);
    wrong.is_none()
}

/// Midnight of the day that was typed, in the zone of the person.
fn since(open: &Open) -> Result<Option<Timestamp>, &'static str> {
    let text = open.since.text.trim();
    if text.is_empty() || !open.reason.is_compromise() {
        return Ok(None);
    }
    let day: jiff::civil::Date = text.parse().map_err(|_| NOT_A_DAY)?;
    let midnight = day
        .to_zoned(jiff::tz::TimeZone::system())
        .map_err(|_| NOT_A_DAY)?;
    Ok(Some(Timestamp::from_secs(midnight.timestamp().as_second())))
}

fn preview_ui(ui: &mut Ui, shown: &RevocationPreview) {
    for row in shown.rows.iter().take(MOST) {
        row_ui(ui, row, shown.rows.len() > 1);
    }
    if shown.rows.len() > MOST {
        let rest = shown.rows.len() - MOST;
        ui.label(theme::soft(ui, format!("and {rest} more")));
    }
    if shown.changing == 0 {
        return;
    }
    points_ui(ui, "What follows", &shown.effect);
    for publicity in &shown.publicity {
        let title = match shown.publicity.len() {
            1 => "Who will see it, and when".to_owned(),
            _ => format!("Who will see it, and when: {}", publicity.issuer_name),
        };
        publicity_ui(ui, &title, publicity);
    }
}

fn row_ui(ui: &mut Ui, row: &RevocationPreviewRow, one_of_many: bool) {
    let name = match row.name.is_empty() {
        true => row.serial.grouped(),
        false => row.name.clone(),
    };
    let (tone, icon, words) = match &row.verdict {
        RevocationVerdict::WillBeRevoked if one_of_many => (Tone::Due, icons::CANCELLED, name),
        RevocationVerdict::WillBeRevoked => return,
        RevocationVerdict::Already(since) => {
            let words = format!("{name}: revoked already, on {}", time::date(since.at));
            (Tone::Off, icons::INFO, words)
        }
        RevocationVerdict::Changes(since) => {
            let words = format!(
                "{name}: {} so far",
                sentence(since.reason.meaning()).to_lowercase()
            );
            (Tone::Due, icons::WARNING, words)
        }
        RevocationVerdict::Expired => {
            let words = format!("{name}: has expired, nobody trusts it any more");
            (Tone::Off, icons::CLOCK, words)
        }
        RevocationVerdict::LeftOut => {
            let words = format!("{name}: an authority, which is left out here");
            (Tone::Off, icons::INFO, words)
        }
        RevocationVerdict::Refused(refused) => {
            if one_of_many {
                let words = format!("{name}: {}", refused.what);
                (Tone::Bad, icons::FAILED, words)
            } else {
                return report::report(ui, refused);
            }
        }
        _ => return,
    };
    badge::line(ui, tone, icon, &words);
}

fn publicity_ui(ui: &mut Ui, title: &str, publicity: &Publicity) {
    points_ui(ui, title, &publicity.words);
}

/// A heading, and a sentence a line.
pub(in crate::gui) fn points_ui(ui: &mut Ui, title: &str, points: &[String]) {
    if points.is_empty() {
        return;
    }
    ui.add_space(size::GAP_SMALL);
    ui.label(theme::strong(ui, title));
    for point in points {
        ui.horizontal_top(|ui| {
            ui.label(theme::soft(ui, "–"));
            ui.add(egui::Label::new(format!("{}.", sentence(point))).wrap());
        });
    }
}

/// The reasons that can be given for such a certificate, the mildest first.
fn reasons(is_authority: bool) -> Vec<(RevocationReason, String)> {
    let wrong = match is_authority {
        true => RevocationReason::KeyCompromise,
        false => RevocationReason::CaCompromise,
    };
    RevocationReason::ALL
        .into_iter()
        .filter(|reason| *reason != wrong)
        .map(|reason| (reason, reason.meaning().to_owned()))
        .collect()
}

/// More lines would push the rest out of sight.
const MOST: usize = 8;

const NOT_A_DAY: &str = "A day as 2026-11-22";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compromise_is_named_for_what_was_compromised() {
        let of = |is_authority| -> Vec<RevocationReason> {
            let reasons = reasons(is_authority).into_iter();
            reasons.map(|(reason, _)| reason).collect()
        };
        assert!(!of(true).contains(&RevocationReason::KeyCompromise));
        assert!(of(true).contains(&RevocationReason::CaCompromise));
        assert!(of(false).contains(&RevocationReason::KeyCompromise));
        assert!(!of(false).contains(&RevocationReason::CaCompromise));
    }
}
