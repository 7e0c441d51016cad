//! Certificates, requests and chains as values: no I/O, no clock, no store, no private keys.

mod additions;
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

pub(crate) use additions::read_publication;
pub(crate) use algorithm::SignatureAlgorithm;
pub(crate) use certificate::Certificate;
pub(crate) use chain::{ChainError, Usage, verify_authority, verify_chain, verify_root};
pub(crate) use constraints::Constraints;
pub(crate) use draft::{Draft, IssuerView, Linted, SignedCertificate, Wish};
pub(crate) use inspect::describe;
pub(crate) use key::{PublicKey, trial_key};
pub(crate) use merge::{MergeError, merge};
pub(crate) use name::Name;
pub(crate) use profile::{Profile, profile, profiles};
pub(crate) use request::{Asked, CertificationRequest, write_request};
