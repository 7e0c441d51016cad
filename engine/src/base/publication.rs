//! What an authority writes into the certificates it issues, because a person set it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{NameError, UriName, hex, unhex};

/// What an authority writes into each certificate it issues; all empty unless a person set it.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Publication {
    pub addresses: Addresses,
    pub policies: Vec<CertificatePolicy>,
    pub extensions: Vec<CustomExtension>,
}

/// Where relying parties find what they need to check a certificate.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Addresses {
    /// Where the CRL is (RFC 5280, 4.2.1.13).
    pub crl: Vec<UriName>,
    /// Where the issuer's certificate is (RFC 5280, 4.2.2.1).
    pub issuer: Vec<UriName>,
    /// The OCSP responder (RFC 6960, 3.1).
    pub ocsp: Vec<UriName>,
}

/// A kind of [`Addresses`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressKind {
    Crl,
    Issuer,
    Ocsp,
}

/// A policy under which a certificate is issued (RFC 5280, 4.2.1.4): `OID` or `OID=URL`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct CertificatePolicy {
    pub id: ObjectId,
    /// Where its certification practice statement is.
    pub statement: Option<UriName>,
}

/// An extension that we do not build ourselves: `OID=HEX` or `OID=HEX,critical`.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct CustomExtension {
    pub id: ObjectId,
    /// A program that does not know it must then refuse the certificate.
    pub critical: bool,
    pub value: HexBytes,
}

/// An object identifier in dotted form (X.660): `1.3.6.1.5.5.7.3.1`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectId(String);

/// Octets, written in hexadecimal.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HexBytes(Vec<u8>);

impl Publication {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl ObjectId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl HexBytes {
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl AddressKind {
    pub const ALL: [Self; 3] = [Self::Crl, Self::Issuer, Self::Ocsp];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Crl => "crl",
            Self::Issuer => "issuer",
            Self::Ocsp => "ocsp",
        }
    }
}

impl FromStr for ObjectId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let arcs: Option<Vec<u32>> = text.split('.').map(arc).collect();
        let is_one = match arcs.as_deref() {
            Some([0 | 1, second, ..]) => *second < 40,
            Some([2, _, ..]) => true,
            _ => false,
        };
        match is_one && text.len() <= LONGEST_ID {
            true => Ok(Self(text.to_owned())),
            false => Err(NameError::ObjectIdSyntax),
        }
    }
}

/// A number without leading zeros.
fn arc(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let leading = text.len() > 1 && text.starts_with('0');
    text.parse().ok().filter(|_| plain && !leading)
}

impl FromStr for HexBytes {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        unhex(text).map(Self).ok_or(NameError::HexSyntax)
    }
}

impl FromStr for CertificatePolicy {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (id, statement) = match text.split_once('=') {
            Some((id, url)) => (id, Some(url.parse()?)),
            None => (text, None),
        };
        Ok(Self {
            id: id.parse()?,
            statement,
        })
    }
}

impl FromStr for CustomExtension {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (id, value) = text.split_once('=').ok_or(NameError::ExtensionSyntax)?;
        let (value, critical) = match value.split_once(',') {
            None => (value, false),
            Some((value, "critical")) => (value, true),
            Some(_) => return Err(NameError::ExtensionSyntax),
        };
        Ok(Self {
            id: id.parse()?,
            critical,
            value: value.parse()?,
        })
    }
}

impl FromStr for AddressKind {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let found = Self::ALL.into_iter().find(|kind| kind.word() == text);
        found.ok_or(NameError::AddressKindWord)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for HexBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex(&self.0))
    }
}

impl fmt::Display for AddressKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl fmt::Display for CertificatePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.statement {
            Some(url) => write!(f, "{}={url}", self.id),
            None => self.id.fmt(f),
        }
    }
}

impl fmt::Display for CustomExtension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let critical = if self.critical { ",critical" } else { "" };
        write!(f, "{}={}{critical}", self.id, self.value)
    }
}

impl TryFrom<String> for ObjectId {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<ObjectId> for String {
    fn from(id: ObjectId) -> Self {
        id.0
    }
}

impl TryFrom<String> for HexBytes {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<HexBytes> for String {
    fn from(bytes: HexBytes) -> Self {
        hex(&bytes.0)
    }
}

const LONGEST_ID: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_id_is_dotted_and_begins_as_one_can() {
        for good in ["1.3.6.1.5.5.7.3.1", "2.5.29.37", "0.9.2342", "2.999.1"] {
            assert_eq!(good.parse::<ObjectId>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "1",
            "3.1",
            "1.40",
            "1..2",
            "1.2.",
            ".1.2",
            "1.02",
            "1.2.a",
            "1.+2",
            " 1.2",
            "serverAuth",
            "1.4294967296",
        ] {
            assert!(bad.parse::<ObjectId>().is_err(), "{bad}");
        }
        assert!(
            format!("1.2{}", ".3".repeat(64))
                .parse::<ObjectId>()
                .is_err()
        );
    }

    #[test]
    fn policies_and_extensions_read_back_from_their_own_text() {
        for text in ["1.2.3", "1.2.3=https://example.internal/cps"] {
            assert_eq!(text.parse::<CertificatePolicy>().unwrap().to_string(), text);
        }
        for text in ["1.2.3=0500", "1.2.3=0500,critical"] {
            assert_eq!(text.parse::<CustomExtension>().unwrap().to_string(), text);
        }
        for bad in [
            "1.2.3",
            "1.2.3=05,",
            "1.2.3=05,Critical",
            "1.2.3=0",
            "x=05",
            "1.2=zz",
        ] {
            assert!(bad.parse::<CustomExtension>().is_err(), "{bad}");
        }
        for bad in ["1.2.3=", "1.2.3=here", "=https://a/b", "1.2.3=http://a/\n"] {
            assert!(bad.parse::<CertificatePolicy>().is_err(), "{bad}");
        }
    }
}
