//! Distinguished names (RFC 5280, 4.1.2.4), kept exactly as they were encoded.

use std::fmt;

use const_oid::ObjectIdentifier;
use der::asn1::AnyRef;
use der::{Decode, Encode, Error, ErrorKind, Reader, Result as DerResult, SliceReader};

use crate::base::shown;
use crate::x509::error::X509Error;
use crate::x509::{asn1, oid};

/// A distinguished name: order, repetitions, multi-valued parts and encodings are kept. Two names
/// are equal if their encodings are.
#[derive(Clone, Eq, Hash, PartialEq)]
pub(crate) struct Name(Vec<u8>);

impl Name {
    /// In characters (RFC 5280, A.1, ub-common-name).
    pub(crate) const LONGEST_COMMON_NAME: usize = 64;

    /// The name that has this common name and nothing else.
    pub(crate) fn common_name(cn: &str) -> Self {
        Self::of(&[vec![(oid::COMMON_NAME, cn.to_owned())]])
    }

    /// The empty name.
    pub(crate) fn none() -> Self {
        Self(EMPTY.to_vec())
    }

    /// Reads `O=Example, CN=Root`: parts in the order of the encoding, the most general first, as
    /// openssl prints them (RFC 4514 writes the reverse). `+` joins the values of one part; `\`
    /// takes a comma, a plus sign or a backslash as it is.
    pub(crate) fn parse(text: &str) -> Result<Self, X509Error> {
        let mut parts = vec![Vec::new()];
        for (piece, end) in pieces(text) {
            if piece.trim().is_empty() {
                return Err(X509Error::Name(piece));
            }
            let attribute = attribute(&piece)?;
            if let Some(part) = parts.last_mut() {
                part.push(attribute);
            }
            if end == Some(',') {
                parts.push(Vec::new());
            }
        }
        match parts.iter().all(|part| !part.is_empty()) {
            true => Ok(Self::of(&parts)),
            false => Err(X509Error::Name(text.to_owned())),
        }
    }

    pub(crate) fn from_der(der: &[u8]) -> Result<Self, X509Error> {
        match read(der, |_| {}) {
            Ok(()) => Ok(Self(der.to_vec())),
            Err(_) => Err(X509Error::Malformed {
                what: "distinguished name",
            }),
        }
    }

    pub(crate) fn as_der(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0 == EMPTY
    }

    /// As it is written, not made safe to show.
    pub(crate) fn first_common_name(&self) -> Option<String> {
        self.values(oid::COMMON_NAME).into_iter().next()
    }

    pub(crate) fn common_names(&self) -> Vec<String> {
        self.values(oid::COMMON_NAME)
    }

    /// The values of `emailAddress`, which name constraints speak of (RFC 5280, 4.2.1.10).
    pub(super) fn email_addresses(&self) -> Vec<String> {
        self.values(oid::EMAIL_ADDRESS)
    }

    /// All values of one type, in order, as they are written.
    pub(super) fn values(&self, id: ObjectIdentifier) -> Vec<String> {
        let mut values = Vec::new();
        let read = read(&self.0, |attribute| {
            if attribute.id == id {
                values.push(attribute.text());
            }
        });
        // A name is only made of what could be read.
        debug_assert!(read.is_ok());
        values
    }

    fn of(parts: &[Vec<(ObjectIdentifier, String)>]) -> Self {
        let sets: Vec<Vec<u8>> = parts.iter().map(|part| encode_part(part)).collect();
        Self(asn1::sequence_of(&sets))
    }
}

/// As [`Name::parse`] reads it, made safe to show.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        let read = read(&self.0, |attribute| {
            if !text.is_empty() {
                text.push_str(if attribute.joined { " + " } else { ", " });
            }
            text.push_str(&oid::attribute_label(attribute.id));
            text.push('=');
            push_escaped(&mut text, &attribute.text());
        });
        debug_assert!(read.is_ok());
        f.pad(&shown(&text))
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

struct Attribute<'a> {
    id: ObjectIdentifier,
    tag: u8,
    value: &'a [u8],
    /// Whether it stands in the same part as the one before it.
    joined: bool,
}

impl Attribute<'_> {
    /// The kinds of string of RFC 5280, A.1; anything else in hexadecimal.
    fn text(&self) -> String {
        let latin = || self.value.iter().map(|byte| char::from(*byte)).collect();
        match self.tag {
            UTF8_STRING => String::from_utf8_lossy(self.value).into_owned(),
            NUMERIC_STRING | PRINTABLE_STRING | IA5_STRING | VISIBLE_STRING => {
                String::from_utf8_lossy(self.value).into_owned()
            }
            TELETEX_STRING => latin(),
            BMP_STRING => {
                let units = self.value.chunks(2).map(|unit| match unit {
                    [high, low] => u16::from_be_bytes([*high, *low]),
                    _ => 0xfffd,
                });
                char::decode_utf16(units)
                    .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                    .collect()
            }
            UNIVERSAL_STRING => {
                let points = self.value.chunks(4).map(|point| match point {
                    [a, b, c, d] => char::from_u32(u32::from_be_bytes([*a, *b, *c, *d])),
                    _ => None,
                });
                points
                    .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                    .collect()
            }
            _ => format!("#{}", crate::base::hex(self.value)),
        }
    }
}

/// Visits each attribute in order.
fn read(der: &[u8], mut each: impl FnMut(Attribute<'_>)) -> DerResult<()> {
    let parts = asn1::read_all(der, |reader| asn1::content(reader, asn1::SEQUENCE))?;
    let mut parts = SliceReader::new(parts)?;
    while !parts.is_finished() {
        let part = asn1::content(&mut parts, asn1::SET)?;
        if part.is_empty() {
            return Err(Error::from(ErrorKind::Failed));
        }
        let mut part = SliceReader::new(part)?;
        let mut joined = false;
        while !part.is_finished() {
            part.sequence(|reader| {
                let id = ObjectIdentifier::decode(reader)?;
                let tag = reader.peek_byte().unwrap_or_default();
                let value = AnyRef::decode(reader)?.value();
                if tag == UTF8_STRING && std::str::from_utf8(value).is_err() {
                    return Err(Error::from(ErrorKind::Failed));
                }
                each(Attribute {
                    id,
                    tag,
                    value,
                    joined,
                });
                Ok(())
            })?;
            joined = true;
        }
    }
    Ok(())
}

/// One part: a SET OF, which DER orders by encoding.
fn encode_part(part: &[(ObjectIdentifier, String)]) -> Vec<u8> {
    let mut attributes: Vec<Vec<u8>> = part
        .iter()
        .map(|(id, value)| {
            let value = asn1::wrap(string_tag(*id, value), &[value.as_bytes()]);
            asn1::wrap(asn1::SEQUENCE, &[&id.to_der().unwrap_or_default(), &value])
        })
        .collect();
    attributes.sort();
    let attributes: Vec<&[u8]> = attributes.iter().map(Vec::as_slice).collect();
    asn1::wrap(asn1::SET, &attributes)
}

/// UTF8String, but for the types whose definition says otherwise (RFC 5280, A.1).
fn string_tag(id: ObjectIdentifier, value: &str) -> u8 {
    match id {
        oid::COUNTRY | oid::DN_SERIAL if value.is_ascii() => PRINTABLE_STRING,
        oid::DOMAIN_COMPONENT | oid::EMAIL_ADDRESS if value.is_ascii() => IA5_STRING,
        _ => UTF8_STRING,
    }
}

/// The text between unescaped commas and plus signs, still escaped, and what ended it.
fn pieces(text: &str) -> Vec<(String, Option<char>)> {
    let mut pieces = Vec::new();
    let (mut piece, mut escaped) = (String::new(), false);
    for c in text.chars() {
        match c {
            ',' | '+' if !escaped => pieces.push((std::mem::take(&mut piece), Some(c))),
            _ => piece.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    pieces.push((piece, None));
    pieces
}

fn attribute(piece: &str) -> Result<(ObjectIdentifier, String), X509Error> {
    let wrong = || X509Error::Name(piece.to_owned());
    let (label, value) = piece.split_once('=').ok_or_else(wrong)?;
    let id = oid::attribute(label.trim()).ok_or_else(wrong)?;
    let value = unescape(value.trim());
    match value.is_empty() || value.contains('\0') {
        true => Err(wrong()),
        false => Ok((id, value)),
    }
}

fn unescape(text: &str) -> String {
    let (mut value, mut escaped) = (String::new(), false);
    for c in text.chars() {
        if c != '\\' || escaped {
            value.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    value
}

fn push_escaped(text: &mut String, value: &str) {
    for c in value.chars() {
        if matches!(c, ',' | '+' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
}

const EMPTY: &[u8] = &[asn1::SEQUENCE, 0];
const UTF8_STRING: u8 = 0x0c;
const NUMERIC_STRING: u8 = 0x12;
const PRINTABLE_STRING: u8 = 0x13;
const TELETEX_STRING: u8 = 0x14;
const IA5_STRING: u8 = 0x16;
const VISIBLE_STRING: u8 = 0x1a;
const UNIVERSAL_STRING: u8 = 0x1c;
const BMP_STRING: u8 = 0x1e;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_from_its_own_text() {
        for text in [
            "CN=Root",
            "C=CH, O=Example, OU=b, OU=a, CN=Root",
            "DC=com, DC=example, CN=Anna + OU=Sales",
            r"O=Smith\, Wesson \+ Co, CN=a\\b",
            "2.5.4.65=nym, CN=Grüße",
        ] {
            let name = Name::parse(text).unwrap();
            assert_eq!(
                name.to_string().replace(" + ", "+"),
                text.replace(" + ", "+")
            );
            assert_eq!(Name::from_der(name.as_der()).unwrap(), name);
        }
        assert_eq!(Name::parse("CN=Root").unwrap(), Name::common_name("Root"));
    }

    #[test]
    fn order_repetition_and_multi_valued_parts_are_kept() {
        let ab = Name::parse("OU=a, OU=b").unwrap();
        assert_ne!(ab, Name::parse("OU=b, OU=a").unwrap());
        assert_ne!(ab, Name::parse("OU=a+OU=b").unwrap());
        assert_eq!(
            Name::parse("CN=a+OU=b").unwrap(),
            Name::parse("OU=b+CN=a").unwrap()
        );
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in [
            "",
            "Root",
            "CN=",
            "CN=a,,O=b",
            "CN=a,",
            "XX=a",
            "=a",
            "CN=a+",
        ] {
            assert!(matches!(Name::parse(bad), Err(X509Error::Name(_))), "{bad}");
        }
        let good = Name::common_name("a");
        for length in 0..good.as_der().len() {
            assert!(Name::from_der(&good.as_der()[..length]).is_err());
        }
        // A part without attributes, and text that is not UTF-8.
        assert!(Name::from_der(&[0x30, 2, 0x31, 0]).is_err());
        let bad = asn1::wrap(0x0c, &[&[0xff]]);
        let bad = asn1::wrap(0x30, &[&oid::COMMON_NAME.to_der().unwrap(), &bad]);
        let bad = asn1::wrap(0x30, &[&asn1::wrap(0x31, &[&bad])]);
        assert!(Name::from_der(&bad).is_err());
    }

    #[test]
    fn what_could_deceive_the_eye_is_written_as_a_number() {
        let name = Name::common_name("a\u{202e}b\u{1b}[0m");
        assert_eq!(name.to_string(), "CN=a\\u{202e}b\\u{1b}[0m");
        assert_eq!(
            name.first_common_name().as_deref(),
            Some("a\u{202e}b\u{1b}[0m")
        );
    }
}
