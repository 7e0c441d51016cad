//! Profiles as they are issued with: those built in, and one's own, read once and kept until they
//! change.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::base::{Explain, Kind, ProfileName, Remedy, Report};
use crate::store::profile::{self as rows, ProfileRecord};
use crate::store::{Refused, Revision, Rows, Snapshot};
use crate::x509::{self, Profile};

/// A profile, and the row it was read from where it is one's own. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Loaded {
    profile: Arc<Profile>,
    row: Option<Row>,
}

#[derive(Clone)]
struct Row {
    id: u128,
    bytes: Arc<[u8]>,
}

impl Loaded {
    pub(crate) fn built_in(name: &ProfileName) -> Option<Self> {
        x509::profile(name).map(|profile| Self {
            profile: Arc::clone(profile),
            row: None,
        })
    }

    fn read(store: &Snapshot, name: &ProfileName) -> Result<Option<Self>, Report> {
        let Some(id) = rows::holder_of(store, name)? else {
            return Ok(None);
        };
        let bytes = rows::row_bytes(store, id)?.unwrap_or_default().into();
        let record = rows::get(store, id)?;
        record
            .map(|record| {
                let profile = Arc::new(built(&record)?);
                let row = Some(Row { id, bytes });
                Ok(Self { profile, row })
            })
            .transpose()
    }

    pub(crate) fn shared(&self) -> &Arc<Profile> {
        &self.profile
    }

    /// Looked at inside the transaction: nobody has changed it since it was read.
    pub(super) fn unchanged(&self, now: &impl Rows) -> Result<(), Refused> {
        match &self.row {
            Some(row) if rows::row_bytes(now, row.id)?.as_deref() != Some(&row.bytes[..]) => {
                Err(ProfilesError::Changed(self.name.clone()).into())
            }
            _ => Ok(()),
        }
    }
}

impl Deref for Loaded {
    type Target = Profile;

    fn deref(&self) -> &Profile {
        &self.profile
    }
}

/// What a stored profile says, held against what its base allows today.
pub(crate) fn built(record: &ProfileRecord) -> Result<Profile, Report> {
    let base = x509::profile(&record.base);
    let base = base.ok_or_else(|| ProfilesError::Unknown(record.base.clone()))?;
    Ok(base.copied(&record.name, &record.content)?)
}

/// The profiles in use. A guard inside the writer makes up for what is out of date here.
#[derive(Default)]
pub(crate) struct Profiles(Mutex<Known>);

#[derive(Default)]
struct Known {
    own: HashMap<ProfileName, Loaded>,
    /// What was read before this may be out of date.
    since: Revision,
}

impl Profiles {
    /// One that a request or a wish may name: any but the root's.
    pub(crate) fn get(&self, store: &Snapshot, name: &ProfileName) -> Result<Loaded, Report> {
        let unknown = || Report::from(ProfilesError::Unknown(name.clone()));
        if name.as_str() == ROOT {
            return Err(unknown());
        }
        let known = || self.lock().own.get(name).cloned();
        if let Some(known) = Loaded::built_in(name).or_else(known) {
            return Ok(known);
        }
        let read = Loaded::read(store, name)?.ok_or_else(unknown)?;
        let mut known = self.lock();
        if known.since <= store.at() {
            known.own.insert(name.clone(), read.clone());
        }
        Ok(read)
    }

    /// After a change to any profile, seen from `at` on.
    pub(crate) fn forget(&self, at: Revision) {
        let mut known = self.lock();
        known.own.clear();
        known.since = known.since.max(at);
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
enum ProfilesError {
    /// Between reading it and writing.
    Changed(ProfileName),
    Unknown(ProfileName),
}

impl fmt::Display for ProfilesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(name) => write!(
                f,
                "the profile {name} was changed by somebody else at this moment"
            ),
            Self::Unknown(name) => write!(f, "there is no profile {name}"),
        }
    }
}

impl std::error::Error for ProfilesError {}

impl Explain for ProfilesError {
    fn code(&self) -> &'static str {
        match self {
            Self::Changed(_) => "profile.try-again",
            Self::Unknown(_) => "profile.unknown",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Changed(_) => Kind::Failed,
            Self::Unknown(_) => Kind::Malformed,
        }
    }

    fn remedy(&self) -> Remedy {
        match self {
            Self::Changed(_) => Remedy::Retry,
            Self::Unknown(_) => Remedy::typed("Look for it in the list", ["chancery profile list"]),
        }
    }
}

const ROOT: &str = "root";
