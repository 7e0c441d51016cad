//! How far an order is, drawn from what the engine says of it and from nothing else.

use chancery_engine::api::{
    CertificateId, ChallengeRow, ChallengeState, DnsProviderId, OrderDetail, OrderStage,
    OrderState, Timestamp, shown,
};
use egui::{ProgressBar, Ui};

use super::challenge;
use crate::gui::parts::{acme, hosts, time};
use crate::gui::screens::section;
use crate::gui::theme::{self, Tone, icons, size};
use crate::gui::widgets::report::sentence;
use crate::gui::widgets::steps::Course;
use crate::gui::widgets::{alert, badge, button, card, facts, report, steps};

/// What the person asks for with a button here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::gui) enum Asked {
    /// The form of a new order, filled like this one.
    Again,
    Accounts,
    Cancel,
    /// Its records are to be taken away once more, or a person has done so.
    Clean {
        by_hand: bool,
    },
    GoOn,
    Provider(DnsProviderId),
    Show(CertificateId),
}

pub(in crate::gui) fn order(ui: &mut Ui, detail: &OrderDetail, now: Timestamp) -> Option<Asked> {
    ui.set_max_width(WIDTH.min(ui.available_width()));
    ui.spacing_mut().item_spacing.y = size::GAP;
    state_ui(ui, detail, now);
    let course = match detail.row.state {
        OrderState::Cancelled => Course::CalledOff,
        OrderState::Failed(_) => Course::Failed,
        _ => Course::GoesOn,
    };
    steps::draw(ui, &acme::STAGES, reached(detail), course);
    ui.add_space(size::GAP_SMALL);
    outcome_ui(ui, detail, now);
    let mut asked = next_ui(ui, detail);
    asked = left_ui(ui, &detail.left).or(asked);
    if detail.row.stage == OrderStage::Propagating && acme::is_under_way(&detail.row.state) {
        let by_hand: Vec<_> = detail
            .challenges
            .iter()
            .filter(|row| row.state == ChallengeState::ByHand)
            .collect();
        if !by_hand.is_empty() {
            challenge::by_hand(ui, &by_hand);
        }
        if !detail.called_off {
            asked = waiting_ui(ui, detail, by_hand.len(), now);
        }
    }
    if !detail.challenges.is_empty() {
        section(ui, "Proof of each name");
        let goes_on = acme::is_under_way(&detail.row.state);
        for row in &detail.challenges {
            challenge::challenge(ui, row, goes_on);
        }
    }
    if !detail.chains.is_empty() {
        section(ui, "Chains that the CA offered");
        chains_ui(ui, &detail.chains);
    }
    if !detail.steps.is_empty() {
        section(ui, "What has happened");
        happened_ui(ui, &detail.steps, now);
    }
    section(ui, "Order");
    about_ui(ui, detail, now).or(asked)
}

fn state_ui(ui: &mut Ui, detail: &OrderDetail, now: Timestamp) {
    let row = &detail.row;
    ui.horizontal_wrapped(|ui| {
        let (tone, icon, word) = match is_being_called_off(detail) {
            true => (Tone::Due, icons::WAITING, "Being called off"),
            false => acme::order(&row.state, row.dry_run),
        };
        badge::badge(ui, tone, icon, word);
        if row.dry_run {
            badge::badge(ui, Tone::Info, icons::INFO, "Rehearsal");
        }
        if row.replaces.is_some() {
            badge::badge(ui, Tone::Off, icons::REFRESH, "Renewal");
        }
        let begun = format!("Begun {}", time::relative(now, row.started));
        ui.label(theme::soft(ui, begun))
            .on_hover_text(time::absolute(row.started));
    });
}

/// Whether it ends as soon as what it does now is over.
pub(super) const fn is_being_called_off(detail: &OrderDetail) -> bool {
    detail.called_off && acme::is_under_way(&detail.row.state)
}

/// The step that is lit; one that failed stays where it failed, one that ended well is past all.
fn reached(detail: &OrderDetail) -> usize {
    match (&detail.row.state, detail.row.stage) {
        (OrderState::Done, _) => acme::STAGES.len(),
        (_, OrderStage::Ended) => furthest(detail),
        (_, stage) => acme::stage(stage),
    }
}

/// As far as the proofs tell.
fn furthest(detail: &OrderDetail) -> usize {
    let all = |is: fn(ChallengeState) -> bool| detail.challenges.iter().all(|row| is(row.state));
    match &detail.challenges[..] {
        [] => 0,
        _ if all(|state| matches!(state, ChallengeState::Valid | ChallengeState::AlreadyValid)) => {
            3
        }
        _ if all(is_looked_at) => 2,
        _ => 1,
    }
}

/// Whether the CA was told to look, so that no server stood in the way.
const fn is_looked_at(state: ChallengeState) -> bool {
    matches!(
        state,
        ChallengeState::AlreadyValid
            | ChallengeState::Asked
            | ChallengeState::Valid
            | ChallengeState::Invalid
    )
}

/// What it does now, or how it ended.
fn outcome_ui(ui: &mut Ui, detail: &OrderDetail, moment: Timestamp) {
    match &detail.row.state {
        OrderState::Failed(failed) => report::report(ui, failed),
        OrderState::Done if detail.row.dry_run => {
            let text =
                "The CA would have issued it: every step went well. Its certificate was let go.";
            alert::alert(ui, Tone::Good, "The rehearsal went well", text);
        }
        OrderState::Done => {
            let text = "It is in the inventory, with its chain, and can be exported from there.";
            alert::alert(ui, Tone::Good, "The certificate is here", text);
        }
        OrderState::Cancelled => {
            let text = format!("No certificate came of it. {}", records(detail));
            alert::alert(ui, Tone::Off, "The order was called off", text.trim_end());
        }
        _ if is_being_called_off(detail) => {
            let text = "It ends as soon as what it does now is over, and takes its records out of \
                the DNS.";
            alert::alert(ui, Tone::Due, "It is being called off", text);
        }
        OrderState::WaitingForVault => {
            let text = "It goes on by itself as soon as the vault is unlocked.";
            alert::alert(ui, Tone::Due, "It waits for the vault", text);
        }
        _ => {
            let now = match (&detail.row.state, detail.row.stage) {
                _ if detail.next_try.is_some() => &detail.now,
                (OrderState::WaitingForPerson, OrderStage::Propagating) => BY_HAND,
                (_, OrderStage::Propagating) => EVERY_SERVER,
                _ if detail.now.is_empty() => "Begins",
                _ => &detail.now,
            };
            let words = format!("{} {}", icons::WAITING, sentence(&shown(now)));
            ui.label(theme::strong(ui, words));
            if let Some(at) = detail.next_try {
                ui.label(theme::soft(ui, again(moment, at)));
            }
        }
    }
}

/// When what has failed is tried again.
fn again(now: Timestamp, at: Timestamp) -> String {
    match (at.0 - now.0) / 1000 {
        ..=0 => "It is tried again now".to_owned(),
        left => format!("It is tried again in at most {}", minutes(left)),
    }
}

/// What became of the records of an order that was called off.
fn records(detail: &OrderDetail) -> String {
    let by_hand: Vec<_> = detail.by_hand.iter().map(|name| shown(name)).collect();
    let may_stay = |row: &ChallengeRow| row.record.starts_with(STAYS);
    let published = detail.challenges.iter().any(|row| {
        !matches!(
            row.state,
            ChallengeState::Unknown | ChallengeState::AlreadyValid | ChallengeState::Wanted
        )
    });
    let published = published && !detail.challenges.iter().any(may_stay);
    match (by_hand.is_empty(), detail.left.is_empty(), published) {
        (false, ..) => format!(
            "What you made by hand, you also take away: at {}.",
            by_hand.join(", ")
        ),
        // What is left is told below; what it made and took away again, in the steps.
        (true, true, true) => "The records are out of the DNS again.".to_owned(),
        (true, ..) => String::new(),
    }
}

/// What a person may do about an order from which no certificate came.
fn next_ui(ui: &mut Ui, detail: &OrderDetail) -> Option<Asked> {
    if !matches!(
        detail.row.state,
        OrderState::Cancelled | OrderState::Failed(_)
    ) {
        return None;
    }
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        if button::primary(ui, "Order again…", true).clicked() {
            asked = Some(Asked::Again);
        }
        if ui.button("Show DNS provider").clicked() {
            asked = Some(Asked::Provider(detail.row.provider));
        }
        if ui.button("Show account").clicked() {
            asked = Some(Asked::Accounts);
        }
        if let Some(before) = detail.row.replaces
            && ui.button("Show the certificate to renew").clicked()
        {
            asked = Some(Asked::Show(before));
        }
    });
    asked
}

/// What an ended order may have left in the DNS, and how it goes away.
fn left_ui(ui: &mut Ui, left: &[String]) -> Option<Asked> {
    if left.is_empty() {
        return None;
    }
    let names: Vec<_> = left.iter().map(|name| shown(name)).collect();
    let text = format!(
        "They could not be taken away at: {}. It is tried again by itself, while the vault is \
         unlocked. They harm nobody, but belong to nothing any more.",
        names.join(", ")
    );
    alert::alert(ui, Tone::Due, "Records may still be in the DNS", &text);
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        if ui.button("Take them away now").clicked() {
            asked = Some(Asked::Clean { by_hand: false });
        }
        let gone = ui.button("I have taken them away");
        let gone = gone.on_hover_text("Nobody is asked, and it is not tried again");
        if gone.clicked() {
            asked = Some(Asked::Clean { by_hand: true });
        }
    });
    asked
}

/// How long the servers are asked at most, and the way not to wait for them.
fn waiting_ui(ui: &mut Ui, detail: &OrderDetail, by_hand: usize, now: Timestamp) -> Option<Asked> {
    if let Some((since, until)) = detail.propagation {
        let whole = (until.0 - since.0).max(1);
        let gone = (now.0 - since.0).clamp(0, whole);
        let words = format!(
            "Waiting for {}, at most {}",
            minutes(gone / 1000),
            minutes(whole / 1000)
        );
        ui.label(theme::soft(ui, &words));
        let tokens = theme::of(ui);
        let bar = ProgressBar::new(share(gone, whole))
            .fill(tokens.info.text)
            .desired_height(size::GAP)
            .desired_width(size::FORM.min(ui.available_width()));
        let response = ui
            .scope(|ui| {
                ui.visuals_mut().extreme_bg_color = tokens.line;
                ui.add(bar)
            })
            .inner;
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, &words));
    }
    if !detail.may_go_on {
        return None;
    }
    let (verb, help) = match by_hand {
        0 => (
            "Go on anyway",
            "Lets the CA look now; it may not find what a server does not show yet",
        ),
        1 => ("I have made it", BY_ITSELF),
        _ => ("I have made them", BY_ITSELF),
    };
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        let clicked = match by_hand {
            0 => ui.button(verb).clicked(),
            _ => button::primary(ui, verb, true).clicked(),
        };
        asked = clicked.then_some(Asked::GoOn);
        ui.label(theme::soft(ui, help));
    });
    asked
}

/// `3 minutes 20 s`, `20 s`.
fn minutes(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (0, rest) => format!("{rest} s"),
        (1, 0) => "1 minute".to_owned(),
        (whole, 0) => format!("{whole} minutes"),
        (whole, rest) => format!("{whole} min {rest} s"),
    }
}

/// Exact enough for a bar.
fn share(part: i64, whole: i64) -> f32 {
    let thousandths = u16::try_from(part.saturating_mul(1000) / whole.max(1));
    f32::from(thousandths.unwrap_or(1000)) / 1000.0
}

fn chains_ui(ui: &mut Ui, chains: &[String]) {
    for (at, chain) in chains.iter().enumerate() {
        let name = shown(chain);
        match at {
            0 => badge::line(ui, Tone::Good, icons::CHECK, &format!("{name}, taken")),
            _ => badge::line(ui, Tone::Off, icons::ROOT, &name),
        }
    }
}

fn happened_ui(ui: &mut Ui, steps: &[(Timestamp, String)], now: Timestamp) {
    for (at, words) in steps {
        ui.horizontal_top(|ui| {
            let when = time::time_of_day(*at);
            let when = theme::mono(when).color(theme::of(ui).soft);
            ui.label(when).on_hover_text(format!(
                "{}, {}",
                time::relative(now, *at),
                time::absolute(*at)
            ));
            let words = shown(words);
            ui.add(egui::Label::new(time::in_sentence(&words).as_ref()).wrap());
        });
    }
}

fn about_ui(ui: &mut Ui, detail: &OrderDetail, now: Timestamp) -> Option<Asked> {
    let row = &detail.row;
    let mut asked = None;
    card::card(ui, |ui| {
        facts::facts(ui, "about the order", |ui| {
            let names: Vec<String> = row.names.iter().map(hosts::both_ways).collect();
            facts::row(ui, "Names", &names.join("\n"));
            facts::row_with(ui, "Account", |ui| {
                if ui.link(acme::name_or_gone(&row.account_name)).clicked() {
                    asked = Some(Asked::Accounts);
                }
            });
            facts::row_with(ui, "DNS provider", |ui| {
                if ui.link(acme::name_or_gone(&row.provider_name)).clicked() {
                    asked = Some(Asked::Provider(row.provider));
                }
            });
            if let Some(profile) = &detail.acme_profile {
                facts::row(ui, "Kind of certificate", &shown(profile));
            }
            if let Some(url) = &detail.url {
                facts::mono_row(ui, "Address at the CA", &shown(url), url);
            }
            let id = row.id.to_string();
            facts::mono_row(ui, "Number here", &id, &id);
            if let Some(ended) = row.ended {
                let words = time::relative(now, ended);
                facts::row(ui, "Ended", &words).on_hover_text(time::absolute(ended));
            }
        });
    });
    asked
}

const WIDTH: f32 = 860.0;

/// How the names of records begin that may stay for renewals (dns-persist-01).
const STAYS: &str = "_validation-persist.";

const EVERY_SERVER: &str = "The records are published; now every server of the zones has to show \
    them, since nobody knows which one the CA will ask";

const BY_ITSELF: &str =
    "It goes on by itself as soon as every server shows it; this lets the CA look at once";

const BY_HAND: &str = "Waits for the records below to be made";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_told_in_minutes_and_seconds() {
        assert_eq!(minutes(20), "20 s");
        assert_eq!(minutes(60), "1 minute");
        assert_eq!(minutes(200), "3 min 20 s");
        assert_eq!(minutes(600), "10 minutes");
        let at = |secs| Timestamp::from_secs(secs);
        assert_eq!(
            again(at(0), at(60)),
            "It is tried again in at most 1 minute"
        );
        assert_eq!(again(at(61), at(60)), "It is tried again now");
    }
}
