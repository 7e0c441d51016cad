//! Base64 (RFC 4648, section 4), for signatures that stand in a text.

/// With padding, on one line.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place)) & 63;
            text.push(match place <= group.len() {
                true => char::from(DIGITS[digit as usize]),
                false => '=',
            });
        }
    }
    text
}

/// Only what [`base64`] writes: no other text stands for the same bytes.
pub(crate) fn unbase64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').bytes().map(|digit| {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        u32::try_from(value).ok()
    });
    let digits: Option<Vec<u32>> = digits.collect();
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for group in digits?.chunks(4) {
        let at = |index: usize| group.get(index).copied().unwrap_or(0);
        let bits = at(0) << 18 | at(1) << 12 | at(2) << 6 | at(3);
        bytes.extend(&bits.to_be_bytes()[1..group.len()]);
    }
    (base64(&bytes) == text).then_some(bytes)
}

/// Without padding, in the alphabet for URLs (RFC 4648, section 5), as JSON Web Signatures write it.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    let text = base64(bytes);
    let digits = text.trim_end_matches('=').chars();
    digits
        .map(|digit| match digit {
            '+' => '-',
            '/' => '_',
            digit => digit,
        })
        .collect()
}

/// Only what [`base64url`] writes.
pub(crate) fn unbase64url(text: &str) -> Option<Vec<u8>> {
    if text.contains(['+', '/', '=']) {
        return None;
    }
    let mut digits: String = text.replace('-', "+").replace('_', "/");
    digits.extend(std::iter::repeat_n('=', (4 - digits.len() % 4) % 4));
    unbase64(&digits)
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_4648_section_10_hold_both_ways() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
            assert_eq!(unbase64(text).as_deref(), Some(bytes.as_bytes()));
        }
    }

    #[test]
    fn for_urls_two_digits_are_others_and_nothing_is_padded() {
        for (bytes, text) in [(&[][..], ""), (&[0xfb, 0xff], "-_8"), (b"fo", "Zm8")] {
            assert_eq!(base64url(bytes), text);
            assert_eq!(unbase64url(text).as_deref(), Some(bytes));
        }
        for text in ["Zm8=", "+_8", "-/8", "Zm9", "Z"] {
            assert_eq!(unbase64url(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_second_spelling_of_the_same_bytes_is_refused() {
        for text in [
            "Zg", "Zg=", "Zh==", "Zg===", "Z", "Zm 9v", "Zm9v\n", "====", "Zm-_",
        ] {
            assert_eq!(unbase64(text), None, "{text:?}");
        }
    }
}
