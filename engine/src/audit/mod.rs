//! Seals the chain of entries, exports it, and verifies it where nobody trusts us.
//!
//! The store links each entry to the one before (`store::audit`). Here that chain is followed,
//! its end is signed, and both are written so that a stranger can check them: `docs/audit.md`.

mod chain;
mod error;
mod export;
/// Doors for `tests/fuzz`.
#[cfg(fuzzing)]
pub mod fuzzing;
mod seal;
mod verify;

pub(crate) use chain::{Follower, Verification};
pub(crate) use error::AuditError;
pub(crate) use export::write;
pub(crate) use seal::Checkpoint;
pub(crate) use verify::{Seals, step, verify, words};

/// The first word of a header and of a checkpoint; the number is the version of both.
const FORMAT: &str = "chancery-audit/v1";

/// Longest line of an export, in bytes, so that a hostile one cannot fill the memory.
const MAX_LINE: usize = MAX_BODY + 256;

/// Longest entry that is exported, in bytes.
const MAX_BODY: usize = 4 << 20;

#[cfg(test)]
mod tests;
