//! Behaviour, seen from outside: one module per area, one sentence per test.

mod audit;
mod authorities;
mod boundary;
mod formats;
mod issuing;
mod jobs;
mod keys;
mod store;
mod vault;
