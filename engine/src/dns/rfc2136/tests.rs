//! Updates to a small server in the process, which signs and verifies with the library's own TSIG.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hickory_proto::rr::rdata::tsig::{TsigAlgorithm, TsigError};
use hickory_proto::rr::{TSigResponseContext, TSigner};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

use super::*;
use crate::base::{Explain, Secret, SystemClock};
use crate::dns;
use crate::http;

/// 32 octets of zero and one, in base64.
const ZEROS: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const ONES: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

#[derive(Clone, Copy, Debug)]
enum Says {
    /// A code, signed.
    Signed(ResponseCode),
    Unsigned(ResponseCode),
    /// Success, signed with another key.
    SignedByAnother,
    /// Success, and a bit changed after signing.
    Changed,
    UnknownKey,
    WrongSignature,
    /// The server's clock is this much ahead.
    WrongTime(u64),
    Silent,
}

/// What came in, if its signature is right.
type Heard = Arc<Mutex<Vec<Message>>>;

async fn server(algorithm: TsigAlgorithm, says: Says) -> (SocketAddr, Heard) {
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = tcp.local_addr().unwrap();
    let udp = UdpSocket::bind(address).await.unwrap();
    let heard = Heard::default();
    let (over_tcp, over_udp) = (Arc::clone(&heard), Arc::clone(&heard));
    let known = algorithm.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = tcp.accept().await.unwrap();
            let mut bytes = vec![0; usize::from(stream.read_u16().await.unwrap())];
            stream.read_exact(&mut bytes).await.unwrap();
            match answer(&bytes, &known, says, &over_tcp) {
                None => tokio::time::sleep(Duration::from_secs(3600)).await,
                Some(answer) => {
                    let length = u16::try_from(answer.len()).unwrap();
                    stream.write_u16(length).await.unwrap();
                    stream.write_all(&answer).await.unwrap();
                }
            }
        }
    });
    tokio::spawn(async move {
        let mut buffer = [0; 4096];
        loop {
            let (length, peer) = udp.recv_from(&mut buffer).await.unwrap();
            if let Some(answer) = answer(&buffer[..length], &algorithm, says, &over_udp) {
                udp.send_to(&answer, peer).await.unwrap();
            }
        }
    });
    (address, heard)
}

fn signer(octet: u8, algorithm: &TsigAlgorithm) -> TSigner {
    let name = Name::from_ascii("rig-key.").unwrap();
    TSigner::new(vec![octet; 32], algorithm.clone(), name, 300).unwrap()
}

fn answer(bytes: &[u8], algorithm: &TsigAlgorithm, says: Says, heard: &Heard) -> Option<Vec<u8>> {
    let question = Message::from_vec(bytes).unwrap();
    let ours = signer(0, algorithm);
    let is_signed = ours.verify_message_byte(bytes, None, true).is_ok();
    let code = question.signature().map(|record| record.data.mac.clone());
    if is_signed || code.is_none() {
        heard.lock().unwrap().push(question.clone());
    }
    let code = code.unwrap_or_default();
    let (id, now) = (question.id, now_secs());
    let mut answer = Message::response(id, OpCode::Update);
    answer.add_queries(question.queries.clone());
    let response_code = match says {
        Says::Silent => return None,
        Says::Signed(code) | Says::Unsigned(code) => code,
        Says::SignedByAnother | Says::Changed => ResponseCode::NoError,
        _ => ResponseCode::NotAuth,
    };
    answer.metadata.response_code = response_code;
    let signed = |signer, error| {
        TSigResponseContext::new(id, now, signer, code, error)
            .sign(&answer.to_vec().unwrap())
            .unwrap()
    };
    let signature = match says {
        Says::Silent | Says::Unsigned(_) => return Some(answer.to_vec().unwrap()),
        Says::Signed(_) | Says::Changed => signed(ours, None),
        Says::SignedByAnother => signed(signer(1, algorithm), None),
        Says::UnknownKey => {
            let name = ours.signer_name().clone();
            TSigResponseContext::unknown_key(id, now, name)
                .sign(&[])
                .unwrap()
        }
        Says::WrongSignature => TSigResponseContext::bad_signature(id, now, ours)
            .sign(&[])
            .unwrap(),
        Says::WrongTime(ahead) => {
            let mut signature = signed(ours, Some(TsigError::BadTime));
            signature.data.other = (now + ahead).to_be_bytes()[2..].to_vec();
            signature
        }
    };
    answer.set_signature(signature);
    let mut bytes = answer.to_vec().unwrap();
    if let Says::Changed = says {
        // The class of the zone.
        bytes[2] ^= 0x02;
    }
    Some(bytes)
}

fn driver(server: SocketAddr, algorithm: &str, secret: Option<&str>, is_udp: bool) -> Rfc2136 {
    let key = secret
        .map(|secret| TsigKey::new("RIG-key", algorithm, &Secret::new(secret.to_owned())).unwrap());
    Rfc2136 {
        server: server.to_string(),
        key,
        is_udp,
        zone: None,
        patience: Patience(Duration::from_secs(10)),
    }
}

fn record() -> Txt {
    Txt {
        zone: "example.org".parse().unwrap(),
        name: "_acme-challenge.www.example.org".parse().unwrap(),
        value: "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0".to_owned(),
        ttl_secs: 60,
    }
}

async fn failure(says: Says) -> DnsError {
    let (address, _) = server(TsigAlgorithm::HmacSha256, says).await;
    let mut driver = driver(address, "hmac-sha256", Some(ZEROS), false);
    if let Says::Silent = says {
        driver.patience = Patience(Duration::from_millis(200));
    }
    driver.publish(&record()).await.unwrap_err()
}

#[tokio::test]
async fn a_value_is_added_with_its_ttl_and_removed_alone() {
    let (address, heard) = server(
        TsigAlgorithm::HmacSha256,
        Says::Signed(ResponseCode::NoError),
    )
    .await;
    for is_udp in [false, true] {
        let driver = driver(address, "hmac-sha256", Some(ZEROS), is_udp);
        assert_eq!(driver.publish(&record()).await, Ok(Published::Done));
        driver.remove(&record()).await.unwrap();
    }
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), 4);
    for (message, (class, ttl)) in heard
        .iter()
        .zip([(DNSClass::IN, 60), (DNSClass::NONE, 0)].iter().cycle())
    {
        assert_eq!(message.op_code, OpCode::Update);
        assert_eq!(message.queries[0].name().to_ascii(), "example.org.");
        assert_eq!(message.queries[0].query_type(), RecordType::SOA);
        assert_eq!(message.authorities.len(), 1);
        let change = &message.authorities[0];
        assert_eq!(change.name.to_ascii(), "_acme-challenge.www.example.org.");
        assert_eq!((change.dns_class, change.ttl), (*class, *ttl));
        let RData::TXT(txt) = &change.data else {
            panic!("{change:?}");
        };
        assert_eq!(&*txt.txt_data.concat(), record().value.as_bytes());
    }
}

#[tokio::test]
async fn each_algorithm_signs_so_that_another_implementation_agrees() {
    for (name, algorithm) in [
        ("hmac-sha256", TsigAlgorithm::HmacSha256),
        ("hmac-sha384", TsigAlgorithm::HmacSha384),
        ("hmac-sha512", TsigAlgorithm::HmacSha512),
    ] {
        let (address, heard) = server(algorithm, Says::Signed(ResponseCode::NoError)).await;
        let driver = driver(address, name, Some(ZEROS), false);
        driver.publish(&record()).await.unwrap();
        assert_eq!(heard.lock().unwrap().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn without_a_key_the_update_goes_unsigned() {
    let says = Says::Unsigned(ResponseCode::NoError);
    let (address, heard) = server(TsigAlgorithm::HmacSha256, says).await;
    let driver = driver(address, "hmac-sha256", None, false);
    driver.publish(&record()).await.unwrap();
    assert!(heard.lock().unwrap()[0].signature().is_none());
}

#[tokio::test]
async fn each_refusal_is_told_by_its_cause() {
    for (says, code) in [
        (Says::Signed(ResponseCode::Refused), "dns.update-refused"),
        (Says::Unsigned(ResponseCode::Refused), "dns.update-refused"),
        (Says::Signed(ResponseCode::NotAuth), "dns.not-authoritative"),
        (Says::Signed(ResponseCode::NotZone), "dns.not-in-zone"),
        (Says::Signed(ResponseCode::ServFail), "dns.update-failed"),
        (Says::UnknownKey, "dns.tsig-key"),
        (Says::WrongSignature, "dns.tsig-signature"),
        (Says::WrongTime(4000), "dns.tsig-time"),
        (
            Says::Unsigned(ResponseCode::NoError),
            "dns.answer-not-signed",
        ),
        (Says::SignedByAnother, "dns.answer-not-signed"),
        (Says::Changed, "dns.answer-not-signed"),
        (Says::Silent, "dns.timeout"),
    ] {
        let error = failure(says).await;
        assert_eq!(error.code(), code, "{says:?}: {error}");
    }
}

#[tokio::test]
async fn a_test_shows_that_the_server_has_the_key_and_changes_nothing() {
    // Whatever it answers to what it is asked.
    for code in [ResponseCode::NoError, ResponseCode::Refused] {
        let (address, heard) = server(TsigAlgorithm::HmacSha256, Says::Signed(code)).await;
        let driver = driver(address, "hmac-sha256", Some(ZEROS), false);
        let reach = driver.reach().await.unwrap();
        assert!(
            matches!(reach, ZonesInReach::CannotTell(known) if known.contains("knows the key"))
        );
        let heard = heard.lock().unwrap();
        assert_eq!((heard.len(), heard[0].op_code), (1, OpCode::Query));
    }
    for (says, code) in [
        (Says::UnknownKey, "dns.tsig-key"),
        (Says::WrongSignature, "dns.tsig-signature"),
        (Says::WrongTime(4000), "dns.tsig-time"),
        (Says::SignedByAnother, "dns.answer-not-signed"),
        (
            Says::Unsigned(ResponseCode::Refused),
            "dns.answer-not-signed",
        ),
    ] {
        let (address, _) = server(TsigAlgorithm::HmacSha256, says).await;
        let driver = driver(address, "hmac-sha256", Some(ZEROS), false);
        assert_eq!(driver.reach().await.unwrap_err().code(), code, "{says:?}");
    }
}

#[tokio::test]
async fn clocks_that_differ_are_told_with_how_far() {
    let error = failure(Says::WrongTime(4000)).await;
    let DnsError::TsigTime {
        apart_secs: Some(secs),
        ..
    } = error
    else {
        panic!("{error}");
    };
    assert!((3990..=4010).contains(&secs), "{secs}");
}

#[tokio::test]
async fn a_server_that_is_not_there_cannot_be_reached() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let driver = driver(closed, "hmac-sha256", Some(ONES), false);
    let error = driver.publish(&record()).await.unwrap_err();
    assert_eq!(error.code(), "dns.unreachable");
}

#[test]
fn settings_that_do_not_belong_together_or_are_weak_are_refused_by_field() {
    let opened = |settings: &[(&str, &str)], secret: Option<&str>| {
        let settings = [("server", "192.0.2.1")].iter().chain(settings);
        let settings = settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let secret = secret.map(|secret| ("key-secret".to_owned(), Secret::new(secret.to_owned())));
        let http = http::Client::new(&http::Settings::default()).unwrap();
        let secrets: BTreeMap<_, _> = secret.into_iter().collect();
        let clock = Arc::new(SystemClock);
        match dns::open("rfc2136", settings.collect(), secrets, http, clock) {
            Ok(_) => None,
            Err(DnsError::Setting { field, .. }) => Some(field),
            Err(other) => panic!("{other}"),
        }
    };
    let name = ("key-name", "rig-key");
    assert_eq!(opened(&[name], Some(ZEROS)), None);
    assert_eq!(opened(&[], None), None);
    for (settings, secret, field) in [
        (vec![name], None, "key-secret"),
        (vec![], Some(ZEROS), "key-name"),
        (vec![name], Some("not base64"), "key-secret"),
        (vec![("key-name", "a..b")], Some(ZEROS), "key-name"),
        (
            vec![name, ("algorithm", "hmac-md5")],
            Some(ZEROS),
            "algorithm",
        ),
        (vec![("zone", "a b")], None, "zone"),
        (vec![("transport", "https")], None, "transport"),
    ] {
        assert_eq!(opened(&settings, secret).as_deref(), Some(field));
    }
}
