//! An authority that comes after those that it issued: they are put below it.

use std::fs;

use chancery_engine::api::{
    AuthorityCommand, AuthorityFact, AuthorityId, AuthorityState, CertificateStatus, Choices,
    Command, CrlPlace, Fact, Grant, ImportOutcome, KeyType, NewAuthorityRequest, Reach,
    RequestCommand, RevocationCommand, RevocationReason, Selection, ShowAuthority, ShowCertificate,
};
use spec::{World, csr, issue, issued, root, typed};

use super::{Ca, Desk, authority, ca, ca_params, certificate, taken};

/// A root in one installation, and below it an authority of another that has its own key.
struct Two {
    offline: World,
    online: World,
    root: AuthorityId,
    issuing: AuthorityId,
    root_pem: String,
}

#[test]
fn an_authority_of_another_installation_stops_once_the_root_and_its_list_are_imported() {
    let (two, desk) = (Two::new(), Desk::new());
    let online = &two.online;
    let own = certificate(online, "Issuing CA");
    assert_eq!(
        (own.issuer_is_here, &own.issuer_name[..]),
        (false, "CN=Root CA")
    );
    let report = online.refused(Command::Revocation(RevocationCommand::Revoke {
        what: Selection::Certificates(vec![own.id]),
        reason: RevocationReason::CaCompromise,
        invalid_since: None,
    }));
    assert_eq!(report.code, "revocation.elsewhere");
    let step = format!("{:?}", report.remedy);
    assert!(
        step.contains("sign that CA's list there") && step.contains("import"),
        "{step}"
    );

    online.done(issue(&csr(&["a.internal"]), two.issuing, "server"));
    let list = two.revoked_list(&desk);
    // The list alone is not believed, and what to do is said.
    let rows = taken(online, &desk.put("off.crl", &list)).rows;
    assert_eq!(rows[0].outcome, ImportOutcome::NotTaken);
    assert!(
        rows[0].into.contains("import its certificate first"),
        "{rows:?}"
    );
    let done = taken(online, &desk.put("root.pem", &two.root_pem));
    assert_eq!(done.authorities.len(), 1);
    let told = done.rows.iter().find(|row| row.name == "Issuing CA");
    assert!(told.unwrap().into.contains("under Root CA"), "{done:?}");
    let row = authority(online, "Issuing CA");
    assert_eq!(row.parent, Some(authority(online, "Root CA").id));
    assert_eq!(certificate(online, "Issuing CA").issuer_name, "Root CA");
    let rows = taken(online, &desk.put("off.crl", &list)).rows;
    assert!(
        rows[0].warnings[0].contains("Issuing CA issues nothing"),
        "{rows:?}"
    );

    assert_eq!(
        authority(online, "Issuing CA").state,
        AuthorityState::Revoked
    );
    assert_eq!(
        certificate(online, "Issuing CA").status,
        CertificateStatus::Revoked
    );
    let refused = online.refused(issue(&csr(&["b.internal"]), two.issuing, "server"));
    assert_eq!(refused.code, "authority.revoked");
}

#[test]
fn a_root_that_was_imported_before_the_authority_was_installed_is_above_it_as_well() {
    let (two, desk) = (Two::asked(), Desk::new());
    taken(&two.online, &desk.put("root.pem", &two.root_pem));
    two.install();
    taken(&two.online, &desk.put("off.crl", two.revoked_list(&desk)));
    let state = authority(&two.online, "Issuing CA").state;
    assert_eq!(state, AuthorityState::Revoked);
}

#[test]
fn certificates_that_came_before_their_authority_are_revoked_by_its_list() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let old = ca("Old Root");
    for (name, serial) in [("a.example.org", 0x11), ("b.example.org", 0x12)] {
        taken(&world, &desk.put("leaf.pem", old.leaf_with(name, serial).0));
    }
    let stranger = ca("Old Root").leaf("c.example.org").0;
    taken(&world, &desk.put("stranger.pem", stranger));
    let done = taken(&world, &desk.put("ca.pem", &old.pem));
    assert_eq!((done.authorities.len(), done.certificates), (1, 1));
    taken(&world, &desk.put("old.crl", old.revoking(&[0x11], 7)));
    let row = |name: &str| certificate(&world, name);
    assert_eq!(row("a.example.org").status, CertificateStatus::Revoked);
    assert_eq!(row("b.example.org").issuer_name, "Old Root");
    assert_ne!(row("b.example.org").status, CertificateStatus::Revoked);
    assert!(!row("c.example.org").issuer_is_here, "only its name fits");
    assert_eq!(authority(&world, "Old Root").issued, 2);
    let again = taken(&world, &desk.put("ca.pem", &old.pem));
    assert_eq!(again.rows.len(), 1, "{again:?}");
}

#[test]
fn the_authorities_below_get_no_more_room_than_the_one_that_came_leaves() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let top = super::ca_of("Top", |params| {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(2));
    });
    let middle = top.below("Middle");
    let low = middle.below("Low");
    for (file, pem) in [
        ("low", &low.pem),
        ("middle", &middle.pem),
        ("top", &top.pem),
    ] {
        taken(&world, &desk.put(&format!("{file}.pem"), pem));
    }
    let shape: Vec<_> = world
        .authorities()
        .into_iter()
        .map(|row| (row.depth, row.name, row.path_len))
        .collect();
    let expected = [(0, "Top", 2), (1, "Middle", 1), (2, "Low", 0)];
    assert_eq!(
        shape,
        expected.map(|(depth, name, room)| (depth, name.to_owned(), Some(room)))
    );
}

#[test]
fn a_list_of_the_root_counts_also_where_an_authority_between_is_not_here() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let (id, top, _) = installed_under_two(&world);
    taken(&world, &desk.put("top.pem", &top.pem));
    taken(&world, &desk.put("top.crl", top.revoking(&[0x77], 1)));
    assert_eq!(
        authority(&world, "Issuing CA").state,
        AuthorityState::Revoked
    );
    let refused = world.refused(issue(&csr(&["b.internal"]), id, "server"));
    assert_eq!(refused.code, "authority.revoked");
}

#[test]
fn what_stood_above_an_authority_stays_above_the_one_that_it_is_put_below() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let (id, top, middle) = installed_under_two(&world);
    taken(&world, &desk.put("middle.pem", &middle.pem));
    let parent = authority(&world, "Issuing CA").parent;
    assert_eq!(parent, Some(authority(&world, "Middle").id));
    let shown = world.client.read(&ShowAuthority(id)).unwrap().value;
    assert!(shown.chain_pem.ends_with(&top.pem), "the root is not lost");
}

/// An authority of ours below Middle, which Top has signed with the serial 0x77; neither is here.
fn installed_under_two(world: &World) -> (AuthorityId, Ca, Ca) {
    let top = ca("Top");
    let params = ca_params("Middle", |params| {
        params.serial_number = Some(rcgen::SerialNumber::from(0x77u64));
    });
    let key = rcgen::KeyPair::generate().unwrap();
    let middle = Ca {
        pem: params.signed_by(&key, &top.issuer).unwrap().pem(),
        key: key.serialize_pem(),
        issuer: rcgen::Issuer::new(params, key),
    };
    let id = requested(world);
    let request = request_of(world, id);
    let own = rcgen::CertificateSigningRequestParams::from_pem(&request).unwrap();
    let mut params = ca_params("Issuing CA", |_| ());
    params.distinguished_name = own.params.distinguished_name.clone();
    let own = params.signed_by(&own.public_key, &middle.issuer).unwrap();
    let certificates = [own.pem(), middle.pem.clone(), top.pem.clone()]
        .concat()
        .into_bytes();
    world.done(Command::Authority(AuthorityCommand::Install {
        id,
        certificates,
    }));
    (id, top, middle)
}

fn requested(world: &World) -> AuthorityId {
    let request = NewAuthorityRequest {
        name: "Issuing CA".to_owned(),
        subject: None,
        key_type: KeyType::P256,
        path_len: Some(0),
        reach: Reach::Usual,
        grant: Some(Grant::default()),
        consent: typed(),
    };
    let (fact, _) = world.done(Command::Authority(AuthorityCommand::Request(request)));
    match fact {
        Fact::Authority(AuthorityFact::Requested { id }) => id,
        other => panic!("expected a request, got {other:?}"),
    }
}

fn request_of(world: &World, id: AuthorityId) -> String {
    let shown = world.client.read(&ShowAuthority(id)).unwrap().value;
    shown.request_pem.clone().unwrap()
}

impl Two {
    fn new() -> Self {
        let two = Self::asked();
        two.install();
        two
    }

    /// The authority waits for its certificate.
    fn asked() -> Self {
        let (offline, online) = (World::with_vault(), World::with_vault());
        let root = offline.created(root("Root CA"));
        let shown = offline.client.read(&ShowAuthority(root)).unwrap().value;
        Self {
            issuing: requested(&online),
            root_pem: shown.certificate_pem.clone(),
            root,
            offline,
            online,
        }
    }

    fn install(&self) {
        let request = request_of(&self.online, self.issuing);
        let submitted = self
            .offline
            .submitted(request.as_bytes(), self.root, "intermediate");
        let approve = Command::Request(RequestCommand::Approve {
            id: submitted,
            choices: Choices::default(),
            beyond_ceiling: false,
            consent: Some(typed()),
        });
        let signed = issued(self.offline.done(approve).0);
        let shown = self.offline.client.read(&ShowCertificate(signed)).unwrap();
        let certificates = [&shown.value.pem[..], &self.root_pem].concat().into_bytes();
        self.online
            .done(Command::Authority(AuthorityCommand::Install {
                id: self.issuing,
                certificates,
            }));
    }

    /// The root revokes the authority, and signs the list that says so.
    fn revoked_list(&self, desk: &Desk) -> Vec<u8> {
        let signed = certificate(&self.offline, "Issuing CA").id;
        self.offline
            .done(Command::Revocation(RevocationCommand::Revoke {
                what: Selection::Certificates(vec![signed]),
                reason: RevocationReason::CaCompromise,
                invalid_since: None,
            }));
        self.offline
            .done(Command::Revocation(RevocationCommand::CreateCrl {
                authority: self.root,
                days: None,
                despite_clock: false,
                consent: Some(typed()),
            }));
        let file = desk.0.path().join("signed.crl");
        self.offline
            .done(Command::Revocation(RevocationCommand::ExportCrl {
                authority: self.root,
                place: CrlPlace::File(file.clone()),
                der: true,
            }));
        fs::read(file).unwrap()
    }
}
