//! The names a certificate can carry, each valid by construction.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! text_type {
    ($name:ident) => {
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

/// A host name in the preferred syntax (RFC 1034, 3.5), lower case, without the final dot, at most
/// 253 octets; `*` may stand as the whole leftmost label. Names in other scripts are written as
/// A-labels (`xn--…`, RFC 5890).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DnsName(String);

text_type!(DnsName);

impl DnsName {
    pub fn is_wildcard(&self) -> bool {
        self.0.starts_with("*.")
    }

    /// From the left; a wildcard's first label is `*`.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }

    /// Whether this is `base` or ends in `.base` (RFC 5280, 4.2.1.10).
    pub fn is_within(&self, base: &str) -> bool {
        let rest = self.0.strip_suffix(base);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

impl FromStr for DnsName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let lower = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let host = lower.strip_prefix("*.").unwrap_or(&lower);
        if !lower.is_ascii() {
            return Err(NameError::DnsNotAscii);
        }
        if lower.len() > 253 {
            return Err(NameError::DnsTooLong);
        }
        match host.split('.').all(is_label) {
            true => Ok(Self(lower)),
            false => Err(NameError::DnsSyntax),
        }
    }
}

fn is_label(label: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=63).contains(&label.len())
        && label.bytes().all(inside)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// A mailbox as `rfc822Name` writes it (RFC 5280, 4.2.1.6): ASCII, one `@`, a host name behind it.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailName(String);

text_type!(EmailName);

impl EmailName {
    /// The host name behind the `@`.
    pub fn host(&self) -> &str {
        self.0.rsplit('@').next().unwrap_or_default()
    }
}

impl FromStr for EmailName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (local, host) = text.rsplit_once('@').ok_or(NameError::EmailSyntax)?;
        let host: DnsName = host.parse().map_err(|_| NameError::EmailSyntax)?;
        let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let plain = (1..=64).contains(&local.len()) && local.chars().all(atom);
        if !plain || host.is_wildcard() {
            return Err(NameError::EmailSyntax);
        }
        Ok(Self(format!("{local}@{host}")))
    }
}

/// An absolute URI with a scheme and a host (RFC 5280, 4.2.1.6), kept as written.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UriName(String);

text_type!(UriName);

impl UriName {
    /// The host, without user, port and path.
    pub fn host(&self) -> &str {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let behind_user = authority.rsplit('@').next().unwrap_or_default();
        match behind_user.strip_prefix('[') {
            Some(six) => six.split(']').next().unwrap_or_default(),
            None => behind_user.split(':').next().unwrap_or_default(),
        }
    }
}

impl FromStr for UriName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
        let starts_well = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
        let inside = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        let uri = Self(text.to_owned());
        match starts_well && scheme.chars().all(inside) && visible && !uri.host().is_empty() {
            true => Ok(uri),
            false => Err(NameError::UriSyntax),
        }
    }
}

/// One subject alternative name (RFC 5280, 4.2.1.6).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(try_from = "String", into = "String")]
pub enum Identifier {
    Dns(DnsName),
    Email(EmailName),
    Ip(IpAddr),
    Uri(UriName),
}

impl Identifier {
    /// The value without its kind: `www.example.internal`.
    pub fn value(&self) -> String {
        match self {
            Self::Dns(name) => name.to_string(),
            Self::Email(name) => name.to_string(),
            Self::Ip(address) => address.to_string(),
            Self::Uri(name) => name.to_string(),
        }
    }
}

/// With its kind: `dns:www.example.internal`.
impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => write!(f, "dns:{name}"),
            Self::Email(name) => write!(f, "email:{name}"),
            Self::Ip(address) => write!(f, "ip:{address}"),
            Self::Uri(name) => write!(f, "uri:{name}"),
        }
    }
}

impl FromStr for Identifier {
    type Err = NameError;

    /// With a kind in front (`dns:`, `ip:`, `email:`, `uri:`), or without where the value says it.
    fn from_str(text: &str) -> Result<Self, NameError> {
        let address = |text: &str| text.parse().map_err(|_| NameError::IpSyntax);
        match text.split_once(':') {
            Some(("dns", value)) => value.parse().map(Self::Dns),
            Some(("email", value)) => value.parse().map(Self::Email),
            Some(("ip", value)) => address(value).map(Self::Ip),
            Some(("uri", value)) => value.parse().map(Self::Uri),
            _ if text.contains("://") => text.parse().map(Self::Uri),
            _ if text.contains('@') => text.parse().map(Self::Email),
            _ => match text.parse() {
                Ok(address) => Ok(Self::Ip(address)),
                Err(_) => text.parse().map(Self::Dns),
            },
        }
    }
}

impl TryFrom<String> for Identifier {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<Identifier> for String {
    fn from(identifier: Identifier) -> Self {
        identifier.to_string()
    }
}

/// What a profile is called: lower-case letters, digits and `-`, at most 40 of them.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProfileName(String);

text_type!(ProfileName);

impl ProfileName {
    /// A name that is written in this program.
    pub(crate) fn of_ours(name: &'static str) -> Self {
        Self(name.to_owned())
    }
}

impl FromStr for ProfileName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        match (1..=40).contains(&text.len()) && text.chars().all(inside) {
            true => Ok(Self(text.to_owned())),
            false => Err(NameError::ProfileSyntax),
        }
    }
}

/// Why a text is not a name of its kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NameError {
    AddressKindWord,
    DnsNotAscii,
    DnsSyntax,
    DnsTooLong,
    EmailSyntax,
    ExtensionSyntax,
    HexSyntax,
    IpSyntax,
    NameKindWord,
    NameRuleWord,
    ObjectIdSyntax,
    ProfileSyntax,
    SubtreeSyntax,
    UriSyntax,
    UsageWord,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AddressKindWord => "expected crl, issuer or ocsp",
            Self::DnsNotAscii => "a host name in another script is written as `xn--…`",
            Self::DnsSyntax => {
                "expected a host name of letters, digits and hyphens, such as www.example.internal"
            }
            Self::DnsTooLong => "a host name has at most 253 characters",
            Self::EmailSyntax => "expected an e-mail address, such as anna@example.internal",
            Self::ExtensionSyntax => "expected OID=HEX or OID=HEX,critical",
            Self::HexSyntax => "expected hexadecimal digits, two for each octet",
            Self::IpSyntax => "expected an IP address, such as 10.0.0.1 or fd00::1",
            Self::NameKindWord => "expected dns, email, ip or uri",
            Self::NameRuleWord => "expected none, optional or required",
            Self::ObjectIdSyntax => "expected an object identifier, such as 1.3.6.1.5.5.7.3.1",
            Self::ProfileSyntax => "expected a profile's name, such as server",
            Self::SubtreeSyntax => "expected dns:NAME, ip:ADDRESS/LENGTH, email:HOST or uri:HOST",
            Self::UriSyntax => "expected an absolute URI, such as https://example.internal/a",
            Self::UsageWord => {
                "expected digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment or \
                 keyAgreement"
            }
        })
    }
}

impl std::error::Error for NameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_are_taken_in_their_preferred_syntax_only() {
        for good in [
            "www",
            "WWW.Example.internal.",
            "*.a.b",
            "_acme.a",
            "xn--bcher-kva.ch",
            "1.a",
        ] {
            assert!(good.parse::<DnsName>().is_ok(), "{good}");
        }
        for bad in [
            "",
            ".",
            "a..b",
            "-a.b",
            "a-.b",
            "a b",
            "w*.a",
            "*",
            "a.*.b",
            "bücher.ch",
            "a\0b",
        ] {
            assert!(bad.parse::<DnsName>().is_err(), "{bad}");
        }
        assert!("a".repeat(64).parse::<DnsName>().is_err());
        assert!(["a"; 128].join(".").parse::<DnsName>().is_err());
    }

    #[test]
    fn a_host_name_is_kept_in_lower_case_without_its_final_dot() {
        let name: DnsName = "WWW.Example.internal.".parse().unwrap();
        assert_eq!(name.as_str(), "www.example.internal");
        assert!(name.is_within("example.internal"));
        assert!(name.is_within("www.example.internal"));
        assert!(!name.is_within("ample.internal"));
    }

    #[test]
    fn an_identifier_reads_back_from_its_own_text() {
        for text in [
            "dns:a.b",
            "ip:10.0.0.1",
            "ip:fd00::1",
            "email:a@b.c",
            "uri:spiffe://a.b/c",
        ] {
            let identifier: Identifier = text.parse().unwrap();
            assert_eq!(identifier.to_string(), text);
        }
    }

    #[test]
    fn an_identifier_without_its_kind_is_understood_where_its_value_says_it() {
        let kinds = ["a.b", "10.0.0.1", "fd00::1", "a@b.c", "https://a.b/c"]
            .map(|text| text.parse::<Identifier>().unwrap().to_string());
        let expected = [
            "dns:a.b",
            "ip:10.0.0.1",
            "ip:fd00::1",
            "email:a@b.c",
            "uri:https://a.b/c",
        ];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn a_uri_tells_its_host_without_user_and_port() {
        let host = |text: &str| text.parse::<UriName>().map(|uri| uri.host().to_owned());
        assert_eq!(host("https://anna@a.b:8443/x@y"), Ok("a.b".to_owned()));
        assert_eq!(host("https://[fd00::1]:1/"), Ok("fd00::1".to_owned()));
        assert!(host("https:///x").is_err());
        assert!(host("mailto:a@b.c").is_err());
    }
}
