//! Jobs: begun by a command, seen by everyone, taken up again after a restart, called off.

use chancery_engine::api::{
    AuditFact, AuthorityId, Clock, Command, Ending, Fact, JobId, JobRow, JobState, ListJobs,
    Notice, SystemCommand, VaultCommand, Verification,
};
use chancery_engine::{News, Ticket};
use spec::{World, copy_folder, csr, done, eventually, submit};
use tempfile::TempDir;

#[test]
fn a_verification_ends_as_news_as_a_job_done_and_in_the_state_of_the_audit() {
    let (world, _) = World::with_authorities();
    let news = world.client.news(|| ());
    assert_eq!(world.audit_state().last_verification, None);
    let job = world.verify();
    let found = heard(&news);
    assert_eq!(found.faults, Vec::<String>::new());
    assert_eq!(found.complete_to + 1, world.audit_state().entries);
    assert_eq!(row(&world, job).state, JobState::Done);
    let step = row(&world, job).step;
    assert_eq!((step.done, step.of), (found.complete_to, found.complete_to));
    let last = world.audit_state().last_verification;
    assert_eq!(last, Some((world.clock.now(), found)));
    assert_eq!(world.health().running_jobs, 0);
}

#[test]
fn who_began_a_job_and_how_it_ended_is_recorded() {
    let world = World::with_vault();
    let job = world.verify();
    eventually("it has ended", || world.job_state(job) == JobState::Done);
    let rows = world.audit();
    let of_job = rows.iter().filter(|row| {
        row.resource
            .as_ref()
            .is_some_and(|it| it.id == job.to_string())
    });
    let told: Vec<_> = of_job
        .map(|row| (&row.actor, row.cause.is_some()))
        .collect();
    let alice = spec::alice();
    assert_eq!(told, [(&alice, true), (&alice, false)]);
}

#[test]
fn a_long_verification_goes_from_step_to_step_and_misses_nothing() {
    let (_folder, world, _) = long();
    let found = world.verified();
    assert_eq!(found.faults, Vec::<String>::new());
    assert_eq!(found.complete_to + 1, world.audit_state().entries);
    assert!(found.sealed_to.is_some());
}

#[test]
fn a_job_goes_on_where_a_killed_process_left_it() {
    let (folder, world, ca) = long();
    let commit = syncs_of_a_commit(&world, ca);
    // Its beginning and one step are written, its end is not.
    world.disk.hold_after(2 * commit);
    let job = world.verify();
    world.disk.wait_until_holding();
    let left = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), left.path());
    let step = row(&world, job).step;
    assert!(0 < step.done && step.done < step.of, "{step:?}");
    assert_eq!(world.health().running_jobs, 1);
    world.disk.release();
    let after = World::at(left.path());
    eventually("the job has ended", || {
        after.job_state(job) == JobState::Done
    });
    let (_, found) = after.audit_state().last_verification.unwrap();
    assert_eq!(found.faults, Vec::<String>::new());
    assert_eq!(found.complete_to, step.of);
}

#[test]
fn a_job_whose_end_could_not_be_written_goes_on_after_a_restart() {
    let (folder, world, ca) = on_disk();
    let commit = syncs_of_a_commit(&world, ca);
    world.disk.break_for_good_after(commit);
    let job = world.verify();
    let news = world.client.news(|| ());
    eventually("the disk has failed", || world.disk.has_failed());
    drop((news, world));
    let world = World::at(folder.path());
    eventually("the job has ended", || {
        world.job_state(job) == JobState::Done
    });
    assert!(world.audit_state().last_verification.is_some());
}

#[test]
fn a_job_called_off_stays_called_off_and_finds_nothing() {
    let (folder, world, ca) = long();
    let commit = syncs_of_a_commit(&world, ca);
    // Whether it is called off in time is a race, which a few tries win.
    let job = (0..20).find_map(|_| {
        world.disk.hold_after(commit);
        let job = world.verify();
        world.disk.wait_until_holding();
        let calling_off = world.send(cancel(job));
        world.disk.release();
        called_off(calling_off).then_some(job)
    });
    let job = job.expect("one that was called off in time");
    assert_eq!(world.job_state(job), JobState::Cancelled);
    let before = world.audit_state().last_verification;
    let report = world.refused(cancel(job));
    assert_eq!(report.code, "job.not-running");
    drop(world);
    let world = World::at(folder.path());
    assert_eq!(world.job_state(job), JobState::Cancelled);
    assert_eq!(world.audit_state().last_verification, before);
}

#[test]
fn a_job_that_is_unknown_or_over_is_not_called_off() {
    let world = World::with_vault();
    let report = world.refused(cancel(JobId::from_raw(7)));
    assert_eq!(report.code, "job.unknown");
    let job = world.verify();
    eventually("it has ended", || world.job_state(job) == JobState::Done);
    assert_eq!(world.refused(cancel(job)).code, "job.not-running");
    assert_eq!(world.job_state(job), JobState::Done);
}

#[test]
fn without_a_vault_the_chain_is_followed_and_nothing_vouches_for_it() {
    let world = World::new();
    world.done(Command::Vault(VaultCommand::Lock));
    let found = world.verified();
    assert_eq!((found.faults.len(), found.sealed_to), (0, None));
    assert!(found.complete_to > 0);
}

/// The verification's end, which nobody asked for by a command.
fn heard(news: &News) -> Verification {
    let mut found = None;
    eventually("the verification is heard", || {
        found = news.drain().find_map(|notice| match notice {
            Notice::Fact {
                fact: Fact::Audit(AuditFact::Verified(found)),
                cause: None,
                ..
            } => Some(found),
            _ => None,
        });
        found.is_some()
    });
    found.expect("just seen")
}

/// `false` where it had ended already.
fn called_off(calling_off: Ticket) -> bool {
    match calling_off.wait() {
        Ending::Done { .. } => true,
        Ending::Failed(report) if report.code == "job.not-running" => false,
        other => panic!("{other:?}"),
    }
}

fn row(world: &World, id: JobId) -> JobRow {
    let jobs = world.client.read(&ListJobs).unwrap().value;
    jobs.iter().find(|job| job.id == id).unwrap().clone()
}

fn cancel(id: JobId) -> Command {
    Command::System(SystemCommand::CancelJob { id })
}

fn syncs_of_a_commit(world: &World, ca: AuthorityId) -> i64 {
    let csr = csr(&["www.example.internal"]);
    world.disk.syncs_of(|| {
        world.done(submit(&csr, ca, "server"));
    })
}

/// With more entries than are followed in one step.
fn long() -> (TempDir, World, AuthorityId) {
    let (folder, world, ca) = on_disk();
    let csr = csr(&["www.example.internal"]);
    for _ in 0..2 {
        let tickets: Vec<_> = (0..1100)
            .map(|_| world.send(submit(&csr, ca, "server")))
            .collect();
        for ticket in tickets {
            done(ticket.wait());
        }
    }
    world.done(Command::Vault(VaultCommand::Lock));
    (folder, world, ca)
}

fn on_disk() -> (TempDir, World, AuthorityId) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(folder.path());
    world.make_vault();
    let ca = world.make_authorities();
    (folder, world, ca)
}
