//! Values of TXT records as zone files write them (RFC 1035, 5.1): strings in quotation marks,
//! each of at most 255 bytes.

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

/// The strings of `text` one after the other: the value that a resolver's user sees. What stands
/// in no quotation marks, as some services have it, is the value itself.
pub(super) fn unquoted(text: &str) -> String {
    let trimmed = text.trim();
    if !trimmed.starts_with('"') {
        return text.to_owned();
    }
    let mut value = Vec::with_capacity(trimmed.len());
    let mut bytes = trimmed.bytes().peekable();
    let mut is_inside = false;
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => is_inside = !is_inside,
            b'\\' => {
                let mut code = 0;
                let mut digits = 0;
                while let Some(digit) = bytes.next_if(|next| digits < 3 && next.is_ascii_digit()) {
                    code = code * 10 + u32::from(digit - b'0');
                    digits += 1;
                }
                match digits {
                    0 => value.extend(bytes.next()),
                    _ => value.extend(u8::try_from(code)),
                }
            }
            byte if is_inside => value.push(byte),
            _ => {}
        }
    }
    String::from_utf8_lossy(&value).into_owned()
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
