//! Certificates, requests and chains as values: no I/O, no clock, no store, no private keys.

mod algorithm;
mod asn1;
mod certificate;
mod chain;
mod constraints;
mod draft;
mod error;
mod extension;
mod general_name;
mod inspect;
mod key;
mod lint;
mod merge;
mod name;
mod oid;
pub(crate) mod pem;
mod profile;
mod request;
pub(crate) mod serial;

#[cfg(test)]
mod fixture;

pub(crate) use algorithm::SignatureAlgorithm;
pub(crate) use certificate::Certificate;
pub(crate) use chain::{ChainError, Usage, verify_authority, verify_chain, verify_root};
pub(crate) use constraints::{ConstraintError, Constraints};
pub(crate) use draft::{
    Approved, Draft, DraftError, IssuerView, LintError, Linted, SignatureMismatch,
    SignedCertificate, Wish,
};
pub(crate) use error::{PemFault, X509Error};
pub(crate) use extension::{BasicConstraints, KeyUsage, Urls};
pub(crate) use inspect::{InspectError, describe};
pub(crate) use key::{KeyError, KeyKind, PublicKey, VerifyError, Weakness};
pub(crate) use lint::{Lint, lints};
pub(crate) use merge::{MergeError, merge};
pub(crate) use name::Name;
pub(crate) use oid::{CLIENT_AUTH, SERVER_AUTH};
pub(crate) use profile::{Lifetime, NameKind, Names, Profile, profile, profiles};
pub(crate) use request::{Asked, CertificationRequest, RequestError, write_request};
