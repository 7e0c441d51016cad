//! Why a request cannot be merged with a profile.

use std::error::Error;
use std::fmt;

use crate::base::{Explain, Kind, Remedy};
use crate::x509::constraints::ConstraintError;
use crate::x509::draft::DraftError;
use crate::x509::request::RequestError;

/// Why a request gets nothing under this profile.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum MergeError {
    /// A leaf's request that asks for CA:TRUE.
    CaAsked,
    Constraint(ConstraintError),
    /// What the profile or the issuer forbids.
    Draft(DraftError),
    /// A purpose that the profile does not have.
    ExtendedKeyUsage(String),
    /// An extension for which there is no rule.
    Extension(String),
    KeyUsage,
    /// Names where the rule takes none.
    Names,
    /// Name constraints in a leaf's request.
    NotForLeaves,
    PathLen,
    Request(RequestError),
    Subject,
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CaAsked => f.write_str(
                "the request asks to be a CA (CA:TRUE), but the profile is for leaf certificates",
            ),
            Self::Constraint(error) => fmt::Display::fmt(error, f),
            Self::Draft(error) => fmt::Display::fmt(error, f),
            Self::ExtendedKeyUsage(purpose) => write!(
                f,
                "the request asks for a purpose (extended key usage) that the profile does not \
                 have: {purpose}"
            ),
            Self::Extension(title) => {
                write!(
                    f,
                    "the request asks for an extension that is not issued: {title}"
                )
            }
            Self::KeyUsage => {
                f.write_str("the request asks for a key usage that the profile does not have")
            }
            Self::Names => f.write_str("the request asks for names, and the rule takes none"),
            Self::NotForLeaves => {
                f.write_str("the request asks for name constraints, which only a CA can have")
            }
            Self::PathLen => {
                f.write_str("the request asks for another path length than the profile has")
            }
            Self::Request(error) => fmt::Display::fmt(error, f),
            Self::Subject => f.write_str("the request has a subject, and the rule takes none"),
        }
    }
}

impl Error for MergeError {}

impl From<ConstraintError> for MergeError {
    fn from(error: ConstraintError) -> Self {
        Self::Constraint(error)
    }
}

impl From<DraftError> for MergeError {
    fn from(error: DraftError) -> Self {
        Self::Draft(error)
    }
}

impl From<RequestError> for MergeError {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl Explain for MergeError {
    fn code(&self) -> &'static str {
        match self {
            Self::CaAsked => "request.ca-asked",
            Self::Constraint(error) => error.code(),
            Self::Draft(error) => error.code(),
            Self::ExtendedKeyUsage(_) | Self::KeyUsage => "request.usage-not-allowed",
            Self::Extension(_) | Self::NotForLeaves => "request.extension-not-allowed",
            Self::Names | Self::Subject => "request.name-not-taken",
            Self::PathLen => "issue.path-length",
            Self::Request(error) => error.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Constraint(error) => error.kind(),
            Self::Draft(error) => error.kind(),
            Self::Request(error) => error.kind(),
            _ => Kind::Refused,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(match self {
            Self::CaAsked => "Make the request without CA:TRUE, or submit it with the profile \
                 intermediate if it is for a CA"
                .to_owned(),
            Self::Constraint(error) => return error.remedy(),
            Self::Draft(error) => return error.remedy(),
            Self::ExtendedKeyUsage(_) | Self::KeyUsage => {
                "Choose a profile that has this usage, or decide to take the profile's".to_owned()
            }
            Self::Extension(_) | Self::NotForLeaves => {
                "Make the request without the extension, or decide to leave it out".to_owned()
            }
            Self::Names | Self::Subject | Self::PathLen => {
                "Change the rule for this field, or make the request without it".to_owned()
            }
            Self::Request(error) => return error.remedy(),
        })
    }
}
