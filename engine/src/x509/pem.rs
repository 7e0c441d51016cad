//! PEM texts (RFC 7468): written strictly, read leniently.

use crate::base::Secret;
use crate::x509::error::{PemFault, X509Error};

/// One block of a PEM text.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Block {
    pub(crate) label: String,
    pub(crate) der: Vec<u8>,
    /// What the header `DEK-Info` says, where the contents are encrypted (RFC 1421, 4.6.1.3).
    pub(crate) sealing: Option<String>,
}

/// One block, lines of 64 characters, with a final line break.
pub(crate) fn encode(label: &str, der: &[u8]) -> String {
    let mut text = String::with_capacity(der.len() * 4 / 3 + der.len() / 48 + 64);
    text.push_str(&format!("-----BEGIN {label}-----\n"));
    for line in der.chunks(48) {
        for group in line.chunks(3) {
            let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
            let bits = at(0) << 16 | at(1) << 8 | at(2);
            for place in 0..4 {
                let digit = (bits >> (18 - 6 * place)) & 63;
                match place <= group.len() {
                    true => text.push(char::from(ALPHABET[digit as usize])),
                    false => text.push('='),
                }
            }
        }
        text.push('\n');
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

/// A private key's block (RFC 5958), wiped when it is done with.
pub(crate) fn encode_private(pkcs8: &[u8]) -> Secret<Vec<u8>> {
    Secret::new(encode("PRIVATE KEY", pkcs8).into_bytes())
}

/// Whether `bytes` look like a PEM text, with or without explanations before the first block. What
/// begins as DER does is none, whatever texts it holds.
pub(crate) fn is_pem(bytes: &[u8]) -> bool {
    let mut windows = bytes.windows(BEGIN.len());
    !begins_as_sequence(bytes) && windows.any(|window| window == BEGIN.as_bytes())
}

/// A SEQUENCE whose length is told in octets of its own, or not at all, which no text of UTF-8
/// begins like; or a short one that is exactly so long.
pub(crate) fn begins_as_sequence(bytes: &[u8]) -> bool {
    match bytes {
        [0x30, 0x80..=0x84, ..] => true,
        [0x30, length, rest @ ..] => usize::from(*length) == rest.len(),
        _ => false,
    }
}

/// All blocks in order, at most a thousand; text around them is skipped.
pub(crate) fn decode(bytes: &[u8], limit: usize) -> Result<Vec<Block>, X509Error> {
    if bytes.len() > limit {
        return Err(X509Error::TooLarge {
            what: "PEM text",
            limit,
        });
    }
    let text = String::from_utf8_lossy(bytes);
    let mut blocks = Vec::new();
    let mut rest = &text[..];
    while let Some(start) = rest.find(BEGIN) {
        let (label, after) = rest[start + BEGIN.len()..]
            .split_once("-----")
            .ok_or(X509Error::Pem(PemFault::Unended))?;
        let end = format!("-----END {label}-----");
        let (body, after) = after
            .split_once(&end)
            .ok_or(X509Error::Pem(PemFault::Unended))?;
        if label.len() > 64 || blocks.len() == MAX_BLOCKS {
            return Err(X509Error::Pem(PemFault::TooMany));
        }
        blocks.push(Block {
            label: label.to_owned(),
            der: base64(body)?,
            sealing: header(body, "DEK-Info:"),
        });
        rest = after;
    }
    match blocks.is_empty() {
        true => Err(X509Error::Pem(PemFault::Nothing)),
        false => Ok(blocks),
    }
}

/// Headers as in RFC 1421 (`Proc-Type: …`) stand before an empty line and are skipped.
fn base64(body: &str) -> Result<Vec<u8>, X509Error> {
    let body = match body.contains(':') {
        true => body
            .split_once("\n\n")
            .or_else(|| body.split_once("\r\n\r\n"))
            .map_or("", |(_, body)| body),
        false => body,
    };
    let mut bytes = Vec::with_capacity(body.len() * 3 / 4);
    let (mut bits, mut count, mut padding) = (0u32, 0u32, 0u32);
    for character in body.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let digit = match character {
            b'=' => {
                padding += 1;
                0
            }
            _ if padding > 0 => return Err(X509Error::Pem(PemFault::Base64)),
            _ => digit(character).ok_or(X509Error::Pem(PemFault::Base64))?,
        };
        bits = bits << 6 | digit;
        count += 1;
        if count % 4 == 0 {
            bytes.extend_from_slice(&bits.to_be_bytes()[1..]);
            bits = 0;
        }
    }
    if count % 4 != 0 || padding > 2 {
        return Err(X509Error::Pem(PemFault::Base64));
    }
    bytes.truncate(bytes.len() - padding as usize);
    Ok(bytes)
}

fn header(body: &str, name: &str) -> Option<String> {
    let values = body.lines().filter_map(|line| line.strip_prefix(name));
    values.map(|value| value.trim().to_owned()).next()
}

fn digit(character: u8) -> Option<u32> {
    Some(u32::from(match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

pub(crate) const CERTIFICATE: &str = "CERTIFICATE";
pub(crate) const EC_PRIVATE_KEY: &str = "EC PRIVATE KEY";
pub(crate) const ENCRYPTED_PRIVATE_KEY: &str = "ENCRYPTED PRIVATE KEY";
pub(crate) const RSA_PRIVATE_KEY: &str = "RSA PRIVATE KEY";
pub(crate) const CERTIFICATE_REQUEST: &str = "CERTIFICATE REQUEST";
pub(crate) const CRL: &str = "X509 CRL";
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BEGIN: &str = "-----BEGIN ";
const MAX_BLOCKS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Block>, X509Error> {
        decode(text.as_bytes(), 64 * 1024)
    }

    #[test]
    fn a_block_reads_back_whatever_its_length() {
        for length in [0, 1, 2, 3, 47, 48, 49, 1000] {
            let der: Vec<u8> = (0..length).map(|at| at as u8).collect();
            let blocks = read(&encode(CERTIFICATE, &der)).ok().unwrap();
            assert_eq!(blocks.len(), 1);
            assert_eq!(blocks[0].label, CERTIFICATE);
            assert_eq!(blocks[0].der, der, "{length} bytes");
        }
        assert_eq!(
            encode("X", b"\xff\xfe"),
            "-----BEGIN X-----\n//4=\n-----END X-----\n"
        );
    }

    #[test]
    fn der_that_holds_a_pem_text_is_no_pem() {
        for (length, head) in [(30, &[0x30][..]), (120, &[0x30, 0x81])] {
            let text = encode("X", &vec![7; length]);
            assert!(is_pem(text.as_bytes()));
            let der = [head, &[text.len() as u8], text.as_bytes()].concat();
            assert!(!is_pem(&der));
        }
    }

    #[test]
    fn text_around_blocks_and_carriage_returns_are_skipped() {
        let text = "subject=CN = a\r\n-----BEGIN A-----\r\nAAEC\r\n-----END A-----\r\nmore\n\
                    -----BEGIN B-----\nAw==\n-----END B-----\n";
        let blocks = read(text).ok().unwrap();
        let found: Vec<&[u8]> = blocks.iter().map(|block| &block.der[..]).collect();
        assert_eq!(found, [&[0, 1, 2][..], &[3][..]]);
    }

    #[test]
    fn what_is_damaged_cut_off_or_too_large_is_refused() {
        let fault = |text: &str| read(text).err();
        let pem = |fault| Some(X509Error::Pem(fault));
        assert_eq!(fault("nothing here"), pem(PemFault::Nothing));
        assert_eq!(fault("-----BEGIN A-----\nAAEC"), pem(PemFault::Unended));
        assert_eq!(fault("-----BEGIN A"), pem(PemFault::Unended));
        assert_eq!(
            fault("-----BEGIN A-----\nAAEC\n-----END B-----"),
            pem(PemFault::Unended)
        );
        for body in ["AAE", "AA!C", "A===", "AA==AAEC", "=AAA"] {
            let text = format!("-----BEGIN A-----\n{body}\n-----END A-----");
            assert_eq!(fault(&text), pem(PemFault::Base64), "{body}");
        }
        assert!(matches!(
            decode(&[b'a'; 20], 10),
            Err(X509Error::TooLarge { limit: 10, .. })
        ));
    }
}
