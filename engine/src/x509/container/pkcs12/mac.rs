//! What keeps a PKCS #12 file from being changed: a MAC under its password (RFC 7292, 4; RFC 9579).

use std::num::NonZeroU32;

use aws_lc_rs::hmac;
use der::asn1::OctetStringRef;
use der::{Decode, Encode, Reader};

use super::WHAT;
use crate::base::{Report, random};
use crate::x509::asn1;
use crate::x509::container::error::ContainerError;
use crate::x509::container::oid;
use crate::x509::container::pbe::{
    Budget, Hash, NULL, Password, Pbkdf2, Use, count, integer, octet_string, pkcs12,
    read_algorithm, unsupported,
};
use crate::x509::oid as x509_oid;

/// `MacData`.
pub(super) struct Mac {
    derivation: Derivation,
    hash: Hash,
    tag: Vec<u8>,
}

enum Derivation {
    Pkcs12(Vec<u8>, NonZeroU32),
    /// PBMAC1 (RFC 9579).
    Pbkdf2(Pbkdf2),
}

impl Mac {
    /// Reads `MacData` in DER.
    pub(super) fn read(der: &[u8]) -> Result<Self, ContainerError> {
        let (info, salt, iterations) = asn1::read_all(der, |reader| {
            reader.sequence(|reader| {
                let info = asn1::sequence_tlv(reader)?;
                let salt = <&OctetStringRef>::decode(reader)?.as_bytes().to_vec();
                let iterations = match reader.is_finished() {
                    true => 1,
                    false => u32::decode(reader)?,
                };
                Ok((info, salt, iterations))
            })
        })
        .map_err(damaged)?;
        let (algorithm, tag) = asn1::read_all(info, |reader| {
            reader.sequence(|reader| {
                let algorithm = asn1::sequence_tlv(reader)?;
                Ok((
                    algorithm,
                    <&OctetStringRef>::decode(reader)?.as_bytes().to_vec(),
                ))
            })
        })
        .map_err(damaged)?;
        let (id, parameters) = read_algorithm(algorithm)?;
        let (derivation, hash) = match id {
            oid::PBMAC1 => read_pbmac1(parameters)?,
            _ => (Derivation::Pkcs12(salt, count(iterations)?), hash(id)?),
        };
        match tag.len() == hash.len() {
            true => Ok(Self {
                derivation,
                hash,
                tag,
            }),
            false => Err(ContainerError::Damaged(WHAT)),
        }
    }

    /// The password whose MAC `content` bears. An empty one is tried as none at all, too.
    pub(super) fn verify(
        &self,
        password: Password,
        content: &[u8],
        budget: &mut Budget,
    ) -> Result<Password, ContainerError> {
        if self.holds(&password, content, budget)? {
            return Ok(password);
        }
        let none = Password::none();
        match password.is_empty() && self.holds(&none, content, budget)? {
            true => Ok(none),
            false => Err(ContainerError::WrongPassword(WHAT)),
        }
    }

    fn holds(
        &self,
        password: &Password,
        content: &[u8],
        budget: &mut Budget,
    ) -> Result<bool, ContainerError> {
        let len = self.hash.len();
        let key = match &self.derivation {
            Derivation::Pkcs12(salt, iterations) => {
                budget.spend(iterations.get().into())?;
                pkcs12(self.hash, (Use::Mac, len), password, salt, *iterations)
            }
            Derivation::Pbkdf2(kdf) => {
                budget.spend(kdf.cost(len))?;
                kdf.derive(password, len)
            }
        };
        let key = hmac::Key::new(self.hash.hmac(), &key);
        Ok(hmac::verify(&key, content, &self.tag).is_ok())
    }
}

/// `MacData` for `content`, in DER.
pub(super) fn write(
    password: &Password,
    content: &[u8],
    hash: Hash,
    iterations: NonZeroU32,
) -> Result<Vec<u8>, Report> {
    let mut salt = [0; 16];
    random(&mut salt)?;
    let key = pkcs12(hash, (Use::Mac, hash.len()), password, &salt, iterations);
    let tag = hmac::sign(&hmac::Key::new(hash.hmac(), &key), content);
    let id = match hash {
        Hash::Sha1 => oid::SHA1,
        Hash::Sha256 => x509_oid::SHA256,
        Hash::Sha384 => x509_oid::SHA384,
        Hash::Sha512 => x509_oid::SHA512,
    };
    let id = id
        .to_der()
        .map_err(|_| Report::bug("an object id could not be encoded"))?;
    let algorithm = asn1::wrap(asn1::SEQUENCE, &[&id, NULL]);
    let info = asn1::sequence_of(&[algorithm, octet_string(tag.as_ref())]);
    Ok(asn1::sequence_of(&[
        info,
        octet_string(&salt),
        integer(iterations),
    ]))
}

/// `PBMAC1-params`: a derivation, and the MAC that uses its key.
fn read_pbmac1(parameters: &[u8]) -> Result<(Derivation, Hash), ContainerError> {
    let (derivation, scheme) = asn1::read_all(parameters, |reader| {
        reader.sequence(|reader| Ok((asn1::sequence_tlv(reader)?, asn1::sequence_tlv(reader)?)))
    })
    .map_err(damaged)?;
    let hash = match read_algorithm(scheme)? {
        (oid::HMAC_SHA256, _) => Hash::Sha256,
        (oid::HMAC_SHA384, _) => Hash::Sha384,
        (oid::HMAC_SHA512, _) => Hash::Sha512,
        (other, _) => return Err(unsupported(other)),
    };
    match read_algorithm(derivation)? {
        (oid::PBKDF2, parameters) => {
            let kdf = Pbkdf2::read(parameters, hash.len())?;
            Ok((Derivation::Pbkdf2(kdf), hash))
        }
        (other, _) => Err(unsupported(other)),
    }
}

fn hash(id: const_oid::ObjectIdentifier) -> Result<Hash, ContainerError> {
    match id {
        oid::SHA1 => Ok(Hash::Sha1),
        x509_oid::SHA256 => Ok(Hash::Sha256),
        x509_oid::SHA384 => Ok(Hash::Sha384),
        x509_oid::SHA512 => Ok(Hash::Sha512),
        _ => Err(unsupported(id)),
    }
}

fn damaged(_: der::Error) -> ContainerError {
    ContainerError::Damaged(WHAT)
}
