//! Identifiers as `GeneralName` (RFC 5280, 4.2.1.6).

use std::fmt;
use std::net::IpAddr;

use der::asn1::AnyRef;
use der::{Decode, Reader};

use crate::base::{Identifier, NameError, shown};
use crate::x509::asn1;

/// What a `SubjectAltName` held.
pub(super) enum Found {
    Name(Identifier),
    /// A name of a kind we know that is not valid; its text and what is wrong.
    Invalid(String, NameError),
    /// A kind of name we do not issue for.
    Unsupported(&'static str),
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "{}", shown(&name.to_string())),
            Self::Invalid(text, _) => write!(f, "{}", shown(text)),
            Self::Unsupported(kind) => f.write_str(kind),
        }
    }
}

/// Every name of a `GeneralNames`, in order.
pub(super) fn read_all(der: &[u8]) -> der::Result<Vec<Found>> {
    asn1::read_all(der, |reader| {
        reader.sequence(|reader| {
            let mut names = Vec::new();
            while !reader.is_finished() {
                let tag = reader.peek_byte().unwrap_or_default();
                names.push(read(tag, AnyRef::decode(reader)?.value()));
            }
            Ok(names)
        })
    })
}

fn read(tag: u8, value: &[u8]) -> Found {
    let text = || String::from_utf8_lossy(value).into_owned();
    let parsed = match tag {
        DNS => text().parse().map(Identifier::Dns),
        EMAIL => text().parse().map(Identifier::Email),
        IP => address(value).map(Identifier::Ip),
        URI => text().parse().map(Identifier::Uri),
        _ => return Found::Unsupported(kind(tag)),
    };
    match parsed {
        Ok(name) => Found::Name(name),
        Err(error) if tag == IP => Found::Invalid(crate::base::hex(value), error),
        Err(error) => Found::Invalid(text(), error),
    }
}

fn address(value: &[u8]) -> Result<IpAddr, NameError> {
    if let Ok(four) = <[u8; 4]>::try_from(value) {
        return Ok(IpAddr::from(four));
    }
    let six = <[u8; 16]>::try_from(value).map_err(|_| NameError::IpSyntax)?;
    Ok(IpAddr::from(six))
}

pub(super) fn write(name: &Identifier) -> Vec<u8> {
    match name {
        Identifier::Dns(name) => asn1::wrap(DNS, &[name.as_str().as_bytes()]),
        Identifier::Email(name) => asn1::wrap(EMAIL, &[name.as_str().as_bytes()]),
        Identifier::Ip(IpAddr::V4(four)) => asn1::wrap(IP, &[&four.octets()]),
        Identifier::Ip(IpAddr::V6(six)) => asn1::wrap(IP, &[&six.octets()]),
        Identifier::Uri(name) => asn1::wrap(URI, &[name.as_str().as_bytes()]),
    }
}

/// A kind of name, for people.
pub(super) const fn kind(tag: u8) -> &'static str {
    match tag {
        DNS => "DNS name",
        EMAIL => "e-mail address",
        IP => "IP address",
        URI => "URI",
        0xa0 => "other name",
        0xa3 => "X.400 address",
        0xa4 => "directory name",
        0xa5 => "EDI party name",
        0x88 => "registered id",
        _ => "name of an unknown kind",
    }
}

pub(super) const EMAIL: u8 = 0x81;
pub(super) const DNS: u8 = 0x82;
pub(super) const URI: u8 = 0x86;
pub(super) const IP: u8 = 0x87;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_every_kind_read_back_in_their_order() {
        let texts = [
            "dns:*.b.c",
            "ip:10.0.0.1",
            "ip:fd00::1",
            "email:a@b.c",
            "uri:https://b.c/d",
        ];
        let names = texts.map(|text| text.parse::<Identifier>().unwrap());
        let der = asn1::sequence_of(&names.each_ref().map(write));
        let found: Vec<String> = read_all(&der)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, texts);
    }

    #[test]
    fn names_that_are_invalid_or_of_another_kind_are_told_apart() {
        let der = asn1::sequence_of(&[
            asn1::wrap(DNS, &[b"a..b"]),
            asn1::wrap(IP, &[&[10, 0, 0]]),
            asn1::wrap(0xa4, &[&[0x30, 0]]),
            asn1::wrap(DNS, &[&[0xff, 0]]),
        ]);
        let found = read_all(&der).unwrap();
        assert!(matches!(&found[0], Found::Invalid(text, _) if text == "a..b"));
        assert!(matches!(&found[1], Found::Invalid(text, _) if text == "0a0000"));
        assert!(matches!(&found[2], Found::Unsupported("directory name")));
        assert!(matches!(&found[3], Found::Invalid(..)));
    }
}
