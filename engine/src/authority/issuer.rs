//! An authority as it issues: certificate, key and limits, read once and kept until it changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::AuthorityError;
use super::hierarchy::{path_of, revoked_above};
use crate::base::{AuthorityId, Grant, KeyId, Report, Revocation, Serial, Timestamp};
use crate::store::Revision;
use crate::store::{Snapshot, authority};
use crate::x509::{Certificate, IssuerView, SignatureAlgorithm, read_publication};

pub(crate) struct Issuer {
    pub(crate) id: AuthorityId,
    pub(crate) name: String,
    pub(crate) key: KeyId,
    pub(crate) grant: Option<Grant>,
    pub(crate) view: IssuerView,
    /// The nearest one, itself included, whose certificate is revoked or on hold.
    revoked: Option<(String, Revocation)>,
    /// Issuer and serial of its own certificate and of those above it, as far as they are here.
    pub(super) path: Vec<(AuthorityId, Serial)>,
    /// Its row as it was read.
    pub(super) row: Arc<[u8]>,
}

impl Issuer {
    pub(crate) fn load(store: &Snapshot, id: AuthorityId) -> Result<Self, Report> {
        let record = authority::get(store, id)?.ok_or(AuthorityError::Unknown(id))?;
        let not_installed = || AuthorityError::NotInstalled {
            name: record.name.clone(),
        };
        let installed = record.installed.as_ref().ok_or_else(not_installed)?;
        let der = authority::der(store, id)?.ok_or_else(not_installed)?;
        let certificate = Certificate::read(&der)?;
        let (Some(key), Some(key_type)) = (record.key, record.key_type) else {
            return Err(AuthorityError::Keyless { name: record.name }.into());
        };
        let path = path_of(store, id)?.into_iter();
        let path = path.map(|step| (step.issuer, step.serial));
        let algorithm = SignatureAlgorithm::of(key_type);
        let published = read_publication(&record.publication)?;
        Ok(Self {
            id,
            key,
            view: IssuerView {
                // What all above it leave, which may be less than its own certificate says.
                path_len: installed.path_len,
                ..IssuerView::of(&certificate, algorithm, published)?
            },
            revoked: revoked_above(store, id)?,
            path: path.collect(),
            row: authority::row_bytes(store, id)?.unwrap_or_default().into(),
            name: record.name,
            grant: record.grant,
        })
    }

    /// Whether it may issue certificates: neither expired nor revoked, nor one above it revoked.
    pub(crate) fn alive(&self, now: Timestamp) -> Result<(), AuthorityError> {
        self.in_time(now)?;
        match &self.revoked {
            None => Ok(()),
            Some((name, revocation)) => Err(AuthorityError::Revoked {
                name: name.clone(),
                revocation: *revocation,
            }),
        }
    }

    /// Whether it may sign lists of what it revoked, which it may until its end.
    pub(crate) fn in_time(&self, now: Timestamp) -> Result<(), AuthorityError> {
        match now < self.view.not_after {
            true => Ok(()),
            false => Err(AuthorityError::Expired {
                name: self.name.clone(),
                since: self.view.not_after,
            }),
        }
    }
}

/// The issuers in use. A guard inside the writer makes up for what is out of date here.
#[derive(Default)]
pub(crate) struct Issuers(Mutex<Known>);

#[derive(Default)]
struct Known {
    issuers: HashMap<AuthorityId, Arc<Issuer>>,
    /// What was read before this may be out of date.
    since: Revision,
}

impl Issuers {
    pub(crate) fn get(&self, store: &Snapshot, id: AuthorityId) -> Result<Arc<Issuer>, Report> {
        if let Some(known) = self.lock().issuers.get(&id) {
            return Ok(Arc::clone(known));
        }
        let issuer = Arc::new(Issuer::load(store, id)?);
        let mut known = self.lock();
        if known.since <= store.at() {
            known.issuers.insert(id, Arc::clone(&issuer));
        }
        Ok(issuer)
    }

    /// After a change to any authority, seen from `at` on.
    pub(crate) fn forget(&self, at: Revision) {
        let mut known = self.lock();
        known.issuers.clear();
        known.since = known.since.max(at);
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
