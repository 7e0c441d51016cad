//! The forms in which certificates leave for other programs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::destination::Destination;

/// How a certificate of a host or person is written, with or without its key.
#[derive(
    Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize,
)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum CertificateFormat {
    /// Separate files: certificate, chain, both, and the key.
    #[default]
    Pem,
    Der,
    /// Certificate and chain, never the key (RFC 5652).
    P7b,
    /// Key, certificate and chain under a password: AES-256 and SHA-256 (RFC 7292).
    Pfx,
    /// The same with triple DES and SHA-1, for programs that know nothing better.
    PfxLegacy,
    /// Key, certificate and chain in one PEM file.
    Combined,
}

/// How an authority's certificate is written for those who are to trust it.
#[derive(
    Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize,
)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum TrustFormat {
    #[default]
    Pem,
    Der,
    P7b,
    /// A trust store of Java 9 and later (RFC 7292).
    P12,
    /// A trust store of older Java.
    Jks,
}

/// A form by its own name, or by where the files go.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form<F> {
    Format(F),
    For(Destination),
}

impl<F: Default> Default for Form<F> {
    fn default() -> Self {
        Self::Format(F::default())
    }
}

impl Form<CertificateFormat> {
    pub fn format(self) -> CertificateFormat {
        match self {
            Self::Format(format) => format,
            Self::For(destination) => destination.needs().certificate,
        }
    }
}

impl Form<TrustFormat> {
    pub fn format(self) -> TrustFormat {
        match self {
            Self::Format(format) => format,
            Self::For(destination) => destination.needs().trust,
        }
    }
}

impl CertificateFormat {
    pub const ALL: [Self; 6] = [
        Self::Pem,
        Self::Der,
        Self::P7b,
        Self::Pfx,
        Self::PfxLegacy,
        Self::Combined,
    ];

    pub const fn slug(self) -> &'static str {
        match self {
            Self::Pem => "pem",
            Self::Der => "der",
            Self::P7b => "p7b",
            Self::Pfx => "pfx",
            Self::PfxLegacy => "pfx-legacy",
            Self::Combined => "combined",
        }
    }

    /// What is written, in a few words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Pem => "Text files: certificate, chain, both, and the key",
            Self::Der => "The certificate alone, as bytes",
            Self::P7b => "Certificate and chain in one PKCS #7 file",
            Self::Pfx => "Key, certificate and chain under a password, with AES-256",
            Self::PfxLegacy => "The same with triple DES, for old programs",
            Self::Combined => "Key, certificate and chain in one text file",
        }
    }

    /// Without its key such a file is none.
    pub const fn holds_key(self) -> bool {
        matches!(self, Self::Pfx | Self::PfxLegacy | Self::Combined)
    }

    pub const fn needs_password(self) -> bool {
        matches!(self, Self::Pfx | Self::PfxLegacy)
    }
}

impl TrustFormat {
    pub const ALL: [Self; 5] = [Self::Pem, Self::Der, Self::P7b, Self::P12, Self::Jks];

    pub const fn slug(self) -> &'static str {
        match self {
            Self::Pem => "pem",
            Self::Der => "der",
            Self::P7b => "p7b",
            Self::P12 => "p12",
            Self::Jks => "jks",
        }
    }

    /// What is written, in a few words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Pem => "Text files: certificate, and the chain with the root",
            Self::Der => "The certificate alone, as bytes",
            Self::P7b => "The chain with the root in one PKCS #7 file",
            Self::P12 => "A trust store for Java 9 and later, holding the root",
            Self::Jks => "A trust store for older Java, holding the root",
        }
    }

    pub const fn needs_password(self) -> bool {
        matches!(self, Self::P12 | Self::Jks)
    }
}

impl fmt::Display for CertificateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.slug())
    }
}

impl fmt::Display for TrustFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.slug())
    }
}

impl FromStr for CertificateFormat {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        let found = Self::ALL.into_iter().find(|known| known.slug() == text);
        found.ok_or_else(|| UnknownForm::among(Self::ALL.iter().map(|known| known.slug())))
    }
}

impl FromStr for TrustFormat {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        let found = Self::ALL.into_iter().find(|known| known.slug() == text);
        found.ok_or_else(|| UnknownForm::among(Self::ALL.iter().map(|known| known.slug())))
    }
}

/// The text names no form that we write; holds those that we do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownForm(String);

impl UnknownForm {
    pub(super) fn among<'a>(known: impl Iterator<Item = &'a str>) -> Self {
        Self(known.collect::<Vec<_>>().join(", "))
    }
}

impl fmt::Display for UnknownForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected one of {}", self.0)
    }
}

impl std::error::Error for UnknownForm {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_reads_back_from_its_own_text() {
        for known in CertificateFormat::ALL {
            assert_eq!(known.to_string().parse(), Ok(known));
        }
        for known in TrustFormat::ALL {
            assert_eq!(known.to_string().parse(), Ok(known));
        }
        let error = "doc".parse::<TrustFormat>().unwrap_err();
        assert_eq!(error.to_string(), "expected one of pem, der, p7b, p12, jks");
    }
}
