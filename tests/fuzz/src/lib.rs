//! What targets build their inputs with: pieces of the fuzzer's bytes, DER around them, a key that signs.

use std::sync::LazyLock;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

/// The fuzzer's bytes, taken in pieces; when they are used up, every piece is empty.
pub struct Pieces<'a>(&'a [u8]);

impl<'a> Pieces<'a> {
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    /// As many bytes as two bytes in front say, or all there are.
    pub fn counted(&mut self) -> &'a [u8] {
        let count = usize::from(self.byte()) << 8 | usize::from(self.byte());
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    pub fn rest(self) -> &'a [u8] {
        self.0
    }
}

/// `parts` behind a tag and their length in DER.
pub fn wrap(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut der = vec![tag];
    match content.len() {
        short @ ..0x80 => der.push(short as u8),
        long => {
            let octets: Vec<u8> = long
                .to_be_bytes()
                .into_iter()
                .skip_while(|o| *o == 0)
                .collect();
            der.push(0x80 | octets.len() as u8);
            der.extend(octets);
        }
    }
    der.extend(content);
    der
}

/// `SEQUENCE { outer, BIT STRING }` around signed bytes, as certificates, requests and CRLs have it.
pub fn signed(inner: &[u8]) -> Vec<u8> {
    let signature = [&[0], sign(inner).as_slice()].concat();
    wrap(
        SEQUENCE,
        &[inner, ED25519, &wrap(BIT_STRING, &[&signature])],
    )
}

/// Extensions whose ids are mostly known and whose values are the fuzzer's.
pub fn extensions(pieces: &mut Pieces<'_>) -> Vec<u8> {
    let mut all = Vec::new();
    while !pieces.is_empty() && all.len() < 64 * 1024 {
        let chosen = pieces.byte();
        let last = [chosen];
        let id = match KNOWN.get(usize::from(chosen & 0x1f)) {
            Some(arc) => wrap(OBJECT_ID, &[&[0x55, 0x1d, *arc]]),
            None => wrap(
                OBJECT_ID,
                &[&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01], &last],
            ),
        };
        let critical: &[u8] = if chosen & 0x80 == 0 {
            &[]
        } else {
            &[1, 1, 0xff]
        };
        let value = pieces.counted();
        // The outermost length is right, unless the fuzzer wants it wrong.
        let value = match chosen & 0x40 {
            0 => wrap(SEQUENCE, &[value]),
            _ => value.to_vec(),
        };
        let extension = wrap(SEQUENCE, &[&id, critical, &wrap(OCTET_STRING, &[&value])]);
        all.extend(extension);
    }
    wrap(SEQUENCE, &[&all])
}

/// A distinguished name: the fuzzer's bytes, or one common name that has them.
pub fn name(pieces: &mut Pieces<'_>) -> Vec<u8> {
    let chosen = pieces.byte();
    let bytes = pieces.counted();
    match chosen & 1 {
        0 => {
            let value = wrap(0x0c, &[bytes]);
            let attribute = wrap(SEQUENCE, &[&[6, 3, 0x55, 4, 3], &value]);
            wrap(SEQUENCE, &[&wrap(SET, &[&attribute])])
        }
        _ => wrap(SEQUENCE, &[bytes]),
    }
}

/// The key's `SubjectPublicKeyInfo`.
pub fn spki() -> Vec<u8> {
    let point = [&[0], KEY.public_key().as_ref()].concat();
    wrap(SEQUENCE, &[ED25519, &wrap(BIT_STRING, &[&point])])
}

pub fn sign(message: &[u8]) -> Vec<u8> {
    KEY.sign(message).as_ref().to_vec()
}

static KEY: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[0x42; 32]).expect("a seed is a key"));

pub const BIT_STRING: u8 = 0x03;
pub const OCTET_STRING: u8 = 0x04;
pub const OBJECT_ID: u8 = 0x06;
pub const SEQUENCE: u8 = 0x30;
pub const SET: u8 = 0x31;
/// `AlgorithmIdentifier` (RFC 8410).
pub const ED25519: &[u8] = b"\x30\x05\x06\x03\x2b\x65\x70";

/// Last arcs below 2.5.29 (RFC 5280, 4.2 and 5).
const KNOWN: [u8; 16] = [
    14, 15, 17, 18, 19, 20, 21, 24, 27, 28, 30, 31, 32, 35, 37, 54,
];
