//! Taking over what other programs have made: a CA, its certificates, its index, its keys.
//!
//! Files are read (`source`), opened (`found`) and held against what is here (`plan`). The plan says
//! of each thing what becomes of it; carried out it is one change (`step`), so that nothing is half
//! taken over.

mod adopt;
mod authorities;
mod error;
mod found;
/// Doors for `tests/fuzz`.
#[cfg(fuzzing)]
pub mod fuzzing;
mod index;
mod known;
mod leaves;
mod ledger;
mod lists;
mod plan;
mod source;
mod step;

pub(crate) use found::{Found, read};
pub(crate) use plan::{Plan, plan};
pub(crate) use source::collect;
pub(crate) use step::Steps;
