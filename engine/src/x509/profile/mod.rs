//! What a certificate may contain: profiles and their rule for each field.

mod built_in;
mod error;
mod own;

use const_oid::ObjectIdentifier;

use crate::base::{
    AddressKind, Field, Grant, Identifier, KeyType, NameKind, NameRule, ProfileName, Take,
    Timestamp,
};
use crate::x509::additions::Additions;
use crate::x509::extension::KeyUsage;
use crate::x509::key::{KeyKind, PublicKey};
use crate::x509::oid;
pub(crate) use built_in::{profile, profiles};
pub(crate) use error::ProfileError;

/// What certificates of one sort contain, and how far a request or a person may change it.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) name: ProfileName,
    /// The built-in profile that it is, or is a copy of.
    pub(crate) base: ProfileName,
    /// For people: `TLS server`; safe to show.
    pub(crate) title: String,
    /// What it is for, one sentence; safe to show.
    pub(crate) purpose: String,
    pub(crate) extended_key_usage: Vec<ObjectIdentifier>,
    /// `None`: what follows from the purposes and the kind of key.
    pub(crate) own_key_usage: Option<KeyUsage>,
    /// What this CA may have below it, where nothing else is asked; `None` for leaves.
    pub(crate) path_len: Option<u8>,
    pub(crate) is_ca: bool,
    pub(crate) lifetime: Lifetime,
    pub(crate) wildcards: bool,
    pub(crate) names: NameRule,
    /// Kinds of names it may carry.
    pub(crate) kinds: Vec<NameKind>,
    /// Types of key it takes; empty for all.
    pub(crate) key_types: Vec<KeyType>,
    /// The rules that differ from the usual ones.
    pub(crate) takes: Vec<(Field, Take)>,
    /// Addresses of the issuer that are not written.
    pub(crate) leave_out: Vec<AddressKind>,
    pub(crate) additions: Additions,
}

/// In days.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Lifetime {
    pub(crate) default: u32,
    /// More than this only if a person says so.
    pub(crate) ceiling: u32,
    /// Not even then.
    pub(crate) limit: u32,
}

impl Profile {
    /// What the key of a certificate is for, within what its algorithm can do: keyEncipherment only
    /// for RSA (RFC 5280, 4.2.1.3; RFC 8813 forbids it for elliptic curves).
    pub(crate) fn key_usage(&self, key: &PublicKey) -> KeyUsage {
        let wanted = match (self.is_ca, self.own_key_usage) {
            (true, _) => KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN),
            (false, Some(own)) => own,
            (false, None) => self.usual_key_usage(),
        };
        wanted.within(key.possible_usage())
    }

    /// A TLS server deciphers keys where RSA is old; who gets encrypted mail deciphers or agrees on
    /// keys (CA/Browser Forum, S/MIME Baseline Requirements, 7.1.2.3 e, dual use).
    fn usual_key_usage(&self) -> KeyUsage {
        let signs = KeyUsage::DIGITAL_SIGNATURE;
        match (self.is_server(), self.is_for_mail()) {
            (_, true) => signs
                .and(KeyUsage::KEY_ENCIPHERMENT)
                .and(KeyUsage::KEY_AGREEMENT),
            (true, false) => signs.and(KeyUsage::KEY_ENCIPHERMENT),
            (false, false) => signs,
        }
    }

    pub(crate) fn is_server(&self) -> bool {
        self.is_for(oid::SERVER_AUTH)
    }

    pub(crate) fn is_for_mail(&self) -> bool {
        self.is_for(oid::EMAIL_PROTECTION)
    }

    pub(super) fn is_for(&self, purpose: ObjectIdentifier) -> bool {
        self.extended_key_usage.contains(&purpose)
    }

    /// Whether its certificates speak for the authority itself: as one below it, or about what it
    /// has revoked. An unattended key makes none of them unless they are granted by name.
    pub(crate) fn acts_for_authority(&self) -> bool {
        self.is_ca || self.is_for(oid::OCSP_SIGNING)
    }

    /// Whether an unattended key may sign with it now.
    pub(crate) fn is_granted(&self, grant: &Grant, now: Timestamp) -> bool {
        grant.allows(&self.name, self.acts_for_authority(), now)
    }

    /// Whether it takes a key of this kind.
    pub(crate) fn takes_key(&self, key: &PublicKey) -> bool {
        let fits = |key_type: &KeyType| kind_of(*key_type) == unconfined(key.kind());
        self.key_types.is_empty() || self.key_types.iter().any(fits)
    }

    /// The rule for a field that a person has not decided.
    pub(crate) fn take(&self, field: &Field) -> Take {
        let own = self.takes.iter().find(|(of, _)| of == field);
        own.map_or_else(|| self.usual_take(field), |(_, take)| *take)
    }

    fn usual_take(&self, field: &Field) -> Take {
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

/// The kind of name that an identifier is.
pub(super) const fn name_kind(name: &Identifier) -> NameKind {
    match name {
        Identifier::Dns(_) => NameKind::Dns,
        Identifier::Email(_) => NameKind::Email,
        Identifier::Ip(_) => NameKind::Ip,
        Identifier::Uri(_) => NameKind::Uri,
    }
}

const fn kind_of(key_type: KeyType) -> KeyKind {
    match key_type {
        KeyType::Ed25519 => KeyKind::Ed25519,
        KeyType::P256 => KeyKind::P256,
        KeyType::P384 => KeyKind::P384,
        KeyType::P521 => KeyKind::P521,
        KeyType::Rsa2048 => KeyKind::Rsa { bits: 2048 },
        KeyType::Rsa3072 => KeyKind::Rsa { bits: 3072 },
        KeyType::Rsa4096 => KeyKind::Rsa { bits: 4096 },
        KeyType::MlDsa44 => KeyKind::MlDsa44,
        KeyType::MlDsa65 => KeyKind::MlDsa65,
        KeyType::MlDsa87 => KeyKind::MlDsa87,
    }
}

/// An RSA key that its owner confined to PSS is an RSA key.
const fn unconfined(kind: KeyKind) -> KeyKind {
    match kind {
        KeyKind::RsaPss { bits } => KeyKind::Rsa { bits },
        kind => kind,
    }
}

#[cfg(test)]
mod tests;
