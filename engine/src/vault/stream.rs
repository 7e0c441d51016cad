//! A stream sealed in chunks under a key from the master key: what a backup holds beside the vault.
//!
//! As STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): each nonce counts and says whether its
//! chunk is the last, so that chunks cannot be left out, moved, or cut from the end.

use super::error::VaultError;
use super::file::VaultId;
use super::seal::Key;
use crate::base::Secret;

/// Seals or opens the chunks of one stream, in any order; whoever seals must never use a place
/// twice.
pub(crate) struct StreamKey {
    key: Key,
    /// Every chunk is bound to it.
    context: [u8; 32],
}

impl StreamKey {
    /// `salt` is drawn for each stream.
    pub(super) fn derive(
        master: &Key,
        vault: VaultId,
        salt: &[u8; 32],
        context: [u8; 32],
    ) -> Result<Self, VaultError> {
        let key = master.derive_for(vault, &[PURPOSE, salt])?;
        Ok(Self { key, context })
    }

    #[cfg(fuzzing)]
    pub(crate) fn for_fuzzing() -> Self {
        let key = super::fuzzing::key();
        let context = [0; 32];
        Self { key, context }
    }

    pub(crate) fn seal(&self, place: Place, chunk: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.key.seal_at(place.nonce(), &self.context, chunk)
    }

    /// `None` where it is not the chunk that was sealed for this place.
    pub(crate) fn open(&self, place: Place, sealed: &[u8]) -> Option<Secret<Vec<u8>>> {
        self.key.open_at(place.nonce(), &self.context, sealed)
    }
}

/// Where in the stream a chunk stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    /// From 0.
    pub(crate) number: u64,
    pub(crate) is_last: bool,
}

impl Place {
    fn nonce(self) -> [u8; 24] {
        let mut nonce = [0; 24];
        nonce[15..23].copy_from_slice(&self.number.to_be_bytes());
        nonce[23] = u8::from(self.is_last);
        nonce
    }
}

/// HKDF's info begins with it; the salt follows.
const PURPOSE: &[u8] = b"chancery backup";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_opens_in_its_own_place_stream_and_context_only() {
        let (master, other) = (Key::random().unwrap(), Key::random().unwrap());
        let vault = VaultId::from_bytes([1; 16]);
        let key = |master: &Key, vault, salt, context| {
            StreamKey::derive(master, vault, &[salt; 32], [context; 32]).unwrap()
        };
        let right = key(&master, vault, 2, 3);
        let place = |number, is_last| Place { number, is_last };
        let sealed = right.seal(place(4, false), b"chunk").unwrap();
        let opened = right.open(place(4, false), &sealed).unwrap();
        assert!(opened.expose(|chunk| chunk == b"chunk"));
        assert!(right.open(place(4, true), &sealed).is_none());
        assert!(right.open(place(5, false), &sealed).is_none());
        assert!(right.open(place(4, false), &sealed[1..]).is_none());
        assert!(right.open(place(4, false), b"").is_none());
        for wrong in [
            key(&other, vault, 2, 3),
            key(&master, VaultId::from_bytes([9; 16]), 2, 3),
            key(&master, vault, 9, 3),
            key(&master, vault, 2, 9),
        ] {
            assert!(wrong.open(place(4, false), &sealed).is_none());
        }
    }
}
