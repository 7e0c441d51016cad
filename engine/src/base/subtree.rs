//! Name spaces an authority may be confined to (RFC 5280, 4.2.1.10).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::name::{DnsName, Identifier, NameError};

/// One subtree of a name constraint: `dns:example.internal`, `ip:10.0.0.0/8`, `email:example.org`,
/// `uri:example.org`. A DNS subtree holds its own name and everything below it.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(try_from = "String", into = "String")]
pub enum Subtree {
    Dns(DnsName),
    /// Every mailbox at this host, and at hosts below it where it starts with a dot.
    Email(DnsName),
    Ip(IpSubtree),
    Uri(DnsName),
}

impl Subtree {
    /// Whether a constraint of this kind speaks of `identifier` at all.
    pub fn mentions(&self, identifier: &Identifier) -> bool {
        matches!(
            (self, identifier),
            (Self::Dns(_), Identifier::Dns(_))
                | (Self::Email(_), Identifier::Email(_))
                | (Self::Ip(_), Identifier::Ip(_))
                | (Self::Uri(_), Identifier::Uri(_))
        )
    }

    pub fn contains(&self, identifier: &Identifier) -> bool {
        match (self, identifier) {
            (Self::Dns(base), Identifier::Dns(name)) => {
                let bare = name.as_str().strip_prefix("*.").unwrap_or(name.as_str());
                bare == base.as_str()
                    || name.is_within(base.as_str()) && bare.len() > base.as_str().len()
            }
            (Self::Email(base), Identifier::Email(name)) => name.host() == base.as_str(),
            (Self::Ip(net), Identifier::Ip(address)) => net.contains(*address),
            (Self::Uri(base), Identifier::Uri(name)) => {
                name.host().parse::<DnsName>().as_ref() == Ok(base)
            }
            _ => false,
        }
    }

    /// Whether everything `other` holds is held here too.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dns(base), Self::Dns(name)) => name.is_within(base.as_str()),
            (Self::Email(base), Self::Email(name)) | (Self::Uri(base), Self::Uri(name)) => {
                base == name
            }
            (Self::Ip(net), Self::Ip(part)) => net.covers(part),
            _ => false,
        }
    }
}

impl fmt::Display for Subtree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => write!(f, "dns:{name}"),
            Self::Email(name) => write!(f, "email:{name}"),
            Self::Ip(net) => write!(f, "ip:{net}"),
            Self::Uri(name) => write!(f, "uri:{name}"),
        }
    }
}

impl FromStr for Subtree {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let host = |value: &str| match value.parse::<DnsName>() {
            Ok(name) if !name.is_wildcard() => Ok(name),
            Ok(_) => Err(NameError::DnsSyntax),
            Err(error) => Err(error),
        };
        match text.split_once(':') {
            Some(("dns", value)) => host(value).map(Self::Dns),
            Some(("email", value)) => host(value).map(Self::Email),
            Some(("ip", value)) => value.parse().map(Self::Ip),
            Some(("uri", value)) => host(value).map(Self::Uri),
            _ => Err(NameError::SubtreeSyntax),
        }
    }
}

impl TryFrom<String> for Subtree {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<Subtree> for String {
    fn from(subtree: Subtree) -> Self {
        subtree.to_string()
    }
}

/// A block of addresses: `10.0.0.0/8`. The bits behind the prefix are zero.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct IpSubtree {
    address: IpAddr,
    length: u8,
}

impl IpSubtree {
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// How many leading bits count.
    pub const fn length(&self) -> u8 {
        self.length
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        let ours = (self.address, address);
        let both = match ours {
            (IpAddr::V4(net), IpAddr::V4(host)) => {
                (net.to_bits().into(), host.to_bits().into(), 32)
            }
            (IpAddr::V6(net), IpAddr::V6(host)) => (net.to_bits(), host.to_bits(), 128),
            _ => return false,
        };
        let (net, host, width): (u128, u128, u8) = both;
        (net ^ host) & mask(self.length, width) == 0
    }

    pub fn covers(&self, part: &Self) -> bool {
        self.length <= part.length && self.contains(part.address)
    }
}

/// The bits that count, of an address of `width` bits.
fn mask(length: u8, width: u8) -> u128 {
    let all = if width == 128 {
        u128::MAX
    } else {
        (1 << width) - 1
    };
    all & !all.checked_shr(u32::from(length)).unwrap_or(0)
}

impl fmt::Display for IpSubtree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

impl FromStr for IpSubtree {
    type Err = NameError;

    /// An address alone is the block of that one address.
    fn from_str(text: &str) -> Result<Self, NameError> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NameError::IpSyntax)?;
        let width: u8 = if address.is_ipv4() { 32 } else { 128 };
        let length = match length.map(str::parse::<u8>) {
            None => width,
            Some(Ok(length)) if length <= width => length,
            Some(_) => return Err(NameError::SubtreeSyntax),
        };
        let address = match address {
            IpAddr::V4(four) => {
                let bits = u128::from(four.to_bits()) & mask(length, 32);
                IpAddr::V4(u32::try_from(bits).unwrap_or(0).into())
            }
            IpAddr::V6(six) => IpAddr::V6((six.to_bits() & mask(length, 128)).into()),
        };
        Ok(Self { address, length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dns_subtree_holds_its_own_name_and_all_below_it() {
        let tree: Subtree = "dns:example.internal".parse().unwrap();
        for inside in [
            "example.internal",
            "www.example.internal",
            "*.example.internal",
        ] {
            assert!(tree.contains(&inside.parse().unwrap()), "{inside}");
        }
        for outside in ["badexample.internal", "internal", "*.internal", "10.0.0.1"] {
            assert!(!tree.contains(&outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn an_address_block_holds_what_shares_its_prefix() {
        let tree: Subtree = "ip:10.1.2.3/8".parse().unwrap();
        assert_eq!(tree.to_string(), "ip:10.0.0.0/8");
        assert!(tree.contains(&"10.9.9.9".parse().unwrap()));
        assert!(!tree.contains(&"11.0.0.1".parse().unwrap()));
        assert!(!tree.contains(&"::ffff:10.0.0.1".parse().unwrap()));
        let all: Subtree = "ip:::/0".parse().unwrap();
        assert!(all.contains(&"fd00::1".parse().unwrap()));
        assert!("ip:10.0.0.0/33".parse::<Subtree>().is_err());
    }

    #[test]
    fn a_wider_subtree_covers_a_narrower_one_and_not_the_reverse() {
        let covers = |a: &str, b: &str| a.parse::<Subtree>().unwrap().covers(&b.parse().unwrap());
        assert!(covers("dns:internal", "dns:a.internal"));
        assert!(!covers("dns:a.internal", "dns:internal"));
        assert!(covers("ip:10.0.0.0/8", "ip:10.1.0.0/16"));
        assert!(!covers("ip:10.1.0.0/16", "ip:10.0.0.0/8"));
        assert!(!covers("dns:internal", "ip:10.0.0.0/8"));
    }
}
