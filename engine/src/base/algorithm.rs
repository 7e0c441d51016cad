//! The kinds of key we make.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A kind of key pair, as `--type` and `--key` spell it.
#[derive(
    Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize,
)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum KeyType {
    Ed25519,
    /// ECDSA on NIST P-256; signs with SHA-256.
    #[default]
    P256,
    /// ECDSA on NIST P-384; signs with SHA-384.
    P384,
    /// ECDSA on NIST P-521; signs with SHA-512.
    P521,
    /// PKCS #1 v1.5 with SHA-256, like its larger siblings.
    Rsa2048,
    Rsa3072,
    Rsa4096,
    /// FIPS 204 with its smallest parameters (RFC 9881), like its larger siblings.
    #[serde(rename = "ml-dsa-44")]
    MlDsa44,
    #[serde(rename = "ml-dsa-65")]
    MlDsa65,
    #[serde(rename = "ml-dsa-87")]
    MlDsa87,
}

impl KeyType {
    pub const ALL: [Self; 10] = [
        Self::Ed25519,
        Self::P256,
        Self::P384,
        Self::P521,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
        Self::MlDsa44,
        Self::MlDsa65,
        Self::MlDsa87,
    ];

    /// The name for people: `ECDSA P-256`.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::P256 => "ECDSA P-256",
            Self::P384 => "ECDSA P-384",
            Self::P521 => "ECDSA P-521",
            Self::Rsa2048 => "RSA 2048",
            Self::Rsa3072 => "RSA 3072",
            Self::Rsa4096 => "RSA 4096",
            Self::MlDsa44 => "ML-DSA-44",
            Self::MlDsa65 => "ML-DSA-65",
            Self::MlDsa87 => "ML-DSA-87",
        }
    }

    /// The name for the command line: `p256`.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::P256 => "p256",
            Self::P384 => "p384",
            Self::P521 => "p521",
            Self::Rsa2048 => "rsa2048",
            Self::Rsa3072 => "rsa3072",
            Self::Rsa4096 => "rsa4096",
            Self::MlDsa44 => "mldsa44",
            Self::MlDsa65 => "mldsa65",
            Self::MlDsa87 => "mldsa87",
        }
    }

    /// Whether no browser and hardly any device accepts it: good where both ends are one's own.
    pub const fn is_for_private_chains(self) -> bool {
        matches!(
            self,
            Self::Ed25519 | Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87
        )
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.slug())
    }
}

impl FromStr for KeyType {
    type Err = UnknownKeyType;

    fn from_str(text: &str) -> Result<Self, UnknownKeyType> {
        let wanted = text.to_ascii_lowercase().replace(['-', '_'], "");
        let found = Self::ALL.into_iter().find(|known| known.slug() == wanted);
        found.ok_or(UnknownKeyType)
    }
}

/// The text names no kind of key that we make.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UnknownKeyType;

impl fmt::Display for UnknownKeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = KeyType::ALL.map(KeyType::slug).join(", ");
        write!(f, "expected one of {known}")
    }
}

impl std::error::Error for UnknownKeyType {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_type_reads_back_from_its_own_text() {
        for known in KeyType::ALL {
            assert_eq!(known.to_string().parse(), Ok(known));
        }
        assert_eq!("P-384".parse(), Ok(KeyType::P384));
        assert_eq!("ML-DSA-65".parse(), Ok(KeyType::MlDsa65));
        assert_eq!("dsa".parse::<KeyType>(), Err(UnknownKeyType));
    }
}
