//! The private CA: its hierarchy, and the one way in which it issues.

mod consent;
mod create;
mod crl;
mod error;
pub(crate) mod export;
mod hierarchy;
pub(crate) mod import;
mod install;
mod issue;
mod issuer;
pub(crate) mod package;
mod profiles;
mod proof;
mod revoke;

pub(crate) use consent::{Confirmation, Permission};
pub(crate) use create::{NewKey, Plan, name_is_free, new_rows, plan, waiting};
pub(crate) use crl::{CrlWish, PreparedCrl, SignedCrl, newest_crl, prepare_crl, unlisted};
pub(crate) use error::AuthorityError;
pub(crate) use hierarchy::{
    certificates_from, chain_from, effective_end, revoked_above, without_root,
};
pub(crate) use install::{Installation, install};
pub(crate) use issue::{
    Given, Prepared, Signed, Source, Unsigned, name_of, prepare, prepare_root, wish_for,
};
pub(crate) use issuer::{Issuer, Issuers};
pub(crate) use profiles::{Loaded, Profiles, built};
pub(crate) use proof::verify;
pub(crate) use revoke::{
    Hierarchy, RevocationError, Sentence, Target, Verdict, key_of, release, revoke,
};
