//! CNAME records, zones and the servers of a zone.

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType::{A, AAAA, CNAME, NS, SOA};

use super::{SHORT, resolver};
use crate::base::Explain;
use crate::dns::RecordName;
use crate::dns::nameserver::{NameServer, Reply, records};

fn name(text: &str) -> RecordName {
    text.parse().unwrap()
}

#[tokio::test]
async fn without_a_cname_the_record_stands_where_it_is_asked_for() {
    let server = NameServer::start()
        .await
        .says("_acme-challenge.www.example.org", SOA, Reply::NxDomain)
        .says(
            "example.org",
            SOA,
            Reply::Records(records(["SOA ns.example.org"])),
        );
    let place = resolver(&[&server])
        .place(&name("_acme-challenge.www.example.org"))
        .await
        .unwrap();
    assert_eq!(place.passed, []);
    assert_eq!(place.name, place.asked);
    assert_eq!(place.zone, name("example.org"));
}

#[tokio::test]
async fn cname_records_are_followed_into_another_zone() {
    let server = NameServer::start()
        .await
        .says(
            "a.example.org",
            CNAME,
            Reply::Records(records(["CNAME B.other.test"])),
        )
        .says(
            "b.other.test",
            CNAME,
            Reply::Records(records(["CNAME c.auth.test"])),
        )
        .says(
            "auth.test",
            SOA,
            Reply::Records(records(["SOA ns.auth.test"])),
        );
    let place = resolver(&[&server])
        .place(&name("a.example.org"))
        .await
        .unwrap();
    assert_eq!(place.passed, [name("b.other.test"), name("c.auth.test")]);
    assert_eq!(place.name, name("c.auth.test"));
    assert_eq!(place.zone, name("auth.test"));
}

#[tokio::test]
async fn cname_records_in_a_circle_or_without_end_are_refused() {
    let mut server = NameServer::start()
        .await
        .says("a.test", CNAME, Reply::Records(records(["CNAME b.test"])))
        .says("b.test", CNAME, Reply::Records(records(["CNAME c.test"])))
        .says("c.test", CNAME, Reply::Records(records(["CNAME b.test"])))
        .says(
            "self.test",
            CNAME,
            Reply::Records(records(["CNAME self.test"])),
        );
    for hop in 0..20 {
        let next = format!("CNAME hop{}.test", hop + 1);
        let reply = Reply::Records(records([next.as_str()]));
        server = server.says(&format!("hop{hop}.test"), CNAME, reply);
    }
    for (asked, code) in [
        ("a.test", "dns.cname-loop"),
        ("self.test", "dns.cname-loop"),
        ("hop0.test", "dns.cname-too-long"),
    ] {
        let error = resolver(&[&server]).place(&name(asked)).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
}

#[tokio::test]
async fn the_soa_record_of_an_alias_target_is_not_taken_for_the_zone() {
    let alias = ["CNAME www.cdn.test", "cdn.test: SOA ns.cdn.test"];
    let server = NameServer::start()
        .await
        .says("www.example.org", SOA, Reply::Records(records(alias)))
        .says(
            "example.org",
            SOA,
            Reply::Records(records(["SOA ns.example.org"])),
        );
    let zone = resolver(&[&server]).zone(&name("www.example.org")).await;
    assert_eq!(zone, Ok(name("example.org")));
}

#[tokio::test]
async fn a_name_outside_every_zone_has_no_place() {
    let server = NameServer::start().await;
    let resolver = resolver(&[&server]);
    let error = resolver.place(&name("a.test")).await.unwrap_err();
    assert_eq!(error.code(), "dns.no-zone");
    let error = resolver.servers(&name("a.test")).await.unwrap_err();
    assert_eq!(error.code(), "dns.no-zone");
}

#[tokio::test]
async fn a_name_of_which_nothing_exists_up_to_the_top_does_not_exist() {
    let server = NameServer::start()
        .await
        .says("a.tset", SOA, Reply::NxDomain)
        .says("tset", SOA, Reply::NxDomain)
        .says("tset", NS, Reply::NxDomain);
    let resolver = resolver(&[&server]);
    let error = resolver.place(&name("a.tset")).await.unwrap_err();
    assert_eq!(error.code(), "dns.nxdomain");
    let error = resolver.servers(&name("tset")).await.unwrap_err();
    assert_eq!(error.code(), "dns.nxdomain");
}

#[tokio::test]
async fn each_failure_of_a_resolver_has_its_own_name() {
    for (reply, code) in [
        (Reply::Code(ResponseCode::ServFail), "dns.servfail"),
        (Reply::Code(ResponseCode::Refused), "dns.query-refused"),
        (
            Reply::Code(ResponseCode::NotImp),
            "dns.answer-not-understood",
        ),
        (Reply::Garbage, "dns.answer-not-understood"),
    ] {
        let server = NameServer::start().await.says("a.test", CNAME, reply);
        let error = resolver(&[&server])
            .place(&name("a.test"))
            .await
            .unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
    let silent = NameServer::start()
        .await
        .says("a.test", CNAME, Reply::Silent);
    let impatient = resolver(&[&silent]).patient_for(SHORT);
    let error = impatient.place(&name("a.test")).await.unwrap_err();
    assert_eq!(error.code(), "dns.timeout");
    let error = resolver(&[]).place(&name("a.test")).await.unwrap_err();
    assert_eq!(error.code(), "dns.no-resolvers");
}

#[tokio::test]
async fn the_next_resolver_is_asked_when_one_fails() {
    let failing =
        NameServer::start()
            .await
            .says("example.org", SOA, Reply::Code(ResponseCode::ServFail));
    let soa = records(["SOA ns.example.org"]);
    let working = NameServer::start()
        .await
        .says("example.org", SOA, Reply::Records(soa));
    let zone = resolver(&[&failing, &working])
        .zone(&name("example.org"))
        .await;
    assert_eq!(zone, Ok(name("example.org")));
}

#[tokio::test]
async fn every_server_is_found_with_all_its_addresses() {
    let server = NameServer::start()
        .await
        .says(
            "example.org",
            NS,
            Reply::Records(records([
                "NS ns2.test",
                "NS ns1.test",
                "NS gone.test",
                "NS ns1.test",
            ])),
        )
        .says(
            "ns1.test",
            A,
            Reply::Records(records(["A 192.0.2.1", "A 192.0.2.2"])),
        )
        .says(
            "ns1.test",
            AAAA,
            Reply::Records(records(["AAAA 2001:db8::1"])),
        )
        .says(
            "ns2.test",
            A,
            Reply::Records(records(["CNAME x.test", "x.test: A 192.0.2.3"])),
        )
        .says("gone.test", A, Reply::NxDomain)
        .says("gone.test", AAAA, Reply::NxDomain);
    let servers = resolver(&[&server])
        .servers(&name("example.org"))
        .await
        .unwrap();
    let told: Vec<String> = servers
        .iter()
        .map(|server| {
            format!(
                "{} {:?} {:?}",
                server.name, server.addresses, server.problem
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "gone.test [] Some(\"it has no address\")",
            "ns1.test [192.0.2.1:53, 192.0.2.2:53, [2001:db8::1]:53] None",
            "ns2.test [192.0.2.3:53] None",
        ]
    );
}

#[tokio::test]
async fn servers_named_in_the_settings_stand_for_those_of_the_zone() {
    let server = NameServer::start().await;
    let chosen = "127.0.0.1:5353".parse().unwrap();
    let resolver = resolver(&[&server]).with_authorities(&[chosen]);
    let servers = resolver.servers(&name("example.org")).await.unwrap();
    assert_eq!(servers.len(), 1);
    assert_eq!(servers[0].addresses, [chosen]);
    assert_eq!(server.asked(), [] as [&str; 0]);
}
