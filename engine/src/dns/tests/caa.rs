//! Which CAA records count.

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType::CAA;

use super::resolver;
use crate::base::Explain;
use crate::dns::nameserver::{NameServer, Reply, records};

#[tokio::test]
async fn the_nearest_set_counts_and_those_above_do_not() {
    let server = NameServer::start()
        .await
        .says("www.example.org", CAA, Reply::NxDomain)
        .says(
            "example.org",
            CAA,
            Reply::Records(records(["CAA issue ca.example; validationmethods=dns-01"])),
        )
        .says("org", CAA, Reply::Records(records(["CAA issue ;"])));
    for name in ["www.example.org", "*.www.example.org", "example.org"] {
        let set = resolver(&[&server]).caa(&name.parse().unwrap()).await;
        let set = set.unwrap().unwrap();
        assert_eq!(set.at.as_str(), "example.org");
        assert_eq!(set.records[0].issuer, "ca.example");
        let method = ("validationmethods".to_owned(), "dns-01".to_owned());
        assert_eq!(set.records[0].parameters, [method]);
    }
}

#[tokio::test]
async fn the_set_of_an_alias_is_that_of_its_target() {
    let alias = ["CNAME www.cdn.test", "www.cdn.test: CAA issue cdn.example"];
    let server =
        NameServer::start()
            .await
            .says("www.example.org", CAA, Reply::Records(records(alias)));
    let set = resolver(&[&server])
        .caa(&"www.example.org".parse().unwrap())
        .await;
    assert_eq!(set.unwrap().unwrap().records[0].issuer, "cdn.example");
}

#[tokio::test]
async fn without_any_record_up_to_the_top_nothing_is_forbidden() {
    let server = NameServer::start().await;
    let set = resolver(&[&server])
        .caa(&"www.example.org".parse().unwrap())
        .await;
    assert_eq!(set, Ok(None));
}

#[tokio::test]
async fn a_look_up_that_fails_is_an_error_and_no_permission() {
    let server =
        NameServer::start()
            .await
            .says("example.org", CAA, Reply::Code(ResponseCode::ServFail));
    let name = "www.example.org".parse().unwrap();
    let error = resolver(&[&server]).caa(&name).await.unwrap_err();
    assert_eq!(error.code(), "dns.servfail");
}
