//! Wishes held against profile and issuer, field by field. Merging a request uses the same checks.

use crate::base::{Identifier, NameRule};
use crate::x509::constraints::Constraints;
use crate::x509::draft::{DraftError, IssuerView};
use crate::x509::key::PublicKey;
use crate::x509::name::Name;
use crate::x509::profile::{Profile, name_kind};
use crate::x509::request::MAX_NAMES;

/// The names of a leaf: what the profile carries, within what the issuer may issue for.
pub(in crate::x509) fn names(
    profile: &Profile,
    issuer: &IssuerView,
    subject: &Name,
    names: &[Identifier],
) -> Result<(), DraftError> {
    check_names(profile, subject, names)?;
    check_constraints(issuer, subject, names)
}

pub(in crate::x509) fn days(
    profile: &Profile,
    asked: Option<u32>,
    beyond: bool,
) -> Result<u32, DraftError> {
    let days = asked.unwrap_or(profile.lifetime.default);
    let limit = match beyond {
        true => profile.lifetime.limit,
        false => profile.lifetime.ceiling,
    };
    match days {
        0 => Err(DraftError::NoDays),
        days if days > limit => Err(DraftError::TooLong {
            days,
            limit,
            passable: !beyond && !profile.is_ca,
        }),
        days => Ok(days),
    }
}

pub(super) fn key(profile: &Profile, key: &PublicKey) -> Result<(), DraftError> {
    match profile.takes_key(key) {
        true => Ok(()),
        false => Err(DraftError::KeyType(profile.title.clone(), key.title())),
    }
}

/// A sub-CA's path length is always smaller than its issuer's.
pub(in crate::x509) fn path_len(
    profile: &Profile,
    issuer: &IssuerView,
    asked: Option<u8>,
) -> Result<Option<u8>, DraftError> {
    if !profile.is_ca {
        return match asked {
            None => Ok(None),
            Some(_) => Err(DraftError::NotACa),
        };
    }
    let path_len = asked.or(profile.path_len);
    match (issuer.path_len, path_len) {
        (Some(0), _) => Err(DraftError::NoCaBelow),
        (Some(own), Some(below)) if below >= own => Err(DraftError::PathLen { own, below }),
        (Some(own), None) => Ok(Some(own - 1)),
        (_, path_len) => Ok(path_len),
    }
}

/// A CA below a constrained one repeats its constraints, because a trust anchor's own are not
/// processed (RFC 5280, 6.1.1).
pub(in crate::x509) fn constraints(
    profile: &Profile,
    issuer: &IssuerView,
    asked: Option<&Constraints>,
) -> Result<Option<Constraints>, DraftError> {
    match (profile.is_ca, &issuer.constraints, asked) {
        (false, _, None) => Ok(None),
        (false, _, Some(_)) => Err(DraftError::NotACa),
        (true, own, None) => Ok(own.clone()),
        (true, None, Some(asked)) => Ok(Some(asked.clone())),
        (true, Some(own), Some(asked)) => Ok(Some(own.narrowed_by(asked)?)),
    }
}

/// A CA has a subject and nothing else to be called by.
pub(super) fn authority(
    profile: &Profile,
    subject: &Name,
    names: &[Identifier],
) -> Result<(), DraftError> {
    match (subject.is_empty(), names.first()) {
        (true, _) => Err(DraftError::NoSubject),
        (false, Some(name)) => Err(DraftError::NameKind(profile.title.clone(), name.clone())),
        (false, None) => Ok(()),
    }
}

fn check_names(profile: &Profile, subject: &Name, names: &[Identifier]) -> Result<(), DraftError> {
    if names.len() > MAX_NAMES {
        return Err(DraftError::TooManyNames(names.len()));
    }
    match (names.is_empty(), profile.names) {
        (true, NameRule::Required) => return Err(DraftError::NoNames),
        (true, _) if subject.is_empty() => return Err(DraftError::NoNames),
        _ => {}
    }
    for name in names {
        if !profile.kinds.contains(&name_kind(name)) {
            return Err(DraftError::NameKind(profile.title.clone(), name.clone()));
        }
        if let Identifier::Dns(host) = name
            && host.is_wildcard()
            && !(profile.wildcards && host.labels().count() > 2)
        {
            return Err(DraftError::Wildcard(profile.title.clone(), name.clone()));
        }
    }
    Ok(())
}

fn check_constraints(
    issuer: &IssuerView,
    subject: &Name,
    names: &[Identifier],
) -> Result<(), DraftError> {
    let Some(constraints) = &issuer.constraints else {
        return Ok(());
    };
    let common_names = subject.common_names();
    constraints.check(names, None)?;
    for cn in &common_names {
        constraints.check_common_name(cn)?;
    }
    Ok(constraints.check_email_addresses(&subject.email_addresses())?)
}
