//! An order followed live: each step as a line, and the records that a person has to make.

use std::collections::BTreeSet;
use std::io::{BufRead, stdin};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use chancery_engine::api::{
    AcmeCommand, AcmeFact, ChallengeRow, ChallengeState, Command, Fact, Notice, OrderDetail,
    OrderId, OrderStage, OrderState, Report, ShowOrder, Timestamp,
};

use crate::cli::session::Session;
use crate::cli::{CliError, Talk, question};

/// What following an order is for.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Wanted {
    Certificate,
    /// That it ends.
    End,
}

/// Tells what happens until the order has ended, however it ends.
pub(crate) fn follow(
    session: &Session,
    id: OrderId,
    wanted: Wanted,
) -> Result<OrderDetail, Report> {
    let (sender, heard) = sync_channel(1);
    let bell = sender.clone();
    // A full channel wakes as well.
    let news = session.news(move || drop(bell.try_send(Heard::News)))?;
    let mut told = Told::of(session, wanted);
    loop {
        let detail = session.ask(&ShowOrder(id))?;
        told.tell(&detail, &sender);
        if detail.row.stage == OrderStage::Ended {
            return Ok(detail);
        }
        // News are lossy: after a while it looks without any.
        let woken = heard.recv_timeout(GLANCE).unwrap_or(Heard::News);
        if woken == Heard::Enter && detail.may_go_on {
            go_on(session, id)?;
        }
        for notice in news.drain() {
            if let Notice::Stopped(report) = notice {
                return Err(report);
            }
        }
    }
}

/// The order as it ended, if it ended as it should.
pub(crate) fn require_done(detail: OrderDetail) -> Result<OrderDetail, Report> {
    match detail.row.state {
        OrderState::Done => Ok(detail),
        OrderState::Failed(report) => Err(report),
        _ => Err(CliError::OrderCancelled(detail.row.id).into()),
    }
}

/// Lets the CA look now.
pub(super) fn go_on(session: &Session, id: OrderId) -> Result<(), Report> {
    let go_on = || Ok(Command::Acme(AcmeCommand::GoOn { id }));
    session.carry_out(go_on, |fact| {
        matches!(fact, Fact::Acme(AcmeFact::OrderGoesOn { .. })).then_some(())
    })
}

/// What it does now, and when it tries again what has failed.
pub(super) fn does_now(detail: &OrderDetail) -> String {
    match detail.next_try {
        None => detail.now.clone(),
        Some(at) => format!("{}. It is tried again at {at}", detail.now),
    }
}

#[derive(Eq, PartialEq)]
enum Heard {
    Enter,
    News,
}

/// What was told already.
struct Told {
    talk: Talk,
    wanted: Wanted,
    begun: bool,
    steps: usize,
    /// Names and values.
    records: BTreeSet<(String, String)>,
    now: (String, Option<Timestamp>),
}

impl Told {
    fn of(session: &Session, wanted: Wanted) -> Self {
        Self {
            talk: session.talk,
            wanted,
            begun: false,
            steps: 0,
            records: BTreeSet::new(),
            now: (String::new(), None),
        }
    }

    fn tell(&mut self, detail: &OrderDetail, enter: &SyncSender<Heard>) {
        if !self.begun && self.wanted == Wanted::Certificate {
            let id = detail.row.id;
            self.talk.note(&format!(
                "{id} is under way. It outlives this command: `chancery acme order wait {id}` \
                 goes on with it."
            ));
        }
        self.begun = true;
        for (_, step) in detail.steps.iter().skip(self.steps) {
            self.talk.note(&format!("{step}."));
        }
        self.steps = detail.steps.len();
        self.tell_records(&detail.challenges, enter);
        let now = (detail.now.clone(), detail.next_try);
        if self.now != now && !detail.now.is_empty() {
            self.talk.note(&format!("  {}.", does_now(detail)));
        }
        self.now = now;
    }

    fn tell_records(&mut self, challenges: &[ChallengeRow], enter: &SyncSender<Heard>) {
        let by_hand = challenges
            .iter()
            .filter(|it| it.state == ChallengeState::ByHand);
        let new: Vec<_> = by_hand
            .map(|it| (it.target.clone(), it.value.clone()))
            .filter(|record| !self.records.contains(record))
            .collect();
        if new.is_empty() {
            return;
        }
        self.talk
            .note("Make these TXT records now, and leave what else stands at their names:");
        for (name, value) in &new {
            self.talk.note(&format!("  {name}.  TXT  \"{value}\""));
        }
        let asked_before = !self.records.is_empty();
        self.records.extend(new);
        match question::can_ask(self.talk) {
            true if !asked_before => {
                listen(enter.clone());
                self.talk.note(
                    "It goes on by itself when every server shows them; Enter lets the CA look at \
                     once.",
                );
            }
            _ => self
                .talk
                .note("It goes on by itself when every server shows them."),
        }
    }
}

/// Each line that is typed; ends with the program.
fn listen(enter: SyncSender<Heard>) {
    thread::spawn(move || {
        for line in stdin().lock().lines() {
            if line.is_err() || enter.send(Heard::Enter).is_err() {
                return;
            }
        }
    });
}

const GLANCE: Duration = Duration::from_secs(1);
