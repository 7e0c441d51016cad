//! PKCS #12 files, also called PFX (RFC 7292).
//!
//! Ours from end to end: the library at hand tells neither a wrong password from a damaged file
//! nor which algorithm it does not know, reads no BER, and leaves keys behind in memory. It reads
//! back in the tests what is written here.

mod mac;
mod read;

pub(super) use read::read;

const WHAT: &str = "PKCS #12 file";
