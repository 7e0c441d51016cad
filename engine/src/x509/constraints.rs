//! Name constraints (RFC 5280, 4.2.1.10): what a CA may issue for.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;

use der::asn1::AnyRef;
use der::{Decode, ErrorKind, Reader, Result as DerResult, SliceReader};
use serde::{Deserialize, Serialize};

use crate::base::{DnsName, Explain, Identifier, IpSubtree, Kind, Remedy, Subtree, shown};
use crate::x509::{asn1, extension, general_name, oid};

/// The name space of a CA. Within it, a kind of name that no subtree mentions is refused by us,
/// which is stricter than the standard.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct Constraints {
    pub(crate) permitted: Vec<Subtree>,
    pub(crate) excluded: Vec<Subtree>,
}

impl Constraints {
    /// Private name space: what a root is limited to unless a person says otherwise. Names of
    /// RFC 2606, 6762, 6761, 8375 and ICANN's `internal`; addresses of RFC 1918, 4193 and 1122.
    pub(crate) fn private() -> Self {
        Self {
            permitted: PRIVATE
                .iter()
                .filter_map(|text| text.parse().ok())
                .collect(),
            excluded: Vec::new(),
        }
    }

    /// These subtrees only. Where they hold no addresses, all addresses are excluded: otherwise
    /// any would be valid, since a kind of name that is not mentioned is not constrained.
    pub(crate) fn only(permitted: Vec<Subtree>) -> Self {
        let has_addresses = permitted.iter().any(|tree| matches!(tree, Subtree::Ip(_)));
        let all_addresses = ["ip:0.0.0.0/0", "ip:::/0"];
        let excluded = match has_addresses {
            true => Vec::new(),
            false => all_addresses
                .iter()
                .filter_map(|text| text.parse().ok())
                .collect(),
        };
        Self {
            permitted,
            excluded,
        }
    }

    /// Whether a certificate may carry these names. A common name counts where it could be taken
    /// for a host name or an address.
    pub(crate) fn check(
        &self,
        identifiers: &[Identifier],
        cn: Option<&str>,
    ) -> Result<(), ConstraintError> {
        for identifier in identifiers {
            self.check_one(identifier)?;
        }
        cn.map_or(Ok(()), |cn| self.check_common_name(cn))
    }

    pub(super) fn check_common_name(&self, cn: &str) -> Result<(), ConstraintError> {
        as_host(cn).map_or(Ok(()), |host| self.check_one(&host))
    }

    fn check_one(&self, name: &Identifier) -> Result<(), ConstraintError> {
        let mut mentioning = self
            .permitted
            .iter()
            .filter(|tree| tree.mentions(name))
            .peekable();
        let forbidden = self
            .excluded
            .iter()
            .any(|tree| tree.contains(name) || reaches(name, tree));
        let mentioned = self.excluded.iter().any(|tree| tree.mentions(name));
        if mentioning.peek().is_none() && !mentioned {
            return Err(ConstraintError::Kind(name.clone()));
        }
        let outside = mentioning.peek().is_some() && !mentioning.any(|tree| tree.contains(name));
        match forbidden || outside {
            true => Err(ConstraintError::Outside(name.clone())),
            false => Ok(()),
        }
    }

    /// The mailboxes of a subject count only where mailboxes are constrained at all (RFC 5280,
    /// 4.2.1.10).
    pub(super) fn check_email_addresses(&self, texts: &[String]) -> Result<(), ConstraintError> {
        let mut trees = self.permitted.iter().chain(&self.excluded);
        if !trees.any(|tree| matches!(tree, Subtree::Email(_))) {
            return Ok(());
        }
        for text in texts {
            let name = text.parse().map(Identifier::Email);
            let name = name.map_err(|_| ConstraintError::Email(text.clone()))?;
            self.check_one(&name)?;
        }
        Ok(())
    }

    /// What an intermediate gets that asks for `narrower`: never more than this. Kinds it does not
    /// mention stay as they are here.
    pub(crate) fn narrowed_by(&self, narrower: &Self) -> Result<Self, ConstraintError> {
        let wider = narrower.permitted.iter().find(|asked| {
            !self.permitted.is_empty() && !self.permitted.iter().any(|own| own.covers(asked))
        });
        if let Some(wider) = wider {
            return Err(ConstraintError::Wider(wider.clone()));
        }
        let asked = |own: &&Subtree| narrower.permitted.iter().any(|asked| same_kind(own, asked));
        let kept = self.permitted.iter().filter(|own| !asked(own));
        let added = narrower
            .excluded
            .iter()
            .filter(|tree| !self.excluded.contains(tree));
        Ok(Self {
            permitted: narrower.permitted.iter().chain(kept).cloned().collect(),
            excluded: self.excluded.iter().chain(added).cloned().collect(),
        })
    }

    /// Whether `below` alone confines a CA at least as much as this: it is what counts where a
    /// trust anchor's own constraints are not processed (RFC 5280, 6.1.1).
    pub(super) fn is_repeated_by(&self, below: &Self) -> bool {
        let no_wider = below.permitted.iter().all(|tree| {
            self.permitted.is_empty() || self.permitted.iter().any(|own| own.covers(tree))
        });
        let keeps = |own: &Subtree| {
            below.permitted.iter().any(|tree| same_kind(own, tree))
                || below.excluded.iter().any(|tree| tree.covers(own))
        };
        let excludes = |own: &Subtree| below.excluded.iter().any(|tree| tree.covers(own));
        no_wider && self.permitted.iter().all(keeps) && self.excluded.iter().all(excludes)
    }

    /// The whole extension, critical.
    pub(super) fn extension(&self) -> DerResult<Vec<u8>> {
        extension::write(oid::NAME_CONSTRAINTS, true, &self.to_der())
    }

    /// The extension's value.
    pub(crate) fn to_der(&self) -> Vec<u8> {
        let list = |tag: u8, trees: &[Subtree]| {
            let trees: Vec<Vec<u8>> = trees.iter().map(write_subtree).collect();
            let trees: Vec<&[u8]> = trees.iter().map(Vec::as_slice).collect();
            match trees.is_empty() {
                true => Vec::new(),
                false => asn1::wrap(tag, &trees),
            }
        };
        let permitted = list(asn1::context(0), &self.permitted);
        let excluded = list(asn1::context(1), &self.excluded);
        asn1::wrap(asn1::SEQUENCE, &[&permitted, &excluded])
    }

    /// From the extension's value.
    pub(crate) fn from_der(der: &[u8]) -> Result<Self, ConstraintError> {
        let lists = asn1::read_all(der, |reader| {
            reader.sequence(|reader| {
                let permitted = asn1::optional(reader, asn1::context(0))?;
                Ok((permitted, asn1::optional(reader, asn1::context(1))?))
            })
        });
        let (permitted, excluded) = lists.map_err(|_| ConstraintError::Malformed)?;
        Ok(Self {
            permitted: permitted.map_or(Ok(Vec::new()), read_subtrees)?,
            excluded: excluded.map_or(Ok(Vec::new()), read_subtrees)?,
        })
    }
}

impl fmt::Display for Constraints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |trees: &[Subtree]| {
            let texts: Vec<String> = trees.iter().map(ToString::to_string).collect();
            texts.join(", ")
        };
        match (&self.permitted[..], &self.excluded[..]) {
            ([], []) => f.write_str("nothing is constrained"),
            (permitted, []) => write!(f, "only {}", list(permitted)),
            ([], excluded) => write!(f, "all but {}", list(excluded)),
            (permitted, excluded) => {
                write!(f, "only {}; not {}", list(permitted), list(excluded))
            }
        }
    }
}

/// A common name that a client could take for a host: one with a dot, or an address.
pub(super) fn as_host(cn: &str) -> Option<Identifier> {
    let address = cn.parse::<IpAddr>().map(Identifier::Ip).ok();
    let name = || cn.parse::<DnsName>().map(Identifier::Dns).ok();
    address.or_else(|| name().filter(|_| cn.contains('.')))
}

/// A common name that a server's request means as its host; there a single label counts, too.
pub(super) fn as_named_host(cn: &str) -> Option<Identifier> {
    let single = || cn.parse::<DnsName>().map(Identifier::Dns).ok();
    as_host(cn).or_else(single)
}

/// Whether a wildcard stands for names inside an excluded subtree below it.
fn reaches(name: &Identifier, excluded: &Subtree) -> bool {
    match (name, excluded) {
        (Identifier::Dns(name), Subtree::Dns(base)) => {
            let bare = name.as_str().strip_prefix("*.");
            bare.is_some_and(|bare| base.is_within(bare))
        }
        _ => false,
    }
}

fn same_kind(a: &Subtree, b: &Subtree) -> bool {
    match (a, b) {
        (Subtree::Ip(a), Subtree::Ip(b)) => a.address().is_ipv4() == b.address().is_ipv4(),
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

fn write_subtree(tree: &Subtree) -> Vec<u8> {
    let base = match tree {
        Subtree::Dns(name) => asn1::wrap(general_name::DNS, &[name.as_str().as_bytes()]),
        Subtree::Email(host) => asn1::wrap(general_name::EMAIL, &[host.as_str().as_bytes()]),
        Subtree::Ip(net) => asn1::wrap(general_name::IP, &[&write_block(net)]),
        Subtree::Uri(host) => asn1::wrap(general_name::URI, &[host.as_str().as_bytes()]),
    };
    asn1::wrap(asn1::SEQUENCE, &[&base])
}

/// Address and mask, one after the other.
fn write_block(net: &IpSubtree) -> Vec<u8> {
    let mut octets = match net.address() {
        IpAddr::V4(four) => four.octets().to_vec(),
        IpAddr::V6(six) => six.octets().to_vec(),
    };
    for at in 0..octets.len() {
        let bits = usize::from(net.length()).saturating_sub(at * 8).min(8);
        octets.push((0xff00u16 >> bits) as u8);
    }
    octets
}

fn read_subtrees(list: &[u8]) -> Result<Vec<Subtree>, ConstraintError> {
    let bases = read_bases(list).map_err(|_| ConstraintError::Malformed)?;
    bases
        .into_iter()
        .map(|(tag, base)| read_subtree(tag, base))
        .collect()
}

fn read_bases(list: &[u8]) -> DerResult<Vec<(u8, &[u8])>> {
    let mut reader = SliceReader::new(list)?;
    let mut bases = Vec::new();
    while !reader.is_finished() {
        let base = reader.sequence(|reader| {
            let tag = reader.peek_byte().unwrap_or_default();
            let base = AnyRef::decode(reader)?.value();
            // Minimum and maximum must not be used (RFC 5280, 4.2.1.10).
            match reader.is_finished() {
                true => Ok((tag, base)),
                false => Err(der::Error::from(ErrorKind::Failed)),
            }
        })?;
        bases.push(base);
    }
    Ok(bases)
}

fn read_subtree(tag: u8, base: &[u8]) -> Result<Subtree, ConstraintError> {
    let unsupported = || ConstraintError::Unsupported(general_name::kind(tag));
    let text = || std::str::from_utf8(base).map_err(|_| ConstraintError::Malformed);
    let host = |text: &str| match text.parse::<DnsName>() {
        Ok(name) if !name.is_wildcard() => Ok(name),
        _ => Err(unsupported()),
    };
    match tag {
        // Some write a DNS subtree with a dot in front, and mean the same.
        general_name::DNS => host(text()?.trim_start_matches('.')).map(Subtree::Dns),
        general_name::EMAIL => host(text()?).map(Subtree::Email),
        general_name::URI => host(text()?).map(Subtree::Uri),
        general_name::IP => read_block(base).ok_or_else(unsupported),
        _ => Err(unsupported()),
    }
}

fn read_block(octets: &[u8]) -> Option<Subtree> {
    let (address, mask) = octets.split_at(octets.len() / 2);
    let (address, mask) = match octets.len() {
        8 => {
            let mask = u32::from_be_bytes(mask.try_into().ok()?);
            let address: [u8; 4] = address.try_into().ok()?;
            (
                IpAddr::from(address),
                prefix(mask.leading_ones(), mask.count_ones()),
            )
        }
        32 => {
            let mask = u128::from_be_bytes(mask.try_into().ok()?);
            let address: [u8; 16] = address.try_into().ok()?;
            (
                IpAddr::from(address),
                prefix(mask.leading_ones(), mask.count_ones()),
            )
        }
        _ => return None,
    };
    format!("ip:{address}/{}", mask?).parse().ok()
}

/// A mask whose bits are not all in front is no prefix.
fn prefix(leading: u32, all: u32) -> Option<u32> {
    (leading == all).then_some(leading)
}

/// Why names do not fit into a CA's name space.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum ConstraintError {
    /// A mailbox in the subject that cannot be compared.
    Email(String),
    /// No subtree mentions names of this kind.
    Kind(Identifier),
    Malformed,
    Outside(Identifier),
    /// A kind of subtree that we cannot keep to.
    Unsupported(&'static str),
    /// A subtree asked for that is not within the CA's own.
    Wider(Subtree),
}

impl fmt::Display for ConstraintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(text) => {
                let text = shown(text);
                write!(
                    f,
                    "the subject's e-mail address is not one that can be checked: {text}"
                )
            }
            Self::Kind(name) => write!(
                f,
                "the CA is constrained and its constraints do not mention such names: {name}"
            ),
            Self::Malformed => f.write_str("the name constraints are damaged"),
            Self::Outside(name) => {
                write!(f, "the name lies outside the CA's name constraints: {name}")
            }
            Self::Unsupported(kind) => {
                write!(
                    f,
                    "the name constraints hold a subtree that we cannot keep to: {kind}"
                )
            }
            Self::Wider(tree) => {
                write!(
                    f,
                    "the CA's own name constraints do not hold this subtree: {tree}"
                )
            }
        }
    }
}

impl Error for ConstraintError {}

impl Explain for ConstraintError {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed | Self::Unsupported(_) => "constraint.unreadable",
            _ => "constraint.outside",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Malformed => Kind::Malformed,
            _ => Kind::Refused,
        }
    }

    fn remedy(&self) -> Remedy {
        Remedy::Do(match self {
            Self::Malformed | Self::Unsupported(_) => {
                "Use a CA whose constraints name hosts, addresses, mailboxes or URIs by their host"
                    .to_owned()
            }
            Self::Email(_) => "Leave the e-mail address out of the subject".to_owned(),
            Self::Kind(_) | Self::Outside(_) | Self::Wider(_) => {
                "Ask for names within the CA's constraints, or use another CA".to_owned()
            }
        })
    }
}

const PRIVATE: &[&str] = &[
    "dns:internal",
    "dns:test",
    "dns:home.arpa",
    "dns:local",
    "dns:localhost",
    "ip:10.0.0.0/8",
    "ip:172.16.0.0/12",
    "ip:192.168.0.0/16",
    "ip:127.0.0.0/8",
    "ip:fc00::/7",
    "ip:::1/128",
];

#[cfg(test)]
mod tests;
