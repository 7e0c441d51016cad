//! Whose a private key is, what it is for, and what it may do without a person.

use serde::{Deserialize, Serialize};

use super::{AcmeAccountId, AuthorityId, KeyId, ProfileName, Subtree, Timestamp};

/// What a key may sign without a person (rule of use), and until when.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// Empty for every profile whose certificates do not act for the authority, as those of
    /// authorities below it and of OCSP signers do.
    pub profiles: Vec<ProfileName>,
    pub until: Option<Timestamp>,
}

impl Grant {
    /// Whether a certificate of this profile may be signed now without a person.
    pub fn allows(&self, profile: &ProfileName, acts_for_authority: bool, now: Timestamp) -> bool {
        let named = match self.profiles[..] {
            [] => !acts_for_authority,
            _ => self.profiles.contains(profile),
        };
        self.covers_lists(now) && named
    }

    /// Whether the list of what the authority has revoked may be signed now without a person.
    pub fn covers_lists(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|end| now < end)
    }
}

/// Whose the private key of a certificate is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum CertificateKey {
    /// On the host that made the request; never seen by us.
    Endpoint,
    Vault(KeyId),
}

/// What a key in the vault is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum KeyUse {
    /// Signs requests to a public CA in the name of this account.
    AcmeAccount(AcmeAccountId),
    /// Seals the audit.
    Audit,
    /// Signs as this authority.
    Authority(AuthorityId),
    /// For certificates of hosts and people.
    Leaf,
}

/// The name space an authority may issue for (RFC 5280, 4.2.1.10).
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// No constraint of its own.
    Anything,
    /// These subtrees only.
    Only(Vec<Subtree>),
    /// Roots: private host names and addresses. Intermediates: as the parent.
    #[default]
    Usual,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_without_profiles_covers_all_but_new_authorities() {
        let grant = Grant::default();
        let now = Timestamp(0);
        assert!(grant.allows(&"server".parse().unwrap(), false, now));
        assert!(!grant.allows(&"intermediate".parse().unwrap(), true, now));
    }

    #[test]
    fn a_grant_ends_when_it_says() {
        let until = Some(Timestamp(10));
        let grant = Grant {
            profiles: vec!["server".parse().unwrap()],
            until,
        };
        assert!(grant.allows(&"server".parse().unwrap(), false, Timestamp(9)));
        assert!(!grant.allows(&"server".parse().unwrap(), false, Timestamp(10)));
        assert!(!grant.allows(&"client".parse().unwrap(), false, Timestamp(9)));
    }
}
