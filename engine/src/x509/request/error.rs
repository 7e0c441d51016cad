//! Why a certification request is not taken.

use std::error::Error;
use std::fmt;

use const_oid::ObjectIdentifier;

use crate::base::{Explain, Kind, NameError, Remedy, shown};
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::constraints::ConstraintError;
use crate::x509::error::X509Error;
use crate::x509::key::KeyError;
use crate::x509::oid;
use crate::x509::request::MAX_NAMES;

/// Why a certification request is not taken. Nothing of it is used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum RequestError {
    /// A signature algorithm that we cannot verify.
    Algorithm,
    /// The name constraints asked for cannot be understood.
    Constraints(ConstraintError),
    /// An extension whose value is damaged.
    Extension(ObjectIdentifier),
    Key(KeyError),
    Malformed,
    /// The signature algorithm does not fit the key, which is named last.
    Mismatched(SignatureAlgorithm, String),
    /// A name that is not valid.
    Name(String, NameError),
    /// A kind of name we do not issue for.
    NameKind(&'static str),
    /// Something else, by its PEM label.
    Other(String),
    Pem(X509Error),
    /// A private key stands in the file, too.
    PrivateKey,
    /// An attribute or an extension that stands there twice.
    Repeated(ObjectIdentifier),
    Several,
    /// The signature is not by the key.
    Signature,
    TooLarge,
    TooManyNames(usize),
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm => f.write_str(
                "the request is signed in a way that is not supported, such as with SHA-1, MD5 or \
                 an unusual RSA-PSS salt",
            ),
            Self::Constraints(error) => write!(f, "the request cannot be understood: {error}"),
            Self::Extension(id) => {
                write!(
                    f,
                    "an extension of the request is damaged: {}",
                    oid::title(*id)
                )
            }
            Self::Key(error) => fmt::Display::fmt(error, f),
            Self::Malformed => {
                f.write_str("this is not a certification request, or it is cut off or damaged")
            }
            Self::Mismatched(algorithm, key) => write!(
                f,
                "the request's signature, {}, does not belong to its key, {key}",
                algorithm.title()
            ),
            Self::Name(text, error) => {
                write!(
                    f,
                    "the request asks for an invalid name; {error}: {}",
                    shown(text)
                )
            }
            Self::NameKind(kind) => {
                write!(
                    f,
                    "the request asks for a kind of name that is not issued: {kind}"
                )
            }
            Self::Other(label) => {
                let label = shown(label);
                write!(
                    f,
                    "this is not a certification request but something else: {label}"
                )
            }
            Self::Pem(error) => fmt::Display::fmt(error, f),
            Self::PrivateKey => f.write_str("the file holds a private key beside the request"),
            Self::Repeated(id) => {
                write!(
                    f,
                    "the request holds the same part twice: {}",
                    oid::title(*id)
                )
            }
            Self::Several => f.write_str("the file holds more than one certification request"),
            Self::Signature => f.write_str(
                "the request's signature is wrong, so it does not prove possession of its key",
            ),
            Self::TooLarge => f.write_str("a certification request larger than 64 KiB is not read"),
            Self::TooManyNames(count) => write!(
                f,
                "the request asks for {count} names; a certificate carries at most {MAX_NAMES}"
            ),
        }
    }
}

impl Error for RequestError {}

impl From<KeyError> for RequestError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

impl From<X509Error> for RequestError {
    fn from(error: X509Error) -> Self {
        Self::Pem(error)
    }
}

impl Explain for RequestError {
    fn code(&self) -> &'static str {
        match self {
            Self::Algorithm => "request.algorithm-unsupported",
            Self::Constraints(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::Pem(_) | Self::Extension(_) | Self::Malformed | Self::Repeated(_) => {
                "request.malformed"
            }
            Self::Mismatched(..) | Self::Signature => "request.signature-invalid",
            Self::Name(..) | Self::NameKind(_) => "request.name-invalid",
            Self::Other(_) | Self::Several => "request.not-one",
            Self::PrivateKey => "request.private-key",
            Self::TooLarge => "request.too-large",
            Self::TooManyNames(_) => "request.too-many-names",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Constraints(error) => error.kind(),
            Self::Key(error) => error.kind(),
            Self::Algorithm | Self::NameKind(_) | Self::PrivateKey | Self::TooManyNames(_) => {
                Kind::Refused
            }
            _ => Kind::Malformed,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(match self {
            Self::Algorithm => "Sign the request with SHA-256; for RSA-PSS, use a salt as long as \
                 the hash"
                .to_owned(),
            Self::Constraints(error) => return error.remedy(),
            Self::Key(error) => return error.remedy(),
            Self::Pem(error) => return error.remedy(),
            Self::Extension(_) | Self::Malformed | Self::Repeated(_) => {
                return Remedy::typed("Make the request again", ["openssl req -new"]);
            }
            Self::Mismatched(..) | Self::Signature => {
                "Make the request again and sign it with the key that it names".to_owned()
            }
            Self::Name(..) => "Correct the name and make the request again".to_owned(),
            Self::NameKind(_) => {
                "Ask for DNS names, IP addresses, e-mail addresses or URIs only".to_owned()
            }
            Self::Other(_) => {
                "Choose the file that begins with BEGIN CERTIFICATE REQUEST".to_owned()
            }
            Self::PrivateKey => "Keep the private key where it is and send only the part between \
                 BEGIN and END CERTIFICATE REQUEST"
                .to_owned(),
            Self::Several => "Send each request on its own".to_owned(),
            Self::TooLarge => "Check that this is the right file".to_owned(),
            Self::TooManyNames(_) => "Ask for several certificates, or for a wildcard".to_owned(),
        })
    }
}
