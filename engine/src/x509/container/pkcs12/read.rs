//! PKCS #12 files of any program, opened with a password (RFC 7292, 4 and 5).

use const_oid::ObjectIdentifier;
use der::asn1::OctetStringRef;
use der::{Decode, Reader, SliceReader};

use super::WHAT;
use super::mac::Mac;
use crate::base::{Secret, shown};
use crate::x509::asn1;
use crate::x509::container::bundle::{Bundle, FoundCertificate, FoundKey, Openness, Reading};
use crate::x509::container::error::ContainerError;
use crate::x509::container::pbe::{Budget, Password, Scheme, unsupported};
use crate::x509::container::private_key::{PrivateKey, SealedKey};
use crate::x509::container::{ber, oid};

/// Everything in it, in its order. What has no MAC is refused unless that was allowed. Some programs
/// seal with an empty password: such a file opens without one, too.
pub(in crate::x509::container) fn read(
    bytes: &[u8],
    reading: Reading<'_>,
) -> Result<Bundle, ContainerError> {
    let der = ber::to_der(bytes, WHAT)?;
    let (content, mac) = read_outer(&der)?;
    let mut budget = Budget::new();
    let password = reading.password.map(Password::new);
    let password = match (mac, password) {
        (Some(mac), Some(password)) => Some(mac.verify(password, &content, &mut budget)?),
        (Some(mac), None) => {
            let none = Password::new(&Secret::new(String::new()));
            let opened = mac.verify(none, &content, &mut budget);
            Some(opened.map_err(|_| ContainerError::PasswordNeeded(WHAT))?)
        }
        (None, password) if reading.unauthenticated => password,
        (None, _) => return Err(ContainerError::Unauthenticated),
    };
    let mut opening = Opening {
        password,
        budget,
        bundle: Bundle::default(),
    };
    let safes = ber::to_der(&content, WHAT)?;
    for (id, safe) in content_infos(&safes).map_err(damaged)? {
        match id {
            oid::DATA => {
                let bags = asn1::read_all(safe, octets).map_err(damaged)?;
                opening.bags(bags, 0)?;
            }
            oid::ENCRYPTED_DATA => {
                let bags = opening.decrypt(safe)?;
                bags.expose(|bags| opening.bags(bags, 0))?;
            }
            other => return Err(unsupported(other)),
        }
    }
    Ok(opening.bundle)
}

/// The contents that the MAC covers, and the MAC.
fn read_outer(der: &[u8]) -> Result<(Vec<u8>, Option<Mac>), ContainerError> {
    let (version, safe, mac) = asn1::read_all(der, |reader| {
        reader.sequence(|reader| {
            let version = u8::decode(reader)?;
            let safe = asn1::sequence_tlv(reader)?;
            let mac = match reader.is_finished() {
                true => None,
                false => Some(asn1::sequence_tlv(reader)?),
            };
            Ok((version, safe, mac))
        })
    })
    .map_err(damaged)?;
    if version != 3 {
        return Err(ContainerError::Damaged(WHAT));
    }
    let (id, content) = asn1::read_all(safe, content_info).map_err(damaged)?;
    if id != oid::DATA {
        return Err(unsupported(id));
    }
    let content = asn1::read_all(content, octets).map_err(damaged)?;
    Ok((content.to_vec(), mac.map(Mac::read).transpose()?))
}

/// What has been opened so far, and with what.
struct Opening {
    password: Option<Password>,
    budget: Budget,
    bundle: Bundle,
}

impl Opening {
    /// `EncryptedData` (RFC 5652, 8).
    fn decrypt(&mut self, encrypted: &[u8]) -> Result<Secret<Vec<u8>>, ContainerError> {
        let (algorithm, data) = asn1::read_all(encrypted, |reader| {
            reader.sequence(|reader| {
                asn1::content(reader, asn1::INTEGER)?;
                let found = asn1::in_sequence(reader, |reader| {
                    asn1::content(reader, asn1::OBJECT_ID)?;
                    let algorithm = asn1::sequence_tlv(reader)?;
                    Ok((algorithm, implicit_octets(reader)?))
                })?;
                asn1::optional(reader, asn1::context(1))?;
                Ok(found)
            })
        })
        .map_err(damaged)?;
        let scheme = Scheme::read(algorithm)?;
        let password = self.password.as_ref();
        let password = password.ok_or(ContainerError::PasswordNeeded(WHAT))?;
        scheme.decrypt(password, &data, &mut self.budget, WHAT)
    }

    /// `SafeContents`; without a MAC, what is none shows that the password was wrong.
    fn bags(&mut self, contents: &[u8], depth: usize) -> Result<(), ContainerError> {
        if depth > MAX_DEPTH {
            return Err(ContainerError::Damaged(WHAT));
        }
        let contents = Secret::new(ber::to_der(contents, WHAT)?);
        contents.expose(|contents| {
            let bags = asn1::read_all(contents, |reader| {
                reader.sequence(|reader| {
                    let mut bags = Vec::new();
                    while !reader.is_finished() {
                        bags.push(reader.sequence(Bag::read)?);
                    }
                    Ok(bags)
                })
            });
            let bags = bags.map_err(damaged)?;
            bags.iter().try_for_each(|bag| self.bag(bag, depth))
        })
    }

    fn bag(&mut self, bag: &Bag<'_>, depth: usize) -> Result<(), ContainerError> {
        match bag.id {
            oid::KEY_BAG => {
                let key = PrivateKey::from_pkcs8(bag.value)?;
                self.bundle.keys.push(bag.key(key));
            }
            oid::SHROUDED_KEY_BAG => {
                let sealed = SealedKey::from_pkcs8(bag.value)?;
                let password = self.password.as_ref();
                let password = password.ok_or(ContainerError::PasswordNeeded(WHAT))?;
                let key = sealed.open_within(password, &mut self.budget)?;
                self.bundle.keys.push(bag.key(key));
            }
            oid::CERTIFICATE_BAG => match typed(bag.value).map_err(damaged)? {
                (oid::X509_CERTIFICATE, der) => {
                    self.bundle.certificates.push(FoundCertificate {
                        der: der.to_vec(),
                        name: bag.name.clone(),
                        key_id: bag.key_id.clone(),
                    });
                }
                (other, _) => self.skip(bag, other),
            },
            oid::CRL_BAG => match typed(bag.value).map_err(damaged)? {
                (oid::X509_CRL, der) => self.bundle.crls.push(der.to_vec()),
                (other, _) => self.skip(bag, other),
            },
            oid::SAFE_CONTENTS_BAG => self.bags(bag.value, depth + 1)?,
            other => self.skip(bag, other),
        }
        Ok(())
    }

    fn skip(&mut self, bag: &Bag<'_>, id: ObjectIdentifier) {
        let name = bag.name.as_deref().map(shown).unwrap_or_default();
        let what = format!("an entry of kind {id} {name}");
        self.bundle.skipped.push(what.trim_end().to_owned());
    }
}

/// `SafeBag`.
struct Bag<'a> {
    id: ObjectIdentifier,
    value: &'a [u8],
    name: Option<String>,
    key_id: Option<Vec<u8>>,
}

impl<'a> Bag<'a> {
    fn read(reader: &mut SliceReader<'a>) -> der::Result<Self> {
        let mut bag = Self {
            id: ObjectIdentifier::decode(reader)?,
            value: asn1::content(reader, asn1::context(0))?,
            name: None,
            key_id: None,
        };
        let attributes = asn1::optional(reader, asn1::SET)?.unwrap_or_default();
        let mut attributes = SliceReader::new(attributes)?;
        while !attributes.is_finished() {
            let (id, values) = asn1::in_sequence(&mut attributes, |reader| {
                let id = ObjectIdentifier::decode(reader)?;
                Ok((id, asn1::content(reader, asn1::SET)?))
            })?;
            let mut values = SliceReader::new(values)?;
            match id {
                oid::FRIENDLY_NAME => {
                    bag.name = asn1::optional(&mut values, asn1::BMP_STRING)?.map(utf16);
                }
                oid::LOCAL_KEY_ID => {
                    let id = asn1::optional(&mut values, asn1::OCTET_STRING)?;
                    bag.key_id = id.map(<[u8]>::to_vec);
                }
                _ => (),
            }
        }
        Ok(bag)
    }

    fn key(&self, key: PrivateKey) -> FoundKey {
        FoundKey {
            key: Openness::Open(key),
            name: self.name.clone(),
            key_id: self.key_id.clone(),
        }
    }
}

/// `AuthenticatedSafe`: each content's type, and what its explicit tag holds.
fn content_infos(der: &[u8]) -> der::Result<Vec<(ObjectIdentifier, &[u8])>> {
    asn1::read_all(der, |reader| {
        reader.sequence(|reader| {
            let mut infos = Vec::new();
            while !reader.is_finished() {
                infos.push(content_info(reader)?);
            }
            Ok(infos)
        })
    })
}

fn content_info<'a>(reader: &mut SliceReader<'a>) -> der::Result<(ObjectIdentifier, &'a [u8])> {
    asn1::in_sequence(reader, |reader| {
        let id = ObjectIdentifier::decode(reader)?;
        Ok((id, asn1::content(reader, asn1::context(0))?))
    })
}

/// `CertBag` and `CRLBag`: what kind, and its octets.
fn typed(bag: &[u8]) -> der::Result<(ObjectIdentifier, &[u8])> {
    let (id, value) = asn1::read_all(bag, content_info)?;
    Ok((id, asn1::read_all(value, octets)?))
}

fn octets<'a>(reader: &mut SliceReader<'a>) -> der::Result<&'a [u8]> {
    Ok(<&OctetStringRef>::decode(reader)?.as_bytes())
}

/// `[0] IMPLICIT OCTET STRING`, whole or in pieces.
fn implicit_octets(reader: &mut SliceReader<'_>) -> der::Result<Vec<u8>> {
    if let Some(whole) = asn1::optional(reader, 0x80)? {
        return Ok(whole.to_vec());
    }
    let mut pieces = SliceReader::new(asn1::content(reader, asn1::context(0))?)?;
    let mut whole = Vec::new();
    while !pieces.is_finished() {
        whole.extend_from_slice(octets(&mut pieces)?);
    }
    Ok(whole)
}

fn utf16(bytes: &[u8]) -> String {
    let (units, _) = bytes.as_chunks::<2>();
    let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
    String::from_utf16_lossy(&units)
}

fn damaged(_: der::Error) -> ContainerError {
    ContainerError::Damaged(WHAT)
}

const MAX_DEPTH: usize = 8;
