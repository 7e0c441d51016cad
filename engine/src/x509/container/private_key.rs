//! Private keys of other programs: PKCS #8 (RFC 5958), PKCS #1 (RFC 8017), SEC 1 (RFC 5915), and
//! what they are sealed with.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, ML_DSA_44_SIGNING,
    ML_DSA_65_SIGNING, ML_DSA_87_SIGNING, PqdsaKeyPair, PqdsaSigningAlgorithm, RsaKeyPair,
};
use const_oid::ObjectIdentifier;
use der::asn1::OctetStringRef;
use der::{Decode, Encode, Reader};
use zeroize::Zeroizing;

use crate::base::{Report, Secret};
use crate::x509::container::error::ContainerError;
use crate::x509::container::md5::md5;
use crate::x509::container::pbe::{Budget, ITERATIONS, Password, Scheme, octet_string};
use crate::x509::key::PublicKey;
use crate::x509::{asn1, oid, pem};

/// A private key that was found somewhere, in the form in which the vault keeps its own.
pub(crate) struct PrivateKey {
    pkcs8: Secret<Vec<u8>>,
    public: PublicKey,
}

/// A private key that needs a password.
pub(crate) struct SealedKey {
    sealing: Sealing,
    data: Vec<u8>,
}

enum Sealing {
    /// `EncryptedPrivateKeyInfo` (RFC 5958, 3).
    Pkcs8(Scheme),
    /// What OpenSSL wrote before it wrote PKCS #8: `Proc-Type: 4,ENCRYPTED`.
    Traditional {
        label: String,
        key_len: usize,
        iv: Vec<u8>,
    },
}

impl PrivateKey {
    /// Reads PKCS #8, version 1 or 2.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, ContainerError> {
        let found = asn1::read_all(der, |reader| {
            reader.sequence(|reader| {
                asn1::content(reader, asn1::INTEGER)?;
                let algorithm = asn1::sequence_tlv(reader)?;
                let key = <&OctetStringRef>::decode(reader)?.as_bytes();
                asn1::optional(reader, asn1::context(0))?;
                Ok((algorithm, key, asn1::optional(reader, PUBLIC_KEY)?))
            })
        });
        let (algorithm, key, public) = found.map_err(damaged)?;
        let read = Self::load(algorithm, key)?;
        // Its first octet counts unused bits.
        let public = public.map(|public| public.split_first().ok_or(ContainerError::Damaged(KEY)));
        let public = public.transpose()?;
        match public.is_some_and(|(_, public)| !read.public.spki_der().ends_with(public)) {
            true => Err(ContainerError::Key(
                "its public half belongs to another key",
            )),
            false => Ok(read),
        }
    }

    /// Reads `RSAPrivateKey` (RFC 8017, A.1.2).
    pub(super) fn from_pkcs1(der: &[u8]) -> Result<Self, ContainerError> {
        Self::load(RSA_ENCRYPTION, der)
    }

    /// Reads `ECPrivateKey` (RFC 5915, 3), which has to name its curve.
    pub(super) fn from_sec1(der: &[u8]) -> Result<Self, ContainerError> {
        let curve = asn1::read_all(der, |reader| {
            reader.sequence(|reader| {
                asn1::content(reader, asn1::INTEGER)?;
                asn1::content(reader, asn1::OCTET_STRING)?;
                let curve = asn1::optional(reader, asn1::context(0))?;
                asn1::optional(reader, asn1::context(1))?;
                Ok(curve)
            })
        });
        let curve = curve.map_err(damaged)?;
        let curve = curve.ok_or(ContainerError::Key("it does not name its curve"))?;
        let id = oid::EC_PUBLIC_KEY.to_der().map_err(damaged)?;
        Self::load(&asn1::wrap(asn1::SEQUENCE, &[&id, curve]), der)
    }

    /// PKCS #8, version 1, which every program reads.
    pub(crate) fn pkcs8(&self) -> &Secret<Vec<u8>> {
        &self.pkcs8
    }

    /// Computed from the private half.
    pub(crate) fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// The library checks that the parts of a key belong together, and writes it anew.
    fn load(algorithm: &[u8], key: &[u8]) -> Result<Self, ContainerError> {
        let octets = Zeroizing::new(asn1::wrap(asn1::OCTET_STRING, &[key]));
        let der = asn1::wrap(asn1::SEQUENCE, &[VERSION_1, algorithm, &octets]);
        let der = Zeroizing::new(der);
        let (id, curve) = read_algorithm(algorithm)?;
        let made = match (id, curve) {
            (oid::ED25519, _) => Ed25519KeyPair::from_pkcs8(&der).ok().and_then(|pair| {
                let made = pair.to_pkcs8v1().ok()?;
                Some((made.as_ref().to_vec(), spki(pair.public_key())?))
            }),
            (oid::ML_DSA_44, _) => load_ml_dsa(&ML_DSA_44_SIGNING, &der),
            (oid::ML_DSA_65, _) => load_ml_dsa(&ML_DSA_65_SIGNING, &der),
            (oid::ML_DSA_87, _) => load_ml_dsa(&ML_DSA_87_SIGNING, &der),
            (oid::RSA, _) => RsaKeyPair::from_pkcs8(&der).ok().and_then(|pair| {
                let made: Pkcs8V1Der<'_> = pair.as_der().ok()?;
                Some((made.as_ref().to_vec(), spki(pair.public_key())?))
            }),
            (oid::EC_PUBLIC_KEY, Some(curve)) => {
                let pair = EcdsaKeyPair::from_pkcs8(ecdsa(curve)?, &der);
                pair.ok().and_then(|pair| {
                    let made = pair.to_pkcs8v1().ok()?;
                    Some((made.as_ref().to_vec(), spki(pair.public_key())?))
                })
            }
            _ => {
                return Err(ContainerError::UnsupportedKey(format!(
                    "a private key of {id}"
                )));
            }
        };
        let (pkcs8, spki) = made.ok_or(ContainerError::Key(match id {
            oid::RSA => "its parts do not belong together, or it has not 2048 to 8192 bits",
            _ => "its parts do not belong together",
        }))?;
        Ok(Self {
            pkcs8: Secret::new(pkcs8),
            public: PublicKey::read(&spki)
                .map_err(|_| ContainerError::Key("its public half cannot be read"))?,
        })
    }
}

impl SealedKey {
    /// Reads `EncryptedPrivateKeyInfo`; opens nothing.
    pub(super) fn from_pkcs8(der: &[u8]) -> Result<Self, ContainerError> {
        let found = asn1::read_all(der, |reader| {
            reader.sequence(|reader| {
                let algorithm = asn1::sequence_tlv(reader)?;
                Ok((algorithm, <&OctetStringRef>::decode(reader)?.as_bytes()))
            })
        });
        let (algorithm, data) = found.map_err(damaged)?;
        Ok(Self {
            sealing: Sealing::Pkcs8(Scheme::read(algorithm)?),
            data: data.to_vec(),
        })
    }

    /// Reads a traditional block; `info` is what its `DEK-Info` says.
    pub(super) fn traditional(
        label: &str,
        info: &str,
        data: Vec<u8>,
    ) -> Result<Self, ContainerError> {
        let (cipher, iv) = info.split_once(',').unwrap_or((info, ""));
        let key_len = match cipher.trim() {
            "AES-128-CBC" => 16,
            "AES-192-CBC" | "DES-EDE3-CBC" => 24,
            "AES-256-CBC" => 32,
            other => {
                let other = crate::base::shown(other);
                return Err(ContainerError::Unsupported(format!("a key under {other}")));
            }
        };
        let iv = crate::base::unhex(iv.trim()).filter(|iv| matches!(iv.len(), 8 | 16));
        Ok(Self {
            sealing: Sealing::Traditional {
                label: label.to_owned(),
                key_len,
                iv: iv.ok_or(ContainerError::Damaged(KEY))?,
            },
            data,
        })
    }

    /// What opens and is no key was opened with a wrong password by chance.
    pub(super) fn open_within(
        &self,
        password: &Password,
        budget: &mut Budget,
    ) -> Result<PrivateKey, ContainerError> {
        let wrong = |error| match error {
            ContainerError::Damaged(_) => ContainerError::WrongPassword(KEY),
            error => error,
        };
        match &self.sealing {
            Sealing::Pkcs8(scheme) => scheme
                .decrypt(password, &self.data, budget, KEY)?
                .expose(|der| PrivateKey::from_pkcs8(der).map_err(wrong)),
            Sealing::Traditional { label, key_len, iv } => {
                let key = traditional_key(password, iv, *key_len);
                let opened = Scheme::open_traditional(&key, iv, &self.data);
                let opened = opened.ok_or(ContainerError::WrongPassword(KEY))?;
                opened.expose(|der| match &label[..] {
                    pem::RSA_PRIVATE_KEY => PrivateKey::from_pkcs1(der).map_err(wrong),
                    _ => PrivateKey::from_sec1(der).map_err(wrong),
                })
            }
        }
    }
}

/// Seals PKCS #8 as `EncryptedPrivateKeyInfo`: AES-256 under PBKDF2 with SHA-256.
pub(crate) fn seal_key(
    pkcs8: &Secret<Vec<u8>>,
    password: &Secret<String>,
) -> Result<Vec<u8>, Report> {
    let scheme = Scheme::modern(ITERATIONS)?;
    let sealed = pkcs8.expose(|der| scheme.encrypt(&Password::new(password), der));
    let parts = scheme.write().zip(sealed);
    let (algorithm, sealed) =
        parts.ok_or_else(|| Report::bug("a private key could not be sealed"))?;
    Ok(asn1::sequence_of(&[algorithm, octet_string(&sealed)]))
}

/// OpenSSL's `EVP_BytesToKey` with MD5, one round, and the first 8 octets of the IV as salt.
fn traditional_key(password: &Password, iv: &[u8], len: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(len + 16));
    let mut last: Zeroizing<Vec<u8>> = Zeroizing::default();
    while key.len() < len {
        last = Zeroizing::new(md5(&[&last, password.utf8(), &iv[..8]]).to_vec());
        key.extend_from_slice(&last);
    }
    key.truncate(len);
    key
}

/// The algorithm's object id, and that of the curve where there is one.
fn read_algorithm(
    algorithm: &[u8],
) -> Result<(ObjectIdentifier, Option<ObjectIdentifier>), ContainerError> {
    let read = asn1::read_all(algorithm, |reader| {
        reader.sequence(|reader| {
            let id = ObjectIdentifier::decode(reader)?;
            let curve = match reader.peek_byte() {
                Some(asn1::OBJECT_ID) => Some(ObjectIdentifier::decode(reader)?),
                _ => None,
            };
            while !reader.is_finished() {
                reader.tlv_bytes()?;
            }
            Ok((id, curve))
        })
    });
    read.map_err(damaged)
}

fn ecdsa(curve: ObjectIdentifier) -> Result<&'static EcdsaSigningAlgorithm, ContainerError> {
    match curve {
        oid::P256 => Ok(&ECDSA_P256_SHA256_ASN1_SIGNING),
        oid::P384 => Ok(&ECDSA_P384_SHA384_ASN1_SIGNING),
        oid::P521 => Ok(&ECDSA_P521_SHA512_ASN1_SIGNING),
        _ => Err(ContainerError::UnsupportedKey(format!(
            "a private key on the curve {curve}"
        ))),
    }
}

/// The seed form (RFC 9881, 6) where there is a seed.
fn load_ml_dsa(
    algorithm: &'static PqdsaSigningAlgorithm,
    der: &[u8],
) -> Option<(Vec<u8>, Vec<u8>)> {
    let pair = PqdsaKeyPair::from_pkcs8(algorithm, der).ok()?;
    let made = pair.to_pkcs8v1().ok()?;
    Some((made.as_ref().to_vec(), spki(pair.public_key())?))
}

fn spki<'a, K: AsDer<PublicKeyX509Der<'a>>>(public: &K) -> Option<Vec<u8>> {
    public.as_der().ok().map(|der| der.as_ref().to_vec())
}

fn damaged(_: der::Error) -> ContainerError {
    ContainerError::Damaged(KEY)
}

const KEY: &str = "private key";
const VERSION_1: &[u8] = &[asn1::INTEGER, 1, 0];
/// `[1] IMPLICIT BIT STRING`, in version 2 alone.
const PUBLIC_KEY: u8 = 0x81;
const RSA_ENCRYPTION: &[u8] = &[
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8410, 10.3, with `public` behind it.
    fn ed25519(public: &[u8]) -> Result<PrivateKey, ContainerError> {
        let seed = asn1::wrap(asn1::OCTET_STRING, &[&[7; 32]]);
        let octets = asn1::wrap(asn1::OCTET_STRING, &[&seed]);
        let algorithm = [0x30, 5, 6, 3, 0x2b, 0x65, 0x70];
        let version = [asn1::INTEGER, 1, 1];
        PrivateKey::from_pkcs8(&asn1::wrap(
            asn1::SEQUENCE,
            &[&version, &algorithm, &octets, public],
        ))
    }

    #[test]
    fn a_public_half_is_the_keys_own_or_the_file_is_refused() {
        let alone = ed25519(&[]).ok().unwrap();
        let (_, point) = alone.public_key().spki_der().split_at(12);
        let own = asn1::wrap(PUBLIC_KEY, &[&[0], point]);
        assert!(ed25519(&own).is_ok());
        let other = asn1::wrap(PUBLIC_KEY, &[&[0], &[9; 32]]);
        assert!(matches!(ed25519(&other), Err(ContainerError::Key(_))));
        // A bit string without even the count of its unused bits.
        let none = asn1::wrap(PUBLIC_KEY, &[]);
        assert!(matches!(ed25519(&none), Err(ContainerError::Damaged(_))));
    }
}
