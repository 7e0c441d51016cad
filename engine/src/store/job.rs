//! Jobs and what is due: work that survives a restart.

use redb::{Error, ReadableTable};
use serde::{Deserialize, Serialize};

use super::change::Put;
use super::error::StoreError;
use super::read::{Rows, Snapshot};
use super::record::decode;
use super::tables::{DUE, JOBS};
use crate::api::{Actor, Area, Duty, JobState, Step};
use crate::base::{JobId, OrderId, Timestamp};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct JobRecord {
    pub(crate) work: Work,
    pub(crate) state: JobState,
    pub(crate) step: Step,
    pub(crate) started: Timestamp,
    pub(crate) actor: Actor,
}

/// What a job does, and how far it has come: enough to go on after a restart.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Work {
    /// Orders a certificate at a public CA; the order's own record says how far it is.
    Order { id: OrderId },
    /// Follows the audit's chain; `state` says how far, in the words of that area, and is `None`
    /// before the first step.
    VerifyAudit { state: Option<String> },
}

impl Work {
    pub(crate) const fn title(&self) -> &'static str {
        match self {
            Self::Order { .. } => "Order a certificate",
            Self::VerifyAudit { .. } => "Verify the audit's chain",
        }
    }
}

pub(crate) fn put(id: JobId, record: &JobRecord) -> Put {
    Put::row(Area::System, JOBS, id.to_raw(), record)
}

pub(crate) fn get(rows: &impl Rows, id: JobId) -> Result<Option<JobRecord>, StoreError> {
    rows.row(JOBS, id.to_raw())
}

impl Snapshot {
    /// Oldest first.
    pub(crate) fn jobs(&self) -> Result<Vec<(JobId, JobRecord)>, StoreError> {
        let rows = self.rows(JOBS)?.into_iter();
        Ok(rows
            .map(|(id, record)| (JobId::from_raw(id), record))
            .collect())
    }

    /// What is to be done by itself, soonest first, with the id it is filed under.
    pub(crate) fn due(&self) -> Result<Vec<(Timestamp, u128, Duty)>, StoreError> {
        let read = || -> Result<Vec<(i64, u128, Vec<u8>)>, Error> {
            let table = self.transaction.open_table(DUE)?;
            let rows = table.iter()?;
            rows.map(|row| {
                let (key, duty) = row?;
                let (at, id) = key.value();
                Ok((at, id, duty.value().to_vec()))
            })
            .collect()
        };
        let rows = read()?.into_iter();
        rows.map(|(at, id, duty)| Ok((Timestamp(at), id, decode("due", &duty)?)))
            .collect()
    }
}
