//! The engine itself: jobs and health.

use serde::{Deserialize, Serialize};

use super::{About, Area, Question, Resource, Step};
use crate::base::{AuthorityId, CertificateId, JobId, OrderId, Report, Timestamp};

#[non_exhaustive]
pub enum SystemCommand {
    /// Ends a job before its time; it keeps what it has done.
    CancelJob { id: JobId },
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum SystemFact {
    JobCancelled { id: JobId },
    JobFailed { id: JobId, report: Report },
}

/// Asks for every job, newest first.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListJobs;

impl Question for ListJobs {
    type Answer = Vec<JobRow>;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct JobRow {
    pub id: JobId,
    /// What it does, in words.
    pub title: String,
    pub state: JobState,
    pub step: Step,
    pub started: Timestamp,
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    Cancelled,
    Done,
    Failed(Report),
    Running,
}

/// Something the engine will do by itself, and when.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum Duty {
    /// Make the scheduled backup.
    Backup,
    EndGrant(AuthorityId),
    /// Ask the CA when to renew it.
    CheckRenewal(CertificateId),
    /// Take away what it has left in the DNS.
    RemoveRecords(OrderId),
    /// Renew it.
    Renew(CertificateId),
}

/// Asks whether anything needs a person.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct HealthQuestion;

impl Question for HealthQuestion {
    type Answer = Health;
}

#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// One sentence each, the gravest first; empty when all is well.
    pub warnings: Vec<String>,
    /// Certificates that may have been signed without being recorded.
    pub possibly_issued: u64,
    pub pending_requests: u64,
    pub running_jobs: u64,
    /// What is due next.
    pub due: Vec<(Timestamp, Duty)>,
}

impl SystemCommand {
    pub(super) fn about(&self) -> About {
        match self {
            Self::CancelJob { id } => About {
                area: Area::System,
                action: "job.cancel",
                resource: Resource::of("job", id),
                details: "end the job before its time".to_owned(),
                intent_first: false,
            },
        }
    }
}
