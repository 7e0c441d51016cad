//! What public CAs and DNS servers say, as colour, icon and word, and in plain sentences.

use chancery_engine::api::{
    AccountState, AcmeAccountId, Budget, ChallengeState, DnsProviderId, Evidence, OrderStage,
    OrderState, RenewalBasis, RenewalPlan, ServerAnswer, Timestamp, ZonesInReach, shown,
};

use crate::gui::parts::status::Sign;
use crate::gui::parts::time;
use crate::gui::theme::{Tone, icons};

/// The stages of an order as a person counts them.
pub(in crate::gui) const STAGES: [&str; 5] = [
    "Order",
    "Records in the DNS",
    "CA looks at them",
    "Certificate",
    "Tidy up",
];

/// Which of [`STAGES`] an order is in; past the last one when it has ended.
pub(in crate::gui) const fn stage(stage: OrderStage) -> usize {
    match stage {
        OrderStage::Queued | OrderStage::Ordering | OrderStage::Authorizing => 0,
        OrderStage::Publishing | OrderStage::Propagating => 1,
        OrderStage::Validating => 2,
        OrderStage::Finalizing | OrderStage::Fetching => 3,
        OrderStage::Cleaning => 4,
        _ => STAGES.len(),
    }
}

pub(in crate::gui) const fn order(state: &OrderState, dry_run: bool) -> Sign {
    match state {
        OrderState::Cancelled => (Tone::Off, icons::CANCELLED, "Called off"),
        OrderState::Done if dry_run => (Tone::Good, icons::DONE, "Rehearsed"),
        OrderState::Done => (Tone::Good, icons::DONE, "Done"),
        OrderState::Failed(_) => (Tone::Bad, icons::FAILED, "Failed"),
        OrderState::Running => (Tone::Info, icons::WAITING, "Under way"),
        OrderState::WaitingForPerson => (Tone::Due, icons::WARNING, "Waits for you"),
        OrderState::WaitingForVault => (Tone::Due, icons::LOCK, "Waits for the vault"),
        _ => UNKNOWN,
    }
}

/// What an account or a provider is called; of one that is gone the engine knows only its id.
pub(in crate::gui) fn name_or_gone(name: &str) -> &str {
    let is_id = name.parse::<AcmeAccountId>().is_ok() || name.parse::<DnsProviderId>().is_ok();
    match is_id {
        true => "Not here any more",
        false => name,
    }
}

/// Whether it goes on, by itself or with somebody's help.
pub(in crate::gui) const fn is_under_way(state: &OrderState) -> bool {
    matches!(
        state,
        OrderState::Running | OrderState::WaitingForPerson | OrderState::WaitingForVault
    )
}

/// Of an order that `goes_on`, or of one whose end nothing follows any more.
pub(in crate::gui) const fn challenge(state: ChallengeState, goes_on: bool) -> Sign {
    match state {
        ChallengeState::Unknown | ChallengeState::Wanted | ChallengeState::ByHand if !goes_on => {
            (Tone::Off, icons::CANCELLED, "Not proved")
        }
        ChallengeState::Published if !goes_on => {
            (Tone::Off, icons::CANCELLED, "Was not seen everywhere")
        }
        ChallengeState::Visible if !goes_on => (Tone::Off, icons::CHECK, "Was seen everywhere"),
        ChallengeState::Asked if !goes_on => {
            (Tone::Off, icons::CANCELLED, "The CA was told to look")
        }
        ChallengeState::Unknown => (Tone::Off, icons::WAITING, "Not asked yet"),
        ChallengeState::AlreadyValid => (Tone::Good, icons::DONE, "Proved before"),
        ChallengeState::Wanted => (Tone::Info, icons::WAITING, "To be published"),
        ChallengeState::ByHand => (Tone::Due, icons::WARNING, "To be made by you"),
        ChallengeState::Published => (Tone::Info, icons::WAITING, "Published, not seen everywhere"),
        ChallengeState::Visible => (Tone::Good, icons::CHECK, "Seen everywhere"),
        ChallengeState::Asked => (Tone::Info, icons::WAITING, "The CA is looking"),
        ChallengeState::Valid => (Tone::Good, icons::DONE, "Proved"),
        ChallengeState::Invalid => (Tone::Bad, icons::FAILED, "Not accepted"),
        _ => UNKNOWN,
    }
}

pub(in crate::gui) const fn account(state: AccountState) -> Sign {
    match state {
        AccountState::Active => (Tone::Good, icons::DONE, "Active"),
        AccountState::Deactivated => (Tone::Off, icons::CANCELLED, "Deactivated"),
        AccountState::RollingKey => (Tone::Due, icons::WAITING, "New key not confirmed yet"),
        AccountState::Wanted => (Tone::Due, icons::WAITING, "Not confirmed yet"),
        _ => UNKNOWN,
    }
}

/// What one server says of a record, as colour, icon and the words behind its name.
pub(in crate::gui) fn server(answer: &ServerAnswer, value: &str) -> (Tone, &'static str, String) {
    match answer.has(value) {
        true => (Tone::Good, icons::CHECK, "shows the record".to_owned()),
        false => (Tone::Due, icons::WAITING, answer.answer.to_string()),
    }
}

/// How far the driver of a DNS service was tried.
pub(in crate::gui) const fn evidence(evidence: Evidence) -> (Tone, &'static str, &'static str) {
    match evidence {
        Evidence::Run => (
            Tone::Good,
            icons::DONE,
            "Tried against the real service by those who wrote it",
        ),
        Evidence::Recorded => (
            Tone::Info,
            icons::INFO,
            "Tried against recorded answers of the real service, not against the service itself",
        ),
        Evidence::Written => (
            Tone::Due,
            icons::WARNING,
            "Written from the service’s documentation and never tried; test it before you rely on \
             it",
        ),
    }
}

/// What a credential can change, in one sentence without a full stop.
pub(in crate::gui) fn reach(reach: &ZonesInReach) -> String {
    match reach {
        ZonesInReach::Listed(zones) => format!("Can change {}", list(zones)),
        ZonesInReach::Everything(zones) => {
            format!(
                "Can change everything of the account, today {}",
                list(zones)
            )
        }
        ZonesInReach::Names(names) => format!("Can change only {}", list(names)),
        ZonesInReach::CannotTell(known) => {
            let known = shown(known);
            format!("Which zones it can change cannot be found out: {known}")
        }
        _ => "Not known".to_owned(),
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    let first: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let first = shown(&first.join(", ")).into_owned();
    match names.len().saturating_sub(SHOWN) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// `1 of 3 today`.
pub(in crate::gui) fn budget(budget: &Budget, now: Timestamp) -> String {
    let used = format!("{} of {} today", budget.used, budget.limit);
    match budget.next_free {
        Some(free) => format!("{used}; the next one {}", time::relative(now, free)),
        None => used,
    }
}

/// Why it is renewed when it is, in one sentence without a full stop.
pub(in crate::gui) fn why_then(plan: &RenewalPlan) -> String {
    match &plan.basis {
        RenewalBasis::Window { start, end, .. } => format!(
            "The CA asks for it between {} and {}",
            time::date(*start),
            time::date(*end)
        ),
        _ => match plan.checked {
            Some(_) => "Two thirds of its lifetime are over then; the CA names no time",
            None => "Two thirds of its lifetime are over then; the CA has not been asked yet",
        }
        .to_owned(),
    }
}

const UNKNOWN: Sign = (Tone::Off, icons::INFO, "Unknown");

/// Zones that a sentence names.
const SHOWN: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_shows_the_record_only_if_it_gives_out_this_value() {
        let answer = ServerAnswer {
            server: "ns1.example.org".to_owned(),
            address: None,
            answer: chancery_engine::api::TxtAnswer::Found(vec!["a".to_owned()]),
            millis: 3,
        };
        assert_eq!(server(&answer, "a").2, "shows the record");
        assert_eq!(server(&answer, "b").2, "shows other values");
    }

    #[test]
    fn an_account_that_was_forgotten_is_not_called_by_its_id() {
        let id = AcmeAccountId::from_raw(1).to_string();
        assert_eq!(name_or_gone(&id), "Not here any more");
        assert_eq!(name_or_gone("letsencrypt"), "letsencrypt");
    }

    #[test]
    fn a_long_list_of_zones_is_cut() {
        let zones: Vec<String> = (0..7).map(|at| format!("{at}.org")).collect();
        let told = reach(&ZonesInReach::Everything(zones));
        assert!(told.ends_with("4.org and 2 more"), "{told}");
        let nothing = reach(&ZonesInReach::Listed(Vec::new()));
        assert_eq!(nothing, "Can change nothing");
    }
}
