//! Public keys: read, judged, named, and used to verify.

mod rsa;
mod trial;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::signature::{ParsedPublicKey, UnparsedPublicKey};
use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Reader};

use crate::base::{Explain, Fingerprint, KeyType, Kind, Remedy, sha256};
use crate::x509::algorithm::SignatureAlgorithm;
use crate::x509::extension::KeyUsage;
use crate::x509::{asn1, oid};
pub(crate) use rsa::Weakness;
pub(crate) use trial::trial_key;

/// A `SubjectPublicKeyInfo` (RFC 5280, 4.1.2.7). Cheap to clone.
#[derive(Clone)]
pub(crate) struct PublicKey(Arc<Inner>);

struct Inner {
    spki: Vec<u8>,
    kind: KeyKind,
    /// What the BIT STRING holds.
    bits: Vec<u8>,
    /// Ready to verify what such a key usually signs; `None` for a key that cannot be used.
    parsed: Option<ParsedPublicKey>,
}

/// Kinds of public key, as far as they differ for us.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum KeyKind {
    Ed25519,
    MlDsa44,
    MlDsa65,
    MlDsa87,
    /// Read and shown, but nothing can be verified with it.
    Other,
    P256,
    P384,
    P521,
    Rsa {
        bits: usize,
    },
    /// An RSA key that its owner confined to RSASSA-PSS (RFC 4055, 1.2).
    RsaPss {
        bits: usize,
    },
}

impl PublicKey {
    /// Reads a key that is to be certified, and refuses a weak one: RSA of 2048 to 8192 bits with
    /// an odd exponent of at least 65537 and none of the known [`Weakness`]es; points of P-256,
    /// P-384 and P-521 that lie on their curve; Ed25519; ML-DSA.
    pub(crate) fn accept(spki_der: &[u8]) -> Result<Self, KeyError> {
        let key = Self::read(spki_der)?;
        match key.0.kind {
            KeyKind::Other => return Err(key.why_other()),
            KeyKind::Rsa { .. } | KeyKind::RsaPss { .. } => rsa::judge(&key.0.bits)?,
            KeyKind::Ed25519 | KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => {}
            KeyKind::MlDsa44 | KeyKind::MlDsa65 | KeyKind::MlDsa87 => {}
        }
        match key.0.parsed {
            Some(_) => Ok(key),
            None if key.is_ml_dsa() => Err(KeyError::Malformed),
            None => Err(KeyError::Point),
        }
    }

    /// Reads a key of somebody else's certificate, however weak.
    pub(crate) fn read(spki_der: &[u8]) -> Result<Self, KeyError> {
        let malformed = |_| KeyError::Malformed;
        let (kind, bits) = read_spki(spki_der).map_err(malformed)?;
        let kind = match kind {
            KeyKind::Rsa { .. } => KeyKind::Rsa {
                bits: rsa::modulus_bits(bits).map_err(malformed)?,
            },
            KeyKind::RsaPss { .. } => KeyKind::RsaPss {
                bits: rsa::modulus_bits(bits).map_err(malformed)?,
            },
            kind => kind,
        };
        let usual = SignatureAlgorithm::usual(kind);
        let parsed = usual
            .filter(|_| is_usual_form(kind, bits))
            .and_then(|usual| usual.verification(kind))
            .and_then(|usual| ParsedPublicKey::new(usual, bits).ok());
        Ok(Self(Arc::new(Inner {
            spki: spki_der.to_vec(),
            kind,
            bits: bits.to_vec(),
            parsed,
        })))
    }

    pub(crate) fn spki_der(&self) -> &[u8] {
        &self.0.spki
    }

    /// SHA-256 of the `SubjectPublicKeyInfo`.
    pub(crate) fn spki_fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.0.spki)
    }

    /// The leftmost 160 bits of the SHA-256 of the key's BIT STRING (RFC 7093, 2, method 1).
    pub(crate) fn key_id(&self) -> [u8; 20] {
        let digest = sha256(&[&self.0.bits]);
        let mut id = [0; 20];
        id.copy_from_slice(&digest[..20]);
        id
    }

    /// What the BIT STRING holds.
    pub(crate) fn bits(&self) -> &[u8] {
        &self.0.bits
    }

    /// Modulus and exponent of an RSA key, without leading zeros.
    pub(crate) fn rsa_numbers(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        match self.0.kind {
            KeyKind::Rsa { .. } => rsa::numbers(&self.0.bits).ok(),
            _ => None,
        }
    }

    pub(crate) fn kind(&self) -> KeyKind {
        self.0.kind
    }

    /// The type that we would make a key like it of; `None` where we make none such.
    pub(crate) fn key_type(&self) -> Option<KeyType> {
        Some(match self.0.kind {
            KeyKind::Ed25519 => KeyType::Ed25519,
            KeyKind::MlDsa44 => KeyType::MlDsa44,
            KeyKind::MlDsa65 => KeyType::MlDsa65,
            KeyKind::MlDsa87 => KeyType::MlDsa87,
            KeyKind::P256 => KeyType::P256,
            KeyKind::P384 => KeyType::P384,
            KeyKind::P521 => KeyType::P521,
            KeyKind::Rsa { bits: 2048 } => KeyType::Rsa2048,
            KeyKind::Rsa { bits: 3072 } => KeyType::Rsa3072,
            KeyKind::Rsa { bits: 4096 } => KeyType::Rsa4096,
            KeyKind::Rsa { .. } | KeyKind::RsaPss { .. } | KeyKind::Other => return None,
        })
    }

    /// The name for people: `ECDSA P-256`.
    pub(crate) fn title(&self) -> String {
        match self.0.kind {
            KeyKind::Ed25519 => "Ed25519".to_owned(),
            KeyKind::MlDsa44 => "ML-DSA-44".to_owned(),
            KeyKind::MlDsa65 => "ML-DSA-65".to_owned(),
            KeyKind::MlDsa87 => "ML-DSA-87".to_owned(),
            KeyKind::Other => algorithm_id(&self.0.spki)
                .map_or_else(|| "Unknown".to_owned(), |id| format!("Unknown ({id})")),
            KeyKind::P256 => "ECDSA P-256".to_owned(),
            KeyKind::P384 => "ECDSA P-384".to_owned(),
            KeyKind::P521 => "ECDSA P-521".to_owned(),
            KeyKind::Rsa { bits } => format!("RSA {bits}"),
            KeyKind::RsaPss { bits } => format!("RSA-PSS {bits}"),
        }
    }

    /// Whether programs know it that are older than Ed25519 and ML-DSA.
    pub(crate) fn is_known_to_old_programs(&self) -> bool {
        matches!(
            self.0.kind,
            KeyKind::P256 | KeyKind::P384 | KeyKind::P521 | KeyKind::Rsa { .. }
        )
    }

    /// The uses its algorithm has: RSA signs and enciphers, a point of a curve signs and agrees on
    /// keys (RFC 8813, 3), all others sign only (RFC 8410, 5; RFC 9881, 5; RFC 4055, 1.2).
    pub(crate) fn possible_usage(&self) -> KeyUsage {
        let signs = KeyUsage::DIGITAL_SIGNATURE
            .and(KeyUsage::NON_REPUDIATION)
            .and(KeyUsage::KEY_CERT_SIGN)
            .and(KeyUsage::CRL_SIGN);
        match self.0.kind {
            KeyKind::Rsa { .. } => signs
                .and(KeyUsage::KEY_ENCIPHERMENT)
                .and(KeyUsage::DATA_ENCIPHERMENT),
            KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => signs.and(KeyUsage::KEY_AGREEMENT),
            _ => signs,
        }
    }

    fn is_ml_dsa(&self) -> bool {
        matches!(
            self.0.kind,
            KeyKind::MlDsa44 | KeyKind::MlDsa65 | KeyKind::MlDsa87
        )
    }

    pub(crate) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        let verification = algorithm
            .verification(self.0.kind)
            .ok_or(VerifyError::Algorithm)?;
        let verified = match &self.0.parsed {
            Some(parsed) if SignatureAlgorithm::usual(self.0.kind) == Some(algorithm) => {
                parsed.verify_sig(message, signature)
            }
            _ => UnparsedPublicKey::new(verification, &self.0.bits).verify(message, signature),
        };
        verified.map_err(|_| VerifyError::Signature)
    }

    fn why_other(&self) -> KeyError {
        let id = algorithm_id(&self.0.spki);
        KeyError::Unsupported(id.map_or_else(String::new, |id| id.to_string()))
    }
}

/// Two keys are one if their encodings are.
impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.spki == other.0.spki
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.title(), self.spki_fingerprint())
    }
}

fn read_spki(der: &[u8]) -> der::Result<(KeyKind, &[u8])> {
    asn1::read_all(der, |reader| {
        reader.sequence(|reader| {
            let kind = asn1::in_sequence(reader, |reader| {
                let id = ObjectIdentifier::decode(reader)?;
                let parameters = Option::<AnyRef<'_>>::decode(reader)?;
                Ok(kind_of(id, parameters))
            })?;
            let bits = asn1::octets(BitStringRef::decode(reader)?)?;
            Ok((kind, bits))
        })
    })
}

/// Points are written out in full: few programs read compressed ones (RFC 5480, 2.2).
fn is_usual_form(kind: KeyKind, bits: &[u8]) -> bool {
    let width = match kind {
        KeyKind::P256 => 32,
        KeyKind::P384 => 48,
        KeyKind::P521 => 66,
        _ => return true,
    };
    bits.len() == 1 + 2 * width && bits[0] == UNCOMPRESSED
}

fn kind_of(id: ObjectIdentifier, parameters: Option<AnyRef<'_>>) -> KeyKind {
    let curve = || parameters?.decode_as::<ObjectIdentifier>().ok();
    match id {
        oid::ED25519 if parameters.is_none() => KeyKind::Ed25519,
        oid::ML_DSA_44 if parameters.is_none() => KeyKind::MlDsa44,
        oid::ML_DSA_65 if parameters.is_none() => KeyKind::MlDsa65,
        oid::ML_DSA_87 if parameters.is_none() => KeyKind::MlDsa87,
        oid::EC_PUBLIC_KEY => match curve() {
            Some(oid::P256) => KeyKind::P256,
            Some(oid::P384) => KeyKind::P384,
            Some(oid::P521) => KeyKind::P521,
            _ => KeyKind::Other,
        },
        oid::RSA if parameters.is_some_and(AnyRef::is_null) => KeyKind::Rsa { bits: 0 },
        oid::RSA_PSS => KeyKind::RsaPss { bits: 0 },
        _ => KeyKind::Other,
    }
}

fn algorithm_id(spki: &[u8]) -> Option<ObjectIdentifier> {
    let read = asn1::read_all(spki, |reader| {
        let spki = asn1::content(reader, asn1::SEQUENCE)?;
        let mut spki = der::SliceReader::new(spki)?;
        let algorithm = asn1::content(&mut spki, asn1::SEQUENCE)?;
        ObjectIdentifier::decode(&mut der::SliceReader::new(algorithm)?)
    });
    read.ok()
}

/// Why a public key is not taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum KeyError {
    Malformed,
    /// Not a point of its curve.
    Point,
    RsaExponent,
    RsaSize(usize),
    RsaWeak(Weakness),
    /// An algorithm or a curve that we do not know, by its object id.
    Unsupported(String),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("the public key is damaged"),
            Self::Point => {
                f.write_str("the public key is not a point of its curve, written in full")
            }
            Self::RsaExponent => {
                f.write_str("the RSA key's public exponent is even or smaller than 65537")
            }
            Self::RsaSize(bits) => {
                write!(
                    f,
                    "an RSA key must have 2048 to 8192 bits; this one has {bits}"
                )
            }
            Self::RsaWeak(weakness) => write!(f, "the RSA key can be broken: {weakness}"),
            Self::Unsupported(id) => {
                write!(f, "keys of this algorithm or curve are not supported: {id}")
            }
        }
    }
}

impl Error for KeyError {}

impl Explain for KeyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed | Self::Point => "key.malformed",
            Self::RsaExponent | Self::RsaSize(_) | Self::RsaWeak(_) => "key.weak",
            Self::Unsupported(_) => "key.unsupported",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Malformed | Self::Point => Kind::Malformed,
            _ => Kind::Refused,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(match self {
            Self::Malformed | Self::Point => "Make the request again from the key".to_owned(),
            _ => "Make a new key, such as ECDSA P-256, and a new request from it".to_owned(),
        })
    }
}

/// Why a signature does not count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum VerifyError {
    /// The algorithm does not fit the key.
    Algorithm,
    Signature,
}

const UNCOMPRESSED: u8 = 4;

#[cfg(test)]
mod tests;
