//! Why something cannot be explained.

use std::error::Error;
use std::fmt;

use crate::base::{Explain, Kind, Remedy};
use crate::x509::error::X509Error;

/// Why something cannot be explained.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum InspectError {
    Empty,
    /// It is something else, safe to show.
    NotACrl(String),
    Pem(X509Error),
    TooLarge,
    Unknown,
}

impl fmt::Display for InspectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is nothing in it"),
            Self::NotACrl(title) => {
                write!(
                    f,
                    "this is no certificate revocation list (CRL), but: {title}"
                )
            }
            Self::Pem(error) => fmt::Display::fmt(error, f),
            Self::TooLarge => f.write_str("more than 64 MiB is not looked at"),
            Self::Unknown => f.write_str(
                "this is no certificate, request, CRL or key in PEM or DER form, or it is cut off \
                 or damaged",
            ),
        }
    }
}

impl Error for InspectError {}

impl From<X509Error> for InspectError {
    fn from(error: X509Error) -> Self {
        Self::Pem(error)
    }
}

impl Explain for InspectError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty | Self::Unknown => "inspect.unknown",
            Self::NotACrl(_) => "inspect.not-a-crl",
            Self::Pem(error) => error.code(),
            Self::TooLarge => "x509.too-large",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Malformed
    }

    fn remedy(&self) -> Remedy {
        match self {
            Self::NotACrl(_) => {
                Remedy::Do("Name a list; what this is, inspect explains".to_owned())
            }
            Self::Pem(error) => error.remedy(),
            Self::Empty | Self::TooLarge | Self::Unknown => {
                Remedy::Do("Check that this is the right file, and copy it again".to_owned())
            }
        }
    }
}
