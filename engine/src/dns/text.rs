//! Values of TXT records as zone files write them (RFC 1035, 5.1): strings in quotation marks,
//! each of at most 255 bytes.

use std::iter::Peekable;
use std::str::Bytes;

/// `value` in as many strings as it needs.
pub(super) fn quoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    let mut bytes_in_string = 0;
    text.push('"');
    for c in value.chars() {
        if bytes_in_string + c.len_utf8() > LONGEST_STRING {
            text.push_str("\" \"");
            bytes_in_string = 0;
        }
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
        bytes_in_string += c.len_utf8();
    }
    text.push('"');
    text
}

/// Strings side by side.
pub(super) fn joined(strings: &[String]) -> String {
    let strings: Vec<String> = strings
        .iter()
        .map(|string| format!("\"{}\"", string.replace('\\', "\\\\").replace('"', "\\\"")))
        .collect();
    strings.join(" ")
}

/// The value that `text` stands for: its strings one after the other.
pub(super) fn unquoted(text: &str) -> String {
    strings(text).concat()
}

/// The strings of `text`. What stands in no quotation marks, as some services have it, is one.
pub(super) fn strings(text: &str) -> Vec<String> {
    let trimmed = text.trim();
    if !trimmed.starts_with('"') {
        return vec![text.to_owned()];
    }
    let mut strings = Vec::new();
    let mut inside = None;
    let mut bytes = trimmed.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, &mut inside) {
            (b'"', None) => inside = Some(Vec::new()),
            (b'"', Some(_)) => strings.extend(inside.take()),
            (b'\\', Some(string)) => string.extend(escaped(&mut bytes)),
            (byte, Some(string)) => string.push(byte),
            (_, None) => {}
        }
    }
    strings.extend(inside);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    strings.into_iter().map(text).collect()
}

/// What stands behind a `\`: three digits for a byte, or a character for itself.
fn escaped(bytes: &mut Peekable<Bytes<'_>>) -> Option<u8> {
    let mut code = 0;
    let mut digits = 0;
    while let Some(digit) = bytes.next_if(|next| digits < 3 && next.is_ascii_digit()) {
        code = code * 10 + u32::from(digit - b'0');
        digits += 1;
    }
    match digits {
        0 => bytes.next(),
        _ => u8::try_from(code).ok(),
    }
}

const LONGEST_STRING: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_the_same_behind_its_quotation_marks() {
        let long = "a".repeat(300);
        for value in ["abc", "", "a \"b\" \\c", "ü; v=1", &long] {
            assert_eq!(unquoted(&quoted(value)), value);
        }
        assert_eq!(quoted("a\"b"), r#""a\"b""#);
        assert_eq!(quoted(&long).matches("\" \"").count(), 1);
    }

    #[test]
    fn strings_stay_where_they_end() {
        let parts = ["a\"b", "", "c\\"].map(str::to_owned);
        assert_eq!(joined(&parts), r#""a\"b" "" "c\\""#);
        assert_eq!(strings(&joined(&parts)), parts);
    }

    #[test]
    fn every_way_to_write_a_value_is_read() {
        for (text, value) in [
            ("abc", "abc"),
            (" \"abc\" ", "abc"),
            ("\"ab\" \"c\"", "abc"),
            ("\"ab\"\"c\"", "abc"),
            (r#""\097b\"\\""#, "ab\"\\"),
            ("a \"b\"", "a \"b\""),
            // Never written by a server, and read without a fault.
            ("\"abc", "abc"),
            ("\"a\\", "a"),
            (r#""\999b""#, "b"),
        ] {
            assert_eq!(unquoted(text), value, "{text}");
        }
    }
}
