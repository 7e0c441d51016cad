//! Why something could not be read as what it should be.

use std::error::Error;
use std::fmt;

use crate::base::{Explain, Kind, Remedy, shown};

/// Bytes or a text that are not what they should be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum X509Error {
    /// Not DER, or DER of something else.
    Malformed {
        what: &'static str,
    },
    /// A distinguished name that cannot be understood; holds the part at fault.
    Name(String),
    Pem(PemFault),
    TooLarge {
        what: &'static str,
        limit: usize,
    },
}

/// What is wrong with a PEM text (RFC 7468).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum PemFault {
    /// A block's label is not what was expected.
    Label,
    /// The characters between the lines are not base64.
    Base64,
    /// A block begins and does not end.
    Unended,
    /// No block at all.
    Nothing,
    TooMany,
}

impl X509Error {
    pub(super) fn malformed(what: &'static str) -> impl Fn(der::Error) -> Self {
        move |_| Self::Malformed { what }
    }
}

impl fmt::Display for X509Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { what } => {
                write!(f, "this is not a {what}, or it is cut off or damaged")
            }
            Self::Name(part) => {
                let part = shown(part);
                write!(
                    f,
                    "expected a name such as `O=Example, CN=Root`, found `{part}`"
                )
            }
            Self::Pem(PemFault::Label) => f.write_str("the PEM text holds something else"),
            Self::Pem(PemFault::Base64) => f.write_str("the PEM text is damaged"),
            Self::Pem(PemFault::Unended) => f.write_str("the PEM text is cut off"),
            Self::Pem(PemFault::Nothing) => f.write_str("the text holds no PEM block"),
            Self::Pem(PemFault::TooMany) => {
                f.write_str("the PEM text holds too many blocks to be read")
            }
            Self::TooLarge { what, limit } => {
                write!(f, "a {what} larger than {} KiB is not read", limit / 1024)
            }
        }
    }
}

impl Error for X509Error {}

impl Explain for X509Error {
    fn code(&self) -> &'static str {
        match self {
            Self::Name(_) => "x509.name-invalid",
            Self::Malformed { .. } | Self::Pem(_) => "x509.malformed",
            Self::TooLarge { .. } => "x509.too-large",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Malformed
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(match self {
            Self::Name(_) => "Write each part as TYPE=VALUE and put a comma between parts".into(),
            Self::Malformed { .. } | Self::Pem(_) => {
                "Copy the whole file again, in PEM or DER form".into()
            }
            Self::TooLarge { .. } => "Check that this is the right file".into(),
        })
    }
}
