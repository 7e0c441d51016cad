//! Lints that follow the CA/Browser Forum, as far as they serve private chains, too.

mod code_names;
mod common_name_in_names;
mod email_names;
mod lifetime_398;
mod server_names;
mod underscore;
mod wildcard;

use crate::x509::lint::Lint;

/// In alphabetical order.
pub(super) const LINTS: &[Lint] = &[
    code_names::LINT,
    common_name_in_names::LINT,
    email_names::LINT,
    lifetime_398::LINT,
    server_names::LINT,
    underscore::LINT,
    wildcard::LINT,
];
