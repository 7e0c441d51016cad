//! The extensions we write and judge (RFC 5280, 4.2.1), each to and from its DER.

use std::fmt;

use const_oid::ObjectIdentifier;
use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Encode, Reader, Result, Tag};

use crate::base::Identifier;
use crate::x509::asn1::Extension;
use crate::x509::{asn1, general_name, oid};

/// What a key may be used for (RFC 5280, 4.2.1.3), a bit for each use.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct KeyUsage(u16);

impl KeyUsage {
    pub(crate) const DIGITAL_SIGNATURE: Self = Self(1);
    pub(crate) const NON_REPUDIATION: Self = Self(1 << 1);
    pub(crate) const KEY_ENCIPHERMENT: Self = Self(1 << 2);
    pub(crate) const DATA_ENCIPHERMENT: Self = Self(1 << 3);
    pub(crate) const KEY_AGREEMENT: Self = Self(1 << 4);
    pub(crate) const KEY_CERT_SIGN: Self = Self(1 << 5);
    pub(crate) const CRL_SIGN: Self = Self(1 << 6);

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The uses that both have.
    pub(crate) const fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn read(der: &[u8]) -> Result<Self> {
        let bits = asn1::read_all(der, BitStringRef::decode)?;
        match bits.bit_len() <= NAMES.len() {
            true => Ok(Self(
                bits.bits()
                    .enumerate()
                    .fold(0, |uses, (at, set)| uses | u16::from(set) << at),
            )),
            false => Err(Tag::BitString.value_error().into()),
        }
    }

    /// A named bit list: without trailing zero bits (X.690, 11.2.2).
    fn write(self) -> Vec<u8> {
        let octets = self.0.reverse_bits().to_be_bytes();
        let used = if self.0 > 0xff {
            2
        } else {
            usize::from(self.0 != 0)
        };
        let unused = match self.0 {
            0 => 0,
            bits => (bits.leading_zeros() % 8) as u8,
        };
        asn1::wrap(asn1::BIT_STRING, &[&[unused], &octets[..used]])
    }
}

/// By their names in RFC 5280.
impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = NAMES
            .iter()
            .enumerate()
            .filter(|(at, _)| self.0 >> at & 1 == 1);
        let names: Vec<&str> = set.map(|(_, name)| *name).collect();
        f.pad(&names.join(", "))
    }
}

/// RFC 5280, 4.2.1.9.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct BasicConstraints {
    pub(crate) is_ca: bool,
    /// How many CA certificates may stand between this one and a leaf.
    pub(crate) path_len: Option<u8>,
}

impl BasicConstraints {
    pub(super) fn read(der: &[u8]) -> Result<Self> {
        asn1::read_all(der, |reader| {
            reader.sequence(|reader| {
                let is_ca = match reader.peek_byte() {
                    Some(asn1::BOOLEAN) => bool::decode(reader)?,
                    _ => false,
                };
                let path_len = match reader.is_finished() {
                    true => None,
                    // No chain is as long as this.
                    false => Some(u32::decode(reader)?.min(255) as u8),
                };
                Ok(Self { is_ca, path_len })
            })
        })
    }

    fn write(self) -> Vec<u8> {
        let is_ca: &[u8] = if self.is_ca {
            &[asn1::BOOLEAN, 1, 0xff]
        } else {
            &[]
        };
        let path_len = self.path_len.map(|length| asn1::unsigned(&[length]));
        asn1::wrap(
            asn1::SEQUENCE,
            &[is_ca, path_len.as_deref().unwrap_or_default()],
        )
    }
}

impl fmt::Display for BasicConstraints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.is_ca, self.path_len) {
            (false, _) => f.pad("Not a CA"),
            (true, None) => f.pad("CA"),
            (true, Some(length)) => write!(f, "CA, path length {length}"),
        }
    }
}

/// URLs a certificate points to. All empty unless a person set them for the CA.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Urls {
    /// Where the issuer's certificate is (RFC 5280, 4.2.2.1).
    pub(crate) issuer: Vec<String>,
    /// Where the CRL is (RFC 5280, 4.2.1.13).
    pub(crate) crl: Vec<String>,
    /// The OCSP responder (RFC 6960, 3.1).
    pub(crate) ocsp: Vec<String>,
}

pub(super) fn basic_constraints(value: BasicConstraints) -> Result<Vec<u8>> {
    write(oid::BASIC_CONSTRAINTS, true, &value.write())
}

pub(super) fn key_usage(value: KeyUsage) -> Result<Vec<u8>> {
    write(oid::KEY_USAGE, true, &value.write())
}

/// Critical where it is time stamping (RFC 3161, 2.3).
pub(super) fn extended_key_usage(purposes: &[ObjectIdentifier]) -> Result<Vec<u8>> {
    let critical = purposes.contains(&oid::TIME_STAMPING);
    let purposes: Result<Vec<Vec<u8>>> = purposes.iter().map(Encode::to_der).collect();
    write(
        oid::EXTENDED_KEY_USAGE,
        critical,
        &asn1::sequence_of(&purposes?),
    )
}

/// An OCSP signer about which nobody asks whether it was revoked (RFC 6960, 4.2.2.2.1).
pub(super) fn ocsp_no_check() -> Result<Vec<u8>> {
    write(oid::OCSP_NO_CHECK, false, &[5, 0])
}

pub(super) fn read_extended_key_usage(der: &[u8]) -> Result<Vec<ObjectIdentifier>> {
    asn1::read_all(der, |reader| {
        reader.sequence(|reader| {
            let mut purposes = Vec::new();
            while !reader.is_finished() {
                purposes.push(ObjectIdentifier::decode(reader)?);
            }
            Ok(purposes)
        })
    })
}

/// Critical where the subject is empty (RFC 5280, 4.2.1.6).
pub(super) fn subject_alt_name(names: &[Identifier], critical: bool) -> Result<Vec<u8>> {
    let names: Vec<Vec<u8>> = names.iter().map(general_name::write).collect();
    write(oid::SUBJECT_ALT_NAME, critical, &asn1::sequence_of(&names))
}

pub(super) fn subject_key_id(id: &[u8]) -> Result<Vec<u8>> {
    write(
        oid::SUBJECT_KEY_ID,
        false,
        &asn1::wrap(asn1::OCTET_STRING, &[id]),
    )
}

pub(super) fn read_subject_key_id(der: &[u8]) -> Result<&[u8]> {
    asn1::read_all(der, |reader| asn1::content(reader, asn1::OCTET_STRING))
}

pub(super) fn authority_key_id(id: &[u8]) -> Result<Vec<u8>> {
    let id = asn1::wrap(KEY_IDENTIFIER, &[id]);
    write(
        oid::AUTHORITY_KEY_ID,
        false,
        &asn1::wrap(asn1::SEQUENCE, &[&id]),
    )
}

/// `None` where it names issuer and serial instead.
pub(super) fn read_authority_key_id(der: &[u8]) -> Result<Option<&[u8]>> {
    asn1::read_all(der, |reader| {
        let fields = asn1::content(reader, asn1::SEQUENCE)?;
        asn1::optional(&mut der::SliceReader::new(fields)?, KEY_IDENTIFIER)
    })
}

pub(super) fn authority_info_access(urls: &Urls) -> Result<Vec<u8>> {
    let with = |method: ObjectIdentifier| move |url: &String| (method, url.clone());
    let issuers = urls.issuer.iter().map(with(oid::CA_ISSUERS));
    let places = urls.ocsp.iter().map(with(oid::OCSP)).chain(issuers);
    let places: Result<Vec<Vec<u8>>> = places
        .map(|(method, url)| {
            let url = asn1::wrap(general_name::URI, &[url.as_bytes()]);
            Ok(asn1::wrap(asn1::SEQUENCE, &[&method.to_der()?, &url]))
        })
        .collect();
    write(
        oid::AUTHORITY_INFO_ACCESS,
        false,
        &asn1::sequence_of(&places?),
    )
}

pub(super) fn crl_distribution_points(urls: &[String]) -> Result<Vec<u8>> {
    let point = |url: &String| {
        let url = asn1::wrap(general_name::URI, &[url.as_bytes()]);
        let full_name = asn1::wrap(asn1::context(0), &[&url]);
        let point = asn1::wrap(asn1::context(0), &[&full_name]);
        asn1::wrap(asn1::SEQUENCE, &[&point])
    };
    let points: Vec<Vec<u8>> = urls.iter().map(point).collect();
    write(
        oid::CRL_DISTRIBUTION_POINTS,
        false,
        &asn1::sequence_of(&points),
    )
}

/// The URLs of full names; other ways to say where a list is are left out.
pub(super) fn read_crl_distribution_points(der: &[u8]) -> Result<Vec<String>> {
    let points = asn1::read_all(der, |reader| asn1::content(reader, asn1::SEQUENCE))?;
    let mut urls = Vec::new();
    for point in elements(points)? {
        let mut fields = der::SliceReader::new(point)?;
        let Some(name) = asn1::optional(&mut fields, asn1::context(0))? else {
            continue;
        };
        let full_name = asn1::optional(&mut der::SliceReader::new(name)?, asn1::context(0))?;
        urls.extend(read_urls(full_name.unwrap_or_default())?);
    }
    Ok(urls)
}

/// Where the issuer's certificate and its OCSP responder are.
pub(super) fn read_authority_info_access(der: &[u8]) -> Result<Urls> {
    let places = asn1::read_all(der, |reader| asn1::content(reader, asn1::SEQUENCE))?;
    let mut urls = Urls::default();
    for place in elements(places)? {
        let mut fields = der::SliceReader::new(place)?;
        let method = ObjectIdentifier::decode(&mut fields)?;
        let found = read_urls(asn1::rest(&mut fields)?)?;
        match method {
            oid::CA_ISSUERS => urls.issuer.extend(found),
            oid::OCSP => urls.ocsp.extend(found),
            _ => (),
        }
    }
    Ok(urls)
}

/// What each SEQUENCE of this list holds.
fn elements(list: &[u8]) -> Result<Vec<&[u8]>> {
    let mut reader = der::SliceReader::new(list)?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        found.push(asn1::content(&mut reader, asn1::SEQUENCE)?);
    }
    Ok(found)
}

/// The URLs among these general names.
fn read_urls(names: &[u8]) -> Result<Vec<String>> {
    let mut reader = der::SliceReader::new(names)?;
    let mut urls = Vec::new();
    while !reader.is_finished() {
        let is_url = reader.peek_byte() == Some(general_name::URI);
        let name = AnyRef::decode(&mut reader)?;
        if is_url {
            urls.push(String::from_utf8_lossy(name.value()).into_owned());
        }
    }
    Ok(urls)
}

pub(super) fn write(id: ObjectIdentifier, critical: bool, value: &[u8]) -> Result<Vec<u8>> {
    Extension {
        id,
        critical,
        value,
    }
    .write()
}

const KEY_IDENTIFIER: u8 = 0x80;
const NAMES: [&str; 9] = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_usages_are_written_as_openssl_writes_them() {
        let leaf = KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::KEY_ENCIPHERMENT);
        assert_eq!(leaf.write(), [3, 2, 5, 0xa0]);
        let ca = KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN);
        assert_eq!(ca.write(), [3, 2, 1, 0x06]);
        assert_eq!(KeyUsage(1 << 8).write(), [3, 3, 7, 0, 0x80]);
        assert_eq!(KeyUsage(0).write(), [3, 1, 0]);
        for bits in 0..1 << 9 {
            assert_eq!(KeyUsage::read(&KeyUsage(bits).write()), Ok(KeyUsage(bits)));
        }
        assert_eq!(leaf.to_string(), "digitalSignature, keyEncipherment");
    }

    #[test]
    fn basic_constraints_read_back() {
        for value in [
            BasicConstraints::default(),
            BasicConstraints {
                is_ca: true,
                path_len: None,
            },
            BasicConstraints {
                is_ca: true,
                path_len: Some(0),
            },
            BasicConstraints {
                is_ca: true,
                path_len: Some(200),
            },
        ] {
            assert_eq!(BasicConstraints::read(&value.write()), Ok(value));
        }
        assert!(BasicConstraints::read(&[0x30, 3, 1, 1, 0x01]).is_err());
        assert!(BasicConstraints::read(&[0x30, 3, 2, 1, 0xff]).is_err());
    }
}
