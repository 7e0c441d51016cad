//! BER made DER, as far as files of other programs need it (X.690).
//!
//! Mozilla's and Java's libraries write PKCS #7 and PKCS #12 with lengths left open and octet
//! strings in pieces. Everything behind this point reads DER alone.

use crate::x509::asn1;
use crate::x509::container::error::ContainerError;

/// The one element in `bytes` with definite, shortest lengths and whole octet strings. What lies
/// inside octet strings stays as it is.
pub(in crate::x509) fn to_der(bytes: &[u8], what: &'static str) -> Result<Vec<u8>, ContainerError> {
    let element = element(bytes, 0);
    match element {
        Some((der, [])) => Ok(der),
        _ => Err(ContainerError::Damaged(what)),
    }
}

/// The tag of the first element inside a SEQUENCE, even of one that is cut off later.
pub(super) fn first_tag(bytes: &[u8]) -> Option<u8> {
    let rest = bytes.strip_prefix(&[asn1::SEQUENCE])?;
    length(rest)?.1.first().copied()
}

/// The first element as DER, and what follows it.
fn element(bytes: &[u8], depth: usize) -> Option<(Vec<u8>, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    // Long tags occur in none of these files.
    if depth > MAX_DEPTH || tag & 0x1f == 0x1f || bytes.starts_with(END) {
        return None;
    }
    let (length, rest) = length(rest)?;
    match (length, tag & CONSTRUCTED != 0) {
        (Some(length), false) => {
            let (content, rest) = rest.split_at_checked(length)?;
            Some((asn1::wrap(tag, &[content]), rest))
        }
        (Some(length), true) => {
            let (mut content, rest) = rest.split_at_checked(length)?;
            let mut parts = Vec::new();
            while !content.is_empty() {
                let (part, after) = element(content, depth + 1)?;
                parts.push(part);
                content = after;
            }
            Some((joined(tag, &parts)?, rest))
        }
        (None, true) => {
            let mut rest = rest;
            let mut parts = Vec::new();
            loop {
                if let Some(after) = rest.strip_prefix(END) {
                    return Some((joined(tag, &parts)?, after));
                }
                let (part, after) = element(rest, depth + 1)?;
                parts.push(part);
                rest = after;
            }
        }
        (None, false) => None,
    }
}

/// The contents' length, or `None` where their end is marked instead.
fn length(bytes: &[u8]) -> Option<(Option<usize>, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    match first {
        0x80 => Some((None, rest)),
        short if short < 0x80 => Some((Some(usize::from(short)), rest)),
        long => {
            let (digits, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            let add = |sum: usize, digit: &u8| sum.checked_mul(256)?.checked_add((*digit).into());
            Some((Some(digits.iter().try_fold(0, add)?), rest))
        }
    }
}

fn joined(tag: u8, parts: &[Vec<u8>]) -> Option<Vec<u8>> {
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    if tag != asn1::OCTET_STRING | CONSTRUCTED {
        return Some(asn1::wrap(tag, &parts));
    }
    let contents = parts.iter().map(|part| octets(part));
    let contents: Vec<&[u8]> = contents.collect::<Option<_>>()?;
    Some(asn1::wrap(asn1::OCTET_STRING, &contents))
}

/// The contents of an octet string in DER.
fn octets(der: &[u8]) -> Option<&[u8]> {
    let rest = der.strip_prefix(&[asn1::OCTET_STRING])?;
    length(rest).map(|(_, contents)| contents)
}

const CONSTRUCTED: u8 = 0x20;
const END: &[u8] = &[0, 0];
/// Bags within bags within contents; a deeper one would cost stack.
const MAX_DEPTH: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<Vec<u8>> {
        to_der(bytes, "test").ok()
    }

    #[test]
    fn what_is_der_stays_as_it_is() {
        let long = asn1::wrap(asn1::SEQUENCE, &[&asn1::wrap(4, &[&[7; 300]])]);
        for der in [&[0x30, 0][..], &[0x30, 3, 2, 1, 5], &[5, 0], &long] {
            assert_eq!(read(der).unwrap(), der);
        }
    }

    #[test]
    fn open_and_padded_lengths_are_written_out() {
        assert_eq!(
            read(&[0x30, 0x80, 2, 1, 5, 0, 0]).unwrap(),
            [0x30, 3, 2, 1, 5]
        );
        assert_eq!(
            read(&[0x30, 0x82, 0, 3, 2, 1, 5]).unwrap(),
            [0x30, 3, 2, 1, 5]
        );
        assert_eq!(
            read(&[0xa0, 0x80, 0x30, 0x80, 0, 0, 0, 0]).unwrap(),
            [0xa0, 2, 0x30, 0]
        );
    }

    #[test]
    fn an_octet_string_in_pieces_becomes_one() {
        let pieces = [0x24, 0x80, 4, 1, 1, 0x24, 4, 4, 2, 2, 3, 0, 0];
        assert_eq!(read(&pieces).unwrap(), [4, 3, 1, 2, 3]);
        // A piece that is no octet string.
        assert_eq!(read(&[0x24, 0x80, 2, 1, 1, 0, 0]), None);
    }

    #[test]
    fn what_does_not_end_or_ends_too_early_is_refused() {
        let deep = [[0x30, 0x80]; 100].concat();
        for broken in [
            &[][..],
            &[0x30],
            &[0x30, 0x80],
            &[0x30, 0x80, 2, 1, 5],
            &[0x30, 0x80, 2, 1, 5, 0],
            &[4, 0x80, 0, 0],
            &[0x30, 5, 2, 1, 5],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0x30, 3, 2, 1, 5, 9],
            &[0x3f, 0x81, 1, 0],
            &[0, 0],
            &deep,
        ] {
            assert_eq!(read(broken), None, "{broken:02x?}");
        }
    }
}
