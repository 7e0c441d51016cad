//! Keys and values of the tables as bytes that do not depend on how redb lays them out.

use redb::Value;

/// Written as a backup holds it: numbers big-endian, texts as UTF-8, the longer part of a pair
/// last. A new sort of key needs a line here before it can stand in a table.
pub(super) trait Field: Value + 'static {
    fn put(value: &Self::SelfType<'_>, to: &mut Vec<u8>);

    /// `None` where the bytes are not what [`Field::put`] writes.
    fn take(bytes: &[u8]) -> Option<Self::SelfType<'_>>;
}

impl Field for u64 {
    fn put(value: &u64, to: &mut Vec<u8>) {
        to.extend(value.to_be_bytes());
    }

    fn take(bytes: &[u8]) -> Option<u64> {
        bytes.try_into().ok().map(Self::from_be_bytes)
    }
}

impl Field for u128 {
    fn put(value: &u128, to: &mut Vec<u8>) {
        to.extend(value.to_be_bytes());
    }

    fn take(bytes: &[u8]) -> Option<u128> {
        bytes.try_into().ok().map(Self::from_be_bytes)
    }
}

impl Field for &'static str {
    fn put(value: &&str, to: &mut Vec<u8>) {
        to.extend(value.as_bytes());
    }

    fn take(bytes: &[u8]) -> Option<&str> {
        std::str::from_utf8(bytes).ok()
    }
}

impl Field for &'static [u8] {
    fn put(value: &&[u8], to: &mut Vec<u8>) {
        to.extend(*value);
    }

    fn take(bytes: &[u8]) -> Option<&[u8]> {
        Some(bytes)
    }
}

impl Field for &'static [u8; 32] {
    fn put(value: &&[u8; 32], to: &mut Vec<u8>) {
        to.extend(*value);
    }

    fn take(bytes: &[u8]) -> Option<&[u8; 32]> {
        bytes.try_into().ok()
    }
}

impl Field for (u128, &'static [u8]) {
    fn put((first, second): &(u128, &[u8]), to: &mut Vec<u8>) {
        u128::put(first, to);
        to.extend(*second);
    }

    fn take(bytes: &[u8]) -> Option<(u128, &[u8])> {
        let (first, second) = bytes.split_at_checked(16)?;
        Some((u128::take(first)?, second))
    }
}

impl Field for (i64, u128) {
    fn put((first, second): &(i64, u128), to: &mut Vec<u8>) {
        to.extend(first.to_be_bytes());
        u128::put(second, to);
    }

    fn take(bytes: &[u8]) -> Option<(i64, u128)> {
        let (first, second) = bytes.split_at_checked(8)?;
        let first = first.try_into().ok().map(i64::from_be_bytes)?;
        Some((first, u128::take(second)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_taken_back_and_what_has_another_length_is_not() {
        let mut bytes = Vec::new();
        <(i64, u128)>::put(&(-5, 7), &mut bytes);
        assert_eq!(<(i64, u128)>::take(&bytes), Some((-5, 7)));
        assert_eq!(<(i64, u128)>::take(&bytes[1..]), None);
        bytes.clear();
        <(u128, &'static [u8])>::put(&(9, b"ab"), &mut bytes);
        assert_eq!(<(u128, &'static [u8])>::take(&bytes), Some((9, &b"ab"[..])));
        assert_eq!(<(u128, &'static [u8])>::take(&bytes[..15]), None);
        assert_eq!(u64::take(&[0; 7]), None);
        assert_eq!(<&'static [u8; 32]>::take(&[0; 31]), None);
        assert_eq!(<&'static str>::take(&[0xff]), None);
    }
}
