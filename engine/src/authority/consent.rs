//! Whether a person has consented to one use of an authority's key.

use std::sync::Arc;

use super::error::AuthorityError;
use super::issuer::Issuer;
use crate::base::{AuthorityId, Secret, Timestamp};
use crate::x509::Profile;

/// How the passphrase came to us.
pub(crate) enum Confirmation {
    /// From a file, with the name or id of the authority it is meant for.
    Named(String),
    /// From a file, for nothing in particular.
    None,
    Typed,
}

impl Confirmation {
    /// Whether it stands for a person who means this authority.
    pub(crate) fn names(&self, id: AuthorityId, name: &str) -> Result<(), AuthorityError> {
        let name = name.to_owned();
        match self {
            Self::Typed => Ok(()),
            Self::None => Err(AuthorityError::NeedsConfirmation { name }),
            Self::Named(given) if *given == name || *given == id.to_string() => Ok(()),
            Self::Named(given) => Err(AuthorityError::WrongConfirmation {
                given: given.clone(),
                name,
            }),
        }
    }
}

/// What allows a key to sign.
pub(crate) enum Permission {
    /// A person is there; the passphrase opens the key for this one signature.
    Attended(Arc<Secret<String>>),
    /// A grant covers it.
    Unattended,
}

impl Permission {
    /// A grant is enough where it covers the profile; otherwise a person must be there: typing, or
    /// naming the authority whose key is to sign (rule 9).
    pub(crate) fn for_use(
        issuer: &Issuer,
        profile: &Profile,
        now: Timestamp,
        consent: Option<(Arc<Secret<String>>, Confirmation)>,
    ) -> Result<Self, AuthorityError> {
        let grant = issuer.grant.as_ref();
        let granted = grant.is_some_and(|grant| profile.is_granted(grant, now));
        Self::given(issuer, granted, consent)
    }

    /// The same for a list of what the authority has revoked, which every grant covers: what may
    /// issue alone must be able to take it back alone.
    pub(crate) fn for_crl(
        issuer: &Issuer,
        now: Timestamp,
        consent: Option<(Arc<Secret<String>>, Confirmation)>,
    ) -> Result<Self, AuthorityError> {
        let grant = issuer.grant.as_ref();
        let granted = grant.is_some_and(|grant| grant.covers_lists(now));
        Self::given(issuer, granted, consent)
    }

    fn given(
        issuer: &Issuer,
        granted: bool,
        consent: Option<(Arc<Secret<String>>, Confirmation)>,
    ) -> Result<Self, AuthorityError> {
        match consent {
            _ if granted => Ok(Self::Unattended),
            None => Err(AuthorityError::NeedsPassphrase {
                name: issuer.name.clone(),
            }),
            Some((passphrase, confirmation)) => {
                confirmation.names(issuer.id, &issuer.name)?;
                Ok(Self::Attended(passphrase))
            }
        }
    }

    /// As if a person were there, to learn what would be issued; opens nothing.
    pub(crate) fn rehearsed() -> Self {
        Self::Attended(Arc::new(Secret::new(String::new())))
    }

    pub(crate) fn passphrase(&self) -> Option<&Secret<String>> {
        match self {
            Self::Attended(passphrase) => Some(passphrase),
            Self::Unattended => None,
        }
    }
}
