//! What is in a file that a person names, as far as its form tells.

/// The engine reads it; this only tells a slip of the hand from what is wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::gui) enum Contents {
    Certificates(usize),
    Request,
    PrivateKey,
    Other,
}

impl Contents {
    pub(in crate::gui) fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let blocks = |title: &str| text.matches(&format!("-----BEGIN {title}-----")).count();
        let certificates = blocks("CERTIFICATE") + blocks("X509 CERTIFICATE");
        if text.contains("PRIVATE KEY-----") {
            Self::PrivateKey
        } else if certificates > 0 {
            Self::Certificates(certificates)
        } else if blocks("CERTIFICATE REQUEST") + blocks("NEW CERTIFICATE REQUEST") > 0 {
            Self::Request
        } else {
            Self::of_der(bytes)
        }
    }

    /// By how what is signed begins: a certificate with its version, tagged (RFC 5280, 4.1), a
    /// request with version 0 inside another sequence (RFC 2986, 4.1), a key with its version.
    fn of_der(bytes: &[u8]) -> Self {
        let outer = sequence(bytes).filter(|(_, after)| after.is_empty());
        match outer.map(|(inside, _)| (inside, sequence(inside))) {
            Some((_, Some(([0xa0, ..], _)))) => Self::Certificates(1),
            Some((_, Some(([2, 1, 0, ..], _)))) => Self::Request,
            Some(([2, 1, ..], _)) => Self::PrivateKey,
            _ => Self::Other,
        }
    }

    /// `1 certificate`, `a private key`.
    pub(in crate::gui) fn words(self) -> String {
        match self {
            Self::Certificates(1) => "1 certificate".to_owned(),
            Self::Certificates(count) => format!("{count} certificates"),
            Self::Request => "a request (CSR)".to_owned(),
            Self::PrivateKey => "a private key".to_owned(),
            Self::Other => "neither a certificate nor a request".to_owned(),
        }
    }
}

/// What a sequence of DER holds, and what follows it.
fn sequence(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[0x30, first], rest) = bytes.split_first_chunk::<2>()? else {
        return None;
    };
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            let length = digits
                .iter()
                .fold(0, |sum, digit| sum << 8 | usize::from(*digit));
            (length, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_what_is_in_it() {
        let request = include_bytes!("../tests/request.pem");
        assert_eq!(Contents::of(request), Contents::Request);
        let two = "-----BEGIN CERTIFICATE-----\n".repeat(2);
        assert_eq!(Contents::of(two.as_bytes()), Contents::Certificates(2));
        let key = b"-----BEGIN EC PRIVATE KEY-----";
        assert_eq!(Contents::of(key), Contents::PrivateKey);
        for other in [
            &b"root:x:0:0:root:/root:/bin/bash"[..],
            b"",
            b"\x30\x84\xff",
        ] {
            assert_eq!(Contents::of(other), Contents::Other);
        }
    }

    #[test]
    fn der_is_told_by_how_it_begins() {
        for (der, told) in [
            (
                &[0x30, 5, 0x30, 3, 0xa0, 1, 2][..],
                Contents::Certificates(1),
            ),
            (&[0x30, 0x81, 5, 0x30, 3, 2, 1, 0], Contents::Request),
            (&[0x30, 3, 2, 1, 0], Contents::PrivateKey),
            (&[0x30, 9, 0x30, 3, 2, 1, 0], Contents::Other),
        ] {
            assert_eq!(Contents::of(der), told, "{der:x?}");
        }
    }
}
