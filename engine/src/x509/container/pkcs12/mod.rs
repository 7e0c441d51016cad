//! PKCS #12 files, also called PFX (RFC 7292).
//!
//! Ours from end to end: the library at hand tells neither a wrong password from a damaged file
//! nor which algorithm it does not know, reads no BER, and leaves keys behind in memory. It reads
//! back in the tests what is written here.

mod mac;
mod read;
mod write;

pub(in crate::x509) use read::is_pfx;
pub(super) use read::read;
pub(crate) use write::{Identity, Strength, write_identity, write_trust};

const WHAT: &str = "PKCS #12 file";

#[cfg(test)]
mod tests;
