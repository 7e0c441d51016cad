//! Behaviour, seen from outside: one module per area, one sentence per test.

mod authorities;
mod boundary;
mod issuing;
mod store;
mod vault;
