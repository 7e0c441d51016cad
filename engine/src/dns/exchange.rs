//! One message to one server and its answer: over UDP, and over TCP where UDP does not do.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use crate::dns::error::DnsError;
use crate::dns::name::RecordName;

/// Why there is no answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Failure {
    /// Nothing came in time.
    Silent,
    /// No way there, in the words of the operating system.
    Unreachable(String),
    NotUnderstood(String),
}

impl Failure {
    pub(super) fn of(self, server: impl ToString) -> DnsError {
        let server = server.to_string();
        match self {
            Self::Silent => DnsError::Timeout { server },
            Self::Unreachable(why) => DnsError::Unreachable { server, why },
            Self::NotUnderstood(why) => DnsError::AnswerNotUnderstood { server, why },
        }
    }
}

/// How long each attempt waits; UDP is tried twice, TCP once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience(pub(super) Duration);

impl Default for Patience {
    fn default() -> Self {
        Self(Duration::from_secs(2))
    }
}

/// A question for `kind` of `name`; `recursive` asks the server to look elsewhere, too.
pub(super) fn question(
    name: &RecordName,
    kind: RecordType,
    recursive: bool,
) -> Result<Message, DnsError> {
    let mut message = Message::query();
    message.metadata.recursion_desired = recursive;
    message.add_query(Query::query(wire_name(name)?, kind));
    let mut edns = Edns::new();
    edns.set_max_payload(LARGEST_DATAGRAM);
    message.set_edns(edns);
    Ok(message)
}

pub(super) fn wire_name(name: &RecordName) -> Result<Name, DnsError> {
    Name::from_ascii(name.dotted()).map_err(|_| DnsError::Name {
        name: name.to_string(),
    })
}

/// Asks, once more without EDNS where the server does not know it (RFC 6891, 7).
pub(super) async fn ask(
    server: SocketAddr,
    message: &Message,
    patience: Patience,
) -> Result<Message, Failure> {
    let answer = ask_once(server, message, patience).await?;
    let knows_no_edns = matches!(
        answer.response_code,
        ResponseCode::FormErr | ResponseCode::NotImp
    );
    match knows_no_edns && message.edns.is_some() && answer.edns.is_none() {
        false => Ok(answer),
        true => {
            let mut plain = message.clone();
            plain.edns = None;
            ask_once(server, &plain, patience).await
        }
    }
}

async fn ask_once(
    server: SocketAddr,
    message: &Message,
    patience: Patience,
) -> Result<Message, Failure> {
    let bytes = message
        .to_vec()
        .map_err(|error| Failure::NotUnderstood(error.to_string()))?;
    let over_udp = over_udp(server, &bytes, patience).await;
    match over_udp.and_then(|answer| understood(&answer)) {
        Ok(answer) if !answer.truncation => Ok(answer),
        Err(Failure::NotUnderstood(why)) => Err(Failure::NotUnderstood(why)),
        _ => understood(&over_tcp(server, &bytes, patience).await?),
    }
}

/// The first datagram that answers this question.
pub(super) async fn over_udp(
    server: SocketAddr,
    message: &[u8],
    patience: Patience,
) -> Result<Vec<u8>, Failure> {
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    // A port that the operating system chooses at random, and only this server is heard.
    let socket = UdpSocket::bind(any).await.map_err(no_way)?;
    socket.connect(server).await.map_err(no_way)?;
    for _ in 0..UDP_ATTEMPTS {
        socket.send(message).await.map_err(no_way)?;
        if let Ok(answer) = timeout(patience.0, heard(&socket, message)).await {
            return answer.map_err(no_way);
        }
    }
    Err(Failure::Silent)
}

async fn heard(socket: &UdpSocket, message: &[u8]) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; usize::from(u16::MAX)];
    loop {
        let length = socket.recv(&mut buffer).await?;
        if answers(&buffer[..length], message) {
            return Ok(buffer[..length].to_vec());
        }
    }
}

pub(super) async fn over_tcp(
    server: SocketAddr,
    message: &[u8],
    patience: Patience,
) -> Result<Vec<u8>, Failure> {
    match timeout(patience.0 * 2, said_over_tcp(server, message)).await {
        Err(_) => Err(Failure::Silent),
        Ok(Err(error)) => Err(no_way(error)),
        Ok(Ok(answer)) if answers(&answer, message) => Ok(answer),
        Ok(Ok(_)) => Err(Failure::NotUnderstood(
            "it answers another question".to_owned(),
        )),
    }
}

/// Each message with its length in front (RFC 1035, 4.2.2).
async fn said_over_tcp(server: SocketAddr, message: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let framed = [&length.to_be_bytes(), message].concat();
    stream.write_all(&framed).await?;
    let length = stream.read_u16().await?;
    let mut answer = vec![0; usize::from(length)];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}

/// The same id, and the mark of an answer; whoever guesses both has guessed the port, too.
fn answers(answer: &[u8], message: &[u8]) -> bool {
    answer.len() >= HEADER_LENGTH && answer[..2] == message[..2] && answer[2] & 0x80 != 0
}

pub(super) fn understood(answer: &[u8]) -> Result<Message, Failure> {
    let message = Message::from_vec(answer);
    let message = message.map_err(|error| Failure::NotUnderstood(error.to_string()))?;
    let is_answer =
        message.message_type == MessageType::Response && message.op_code == OpCode::Query;
    match is_answer {
        true => Ok(message),
        false => Err(Failure::NotUnderstood("it is no answer".to_owned())),
    }
}

fn no_way(error: io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::TimedOut => Failure::Silent,
        _ => Failure::Unreachable(error.to_string()),
    }
}

/// What passes everywhere without being cut into pieces (DNS flag day 2020).
const LARGEST_DATAGRAM: u16 = 1232;

const UDP_ATTEMPTS: usize = 2;

const HEADER_LENGTH: usize = 12;
