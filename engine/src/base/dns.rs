//! What is told about DNS: how far a driver was tried, what each server answers, what a token
//! reaches.

use std::fmt;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::shown;

/// How far a driver is known to work.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// It was run against the real service.
    Run,
    /// It was run against recorded answers of the real service.
    Recorded,
    /// It was written from the service's documentation.
    Written,
}

/// What one authoritative server says about a TXT record.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct ServerAnswer {
    /// As its NS record names it.
    pub server: String,
    /// Missing if the server's name leads to no address.
    pub address: Option<SocketAddr>,
    pub answer: TxtAnswer,
    /// How long the answer took.
    pub millis: u64,
}

impl ServerAnswer {
    /// Whether this server gives `value` out.
    pub fn has(&self, value: &str) -> bool {
        match &self.answer {
            TxtAnswer::Found(values) => values.iter().any(|found| found == value),
            _ => false,
        }
    }
}

/// An answer, sorted by what a person would do about it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type", content = "of")]
#[non_exhaustive]
pub enum TxtAnswer {
    /// All values of the name; the one looked for may be missing among them.
    Found(Vec<String>),
    /// The name exists and has no TXT record.
    Missing,
    /// The name does not exist.
    NxDomain,
    ServFail,
    /// The server answers nobody here, or not us.
    Refused,
    /// The server is named for the zone and does not serve it.
    Lame,
    /// No answer in time, neither over UDP nor over TCP.
    Silent,
    /// No way there, in the words of the operating system.
    Unreachable(String),
    /// An answer that makes no sense, with the reason.
    NotUnderstood(String),
}

/// Behind a server's name: `ns1.example.org does not know the name`.
impl fmt::Display for TxtAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found(_) => f.write_str("shows other values"),
            Self::Missing => f.write_str("shows no TXT record"),
            Self::NxDomain => f.write_str("does not know the name (NXDOMAIN)"),
            Self::ServFail => f.write_str("has a fault of its own (SERVFAIL)"),
            Self::Refused => f.write_str("refuses to answer"),
            Self::Lame => f.write_str("does not serve the zone (lame)"),
            Self::Silent => f.write_str("does not answer"),
            Self::Unreachable(why) => write!(f, "cannot be reached: {}", shown(why)),
            Self::NotUnderstood(why) => write!(f, "answers something else: {}", shown(why)),
        }
    }
}

/// Which zones a credential can change.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type", content = "of")]
#[non_exhaustive]
pub enum ZonesInReach {
    /// These and, as far as the service tells, no others.
    Listed(Vec<String>),
    /// All of an account or a server, which today are these.
    Everything(Vec<String>),
    /// Only these names, whatever their zones.
    Names(Vec<String>),
    /// The protocol cannot tell; the sentence says what is known.
    CannotTell(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_a_value_only_if_it_gives_out_exactly_this_one() {
        let answer = |answer| ServerAnswer {
            server: "ns.example.org".to_owned(),
            address: None,
            answer,
            millis: 1,
        };
        let found = answer(TxtAnswer::Found(vec!["a".to_owned(), "b".to_owned()]));
        assert!(found.has("b"));
        assert!(!found.has("c"));
        assert!(!answer(TxtAnswer::Missing).has("a"));
    }

    #[test]
    fn answers_and_reach_read_back_from_json() {
        let answers = [
            TxtAnswer::Found(vec!["a".to_owned()]),
            TxtAnswer::Lame,
            TxtAnswer::Unreachable("no route".to_owned()),
        ];
        for answer in answers {
            let json = serde_json::to_string(&answer).unwrap();
            assert_eq!(serde_json::from_str::<TxtAnswer>(&json).unwrap(), answer);
        }
        let reach = ZonesInReach::CannotTell("it depends".to_owned());
        let json = serde_json::to_string(&reach).unwrap();
        assert_eq!(serde_json::from_str::<ZonesInReach>(&json).unwrap(), reach);
    }
}
