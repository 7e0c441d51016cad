//! Why a draft cannot be made, or must not be signed.

use std::error::Error;
use std::fmt;

use crate::base::{Explain, Finding, Identifier, Kind, Remedy, Severity, Timestamp};
use crate::x509::constraints::ConstraintError;
use crate::x509::error::X509Error;
use crate::x509::request::MAX_NAMES;

/// Why no draft can be made of a wish.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum DraftError {
    BeyondIssuer {
        asked: Timestamp,
        issuer: Timestamp,
        /// Days that could be asked for.
        days_left: i64,
    },
    Constraint(ConstraintError),
    /// A date that a certificate cannot express.
    Encoding,
    IssuerExpired(Timestamp),
    /// A certificate for the key of the CA that would issue it.
    IssuersKey,
    /// The profile's title and a name of a kind that it does not carry.
    NameKind(String, Identifier),
    /// The profile's title, and the kind of key that it does not take.
    KeyType(String, String),
    /// The CA's path length is zero.
    NoCaBelow,
    NoDays,
    NoNames,
    NoSubject,
    NotACa,
    PathLen {
        own: u8,
        below: u8,
    },
    TooLong {
        days: u32,
        limit: u32,
        /// Whether a person who has been warned may ask for more.
        passable: bool,
    },
    TooManyNames(usize),
    /// The profile's title and a wildcard that it does not allow.
    Wildcard(String, Identifier),
}

impl fmt::Display for DraftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeyondIssuer { asked, issuer, .. } => write!(
                f,
                "the certificate would be valid until {asked}, but its CA only until {issuer}"
            ),
            Self::Constraint(error) => fmt::Display::fmt(error, f),
            Self::Encoding => f.write_str("the validity cannot be written into a certificate"),
            Self::IssuerExpired(end) => write!(f, "the CA's own certificate ended on {end}"),
            Self::IssuersKey => f.write_str("the key to be certified is the CA's own key"),
            Self::KeyType(profile, key) => {
                write!(
                    f,
                    "the profile {profile} does not take a key of this type: {key}"
                )
            }
            Self::NameKind(profile, name) => {
                write!(
                    f,
                    "the profile {profile} does not carry names of this kind: {name}"
                )
            }
            Self::NoCaBelow => f.write_str("the CA's path length allows no CA below it"),
            Self::NoDays => f.write_str("a certificate must be valid for at least one day"),
            Self::NoNames => f.write_str("nothing says for whom the certificate is: no names"),
            Self::NoSubject => f.write_str("a CA must have a name"),
            Self::NotACa => f.write_str("only a CA has a path length, constraints and issues"),
            Self::PathLen { own, below } => write!(
                f,
                "the CA's path length is {own}, so a CA below it cannot have path length {below}"
            ),
            Self::TooLong { days, limit, .. } => {
                write!(
                    f,
                    "a lifetime of {days} days is above the profile's limit of {limit}"
                )
            }
            Self::TooManyNames(count) => {
                write!(
                    f,
                    "a certificate carries at most {MAX_NAMES} names; these are {count}"
                )
            }
            Self::Wildcard(profile, name) => {
                write!(
                    f,
                    "the profile {profile} does not allow this wildcard: {name}"
                )
            }
        }
    }
}

impl Error for DraftError {}

impl From<ConstraintError> for DraftError {
    fn from(error: ConstraintError) -> Self {
        Self::Constraint(error)
    }
}

impl Explain for DraftError {
    fn code(&self) -> &'static str {
        match self {
            Self::BeyondIssuer { .. } | Self::IssuerExpired(_) => "issue.beyond-issuer",
            Self::Constraint(error) => error.code(),
            Self::Encoding | Self::NoDays | Self::TooLong { .. } => "issue.validity",
            Self::IssuersKey => "issue.issuers-key",
            Self::KeyType(..) => "issue.key-type",
            Self::NameKind(..) | Self::Wildcard(..) => "issue.name-not-allowed",
            Self::NoCaBelow | Self::PathLen { .. } => "issue.path-length",
            Self::NoNames | Self::NoSubject => "issue.no-name",
            Self::NotACa => "issue.not-a-ca",
            Self::TooManyNames(_) => "request.too-many-names",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Constraint(error) => error.kind(),
            Self::Encoding | Self::NoDays => Kind::Malformed,
            _ => Kind::Refused,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(match self {
            Self::BeyondIssuer { days_left, .. } if *days_left > 0 => {
                format!("Ask for at most {days_left} days, or renew the CA first")
            }
            Self::BeyondIssuer { .. } | Self::IssuerExpired(_) => {
                "Renew the CA first, or use another".to_owned()
            }
            Self::Constraint(error) => return error.remedy(),
            Self::Encoding | Self::NoDays => "Choose another number of days".to_owned(),
            Self::IssuersKey => "Make a key of its own and a request from it".to_owned(),
            Self::KeyType(..) => {
                "Make a key of a type that the profile takes, or choose another profile".to_owned()
            }
            Self::NameKind(..) => "Leave the name out, or choose another profile".to_owned(),
            Self::NoCaBelow | Self::PathLen { .. } => {
                "Use a CA with a greater path length, or ask for a smaller one".to_owned()
            }
            Self::NoNames => {
                "Ask for a subject alternative name, such as dns:www.example.internal".to_owned()
            }
            Self::NoSubject => "Give the CA a name, such as `CN=Example Root`".to_owned(),
            Self::NotACa => "Choose a profile for CAs, such as intermediate".to_owned(),
            Self::TooLong {
                limit,
                passable: true,
                ..
            } => {
                return Remedy::typed(
                    format!("Ask for at most {limit} days, or pass the ceiling knowingly"),
                    ["--beyond-ceiling"],
                );
            }
            Self::TooLong { limit, .. } => format!("Ask for at most {limit} days"),
            Self::TooManyNames(_) => "Ask for several certificates, or for a wildcard".to_owned(),
            Self::Wildcard(..) => {
                "Write out the names, or put the wildcard below a domain, as in *.example.internal"
                    .to_owned()
            }
        })
    }
}

/// Why an approved draft must not be signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum LintError {
    /// At least one is an error.
    Findings(Vec<Finding>),
    /// The draft does not read back.
    Unreadable(X509Error),
}

impl LintError {
    pub(crate) fn findings(&self) -> &[Finding] {
        match self {
            Self::Findings(findings) => findings,
            Self::Unreadable(_) => &[],
        }
    }
}

impl fmt::Display for LintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors = self.findings().iter();
        let mut errors = errors.filter(|finding| finding.severity == Severity::Error);
        match errors.next() {
            Some(first) => {
                write!(
                    f,
                    "the certificate would break a rule ({}): {}",
                    first.cites, first.what
                )
            }
            None => f.write_str("the certificate to be signed cannot be read back"),
        }
    }
}

impl Error for LintError {}

impl Explain for LintError {
    fn code(&self) -> &'static str {
        "issue.lint"
    }

    fn kind(&self) -> Kind {
        Kind::Refused
    }

    fn remedy(&self) -> Remedy {
        match self {
            Self::Findings(_) => {
                Remedy::Do("Correct what was asked for, or choose another profile".to_owned())
            }
            Self::Unreadable(_) => Remedy::ReportBug,
        }
    }
}

/// The signature that was made is not one by the CA's key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct SignatureMismatch;

impl fmt::Display for SignatureMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature that was made does not belong to the CA's certificate")
    }
}

impl Error for SignatureMismatch {}

impl Explain for SignatureMismatch {
    fn code(&self) -> &'static str {
        "issue.signature-mismatch"
    }

    fn kind(&self) -> Kind {
        Kind::Failed
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do("Check the vault; the key in it is not the CA's".to_owned())
    }
}
