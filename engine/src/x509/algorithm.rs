//! Signature algorithms (RFC 5758, 8410, 4055, 9881) and their `AlgorithmIdentifier`.

use aws_lc_rs::signature as verify;
use const_oid::ObjectIdentifier;
use der::asn1::AnyRef;
use der::{Decode, Reader, Result as DerResult};

use crate::base::KeyType;
use crate::x509::key::KeyKind;
use crate::x509::{asn1, oid};

/// How a signature is made. Those of RSA other than with SHA-256 are verified only.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SignatureAlgorithm {
    EcdsaSha256,
    EcdsaSha384,
    Ed25519,
    RsaSha256,
    EcdsaSha512,
    MlDsa44,
    MlDsa65,
    MlDsa87,
    RsaSha384,
    RsaSha512,
    RsaPssSha256,
    RsaPssSha384,
    RsaPssSha512,
}

impl SignatureAlgorithm {
    /// What a key of this type signs with.
    pub(crate) const fn of(key: KeyType) -> Self {
        match key {
            KeyType::Ed25519 => Self::Ed25519,
            KeyType::P256 => Self::EcdsaSha256,
            KeyType::P384 => Self::EcdsaSha384,
            KeyType::P521 => Self::EcdsaSha512,
            KeyType::MlDsa44 => Self::MlDsa44,
            KeyType::MlDsa65 => Self::MlDsa65,
            KeyType::MlDsa87 => Self::MlDsa87,
            KeyType::Rsa2048 | KeyType::Rsa3072 | KeyType::Rsa4096 => Self::RsaSha256,
        }
    }

    /// From an `AlgorithmIdentifier`; `None` if we cannot verify with it.
    pub(crate) fn from_der(der: &[u8]) -> Option<Self> {
        let known = FIXED.iter().find(|(encoded, _)| *encoded == der);
        match known {
            Some((_, algorithm)) => Some(*algorithm),
            None => read_parameters(der).ok().flatten(),
        }
    }

    /// The `AlgorithmIdentifier`.
    pub(crate) fn der(self) -> &'static [u8] {
        let known = FIXED.iter().find(|(_, algorithm)| *algorithm == self);
        known.map_or(&[], |(encoded, _)| *encoded)
    }

    /// The name for people.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::EcdsaSha256 => "ECDSA with SHA-256",
            Self::EcdsaSha384 => "ECDSA with SHA-384",
            Self::EcdsaSha512 => "ECDSA with SHA-512",
            Self::Ed25519 => "Ed25519",
            Self::MlDsa44 => "ML-DSA-44",
            Self::MlDsa65 => "ML-DSA-65",
            Self::MlDsa87 => "ML-DSA-87",
            Self::RsaSha256 => "RSA with SHA-256",
            Self::RsaSha384 => "RSA with SHA-384",
            Self::RsaSha512 => "RSA with SHA-512",
            Self::RsaPssSha256 => "RSA-PSS with SHA-256",
            Self::RsaPssSha384 => "RSA-PSS with SHA-384",
            Self::RsaPssSha512 => "RSA-PSS with SHA-512",
        }
    }

    /// Whether no browser accepts it.
    pub(super) const fn is_for_private_chains(self) -> bool {
        matches!(
            self,
            Self::Ed25519 | Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87
        )
    }

    /// How a key of this kind verifies it; `None` if it does not fit the key.
    pub(super) fn verification(
        self,
        key: KeyKind,
    ) -> Option<&'static dyn verify::VerificationAlgorithm> {
        Some(match (key, self) {
            (KeyKind::Ed25519, Self::Ed25519) => &verify::ED25519,
            (KeyKind::MlDsa44, Self::MlDsa44) => &verify::ML_DSA_44,
            (KeyKind::MlDsa65, Self::MlDsa65) => &verify::ML_DSA_65,
            (KeyKind::MlDsa87, Self::MlDsa87) => &verify::ML_DSA_87,
            (KeyKind::P256, Self::EcdsaSha256) => &verify::ECDSA_P256_SHA256_ASN1,
            (KeyKind::P256, Self::EcdsaSha384) => &verify::ECDSA_P256_SHA384_ASN1,
            (KeyKind::P256, Self::EcdsaSha512) => &verify::ECDSA_P256_SHA512_ASN1,
            (KeyKind::P384, Self::EcdsaSha256) => &verify::ECDSA_P384_SHA256_ASN1,
            (KeyKind::P384, Self::EcdsaSha384) => &verify::ECDSA_P384_SHA384_ASN1,
            (KeyKind::P384, Self::EcdsaSha512) => &verify::ECDSA_P384_SHA512_ASN1,
            (KeyKind::P521, Self::EcdsaSha256) => &verify::ECDSA_P521_SHA256_ASN1,
            (KeyKind::P521, Self::EcdsaSha384) => &verify::ECDSA_P521_SHA384_ASN1,
            (KeyKind::P521, Self::EcdsaSha512) => &verify::ECDSA_P521_SHA512_ASN1,
            (KeyKind::Rsa { .. }, Self::RsaSha256) => &verify::RSA_PKCS1_2048_8192_SHA256,
            (KeyKind::Rsa { .. }, Self::RsaSha384) => &verify::RSA_PKCS1_2048_8192_SHA384,
            (KeyKind::Rsa { .. }, Self::RsaSha512) => &verify::RSA_PKCS1_2048_8192_SHA512,
            (KeyKind::Rsa { .. } | KeyKind::RsaPss { .. }, Self::RsaPssSha256) => {
                &verify::RSA_PSS_2048_8192_SHA256
            }
            (KeyKind::Rsa { .. } | KeyKind::RsaPss { .. }, Self::RsaPssSha384) => {
                &verify::RSA_PSS_2048_8192_SHA384
            }
            (KeyKind::Rsa { .. } | KeyKind::RsaPss { .. }, Self::RsaPssSha512) => {
                &verify::RSA_PSS_2048_8192_SHA512
            }
            _ => return None,
        })
    }

    /// What a key of this kind verifies most often.
    pub(super) const fn usual(key: KeyKind) -> Option<Self> {
        match key {
            KeyKind::Ed25519 => Some(Self::Ed25519),
            KeyKind::MlDsa44 => Some(Self::MlDsa44),
            KeyKind::MlDsa65 => Some(Self::MlDsa65),
            KeyKind::MlDsa87 => Some(Self::MlDsa87),
            KeyKind::Other => None,
            KeyKind::P256 => Some(Self::EcdsaSha256),
            KeyKind::P384 => Some(Self::EcdsaSha384),
            KeyKind::P521 => Some(Self::EcdsaSha512),
            KeyKind::Rsa { .. } => Some(Self::RsaSha256),
            KeyKind::RsaPss { .. } => Some(Self::RsaPssSha256),
        }
    }
}

/// RSASSA-PSS (RFC 4055, 3.1), where the parameters name one hash for both of its uses and a salt
/// of that hash's length; and PKCS #1 without the NULL that should be there.
fn read_parameters(der: &[u8]) -> DerResult<Option<SignatureAlgorithm>> {
    asn1::read_all(der, |reader| {
        reader.sequence(|reader| {
            let id = ObjectIdentifier::decode(reader)?;
            if id != oid::RSA_PSS {
                let parameters = Option::<AnyRef<'_>>::decode(reader)?;
                return Ok(pkcs1(id).filter(|_| parameters.is_none()));
            }
            reader.sequence(|reader| {
                let hash = read_hash(asn1::content(reader, asn1::context(0))?)?;
                let mask = asn1::content(reader, asn1::context(1))?;
                let (mask, mask_hash) = asn1::read_all(mask, |reader| {
                    reader.sequence(|reader| {
                        let mask = ObjectIdentifier::decode(reader)?;
                        Ok((mask, read_hash(reader.tlv_bytes()?)?))
                    })
                })?;
                let salt = asn1::content(reader, asn1::context(2))?;
                let salt = asn1::read_all(salt, u16::decode)?;
                // trailerField, whose only value is its default.
                asn1::optional(reader, asn1::context(3))?;
                let fits = mask == oid::MGF1 && mask_hash == hash;
                Ok(pss(hash, salt).filter(|_| fits))
            })
        })
    })
}

fn read_hash(der: &[u8]) -> DerResult<ObjectIdentifier> {
    asn1::read_all(der, |reader| {
        reader.sequence(|reader| {
            let id = ObjectIdentifier::decode(reader)?;
            Option::<AnyRef<'_>>::decode(reader)?;
            Ok(id)
        })
    })
}

fn pss(hash: ObjectIdentifier, salt: u16) -> Option<SignatureAlgorithm> {
    match (hash, salt) {
        (oid::SHA256, 32) => Some(SignatureAlgorithm::RsaPssSha256),
        (oid::SHA384, 48) => Some(SignatureAlgorithm::RsaPssSha384),
        (oid::SHA512, 64) => Some(SignatureAlgorithm::RsaPssSha512),
        _ => None,
    }
}

fn pkcs1(id: ObjectIdentifier) -> Option<SignatureAlgorithm> {
    let sha = |last: u8| [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last];
    [
        (11, SignatureAlgorithm::RsaSha256),
        (12, SignatureAlgorithm::RsaSha384),
        (13, SignatureAlgorithm::RsaSha512),
    ]
    .into_iter()
    .find(|(last, _)| id.as_bytes() == sha(*last))
    .map(|(_, algorithm)| algorithm)
}

const FIXED: &[(&[u8], SignatureAlgorithm)] = &[
    (
        b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02",
        SignatureAlgorithm::EcdsaSha256,
    ),
    (
        b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03",
        SignatureAlgorithm::EcdsaSha384,
    ),
    (
        b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04",
        SignatureAlgorithm::EcdsaSha512,
    ),
    (b"\x30\x05\x06\x03\x2b\x65\x70", SignatureAlgorithm::Ed25519),
    (
        b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x11",
        SignatureAlgorithm::MlDsa44,
    ),
    (
        b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x12",
        SignatureAlgorithm::MlDsa65,
    ),
    (
        b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x13",
        SignatureAlgorithm::MlDsa87,
    ),
    (
        b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00",
        SignatureAlgorithm::RsaSha256,
    ),
    (
        b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c\x05\x00",
        SignatureAlgorithm::RsaSha384,
    ),
    (
        b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d\x05\x00",
        SignatureAlgorithm::RsaSha512,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_key_type_signs_with_reads_back_from_its_encoding() {
        for key in KeyType::ALL {
            let algorithm = SignatureAlgorithm::of(key);
            assert!(!algorithm.der().is_empty());
            assert_eq!(
                SignatureAlgorithm::from_der(algorithm.der()),
                Some(algorithm)
            );
        }
    }

    #[test]
    fn pss_is_known_with_and_without_null_but_only_with_the_hash_for_its_salt() {
        let sha256 = oid::SHA256;
        let hash = |null: &[u8]| {
            let id = der::Encode::to_der(&sha256).unwrap();
            asn1::wrap(asn1::SEQUENCE, &[&id, null])
        };
        let pss = |null: &[u8], salt: u8| {
            let mgf = der::Encode::to_der(&oid::MGF1).unwrap();
            let mgf = asn1::wrap(asn1::SEQUENCE, &[&mgf, &hash(null)]);
            let salt = asn1::unsigned(&[salt]);
            let parameters = asn1::wrap(
                asn1::SEQUENCE,
                &[
                    &asn1::wrap(asn1::context(0), &[&hash(null)]),
                    &asn1::wrap(asn1::context(1), &[&mgf]),
                    &asn1::wrap(asn1::context(2), &[&salt]),
                ],
            );
            let id = der::Encode::to_der(&oid::RSA_PSS).unwrap();
            asn1::wrap(asn1::SEQUENCE, &[&id, &parameters])
        };
        let expected = Some(SignatureAlgorithm::RsaPssSha256);
        assert_eq!(SignatureAlgorithm::from_der(&pss(&[5, 0], 32)), expected);
        assert_eq!(SignatureAlgorithm::from_der(&pss(&[], 32)), expected);
        assert_eq!(SignatureAlgorithm::from_der(&pss(&[], 20)), None);
    }
}
