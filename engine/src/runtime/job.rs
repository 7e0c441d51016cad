//! Durable jobs: begun by a command, resumed after a restart, cancelled on request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::Core;
use super::act::Act;
use super::handle;
use super::order;
use crate::api::{
    AuditFact, Fact, JobId, JobState, Notice, Report, Step, SystemFact, Verification,
};
use crate::audit::{self, Follower, Seals, step};
use crate::base::Explain;
use crate::base::{Kind, Remedy};
use crate::store::audit::{Entry, VerificationRecord, verified};
use crate::store::job::{self, JobRecord, Work};
use crate::store::{Change, Put, Refused, Store};

/// Makes a job durable, with the audit entry that says who began it, and sets it to work.
pub(super) async fn begin(
    core: &Arc<Core>,
    tasks: &Handle,
    act: &Act,
    work: Work,
) -> Result<JobId, Report> {
    let context = &core.context;
    let id = JobId::from_raw(context.new_id());
    let record = JobRecord {
        work,
        state: JobState::Running,
        step: Step { done: 0, of: 0 },
        started: act.at,
        actor: act.actor.clone(),
    };
    let resource = crate::api::Resource::of("job", id);
    let entry = act.done(resource, "started as a job");
    let mut change = Change::of(vec![job::put(id, &record)], vec![entry]);
    change.cause = Some(act.cause);
    context.running.past_return(act.cause).await;
    context.store.commit(change).await?;
    spawn(core, tasks, id, record);
    Ok(id)
}

/// Sets every job to work that was running when the engine last stopped.
pub(super) fn resume(core: &Arc<Core>, tasks: &Handle) {
    let running = core
        .context
        .snapshot()
        .and_then(|snapshot| Ok(snapshot.jobs()?));
    // A store that cannot be read says so to whoever asks it next.
    for (id, record) in running.unwrap_or_default() {
        if record.state == JobState::Running {
            spawn(core, tasks, id, record);
        }
    }
}

pub(super) fn spawn(core: &Arc<Core>, tasks: &Handle, id: JobId, record: JobRecord) {
    let core = Arc::clone(core);
    tasks.spawn(async move {
        if let Err(report) = run(&core, id, record.clone()).await {
            fail(&core, id, record, report).await;
        }
    });
}

async fn run(core: &Arc<Core>, id: JobId, record: JobRecord) -> Result<(), Report> {
    match record.work {
        Work::Order { id } => order::run(core, id).await,
        Work::VerifyAudit { .. } => follow(core, id, record).await,
    }
}

async fn follow(core: &Arc<Core>, id: JobId, mut record: JobRecord) -> Result<(), Report> {
    let mut told = Instant::now();
    loop {
        // Only what is needed: the pool's own thread must never be the last to hold the context.
        let store = Arc::clone(&core.context.store);
        let seals = handle::audit::who_seals(&core.context).ok();
        let work = record.work.clone();
        let advanced = core
            .context
            .compute
            .run(move || advance(&store, seals, work))
            .await??;
        record.work = advanced.work;
        record.step = advanced.step;
        if let Some(found) = advanced.finished {
            return finish(core, id, record, found).await;
        }
        let change = Change {
            guard: Box::new(move |now| still_running(now, id)),
            ..Change::of(vec![job::put(id, &record)], Vec::new())
        };
        match core.context.store.commit(change).await {
            Ok(_) => (),
            Err(refused) if refused.0.code == NOT_RUNNING => return Ok(()),
            Err(refused) => return Err(refused.into()),
        }
        if PROGRESS_EVERY <= told.elapsed() {
            told = Instant::now();
            let step = record.step;
            core.news.publish(&Notice::Progress { job: id, step });
        }
    }
}

/// A job that was cancelled meanwhile is not written over.
fn still_running(now: &crate::store::Reader<'_>, id: JobId) -> Result<(), Refused> {
    match job::get(now, id)? {
        Some(record) if record.state == JobState::Running => Ok(()),
        _ => Err(JobError::NotRunning(id).into()),
    }
}

struct Advanced {
    work: Work,
    step: Step,
    /// What was found, at the end.
    finished: Option<audit::Verification>,
}

/// Without a key that seals, the chain is followed without its checkpoints.
fn advance(
    store: &Store,
    seals: Option<(String, Vec<u8>)>,
    work: Work,
) -> Result<Advanced, Report> {
    match work {
        Work::Order { .. } => Err(Report::bug("an order is no chain to follow")),
        Work::VerifyAudit { state } => {
            let snapshot = store.snapshot()?;
            let mut follower = resumed(state.as_deref());
            let seals = seals
                .as_ref()
                .map(|(store, key_spki)| Seals { store, key_spki });
            let more = step(&mut follower, &snapshot, seals.as_ref(), CHUNK)?;
            let of = snapshot.audit_entries()?;
            let step = Step {
                done: (follower.next() - 1).min(of),
                of,
            };
            Ok(Advanced {
                finished: (!more).then(|| follower.clone().finish()),
                work: Work::VerifyAudit {
                    state: serde_json::to_string(&follower).ok(),
                },
                step,
            })
        }
    }
}

/// Where it was when it was last written; from the beginning where that cannot be read.
fn resumed(state: Option<&str>) -> Follower {
    let read = state.and_then(|state| serde_json::from_str(state).ok());
    read.unwrap_or_default()
}

async fn finish(
    core: &Arc<Core>,
    id: JobId,
    mut record: JobRecord,
    found: audit::Verification,
) -> Result<(), Report> {
    let context = &core.context;
    record.state = JobState::Done;
    let at = context.clock.now();
    let words = audit::words(&found).join("; ");
    let found = Verification {
        complete_to: found.complete_to,
        faults: found.faults,
        sealed_to: found.sealed_to,
    };
    let entry = entry(&record, at, id, "done", words);
    let puts = vec![
        job::put(id, &record),
        verified(&VerificationRecord {
            at,
            found: found.clone(),
        }),
    ];
    let change = Change {
        guard: Box::new(move |now| still_running(now, id)),
        fact: Some(Fact::Audit(AuditFact::Verified(found))),
        ..Change::of(puts, vec![entry])
    };
    context.store.commit(change).await?;
    Ok(())
}

async fn fail(core: &Arc<Core>, id: JobId, mut record: JobRecord, report: Report) {
    if report.code == NOT_RUNNING {
        return;
    }
    record.state = JobState::Failed(report.clone());
    let at = core.context.clock.now();
    let entry = entry(&record, at, id, "failed", report.what.clone());
    let change = Change {
        guard: Box::new(move |now| still_running(now, id)),
        fact: Some(Fact::System(SystemFact::JobFailed { id, report })),
        ..Change::of(vec![job::put(id, &record)], vec![entry])
    };
    // If not even this can be written, the job is still running and resumes at the next start.
    core.context.store.commit(change).await.ok();
}

fn entry(
    record: &JobRecord,
    at: crate::api::Timestamp,
    id: JobId,
    outcome: &str,
    details: String,
) -> Entry {
    Entry {
        at,
        actor: record.actor.clone(),
        action: match record.work {
            Work::Order { .. } => "acme.order",
            Work::VerifyAudit { .. } => "audit.verify",
        }
        .to_owned(),
        outcome: outcome.to_owned(),
        resource: crate::api::Resource::of("job", id),
        details,
        cause: None,
        keys_used: Vec::new(),
    }
}

/// The change that ends a job before its time.
pub(super) fn cancelled(id: JobId, mut record: JobRecord) -> (crate::store::Guard, Vec<Put>) {
    record.state = JobState::Cancelled;
    let guard = Box::new(move |now: &crate::store::Reader<'_>| still_running(now, id));
    (guard, vec![job::put(id, &record)])
}

#[derive(Debug)]
pub(super) enum JobError {
    NotRunning(JobId),
    Unknown(JobId),
}

impl std::fmt::Display for JobError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotRunning(id) => write!(f, "{id} has ended already"),
            Self::Unknown(id) => write!(f, "there is no job {id}"),
        }
    }
}

impl std::error::Error for JobError {}

impl Explain for JobError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotRunning(_) => NOT_RUNNING,
            Self::Unknown(_) => "job.unknown",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Failed
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do("Look at the list of jobs".to_owned())
    }
}

const NOT_RUNNING: &str = "job.not-running";

/// Entries followed between two commits of how far we are.
const CHUNK: usize = 2048;

const PROGRESS_EVERY: Duration = Duration::from_millis(100);
