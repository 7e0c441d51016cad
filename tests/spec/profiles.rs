//! Profiles: those built in, one's own, and what an authority writes into what it issues.

use chancery_engine::api::{
    Addresses, AuthorityCommand, AuthorityId, CertificateCommand, CertificateId, Command, Consent,
    Description, Given, Grant, Identifier, KeyChoice, KeyType, Kind, ListProfiles, NewAuthority,
    NewCertificate, PreviewRequest, ProfileCommand, ProfileContent, ProfileName, Publication,
    Reach, Report, ShowAuthority, ShowCertificate, ShowProfile, Verdict,
};
use spec::{World, approve, csr, intermediate, issue, issued, passphrase, root, typed};

fn name(text: &str) -> ProfileName {
    text.parse().unwrap()
}

fn copy(from: &str, to: &str) -> Command {
    Command::Profile(ProfileCommand::Copy {
        from: name(from),
        name: name(to),
    })
}

fn remove(text: &str) -> Command {
    Command::Profile(ProfileCommand::Remove { name: name(text) })
}

fn content(world: &World, text: &str) -> ProfileContent {
    let shown = world.client.read(&ShowProfile(name(text))).unwrap();
    shown.value.content.clone()
}

fn changed(world: &World, text: &str, change: impl FnOnce(&mut ProfileContent)) -> Command {
    let mut content = content(world, text);
    change(&mut content);
    Command::Profile(ProfileCommand::Change {
        name: name(text),
        content: Box::new(content),
    })
}

fn configure(id: AuthorityId, publication: Publication) -> Command {
    Command::Authority(AuthorityCommand::Configure {
        id,
        publication: Box::new(publication),
    })
}

fn publication(crl: &str) -> Publication {
    Publication {
        addresses: Addresses {
            crl: vec![crl.parse().unwrap()],
            ..Addresses::default()
        },
        ..Publication::default()
    }
}

/// A root and an issuing authority for every name.
fn unconfined() -> (World, AuthorityId) {
    let world = World::with_vault();
    let root = world.created(NewAuthority {
        reach: Reach::Anything,
        ..root("Example Root")
    });
    let ca = world.created(intermediate("Example Issuing CA", root));
    (world, ca)
}

fn wish(ca: AuthorityId, profile: &str, common_name: &str, key_type: KeyType) -> NewCertificate {
    NewCertificate {
        authority: ca,
        profile: name(profile),
        common_name: common_name.to_owned(),
        identifiers: Vec::new(),
        days: None,
        beyond_ceiling: false,
        key: KeyChoice::New(key_type),
    }
}

/// With a person there, whatever the grant covers.
fn make(wish: NewCertificate) -> Command {
    let consent = Some(typed());
    Command::Certificate(CertificateCommand::Issue { wish, consent })
}

fn described(world: &World, id: CertificateId) -> Description {
    let shown = world.client.read(&ShowCertificate(id)).unwrap();
    shown.value.description.clone()
}

fn says(description: &Description, part: &str, value: &str) -> bool {
    let parts = description
        .parts
        .iter()
        .filter(|it| it.title.starts_with(part));
    parts
        .flat_map(|it| &it.fields)
        .any(|field| field.value.contains(value))
}

fn has(description: &Description, part: &str) -> bool {
    description.parts.iter().any(|it| it.title == part)
}

#[test]
fn every_leaf_profile_issues_with_every_kind_of_key() {
    let (world, ca) = unconfined();
    // RSA 3072 and 4096 take seconds to make and differ from RSA 2048 in nothing a rule looks at.
    let slow = [KeyType::Rsa3072, KeyType::Rsa4096];
    for key_type in KeyType::ALL.into_iter().filter(|it| !slow.contains(it)) {
        for (profile, common_name, purpose) in [
            ("server", "www.example.internal", "TLS server"),
            ("client", "Anna", "TLS client"),
            ("code", "Example Ltd", "Code signing"),
            ("email", "anna@example.internal", "E-mail protection"),
            ("ocsp", "Responder", "OCSP signing"),
            ("timestamp", "Stamps", "Time stamping"),
        ] {
            let id = issued(world.done(make(wish(ca, profile, common_name, key_type))).0);
            let description = described(&world, id);
            assert!(
                says(&description, "Extended key usage", purpose),
                "{profile}"
            );
            assert_eq!(has(&description, "OCSP no check"), profile == "ocsp");
            let is_critical = has(&description, "Extended key usage (critical)");
            assert_eq!(is_critical, profile == "timestamp");
        }
    }
}

#[test]
fn an_address_as_common_name_is_what_a_certificate_for_mail_is_for() {
    let (world, ca) = unconfined();
    let id = issued(
        world
            .done(make(wish(ca, "email", "anna@a.internal", KeyType::P256)))
            .0,
    );
    let row = world
        .client
        .read(&ShowCertificate(id))
        .unwrap()
        .value
        .row
        .clone();
    let expected: Identifier = "email:anna@a.internal".parse().unwrap();
    assert_eq!(row.identifiers, [expected]);
    let nameless = world.refused(make(wish(ca, "email", "Anna", KeyType::P256)));
    assert_eq!(nameless.code, "issue.no-name");
}

#[test]
fn an_unattended_key_makes_no_ocsp_signer_unless_that_is_granted_by_name() {
    let (world, ca) = unconfined();
    let alone = |profile| {
        let wish = wish(ca, profile, "Responder", KeyType::P256);
        Command::Certificate(CertificateCommand::Issue {
            wish,
            consent: None,
        })
    };
    assert_eq!(
        world.refused(alone("ocsp")).code,
        "authority.needs-passphrase"
    );
    world.done(alone("client"));
    world.done(Command::Authority(AuthorityCommand::Grant {
        id: ca,
        grant: Grant {
            profiles: vec![name("ocsp")],
            until: None,
        },
        consent: typed(),
    }));
    world.done(alone("ocsp"));
}

#[test]
fn a_copy_is_issued_with_as_it_was_changed_and_what_was_issued_stays() {
    let (world, ca) = World::with_authorities();
    world.done(copy("server", "web"));
    let before = issued(world.done(issue(&csr(&["a.internal"]), ca, "web")).0);
    world.done(changed(&world, "web", |content| {
        content.title = "Our web servers".to_owned();
        content.default_days = 30;
        content.ceiling_days = 60;
        content.policies = vec!["1.3.6.1.4.1.99999.1=http://a.internal/cps".parse().unwrap()];
        content.extensions = vec!["1.3.6.1.5.5.7.1.24=3003020105".parse().unwrap()];
    }));
    let after = issued(world.done(issue(&csr(&["b.internal"]), ca, "web")).0);
    let row = |id| {
        world
            .client
            .read(&ShowCertificate(id))
            .unwrap()
            .value
            .row
            .clone()
    };
    let days = |id| {
        row(id)
            .not_before
            .days_until(row(id).not_after.plus_secs(1))
    };
    assert_eq!((days(before), days(after)), (90, 30));
    assert!(!has(&described(&world, before), "Certificate policies"));
    let description = described(&world, after);
    assert!(says(
        &description,
        "Certificate policies",
        "1.3.6.1.4.1.99999.1"
    ));
    assert!(has(&description, "TLS features"));
    let rows = world.client.read(&ListProfiles).unwrap().value;
    let web = rows.iter().find(|row| row.name == name("web")).unwrap();
    assert_eq!(
        (web.title.as_str(), &web.copy_of),
        ("Our web servers", &Some(name("server")))
    );
}

#[test]
fn a_profile_that_takes_some_types_of_key_refuses_the_others_before_a_key_is_made() {
    let (world, ca) = World::with_authorities();
    world.done(copy("server", "strong"));
    world.done(changed(&world, "strong", |content| {
        content.key_types = vec![KeyType::P384, KeyType::MlDsa65];
    }));
    let host = "www.example.internal";
    let refused = world.refused(make(wish(ca, "strong", host, KeyType::P256)));
    assert_eq!(
        (refused.code.as_ref(), refused.kind),
        ("issue.key-type", Kind::Refused)
    );
    let refused = world.refused(issue(&csr(&[host]), ca, "strong"));
    assert_eq!(refused.code, "issue.key-type");
    world.done(make(wish(ca, "strong", host, KeyType::MlDsa65)));
}

#[test]
fn what_cannot_be_copied_changed_or_removed_is_refused_with_the_reason() {
    let (world, ca) = World::with_authorities();
    let code = |command| world.refused(command).code.into_owned();
    assert_eq!(code(copy("nothing", "mine")), "profile.unknown");
    assert_eq!(code(copy("root", "mine")), "profile.unknown");
    assert_eq!(code(copy("server", "client")), "profile.name-taken");
    world.done(copy("server", "mine"));
    assert_eq!(code(copy("client", "mine")), "profile.name-taken");
    assert_eq!(code(remove("server")), "profile.built-in");
    assert_eq!(code(remove("nobody")), "profile.unknown");
    assert_eq!(code(changed(&world, "server", |_| ())), "profile.built-in");
    for (change, expected) in [
        (
            (|it: &mut ProfileContent| it.purposes = vec!["2.5.29.37.0".parse().unwrap()])
                as fn(&mut ProfileContent),
            "profile.purposes",
        ),
        (|it| it.ceiling_days = 3650, "profile.days"),
        (|it| it.default_days = 0, "profile.days"),
        (
            |it| it.names = chancery_engine::api::NameRule::None,
            "profile.names",
        ),
        (|it| it.title = String::new(), "profile.texts"),
        (
            |it| it.extensions = vec!["2.5.29.19=30030101ff,critical".parse().unwrap()],
            "addition.ours",
        ),
        (
            |it| it.extensions = vec!["1.2.3=3080".parse().unwrap()],
            "addition.value",
        ),
        (
            |it| it.policies = vec!["1.2.3".parse().unwrap(), "1.2.3".parse().unwrap()],
            "addition.repeated",
        ),
    ] {
        assert_eq!(code(changed(&world, "mine", change)), expected);
    }
    assert_eq!(
        content(&world, "mine"),
        content(&world, "server"),
        "nothing was saved"
    );
    world.done(issue(&csr(&["a.internal"]), ca, "mine"));
}

#[test]
fn a_profile_stays_while_a_grant_or_a_waiting_request_names_it() {
    let (world, ca) = World::with_authorities();
    world.done(copy("server", "web"));
    let request = world.submitted(&csr(&["a.internal"]), ca, "web");
    assert_eq!(world.refused(remove("web")).code, "profile.in-use");
    world.done(approve(request));
    let grant = |profiles: &[&str]| {
        Command::Authority(AuthorityCommand::Grant {
            id: ca,
            grant: Grant {
                profiles: profiles.iter().map(|it| name(it)).collect(),
                until: None,
            },
            consent: typed(),
        })
    };
    assert_eq!(world.refused(grant(&["nothing"])).code, "profile.unknown");
    world.done(grant(&["web"]));
    assert_eq!(world.refused(remove("web")).code, "profile.in-use");
    world.done(grant(&[]));
    world.done(remove("web"));
    let gone = world.refused(issue(&csr(&["b.internal"]), ca, "web"));
    assert_eq!(gone.code, "profile.unknown");
    let rows = world.inventory().value.rows.clone();
    assert!(
        rows.iter().any(|row| row.profile == name("web")),
        "what was issued stays"
    );
}

#[test]
fn a_copy_of_the_profile_for_authorities_is_not_covered_by_a_grant_for_hosts() {
    let world = World::with_vault();
    let root = world.created(NewAuthority {
        grant: Some(Grant::default()),
        ..root("Example Root")
    });
    world.done(copy("intermediate", "sub"));
    let request = spec::csr_of(&[], |params| {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Sub");
    });
    let refused = world.refused(issue(&request, root, "sub"));
    assert_eq!(refused.code, "authority.needs-passphrase");
}

#[test]
fn an_authority_writes_what_a_person_set_and_nothing_before() {
    let (world, ca) = World::with_authorities();
    let before = issued(world.done(issue(&csr(&["a.internal"]), ca, "server")).0);
    let url = "http://pki.example.internal/ca.crl";
    let mut all = publication(url);
    all.addresses.issuer = vec!["http://pki.example.internal/ca.crt".parse().unwrap()];
    all.addresses.ocsp = vec!["http://ocsp.example.internal".parse().unwrap()];
    all.policies = vec!["1.2.3".parse().unwrap()];
    world.done(configure(ca, all.clone()));
    let shown = world
        .client
        .read(&ShowAuthority(ca))
        .unwrap()
        .value
        .publication
        .clone();
    assert_eq!(shown, all);
    let after = issued(world.done(issue(&csr(&["b.internal"]), ca, "server")).0);
    for (id, expected) in [(before, false), (after, true)] {
        let description = described(&world, id);
        assert_eq!(says(&description, "CRL distribution points", url), expected);
        let access = "Authority information access";
        assert_eq!(says(&description, access, "ca.crt"), expected);
        assert_eq!(says(&description, access, "ocsp.example"), expected);
        assert_eq!(
            says(&description, "Certificate policies", "1.2.3"),
            expected
        );
    }
    let signer = issued(
        world
            .done(make(wish(ca, "ocsp", "Responder", KeyType::P256)))
            .0,
    );
    let description = described(&world, signer);
    assert!(says(&description, "Authority information access", "ca.crt"));
    assert!(!says(
        &description,
        "Authority information access",
        "ocsp.example"
    ));
    assert!(!has(&description, "CRL distribution points"));
    world.done(configure(ca, Publication::default()));
    let plain = issued(world.done(issue(&csr(&["c.internal"]), ca, "server")).0);
    assert!(!has(&described(&world, plain), "CRL distribution points"));
}

#[test]
fn the_comparison_of_a_request_says_what_people_set() {
    let (world, ca) = World::with_authorities();
    world.done(configure(ca, publication("http://a.internal/ca.crl")));
    let id = world.submitted(&csr(&["a.internal"]), ca, "server");
    let preview = world.client.read(&PreviewRequest {
        id,
        choices: Default::default(),
        beyond_ceiling: false,
    });
    let rows = preview.unwrap().value.rows.clone();
    let row = rows
        .iter()
        .find(|row| row.issued.as_deref() == Some("CRL distribution points"));
    assert_eq!(row.unwrap().verdict, Verdict::Added);
}

#[test]
fn an_address_that_no_program_fetches_is_refused_and_one_with_tls_is_warned_of() {
    let (world, ca) = World::with_authorities();
    let refused: Report = world.refused(configure(ca, publication("ldap://a.internal/cn=ca")));
    assert_eq!(
        (refused.code.as_ref(), refused.kind),
        ("addition.address", Kind::Malformed)
    );
    assert!(
        "http://a.internal/\u{7}"
            .parse::<chancery_engine::api::UriName>()
            .is_err()
    );
    world.done(configure(ca, publication("https://a.internal/ca.crl")));
    let id = world.submitted(&csr(&["a.internal"]), ca, "server");
    let preview = world.client.read(&PreviewRequest {
        id,
        choices: Default::default(),
        beyond_ceiling: false,
    });
    let findings = preview.unwrap().value.findings.clone();
    assert!(
        findings.iter().any(|it| it.lint == "house-web-addresses"),
        "{findings:?}"
    );
}

#[test]
fn what_is_set_is_in_the_audit() {
    let (world, ca) = World::with_authorities();
    world.done(copy("server", "web"));
    world.done(configure(ca, publication("http://a.internal/ca.crl")));
    world.refused(remove("server"));
    let rows = world.audit();
    let entry = |action: &str| rows.iter().find(|row| row.action == action).unwrap();
    assert!(
        entry("authority.configure")
            .details
            .contains("http://a.internal/ca.crl")
    );
    assert!(entry("profile.copy").details.contains("server"));
    assert!(rows.iter().any(|row| row.action == "profile.remove"));
}

#[test]
fn a_passphrase_from_a_file_still_names_the_authority_for_a_copy() {
    let (world, ca) = unconfined();
    world.done(Command::Authority(AuthorityCommand::EndGrant { id: ca }));
    world.done(copy("client", "people"));
    let consent = Some(Consent {
        passphrase: passphrase(),
        given: Given::File,
    });
    let wish = wish(ca, "people", "Anna", KeyType::P256);
    let refused = world.refused(Command::Certificate(CertificateCommand::Issue {
        wish,
        consent,
    }));
    assert_eq!(refused.code, "authority.needs-confirmation");
}
