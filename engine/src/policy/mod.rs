//! What may be issued: decided on the final draft, never on the wish.

use std::fmt;

use crate::base::{Explain, Grant, Kind, ProfileName, Remedy, Timestamp};
use crate::x509::{Draft, Profile};

/// What an authority and its key allow.
pub(crate) struct Limits<'a> {
    /// Set where the key is to sign without a person.
    pub(crate) unattended: Option<&'a Grant>,
    /// Why the public key may not be certified, if it may not (rule 18).
    pub(crate) barred: Option<&'a str>,
    pub(crate) profile: &'a Profile,
    pub(crate) now: Timestamp,
}

/// Refuses what an approved draft must not be. What lints find is theirs.
pub(crate) fn decide(draft: &Draft, limits: &Limits<'_>) -> Result<(), PolicyError> {
    if let Some(grant) = limits.unattended
        && !limits.profile.is_granted(grant, limits.now)
    {
        return Err(PolicyError::NotGranted(limits.profile.name.clone()));
    }
    match limits.barred {
        Some(why) => Err(PolicyError::BarredKey(why.to_owned())),
        None if draft.is_ca() != is_authority(&limits.profile.base) => {
            Err(PolicyError::OtherProfile(limits.profile.name.clone()))
        }
        None => Ok(()),
    }
}

fn is_authority(profile: &ProfileName) -> bool {
    matches!(profile.as_str(), "intermediate" | "root")
}

#[derive(Debug)]
pub(crate) enum PolicyError {
    BarredKey(String),
    NotGranted(ProfileName),
    OtherProfile(ProfileName),
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BarredKey(why) => write!(f, "this public key may not be certified: {why}"),
            Self::OtherProfile(profile) => {
                write!(f, "the draft is not what the profile {profile} makes")
            }
            Self::NotGranted(profile) => write!(
                f,
                "the authority's unattended grant does not cover the profile {profile}"
            ),
        }
    }
}

impl std::error::Error for PolicyError {}

impl Explain for PolicyError {
    fn code(&self) -> &'static str {
        match self {
            Self::BarredKey(_) => "policy.barred-key",
            Self::OtherProfile(_) => "policy.other-profile",
            Self::NotGranted(_) => "policy.not-granted",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Refused
    }

    fn remedy(&self) -> Remedy {
        let step = match self {
            Self::BarredKey(_) => "Make a new key on the host and send a new request",
            Self::NotGranted(_) => {
                "Give the passphrase with this request, or grant the profile to the authority"
            }
            Self::OtherProfile(_) => return Remedy::ReportBug,
        };
        Remedy::Do(step.to_owned())
    }
}
