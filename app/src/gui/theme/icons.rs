//! Icons by what they mean, as characters of the icon face.

pub(in crate::gui) const ARROW_LEFT: &str = "\u{e058}";
pub(in crate::gui) const ARROW_RIGHT: &str = "\u{e06c}";
pub(in crate::gui) const AUDIT: &str = "\u{eb7a}";
pub(in crate::gui) const AUTHORITIES: &str = "\u{e67c}";
pub(in crate::gui) const CANCELLED: &str = "\u{e3de}";
pub(in crate::gui) const CARET_RIGHT: &str = "\u{e13a}";
pub(in crate::gui) const CERTIFICATE: &str = "\u{e766}";
pub(in crate::gui) const CHECK: &str = "\u{e182}";
pub(in crate::gui) const CLOCK: &str = "\u{e19a}";
pub(in crate::gui) const CLOSE: &str = "\u{e4f6}";
pub(in crate::gui) const COPY: &str = "\u{e1ca}";
pub(in crate::gui) const DONE: &str = "\u{e184}";
pub(in crate::gui) const ENDPOINT: &str = "\u{e2a0}";
pub(in crate::gui) const EXPORT: &str = "\u{e20c}";
pub(in crate::gui) const FAILED: &str = "\u{e4f8}";
pub(in crate::gui) const FILE: &str = "\u{e23a}";
pub(in crate::gui) const FOLDER: &str = "\u{e256}";
pub(in crate::gui) const GALLERY: &str = "\u{e5b8}";
pub(in crate::gui) const GLOBE: &str = "\u{e288}";
pub(in crate::gui) const GRANT: &str = "\u{e57e}";
pub(in crate::gui) const INFO: &str = "\u{e2ce}";
pub(in crate::gui) const LOCK: &str = "\u{e2fa}";
pub(in crate::gui) const MOON: &str = "\u{e330}";
pub(in crate::gui) const PAUSED: &str = "\u{e3a0}";
pub(in crate::gui) const PLUS: &str = "\u{e3d4}";
pub(in crate::gui) const REFRESH: &str = "\u{e094}";
pub(in crate::gui) const REQUESTS: &str = "\u{e4aa}";
pub(in crate::gui) const ROOT: &str = "\u{e616}";
pub(in crate::gui) const SEARCH: &str = "\u{e30c}";
pub(in crate::gui) const SHIELD: &str = "\u{e40c}";
pub(in crate::gui) const SIDEBAR: &str = "\u{ec24}";
pub(in crate::gui) const SORT_DOWN: &str = "\u{e03e}";
pub(in crate::gui) const SORT_UP: &str = "\u{e08e}";
pub(in crate::gui) const SUN: &str = "\u{e472}";
pub(in crate::gui) const SYSTEM: &str = "\u{e18c}";
pub(in crate::gui) const UNLOCK: &str = "\u{e306}";
pub(in crate::gui) const VAULT: &str = "\u{e76e}";
pub(in crate::gui) const WAITING: &str = "\u{e2b2}";
pub(in crate::gui) const WARNING: &str = "\u{e4e0}";

/// Every icon above, so that a test can look for each in the face.
#[cfg(test)]
pub(super) const ALL: &[&str] = &[
    ARROW_LEFT,
    ARROW_RIGHT,
    AUDIT,
    AUTHORITIES,
    CANCELLED,
    CARET_RIGHT,
    CERTIFICATE,
    CHECK,
    CLOCK,
    CLOSE,
    COPY,
    DONE,
    ENDPOINT,
    EXPORT,
    FAILED,
    FILE,
    FOLDER,
    GALLERY,
    GLOBE,
    GRANT,
    INFO,
    LOCK,
    MOON,
    PAUSED,
    PLUS,
    REFRESH,
    REQUESTS,
    ROOT,
    SEARCH,
    SHIELD,
    SIDEBAR,
    SORT_DOWN,
    SORT_UP,
    SUN,
    SYSTEM,
    UNLOCK,
    VAULT,
    WAITING,
    WARNING,
];
