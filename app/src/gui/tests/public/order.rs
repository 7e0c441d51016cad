//! An order as it is shown, in each of its states.

use chancery_engine::api::{
    CertificateId, ChallengeState, Kind, OrderDetail, OrderStage, OrderState, Remedy,
};

use super::fixture::{NOW, challenge, name, order, propagating};
use super::*;
use crate::gui::screens::order::live::{self, Asked};

type Shown = Harness<'static, (OrderDetail, Option<Asked>)>;

fn shown(detail: OrderDetail) -> Shown {
    let mut harness = Harness::builder()
        .with_size([900.0, 1600.0])
        .with_context_setup(|context| theme::install(context, egui::ThemePreference::Dark))
        .build_ui_state(
            |panel, (detail, asked): &mut (OrderDetail, Option<Asked>)| {
                egui::CentralPanel::default().show(panel, |ui| {
                    *asked = live::order(ui, detail, NOW).or(*asked);
                });
            },
            (detail, None),
        );
    harness.run();
    harness
}

#[track_caller]
fn says(harness: &Shown, words: &str) {
    let found = harness.query_all_by_label_contains(words).next();
    assert!(found.is_some(), "{words:?} is not shown");
}

#[test]
fn an_order_that_waits_for_the_dns_shows_what_each_server_answers() {
    let harness = shown(propagating(OrderState::Running, ChallengeState::Published));
    for words in [
        "now every server of the zones has to show them",
        "Waiting for 20 s, at most 10 minutes",
        "1 of 3 show the record",
        "ns1.example.net shows the record",
        "ns2.example.net does not know the name (NXDOMAIN)",
        "ns3.example.net does not answer",
        "_acme-challenge.www.example.org",
        "A CNAME leads to",
        "Published, not seen everywhere",
    ] {
        says(&harness, words);
    }
}

#[test]
fn a_person_may_let_the_ca_look_before_every_server_agrees() {
    let mut harness = shown(propagating(OrderState::Running, ChallengeState::Published));
    harness
        .get_by_role_and_label(Role::Button, "Go on anyway")
        .click();
    harness.run();
    assert_eq!(harness.state().1, Some(Asked::GoOn));
}

#[test]
fn records_to_be_made_by_hand_stand_on_a_card_that_can_be_copied_from() {
    let detail = propagating(OrderState::WaitingForPerson, ChallengeState::ByHand);
    let mut harness = shown(detail);
    says(&harness, "Make this record");
    says(&harness, "Waits for you");
    says(&harness, "Or in example.net");
    harness
        .get_by_role_and_label(Role::Button, "Copy text")
        .click();
    harness.run_steps(1);
    let copied = harness.output().platform_output.commands.iter().any(
        |command| matches!(command, egui::OutputCommand::CopyText(text) if *text == "V".repeat(43)),
    );
    assert!(copied);
    harness
        .get_by_role_and_label(Role::Button, "I have made it")
        .click();
    harness.run();
    assert_eq!(harness.state().1, Some(Asked::GoOn));
}

#[test]
fn a_failed_order_says_why_and_what_to_do() {
    let failed = Report {
        code: "acme.not-visible".into(),
        kind: Kind::Failed,
        what: "not every server shows the records".to_owned(),
        why: vec!["ns2.example.net does not answer".to_owned()],
        remedy: Remedy::Do("Look at the servers shown".to_owned()),
    };
    let mut detail = order(OrderStage::Ended, OrderState::Failed(failed));
    let mut refused = challenge(ChallengeState::Invalid);
    refused.problem = Some("no TXT record found".to_owned());
    detail.challenges = vec![refused];
    let harness = shown(detail);
    for words in [
        "Failed",
        "Not every server shows the records",
        "Look at the servers shown",
        "acme.not-visible",
        "The CA says: No TXT record found",
        "Not accepted",
        "Stopped at step 3 of 5",
    ] {
        says(&harness, words);
    }
    assert!(harness.query_by_label("Go on anyway").is_none());
}

#[test]
fn after_a_failure_the_same_can_be_ordered_again_and_what_it_used_is_one_step_away() {
    let failed = Report {
        code: "acme.refused".into(),
        kind: Kind::Refused,
        what: "the CA refused".to_owned(),
        why: Vec::new(),
        remedy: Remedy::Retry,
    };
    let detail = order(OrderStage::Ended, OrderState::Failed(failed));
    for (button, asked) in [
        ("Order again…", Asked::Again),
        ("Show DNS provider", Asked::Provider(detail.row.provider)),
        ("Show account", Asked::Accounts),
    ] {
        let mut harness = shown(detail.clone());
        harness.get_by_role_and_label(Role::Button, button).click();
        harness.run();
        assert_eq!(harness.state().1, Some(asked));
    }
}

#[test]
fn of_an_order_that_has_ended_nothing_is_still_to_be_done() {
    for state in [
        ChallengeState::Wanted,
        ChallengeState::ByHand,
        ChallengeState::Published,
        ChallengeState::Asked,
    ] {
        let mut detail = order(OrderStage::Ended, OrderState::Cancelled);
        detail.challenges = vec![challenge(state)];
        let harness = shown(detail);
        for words in ["To be published", "To be made by you", "The CA is looking"] {
            assert!(harness.query_by_label(words).is_none(), "{words}");
        }
    }
}

#[test]
fn an_order_that_was_called_off_says_what_became_of_its_records() {
    let ended = |challenges| OrderDetail {
        challenges,
        ..order(OrderStage::Ended, OrderState::Cancelled)
    };
    let none = shown(ended(Vec::new()));
    says(&none, "No certificate came of it.");
    assert!(none.query_all_by_label_contains("records").next().is_none());
    says(&none, "Called off at step 1 of 5");
    let taken = shown(ended(vec![challenge(ChallengeState::Published)]));
    says(&taken, "The records are out of the DNS again");
    let by_hand = shown(OrderDetail {
        by_hand: vec!["www.acme.example.net".to_owned()],
        ..ended(vec![challenge(ChallengeState::ByHand)])
    });
    says(
        &by_hand,
        "What you made by hand, you also take away: at www.acme.example.net.",
    );
}

#[test]
fn an_order_that_is_being_called_off_says_so_until_it_has_ended() {
    let mut detail = propagating(OrderState::Running, ChallengeState::Published);
    detail.called_off = true;
    let harness = shown(detail);
    says(&harness, "Being called off");
    says(&harness, "It ends as soon as what it does now is over");
    assert!(harness.query_by_label("Under way").is_none());
    assert!(harness.query_by_label("Go on anyway").is_none());
}

#[test]
fn an_order_that_is_done_names_the_chain_that_was_taken() {
    let mut detail = order(OrderStage::Ended, OrderState::Done);
    detail.row.certificate = Some(CertificateId::from_raw(9));
    detail.chains = vec!["Root X1".to_owned(), "Root X2".to_owned()];
    let harness = shown(detail);
    says(&harness, "The certificate is here");
    says(&harness, "Root X1, taken");
    says(&harness, "Root X2");
    says(&harness, "The CA has taken the order");
}

#[test]
fn an_order_that_failed_stays_at_the_step_where_it_failed() {
    let failed = || Report {
        code: "acme.refused".into(),
        kind: Kind::Refused,
        what: "the CA refused".to_owned(),
        why: Vec::new(),
        remedy: Remedy::Retry,
    };
    for (challenges, step) in [
        (Vec::new(), 1),
        (vec![challenge(ChallengeState::Published)], 2),
        (vec![challenge(ChallengeState::Asked)], 3),
        (vec![challenge(ChallengeState::Valid)], 4),
    ] {
        let mut detail = order(OrderStage::Ended, OrderState::Failed(failed()));
        detail.challenges = challenges;
        says(&shown(detail), &format!("Stopped at step {step} of 5"));
    }
}

#[test]
fn a_rehearsal_that_went_well_says_that_its_certificate_was_let_go() {
    let mut detail = order(OrderStage::Ended, OrderState::Done);
    detail.row.dry_run = true;
    let harness = shown(detail);
    says(&harness, "The rehearsal went well");
    says(&harness, "Its certificate was let go");
}

#[test]
fn an_order_that_waits_for_the_vault_or_was_called_off_says_so() {
    let waits = shown(order(OrderStage::Finalizing, OrderState::WaitingForVault));
    says(&waits, "as soon as the vault is unlocked");
    let called_off = shown(order(OrderStage::Ended, OrderState::Cancelled));
    says(&called_off, "The order was called off");
}

#[test]
fn a_name_in_another_script_is_shown_both_ways() {
    let mut detail = propagating(OrderState::Running, ChallengeState::Published);
    detail.challenges[0].name = name("xn--bcher-kva.example.org");
    says(
        &shown(detail),
        "bücher.example.org (xn--bcher-kva.example.org)",
    );
}

#[test]
fn what_a_server_or_a_ca_writes_cannot_pose_as_something_else() {
    let mut detail = propagating(OrderState::Running, ChallengeState::Published);
    detail.challenges[0].problem = Some("gp\u{202e}fdp\n\u{1b}[31m".to_owned());
    detail.challenges[0].servers[0].server = "ns\u{202e}1".to_owned();
    let harness = shown(detail);
    assert!(harness.query_by_label_contains("\u{202e}").is_none());
    assert!(harness.query_by_label_contains("\u{1b}").is_none());
}
