//! Files in which other programs keep certificates and keys: read, and written for them.

mod ber;
mod bundle;
mod error;
mod md5;
mod oid;
mod pbe;
mod pkcs12;
mod pkcs7;
mod private_key;

pub(crate) use bundle::{Bundle, FoundCertificate, FoundKey, Openness, Reading};
pub(crate) use error::ContainerError;
pub(crate) use private_key::{PrivateKey, SealedKey};

#[cfg(test)]
mod tests;
