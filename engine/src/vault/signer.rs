//! Key pairs that sign in this process.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::encoding::Pkcs8V1Der;
use aws_lc_rs::encoding::PublicKeyX509Der;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::ECDSA_P256_SHA256_ASN1_SIGNING;
use aws_lc_rs::signature::ECDSA_P384_SHA384_ASN1_SIGNING;
use aws_lc_rs::signature::ECDSA_P521_SHA512_ASN1_SIGNING;
use aws_lc_rs::signature::EcdsaKeyPair;
use aws_lc_rs::signature::EcdsaSigningAlgorithm;
use aws_lc_rs::signature::Ed25519KeyPair;
use aws_lc_rs::signature::KeyPair;
use aws_lc_rs::signature::ML_DSA_44_SIGNING;
use aws_lc_rs::signature::ML_DSA_65_SIGNING;
use aws_lc_rs::signature::ML_DSA_87_SIGNING;
use aws_lc_rs::signature::PqdsaKeyPair;
use aws_lc_rs::signature::PqdsaSigningAlgorithm;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use aws_lc_rs::signature::RsaKeyPair;

use super::error::VaultError;
use crate::base::KeyType;
use crate::base::Secret;

/// A private key, ready to sign. The library wipes it when it is dropped.
pub(super) enum LocalKey {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    MlDsa(PqdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl LocalKey {
    pub(super) fn generate(key_type: KeyType) -> Result<Self, VaultError> {
        let ecdsa = |algorithm| EcdsaKeyPair::generate(algorithm).map(Self::Ecdsa);
        let ml_dsa = |algorithm| PqdsaKeyPair::generate(algorithm).map(Self::MlDsa);
        let rsa = |size| RsaKeyPair::generate(size).map(Self::Rsa);
        let made = match key_type {
            KeyType::Ed25519 => Ed25519KeyPair::generate().map(Self::Ed25519),
            KeyType::P256 => ecdsa(P256),
            KeyType::P384 => ecdsa(P384),
            KeyType::P521 => ecdsa(P521),
            KeyType::MlDsa44 => ml_dsa(ML_DSA_44),
            KeyType::MlDsa65 => ml_dsa(ML_DSA_65),
            KeyType::MlDsa87 => ml_dsa(ML_DSA_87),
            KeyType::Rsa2048 => rsa(KeySize::Rsa2048),
            KeyType::Rsa3072 => rsa(KeySize::Rsa3072),
            KeyType::Rsa4096 => rsa(KeySize::Rsa4096),
        };
        made.map_err(|_| VaultError::Cryptography("make a key"))
    }

    /// `None` where the bytes are no key of that type.
    pub(super) fn from_pkcs8(key_type: KeyType, der: &Secret<Vec<u8>>) -> Option<Self> {
        let key = der.expose(|der| {
            let ecdsa = |curve| EcdsaKeyPair::from_pkcs8(curve, der).map(Self::Ecdsa);
            let ml_dsa = |algorithm| PqdsaKeyPair::from_pkcs8(algorithm, der).map(Self::MlDsa);
            match key_type {
                KeyType::Ed25519 => Ed25519KeyPair::from_pkcs8(der).map(Self::Ed25519),
                KeyType::P256 => ecdsa(P256),
                KeyType::P384 => ecdsa(P384),
                KeyType::P521 => ecdsa(P521),
                KeyType::MlDsa44 => ml_dsa(ML_DSA_44),
                KeyType::MlDsa65 => ml_dsa(ML_DSA_65),
                KeyType::MlDsa87 => ml_dsa(ML_DSA_87),
                KeyType::Rsa2048 | KeyType::Rsa3072 | KeyType::Rsa4096 => {
                    RsaKeyPair::from_pkcs8(der).map(Self::Rsa)
                }
            }
        });
        key.ok().filter(|key| key.fits(key_type))
    }

    fn fits(&self, key_type: KeyType) -> bool {
        let Self::Rsa(pair) = self else { return true };
        let bits = match key_type {
            KeyType::Rsa2048 => 2048,
            KeyType::Rsa3072 => 3072,
            _ => 4096,
        };
        pair.public_modulus_len() * 8 == bits
    }

    /// PKCS #8 version 1 (RFC 5208), which every program reads; of ML-DSA the seed, from which the
    /// key is made anew (RFC 9881, 6).
    pub(super) fn to_pkcs8(&self) -> Result<Secret<Vec<u8>>, VaultError> {
        let failed = |_| VaultError::Cryptography("encode a private key");
        let bytes = match self {
            Self::Ecdsa(pair) => pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec(),
            Self::Ed25519(pair) => pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec(),
            Self::MlDsa(pair) => pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec(),
            Self::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
                der.as_ref().to_vec()
            }
        };
        Ok(Secret::new(bytes))
    }

    /// SubjectPublicKeyInfo in DER (RFC 5280, 4.1.2.7).
    pub(super) fn public_key(&self) -> Result<Vec<u8>, VaultError> {
        let der: Result<PublicKeyX509Der<'_>, _> = match self {
            Self::Ecdsa(pair) => pair.public_key().as_der(),
            Self::Ed25519(pair) => pair.public_key().as_der(),
            Self::MlDsa(pair) => pair.public_key().as_der(),
            Self::Rsa(pair) => pair.public_key().as_der(),
        };
        let der = der.map_err(|_| VaultError::Cryptography("encode a public key"))?;
        Ok(der.as_ref().to_vec())
    }

    /// ECDSA as ASN.1 DER with the curve's own hash, RSA as PKCS #1 v1.5 with SHA-256, Ed25519 and
    /// ML-DSA plain, the latter with an empty context (RFC 9881, 3).
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, VaultError> {
        let random = SystemRandom::new();
        let signature = match self {
            Self::Ecdsa(pair) => pair
                .sign(&random, message)
                .map(|made| made.as_ref().to_vec()),
            Self::Ed25519(pair) => pair.try_sign(message).map(|made| made.as_ref().to_vec()),
            Self::MlDsa(pair) => {
                let mut made = vec![0; pair.algorithm().signature_len()];
                pair.sign(message, &mut made).map(|_| made)
            }
            Self::Rsa(pair) => {
                let mut made = vec![0; pair.public_modulus_len()];
                let done = pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut made);
                done.map(|()| made)
            }
        };
        signature.map_err(|_| VaultError::Cryptography("sign"))
    }
}

/// The number that stands for a key type in the vault's file.
pub(super) const fn code_of(key_type: KeyType) -> u8 {
    match key_type {
        KeyType::Ed25519 => 1,
        KeyType::P256 => 2,
        KeyType::P384 => 3,
        KeyType::Rsa2048 => 4,
        KeyType::Rsa3072 => 5,
        KeyType::Rsa4096 => 6,
        KeyType::P521 => 7,
        KeyType::MlDsa44 => 8,
        KeyType::MlDsa65 => 9,
        KeyType::MlDsa87 => 10,
    }
}

/// `None` for types that only a later version knows.
pub(super) fn type_of(code: u8) -> Option<KeyType> {
    KeyType::ALL
        .into_iter()
        .find(|known| code_of(*known) == code)
}

static P256: &EcdsaSigningAlgorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
static P384: &EcdsaSigningAlgorithm = &ECDSA_P384_SHA384_ASN1_SIGNING;
static P521: &EcdsaSigningAlgorithm = &ECDSA_P521_SHA512_ASN1_SIGNING;
static ML_DSA_44: &PqdsaSigningAlgorithm = &ML_DSA_44_SIGNING;
static ML_DSA_65: &PqdsaSigningAlgorithm = &ML_DSA_65_SIGNING;
static ML_DSA_87: &PqdsaSigningAlgorithm = &ML_DSA_87_SIGNING;
