//! Orders as an engine would tell them.

use chancery_engine::api::{
    AcmeAccountId, ChallengeRow, ChallengeState, DnsName, DnsProviderId, OrderDetail, OrderId,
    OrderRow, OrderStage, OrderState, ServerAnswer, Timestamp, TxtAnswer,
};

pub(super) const NOW: Timestamp = Timestamp::from_secs(1_795_348_800);

pub(super) fn name(text: &str) -> DnsName {
    text.parse().unwrap()
}

pub(in crate::gui) fn order(stage: OrderStage, state: OrderState) -> OrderDetail {
    OrderDetail {
        row: OrderRow {
            id: OrderId::from_raw(1),
            names: vec![name("www.example.org"), name("*.example.org")],
            account: AcmeAccountId::from_raw(2),
            account_name: "letsencrypt".to_owned(),
            provider: DnsProviderId::from_raw(3),
            provider_name: "bind".to_owned(),
            stage,
            state,
            dry_run: false,
            started: NOW.plus_secs(-90),
            ended: None,
            certificate: None,
            replaces: None,
        },
        challenges: Vec::new(),
        left: Vec::new(),
        by_hand: Vec::new(),
        called_off: false,
        now: String::new(),
        next_try: None,
        steps: vec![(NOW.plus_secs(-80), "The CA has taken the order".to_owned())],
        propagation: None,
        may_go_on: false,
        url: None,
        acme_profile: None,
        chains: Vec::new(),
    }
}

/// While the servers of the zone are asked.
pub(super) fn propagating(state: OrderState, challenge: ChallengeState) -> OrderDetail {
    OrderDetail {
        challenges: vec![self::challenge(challenge)],
        propagation: Some((NOW.plus_secs(-20), NOW.plus_secs(580))),
        may_go_on: true,
        now: "waits until every server shows the record".to_owned(),
        ..order(OrderStage::Propagating, state)
    }
}

pub(super) fn challenge(state: ChallengeState) -> ChallengeRow {
    ChallengeRow {
        name: name("www.example.org"),
        state,
        record: "_acme-challenge.www.example.org".to_owned(),
        target: "www.acme.example.net".to_owned(),
        delegated_by: vec!["www.acme.example.net".to_owned()],
        zone: "example.net".to_owned(),
        value: "V".repeat(43),
        servers: vec![
            answer("ns1.example.net", TxtAnswer::Found(vec!["V".repeat(43)])),
            answer("ns2.example.net", TxtAnswer::NxDomain),
            answer("ns3.example.net", TxtAnswer::Silent),
        ],
        problem: None,
    }
}

fn answer(server: &str, answer: TxtAnswer) -> ServerAnswer {
    ServerAnswer {
        server: server.to_owned(),
        address: None,
        answer,
        millis: 12,
    }
}
