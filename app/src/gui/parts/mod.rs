//! Pieces that know our data and are used by several screens.

pub(super) mod acme;
pub(super) mod centred;
pub(super) mod chain_view;
pub(super) mod choices;
pub(super) mod consent;
pub(super) mod description_view;
pub(super) mod digits;
pub(super) mod errand;
pub(super) mod export;
pub(super) mod findings;
pub(super) mod form;
pub(super) mod hosts;
pub(super) mod names;
pub(super) mod new_passphrase;
pub(super) mod path_field;
pub(super) mod provider_test;
pub(super) mod read_file;
pub(super) mod recovery_kit;
pub(super) mod release;
pub(super) mod revoke;
pub(super) mod save_kit;
pub(super) mod status;
pub(super) mod time;
pub(super) mod validity_bar;
pub(super) mod words;
