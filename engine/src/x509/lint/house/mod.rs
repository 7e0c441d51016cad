//! Lints of our own.

mod browser_key;
mod key_usage;
mod lifetime_825;
mod path_length;
mod serial_entropy;

use crate::x509::lint::Lint;

/// In alphabetical order.
pub(super) const LINTS: &[Lint] = &[
    browser_key::LINT,
    key_usage::LINT,
    lifetime_825::LINT,
    path_length::LINT,
    serial_entropy::LINT,
];
