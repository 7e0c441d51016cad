//! Chancery against real counterparts: the command line is driven as a person drives it, and
//! openssl, GnuTLS, pkilint, nginx, curl, name servers, an ACME server, the kernel and a killed
//! process say whether the result holds.
//!
//! A counterpart that is missing is printed as `skipped:` with the reason; with `CI=true` that is a
//! failure. `tests/run` installs what is missing as root on Debian.

#![cfg(unix)]

mod acme;
mod acme_failures;
mod acme_faults;
mod acme_paths;
mod acme_rig;
mod audit;
mod backups;
mod bad_requests;
mod canaries;
mod chancery;
mod constraints;
mod counterpart;
mod crl;
mod damage;
mod disk;
mod formats;
mod hierarchy;
mod import;
mod keyring;
mod keyring_prompt;
mod killed;
mod offline;
mod profiles;
mod purposes;
mod quantum;
mod requests;
mod rig;
mod serving;
mod words;
