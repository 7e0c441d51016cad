//! What authoritative servers answer, and how it is sorted.

use std::net::UdpSocket;
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType::{SOA, TXT};

use super::{LONG, SHORT, resolver};
use crate::base::{ServerAnswer, TxtAnswer};
use crate::dns::nameserver::{NameServer, Reply, records};
use crate::dns::propagation::is_everywhere;
use crate::dns::resolver::Resolver;
use crate::dns::zone;

const NAME: &str = "_acme-challenge.example.org";

async fn server_that(says: Reply) -> NameServer {
    NameServer::start().await.says(NAME, TXT, says)
}

async fn answers_of(servers: &[&NameServer]) -> Vec<ServerAnswer> {
    answers_within(LONG, servers).await
}

async fn answers_within(patience: Duration, servers: &[&NameServer]) -> Vec<ServerAnswer> {
    let named: Vec<_> = servers
        .iter()
        .enumerate()
        .map(|(at, server)| zone::NameServer {
            name: format!("ns{at}.test"),
            addresses: vec![server.address],
            problem: None,
        })
        .collect();
    let zone = "example.org".parse().unwrap();
    resolver(&[])
        .patient_for(patience)
        .check(&named, &zone, &NAME.parse().unwrap())
        .await
}

async fn answer_of(says: Reply) -> TxtAnswer {
    let server = server_that(says).await;
    answers_of(&[&server]).await.remove(0).answer
}

fn found<const N: usize>(values: [&str; N]) -> TxtAnswer {
    TxtAnswer::Found(values.map(str::to_owned).to_vec())
}

#[tokio::test]
async fn each_answer_is_sorted_by_what_it_means() {
    use TxtAnswer::{Lame, Missing, NxDomain, ServFail};
    for (says, expected) in [
        (
            Reply::Records(records(["TXT a", "TXT b"])),
            found(["a", "b"]),
        ),
        (
            Reply::Records(records(["TXT in|pieces"])),
            found(["inpieces"]),
        ),
        (Reply::Nothing, Missing),
        (Reply::NxDomain, NxDomain),
        (Reply::Code(ResponseCode::ServFail), ServFail),
        (Reply::Code(ResponseCode::NotAuth), Lame),
        (Reply::NotAuthoritative(records([])), Lame),
        (Reply::NotAuthoritative(records(["TXT cached"])), Lame),
    ] {
        assert_eq!(answer_of(says.clone()).await, expected, "{says:?}");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_silent() {
    let server = server_that(Reply::Silent).await;
    let answers = answers_within(SHORT, &[&server]).await;
    assert_eq!(answers[0].answer, TxtAnswer::Silent);
}

#[tokio::test]
async fn one_that_refuses_its_own_zone_is_lame_and_one_that_refuses_the_record_refuses() {
    let refused = Reply::Code(ResponseCode::Refused);
    let lame = server_that(refused.clone())
        .await
        .says("example.org", SOA, refused.clone());
    let soa = Reply::Records(records(["SOA ns.example.org"]));
    let refusing = server_that(refused).await.says("example.org", SOA, soa);
    let answers = answers_of(&[&lame, &refusing]).await;
    assert_eq!(answers[0].answer, TxtAnswer::Lame);
    assert_eq!(answers[1].answer, TxtAnswer::Refused);
}

#[tokio::test]
async fn a_truncated_answer_is_asked_for_again_over_tcp() {
    let server = server_that(Reply::OnlyOverTcp(records(["TXT long"]))).await;
    assert_eq!(answers_of(&[&server]).await[0].answer, found(["long"]));
    let asked = ["UDP", "TCP"].map(|over| format!("TXT {NAME} over {over}"));
    assert_eq!(server.asked(), asked);
}

#[tokio::test]
async fn a_server_that_is_silent_over_udp_is_asked_over_tcp() {
    let server = server_that(Reply::SilentOverUdp(records(["TXT a"]))).await;
    let answers = answers_within(3 * SHORT, &[&server]).await;
    assert_eq!(answers[0].answer, found(["a"]));
    assert!(server.asked().last().unwrap().ends_with("over TCP"));
}

#[tokio::test]
async fn a_server_that_knows_no_edns_is_asked_without() {
    let answer = answer_of(Reply::KnowsNoEdns(records(["TXT a"]))).await;
    assert_eq!(answer, found(["a"]));
}

#[tokio::test]
async fn an_answer_to_another_question_is_passed_over() {
    let answer = answer_of(Reply::AfterForgery(records(["TXT real"]))).await;
    assert_eq!(answer, found(["real"]));
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_told_as_such() {
    let answer = answer_of(Reply::Garbage).await;
    assert!(matches!(answer, TxtAnswer::NotUnderstood(_)), "{answer:?}");
}

#[tokio::test]
async fn a_slow_server_is_waited_for() {
    let server = server_that(Reply::Slow(4 * SHORT, records(["TXT a"]))).await;
    let answers = answers_within(3 * SHORT, &[&server]).await;
    assert_eq!(answers[0].answer, found(["a"]));
}

#[tokio::test]
async fn nobody_at_an_address_is_told_apart_from_silence() {
    let closed = {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.local_addr().unwrap()
    };
    let server = zone::NameServer {
        name: "ns.test".to_owned(),
        addresses: vec![closed],
        problem: None,
    };
    let nameless = zone::NameServer {
        name: "gone.test".to_owned(),
        addresses: Vec::new(),
        problem: Some("it has no address".to_owned()),
    };
    let zone = "example.org".parse().unwrap();
    let resolver = Resolver::of(&[]).patient_for(Duration::from_secs(5));
    let answers = resolver
        .check(&[server, nameless], &zone, &NAME.parse().unwrap())
        .await;
    assert!(
        matches!(answers[0].answer, TxtAnswer::Unreachable(_)),
        "{answers:?}"
    );
    assert_eq!(
        answers[1].answer,
        TxtAnswer::Unreachable("it has no address".to_owned())
    );
    assert_eq!(answers[1].address, None);
}

#[tokio::test]
async fn all_servers_are_asked_at_the_same_time_and_answer_in_their_order() {
    let slow = server_that(Reply::Slow(SHORT, records(["TXT a"]))).await;
    let quick = server_that(Reply::Records(records(["TXT b"]))).await;
    let answers = answers_of(&[&slow, &quick]).await;
    assert_eq!(answers[0].answer, found(["a"]));
    assert_eq!(answers[1].answer, found(["b"]));
}

#[tokio::test]
async fn a_value_is_everywhere_once_no_server_answers_without_it() {
    let answer = |answer: &TxtAnswer| ServerAnswer {
        server: "ns.test".to_owned(),
        address: None,
        answer: answer.clone(),
        millis: 1,
    };
    for (answers, expected) in [
        (vec![found(["a"]), found(["b", "a"])], true),
        (vec![found(["a"]), TxtAnswer::Silent, TxtAnswer::Lame], true),
        (vec![found(["a"]), found(["b"])], false),
        (vec![found(["a"]), TxtAnswer::Missing], false),
        (vec![found(["a"]), TxtAnswer::NxDomain], false),
        (vec![TxtAnswer::Silent], false),
        (vec![], false),
    ] {
        let told: Vec<_> = answers.iter().map(answer).collect();
        assert_eq!(is_everywhere(&told, "a"), expected, "{answers:?}");
    }
}
