//! Jobs and health.

use std::sync::Arc;

use super::{Answer, Decided, Decision, Sight};
use crate::api::{
    Fact, Health, HealthQuestion, JobRow, JobState, ListJobs, Report, RequestState, SystemCommand,
    SystemFact,
};
use crate::runtime::Core;
use crate::runtime::job::{JobError, cancelled};
use crate::store::job;

pub(in crate::runtime) async fn decide(
    core: &Arc<Core>,
    command: SystemCommand,
) -> Result<Decided, Report> {
    match command {
        SystemCommand::CancelJob { id } => {
            let record = job::get(&core.context.snapshot()?, id)?.ok_or(JobError::Unknown(id))?;
            let (guard, puts) = cancelled(id, record);
            let fact = Fact::System(SystemFact::JobCancelled { id });
            Ok(Decision {
                guard,
                puts,
                ..Decision::of(fact)
            }
            .into())
        }
    }
}

impl Answer for ListJobs {
    fn answer(&self, sight: &Sight<'_>) -> Result<Vec<JobRow>, Report> {
        let jobs = sight.store.jobs()?.into_iter().rev();
        Ok(jobs
            .map(|(id, record)| JobRow {
                id,
                title: record.work.title().to_owned(),
                state: record.state,
                step: record.step,
                started: record.started,
            })
            .collect())
    }
}

impl Answer for HealthQuestion {
    fn answer(&self, sight: &Sight<'_>) -> Result<Health, Report> {
        let store = &sight.store;
        let pending = |state| state == RequestState::Pending;
        let requests = store.requests()?;
        let jobs = store.jobs()?;
        let possibly_issued = store.intent_count()?;
        let mut warnings = Vec::new();
        warnings.extend(super::audit::rolled_back(store, sight.context)?);
        warnings.extend(super::backup::warnings(sight)?);
        warnings.extend(super::acme::warnings(sight)?);
        if possibly_issued > 0 {
            warnings.push(format!(
                "{possibly_issued} certificates may have been signed without being recorded"
            ));
        }
        Ok(Health {
            warnings,
            possibly_issued,
            pending_requests: requests.iter().filter(|(_, it)| pending(it.state)).count() as u64,
            running_jobs: jobs
                .iter()
                .filter(|(_, it)| it.state == JobState::Running)
                .count() as u64,
            due: store
                .due()?
                .into_iter()
                .map(|(at, _, duty)| (at, duty))
                .collect(),
        })
    }
}
