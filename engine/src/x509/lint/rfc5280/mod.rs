//! Lints that follow RFC 5280 and its companions.

mod algorithm_known;
mod authority_key_id;
mod ca_basic_constraints;
mod ca_key_usage;
mod common_name_length;
mod extended_key_usage;
mod issuer_not_empty;
mod key_usage_fits_key;
mod leaf_basic_constraints;
mod leaf_key_usage;
mod name_constraints;
mod names_not_empty;
mod no_duplicate_extension;
mod policies_once;
mod serial_length;
mod serial_positive;
mod subject_key_id;
mod subject_or_names;
mod validity_encoding;
mod validity_order;
mod version_3;

use crate::x509::lint::Lint;

/// In alphabetical order.
pub(super) const LINTS: &[Lint] = &[
    algorithm_known::LINT,
    authority_key_id::LINT,
    ca_basic_constraints::LINT,
    ca_key_usage::LINT,
    common_name_length::LINT,
    extended_key_usage::LINT,
    issuer_not_empty::LINT,
    key_usage_fits_key::LINT,
    leaf_basic_constraints::LINT,
    leaf_key_usage::LINT,
    name_constraints::LINT,
    names_not_empty::LINT,
    no_duplicate_extension::LINT,
    policies_once::LINT,
    serial_length::LINT,
    serial_positive::LINT,
    subject_key_id::LINT,
    subject_or_names::LINT,
    validity_encoding::LINT,
    validity_order::LINT,
    version_3::LINT,
];
