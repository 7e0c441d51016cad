//! What somebody wants certified.

use const_oid::ObjectIdentifier;

use crate::base::Identifier;
use crate::x509::constraints::Constraints;
use crate::x509::extension::KeyUsage;
use crate::x509::key::PublicKey;
use crate::x509::name::Name;

/// What is to be certified, after request, profile and a person's choices were merged.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) subject: Name,
    pub(crate) identifiers: Vec<Identifier>,
    pub(crate) key: PublicKey,
    /// `None`: the profile's.
    pub(crate) days: Option<u32>,
    /// For a CA; `None`: the profile's.
    pub(crate) path_len: Option<u8>,
    /// For a CA, in addition to its issuer's.
    pub(crate) constraints: Option<Constraints>,
    /// Less than the profile's purposes; `None`: the profile's.
    pub(crate) extended_key_usage: Option<Vec<ObjectIdentifier>>,
    /// Less than the profile's uses; `None`: the profile's.
    pub(crate) key_usage: Option<KeyUsage>,
    /// Whether a person allowed a lifetime above the profile's ceiling.
    pub(crate) beyond_ceiling: bool,
}

impl Wish {
    /// A wish that leaves everything else to the profile.
    pub(crate) fn new(subject: Name, identifiers: Vec<Identifier>, key: PublicKey) -> Self {
        Self {
            subject,
            identifiers,
            key,
            days: None,
            path_len: None,
            constraints: None,
            extended_key_usage: None,
            key_usage: None,
            beyond_ceiling: false,
        }
    }
}
