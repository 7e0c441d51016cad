//! Why an address, a policy or an extension is not taken.

use std::error::Error;
use std::fmt;

use const_oid::ObjectIdentifier;

use crate::base::{Explain, Kind, ObjectId, Remedy, shown};
use crate::x509::oid;

/// Why something is not written into certificates.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum AdditionError {
    /// An address that is not on the web, or too long.
    Address(String),
    AddressTwice(String),
    /// An object id that no encoding has room for.
    ObjectId(ObjectId),
    /// An extension that we build ourselves.
    Ours(ObjectIdentifier),
    Repeated(ObjectIdentifier),
    TooMany,
    /// The value of this extension is not one DER element of a usual size.
    Value(ObjectIdentifier),
}

impl fmt::Display for AdditionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(url) => write!(
                f,
                "an address in a certificate begins with http:// or https:// and has at most 1024 \
                 characters: {}",
                shown(url)
            ),
            Self::AddressTwice(url) => {
                write!(f, "the same address stands there twice: {}", shown(url))
            }
            Self::ObjectId(id) => write!(f, "this object identifier is too long: {id}"),
            Self::Ours(id) => write!(
                f,
                "this extension follows from the certificate itself and cannot be set: {}",
                oid::title(*id)
            ),
            Self::Repeated(id) => {
                write!(f, "the same object identifier stands there twice: {id}")
            }
            Self::TooMany => {
                f.write_str("more than 16 policies, extensions or addresses of one kind")
            }
            Self::Value(id) => write!(
                f,
                "the value of the extension {id} is not one DER element of at most 4096 octets"
            ),
        }
    }
}

impl Error for AdditionError {}

impl Explain for AdditionError {
    fn code(&self) -> &'static str {
        match self {
            Self::Address(_) | Self::AddressTwice(_) => "addition.address",
            Self::ObjectId(_) => "addition.object-id",
            Self::Ours(_) => "addition.ours",
            Self::Repeated(_) | Self::TooMany => "addition.repeated",
            Self::Value(_) => "addition.value",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Address(_) | Self::ObjectId(_) | Self::Value(_) => Kind::Malformed,
            Self::AddressTwice(_) | Self::Ours(_) | Self::Repeated(_) | Self::TooMany => {
                Kind::Refused
            }
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(
            match self {
                Self::Address(_) => "Give an address such as http://pki.example.internal/ca.crl",
                Self::AddressTwice(_) | Self::Repeated(_) => "Name each only once",
                Self::ObjectId(_) => "Use an object identifier of your own organisation",
                Self::Ours(_) => "Set it through the profile or the authority instead",
                Self::TooMany => "Keep those that somebody needs",
                Self::Value(_) => {
                    return Remedy::typed(
                        "Encode the value again, as DER",
                        ["openssl asn1parse -genstr … -out FILE"],
                    );
                }
            }
            .to_owned(),
        )
    }
}
