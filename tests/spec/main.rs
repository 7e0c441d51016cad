//! Behaviour, seen from outside: one module per area, one sentence per test.

mod acme;
mod audit;
mod authorities;
mod backup;
mod boundary;
mod crl;
mod custody;
mod export;
mod formats;
mod import;
mod issuing;
mod jobs;
mod keys;
mod profiles;
mod revocation;
mod store;
mod vault;
