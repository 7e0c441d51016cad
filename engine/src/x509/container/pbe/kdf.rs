//! Keys out of passwords, as the files of other programs ask for them.

use std::num::NonZeroU32;

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512};
use aws_lc_rs::{hmac, pbkdf2};
use pkcs8::pkcs5::scrypt;
use zeroize::Zeroizing;

use crate::base::Secret;

/// A file's password in the two forms that they are made from.
pub(in crate::x509::container) struct Password {
    /// PBES2 takes the bytes as they are.
    utf8: Zeroizing<Vec<u8>>,
    /// PKCS #12 takes UTF-16, the higher byte first, with a final zero (RFC 7292, B.1).
    utf16: Zeroizing<Vec<u8>>,
}

impl Password {
    pub(in crate::x509::container) fn new(password: &Secret<String>) -> Self {
        password.expose(|text| {
            // As many bytes as it can become, so that growing leaves no copy behind.
            let mut utf16 = Zeroizing::new(Vec::with_capacity(2 * text.len() + 2));
            for unit in text.encode_utf16().chain([0]) {
                utf16.extend_from_slice(&unit.to_be_bytes());
            }
            Self {
                utf8: Zeroizing::new(text.as_bytes().to_vec()),
                utf16,
            }
        })
    }

    /// Some programs make no password at all of an empty one.
    pub(in crate::x509::container) fn none() -> Self {
        Self {
            utf8: Zeroizing::default(),
            utf16: Zeroizing::default(),
        }
    }

    pub(in crate::x509::container) fn utf8(&self) -> &[u8] {
        &self.utf8
    }

    /// Without the final zero, as Java's own key stores take it.
    pub(in crate::x509::container) fn bare_utf16(&self) -> &[u8] {
        let len = self.utf16.len().saturating_sub(2);
        &self.utf16[..len]
    }

    pub(in crate::x509::container) fn is_empty(&self) -> bool {
        self.utf8.is_empty()
    }
}

/// The hash that a derivation or a MAC is built on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::x509::container) enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &SHA256,
            Self::Sha384 => &SHA384,
            Self::Sha512 => &SHA512,
        }
    }

    pub(in crate::x509::container) fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha384 => hmac::HMAC_SHA384,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }

    pub(in crate::x509::container) fn len(self) -> usize {
        self.digest().output_len()
    }
}

/// What a PKCS #12 derivation is for (RFC 7292, B.3).
#[derive(Clone, Copy)]
pub(in crate::x509::container) enum Use {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

/// RFC 8018, 5.2.
pub(in crate::x509::container) fn pbkdf2(
    hash: Hash,
    password: &Password,
    salt: &[u8],
    iterations: NonZeroU32,
    len: usize,
) -> Zeroizing<Vec<u8>> {
    let algorithm = match hash {
        Hash::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
        Hash::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
        Hash::Sha384 => pbkdf2::PBKDF2_HMAC_SHA384,
        Hash::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
    };
    let mut key = Zeroizing::new(vec![0; len]);
    pbkdf2::derive(algorithm, iterations, salt, &password.utf8, &mut key);
    key
}

/// RFC 7914; `None` where the parameters are none.
pub(super) fn scrypt(
    password: &Password,
    salt: &[u8],
    (log_n, r, p): (u8, u32, u32),
    len: usize,
) -> Option<Zeroizing<Vec<u8>>> {
    let params = scrypt::Params::new(log_n, r, p).ok()?;
    let mut key = Zeroizing::new(vec![0; len]);
    scrypt::scrypt(&password.utf8, salt, &params, &mut key).ok()?;
    Some(key)
}

/// RFC 7292, B.2.
pub(in crate::x509::container) fn pkcs12(
    hash: Hash,
    (purpose, len): (Use, usize),
    password: &Password,
    salt: &[u8],
    iterations: NonZeroU32,
) -> Zeroizing<Vec<u8>> {
    let algorithm = hash.digest();
    let block = algorithm.block_len();
    let mut input = filled(salt, block);
    input.extend_from_slice(&filled(&password.utf16, block));
    let mut key = Zeroizing::new(Vec::with_capacity(len + hash.len()));
    loop {
        let mut first = digest::Context::new(algorithm);
        first.update(&vec![purpose as u8; block]);
        first.update(&input);
        let mut a = first.finish();
        for _ in 1..iterations.get() {
            a = digest::digest(algorithm, a.as_ref());
        }
        key.extend_from_slice(a.as_ref());
        if key.len() >= len {
            key.truncate(len);
            return key;
        }
        let b: Vec<u8> = a.as_ref().iter().copied().cycle().take(block).collect();
        for part in input.chunks_mut(block) {
            add_one_more(part, &b);
        }
    }
}

/// `bytes` over and over, up to a whole number of blocks.
fn filled(bytes: &[u8], block: usize) -> Zeroizing<Vec<u8>> {
    let len = bytes.len().div_ceil(block) * block;
    // Room for the other half, too, which is appended.
    let mut filled = Zeroizing::new(Vec::with_capacity(len + 4 * block + 4096));
    filled.extend(bytes.iter().copied().cycle().take(len));
    filled
}

/// `part` + `b` + 1, as large numbers that wrap around.
fn add_one_more(part: &mut [u8], b: &[u8]) {
    let mut carry = 1;
    for (digit, add) in part.iter_mut().zip(b).rev() {
        let sum = u16::from(*digit) + u16::from(*add) + carry;
        [_, *digit] = sum.to_be_bytes();
        carry = sum >> 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::new(&Secret::new(text.to_owned()))
    }

    /// Vectors of Bouncy Castle's and OpenSSL's tests of this function.
    #[test]
    fn a_pkcs12_key_is_the_one_that_others_derive() {
        let salt = [0x0a, 0x58, 0xcf, 0x64, 0x53, 0x0d, 0x82, 0x3f];
        let once = NonZeroU32::new(1).unwrap();
        let key = pkcs12(Hash::Sha1, (Use::Key, 24), &password("smeg"), &salt, once);
        assert_eq!(
            crate::base::hex(&key),
            "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3"
        );
        let iv = pkcs12(Hash::Sha1, (Use::Iv, 8), &password("smeg"), &salt, once);
        assert_eq!(crate::base::hex(&iv), "79993dfe048d3b76");
        let salt = [0x3d, 0x83, 0xc0, 0xe4, 0x54, 0x6a, 0xc1, 0x40];
        let mac = pkcs12(Hash::Sha1, (Use::Mac, 20), &password("smeg"), &salt, once);
        assert_eq!(
            crate::base::hex(&mac),
            "8d967d88f6caa9d714800ab3d48051d63f73a312"
        );
    }
}
