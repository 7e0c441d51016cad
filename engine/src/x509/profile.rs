//! What a certificate may contain: the built-in profiles and their rule for each field.

use std::sync::LazyLock;

use const_oid::ObjectIdentifier;

use crate::base::{Field, Identifier, ProfileName, Take};
use crate::x509::extension::KeyUsage;
use crate::x509::key::PublicKey;
use crate::x509::oid;

/// What certificates of one sort contain, and how far a request or a person may change it.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) name: ProfileName,
    /// For people: `TLS server`.
    pub(crate) title: &'static str,
    /// What it is for, one sentence.
    pub(crate) purpose: &'static str,
    pub(crate) extended_key_usage: &'static [ObjectIdentifier],
    /// What this CA may have below it, where nothing else is asked; `None` for leaves.
    pub(crate) path_len: Option<u8>,
    pub(crate) is_ca: bool,
    pub(crate) lifetime: Lifetime,
    pub(crate) wildcards: bool,
    pub(crate) names: Names,
    /// Kinds of names it may carry.
    pub(crate) kinds: &'static [NameKind],
}

/// In days.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetime {
    pub(crate) default: u32,
    /// More than this only if a person says so.
    pub(crate) ceiling: u32,
    /// Not even then.
    pub(crate) limit: u32,
}

/// Whether certificates of a profile carry subject alternative names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Names {
    None,
    Optional,
    Required,
}

/// A kind of identifier.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NameKind {
    Dns,
    Email,
    Ip,
    Uri,
}

impl NameKind {
    pub(crate) const fn of(name: &Identifier) -> Self {
        match name {
            Identifier::Dns(_) => Self::Dns,
            Identifier::Email(_) => Self::Email,
            Identifier::Ip(_) => Self::Ip,
            Identifier::Uri(_) => Self::Uri,
        }
    }
}

impl Profile {
    /// keyEncipherment only for RSA (RFC 5280, 4.2.1.3; RFC 8813 forbids it for elliptic curves).
    pub(crate) fn key_usage(&self, key: &PublicKey) -> KeyUsage {
        match (self.is_ca, key.is_rsa() && self.is_server()) {
            (true, _) => KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN),
            (false, true) => KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_ENCIPHERMENT),
            (false, false) => KeyUsage::DIGITAL_SIGNATURE,
        }
    }

    pub(crate) fn is_server(&self) -> bool {
        self.extended_key_usage.contains(&oid::SERVER_AUTH)
    }

    /// The rule for a field that a person has not decided.
    pub(crate) fn take(&self, field: &Field) -> Take {
        match field {
            Field::Subject => Take::Request,
            Field::Names if !self.is_ca => Take::RequestElseProfile,
            Field::BasicConstraints if self.is_ca => Take::RequestElseProfile,
            Field::BasicConstraints | Field::ExtendedKeyUsage => Take::RefuseOther,
            Field::Other(id) if self.is_ca && *id == oid::NAME_CONSTRAINTS.to_string() => {
                Take::RequestElseProfile
            }
            _ => Take::Profile,
        }
    }
}

/// A built-in profile.
pub(crate) fn profile(name: &ProfileName) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == *name)
}

/// All built-in profiles.
pub(crate) fn profiles() -> &'static [Profile] {
    &PROFILES
}

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let all = [both(), client(), intermediate(), root(), server()];
    all.into_iter().flatten().collect()
});

fn both() -> Option<Profile> {
    Some(Profile {
        name: "both".parse().ok()?,
        title: "TLS server and client",
        purpose: "Hosts that both serve and call others, such as members of a cluster",
        extended_key_usage: &[oid::SERVER_AUTH, oid::CLIENT_AUTH],
        ..server()?
    })
}

fn client() -> Option<Profile> {
    Some(Profile {
        name: "client".parse().ok()?,
        title: "TLS client",
        purpose: "People, services and devices that prove who they are when they connect",
        extended_key_usage: &[oid::CLIENT_AUTH],
        path_len: None,
        is_ca: false,
        lifetime: LEAF,
        wildcards: false,
        names: Names::Optional,
        kinds: &[NameKind::Dns, NameKind::Email, NameKind::Ip, NameKind::Uri],
    })
}

fn intermediate() -> Option<Profile> {
    Some(Profile {
        name: "intermediate".parse().ok()?,
        title: "Intermediate CA",
        purpose: "An authority below another one, so that the one above can stay offline",
        path_len: Some(0),
        lifetime: Lifetime {
            default: 3652,
            ceiling: 5479,
            limit: 9132,
        },
        ..root()?
    })
}

fn root() -> Option<Profile> {
    Some(Profile {
        name: "root".parse().ok()?,
        title: "Root CA",
        purpose: "The anchor that others are told to trust",
        extended_key_usage: &[],
        path_len: None,
        is_ca: true,
        lifetime: Lifetime {
            default: 7305,
            ceiling: 9132,
            limit: 14610,
        },
        wildcards: false,
        names: Names::None,
        kinds: &[],
    })
}

fn server() -> Option<Profile> {
    Some(Profile {
        name: "server".parse().ok()?,
        title: "TLS server",
        purpose: "Hosts that others connect to by name or address",
        extended_key_usage: &[oid::SERVER_AUTH],
        path_len: None,
        is_ca: false,
        lifetime: LEAF,
        wildcards: true,
        names: Names::Required,
        kinds: &[NameKind::Dns, NameKind::Ip, NameKind::Uri],
    })
}

const LEAF: Lifetime = Lifetime {
    default: 90,
    ceiling: 825,
    limit: 3650,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_profile_is_there_under_its_name() {
        let names = ["both", "client", "intermediate", "root", "server"];
        assert_eq!(profiles().len(), names.len());
        for name in names {
            let found = profile(&name.parse().unwrap()).unwrap();
            assert_eq!(found.name.as_str(), name);
            assert!(found.lifetime.default <= found.lifetime.ceiling);
            assert!(found.lifetime.ceiling <= found.lifetime.limit);
        }
        assert!(profile(&"code".parse().unwrap()).is_none());
    }
}
