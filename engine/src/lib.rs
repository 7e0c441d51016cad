//! All PKI logic. A front end starts the engine, sends commands, asks questions and hears news.
//!
//! Modules stand in reading order; `docs/architecture.md` says which may use which.

pub mod api;

#[allow(dead_code, unused_imports)]
mod x509;

mod base;
