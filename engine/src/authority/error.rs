//! Why an authority did not do what was asked.

use std::fmt;

use crate::base::{
    AuthorityId, Explain, Kind, Remedy, Report, Revocation, Serial, Timestamp, shown,
};

#[derive(Debug)]
pub(crate) enum AuthorityError {
    /// Between reading it and writing.
    Changed(AuthorityId),
    Expired {
        name: String,
        since: Timestamp,
    },
    /// An authority would bear the name of the one above it, and count as the same.
    IssuersName(String),
    /// Its certificate is here, its key is not.
    Keyless {
        name: String,
    },
    NameEmpty,
    NameTaken {
        name: String,
        holder: AuthorityId,
    },
    NeedsConfirmation {
        name: String,
    },
    NeedsPassphrase {
        name: String,
    },
    /// The path length of one above leaves none below.
    NoRoom,
    /// What was given to install does not reach up to a root.
    NoRoot,
    NotInstalled {
        name: String,
    },
    NotRequested {
        name: String,
    },
    OtherKey {
        name: String,
    },
    /// Its certificate, or that of one above it.
    Revoked {
        name: String,
        revocation: Revocation,
    },
    SerialTaken(Serial),
    SignatureLost,
    Unknown(AuthorityId),
    WrongChain(Box<Report>),
    WrongConfirmation {
        given: String,
        name: String,
    },
}

impl fmt::Display for AuthorityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(id) => write!(f, "{id} was changed by somebody else at this moment"),
            Self::Expired { name, since } => {
                write!(f, "the authority {} has expired on {since}", shown(name))
            }
            Self::IssuersName(name) => write!(
                f,
                "an authority below {} cannot bear the same subject",
                shown(name)
            ),
            Self::Keyless { name } => write!(
                f,
                "the key of {} was not brought here, so that it cannot sign here",
                shown(name)
            ),
            Self::NameEmpty => f.write_str("an authority needs a name"),
            Self::NoRoom => {
                f.write_str("the path length of an authority above leaves no room for this one")
            }
            Self::NoRoot => {
                f.write_str("the certificate cannot be installed: the chain ends before a root")
            }
            Self::NameTaken { name, holder } => {
                write!(f, "{holder} is already called {}", shown(name))
            }
            Self::NeedsConfirmation { name } => write!(
                f,
                "a passphrase from a file does not prove that a person is there to sign as {}",
                shown(name)
            ),
            Self::NeedsPassphrase { name } => {
                write!(
                    f,
                    "the key of {} signs only when a person is there",
                    shown(name)
                )
            }
            Self::NotInstalled { name } => write!(
                f,
                "the authority {} has no certificate yet, only a request",
                shown(name)
            ),
            Self::NotRequested { name } => {
                write!(
                    f,
                    "the authority {} does not wait for a certificate",
                    shown(name)
                )
            }
            Self::OtherKey { name } => write!(
                f,
                "the certificate is for another key than the one made for {}",
                shown(name)
            ),
            Self::Revoked { name, revocation } => write!(
                f,
                "the certificate of {} is {} since {}, so that nothing below it is trusted",
                shown(name),
                match revocation.reason.is_hold() {
                    true => "on hold",
                    false => "revoked",
                },
                revocation.at
            ),
            Self::SerialTaken(serial) => write!(f, "the serial {serial} is already in use"),
            Self::SignatureLost => f.write_str("the intent to sign is no longer open"),
            Self::Unknown(id) => write!(f, "there is no authority {id}"),
            Self::WrongChain(cause) => {
                write!(f, "the certificate cannot be installed: {}", cause.what)
            }
            Self::WrongConfirmation { given, name } => write!(
                f,
                "the confirmation names {}, but the key to sign with is that of {}",
                shown(given),
                shown(name)
            ),
        }
    }
}

impl std::error::Error for AuthorityError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}

impl Explain for AuthorityError {
    fn code(&self) -> &'static str {
        match self {
            Self::Changed(_) | Self::SerialTaken(_) | Self::SignatureLost => "authority.try-again",
            Self::Expired { .. } => "authority.expired",
            Self::IssuersName(_) => "authority.issuers-name",
            Self::Keyless { .. } => "authority.keyless",
            Self::NameEmpty => "authority.name-empty",
            Self::NoRoom => "authority.no-room",
            Self::NameTaken { .. } => "authority.name-taken",
            Self::NeedsConfirmation { .. } | Self::WrongConfirmation { .. } => {
                "authority.needs-confirmation"
            }
            Self::NeedsPassphrase { .. } => "authority.needs-passphrase",
            Self::NotInstalled { .. } => "authority.not-installed",
            Self::NotRequested { .. } => "authority.not-requested",
            Self::OtherKey { .. } => "authority.other-key",
            Self::Revoked { .. } => "authority.revoked",
            Self::Unknown(_) => "authority.unknown",
            Self::NoRoot | Self::WrongChain(_) => "authority.wrong-chain",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NeedsPassphrase { .. } => Kind::Locked,
            Self::NameEmpty => Kind::Malformed,
            Self::Changed(_)
            | Self::NameTaken { .. }
            | Self::SerialTaken(_)
            | Self::SignatureLost
            | Self::Unknown(_) => Kind::Failed,
            _ => Kind::Refused,
        }
    }

    fn remedy(&self) -> Remedy {
        let step = match self {
            Self::Expired { .. } => "Choose another authority, or make a new one",
            Self::IssuersName(_) => "Choose another subject, or leave it out to take the name",
            Self::Keyless { .. } => {
                return Remedy::typed(
                    "Sign where its key is, or bring the key here; a key that the vault holds from \
                     before is found when the certificate is imported again",
                    ["chancery import KEYFILE"],
                );
            }
            Self::NameEmpty => "Give it a name, such as Example Root",
            Self::NoRoom => "Have an authority sign it whose path length leaves room",
            Self::NoRoot => "Add the certificates above it, the root last",
            Self::NameTaken { .. } => "Choose another name",
            Self::NeedsConfirmation { .. } => {
                return Remedy::typed(
                    "Type the passphrase, or name the authority that is to sign",
                    ["--confirm CA"],
                );
            }
            Self::NeedsPassphrase { .. } => "Give the vault's passphrase with this request",
            Self::NotInstalled { .. } => {
                return Remedy::typed(
                    "Have its request signed, then install the certificate",
                    ["chancery ca install CA FILE"],
                );
            }
            Self::NotRequested { .. } => {
                return Remedy::typed(
                    "Choose an authority that was made with a request for another to sign",
                    ["chancery ca request NAME"],
                );
            }
            Self::OtherKey { .. } => {
                "Install the certificate that was made from this authority's own request"
            }
            Self::Changed(_) | Self::SerialTaken(_) | Self::SignatureLost => {
                return Remedy::Retry;
            }
            Self::Revoked { revocation, .. } if revocation.reason.is_hold() => {
                return Remedy::typed(
                    "Choose another authority, or release this one",
                    ["chancery cert release CERT"],
                );
            }
            Self::Revoked { .. } => "Choose another authority, or make a new one",
            Self::Unknown(_) => {
                return Remedy::typed("Choose one of the authorities", ["chancery ca list"]);
            }
            Self::WrongChain(cause) => return cause.remedy.clone(),
            Self::WrongConfirmation { .. } => "Name the authority whose key is to sign",
        };
        Remedy::Do(step.to_owned())
    }
}
