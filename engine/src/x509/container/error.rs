//! Why a file with keys or certificates cannot be read or written.

use std::error::Error;
use std::fmt;

use crate::base::{Explain, Kind, Remedy};
use crate::x509::error::X509Error;

/// Why a file of another program cannot be read, or one for it cannot be written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum ContainerError {
    /// A key derivation of more than [`MAX_ITERATIONS`] rounds, or of too much memory; it was not
    /// begun.
    Costly,
    /// Not what it should be; holds what it should be.
    Damaged(&'static str),
    /// A private key that does not hold together, or is too weak to be read.
    Key(&'static str),
    /// It holds nothing that we look for.
    Nothing,
    PasswordNeeded(&'static str),
    Text(X509Error),
    TooLarge,
    /// Nothing protects the file from being changed: it has no MAC (RFC 7292, 4).
    Unauthenticated,
    /// The algorithm or kind of thing that we do not know, safe to show.
    Unsupported(String),
    /// A private key of a kind that we do not know, safe to show.
    UnsupportedKey(String),
    /// An algorithm of the certificate's key that readers of this format do not know.
    Unreadable {
        format: &'static str,
        key: String,
    },
    WrongPassword(&'static str),
}

impl fmt::Display for ContainerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Costly => {
                f.write_str("opening this would take more work than any honest file asks for")
            }
            Self::Damaged(what) => {
                write!(f, "this is not a {what}, or it is cut off or damaged")
            }
            Self::Key(why) => write!(f, "the private key is not usable: {why}"),
            Self::Nothing => f.write_str("there is no certificate, key or CRL in it"),
            Self::PasswordNeeded(what) => write!(f, "the {what} is sealed with a password"),
            Self::Text(error) => fmt::Display::fmt(error, f),
            Self::TooLarge => write!(f, "more than {} MiB is not read", MAX_SIZE >> 20),
            Self::Unauthenticated => {
                f.write_str("nothing protects the PKCS #12 file from being changed: it has no MAC")
            }
            Self::Unsupported(what) | Self::UnsupportedKey(what) => {
                write!(f, "this is not supported: {what}")
            }
            Self::Unreadable { format, key } => {
                write!(f, "programs that need a {format} cannot read keys of {key}")
            }
            Self::WrongPassword(what) => {
                write!(
                    f,
                    "the password does not open the {what}, or it was changed"
                )
            }
        }
    }
}

impl Error for ContainerError {}

impl From<X509Error> for ContainerError {
    fn from(error: X509Error) -> Self {
        Self::Text(error)
    }
}

impl Explain for ContainerError {
    fn code(&self) -> &'static str {
        match self {
            Self::Costly => "container.costly",
            Self::Damaged(_) => "container.damaged",
            Self::Key(_) => "container.key-unusable",
            Self::Nothing => "container.nothing",
            Self::PasswordNeeded(_) => "container.password-needed",
            Self::Text(error) => error.code(),
            Self::TooLarge => "x509.too-large",
            Self::Unauthenticated => "container.unauthenticated",
            Self::Unsupported(_) => "container.unsupported",
            Self::UnsupportedKey(_) => "container.unsupported-key",
            Self::Unreadable { .. } => "container.unreadable",
            Self::WrongPassword(_) => "container.wrong-password",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::PasswordNeeded(_) | Self::WrongPassword(_) => Kind::Locked,
            Self::Costly | Self::Unauthenticated | Self::Unreadable { .. } => Kind::Refused,
            _ => Kind::Malformed,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(
            match self {
                Self::Costly => "Find out who made this file; export it again elsewhere",
                Self::Damaged(_) => "Copy the whole file again",
                Self::Key(_) => "Check that this is the right file, and copy it again",
                Self::Nothing => "Check that this is the right file",
                Self::PasswordNeeded(_) => "Give the file's password",
                Self::Text(error) => return error.remedy(),
                Self::TooLarge => "Check that this is the right file",
                Self::Unauthenticated => {
                    let step = "Export it again with a password; where you know that nobody has \
                                changed it, read it nevertheless";
                    return Remedy::typed(step, ["--unauthenticated"]);
                }
                Self::Unsupported(_) => {
                    "Convert it with the program that made it, to AES-256 and SHA-256"
                }
                Self::UnsupportedKey(_) => {
                    "Leave it where it is: a key is taken over if it is RSA, Ed25519, ML-DSA, or \
                     ECDSA on P-256, P-384 or P-521"
                }
                Self::Unreadable { .. } => "Choose PEM, or a certificate with an ECDSA or RSA key",
                Self::WrongPassword(_) => "Try the password again; it is the file's own",
            }
            .to_owned(),
        )
    }
}

/// All key derivations of a file together. Files in the wild stay below two million; the fuzzer
/// would do nothing else.
pub(super) const MAX_ITERATIONS: u64 = if cfg!(fuzzing) { 50_000 } else { 10_000_000 };
/// A bundle of certificates and CRLs.
pub(super) const MAX_SIZE: usize = 16 * 1024 * 1024;
