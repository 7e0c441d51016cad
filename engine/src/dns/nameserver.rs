//! For tests: a small DNS server in the process, which says what it is told to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CAA, CNAME, NS, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

/// What is said to one question.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// Records of the name asked for, or of the name in front of the colon: `TXT a`,
    /// `b.test: TXT a`.
    Records(Vec<String>),
    /// The name exists, and has nothing of the kind.
    Nothing,
    NxDomain,
    Code(ResponseCode),
    /// Records without being an authority for them.
    NotAuthoritative(Vec<String>),
    /// Records, and over UDP only the mark that they do not fit.
    OnlyOverTcp(Vec<String>),
    /// Records over TCP, and nothing over UDP.
    SilentOverUdp(Vec<String>),
    /// A format error to whoever speaks EDNS.
    KnowsNoEdns(Vec<String>),
    Slow(Duration, Vec<String>),
    /// First an answer with another id, then records.
    AfterForgery(Vec<String>),
    Garbage,
    Silent,
}

pub(super) fn records<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

type Rules = Arc<Mutex<BTreeMap<(String, RecordType), Reply>>>;

/// Answers on one port of 127.0.0.1, over UDP and TCP.
pub(super) struct NameServer {
    pub(super) address: SocketAddr,
    rules: Rules,
    /// What was asked, in order.
    asked: Arc<Mutex<Vec<String>>>,
}

impl NameServer {
    pub(super) async fn start() -> Self {
        let (udp, tcp) = sockets().await;
        let server = Self {
            address: tcp.local_addr().unwrap(),
            rules: Rules::default(),
            asked: Arc::default(),
        };
        tokio::spawn(serve_udp(
            udp,
            Arc::clone(&server.rules),
            Arc::clone(&server.asked),
        ));
        tokio::spawn(serve_tcp(
            tcp,
            Arc::clone(&server.rules),
            Arc::clone(&server.asked),
        ));
        server
    }

    /// What is not told is answered with `Nothing`.
    pub(super) fn says(self, name: &str, kind: RecordType, reply: Reply) -> Self {
        let key = (name.to_owned(), kind);
        self.rules.lock().unwrap().insert(key, reply);
        self
    }

    /// `TXT www.example.org over UDP`
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A port that is free for both.
async fn sockets() -> (Arc<UdpSocket>, TcpListener) {
    loop {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = tcp.local_addr().unwrap();
        if let Ok(udp) = UdpSocket::bind(address).await {
            return (Arc::new(udp), tcp);
        }
    }
}

async fn serve_udp(socket: Arc<UdpSocket>, rules: Rules, asked: Arc<Mutex<Vec<String>>>) {
    let mut buffer = [0; 4096];
    while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
        let (question, reply) = reply_to(&buffer[..length], &rules, &asked, "UDP");
        let socket = Arc::clone(&socket);
        tokio::spawn(async move {
            if let Reply::Slow(time, _) = &reply {
                tokio::time::sleep(*time).await;
            }
            for answer in datagrams(&question, &reply) {
                socket.send_to(&answer, peer).await.unwrap();
            }
        });
    }
}

async fn serve_tcp(listener: TcpListener, rules: Rules, asked: Arc<Mutex<Vec<String>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (rules, asked) = (Arc::clone(&rules), Arc::clone(&asked));
        tokio::spawn(async move { serve_stream(stream, &rules, &asked).await });
    }
}

async fn serve_stream(mut stream: TcpStream, rules: &Rules, asked: &Mutex<Vec<String>>) {
    let Ok(length) = stream.read_u16().await else {
        return;
    };
    let mut bytes = vec![0; usize::from(length)];
    stream.read_exact(&mut bytes).await.unwrap();
    let (question, reply) = reply_to(&bytes, rules, asked, "TCP");
    let answer = match &reply {
        Reply::Silent => return tokio::time::sleep(Duration::from_secs(3600)).await,
        Reply::OnlyOverTcp(texts) | Reply::SilentOverUdp(texts) => {
            of_records(&question, texts, true)
        }
        other => datagrams(&question, other).pop().unwrap(),
    };
    let length = u16::try_from(answer.len()).unwrap();
    stream.write_u16(length).await.unwrap();
    stream.write_all(&answer).await.unwrap();
}

fn reply_to(
    bytes: &[u8],
    rules: &Rules,
    asked: &Mutex<Vec<String>>,
    over: &str,
) -> (Message, Reply) {
    let question = Message::from_vec(bytes).unwrap();
    let query = &question.queries[0];
    let name = query.name().to_ascii();
    let name = name.trim_end_matches('.').to_owned();
    let kind = query.query_type();
    asked
        .lock()
        .unwrap()
        .push(format!("{kind} {name} over {over}"));
    let reply = rules.lock().unwrap().get(&(name, kind)).cloned();
    (question, reply.unwrap_or(Reply::Nothing))
}

fn datagrams(question: &Message, reply: &Reply) -> Vec<Vec<u8>> {
    match reply {
        Reply::Silent | Reply::SilentOverUdp(_) => Vec::new(),
        Reply::Records(texts) | Reply::Slow(_, texts) => vec![of_records(question, texts, true)],
        Reply::NotAuthoritative(texts) => vec![of_records(question, texts, false)],
        Reply::Nothing => vec![of_records(question, &[], true)],
        Reply::NxDomain => vec![of_code(question, ResponseCode::NXDomain)],
        Reply::Code(code) => vec![of_code(question, *code)],
        Reply::KnowsNoEdns(_) if question.edns.is_some() => {
            vec![of_code(question, ResponseCode::FormErr)]
        }
        Reply::KnowsNoEdns(texts) => vec![of_records(question, texts, true)],
        Reply::OnlyOverTcp(_) => {
            let mut message = answer_to(question);
            message.metadata.truncation = true;
            vec![message.to_vec().unwrap()]
        }
        Reply::AfterForgery(texts) => {
            let mut forged = of_records(question, &records(["TXT forged"]), true);
            forged[0] ^= 0xff;
            vec![forged, of_records(question, texts, true)]
        }
        Reply::Garbage => {
            let mut bytes = of_records(question, &[], true);
            bytes.truncate(12);
            bytes.extend([0xc0; 9]);
            vec![bytes]
        }
    }
}

fn answer_to(question: &Message) -> Message {
    let mut message = Message::response(question.id, OpCode::Query);
    message.add_queries(question.queries.clone());
    message.metadata.authoritative = true;
    message
}

fn of_code(question: &Message, code: ResponseCode) -> Vec<u8> {
    let mut message = answer_to(question);
    message.metadata.response_code = code;
    message.to_vec().unwrap()
}

fn of_records(question: &Message, texts: &[String], is_authoritative: bool) -> Vec<u8> {
    let mut message = answer_to(question);
    message.metadata.authoritative = is_authoritative;
    for text in texts {
        let (owner, record) = match text.split_once(": ") {
            Some((owner, record)) => (name(owner), record),
            None => (question.queries[0].name().clone(), text.as_str()),
        };
        message.add_answer(Record::from_rdata(owner, 5, data(record)));
    }
    message.to_vec().unwrap()
}

fn data(text: &str) -> RData {
    let (kind, value) = text.split_once(' ').unwrap();
    match kind {
        "A" => RData::A(A(value.parse().unwrap())),
        "AAAA" => RData::AAAA(AAAA(value.parse().unwrap())),
        "CAA" => {
            let (tag, value) = value.split_once(' ').unwrap();
            let mut caa = CAA::new_issue(false, None, Vec::new());
            caa.tag = tag.to_owned();
            caa.value = value.as_bytes().to_vec();
            RData::CAA(caa)
        }
        "CNAME" => RData::CNAME(CNAME(name(value))),
        "NS" => RData::NS(NS(name(value))),
        "SOA" => RData::SOA(SOA::new(name(value), name(value), 1, 60, 60, 600, 5)),
        // Strings with `|` between them.
        "TXT" => RData::TXT(TXT::new(value.split('|').map(str::to_owned).collect())),
        other => panic!("{other}"),
    }
}

fn name(text: &str) -> Name {
    Name::from_ascii(format!("{text}.")).unwrap()
}
