//! Host names as people type them: in any script, where certificates have A-labels (RFC 5890).

use chancery_engine::api::{DnsName, Identifier, NameError};
use idna::AsciiDenyList;

/// With A-labels in place of U-labels (UTS #46), a leading `*.` as it is.
pub(crate) fn dns_name(text: &str) -> Result<DnsName, NameError> {
    match text.parse() {
        Err(NameError::DnsNotAscii) => to_ascii(text).ok_or(NameError::DnsNotAscii)?.parse(),
        other => other,
    }
}

/// The same for a host among other kinds of name: `dns:bücher.example`, or without its kind.
pub(crate) fn identifier(text: &str) -> Result<Identifier, NameError> {
    let host = match text.split_once(':') {
        Some(("dns", host)) => host,
        Some(_) => return text.parse(),
        None => text,
    };
    let is_host = !text.is_ascii() && !text.contains('@');
    match is_host {
        true => dns_name(host).map(Identifier::Dns),
        false => text.parse(),
    }
}

/// As people read it, where that is different: `bücher.example` of `xn--bcher-kva.example`.
pub(crate) fn readable(name: &DnsName) -> Option<String> {
    let (unicode, valid) = idna::domain_to_unicode(name.as_str());
    (valid.is_ok() && unicode != name.as_str()).then_some(unicode)
}

fn to_ascii(text: &str) -> Option<String> {
    let (star, host) = match text.strip_prefix("*.") {
        Some(host) => ("*.", host),
        None => ("", text),
    };
    let host = idna::domain_to_ascii_cow(host.as_bytes(), AsciiDenyList::URL).ok()?;
    Some(format!("{star}{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_another_script_is_written_with_a_labels_and_read_back() {
        for (typed, written) in [
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.Example.", "xn--bcher-kva.example"),
            ("*.bücher.example", "*.xn--bcher-kva.example"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
            ("www.example.org", "www.example.org"),
        ] {
            assert_eq!(dns_name(typed).unwrap().as_str(), written, "{typed}");
            let named = identifier(&format!("dns:{typed}")).unwrap();
            assert_eq!(named.to_string(), format!("dns:{written}"));
            assert_eq!(identifier(typed).unwrap(), named);
        }
        let name = dns_name("*.bücher.example").unwrap();
        assert_eq!(readable(&name).as_deref(), Some("*.bücher.example"));
        assert_eq!(readable(&dns_name("www.example.org").unwrap()), None);
    }

    #[test]
    fn what_no_host_can_be_called_stays_refused() {
        for wrong in [
            "bü cher.example",
            "bücher..example",
            "ü/x.example",
            "a\u{2f}ü",
        ] {
            assert!(dns_name(wrong).is_err(), "{wrong}");
        }
        assert!(identifier("anna@bücher.example").is_err());
        assert!(identifier("uri:https://bücher.example").is_err());
    }
}
