//! The outer layers of signed structures, lent out of their DER without copying.
//!
//! Reading goes through `der`, which refuses what is not DER. Writing puts encoded parts together:
//! an issuer's name, a public key and a profile's extensions are encoded once and copied from then
//! on, where the builder of `x509-cert` would decode and clone them for each certificate.

use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, BitStringRef, GeneralizedTime, OctetStringRef, UtcTime};
use der::{DateTime, Decode, Encode, Error, ErrorKind, Reader, Result, SliceReader, Tag};

use crate::base::Timestamp;

/// `SEQUENCE { toBeSigned, signatureAlgorithm, signature }`, as certificates, CRLs and requests
/// are signed (RFC 5280, 4.1.1).
pub(super) struct Signed<'a> {
    /// With tag and length: what the signature covers.
    pub(super) tbs: &'a [u8],
    /// The `AlgorithmIdentifier`, with tag and length.
    pub(super) algorithm: &'a [u8],
    pub(super) signature: &'a [u8],
}

impl<'a> Signed<'a> {
    pub(super) fn read(der: &'a [u8]) -> Result<Self> {
        read_all(der, |reader| {
            reader.sequence(|reader| {
                Ok(Self {
                    tbs: sequence_tlv(reader)?,
                    algorithm: sequence_tlv(reader)?,
                    signature: octets(BitStringRef::decode(reader)?)?,
                })
            })
        })
    }

    pub(super) fn write(tbs: &[u8], algorithm: &[u8], signature: &[u8]) -> Vec<u8> {
        wrap(SEQUENCE, &[tbs, algorithm, &bit_string(signature)])
    }
}

/// A `TBSCertificate` (RFC 5280, 4.1.2).
#[derive(Clone, Debug)]
pub(super) struct Tbs<'a> {
    /// 1 to 3.
    pub(super) version: u8,
    /// The contents of the INTEGER, with its sign octet.
    pub(super) serial: &'a [u8],
    pub(super) algorithm: &'a [u8],
    pub(super) issuer: &'a [u8],
    pub(super) not_before: Time,
    pub(super) not_after: Time,
    pub(super) subject: &'a [u8],
    pub(super) spki: &'a [u8],
    pub(super) extensions: Vec<Extension<'a>>,
}

impl<'a> Tbs<'a> {
    pub(super) fn read(der: &'a [u8]) -> Result<Self> {
        read_all(der, |reader| reader.sequence(Self::read_fields))
    }

    fn read_fields(reader: &mut SliceReader<'a>) -> Result<Self> {
        let version = match optional(reader, context(0))? {
            Some(version) => read_all(version, u8::decode)?.saturating_add(1),
            None => 1,
        };
        let serial = content(reader, INTEGER)?;
        let algorithm = sequence_tlv(reader)?;
        let issuer = sequence_tlv(reader)?;
        let (not_before, not_after) = in_sequence(reader, |reader| {
            Ok((Time::read(reader)?, Time::read(reader)?))
        })?;
        let subject = sequence_tlv(reader)?;
        let spki = sequence_tlv(reader)?;
        // The unique identifiers of version 2: nobody writes them, and nothing is made of them.
        optional(reader, 0x81)?;
        optional(reader, 0x82)?;
        let extensions = match optional(reader, context(3))? {
            Some(list) => read_extensions(list)?,
            None => Vec::new(),
        };
        Ok(Self {
            version,
            serial,
            algorithm,
            issuer,
            not_before,
            not_after,
            subject,
            spki,
            extensions,
        })
    }

    pub(super) fn extension(&self, id: ObjectIdentifier) -> Option<&Extension<'a>> {
        self.extensions.iter().find(|extension| extension.id == id)
    }
}

/// The parts of a `TBSCertificate` of version 3, each encoded.
pub(super) struct NewTbs<'a> {
    /// The magnitude.
    pub(super) serial: &'a [u8],
    pub(super) algorithm: &'a [u8],
    pub(super) issuer: &'a [u8],
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    pub(super) subject: &'a [u8],
    pub(super) spki: &'a [u8],
    pub(super) extensions: &'a [Vec<u8>],
}

impl NewTbs<'_> {
    pub(super) fn write(&self) -> Result<Vec<u8>> {
        let validity = wrap(
            SEQUENCE,
            &[
                &Time::write(self.not_before)?,
                &Time::write(self.not_after)?,
            ],
        );
        let extensions = wrap(context(3), &[&sequence_of(self.extensions)]);
        Ok(wrap(
            SEQUENCE,
            &[
                VERSION_3,
                &unsigned(self.serial),
                self.algorithm,
                self.issuer,
                &validity,
                self.subject,
                self.spki,
                &extensions,
            ],
        ))
    }
}

/// One extension (RFC 5280, 4.2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Extension<'a> {
    pub(super) id: ObjectIdentifier,
    pub(super) critical: bool,
    /// What the OCTET STRING holds.
    pub(super) value: &'a [u8],
}

impl Extension<'_> {
    pub(super) fn write(&self) -> Result<Vec<u8>> {
        let critical: &[u8] = if self.critical { CRITICAL } else { &[] };
        let value = wrap(OCTET_STRING, &[self.value]);
        Ok(wrap(SEQUENCE, &[&self.id.to_der()?, critical, &value]))
    }
}

/// Reads `Extensions`, the list inside its SEQUENCE tag.
pub(super) fn read_extensions(list: &[u8]) -> Result<Vec<Extension<'_>>> {
    read_all(list, |reader| {
        reader.sequence(|reader| {
            let mut extensions = Vec::new();
            while !reader.is_finished() {
                extensions.push(reader.sequence(read_extension)?);
            }
            Ok(extensions)
        })
    })
}

/// The first object id that stands there more than once, which is never allowed (RFC 5280, 4.2).
pub(super) fn repeated(ids: impl Iterator<Item = ObjectIdentifier>) -> Option<ObjectIdentifier> {
    let mut sorted: Vec<ObjectIdentifier> = ids.collect();
    sorted.sort();
    let pair = sorted.windows(2).find(|pair| pair[0] == pair[1]);
    pair.map(|pair| pair[0])
}

fn read_extension<'a>(reader: &mut SliceReader<'a>) -> Result<Extension<'a>> {
    Ok(Extension {
        id: ObjectIdentifier::decode(reader)?,
        critical: match reader.peek_byte() {
            Some(BOOLEAN) => bool::decode(reader)?,
            _ => false,
        },
        value: <&OctetStringRef>::decode(reader)?.as_bytes(),
    })
}

/// A moment, and in which of the two ways it was written (RFC 5280, 4.1.2.5).
#[derive(Clone, Copy, Debug)]
pub(super) struct Time {
    pub(super) at: Timestamp,
    pub(super) generalized: bool,
}

impl Time {
    pub(super) fn read(reader: &mut SliceReader<'_>) -> Result<Self> {
        let generalized = reader.peek_byte() == Some(GENERALIZED_TIME);
        let since = match generalized {
            true => GeneralizedTime::decode(reader)?.to_unix_duration(),
            false => UtcTime::decode(reader)?.to_unix_duration(),
        };
        let secs = i64::try_from(since.as_secs()).map_err(|_| Tag::UtcTime.value_error())?;
        Ok(Self {
            at: Timestamp::from_secs(secs),
            generalized,
        })
    }

    /// As UTCTime through 2049 and as GeneralizedTime from 2050.
    pub(super) fn write(at: Timestamp) -> Result<Vec<u8>> {
        let secs = u64::try_from(at.secs()).map_err(|_| Tag::UtcTime.value_error())?;
        let time = DateTime::from_unix_duration(core::time::Duration::from_secs(secs))?;
        match time.year() < 2050 {
            true => UtcTime::from_date_time(time)?.to_der(),
            false => GeneralizedTime::from_date_time(time).to_der(),
        }
    }
}

/// As GeneralizedTime, where only that is allowed (RFC 5280, 5.3.2).
pub(super) fn generalized_time(at: Timestamp) -> Result<Vec<u8>> {
    let secs = u64::try_from(at.secs()).map_err(|_| Tag::GeneralizedTime.value_error())?;
    let time = DateTime::from_unix_duration(core::time::Duration::from_secs(secs))?;
    GeneralizedTime::from_date_time(time).to_der()
}

/// Reads the whole of `bytes`: what is left over is an error.
pub(super) fn read_all<'a, T>(
    bytes: &'a [u8],
    read: impl FnOnce(&mut SliceReader<'a>) -> Result<T>,
) -> Result<T> {
    let mut reader = SliceReader::new(bytes)?;
    let value = read(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// Reads the whole of the next element, a SEQUENCE.
pub(super) fn in_sequence<'a, T>(
    reader: &mut SliceReader<'a>,
    read: impl FnOnce(&mut SliceReader<'a>) -> Result<T>,
) -> Result<T> {
    reader.sequence(read)
}

/// The contents of the next element, which must have this tag octet.
pub(super) fn content<'a>(reader: &mut SliceReader<'a>, tag: u8) -> Result<&'a [u8]> {
    match optional(reader, tag)? {
        Some(content) => Ok(content),
        None => Err(Error::from(ErrorKind::Failed)),
    }
}

pub(super) fn optional<'a>(reader: &mut SliceReader<'a>, tag: u8) -> Result<Option<&'a [u8]>> {
    match reader.peek_byte() == Some(tag) {
        true => Ok(Some(AnyRef::decode(reader)?.value())),
        false => Ok(None),
    }
}

/// What has not been read yet.
pub(super) fn rest<'a>(reader: &mut SliceReader<'a>) -> Result<&'a [u8]> {
    reader.read_slice(reader.remaining_len())
}

/// The next element, a SEQUENCE, with tag and length.
pub(super) fn sequence_tlv<'a>(reader: &mut SliceReader<'a>) -> Result<&'a [u8]> {
    match reader.peek_byte() {
        Some(SEQUENCE) => reader.tlv_bytes(),
        _ => Err(Error::from(ErrorKind::Failed)),
    }
}

/// Whether this is one element in DER, as far as that can be seen without knowing its type.
pub(super) fn is_der(bytes: &[u8]) -> bool {
    is_der_within(bytes, DEEPEST)
}

fn is_der_within(bytes: &[u8], depth: usize) -> bool {
    let elements = |bytes: &[u8]| -> Result<bool> {
        let mut reader = SliceReader::new(bytes)?;
        let mut sound = true;
        while !reader.is_finished() {
            let element = reader.tlv_bytes()?;
            sound = sound && depth > 0 && is_der_within(element, depth - 1);
        }
        Ok(sound)
    };
    let read = read_all(bytes, |reader| {
        let is_constructed = reader.peek_byte().is_some_and(|tag| tag & CONSTRUCTED != 0);
        Ok((is_constructed, AnyRef::decode(reader)?.value()))
    });
    match read {
        Ok((true, value)) => elements(value).unwrap_or(false),
        Ok((false, _)) => true,
        Err(_) => false,
    }
}

/// The octets of a BIT STRING without unused bits.
pub(super) fn octets(bits: BitStringRef<'_>) -> Result<&[u8]> {
    bits.as_bytes()
        .ok_or_else(|| Tag::BitString.value_error().into())
}

/// The tag octets of the elements of one SEQUENCE, which tell what a file of DER holds.
pub(super) fn tags(der: &[u8]) -> Result<Vec<u8>> {
    let fields = read_all(der, |reader| content(reader, SEQUENCE))?;
    let mut reader = SliceReader::new(fields)?;
    let mut tags = Vec::new();
    while !reader.is_finished() {
        tags.push(reader.peek_byte().unwrap_or_default());
        reader.tlv_bytes()?;
    }
    Ok(tags)
}

/// An element of `parts`, one after the other.
pub(super) fn wrap(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let mut element = Vec::with_capacity(length + 6);
    begin(&mut element, tag, length);
    for part in parts {
        element.extend_from_slice(part);
    }
    element
}

/// Tag and length of an element whose content follows.
pub(super) fn begin(element: &mut Vec<u8>, tag: u8, length: usize) {
    element.push(tag);
    if length < 0x80 {
        element.push(length as u8);
    } else {
        let octets = length.to_be_bytes();
        let zeros = octets.iter().take_while(|octet| **octet == 0).count();
        element.push(0x80 | (octets.len() - zeros) as u8);
        element.extend_from_slice(&octets[zeros..]);
    }
}

pub(super) fn sequence_of(parts: &[Vec<u8>]) -> Vec<u8> {
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    wrap(SEQUENCE, &parts)
}

pub(super) fn bit_string(octets: &[u8]) -> Vec<u8> {
    wrap(BIT_STRING, &[&[0], octets])
}

/// An INTEGER of this magnitude.
pub(super) fn unsigned(magnitude: &[u8]) -> Vec<u8> {
    match magnitude.first() {
        Some(first) if first & 0x80 == 0 => wrap(INTEGER, &[magnitude]),
        _ => wrap(INTEGER, &[&[0], magnitude]),
    }
}

/// The tag octet of a constructed context-specific element.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_ID: u8 = 0x06;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const IA5_STRING: u8 = 0x16;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const BMP_STRING: u8 = 0x1e;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
const CONSTRUCTED: u8 = 0x20;
const DEEPEST: usize = 32;
const VERSION_3: &[u8] = &[0xa0, 0x03, 0x02, 0x01, 0x02];
const CRITICAL: &[u8] = &[BOOLEAN, 0x01, 0xff];
