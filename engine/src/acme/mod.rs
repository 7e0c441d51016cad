//! Certificates of public CAs: the protocol (RFC 8555), when to renew (RFC 9773), and what an
//! account may ask for.
//!
//! Keys sign where they are: a session is given signatures, never a key.

mod account;
mod budget;
mod challenge;
mod directory;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod jwk;
mod jws;
mod order;
mod problem;
mod renewal_info;
mod revoke;
mod session;

pub(crate) use account::Binding;
pub(crate) use budget::{Count, budget};
pub(crate) use challenge::{persistent_value, record_value};
pub(crate) use error::AcmeError;
pub(crate) use jwk::private_key as key_from_jwk;
pub(crate) use jws::AccountKey;
pub(crate) use order::{Authorization, Chain, Order, Status, Wanted};
pub(crate) use problem::{Cause, Problem};
pub(crate) use renewal_info::{by_lifetime, certificate_id, within};
pub(crate) use session::{Failure, Server, Session, Signing, Signs};
