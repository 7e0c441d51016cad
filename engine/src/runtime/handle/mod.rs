//! One file per area: its commands become decisions, its questions answers.

pub(super) mod acme;
pub(super) mod audit;
pub(super) mod authority;
pub(super) mod backup;
pub(super) mod certificate;
pub(super) mod dns;
mod export;
mod find;
mod hierarchy;
pub(super) mod import;
mod issuing;
pub(super) mod key;
pub(super) mod profile;
pub(super) mod request;
pub(super) mod revocation;
mod slot;
pub(super) mod system;
pub(super) mod vault;

use std::sync::Arc;

use super::context::Context;
use super::pool::attempt;
use crate::api::{Answered, Fact, JobId, Question, Report, Resource, Timestamp};
use crate::base::{KeyId, Receipt, SecretId};
use crate::store::audit::Entry;
use crate::store::{Guard, Put, Snapshot};
use crate::vault::Vault;

/// A question the engine can answer. Nobody else can implement it: a sight has no public name.
pub trait Answer: Question {
    fn answer(&self, sight: &Sight<'_>) -> Result<Self::Answer, Report>;
}

/// What an answer may look at: nothing that changes anything.
pub struct Sight<'a> {
    pub(super) store: Snapshot,
    pub(super) now: Timestamp,
    pub(super) context: &'a Context,
}

/// What became of a command whose area has decided.
pub(super) enum Decided {
    Change(Box<Decision>),
    Started(JobId),
}

/// What a handler wants written. The dispatcher adds the audit entry, so that none is forgotten.
pub(super) struct Decision {
    pub(super) fact: Fact,
    pub(super) guard: Guard,
    pub(super) puts: Vec<Put>,
    pub(super) receipts: Vec<Receipt>,
    /// What it was done to, where the command could not know.
    pub(super) resource: Option<Resource>,
    /// For the audit, besides the command's own words.
    pub(super) details: String,
    /// What the vault no longer holds once this is durable.
    pub(super) wipe: Vec<Wiped>,
    /// Further entries of the audit, where one command does the same to many things.
    pub(super) more: Vec<Entry>,
}

/// Something in the vault that no row names any more.
pub(in crate::runtime) enum Wiped {
    Key(KeyId),
    Secret(SecretId),
}

impl Wiped {
    /// What stays in spite of this is an orphan and harms nobody.
    pub(in crate::runtime) fn wipe(self, vault: &Vault) {
        match self {
            Self::Key(id) => vault.destroy_key(id).ok(),
            Self::Secret(id) => vault.forget(&[id]).ok(),
        };
    }
}

impl Decision {
    /// A fact that needs no row of its own.
    pub(super) fn of(fact: Fact) -> Self {
        Self {
            fact,
            guard: Box::new(|_| Ok(())),
            puts: Vec::new(),
            receipts: Vec::new(),
            resource: None,
            details: String::new(),
            wipe: Vec::new(),
            more: Vec::new(),
        }
    }
}

impl From<Decision> for Decided {
    fn from(decision: Decision) -> Self {
        Self::Change(Box::new(decision))
    }
}

pub(super) fn answer<Q: Answer>(
    context: &Context,
    question: &Q,
) -> Result<Answered<Q::Answer>, Report> {
    let sight = Sight {
        store: context.snapshot()?,
        now: context.clock.now(),
        context,
    };
    let value = attempt(|| question.answer(&sight))??;
    Ok(Answered {
        value: Arc::new(value),
        at: sight.store.at(),
    })
}

/// `rows` of the found ones, from `first` on.
pub(super) fn page<T>(found: Vec<T>, first: u64, rows: u16) -> crate::api::Page<T> {
    let total = found.len() as u64;
    let skipped = usize::try_from(first).unwrap_or(usize::MAX);
    let rows = found.into_iter().skip(skipped).take(rows.into()).collect();
    crate::api::Page { total, first, rows }
}
