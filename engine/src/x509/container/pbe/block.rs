//! Block ciphers in CBC mode with PKCS #7 padding, by the key that a password became.
//!
//! AES is aws-lc-rs's. Triple DES and RC2 are there to read and write the files of old programs;
//! aws-lc-rs brings neither as we build it.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm, DecryptionContext, EncryptionContext,
    PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit, KeyIvInit};
use des::{TdesEde2, TdesEde3};
use rc2::Rc2;
use zeroize::Zeroizing;

use crate::base::Secret;

/// A cipher of the files that we read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cipher {
    Aes128,
    Aes192,
    Aes256,
    Rc2Of40Bits,
    Rc2Of128Bits,
    TripleDes,
    /// With two keys.
    TripleDes2,
}

impl Cipher {
    pub(super) const fn key_len(self) -> usize {
        match self {
            Self::Rc2Of40Bits => 5,
            Self::Aes128 | Self::Rc2Of128Bits | Self::TripleDes2 => 16,
            Self::Aes192 | Self::TripleDes => 24,
            Self::Aes256 => 32,
        }
    }

    pub(super) const fn block_len(self) -> usize {
        match self {
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
            _ => 8,
        }
    }

    /// `None` where key and data do not fit together, which the padding shows in all but one of
    /// some 250 cases.
    pub(super) fn decrypt(self, key: &[u8], iv: &[u8], data: &[u8]) -> Option<Secret<Vec<u8>>> {
        let mut buffer = Zeroizing::new(data.to_vec());
        let plain = match self {
            Self::Aes128 => decrypt_aes(&AES_128, key, iv, &mut buffer)?,
            Self::Aes192 => decrypt_aes(&AES_192, key, iv, &mut buffer)?,
            Self::Aes256 => decrypt_aes(&AES_256, key, iv, &mut buffer)?,
            Self::TripleDes => {
                let cbc = cbc::Decryptor::<TdesEde3>::new_from_slices(key, iv).ok()?;
                cbc.decrypt_padded::<Pkcs7>(&mut buffer).ok()?.len()
            }
            Self::TripleDes2 => {
                let cbc = cbc::Decryptor::<TdesEde2>::new_from_slices(key, iv).ok()?;
                cbc.decrypt_padded::<Pkcs7>(&mut buffer).ok()?.len()
            }
            Self::Rc2Of40Bits | Self::Rc2Of128Bits => {
                let rc2 = Rc2::new_from_slice(key).ok()?;
                let cbc = cbc::Decryptor::<Rc2>::inner_iv_slice_init(rc2, iv).ok()?;
                cbc.decrypt_padded::<Pkcs7>(&mut buffer).ok()?.len()
            }
        };
        buffer.truncate(plain);
        Some(Secret::new(std::mem::take(&mut *buffer)))
    }

    /// `None` for RC2, which is only read.
    pub(super) fn encrypt(self, key: &[u8], iv: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        // Room for the padding, so that nothing in plain text is moved and left behind.
        let mut buffer = Zeroizing::new(Vec::with_capacity(plain.len() + 16));
        buffer.extend_from_slice(plain);
        match self {
            Self::Aes128 => encrypt_aes(&AES_128, key, iv, &mut buffer)?,
            Self::Aes192 => encrypt_aes(&AES_192, key, iv, &mut buffer)?,
            Self::Aes256 => encrypt_aes(&AES_256, key, iv, &mut buffer)?,
            Self::TripleDes => {
                let cbc = cbc::Encryptor::<TdesEde3>::new_from_slices(key, iv).ok()?;
                buffer.resize(plain.len() + 8 - plain.len() % 8, 0);
                cbc.encrypt_padded::<Pkcs7>(&mut buffer, plain.len()).ok()?;
            }
            Self::Rc2Of40Bits | Self::Rc2Of128Bits | Self::TripleDes2 => return None,
        }
        Some(std::mem::take(&mut *buffer))
    }
}

/// How many bytes of `buffer` are plain text then.
fn decrypt_aes(
    algorithm: &'static Algorithm,
    key: &[u8],
    iv: &[u8],
    buffer: &mut [u8],
) -> Option<usize> {
    let key = UnboundCipherKey::new(algorithm, key).ok()?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
    let iv = DecryptionContext::Iv128(FixedLength::try_from(iv).ok()?);
    key.decrypt(buffer, iv).ok().map(|plain| plain.len())
}

fn encrypt_aes(
    algorithm: &'static Algorithm,
    key: &[u8],
    iv: &[u8],
    buffer: &mut Vec<u8>,
) -> Option<()> {
    let key = UnboundCipherKey::new(algorithm, key).ok()?;
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).ok()?;
    let iv = EncryptionContext::Iv128(FixedLength::try_from(iv).ok()?);
    key.less_safe_encrypt(buffer, iv).ok().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encrypted_decrypts_and_another_key_does_not_open_it() {
        for cipher in [
            Cipher::Aes128,
            Cipher::Aes192,
            Cipher::Aes256,
            Cipher::TripleDes,
        ] {
            for length in [0, 1, 7, 8, 15, 16, 100] {
                let key: Vec<u8> = (1..).take(cipher.key_len()).collect();
                let iv = vec![9; cipher.block_len()];
                let plain: Vec<u8> = (0..length).collect();
                let sealed = cipher.encrypt(&key, &iv, &plain).unwrap();
                assert_ne!(sealed, plain);
                let opened = cipher.decrypt(&key, &iv, &sealed).unwrap();
                opened.expose(|opened| assert_eq!(*opened, plain, "{cipher:?}, {length}"));
                assert!(cipher.decrypt(&key, &iv, &sealed[1..]).is_none());
                let other = vec![0x55; cipher.key_len()];
                let other = cipher.decrypt(&other, &iv, &sealed);
                assert!(other.is_none_or(|other| other.expose(|other| *other != plain)));
            }
        }
    }
}
