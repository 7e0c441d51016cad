//! Keys of 32 bytes, what is derived from them, and what is sealed under them.

use aws_lc_rs::hkdf::HKDF_SHA256;
use aws_lc_rs::hkdf::Salt;
use aws_lc_rs::hmac;
use aws_lc_rs::rand;
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::aead::KeyInit;
use chacha20poly1305::aead::Payload;
use zeroize::Zeroizing;

use super::error::VaultError;
use super::file::VaultId;
use crate::base::Secret;

/// A symmetric key. It stays where it was made: moving one moves a pointer, so no copies are left
/// behind, and dropping it wipes it.
pub(super) struct Key(Box<Zeroizing<[u8; Key::LENGTH]>>);

impl Key {
    pub(super) const LENGTH: usize = 32;

    pub(super) fn random() -> Result<Self, VaultError> {
        Self::fill(random)
    }

    pub(super) fn fill(
        with: impl FnOnce(&mut [u8]) -> Result<(), VaultError>,
    ) -> Result<Self, VaultError> {
        let mut key = Self(Box::new(Zeroizing::new([0; Self::LENGTH])));
        with(&mut key.0[..])?;
        Ok(key)
    }

    pub(super) fn expose<R>(&self, use_it: impl FnOnce(&[u8; Self::LENGTH]) -> R) -> R {
        use_it(&self.0)
    }

    pub(super) fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    /// HKDF-SHA-256 (RFC 5869): the vault's id as salt, `purpose` as info.
    pub(super) fn derive(&self, vault: VaultId, purpose: &str) -> Result<Self, VaultError> {
        self.derive_for(vault, &[purpose.as_bytes()])
    }

    /// The same with the parts of `info` one after the other.
    pub(super) fn derive_for(&self, vault: VaultId, info: &[&[u8]]) -> Result<Self, VaultError> {
        self.expose(|bytes| derive_from(bytes, vault, info))
    }

    /// XChaCha20-Poly1305 under a random nonce: nonce (24), ciphertext, tag (16).
    pub(super) fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE];
        random(&mut nonce)?;
        let sealed = self.seal_at(nonce, context, plain)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Ciphertext and tag under a nonce that this key has never used and never will again.
    pub(super) fn seal_at(
        &self,
        nonce: [u8; NONCE],
        context: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let payload = Payload {
            msg: plain,
            aad: context,
        };
        self.expose(|bytes| XChaCha20Poly1305::new(bytes.into()).encrypt(&nonce.into(), payload))
            .map_err(|_| VaultError::Cryptography("seal a record"))
    }

    /// `None` where key, context or bytes are not those of the sealing.
    pub(super) fn open(&self, context: &[u8], sealed: &[u8]) -> Option<Secret<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        self.open_at(*nonce, context, sealed)
    }

    /// What [`Key::seal_at`] has sealed.
    pub(super) fn open_at(
        &self,
        nonce: [u8; NONCE],
        context: &[u8],
        sealed: &[u8],
    ) -> Option<Secret<Vec<u8>>> {
        let payload = Payload {
            msg: sealed,
            aad: context,
        };
        self.expose(|bytes| XChaCha20Poly1305::new(bytes.into()).decrypt(&nonce.into(), payload))
            .ok()
            .map(Secret::new)
    }

    /// Opens a sealed key.
    pub(super) fn open_key(&self, context: &[u8], sealed: &[u8]) -> Option<Self> {
        let plain = self.open(context, sealed)?;
        plain.expose(|plain| Self::of(plain))
    }

    /// A key out of its bytes; `None` where there are more or fewer.
    pub(super) fn of(plain: &[u8]) -> Option<Self> {
        let plain: &[u8; Self::LENGTH] = plain.try_into().ok()?;
        let copied = Self::fill(|bytes| {
            bytes.copy_from_slice(plain);
            Ok(())
        });
        copied.ok()
    }

    /// HMAC-SHA-256.
    pub(super) fn tag(&self, message: &[u8]) -> [u8; 32] {
        let key = self.expose(|bytes| hmac::Key::new(hmac::HMAC_SHA256, bytes));
        let mut tag = [0; 32];
        tag.copy_from_slice(hmac::sign(&key, message).as_ref());
        tag
    }

    /// Compares in constant time.
    pub(super) fn has_tagged(&self, message: &[u8], tag: &[u8; 32]) -> bool {
        let key = self.expose(|bytes| hmac::Key::new(hmac::HMAC_SHA256, bytes));
        hmac::verify(&key, message, tag).is_ok()
    }
}

/// The same from a secret of any length.
pub(super) fn derive_from(
    secret: &[u8],
    vault: VaultId,
    info: &[&[u8]],
) -> Result<Key, VaultError> {
    let extracted = Salt::new(HKDF_SHA256, &vault.to_bytes()).extract(secret);
    let failed = |_| VaultError::Cryptography("derive a key");
    let expanded = extracted.expand(info, HKDF_SHA256).map_err(failed)?;
    Key::fill(|out| expanded.fill(out).map_err(failed))
}

pub(super) fn random(bytes: &mut [u8]) -> Result<(), VaultError> {
    rand::fill(bytes).map_err(|_| VaultError::Cryptography("draw random bytes"))
}

/// What sealing adds to the plaintext's length.
pub(super) const OVERHEAD: usize = NONCE + 16;

const NONCE: usize = 24;
