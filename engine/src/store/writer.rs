//! The single writer: many commands, one durable commit, and an honest answer when it fails.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use redb::{Database, Error, ReadableDatabase, ReadableTable, WriteTransaction};
use tokio::sync::{mpsc, oneshot};

use super::Shared;
use super::audit::{self, Tail};
use super::change::{Change, Op, Put};
use super::error::{Refused, StoreError};
use super::key;
use super::read::{Reader, Snapshot};
use super::tables::{BARRED_KEYS, CHECKPOINTS, DUE, META, NAMES, NOTES, REVOCATIONS, SERIALS};
use crate::api::{Area, CommandId, Fact, Notice, Revision};
use crate::base::Report;

pub(super) struct Job {
    pub(super) change: Change,
    pub(super) reply: oneshot::Sender<Result<Revision, Refused>>,
}

pub(super) struct Writer {
    shared: Arc<Shared>,
    announce: Box<dyn Fn(Notice) + Send>,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, announce: Box<dyn Fn(Notice) + Send>) -> Self {
        Self { shared, announce }
    }

    /// Runs until the queue closes, or until the file can no longer be opened.
    pub(super) fn run(&self, mut queue: mpsc::Receiver<Job>) {
        while let Some(first) = queue.blocking_recv() {
            let (changes, replies): (Vec<_>, Vec<_>) = batch(first, &mut queue)
                .map(|job| (job.change, job.reply))
                .unzip();
            let written = catch_unwind(AssertUnwindSafe(|| self.write(changes)));
            match written.unwrap_or(Err(StoreError::Unknown)) {
                Ok(outcomes) => self.tell(outcomes, replies),
                Err(error) => return self.stop(&error, replies),
            }
        }
    }

    /// One outcome for each change. An error means that nobody knows, nor will.
    fn write(&self, changes: Vec<Change>) -> Result<Vec<Outcome>, StoreError> {
        let database = self.shared.current()?;
        let before = revision(&database)?;
        let (count, mut outcomes) = (changes.len(), Vec::with_capacity(changes.len()));
        match commit(&database, changes, &mut outcomes) {
            Ok(()) => Ok(outcomes),
            Err(error) => {
                drop(database);
                let error = StoreError::from(error);
                let after = revision(&*self.shared.reopen()?)?;
                // A batch is one transaction: all of it is there, or nothing.
                match before < after {
                    true => Ok(outcomes),
                    false => Ok(refused(outcomes, count, &error)),
                }
            }
        }
    }

    /// Tickets last: whoever saw an ending finds the news already there.
    fn tell(
        &self,
        outcomes: Vec<Outcome>,
        replies: Vec<oneshot::Sender<Result<Revision, Refused>>>,
    ) {
        let written = outcomes.iter().flatten();
        let mut areas = BTreeMap::new();
        for written in written.clone() {
            areas.extend(written.areas.iter().map(|area| (*area, written.at)));
        }
        for (area, at) in areas {
            (self.announce)(Notice::Changed { area, at });
        }
        for notice in written.filter_map(Written::fact) {
            (self.announce)(notice);
        }
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            // Whoever dropped their ticket does not want to know.
            reply.send(outcome.map(|written| written.at)).ok();
        }
    }

    fn stop(&self, error: &StoreError, replies: Vec<oneshot::Sender<Result<Revision, Refused>>>) {
        (self.announce)(Notice::Stopped(Report::from(error.clone())));
        for reply in replies {
            reply.send(Err(Refused::from(StoreError::Unknown))).ok();
        }
    }
}

/// Nothing of the batch was written, however far it had come.
fn refused(mut outcomes: Vec<Outcome>, count: usize, error: &StoreError) -> Vec<Outcome> {
    let told = || Err(Refused::from(error.clone()));
    outcomes.resize_with(count, told);
    let outcomes = outcomes.into_iter();
    outcomes.map(|outcome| outcome.and(told())).collect()
}

/// What has piled up while the last commit was on its way to the disk.
fn batch(first: Job, queue: &mut mpsc::Receiver<Job>) -> impl Iterator<Item = Job> {
    std::iter::once(first)
        .chain(std::iter::from_fn(|| queue.try_recv().ok()))
        .take(BATCH)
}

fn revision(database: &Database) -> Result<Revision, StoreError> {
    let transaction = database.begin_read().map_err(Error::from)?;
    Ok(Snapshot::new(transaction)?.at())
}

/// One durable commit. The error is everyone's; an inner one its sender's alone.
pub(super) fn commit(
    database: &Database,
    changes: Vec<Change>,
    outcomes: &mut Vec<Outcome>,
) -> Result<(), Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    let mut written = Batch::begin(&transaction)?;
    let mut pending = changes.into_iter();
    let failed =
        pending
            .by_ref()
            .find_map(|change| match write(&transaction, change, &mut written) {
                Ok(outcome) => {
                    outcomes.push(outcome);
                    None
                }
                Err(error) => Some(error),
            });
    if let Some(error) = failed {
        // Each sender still gets an outcome: those not reached were not written.
        let told = StoreError::from(error);
        outcomes.push(Err(told.clone().into()));
        outcomes.extend(pending.map(|_| Err(told.clone().into())));
        return Err(Error::Io(std::io::Error::other(told.to_string())));
    }
    written.end(&transaction)?;
    Ok(transaction.commit()?)
}

/// Guard, rows, audit: in this order, so that a refused change has written nothing.
fn write(
    transaction: &WriteTransaction,
    change: Change,
    batch: &mut Batch,
) -> Result<Outcome, Error> {
    let reader = Reader(transaction);
    match catch_unwind(AssertUnwindSafe(|| (change.guard)(&reader))) {
        Ok(Ok(())) => (),
        Ok(Err(refused)) => return Ok(Err(refused)),
        Err(_) => {
            let report = Report::bug("a check before writing has crashed");
            return Ok(Err(Refused(report)));
        }
    }
    let mut areas: BTreeSet<Area> = BTreeSet::new();
    for put in change.puts {
        areas.insert(put.area);
        apply(transaction, put)?;
    }
    areas.extend(change.fact.as_ref().map(Fact::area));
    if !change.audit.is_empty() {
        areas.insert(Area::Audit);
    }
    let mut uses = change.receipts.into_iter().map(|receipt| receipt.consume());
    for entry in change.audit {
        let uses: Vec<_> = uses.by_ref().collect();
        key::note_uses(transaction, entry.at, &uses)?;
        areas.extend(uses.first().map(|_| Area::Key));
        audit::append(transaction, &mut batch.tail, entry, &uses)?;
    }
    batch.revision += 1;
    Ok(Ok(Written {
        areas,
        cause: change.cause,
        fact: change.fact,
        at: Revision(batch.revision),
    }))
}

fn apply(transaction: &WriteTransaction, put: Put) -> Result<(), Error> {
    match put.op {
        Op::BarKey(spki, why) => {
            let mut table = transaction.open_table(BARRED_KEYS)?;
            table.insert(spki.as_bytes(), why.as_str())?;
        }
        Op::Checkpoint(sequence, text) => {
            let mut table = transaction.open_table(CHECKPOINTS)?;
            table.insert(sequence, text.as_str())?;
        }
        Op::Due(at, id, duty) => {
            let mut table = transaction.open_table(DUE)?;
            table.insert((at.0, id), duty.as_slice())?;
        }
        Op::DueDone(at, id) => {
            transaction.open_table(DUE)?.remove((at.0, id))?;
        }
        Op::Gone(table, id) => {
            transaction.open_table(table)?.remove(id)?;
        }
        Op::Name(name, id) => {
            transaction.open_table(NAMES)?.insert(name.as_str(), id)?;
        }
        Op::NameGone(name) => {
            transaction.open_table(NAMES)?.remove(name.as_str())?;
        }
        Op::Note(name, note) => {
            let mut table = transaction.open_table(NOTES)?;
            table.insert(name, note.as_slice())?;
        }
        Op::Revoked(issuer, serial, row) => {
            let mut table = transaction.open_table(REVOCATIONS)?;
            let key = (issuer.to_raw(), serial.as_bytes());
            match row {
                Some(row) => table.insert(key, row.as_slice())?,
                None => table.remove(key)?,
            };
        }
        Op::Row(table, id, bytes) => {
            let mut table = transaction.open_table(table)?;
            table.insert(id, bytes.as_slice())?;
        }
        Op::Serial(issuer, serial, certificate) => {
            let mut table = transaction.open_table(SERIALS)?;
            let key = (issuer.to_raw(), serial.as_bytes());
            table.insert(key, certificate.to_raw())?;
        }
    }
    Ok(())
}

/// What runs through all changes of one commit.
struct Batch {
    revision: u64,
    tail: Tail,
}

impl Batch {
    fn begin(transaction: &WriteTransaction) -> Result<Self, Error> {
        let meta = transaction.open_table(META)?;
        let revision = meta.get("revision")?.map_or(0, |last| last.value());
        Ok(Self {
            revision,
            tail: Tail::read(transaction)?,
        })
    }

    fn end(self, transaction: &WriteTransaction) -> Result<(), Error> {
        let mut meta = transaction.open_table(META)?;
        meta.insert("revision", self.revision)?;
        Ok(())
    }
}

pub(super) type Outcome = Result<Written, Refused>;

/// A change that is in the commit, and what to tell about it.
pub(super) struct Written {
    areas: BTreeSet<Area>,
    cause: Option<CommandId>,
    fact: Option<Fact>,
    at: Revision,
}

impl Written {
    fn fact(&self) -> Option<Notice> {
        self.fact.clone().map(|fact| Notice::Fact {
            fact,
            cause: self.cause,
            at: self.at,
        })
    }
}

/// More would not be faster, and the first in line would wait longer.
const BATCH: usize = 256;
