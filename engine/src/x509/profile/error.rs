//! Why a profile cannot say what it is to say.

use std::error::Error;
use std::fmt;

use crate::base::{Explain, Kind, ProfileName, Remedy};
use crate::x509::additions::AdditionError;

/// Why a profile of one's own is not saved.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum ProfileError {
    Addition(AdditionError),
    AnyPurpose,
    CodeAndServer,
    CodeNames,
    Days {
        /// The most that its ceiling may be.
        highest: u32,
    },
    EmailNames,
    KeyUsage,
    /// Kinds of names where none are carried.
    KindsUnused,
    NamesFixed(ProfileName),
    NoKinds,
    NoPurpose,
    /// A purpose that stands alone and belongs to a built-in profile.
    PurposeApart,
    PurposesFixed(ProfileName),
    PurposesRepeated,
    /// A rule that this field cannot follow, or a second one for it.
    Rule(String),
    ServerNames,
    Texts,
    Wildcards,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Addition(error) => fmt::Display::fmt(error, f),
            Self::AnyPurpose => f.write_str("a certificate for any purpose is not issued"),
            Self::CodeAndServer => {
                f.write_str("a key that signs programs is not also that of a server")
            }
            Self::CodeNames => f.write_str("a code signing certificate carries no host names"),
            Self::Days { highest } => write!(
                f,
                "the usual lifetime is between one day and the ceiling, and the ceiling of this \
                 copy at most {highest} days"
            ),
            Self::EmailNames => {
                f.write_str("a certificate for e-mail must carry an e-mail address")
            }
            Self::KeyUsage => {
                f.write_str("a certificate of this sort cannot have these key usages")
            }
            Self::KindsUnused => {
                f.write_str("a profile without names cannot carry any kind of them")
            }
            Self::NamesFixed(base) => {
                write!(
                    f,
                    "a copy of the profile {base} carries no alternative names"
                )
            }
            Self::NoKinds => f.write_str("a profile with names must say which kinds it carries"),
            Self::NoPurpose => f.write_str("a profile must have a purpose"),
            Self::PurposeApart => f.write_str(
                "time stamping and OCSP signing stand alone, each in a copy of its own profile",
            ),
            Self::PurposesFixed(base) => {
                write!(f, "a copy of the profile {base} has the same purposes")
            }
            Self::PurposesRepeated => {
                f.write_str("a profile has each purpose once, and at most 16 of them")
            }
            Self::Rule(field) => write!(f, "this rule cannot be set for the field {field}"),
            Self::ServerNames => f.write_str("a server's certificate must carry names"),
            Self::Texts => f.write_str(
                "title and purpose are one line each, of at most 60 and 200 visible characters",
            ),
            Self::Wildcards => f.write_str("only a profile with host names can allow wildcards"),
        }
    }
}

impl Error for ProfileError {}

impl From<AdditionError> for ProfileError {
    fn from(error: AdditionError) -> Self {
        Self::Addition(error)
    }
}

impl Explain for ProfileError {
    fn code(&self) -> &'static str {
        match self {
            Self::Addition(error) => error.code(),
            Self::AnyPurpose
            | Self::CodeAndServer
            | Self::NoPurpose
            | Self::PurposeApart
            | Self::PurposesFixed(_)
            | Self::PurposesRepeated => "profile.purposes",
            Self::CodeNames
            | Self::EmailNames
            | Self::KindsUnused
            | Self::NamesFixed(_)
            | Self::NoKinds
            | Self::ServerNames
            | Self::Wildcards => "profile.names",
            Self::Days { .. } => "profile.days",
            Self::KeyUsage => "profile.key-usage",
            Self::Rule(_) => "profile.rule",
            Self::Texts => "profile.texts",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Addition(error) => error.kind(),
            Self::Texts => Kind::Malformed,
            _ => Kind::Refused,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(
            match self {
                Self::Addition(error) => return error.remedy(),
                Self::AnyPurpose | Self::NoPurpose => "Name the purposes it is really for",
                Self::CodeAndServer => "Make one profile for each",
                Self::CodeNames => "Leave the kind dns out",
                Self::Days { .. } => "Choose fewer days",
                Self::EmailNames => "Require names and let email be among their kinds",
                Self::KeyUsage => "Leave the key usage to the purposes",
                Self::KindsUnused => "Take the kinds away, or let names be optional or required",
                Self::NamesFixed(_) => "Copy the profile client instead",
                Self::NoKinds => "Name the kinds, such as dns and ip",
                Self::PurposeApart => "Copy the profile ocsp or timestamp instead",
                Self::PurposesFixed(_) => "Copy another profile, such as client",
                Self::PurposesRepeated => "Name each purpose once",
                Self::Rule(_) => "Leave this field to the profile",
                Self::ServerNames => "Let names be required",
                Self::Texts => "Shorten them to one line each",
                Self::Wildcards => "Take the wildcards away, or let dns be among the kinds",
            }
            .to_owned(),
        )
    }
}
