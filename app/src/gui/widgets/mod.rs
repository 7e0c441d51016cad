//! Reusable widgets. A widget knows egui and the theme; it knows nothing of certificates.

pub(super) mod alert;
pub(super) mod badge;
pub(super) mod button;
pub(super) mod card;
pub(super) mod choice;
pub(super) mod confirm;
pub(super) mod empty_state;
pub(super) mod facts;
pub(super) mod field;
pub(super) mod filter;
pub(super) mod fold;
pub(super) mod modal;
pub(super) mod moment;
pub(super) mod painted;
pub(super) mod palette;
pub(super) mod progress;
pub(super) mod report;
pub(super) mod secret_edit;
pub(super) mod steps;
pub(super) mod table;
pub(super) mod tabs;
pub(super) mod tick;
pub(super) mod toast;
pub(super) mod tree;
