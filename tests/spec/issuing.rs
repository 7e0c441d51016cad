//! Certificates from requests and from keys in the vault.

use std::collections::BTreeSet;

use chancery_engine::api::{
    CertificateCommand, CertificateKey, CertificateStatus, Choices, Command, Field, Health,
    HealthQuestion, KeyChoice, KeyType, Kind, NewCertificate, PreviewRequest, Remedy,
    RequestCommand, RequestState, ShowCertificate, ShowRequest, Take, Verdict,
};
use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa};
use spec::{World, approve, csr, csr_of, issue, issued, submit};

#[test]
fn a_request_becomes_a_certificate_when_a_person_approves_it() {
    let (world, ca) = World::with_authorities();
    let request = world.submitted(&csr(&["www.example.internal"]), ca, "server");
    let waiting = world.client.read(&ShowRequest(request)).unwrap().value;
    assert_eq!(waiting.row.state, RequestState::Pending);
    let id = world.approved(request);
    let shown = world.client.read(&ShowCertificate(id)).unwrap().value;
    assert_eq!(shown.row.name, "www.example.internal");
    assert_eq!(shown.row.key, CertificateKey::Endpoint);
    assert_eq!(shown.row.status, CertificateStatus::Active);
    assert_eq!(shown.request, Some(request));
    assert_eq!(shown.chain.len(), 2, "the issuing authority and the root");
    let decided = world.client.read(&ShowRequest(request)).unwrap().value;
    assert_eq!(decided.certificate, Some(id));
    assert_eq!(decided.decided_by.as_deref(), Some("alice"));
}

#[test]
fn a_decided_request_is_not_decided_again() {
    let (world, ca) = World::with_authorities();
    let request = world.submitted(&csr(&["www.example.internal"]), ca, "server");
    world.approved(request);
    assert_eq!(world.refused(approve(request)).code, "request.decided");
    let reason = "too late".to_owned();
    let reject = Command::Request(RequestCommand::Reject {
        id: request,
        reason,
    });
    assert_eq!(world.refused(reject).code, "request.decided");
}

#[test]
fn of_two_who_approve_at_once_exactly_one_issues() {
    let (world, ca) = World::with_authorities();
    let before = world.inventory().value.total;
    let request = world.submitted(&csr(&["www.example.internal"]), ca, "server");
    let both = [world.send(approve(request)), world.send(approve(request))];
    let endings = both.map(|ticket| format!("{:?}", ticket.wait()));
    let done = endings
        .iter()
        .filter(|ending| ending.starts_with("Done"))
        .count();
    assert_eq!(done, 1, "{endings:?}");
    assert_eq!(world.inventory().value.total, before + 1);
}

#[test]
fn a_key_made_in_the_vault_is_shown_as_such() {
    let (world, ca) = World::with_authorities();
    let wish = NewCertificate {
        authority: ca,
        profile: "server".parse().unwrap(),
        common_name: "db.example.internal".to_owned(),
        identifiers: vec!["ip:10.0.0.7".parse().unwrap()],
        days: None,
        beyond_ceiling: false,
        key: KeyChoice::New(KeyType::P256),
    };
    let consent = None;
    let command = Command::Certificate(CertificateCommand::Issue { wish, consent });
    let id = issued(world.done(command).0);
    let shown = world.client.read(&ShowCertificate(id)).unwrap().value;
    assert!(matches!(shown.row.key, CertificateKey::Vault(_)));
    let names: Vec<String> = shown
        .row
        .identifiers
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["dns:db.example.internal", "ip:10.0.0.7"]);
}

#[test]
fn a_host_whose_name_is_too_long_for_a_common_name_stands_among_the_alternative_names_only() {
    let (world, ca) = World::with_authorities();
    let host = format!("{}.{}.example.internal", "a".repeat(40), "b".repeat(40));
    let wish = NewCertificate {
        authority: ca,
        profile: "server".parse().unwrap(),
        common_name: host.clone(),
        identifiers: Vec::new(),
        days: None,
        beyond_ceiling: false,
        key: KeyChoice::New(KeyType::P256),
    };
    let consent = None;
    let command = Command::Certificate(CertificateCommand::Issue { wish, consent });
    let id = issued(world.done(command).0);
    let shown = world.client.read(&ShowCertificate(id)).unwrap().value;
    assert_eq!(shown.row.name, host);
    assert_eq!(
        shown.row.identifiers,
        [format!("dns:{host}").parse().unwrap()]
    );
    let described = &shown.description;
    let subject = described.fields.iter().find(|it| it.label == "Subject");
    assert_eq!(subject.unwrap().value, "(empty)");
    let names = described
        .parts
        .iter()
        .find(|part| part.title.contains("alternative"));
    assert!(names.unwrap().title.ends_with("(critical)"), "{names:?}");
}

#[test]
fn what_is_wrong_with_a_request_is_one_sentence_with_a_remedy_and_changes_nothing() {
    let (world, ca) = World::with_authorities();
    let mut unsigned = csr(&["www.example.internal"]);
    let last = unsigned.len() - 1;
    unsigned[last] ^= 1;
    let authority = |params: &mut rcgen::CertificateParams| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    };
    let code_signing = |params: &mut rcgen::CertificateParams| {
        params
            .extended_key_usages
            .push(ExtendedKeyUsagePurpose::CodeSigning);
    };
    let thousand: Vec<String> = (0..1000)
        .map(|n| format!("h{n}.example.internal"))
        .collect();
    let thousand: Vec<&str> = thousand.iter().map(String::as_str).collect();
    let cases = [
        ("not a request", b"hello".to_vec()),
        ("cut short", csr(&["www.example.internal"])[..100].to_vec()),
        ("bad signature", unsigned),
        ("a megabyte", vec![0x30; 1 << 20]),
        ("CA:TRUE", csr_of(&["www.example.internal"], authority)),
        ("wrong EKU", csr_of(&["www.example.internal"], code_signing)),
        ("a thousand names", csr(&thousand)),
        ("outside the constraints", csr(&["www.example.com"])),
        ("a wildcard of everything", csr(&["*.internal"])),
    ];
    for (what, request) in cases {
        let before = world.inventory().value;
        let report = world.refused(issue(&request, ca, "server"));
        assert!(
            matches!(report.kind, Kind::Refused | Kind::Malformed),
            "{what}: {report:?}"
        );
        assert!(
            matches!(report.remedy, Remedy::Do(_) | Remedy::Typed(_))
                && !report.remedy.to_string().is_empty(),
            "{what}"
        );
        assert!(
            !report.what.contains('\n') && report.what.len() < 300,
            "{what}: {report:?}"
        );
        assert_eq!(world.inventory().value, before, "{what}");
        let health = world.client.read(&HealthQuestion).unwrap().value;
        assert_eq!(
            Health {
                due: Vec::new(),
                ..(*health).clone()
            }
            .possibly_issued,
            0,
            "{what}"
        );
        let last = world.audit().pop().unwrap();
        assert_eq!(
            (last.action.as_str(), last.outcome.as_str()),
            ("request.issue", "refused")
        );
    }
}

#[test]
fn the_bench_shows_what_was_asked_and_refuses_until_a_person_chooses() {
    let (world, ca) = World::with_authorities();
    let request = csr_of(&["www.example.internal"], |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    });
    let id = world.submitted(&request, ca, "server");
    let preview = |choices: Choices| {
        let question = PreviewRequest {
            id,
            choices,
            beyond_ceiling: false,
        };
        world.client.read(&question).unwrap().value
    };
    let refused = preview(Choices::default());
    assert!(refused.refused.is_some());
    let row = refused
        .rows
        .iter()
        .find(|row| row.field == Field::BasicConstraints)
        .unwrap();
    assert!(matches!(row.verdict, Verdict::Refused(_)), "{row:?}");
    let choices = Choices {
        takes: vec![(Field::BasicConstraints, Take::Profile)],
        days: None,
    };
    assert_eq!(preview(choices.clone()).refused, None);
    let approve = Command::Request(RequestCommand::Approve {
        id,
        choices,
        beyond_ceiling: false,
        consent: None,
    });
    issued(world.done(approve).0);
}

#[test]
fn an_authoritys_own_key_is_never_certified() {
    let (world, ca) = World::with_authorities();
    let pem = world
        .client
        .read(&chancery_engine::api::ShowAuthority(ca))
        .unwrap();
    let pem = pem.value.certificate_pem.clone();
    let report = world.refused(submit(pem.as_bytes(), ca, "server"));
    assert_eq!(
        report.kind,
        Kind::Malformed,
        "a certificate is no request: {report:?}"
    );
}

#[test]
fn serials_are_positive_random_and_never_twice() {
    let (world, ca) = World::with_authorities();
    let request = csr(&["www.example.internal"]);
    let tickets: Vec<_> = (0..64)
        .map(|_| world.send(issue(&request, ca, "server")))
        .collect();
    for ticket in tickets {
        spec::done(ticket.wait());
    }
    let page = world.inventory().value;
    let serials: BTreeSet<_> = page.rows.iter().map(|row| row.serial.clone()).collect();
    assert_eq!(serials.len(), page.rows.len());
    for serial in serials {
        assert!((15..=16).contains(&serial.as_bytes().len()), "{serial}");
        assert!(
            serial.as_bytes()[0] < 0x80 || serial.as_bytes().len() < 16,
            "{serial}"
        );
    }
}

#[test]
fn each_certificate_leaves_its_intent_and_its_record_in_the_audit() {
    let (world, ca) = World::with_authorities();
    let before = world.audit().len();
    let id = issued(
        world
            .done(issue(&csr(&["www.example.internal"]), ca, "server"))
            .0,
    );
    let entries = world.audit().split_off(before);
    let outcomes: Vec<_> = entries.iter().map(|entry| entry.outcome.as_str()).collect();
    assert_eq!(outcomes, ["intent", "done"]);
    for entry in &entries {
        assert_eq!(entry.resource.as_ref().unwrap().id, id.to_string());
        assert_eq!(entry.cause, entries[0].cause);
    }
    assert!(
        entries[1].details.contains("used to sign a certificate"),
        "{entries:?}"
    );
}
