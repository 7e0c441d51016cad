//! Whether a person has consented to one use of an authority's key.

use std::sync::Arc;

use super::error::AuthorityError;
use super::issuer::Issuer;
use crate::base::{ProfileName, Secret, Timestamp};

/// How the passphrase came to us.
pub(crate) enum Confirmation {
    /// From a file, with the name or id of the authority it is meant for.
    Named(String),
    /// From a file, for nothing in particular.
    None,
    Typed,
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
        profile: &ProfileName,
        now: Timestamp,
        consent: Option<(Arc<Secret<String>>, Confirmation)>,
    ) -> Result<Self, AuthorityError> {
        let granted = issuer
            .grant
            .as_ref()
            .is_some_and(|grant| grant.allows(profile, now));
        match consent {
            _ if granted => Ok(Self::Unattended),
            None => Err(AuthorityError::NeedsPassphrase {
                name: issuer.name.clone(),
            }),
            Some((passphrase, Confirmation::Typed)) => Ok(Self::Attended(passphrase)),
            Some((_, Confirmation::None)) => Err(AuthorityError::NeedsConfirmation {
                name: issuer.name.clone(),
            }),
            Some((passphrase, Confirmation::Named(given))) => {
                match given == issuer.name || given == issuer.id.to_string() {
                    true => Ok(Self::Attended(passphrase)),
                    false => Err(AuthorityError::WrongConfirmation {
                        given,
                        name: issuer.name.clone(),
                    }),
                }
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
