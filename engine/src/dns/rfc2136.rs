//! Dynamic updates (RFC 2136) to a server of the user's, signed with TSIG.

use std::net::SocketAddr;

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::TXT;
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};

use crate::base::{Clock, Evidence, FieldInfo, FieldKind, SystemClock, ZonesInReach};
use crate::dns::error::{DnsError, SettingFault};
use crate::dns::exchange::{self, Failure, Patience, wire_name};
use crate::dns::given::Given;
use crate::dns::name::RecordName;
use crate::dns::resolver::{PORT, server_address};
use crate::dns::tsig::{self, TsigKey};
use crate::dns::{Doing, Driver, ProviderKind, Published, Txt};

pub(super) const KIND: ProviderKind = ProviderKind {
    name: "rfc2136",
    title: "Dynamic update (RFC 2136), as BIND, Knot, PowerDNS and Windows DNS take it",
    evidence: Evidence::Run,
    fields: &[
        FieldInfo::new(
            "server",
            "Server",
            "The zone's primary server, as a name or an address, with :PORT unless it is 53",
        )
        .of(FieldKind::Address)
        .required(),
        FieldInfo::new(
            "key-name",
            "Key name",
            "The TSIG key's name, as the server's configuration writes it; left out, the server \
             has to know this machine by its address",
        ),
        FieldInfo::new(
            "algorithm",
            "Algorithm",
            "The TSIG key's algorithm; hmac-md5 is too weak to be offered, make another key",
        )
        .of(FieldKind::Choice(std::borrow::Cow::Borrowed(
            tsig::ALGORITHMS,
        )))
        .otherwise("hmac-sha256"),
        FieldInfo::new(
            "key-secret",
            "Key secret",
            "The TSIG key's secret in base64, as the key file has it",
        )
        .secret(),
        FieldInfo::new(
            "transport",
            "Transport",
            "Over what the server is asked; tcp also tells that it is down",
        )
        .of(FieldKind::Choice(std::borrow::Cow::Borrowed(&[
            std::borrow::Cow::Borrowed("tcp"),
            std::borrow::Cow::Borrowed("udp"),
        ])))
        .otherwise("tcp")
        .advanced(),
        FieldInfo::new(
            "zone",
            "Zone",
            "The zone to change on this server, where that is not the one that looking up finds",
        )
        .advanced(),
    ],
    connect,
};

struct Rfc2136 {
    server: String,
    key: Option<TsigKey>,
    is_udp: bool,
    zone: Option<RecordName>,
    patience: Patience,
}

fn connect(mut given: Given) -> Result<Box<dyn Driver>, DnsError> {
    let secret = given.take_optional_secret("key-secret");
    let missing = |field| DnsError::setting(field, SettingFault::Missing);
    let key = match (given.optional("key-name"), secret) {
        (None, None) => None,
        (None, Some(_)) => return Err(missing("key-name")),
        (Some(_), None) => return Err(missing("key-secret")),
        (Some(name), Some(secret)) => Some(TsigKey::new(name, given.text("algorithm")?, &secret)?),
    };
    let not_a_name = |_| DnsError::setting("zone", SettingFault::Name);
    let zone = given.optional("zone").map(str::parse).transpose();
    Ok(Box::new(Rfc2136 {
        server: given.text("server")?.to_owned(),
        key,
        is_udp: given.text("transport")? == "udp",
        zone: zone.map_err(not_a_name)?,
        patience: Patience::default(),
    }))
}

impl Driver for Rfc2136 {
    fn publish<'a>(&'a self, record: &'a Txt) -> Doing<'a, Published> {
        Box::pin(async move {
            self.update(record, DNSClass::IN, record.ttl_secs).await?;
            Ok(Published::Done)
        })
    }

    fn remove<'a>(&'a self, record: &'a Txt) -> Doing<'a, ()> {
        // Class NONE: exactly this value goes (RFC 2136, 2.5.4).
        Box::pin(self.update(record, DNSClass::NONE, 0))
    }

    fn reach(&self) -> Doing<'_, ZonesInReach> {
        Box::pin(async move {
            self.greet().await?;
            let known = match &self.key {
                Some(_) => format!(
                    "{} answers and knows the key; its update policy decides what the key may \
                     change, and the protocol does not show it",
                    self.server
                ),
                None => format!(
                    "{} answers; it decides by this machine's address what may be changed, and the \
                     protocol does not show it",
                    self.server
                ),
            };
            Ok(ZonesInReach::CannotTell(known))
        })
    }
}

impl Rfc2136 {
    /// Asks for something harmless, signed as an update is: whatever the answer, its signature shows
    /// that the server has the same key, and about the same time.
    async fn greet(&self) -> Result<(), DnsError> {
        let zone = match &self.zone {
            Some(zone) => wire_name(zone)?,
            None => Name::root(),
        };
        let mut message = Message::query();
        message.metadata.recursion_desired = false;
        message.add_query(Query::query(zone.clone(), RecordType::SOA));
        let (bytes, code) = self.signed(&mut message, &zone.to_ascii())?;
        let answer = self.say(&bytes).await?;
        let (_, is_signed) = self.read(&answer, code)?;
        match is_signed {
            true => Ok(()),
            false => Err(DnsError::AnswerNotSigned {
                server: self.server.clone(),
            }),
        }
    }

    async fn update(&self, record: &Txt, class: DNSClass, ttl: u32) -> Result<(), DnsError> {
        let zone = self.zone.as_ref().unwrap_or(&record.zone);
        let mut message = update_of(zone, record, class, ttl)?;
        let (bytes, code) = self.signed(&mut message, record.name.as_str())?;
        let answer = self.say(&bytes).await?;
        self.understood(&answer, code, zone, record)
    }

    /// The bytes to send, and the code that its answer is signed over. What has a key is never sent
    /// without a signature.
    fn signed(
        &self,
        message: &mut Message,
        about: &str,
    ) -> Result<(Vec<u8>, Option<Vec<u8>>), DnsError> {
        let not_a_name = |_| DnsError::Name {
            name: about.to_owned(),
        };
        let code = match &self.key {
            Some(key) => Some(key.sign(message, now_secs()).map_err(not_a_name)?),
            None => None,
        };
        Ok((message.to_vec().map_err(not_a_name)?, code))
    }

    /// To the first address of the server that is there.
    async fn say(&self, message: &[u8]) -> Result<Vec<u8>, DnsError> {
        let mut failure = Failure::Unreachable("its name has no address".to_owned());
        for address in self.addresses().await? {
            let answer = match self.is_udp {
                true => exchange::over_udp(address, message, self.patience).await,
                false => exchange::over_tcp(address, message, self.patience).await,
            };
            match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => failure = error,
            }
        }
        Err(failure.of(&self.server))
    }

    async fn addresses(&self) -> Result<Vec<SocketAddr>, DnsError> {
        if let Some(address) = server_address(&self.server) {
            return Ok(vec![address]);
        }
        let with_port = match self.server.contains(':') {
            true => self.server.clone(),
            false => format!("{}:{PORT}", self.server),
        };
        match tokio::net::lookup_host(with_port).await {
            Ok(found) => Ok(found.collect()),
            Err(error) => Err(DnsError::Unreachable {
                server: self.server.clone(),
                why: error.to_string(),
            }),
        }
    }

    /// The answer, and whether it is signed as it has to be.
    fn read(
        &self,
        answer: &[u8],
        request_code: Option<Vec<u8>>,
    ) -> Result<(Message, bool), DnsError> {
        let server = &self.server;
        let message = Message::from_vec(answer).map_err(|error| DnsError::AnswerNotUnderstood {
            server: server.clone(),
            why: error.to_string(),
        })?;
        if let Some(complaint) = tsig::complaint(&message, server, now_secs()) {
            return Err(complaint);
        }
        let is_signed = match (&self.key, request_code) {
            (Some(key), Some(code)) => key.has_signed(answer, &code, now_secs()),
            (Some(_), None) => false,
            (None, _) => true,
        };
        Ok((message, is_signed))
    }

    fn understood(
        &self,
        answer: &[u8],
        request_code: Option<Vec<u8>>,
        zone: &RecordName,
        record: &Txt,
    ) -> Result<(), DnsError> {
        let server = self.server.clone();
        let (message, is_signed) = self.read(answer, request_code)?;
        let zone = zone.to_string();
        match message.response_code {
            ResponseCode::NoError if is_signed => Ok(()),
            ResponseCode::NoError => Err(DnsError::AnswerNotSigned { server }),
            ResponseCode::Refused => Err(DnsError::UpdateRefused { server, zone }),
            ResponseCode::NotAuth => Err(DnsError::NotAuthoritative { server, zone }),
            ResponseCode::NotZone => Err(DnsError::NotInZone {
                server,
                name: record.name.to_string(),
            }),
            code => Err(DnsError::UpdateFailed {
                server,
                code: code.to_string(),
            }),
        }
    }
}

fn update_of(
    zone: &RecordName,
    record: &Txt,
    class: DNSClass,
    ttl: u32,
) -> Result<Message, DnsError> {
    let mut message = Message::query();
    message.metadata.message_type = MessageType::Query;
    message.metadata.op_code = OpCode::Update;
    message.metadata.recursion_desired = false;
    message.add_query(Query::query(wire_name(zone)?, RecordType::SOA));
    let pieces: Vec<&[u8]> = record.value.as_bytes().chunks(LONGEST_STRING).collect();
    let data = RData::TXT(TXT::from_bytes(pieces));
    let mut change = Record::from_rdata(wire_name(&record.name)?, ttl, data);
    change.dns_class = class;
    message.add_authority(change);
    Ok(message)
}

fn now_secs() -> u64 {
    u64::try_from(SystemClock.now().secs()).unwrap_or_default()
}

/// Whether `answer` is taken for the success of an update that was signed with `key`.
#[cfg(fuzzing)]
pub(super) fn accepts(answer: &[u8], key: TsigKey) -> bool {
    let names = ("example.org".parse(), "a.example.org".parse());
    let (Ok(zone), Ok(name)) = names else {
        return false;
    };
    let record = Txt {
        zone,
        name,
        value: String::new(),
        ttl_secs: 60,
    };
    let driver = Rfc2136 {
        server: String::new(),
        key: Some(key),
        is_udp: false,
        zone: None,
        patience: Patience::default(),
    };
    let code = Some(vec![0; 32]);
    driver
        .understood(answer, code, &record.zone, &record)
        .is_ok()
}

const LONGEST_STRING: usize = 255;

#[cfg(test)]
mod tests;
