//! Profiles: those built in, and copies of them, made, changed and removed here.

use std::fmt;

use super::{Answer, Decided, Decision, Sight};
use crate::api::{
    Fact, ListProfiles, ObjectId, ProfileCommand, ProfileContent, ProfileDetail, ProfileFact,
    ProfileName, ProfileRow, Report, RequestState, ShowProfile,
};
use crate::authority::built;
use crate::base::{Explain, Kind, Remedy};
use crate::runtime::act::Act;
use crate::runtime::context::Context;
use crate::store::profile::{self as rows, ProfileRecord};
use crate::store::{Guard, Rows, Snapshot};
use crate::x509::{OCSP_SIGNING, Profile, profile, profiles};

pub(in crate::runtime) fn decide(
    context: &Context,
    act: &Act,
    command: ProfileCommand,
) -> Result<Decided, Report> {
    let decision = match command {
        ProfileCommand::Change { name, content } => change(context, act, name, *content),
        ProfileCommand::Copy { from, name } => copy(context, act, from, name),
        ProfileCommand::Remove { name } => remove(context, name),
    };
    decision.map(Decided::from)
}

fn copy(
    context: &Context,
    act: &Act,
    from: ProfileName,
    name: ProfileName,
) -> Result<Decision, Report> {
    let store = context.snapshot()?;
    name_is_free(&store, &name)?;
    let (base, content) = match own(&store, &from)? {
        Some((_, record)) => (record.base, record.content),
        None => {
            let original = offered(&from)?;
            (original.name.clone(), original.content())
        }
    };
    let record = ProfileRecord {
        name: name.clone(),
        base,
        content,
        created: act.at,
        changed: act.at,
    };
    built(&record)?;
    let wanted = name.clone();
    Ok(Decision {
        guard: Box::new(move |now| name_is_free(now, &wanted).map_err(crate::store::Refused)),
        puts: rows::put(context.new_id(), &record).into(),
        ..Decision::of(Fact::Profile(ProfileFact::Copied { from, name }))
    })
}

fn change(
    context: &Context,
    act: &Act,
    name: ProfileName,
    content: ProfileContent,
) -> Result<Decision, Report> {
    let store = context.snapshot()?;
    let (id, record) = changeable(&store, &name)?;
    let record = ProfileRecord {
        content,
        changed: act.at,
        ..record
    };
    built(&record)?;
    Ok(Decision {
        guard: still_there(id, name.clone()),
        puts: rows::put(id, &record).into(),
        ..Decision::of(Fact::Profile(ProfileFact::Changed { name }))
    })
}

/// Not while anything still waits for it: what would come later under the same name was not meant.
fn remove(context: &Context, name: ProfileName) -> Result<Decision, Report> {
    let store = context.snapshot()?;
    let (id, _) = changeable(&store, &name)?;
    for (_, authority) in store.authorities()? {
        if authority
            .grant
            .is_some_and(|grant| grant.profiles.contains(&name))
        {
            return Err(ProfileHandlingError::Granted(name, authority.name).into());
        }
    }
    let waits = |state| state == RequestState::Pending;
    let mut requests = store.requests()?.into_iter();
    match requests.find(|(_, request)| request.profile == name && waits(request.state)) {
        Some((id, _)) => Err(ProfileHandlingError::Asked(name, id).into()),
        None => Ok(Decision {
            guard: still_there(id, name.clone()),
            puts: rows::gone(id, &name).into(),
            ..Decision::of(Fact::Profile(ProfileFact::Removed { name }))
        }),
    }
}

fn name_is_free(rows_of: &impl Rows, name: &ProfileName) -> Result<(), Report> {
    match profile(name).is_some() || rows::holder_of(rows_of, name)?.is_some() {
        true => Err(ProfileHandlingError::NameTaken(name.clone()).into()),
        false => Ok(()),
    }
}

fn still_there(id: u128, name: ProfileName) -> Guard {
    Box::new(move |now| match rows::holder_of(now, &name)? {
        Some(holder) if holder == id => Ok(()),
        _ => Err(ProfileHandlingError::Unknown(name).into()),
    })
}

fn own(store: &Snapshot, name: &ProfileName) -> Result<Option<(u128, ProfileRecord)>, Report> {
    let Some(id) = rows::holder_of(store, name)? else {
        return Ok(None);
    };
    Ok(rows::get(store, id)?.map(|record| (id, record)))
}

fn changeable(store: &Snapshot, name: &ProfileName) -> Result<(u128, ProfileRecord), Report> {
    match own(store, name)? {
        Some(found) => Ok(found),
        None if profile(name).is_some() => Err(ProfileHandlingError::BuiltIn(name.clone()).into()),
        None => Err(ProfileHandlingError::Unknown(name.clone()).into()),
    }
}

/// A built-in profile that a request may name: any but the root's.
fn offered(name: &ProfileName) -> Result<&'static Profile, Report> {
    let found = profile(name).filter(|profile| is_offered(profile));
    found.map_or_else(
        || Err(ProfileHandlingError::Unknown(name.clone()).into()),
        |profile| Ok(&**profile),
    )
}

fn is_offered(profile: &Profile) -> bool {
    profile.name.as_str() != "root"
}

impl Answer for ListProfiles {
    fn answer(&self, sight: &Sight<'_>) -> Result<Vec<ProfileRow>, Report> {
        let built_in = profiles().iter().filter(|profile| is_offered(profile));
        let mut found: Vec<ProfileRow> = built_in.map(|profile| row(profile)).collect();
        let mut own = sight.store.profiles()?;
        own.sort_by(|a, b| a.name.cmp(&b.name));
        for record in own {
            found.push(own_row(&record));
        }
        Ok(found)
    }
}

impl Answer for ShowProfile {
    fn answer(&self, sight: &Sight<'_>) -> Result<ProfileDetail, Report> {
        let (shown, content) = match own(&sight.store, &self.0)? {
            Some((_, record)) => (own_row(&record), record.content),
            None => {
                let original = offered(&self.0)?;
                (row(original), original.content())
            }
        };
        let base = offered(shown.copy_of.as_ref().unwrap_or(&self.0))?;
        Ok(ProfileDetail {
            row: shown,
            content,
            limit_days: base.lifetime.limit,
            highest_ceiling_days: base.lifetime.ceiling,
        })
    }
}

fn row(profile: &Profile) -> ProfileRow {
    let is_authority = profile.is_ca;
    said(
        (profile.name.clone(), None),
        profile.content(),
        is_authority,
    )
}

/// Also of one that could not be issued with any more: it can be changed or removed.
fn own_row(record: &ProfileRecord) -> ProfileRow {
    let is_authority = profile(&record.base).is_some_and(|base| base.is_ca);
    let names = (record.name.clone(), Some(record.base.clone()));
    said(names, record.content.clone(), is_authority)
}

fn said(
    (name, copy_of): (ProfileName, Option<ProfileName>),
    content: ProfileContent,
    is_authority: bool,
) -> ProfileRow {
    ProfileRow {
        name,
        title: content.title,
        purpose: content.purpose,
        default_days: content.default_days,
        ceiling_days: content.ceiling_days,
        is_authority,
        acts_for_authority: is_authority || is_ocsp_signer(&content.purposes),
        copy_of,
        names: content.names,
        kinds: content.kinds,
        key_types: content.key_types,
    }
}

fn is_ocsp_signer(purposes: &[ObjectId]) -> bool {
    let signer = OCSP_SIGNING.to_string();
    purposes.iter().any(|purpose| purpose.as_str() == signer)
}

#[derive(Debug)]
enum ProfileHandlingError {
    Asked(ProfileName, crate::api::RequestId),
    BuiltIn(ProfileName),
    Granted(ProfileName, String),
    NameTaken(ProfileName),
    Unknown(ProfileName),
}

impl fmt::Display for ProfileHandlingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked(name, request) => {
                write!(f, "a waiting request is for the profile {name}: {request}")
            }
            Self::BuiltIn(name) => write!(f, "the built-in profile {name} stays as it is"),
            Self::Granted(name, authority) => write!(
                f,
                "the profile {name} is granted for unattended use to {}",
                crate::api::shown(authority)
            ),
            Self::NameTaken(name) => write!(f, "there is already a profile {name}"),
            Self::Unknown(name) => write!(f, "there is no profile {name}"),
        }
    }
}

impl std::error::Error for ProfileHandlingError {}

impl Explain for ProfileHandlingError {
    fn code(&self) -> &'static str {
        match self {
            Self::Asked(..) | Self::Granted(..) => "profile.in-use",
            Self::BuiltIn(_) => "profile.built-in",
            Self::NameTaken(_) => "profile.name-taken",
            Self::Unknown(_) => "profile.unknown",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Unknown(_) => Kind::Malformed,
            Self::NameTaken(_) => Kind::Failed,
            _ => Kind::Refused,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(
            match self {
                Self::Asked(..) => "Approve or reject the request first",
                Self::BuiltIn(_) => {
                    return Remedy::typed(
                        "Copy it, and change the copy",
                        ["chancery profile copy FROM NAME"],
                    );
                }
                Self::Granted(..) => "End that grant first, or grant without this profile",
                Self::NameTaken(_) => "Choose another name",
                Self::Unknown(_) => {
                    return Remedy::typed("Look for it in the list", ["chancery profile list"]);
                }
            }
            .to_owned(),
        )
    }
}
