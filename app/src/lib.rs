//! Everything the program is; `main.rs` only calls it.

pub mod gui;
