//! Certificates, requests and chains as values: no I/O, no clock, no store, no private keys.

mod additions;
mod algorithm;
mod asn1;
mod certificate;
mod chain;
mod constraints;
mod container;
mod crl;
mod draft;
mod error;
mod extension;
/// Doors for `tests/fuzz`.
#[cfg(fuzzing)]
pub mod fuzzing;
mod general_name;
mod inspect;
mod key;
mod link;
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
pub(crate) use certificate::{Certificate, key_fingerprint, tbs_key_fingerprint};
pub(crate) use chain::{
    ChainError, Usage, verify_authority, verify_chain, verify_links, verify_root,
};
pub(crate) use constraints::Constraints;
pub(crate) use container::{
    Bundle, ContainerError, FoundCertificate, Identity, Openness, PrivateKey, Reading, Strength,
    seal_key, write_certificates, write_identity, write_jks, write_p12,
};
pub(crate) use crl::{CertificateList, CrlEntry, CrlHead, NewCrl};
pub(crate) use draft::{Draft, IssuerView, Linted, SignedCertificate, Wish};
pub(crate) use extension::{KeyUsage, Urls};
pub(crate) use inspect::{describe, listed, read_list};
pub(crate) use key::{KeyKind, PublicKey, trial_key};
pub(crate) use link::Link;
pub(crate) use merge::{MergeError, merge};
pub(crate) use name::Name;
pub(crate) use oid::OCSP_SIGNING;
pub(crate) use profile::{Profile, profile, profiles};
pub(crate) use request::{Asked, CertificationRequest, write_request};
