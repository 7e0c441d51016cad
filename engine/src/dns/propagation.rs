//! What each authoritative server says about a TXT record, asked straight and without a cache.

use std::net::SocketAddr;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::TXT;
use hickory_proto::rr::{RData, RecordType};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::base::{ServerAnswer, TxtAnswer};
use crate::dns::error::DnsError;
use crate::dns::exchange::{self, Failure, Patience};
use crate::dns::name::RecordName;
use crate::dns::resolver::Resolver;
use crate::dns::zone::NameServer;

impl Resolver {
    /// Asks every address of every server at the same time; the answers stand in their order.
    pub(crate) async fn check(
        &self,
        servers: &[NameServer],
        zone: &RecordName,
        name: &RecordName,
    ) -> Vec<ServerAnswer> {
        let mut asking = JoinSet::new();
        let mut answers = Vec::new();
        for server in servers {
            if let Some(problem) = &server.problem {
                answers.push(Some(without_address(server, problem)));
            }
            for &address in &server.addresses {
                let (at, server) = (answers.len(), server.name.clone());
                let (zone, name, patience) = (zone.clone(), name.clone(), self.patience);
                answers.push(None);
                asking.spawn(async move {
                    let began = Instant::now();
                    let answer = ask(address, &zone, &name, patience).await;
                    let millis = began.elapsed().as_millis();
                    let answer = ServerAnswer {
                        server,
                        address: Some(address),
                        answer,
                        millis: u64::try_from(millis).unwrap_or(u64::MAX),
                    };
                    (at, answer)
                });
            }
        }
        while let Some(Ok((at, answer))) = asking.join_next().await {
            answers[at] = Some(answer);
        }
        answers.into_iter().flatten().collect()
    }
}

/// Whether an authority that asks any of these servers finds `value`: one at least gives it out,
/// and none answers without it. One that does not answer at all is passed over, as resolvers do.
pub(crate) fn is_everywhere(answers: &[ServerAnswer], value: &str) -> bool {
    let lacks_it = |answer: &ServerAnswer| match &answer.answer {
        TxtAnswer::Found(_) => !answer.has(value),
        TxtAnswer::Missing | TxtAnswer::NxDomain => true,
        _ => false,
    };
    answers.iter().any(|answer| answer.has(value)) && !answers.iter().any(lacks_it)
}

fn without_address(server: &NameServer, problem: &str) -> ServerAnswer {
    ServerAnswer {
        server: server.name.clone(),
        address: None,
        answer: TxtAnswer::Unreachable(problem.to_owned()),
        millis: 0,
    }
}

async fn ask(
    server: SocketAddr,
    zone: &RecordName,
    name: &RecordName,
    patience: Patience,
) -> TxtAnswer {
    match straight(server, name, RecordType::TXT, patience).await {
        Err(answer) => answer,
        Ok(answer) if answer.response_code == ResponseCode::Refused => {
            // One that refuses even this serves the zone not at all.
            match straight(server, zone, RecordType::SOA, patience).await {
                Ok(soa) if soa.authoritative && soa.response_code == ResponseCode::NoError => {
                    TxtAnswer::Refused
                }
                _ => TxtAnswer::Lame,
            }
        }
        Ok(answer) => sorted(&answer),
    }
}

async fn straight(
    server: SocketAddr,
    name: &RecordName,
    kind: RecordType,
    patience: Patience,
) -> Result<Message, TxtAnswer> {
    let not_understood = |error: DnsError| TxtAnswer::NotUnderstood(error.to_string());
    let question = exchange::question(name, kind, false).map_err(not_understood)?;
    let answer = exchange::ask(server, &question, patience).await;
    answer.map_err(|failure| match failure {
        Failure::Silent => TxtAnswer::Silent,
        Failure::Unreachable(why) => TxtAnswer::Unreachable(why),
        Failure::NotUnderstood(why) => TxtAnswer::NotUnderstood(why),
    })
}

/// A server that serves the zone says so with each answer (RFC 1035, 4.1.1, AA).
pub(super) fn sorted(answer: &Message) -> TxtAnswer {
    let values: Vec<String> = answer
        .answers
        .iter()
        .filter_map(|record| match &record.data {
            RData::TXT(txt) => Some(joined(txt)),
            _ => None,
        })
        .collect();
    match answer.response_code {
        ResponseCode::ServFail => TxtAnswer::ServFail,
        ResponseCode::NotAuth => TxtAnswer::Lame,
        ResponseCode::NoError | ResponseCode::NXDomain if !answer.authoritative => TxtAnswer::Lame,
        ResponseCode::NXDomain => TxtAnswer::NxDomain,
        ResponseCode::NoError if values.is_empty() => TxtAnswer::Missing,
        ResponseCode::NoError => TxtAnswer::Found(values),
        other => TxtAnswer::NotUnderstood(other.to_string()),
    }
}

/// A value longer than 255 octets comes in pieces.
fn joined(txt: &TXT) -> String {
    String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()
}
