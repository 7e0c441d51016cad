//! What no compiler checks: who may use whom, where foreign crates enter, and that documents and
//! source say the same. Each finding names the file, the line and where to read.

#[path = "tidy/borders.rs"]
mod borders;
#[path = "tidy/codes.rs"]
mod codes;
#[path = "tidy/files.rs"]
mod files;
#[path = "tidy/remedies.rs"]
mod remedies;
#[path = "tidy/source.rs"]
mod source;
