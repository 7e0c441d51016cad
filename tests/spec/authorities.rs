//! Roots, intermediates, grants, and the way across two installations.

use chancery_engine::api::{
    AuthorityCommand, AuthorityFact, AuthorityState, Choices, Command, Consent, Custody, Fact,
    Given, Grant, Kind, NewAuthority, NewAuthorityRequest, Reach, RequestCommand, Secret,
    ShowAuthority, ShowCertificate,
};
use spec::{World, csr, csr_of, intermediate, issue, issued, passphrase, root, typed};

#[test]
fn a_root_is_confined_to_private_names_unless_a_person_says_otherwise() {
    let world = World::with_vault();
    world.created(root("Example Root"));
    let row = world.authorities().remove(0);
    let permitted: Vec<_> = row
        .permitted
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    for expected in [
        "dns:internal",
        "dns:home.arpa",
        "ip:10.0.0.0/8",
        "ip:fc00::/7",
    ] {
        assert!(
            permitted.iter().any(|tree| tree == expected),
            "{expected} in {permitted:?}"
        );
    }
    world.created(NewAuthority {
        reach: Reach::Anything,
        ..root("Other Root")
    });
    assert_eq!(world.authorities().pop().unwrap().permitted, None);
}

#[test]
fn an_intermediate_repeats_the_constraints_of_its_parent() {
    let (world, issuing) = World::with_authorities();
    let rows = world.authorities();
    let [root, child] = &rows[..] else {
        panic!("{rows:?}")
    };
    assert_eq!(
        (child.id, child.parent, child.depth),
        (issuing, Some(root.id), 1)
    );
    assert_eq!(child.permitted, root.permitted);
    assert!(
        root.online_root,
        "its key shares the vault with the issuing authority's"
    );
}

#[test]
fn an_attended_key_does_not_sign_without_a_person() {
    let world = World::with_vault();
    let root = world.created(root("Example Root"));
    let report = world.refused(issue(&csr(&["www.example.internal"]), root, "server"));
    assert_eq!(
        (report.code.as_ref(), report.kind),
        ("authority.needs-passphrase", Kind::Locked)
    );
}

#[test]
fn a_passphrase_from_a_file_must_name_the_authority_that_signs() {
    let world = World::with_vault();
    let parent = world.created(root("Example Root"));
    let with = |given| NewAuthority {
        consent: Consent {
            passphrase: passphrase(),
            given,
        },
        ..intermediate("Example Issuing CA", parent)
    };
    let create = |given| Command::Authority(AuthorityCommand::Create(with(given)));
    for given in [Given::File, Given::Confirmed("Another Root".to_owned())] {
        assert_eq!(
            world.refused(create(given)).code,
            "authority.needs-confirmation"
        );
    }
    world.done(create(Given::Confirmed("Example Root".to_owned())));
}

#[test]
fn an_issuing_authority_has_no_room_below_it() {
    let (world, issuing) = World::with_authorities();
    let new = NewAuthority {
        grant: None,
        ..intermediate("Too Deep", issuing)
    };
    let report = world.refused(Command::Authority(AuthorityCommand::Create(new)));
    assert_eq!(report.kind, Kind::Refused, "{report:?}");
    assert_eq!(world.authorities().len(), 2);
}

#[test]
fn a_name_is_taken_once() {
    let world = World::with_vault();
    world.created(root("Example Root"));
    let again = Command::Authority(AuthorityCommand::Create(root("Example Root")));
    assert_eq!(world.refused(again).code, "authority.name-taken");
}

#[test]
fn the_end_of_a_grant_takes_unattended_use_away() {
    let (world, issuing) = World::with_authorities();
    world.done(issue(&csr(&["www.example.internal"]), issuing, "server"));
    world.done(Command::Authority(AuthorityCommand::EndGrant {
        id: issuing,
    }));
    let report = world.refused(issue(&csr(&["www.example.internal"]), issuing, "server"));
    assert_eq!(report.code, "authority.needs-passphrase");
    let grant = Grant::default();
    let consent = typed();
    world.done(Command::Authority(AuthorityCommand::Grant {
        id: issuing,
        grant,
        consent,
    }));
    world.done(issue(&csr(&["www.example.internal"]), issuing, "server"));
}

#[test]
fn a_grant_with_an_end_ends_by_itself() {
    let world = World::with_vault();
    let parent = world.created(root("Example Root"));
    let until = chancery_engine::api::Clock::now(&*world.clock).plus_days(1);
    let issuing = world.created(NewAuthority {
        grant: Some(Grant {
            profiles: Vec::new(),
            until: Some(until),
        }),
        ..intermediate("Example Issuing CA", parent)
    });
    world.clock.advance_days(2);
    let report = world.refused(issue(&csr(&["www.example.internal"]), issuing, "server"));
    assert_eq!(report.code, "authority.needs-passphrase");
    let attended = || world.authorities()[1].custody == Custody::Attended;
    spec::eventually("the scheduler ends the grant", attended);
}

#[test]
fn two_installations_build_one_chain_by_files_alone() {
    let (offline, online) = (World::with_vault(), World::with_vault());
    let root = offline.created(root("Offline Root"));
    let request = NewAuthorityRequest {
        name: "Issuing CA".to_owned(),
        subject: None,
        key_type: chancery_engine::api::KeyType::P256,
        path_len: Some(0),
        reach: Reach::Usual,
        grant: Some(Grant::default()),
        consent: typed(),
    };
    let (fact, _) = online.done(Command::Authority(AuthorityCommand::Request(request)));
    let Fact::Authority(AuthorityFact::Requested { id }) = fact else {
        panic!("{fact:?}")
    };
    let csr_file = online
        .client
        .read(&ShowAuthority(id))
        .unwrap()
        .value
        .request_pem
        .clone();

    let submitted = offline.submitted(csr_file.unwrap().as_bytes(), root, "intermediate");
    let approve = Command::Request(RequestCommand::Approve {
        id: submitted,
        choices: Choices::default(),
        beyond_ceiling: false,
        consent: Some(typed()),
    });
    let signed = issued(offline.done(approve).0);
    let signed = offline.client.read(&ShowCertificate(signed)).unwrap().value;
    let root_pem = offline
        .client
        .read(&ShowAuthority(root))
        .unwrap()
        .value
        .certificate_pem
        .clone();

    let alone = Command::Authority(AuthorityCommand::Install {
        id,
        certificates: signed.pem.clone().into_bytes(),
    });
    assert_eq!(
        online.refused(alone).code,
        "authority.wrong-chain",
        "its root is missing"
    );
    let certificates = [signed.pem.as_str(), &root_pem].concat().into_bytes();
    online.done(Command::Authority(AuthorityCommand::Install {
        id,
        certificates,
    }));
    let row = online.authorities().remove(0);
    assert_eq!(
        (row.state, row.online_root),
        (AuthorityState::Active, false)
    );
    online.done(issue(&csr(&["www.example.internal"]), id, "server"));
}

#[test]
fn what_is_installed_must_be_for_the_key_that_was_made_here() {
    let world = World::with_vault();
    let other = world.created(root("Other Root"));
    let pem = world
        .client
        .read(&ShowAuthority(other))
        .unwrap()
        .value
        .certificate_pem
        .clone();
    let request = NewAuthorityRequest {
        name: "Issuing CA".to_owned(),
        subject: None,
        key_type: chancery_engine::api::KeyType::P384,
        path_len: None,
        reach: Reach::Usual,
        grant: None,
        consent: typed(),
    };
    let (fact, _) = world.done(Command::Authority(AuthorityCommand::Request(request)));
    let Fact::Authority(AuthorityFact::Requested { id }) = fact else {
        panic!("{fact:?}")
    };
    let install = |bytes: &[u8]| {
        Command::Authority(AuthorityCommand::Install {
            id,
            certificates: bytes.to_vec(),
        })
    };
    assert_eq!(
        world.refused(install(pem.as_bytes())).code,
        "authority.other-key"
    );
    assert_eq!(world.refused(install(b"nothing")).kind, Kind::Malformed);
}

#[test]
fn a_wrong_passphrase_signs_nothing_even_where_a_grant_lies_ready() {
    let world = World::with_vault();
    let parent = world.created(NewAuthority {
        path_len: Some(2),
        ..root("Example Root")
    });
    let middle = world.created(NewAuthority {
        path_len: Some(1),
        ..intermediate("Middle CA", parent)
    });
    let before = world.authorities().len();
    let consent = || Consent {
        passphrase: Secret::new("not the passphrase".to_owned()),
        given: Given::Typed,
    };
    let asked = csr_of(&[], |params| {
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Sub CA");
    });
    let request = world.submitted(&asked, middle, "intermediate");
    let approve = Command::Request(RequestCommand::Approve {
        id: request,
        choices: Choices::default(),
        beyond_ceiling: false,
        consent: Some(consent()),
    });
    assert_eq!(world.refused(approve).code, "vault.wrong-passphrase");
    let create = Command::Authority(AuthorityCommand::Create(NewAuthority {
        consent: consent(),
        ..intermediate("Sub CA", middle)
    }));
    assert_eq!(world.refused(create).code, "vault.wrong-passphrase");
    assert_eq!(world.authorities().len(), before);
    assert_eq!(world.health().possibly_issued, 0);
}

#[test]
fn an_authority_does_not_bear_the_subject_of_the_one_above_it() {
    let world = World::with_vault();
    let parent = world.created(root("Example Root"));
    let create = Command::Authority(AuthorityCommand::Create(NewAuthority {
        subject: Some("CN=Example Root".to_owned()),
        ..intermediate("Issuing 2", parent)
    }));
    assert_eq!(world.refused(create).code, "authority.issuers-name");
}

#[test]
fn a_newer_grant_outlives_the_end_of_the_one_before() {
    let (world, issuing) = World::with_authorities();
    let until = chancery_engine::api::Clock::now(&*world.clock).plus_days(1);
    for until in [Some(until), None] {
        let grant = Grant {
            profiles: Vec::new(),
            until,
        };
        let consent = typed();
        world.done(Command::Authority(AuthorityCommand::Grant {
            id: issuing,
            grant,
            consent,
        }));
    }
    assert_eq!(world.health().due, [], "the older end is no longer due");
    world.clock.advance_days(2);
    world.done(issue(&csr(&["www.example.internal"]), issuing, "server"));
}

#[test]
fn what_a_person_writes_does_not_fill_the_audit() {
    let (world, issuing) = World::with_authorities();
    let request = world.submitted(&csr(&["www.example.internal"]), issuing, "server");
    world.done(Command::Request(RequestCommand::Reject {
        id: request,
        reason: "no ".repeat(1 << 20),
    }));
    let entry = world.audit().pop().unwrap();
    assert!(entry.details.len() < 10_000, "{}", entry.details.len());
    assert!(entry.details.ends_with("… (cut)"));
}
