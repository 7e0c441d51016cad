//! Commands, endings and news, whatever the area.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

#[cfg(unix)]
use chancery_engine::Busy;
use chancery_engine::Ticket;
use chancery_engine::api::{
    Actor, Command, CommandId, Ending, Fact, KeyCommand, KeyType, Kind, ListCertificates, Notice,
    RequestCommand, Revision, VaultCommand,
};
#[cfg(unix)]
use chancery_engine::api::{AuditCommand, Report};
#[cfg(unix)]
use spec::StuckPipe;
use spec::{World, csr, done, eventually, issue, passphrase, submit};

#[cfg(unix)]
#[test]
fn a_command_that_never_ends_does_not_hold_up_a_thousand_others() {
    let (world, ca) = World::with_authorities();
    let pipe = StuckPipe::new();
    let mut endless = world.send(endless(&pipe));
    let csr = csr(&["www.example.internal"]);
    let tickets: Vec<_> = (0..1000)
        .map(|_| world.send(submit(&csr, ca, "server")))
        .collect();
    for ticket in tickets {
        done(ticket.wait());
    }
    assert_eq!(endless.poll(), None);
}

#[cfg(unix)]
#[test]
fn a_command_called_off_in_time_ends_as_cancelled_writes_nothing_and_gives_up_its_turn() {
    let world = World::with_vault();
    let pipe = StuckPipe::new();
    let before = world.inventory().at;
    let endless = world.send(endless(&pipe));
    world.client.cancel(endless.id);
    assert_eq!(endless.wait(), Ending::Cancelled);
    assert_eq!(world.inventory().at, before);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("next on the same resource");
    world.done(Command::Audit(AuditCommand::ExportKey { file }));
}

#[cfg(unix)]
#[test]
fn a_command_called_off_while_it_waits_for_its_turn_never_begins() {
    let world = World::with_vault();
    let pipe = StuckPipe::new();
    let endless = world.send(endless(&pipe));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.jsonl");
    let export = AuditCommand::Export { file: file.clone() };
    let waiting = world.send(Command::Audit(export));
    world.client.cancel(waiting.id);
    assert_eq!(waiting.wait(), Ending::Cancelled);
    world.client.cancel(endless.id);
    assert_eq!(endless.wait(), Ending::Cancelled);
    assert!(!file.exists());
}

#[test]
fn a_command_called_off_too_late_is_carried_out_and_says_so() {
    let (_folder, world, ca) = on_disk();
    world.disk.hold_after(0);
    let csr = csr(&["www.example.internal"]);
    let mut late = world.send(submit(&csr, ca, "server"));
    world.disk.wait_until_holding();
    world.client.cancel(late.id);
    assert_eq!(late.poll(), None);
    world.disk.release();
    done(late.wait());
    assert_eq!(world.requests().value.total, 1);
}

#[test]
fn a_certificate_whose_intent_is_being_written_is_not_called_off() {
    let (_folder, world, ca) = on_disk();
    world.disk.hold_after(0);
    let late = world.send(issue(&csr(&["www.example.internal"]), ca, "server"));
    world.disk.wait_until_holding();
    world.client.cancel(late.id);
    world.disk.release();
    done(late.wait());
    assert_eq!(world.health().possibly_issued, 0);
}

#[cfg(unix)]
#[test]
fn nobody_calls_off_a_command_of_somebody_else() {
    let world = World::new();
    let pipe = StuckPipe::new();
    let mut endless = world.send(endless(&pipe));
    let mallory = world.client.for_actor(user("mallory"));
    mallory.cancel(endless.id);
    world.done(quick());
    assert_eq!(endless.poll(), None);
    world.client.cancel(endless.id);
    assert_eq!(endless.wait(), Ending::Cancelled);
}

#[test]
fn a_command_that_is_unknown_or_over_is_called_off_in_vain() {
    let world = World::new();
    let ticket = world.send(quick());
    let id = ticket.id;
    done(ticket.wait());
    world.client.cancel(id);
    world.client.cancel(CommandId::from_raw(7));
    world.done(quick());
}

#[test]
fn a_listener_that_crashes_when_woken_harms_nobody_else() {
    let world = World::new();
    let bob = world.client.for_actor(user("bob"));
    let _crashing = world.client.news(|| panic!("on purpose"));
    let heard = bob.news(|| ());
    world.done(quick());
    world.done(quick());
    assert!(heard.drain().any(|notice| fact_of(&notice).is_some()));
}

#[cfg(unix)]
#[test]
fn a_full_engine_says_busy_and_stays_well() {
    let world = World::new();
    let pipe = StuckPipe::new();
    let mut open: Vec<Ticket> = Vec::new();
    let refused = loop {
        match world.client.send(endless(&pipe)) {
            Ok(ticket) => open.push(ticket),
            Err(refused) => break refused,
        }
    };
    assert_eq!(refused, Busy);
    assert!(world.client.send(quick()).is_err());
    world.inventory();
    let last = open.pop().unwrap();
    world.client.cancel(last.id);
    assert_eq!(last.wait(), Ending::Cancelled);
    world.done(quick());
}

#[cfg(unix)]
#[test]
fn a_command_still_open_when_the_engine_stops_has_failed() {
    let world = World::new();
    let pipe = StuckPipe::new();
    let endless = world.send(endless(&pipe));
    let stopping = std::thread::spawn(move || drop(world));
    let is_told = |report: &Report| report.code == "engine.stopped";
    assert!(matches!(endless.wait(), Ending::Failed(report) if is_told(&report)));
    drop(pipe);
    stopping.join().unwrap();
}

#[test]
fn a_slow_listener_misses_news_but_no_ending() {
    let (world, ca) = World::with_authorities();
    let news = world.client.news(|| ());
    let csr = csr(&["www.example.internal"]);
    let tickets: Vec<_> = (0..1200)
        .map(|_| world.send(submit(&csr, ca, "server")))
        .collect();
    let endings = tickets.into_iter().map(|ticket| done(ticket.wait()).1);
    let last = endings.max();
    let heard: Vec<_> = news.drain().collect();
    assert!(matches!(heard[0], Notice::Missed { .. }), "{:?}", heard[0]);
    assert!(heard.len() < 1200);
    assert_eq!(heard.iter().filter_map(revision).max(), last);
}

#[test]
fn news_says_which_command_caused_a_fact() {
    let world = World::new();
    let news = world.client.news(|| ());
    let ticket = world.send(quick());
    let cause = Some(ticket.id);
    let (fact, at) = done(ticket.wait());
    let heard = news.drain().find(|notice| fact_of(notice).is_some());
    assert_eq!(heard, Some(Notice::Fact { fact, cause, at }));
}

#[test]
fn each_front_end_hears_everything() {
    let world = World::new();
    let bob = world.client.for_actor(user("bob"));
    let (one, other) = (world.client.news(|| ()), bob.news(|| ()));
    world.done(quick());
    done(bob.send(quick()).unwrap().wait());
    let heard: Vec<_> = one.drain().collect();
    assert_eq!(heard.iter().filter_map(fact_of).count(), 2);
    assert_eq!(heard, other.drain().collect::<Vec<_>>());
    let actors: Vec<_> = world.audit().into_iter().map(|row| row.actor).collect();
    assert_eq!(actors, [spec::alice(), user("bob")]);
}

#[test]
fn a_front_end_is_woken_for_an_answer_as_well_as_for_news() {
    let world = World::new();
    let (wake, woken) = mpsc::channel();
    let _news = world.client.news(move || wake.send(()).unwrap());
    let mut pending = world.client.ask(ListCertificates::default()).unwrap();
    woken.recv_timeout(Duration::from_secs(60)).unwrap();
    assert!(pending.poll().unwrap().is_ok());
}

#[test]
fn a_front_end_that_draws_is_woken_when_its_command_has_ended() {
    let world = World::new();
    let (wake, woken) = mpsc::channel();
    let _news = world.client.news(move || wake.send(()).unwrap());
    let mut ticket = world.send(quick());
    let ending = loop {
        woken.recv_timeout(Duration::from_secs(60)).unwrap();
        if let Some(ending) = ticket.poll() {
            break ending;
        }
    };
    done(ending);
}

#[test]
fn whoever_is_told_of_an_ending_finds_the_news_already_there() {
    let world = World::new();
    let heard = Arc::new(AtomicBool::default());
    let hears = Arc::clone(&heard);
    let news = world
        .client
        .news(move || hears.store(true, Ordering::SeqCst));
    for _ in 0..100 {
        heard.store(false, Ordering::SeqCst);
        let (_, at) = world.done(quick());
        assert!(heard.load(Ordering::SeqCst));
        let newest = news.drain().filter_map(|notice| revision(&notice)).max();
        assert_eq!(newest, Some(at));
    }
}

#[test]
fn whoever_saw_done_finds_it_by_query() {
    let (world, ca) = World::with_authorities();
    let csr = csr(&["www.example.internal"]);
    for number in 1..=50 {
        let (_, at) = world.done(submit(&csr, ca, "server"));
        let answered = world.requests();
        assert!(at <= answered.at);
        assert_eq!(answered.value.total, number);
    }
}

#[test]
fn questions_are_answered_while_the_disk_stands_still() {
    let (_folder, world, ca) = on_disk();
    world.disk.hold_after(0);
    let waiting = world.send(submit(&csr(&["www.example.internal"]), ca, "server"));
    world.disk.wait_until_holding();
    let before = world.requests();
    assert_eq!(before.value.total, 0);
    world.disk.release();
    let (_, at) = done(waiting.wait());
    assert!(before.at < at, "what was not yet durable was not yet shown");
}

#[test]
fn command_ids_sort_by_time_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut ids = Vec::new();
    for day in 1..=2 {
        let world = World::at(folder.path());
        world.clock.advance_days(day);
        for _ in 0..3 {
            let ticket = world.send(quick());
            ids.push(ticket.id);
            done(ticket.wait());
        }
    }
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
}

#[test]
fn commands_on_one_resource_are_carried_out_in_the_order_in_which_they_were_sent() {
    let world = World::with_vault();
    let bob = world.client.for_actor(user("bob"));
    let news = world.client.news(|| ());
    // Unlocking takes long and locking does not: without order, the quick ones would overtake.
    let tickets: Vec<_> = (0..10)
        .flat_map(|_| {
            let passphrase = passphrase();
            let slow = Command::Vault(VaultCommand::unlock(passphrase));
            [world.send(slow), bob.send(quick()).unwrap()]
        })
        .collect();
    let sent: Vec<_> = tickets.iter().map(|ticket| ticket.id).collect();
    let at: Vec<Revision> = tickets
        .into_iter()
        .map(|ticket| done(ticket.wait()).1)
        .collect();
    assert!(at.is_sorted_by(|a, b| a < b), "{at:?}");
    let carried_out: Vec<_> = news.drain().filter_map(|it| fact_of(&it)?.1).collect();
    assert_eq!(carried_out, sent);
}

#[test]
fn of_two_front_ends_that_want_one_name_at_once_exactly_one_gets_it() {
    let world = World::with_vault();
    let bob = world.client.for_actor(user("bob"));
    for number in 0..10 {
        let generate = |space: &str| {
            let name = format!("www{number}{space}");
            let key_type = KeyType::P256;
            Command::Key(KeyCommand::Generate { name, key_type })
        };
        let both = [
            world.send(generate("")),
            // The same name in the end, but nobody can know before it is read.
            bob.send(generate(" ")).unwrap(),
        ];
        let endings = both.map(Ticket::wait);
        let is_done = |ending: &&Ending| matches!(ending, Ending::Done { .. });
        assert_eq!(endings.iter().filter(is_done).count(), 1, "{endings:?}");
        let is_refused =
            |ending: &Ending| matches!(ending, Ending::Failed(it) if it.code == "key.name-taken");
        assert!(endings.iter().any(is_refused), "{endings:?}");
    }
}

#[test]
fn the_folder_is_free_when_the_last_client_is_dropped_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(folder.path());
    let last = world.client.for_actor(user("bob"));
    drop(world);
    let refused = World::try_open(chancery_engine::Home::Folder(folder.path().to_owned()));
    assert!(matches!(refused, Err(report) if report.kind == Kind::InUse));
    done(last.send(quick()).unwrap().wait());
    drop(last);
    let world = World::at(folder.path());
    assert_eq!(world.audit().len(), 1);
}

#[test]
fn everything_that_goes_out_survives_the_way_through_json() {
    let world = World::with_vault();
    let news = world.client.news(|| ());
    let ca = world.make_authorities();
    let id = world.submitted(&csr(&["www.example.internal"]), ca, "server");
    world.approved(id);
    let other = world.submitted(&csr(&["mail.example.internal"]), ca, "server");
    let reason = "nobody \"knows\" it\n\u{202e}".to_owned();
    let reject = RequestCommand::Reject { id: other, reason };
    world.done(Command::Request(reject));
    world.verified();
    eventually("the verification is heard", || {
        world.audit_state().last_verification.is_some()
    });
    for notice in news.drain() {
        survives(&notice);
    }
    let refused = world.refused(submit(b"no request", ca, "server"));
    survives(&refused);
    survives(&Ending::Failed(refused.clone()));
    survives(&Notice::Stopped(refused));
    survives(&world.send(quick()).wait());
    survives(&*world.inventory().value);
    survives(&*world.requests().value);
    survives(&world.authorities());
    survives(&world.audit());
    survives(&world.health());
    survives(&world.audit_state());
}

fn survives<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(
    value: &T,
) {
    let text = serde_json::to_string(value).unwrap();
    let back: T = serde_json::from_str(&text).unwrap();
    assert_eq!(&back, value, "{text}");
}

/// An export into a pipe that nobody reads.
#[cfg(unix)]
fn endless(pipe: &StuckPipe) -> Command {
    let file = pipe.path();
    Command::Audit(AuditCommand::Export { file })
}

/// Asks for nothing but to be carried out.
fn quick() -> Command {
    Command::Vault(VaultCommand::Lock)
}

fn on_disk() -> (tempfile::TempDir, World, chancery_engine::api::AuthorityId) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(folder.path());
    world.make_vault();
    let ca = world.make_authorities();
    (folder, world, ca)
}

fn user(name: &str) -> Actor {
    Actor::User(name.to_owned())
}

fn fact_of(notice: &Notice) -> Option<(&Fact, Option<CommandId>)> {
    match notice {
        Notice::Fact { fact, cause, .. } => Some((fact, *cause)),
        _ => None,
    }
}

fn revision(notice: &Notice) -> Option<Revision> {
    match notice {
        Notice::Changed { at, .. } | Notice::Fact { at, .. } | Notice::Missed { at } => Some(*at),
        _ => None,
    }
}
