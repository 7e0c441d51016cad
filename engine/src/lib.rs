//! All PKI logic. A front end starts the engine, sends commands, asks questions and hears news.
//!
//! Modules stand in reading order; `docs/architecture.md` says which may use which.

pub mod api;
mod runtime;

mod acme;
mod audit;
mod authority;
mod backup;
mod policy;

mod store;
mod vault;
mod x509;

mod dns;
mod http;

mod base;

pub use runtime::{
    Answer, Busy, Client, Kdf, News, Pending, Restored, Settings, Ticket, VAULT_FILE, inspect,
    inspect_crl, private_names, provider_kinds, read_manifest, require_no_key, require_room,
    restore, start, verify_audit, verify_backup,
};
pub use store::{Disk, FILE_NAME as STORE_FILE, Home, SystemDisk};
pub use vault::{EntryName, SecretStore, SecretStoreError, SystemSecretStore};

#[cfg(fuzzing)]
pub use {
    acme::fuzzing as fuzz_acme, audit::fuzzing as fuzz_audit,
    authority::import::fuzzing as fuzz_import, backup::fuzzing as fuzz_backup,
    dns::fuzzing as fuzz_dns, store::fuzzing as fuzz_store, vault::fuzzing as fuzz_vault,
    x509::fuzzing as fuzz_x509,
};
