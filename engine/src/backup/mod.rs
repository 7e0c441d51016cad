//! Backups: vault, store and audit checkpoint as one sealed file; each is restored in memory before
//! it counts. `docs/backup.md` has the format and who opens what.

mod error;
mod file;
/// Doors for `tests/fuzz`.
#[cfg(fuzzing)]
pub mod fuzzing;
mod head;
mod make;
mod restore;
mod rotate;
mod stream;
mod trial;

pub(crate) use error::BackupError;
pub(crate) use file::Opened;
pub(crate) use head::read_manifest;
pub(crate) use make::{Made, Plan, make};
pub(crate) use restore::{Place, require_room, restore};
pub(crate) use rotate::{remove_surplus, scheduled_name};
pub(crate) use trial::try_out;
