//! Lints of our own.

mod browser_key;
mod constrained_ca_path;
mod lifetime_825;
mod serial_entropy;

use crate::x509::lint::Lint;

/// In alphabetical order.
pub(super) const LINTS: &[Lint] = &[
    browser_key::LINT,
    constrained_ca_path::LINT,
    lifetime_825::LINT,
    serial_entropy::LINT,
];
