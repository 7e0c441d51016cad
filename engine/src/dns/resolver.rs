//! Looking names up, always afresh: through resolvers of the user's choice or the machine's own.

use std::net::{IpAddr, SocketAddr};

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{RData, Record, RecordType};
use hickory_resolver::system_conf::read_system_conf;

use crate::dns::error::DnsError;
use crate::dns::exchange::{self, Patience};
use crate::dns::name::RecordName;

/// Asks recursive resolvers, in their order until one answers; keeps nothing.
#[derive(Clone, Debug)]
pub(crate) struct Resolver {
    servers: Vec<SocketAddr>,
    pub(super) authorities: Vec<SocketAddr>,
    pub(super) patience: Patience,
}

impl Resolver {
    /// These resolvers and no others: another view of the names than the machine's.
    pub(crate) fn of(servers: &[SocketAddr]) -> Self {
        Self {
            servers: servers.to_vec(),
            authorities: Vec::new(),
            patience: Patience::default(),
        }
    }

    /// Those that the machine itself uses.
    pub(crate) fn of_system() -> Result<Self, DnsError> {
        let no_resolvers = |why| DnsError::NoResolvers { why };
        let (config, _) = read_system_conf().map_err(|error| no_resolvers(error.to_string()))?;
        let servers = config.name_servers().iter().map(|server| {
            let port = server
                .connections
                .first()
                .map_or(PORT, |connection| connection.port);
            SocketAddr::new(server.ip, port)
        });
        let mut servers: Vec<_> = servers.collect();
        servers.dedup();
        match servers.is_empty() {
            true => Err(no_resolvers("none is configured".to_owned())),
            false => Ok(Self::of(&servers)),
        }
    }

    /// The same resolvers; but these servers stand for whatever a zone's NS records name, as where
    /// the outside sees others than this machine reaches.
    #[cfg(test)]
    pub(crate) fn with_authorities(mut self, servers: &[SocketAddr]) -> Self {
        self.authorities = servers.to_vec();
        self
    }

    #[cfg(test)]
    pub(super) fn patient_for(mut self, each: std::time::Duration) -> Self {
        self.patience = Patience(each);
        self
    }

    /// What the first resolver says that answers; if none does, what the last one's failure was.
    pub(super) async fn look_up(
        &self,
        name: &RecordName,
        kind: RecordType,
    ) -> Result<Found, DnsError> {
        let mut failure = DnsError::NoResolvers {
            why: "none is named".to_owned(),
        };
        for &server in &self.servers {
            let question = exchange::question(name, kind, true)?;
            let answer = exchange::ask(server, &question, self.patience).await;
            match answer.map_err(|failure| failure.of(server)) {
                Ok(answer) => match sorted(answer, name, server) {
                    Ok(found) => return Ok(found),
                    Err(error) => failure = error,
                },
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    pub(super) async fn addresses(&self, name: &RecordName) -> Result<Vec<IpAddr>, DnsError> {
        let (four, six) = tokio::join!(
            self.look_up(name, RecordType::A),
            self.look_up(name, RecordType::AAAA)
        );
        let found = match (four, six) {
            (Err(error), Err(_)) => return Err(error),
            (four, six) => four.into_iter().chain(six),
        };
        let addresses =
            found
                .flat_map(|found| found.records)
                .filter_map(|record| match record.data {
                    RData::A(address) => Some(IpAddr::V4(address.0)),
                    RData::AAAA(address) => Some(IpAddr::V6(address.0)),
                    _ => None,
                });
        Ok(addresses.collect())
    }
}

/// An answer: records, or that there are none.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) records: Vec<Record>,
    pub(super) exists: bool,
}

pub(super) fn sorted(
    answer: Message,
    name: &RecordName,
    server: SocketAddr,
) -> Result<Found, DnsError> {
    let (name, server) = (name.to_string(), server.to_string());
    match answer.response_code {
        ResponseCode::NoError => Ok(Found {
            records: answer.answers,
            exists: true,
        }),
        ResponseCode::NXDomain => Ok(Found {
            records: answer.answers,
            exists: false,
        }),
        ResponseCode::ServFail => Err(DnsError::ServFail { name, server }),
        ResponseCode::Refused | ResponseCode::NotAuth => {
            Err(DnsError::QueryRefused { name, server })
        }
        other => Err(DnsError::AnswerNotUnderstood {
            server,
            why: other.to_string(),
        }),
    }
}

/// `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:53`.
pub(crate) fn server_address(text: &str) -> Option<SocketAddr> {
    let text = text.trim();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let with_port = text.parse();
    with_port.ok().or_else(|| {
        let address: IpAddr = bare.parse().ok()?;
        Some(SocketAddr::new(address, PORT))
    })
}

pub(super) const PORT: u16 = 53;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_by_its_address_with_or_without_a_port() {
        for (text, address) in [
            ("192.0.2.1", Some("192.0.2.1:53")),
            (" 192.0.2.1:5353 ", Some("192.0.2.1:5353")),
            ("2001:db8::1", Some("[2001:db8::1]:53")),
            ("[2001:db8::1]", Some("[2001:db8::1]:53")),
            ("[2001:db8::1]:5353", Some("[2001:db8::1]:5353")),
            ("ns.example.org", None),
            ("192.0.2.1:99999", None),
            ("", None),
        ] {
            let expected = address.map(|address| address.parse().unwrap());
            assert_eq!(server_address(text), expected, "{text:?}");
        }
    }
}
