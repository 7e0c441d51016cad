//! Lints of our own.

mod browser_key;
mod critical_extension;
mod key_usage;
mod lifetime_825;
mod ocsp_signer;
mod path_length;
mod serial_entropy;
mod time_stamping;
mod web_addresses;

use crate::x509::lint::Lint;

/// In alphabetical order.
pub(super) const LINTS: &[Lint] = &[
    browser_key::LINT,
    critical_extension::LINT,
    key_usage::LINT,
    lifetime_825::LINT,
    ocsp_signer::LINT,
    path_length::LINT,
    serial_entropy::LINT,
    time_stamping::LINT,
    web_addresses::LINT,
];
