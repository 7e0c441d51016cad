//! Encryption under a password: what a file says of it, held against what it may cost, then done
//! (RFC 8018; RFC 7292, appendix B).

mod block;
mod kdf;

use std::num::NonZeroU32;

use const_oid::ObjectIdentifier;
use der::asn1::OctetStringRef;
use der::{Decode, Encode, Reader, SliceReader};
use zeroize::Zeroizing;

use crate::base::{Report, Secret, random};
use crate::x509::asn1;
use crate::x509::container::error::{ContainerError, MAX_ITERATIONS};
use crate::x509::container::oid;
use block::Cipher;
pub(super) use kdf::{Hash, Password, Use, pbkdf2, pkcs12};

/// How something is sealed with a password.
#[derive(Debug)]
pub(super) struct Scheme {
    derivation: Derivation,
    cipher: Cipher,
    /// Empty where it is derived, too.
    iv: Vec<u8>,
}

/// PBKDF2 as PBES2 and PBMAC1 write it (RFC 8018, A.2).
#[derive(Debug)]
pub(super) struct Pbkdf2 {
    pub(super) hash: Hash,
    pub(super) salt: Vec<u8>,
    pub(super) iterations: NonZeroU32,
}

#[derive(Debug)]
enum Derivation {
    Pbkdf2(Pbkdf2),
    /// RFC 7292, B.2, with SHA-1.
    Pkcs12(Vec<u8>, NonZeroU32),
    Scrypt {
        salt: Vec<u8>,
        log_n: u8,
        r: u32,
        p: u32,
    },
}

/// What may still be spent on the derivations of one file; hostile counts are refused before
/// they run.
pub(super) struct Budget(u64);

impl Budget {
    pub(super) const fn new() -> Self {
        Self(MAX_ITERATIONS)
    }

    pub(super) fn spend(&mut self, iterations: u64) -> Result<(), ContainerError> {
        self.0 = self
            .0
            .checked_sub(iterations)
            .ok_or(ContainerError::Costly)?;
        Ok(())
    }
}

impl Scheme {
    /// Reads an `AlgorithmIdentifier` in DER.
    pub(super) fn read(der: &[u8]) -> Result<Self, ContainerError> {
        let (id, parameters) = read_algorithm(der)?;
        let cipher = match id {
            oid::PBES2 => return Self::read_pbes2(parameters),
            oid::PKCS12_3DES => Cipher::TripleDes,
            oid::PKCS12_2DES => Cipher::TripleDes2,
            oid::PKCS12_RC2_128 => Cipher::Rc2Of128Bits,
            oid::PKCS12_RC2_40 => Cipher::Rc2Of40Bits,
            _ => return Err(unsupported(id)),
        };
        let (salt, iterations) = asn1::read_all(parameters, |reader| {
            reader.sequence(|reader| Ok((octets(reader)?, u32::decode(reader)?)))
        })
        .map_err(damaged)?;
        Ok(Self {
            derivation: Derivation::Pkcs12(salt, count(iterations)?),
            cipher,
            iv: Vec::new(),
        })
    }

    fn read_pbes2(parameters: &[u8]) -> Result<Self, ContainerError> {
        let (derivation, encryption) = asn1::read_all(parameters, |reader| {
            reader.sequence(|reader| Ok((asn1::sequence_tlv(reader)?, asn1::sequence_tlv(reader)?)))
        })
        .map_err(damaged)?;
        let (id, parameters) = read_algorithm(encryption)?;
        let cipher = match id {
            oid::AES_128_CBC => Cipher::Aes128,
            oid::AES_192_CBC => Cipher::Aes192,
            oid::AES_256_CBC => Cipher::Aes256,
            oid::DES_EDE3_CBC => Cipher::TripleDes,
            _ => return Err(unsupported(id)),
        };
        let iv = asn1::read_all(parameters, octets).map_err(damaged)?;
        if iv.len() != cipher.block_len() {
            return Err(ContainerError::Damaged(SEALED));
        }
        Ok(Self {
            derivation: Derivation::read(derivation, cipher.key_len())?,
            cipher,
            iv,
        })
    }

    /// AES-256-CBC under PBKDF2 with HMAC-SHA-256, which every program of the last ten years
    /// reads.
    pub(super) fn modern(iterations: NonZeroU32) -> Result<Self, Report> {
        let (mut salt, mut iv) = (vec![0; 16], vec![0; 16]);
        random(&mut salt)?;
        random(&mut iv)?;
        Ok(Self {
            derivation: Derivation::Pbkdf2(Pbkdf2 {
                hash: Hash::Sha256,
                salt,
                iterations,
            }),
            cipher: Cipher::Aes256,
            iv,
        })
    }

    /// Triple DES under the derivation of PKCS #12 with SHA-1, for older programs.
    pub(super) fn legacy(iterations: NonZeroU32) -> Result<Self, Report> {
        let mut salt = vec![0; 20];
        random(&mut salt)?;
        Ok(Self {
            derivation: Derivation::Pkcs12(salt, iterations),
            cipher: Cipher::TripleDes,
            iv: Vec::new(),
        })
    }

    /// `AlgorithmIdentifier` in DER; `None` for a scheme that is only read.
    pub(super) fn write(&self) -> Option<Vec<u8>> {
        let algorithm = |id: ObjectIdentifier, parameters: &[u8]| {
            Some(asn1::wrap(
                asn1::SEQUENCE,
                &[&id.to_der().ok()?, parameters],
            ))
        };
        match (&self.derivation, self.cipher) {
            (Derivation::Pkcs12(salt, iterations), Cipher::TripleDes) => {
                let parameters = [octet_string(salt), integer(*iterations)];
                algorithm(oid::PKCS12_3DES, &asn1::sequence_of(&parameters))
            }
            (Derivation::Pbkdf2(kdf), Cipher::Aes256) if kdf.hash == Hash::Sha256 => {
                let hash = algorithm(oid::HMAC_SHA256, NULL)?;
                let parameters = [octet_string(&kdf.salt), integer(kdf.iterations), hash];
                let derivation = algorithm(oid::PBKDF2, &asn1::sequence_of(&parameters))?;
                let encryption = algorithm(oid::AES_256_CBC, &octet_string(&self.iv))?;
                algorithm(oid::PBES2, &asn1::sequence_of(&[derivation, encryption]))
            }
            _ => None,
        }
    }

    /// `what` names the sealed thing in the error.
    pub(super) fn decrypt(
        &self,
        password: &Password,
        data: &[u8],
        budget: &mut Budget,
        what: &'static str,
    ) -> Result<Secret<Vec<u8>>, ContainerError> {
        budget.spend(self.cost())?;
        let (key, iv) = self.derive(password).ok_or(ContainerError::Costly)?;
        let opened = self.cipher.decrypt(&key, &iv, data);
        opened.ok_or(ContainerError::WrongPassword(what))
    }

    /// A traditional key's cipher is AES where the IV has 16 octets, else triple DES.
    pub(super) fn open_traditional(key: &[u8], iv: &[u8], data: &[u8]) -> Option<Secret<Vec<u8>>> {
        let cipher = match (key.len(), iv.len()) {
            (16, 16) => Cipher::Aes128,
            (24, 16) => Cipher::Aes192,
            (24, 8) => Cipher::TripleDes,
            (32, 16) => Cipher::Aes256,
            _ => return None,
        };
        cipher.decrypt(key, iv, data)
    }

    /// `None` for a scheme that is only read.
    pub(super) fn encrypt(&self, password: &Password, plain: &[u8]) -> Option<Vec<u8>> {
        let (key, iv) = self.derive(password)?;
        self.cipher.encrypt(&key, &iv, plain)
    }

    /// In rounds of a hash, roughly.
    fn cost(&self) -> u64 {
        match &self.derivation {
            Derivation::Pbkdf2(kdf) => kdf.cost(self.cipher.key_len()),
            // The key takes two turns and the initialisation vector one.
            Derivation::Pkcs12(_, iterations) => 3 * u64::from(iterations.get()),
            Derivation::Scrypt { log_n, r, p, .. } => {
                (u64::from(*r) * u64::from(*p)).saturating_mul(2 << *log_n)
            }
        }
    }

    fn derive(&self, password: &Password) -> Option<(Zeroizing<Vec<u8>>, Vec<u8>)> {
        let len = self.cipher.key_len();
        Some(match &self.derivation {
            Derivation::Pbkdf2(kdf) => (kdf.derive(password, len), self.iv.clone()),
            Derivation::Pkcs12(salt, iterations) => {
                let turn =
                    |purpose, len| pkcs12(Hash::Sha1, (purpose, len), password, salt, *iterations);
                let iv = turn(Use::Iv, self.cipher.block_len());
                (turn(Use::Key, len), iv.to_vec())
            }
            Derivation::Scrypt { salt, log_n, r, p } => {
                let key = kdf::scrypt(password, salt, (*log_n, *r, *p), len)?;
                (key, self.iv.clone())
            }
        })
    }
}

impl Pbkdf2 {
    /// Reads `PBKDF2-params`; `key_len` is what is to come out.
    pub(super) fn read(parameters: &[u8], key_len: usize) -> Result<Self, ContainerError> {
        let (salt, iterations, said_len, prf) = asn1::read_all(parameters, |reader| {
            reader.sequence(|reader| {
                let (salt, iterations) = (octets(reader)?, u32::decode(reader)?);
                let said_len = match reader.peek_byte() {
                    Some(asn1::INTEGER) => Some(u32::decode(reader)?),
                    _ => None,
                };
                let prf = match reader.is_finished() {
                    true => None,
                    false => Some(asn1::sequence_tlv(reader)?),
                };
                Ok((salt, iterations, said_len, prf))
            })
        })
        .map_err(damaged)?;
        if said_len.is_some_and(|said| said as usize != key_len) {
            return Err(ContainerError::Damaged(SEALED));
        }
        let hash = match prf.map(read_algorithm).transpose()? {
            None | Some((oid::HMAC_SHA1, _)) => Hash::Sha1,
            Some((oid::HMAC_SHA256, _)) => Hash::Sha256,
            Some((oid::HMAC_SHA384, _)) => Hash::Sha384,
            Some((oid::HMAC_SHA512, _)) => Hash::Sha512,
            Some((other, _)) => return Err(unsupported(other)),
        };
        Ok(Self {
            hash,
            salt,
            iterations: count(iterations)?,
        })
    }

    pub(super) fn cost(&self, key_len: usize) -> u64 {
        let turns = u64::try_from(key_len.div_ceil(self.hash.len())).unwrap_or(u64::MAX);
        u64::from(self.iterations.get()).saturating_mul(turns)
    }

    pub(super) fn derive(&self, password: &Password, len: usize) -> Zeroizing<Vec<u8>> {
        pbkdf2(self.hash, password, &self.salt, self.iterations, len)
    }
}

impl Derivation {
    fn read(algorithm: &[u8], key_len: usize) -> Result<Self, ContainerError> {
        let (id, parameters) = read_algorithm(algorithm)?;
        match id {
            oid::PBKDF2 => Pbkdf2::read(parameters, key_len).map(Self::Pbkdf2),
            oid::SCRYPT => Self::read_scrypt(parameters),
            _ => Err(unsupported(id)),
        }
    }

    /// RFC 7914, 7.1.
    fn read_scrypt(parameters: &[u8]) -> Result<Self, ContainerError> {
        let (salt, n, r, p) = asn1::read_all(parameters, |reader| {
            reader.sequence(|reader| {
                let salt = octets(reader)?;
                let (n, r, p) = (
                    u64::decode(reader)?,
                    u32::decode(reader)?,
                    u32::decode(reader)?,
                );
                // The key's length, which the cipher says, too.
                asn1::optional(reader, asn1::INTEGER)?;
                Ok((salt, n, r, p))
            })
        })
        .map_err(damaged)?;
        if !n.is_power_of_two() || r == 0 || p == 0 {
            return Err(ContainerError::Damaged(SEALED));
        }
        if n.saturating_mul(128).saturating_mul(r.into()) > MAX_SCRYPT_BYTES {
            return Err(ContainerError::Costly);
        }
        let log_n = u8::try_from(n.ilog2()).map_err(|_| ContainerError::Costly)?;
        Ok(Self::Scrypt { salt, log_n, r, p })
    }
}

/// The object id and the parameters, with tag and length; none of them is empty.
pub(super) fn read_algorithm(der: &[u8]) -> Result<(ObjectIdentifier, &[u8]), ContainerError> {
    let fields = asn1::read_all(der, |reader| asn1::content(reader, asn1::SEQUENCE));
    let read = |fields| {
        let mut reader = SliceReader::new(fields)?;
        let id = ObjectIdentifier::decode(&mut reader)?;
        let parameters = match reader.is_finished() {
            true => &[][..],
            false => reader.tlv_bytes()?,
        };
        reader.finish()?;
        Ok((id, parameters))
    };
    fields.and_then(read).map_err(damaged)
}

pub(super) fn unsupported(id: ObjectIdentifier) -> ContainerError {
    ContainerError::Unsupported(oid::title(id))
}

pub(super) fn count(iterations: u32) -> Result<NonZeroU32, ContainerError> {
    NonZeroU32::new(iterations).ok_or(ContainerError::Damaged(SEALED))
}

pub(super) fn octet_string(octets: &[u8]) -> Vec<u8> {
    asn1::wrap(asn1::OCTET_STRING, &[octets])
}

pub(super) fn integer(number: NonZeroU32) -> Vec<u8> {
    let octets = number.get().to_be_bytes();
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    asn1::unsigned(&octets[zeros..])
}

fn octets(reader: &mut SliceReader<'_>) -> der::Result<Vec<u8>> {
    Ok(<&OctetStringRef>::decode(reader)?.as_bytes().to_vec())
}

fn damaged(_: der::Error) -> ContainerError {
    ContainerError::Damaged(SEALED)
}

/// What we write; opening takes a tenth of a second.
pub(super) const ITERATIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(199_999);
pub(super) const NULL: &[u8] = &[5, 0];
const SEALED: &str = "sealed file";
/// What openssl asks for is a sixteenth of it.
const MAX_SCRYPT_BYTES: u64 = 256 << 20;
