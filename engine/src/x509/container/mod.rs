//! Files in which other programs keep certificates and keys: read, and written for them.

mod ber;
mod bundle;
mod error;
mod jks;
mod md5;
mod oid;
mod pbe;
mod pkcs12;
mod pkcs7;
mod private_key;

#[cfg(fuzzing)]
pub(in crate::x509) use ber::to_der;
pub(crate) use bundle::{Bundle, FoundCertificate, Openness, Reading};
pub(crate) use error::ContainerError;
pub(crate) use jks::write_trust as write_jks;
pub(crate) use pkcs7::write_certificates;
pub(in crate::x509) use pkcs12::is_pfx;
pub(crate) use pkcs12::{Identity, Strength, write_identity, write_trust as write_p12};
pub(crate) use private_key::{PrivateKey, seal_key};

#[cfg(test)]
mod tests;
