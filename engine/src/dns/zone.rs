//! Where a record belongs: behind which CNAME records, in which zone, on which servers.

use std::net::SocketAddr;

use hickory_proto::rr::{Name, RData, Record, RecordType};

use crate::dns::error::DnsError;
use crate::dns::exchange::wire_name;
use crate::dns::name::RecordName;
use crate::dns::resolver::{PORT, Resolver};

/// Where the TXT record for a name has to be put.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    pub(crate) asked: RecordName,
    /// The names that CNAME records lead to, in order; the last one is `name`.
    pub(crate) passed: Vec<RecordName>,
    /// Where the record has to stand; `asked` itself without a CNAME.
    pub(crate) name: RecordName,
    pub(crate) zone: RecordName,
}

/// One of a zone's servers, as its NS record names it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct NameServer {
    pub(crate) name: String,
    /// Every one, of both kinds.
    pub(crate) addresses: Vec<SocketAddr>,
    /// Why there is no address.
    pub(crate) problem: Option<String>,
}

impl Resolver {
    /// Follows the CNAME records of `asked` (RFC 8555, 8.4, allows them) and finds the zone.
    pub(crate) async fn place(&self, asked: &RecordName) -> Result<Place, DnsError> {
        let mut passed: Vec<RecordName> = Vec::new();
        let mut name = asked.clone();
        while let Some(next) = self.cname(&name).await? {
            let told = asked.to_string();
            if next == *asked || passed.contains(&next) {
                return Err(DnsError::CnameLoop { name: told });
            }
            if passed.len() == MOST_CNAMES {
                return Err(DnsError::CnameTooLong { name: told });
            }
            passed.push(next.clone());
            name = next;
        }
        let zone = self.zone(&name).await?;
        Ok(Place {
            asked: asked.clone(),
            passed,
            name,
            zone,
        })
    }

    async fn cname(&self, name: &RecordName) -> Result<Option<RecordName>, DnsError> {
        let found = self.look_up(name, RecordType::CNAME).await?;
        target(&found.records, name)
    }

    /// The nearest name at or above `name` that owns an SOA record.
    pub(crate) async fn zone(&self, name: &RecordName) -> Result<RecordName, DnsError> {
        let mut candidate = Some(name.clone());
        let mut is_known = false;
        while let Some(current) = candidate {
            let found = self.look_up(&current, RecordType::SOA).await?;
            let owner = wire_name(&current)?;
            let mut records = found.records.iter();
            if records.any(|soa| soa.record_type() == RecordType::SOA && soa.name == owner) {
                return Ok(current);
            }
            is_known |= found.exists;
            candidate = current.parent();
        }
        let name = name.to_string();
        match is_known {
            true => Err(DnsError::NoZone { name }),
            false => Err(DnsError::NxDomain { name }),
        }
    }

    /// Every server that the zone's NS records name, each with all of its addresses.
    pub(crate) async fn servers(&self, zone: &RecordName) -> Result<Vec<NameServer>, DnsError> {
        if !self.authorities.is_empty() {
            return Ok(self.authorities.iter().map(of_address).collect());
        }
        let found = self.look_up(zone, RecordType::NS).await?;
        let mut names = Vec::new();
        for record in &found.records {
            if let RData::NS(server) = &record.data {
                names.push(record_name(&server.0)?);
            }
        }
        if names.is_empty() {
            let name = zone.to_string();
            return match found.exists {
                true => Err(DnsError::NoZone { name }),
                false => Err(DnsError::NxDomain { name }),
            };
        }
        names.sort();
        names.dedup();
        let mut servers = Vec::new();
        for name in names {
            let (addresses, problem) = match self.addresses(&name).await {
                Ok(found) if found.is_empty() => (Vec::new(), Some("it has no address".to_owned())),
                Ok(found) => (found, None),
                Err(error) => (Vec::new(), Some(error.to_string())),
            };
            let addresses = addresses
                .into_iter()
                .map(|address| SocketAddr::new(address, PORT));
            servers.push(NameServer {
                name: name.to_string(),
                addresses: addresses.collect(),
                problem,
            });
        }
        Ok(servers)
    }
}

/// Where the CNAME record of `name` leads, if it has one.
pub(super) fn target(
    records: &[Record],
    name: &RecordName,
) -> Result<Option<RecordName>, DnsError> {
    let owner = wire_name(name)?;
    let target = records.iter().find_map(|record| match &record.data {
        RData::CNAME(target) if record.name == owner => Some(&target.0),
        _ => None,
    });
    target.map(record_name).transpose()
}

fn of_address(address: &SocketAddr) -> NameServer {
    NameServer {
        name: address.ip().to_string(),
        addresses: vec![*address],
        problem: None,
    }
}

fn record_name(name: &Name) -> Result<RecordName, DnsError> {
    name.to_ascii().parse()
}

/// As resolvers limit themselves.
const MOST_CNAMES: usize = 12;
