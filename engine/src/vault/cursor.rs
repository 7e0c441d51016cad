//! Reads big-endian fields off bytes that anybody may have written.

use super::error::VaultError;

pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// Everything that is left.
    pub(super) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(super) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_be_bytes)
    }

    /// Bytes behind their length in 32 bits.
    pub(super) fn counted(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()?;
        self.take(usize::try_from(length).ok()?)
    }
}

/// Writes bytes behind their length in 32 bits.
pub(super) fn put_bytes(to: &mut Vec<u8>, bytes: &[u8]) -> Result<(), VaultError> {
    to.extend(length(bytes.len())?.to_be_bytes());
    to.extend(bytes);
    Ok(())
}

/// A length as the file holds it.
pub(super) fn length(bytes: usize) -> Result<u32, VaultError> {
    u32::try_from(bytes).map_err(|_| VaultError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_read_back_and_nothing_beyond_the_end() {
        let mut bytes = vec![7];
        put_bytes(&mut bytes, b"abc").unwrap();
        let mut cursor = Cursor::new(&bytes);
        assert_eq!(cursor.u8(), Some(7));
        assert_eq!(cursor.counted(), Some(&b"abc"[..]));
        assert!(cursor.is_empty());
        assert_eq!(cursor.u8(), None);

        let mut short = Cursor::new(&bytes[..bytes.len() - 1]);
        assert_eq!(short.u8(), Some(7));
        assert_eq!(short.counted(), None);
    }
}
