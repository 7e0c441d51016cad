//! Drafts: what they contain, what is refused, and that only approved and linted ones are signed.

use super::*;
use crate::base::{Fingerprint, KeyType, Subtree};
use crate::x509::certificate::Certificate;
use crate::x509::constraints::ConstraintError;
use crate::x509::extension::KeyUsage;
use crate::x509::fixture::{CaKey, NOW, TestKey, assert_tells, built_in, random, signed};
use crate::x509::key::KeyKind;
use crate::x509::oid;

fn wish(names: &[&str]) -> Wish {
    let names: Vec<Identifier> = names.iter().map(|name| name.parse().unwrap()).collect();
    let key = TestKey::new(KeyType::P256).public;
    Wish::new(Name::common_name("a.internal"), names, key)
}

fn refused(profile: &str, wish: Wish) -> DraftError {
    let error = CaKey::root().prepare(profile, wish).unwrap_err();
    assert_tells(&error);
    error
}

#[test]
fn a_leaf_reads_back_as_its_profile_says_for_every_type_of_key() {
    for kind in KeyType::ALL {
        let ca = CaKey::root_of(kind, Some(Constraints::private()));
        let key = TestKey::new(kind);
        let wish = Wish {
            key: key.public.clone(),
            ..wish(&["a.internal", "10.0.0.1"])
        };
        let draft = ca.prepare("server", wish).unwrap();
        let (serial, identifiers) = (draft.serial().clone(), draft.identifiers().to_vec());
        let linted = draft.approve(|_| Ok::<_, ()>(())).unwrap().lint().unwrap();
        let for_private_chains = kind.is_for_private_chains();
        assert_eq!(!linted.warnings().is_empty(), for_private_chains);
        let issued = linted.sign(|tbs| Ok::<_, SignatureMismatch>(ca.key.sign(tbs)));
        let issued = issued.unwrap();
        let read = Certificate::read(issued.der()).unwrap();
        assert_eq!(read.verify(&ca.key.public), Ok(()));
        assert_eq!(read.serial(), &serial);
        assert_eq!(read.issuer().to_string(), "O=Example, CN=Root");
        assert_eq!(read.identifiers(), identifiers);
        assert_eq!(read.public_key(), &key.public);
        assert_eq!((read.is_ca(), read.path_len()), (false, None));
        assert_eq!(read.extended_key_usage(), [oid::SERVER_AUTH]);
        let usage = read.key_usage().unwrap();
        assert_eq!(
            usage.contains(KeyUsage::KEY_ENCIPHERMENT),
            matches!(key.public.kind(), KeyKind::Rsa { .. })
        );
        assert_eq!(read.subject_key_id(), Some(&key.public.key_id()[..]));
        assert_eq!(read.authority_key_id(), Some(&ca.key.public.key_id()[..]));
        assert_eq!(read.not_before(), NOW.plus_secs(-3600));
        assert_eq!(
            read.not_before().plus_days(90).plus_secs(-1),
            read.not_after()
        );
        assert_eq!(read.fingerprint(), Fingerprint::of(issued.der()));
    }
}

#[test]
fn a_root_is_its_own_issuer_and_repeats_its_constraints_below() {
    let root = CaKey::root();
    let read = Certificate::read(root.certificate.der()).unwrap();
    assert!(read.is_ca() && read.is_self_issued());
    assert_eq!(read.path_len(), None);
    assert_eq!(read.verify(&root.key.public), Ok(()));
    assert_eq!(read.constraints().unwrap(), Some(Constraints::private()));
    assert_eq!(read.subject_key_id(), read.authority_key_id());

    let below = Certificate::read(root.below(None).certificate.der()).unwrap();
    assert_eq!(below.path_len(), Some(0));
    assert_eq!(below.constraints().unwrap(), Some(Constraints::private()));
    let usage = below.key_usage().unwrap();
    assert!(usage.contains(KeyUsage::KEY_CERT_SIGN.and(KeyUsage::CRL_SIGN)));
}

#[test]
fn an_unconstrained_root_has_no_constraints_and_issues_for_any_name() {
    let root = CaKey::root_of(KeyType::P384, None);
    let read = Certificate::read(root.certificate.der()).unwrap();
    assert_eq!(read.constraints(), Ok(None));
    assert!(root.issue("server", wish(&["www.example.com"])).is_ok());
}

#[test]
fn an_empty_subject_makes_the_names_critical() {
    let wish = Wish {
        subject: Name::none(),
        ..wish(&["a.internal"])
    };
    let issued = CaKey::root().issue("server", wish).unwrap();
    let signed = Signed::read(issued.der()).unwrap();
    let tbs = crate::x509::asn1::Tbs::read(signed.tbs).unwrap();
    assert!(tbs.extension(oid::SUBJECT_ALT_NAME).unwrap().critical);
    assert!(tbs.extension(oid::KEY_USAGE).unwrap().critical);
    assert!(tbs.extension(oid::BASIC_CONSTRAINTS).is_none());
}

#[test]
fn urls_are_written_only_where_a_person_set_them() {
    let ca = CaKey::root();
    let extensions = |view: &IssuerView| {
        let draft = Draft::prepare(
            built_in("server"),
            view,
            wish(&["a.internal"]),
            random(),
            NOW,
        );
        let issued = signed(&ca.key, draft.unwrap());
        let signed = Signed::read(issued.der()).unwrap();
        let tbs = crate::x509::asn1::Tbs::read(signed.tbs).unwrap();
        let has = |id| tbs.extension(id).is_some();
        (
            has(oid::AUTHORITY_INFO_ACCESS),
            has(oid::CRL_DISTRIBUTION_POINTS),
        )
    };
    let mut view = ca.view();
    assert_eq!(extensions(&view), (false, false));
    view.urls.crl.push("http://pki.internal/ca.crl".to_owned());
    assert_eq!(extensions(&view), (false, true));
    view.urls.ocsp.push("http://pki.internal/ocsp".to_owned());
    view.urls
        .issuer
        .push("http://pki.internal/ca.crt".to_owned());
    assert_eq!(extensions(&view), (true, true));
}

#[test]
fn names_outside_the_constraints_are_refused_whatever_their_kind() {
    for name in ["www.example.com", "8.8.8.8", "2001:db8::1", "*.example.com"] {
        let outside = name.parse().unwrap();
        let outside = DraftError::Constraint(ConstraintError::Outside(outside));
        assert_eq!(refused("server", wish(&[name])), outside);
    }
    for name in ["anna@example.com", "spiffe://example.com/a"] {
        let kind = DraftError::Constraint(ConstraintError::Kind(name.parse().unwrap()));
        assert_eq!(refused("client", wish(&[name])), kind);
    }
    let hidden = Wish {
        subject: Name::common_name("www.example.com"),
        ..wish(&["a.internal"])
    };
    assert!(matches!(
        refused("server", hidden),
        DraftError::Constraint(_)
    ));
}

#[test]
fn mailboxes_of_the_subject_are_constrained_where_mailboxes_are() {
    let trees = ["email:example.org", "dns:internal"];
    let trees: Vec<Subtree> = trees.iter().map(|text| text.parse().unwrap()).collect();
    let ca = CaKey::root_of(KeyType::P256, Some(Constraints::only(trees)));
    let with = |subject: &str| {
        let subject = Name::parse(subject).unwrap();
        ca.issue(
            "client",
            Wish {
                subject,
                ..wish(&["a.internal"])
            },
        )
    };
    assert!(with("CN=Anna, E=anna@example.org").is_ok());
    assert!(with("CN=Anna, E=anna@example.com").is_err());
    assert!(with("CN=Anna, E=nobody").is_err());
}

#[test]
fn wildcards_stand_below_a_domain_and_only_where_the_profile_allows_them() {
    assert!(
        CaKey::root()
            .prepare("server", wish(&["*.a.internal"]))
            .is_ok()
    );
    let wildcard = |profile, name: &str| match refused(profile, wish(&[name])) {
        DraftError::Wildcard(_, found) => found.value() == name,
        _ => false,
    };
    assert!(wildcard("client", "*.a.internal"));
    assert!(wildcard("server", "*.internal"));
}

#[test]
fn names_that_the_profile_does_not_carry_or_that_are_missing_or_too_many_are_refused() {
    let mailbox = refused("server", wish(&["a@b.internal"]));
    assert!(matches!(mailbox, DraftError::NameKind(profile, _) if profile == "TLS server"));
    assert_eq!(refused("server", wish(&[])), DraftError::NoNames);
    let nobody = Wish {
        subject: Name::none(),
        ..wish(&[])
    };
    assert_eq!(refused("client", nobody.clone()), DraftError::NoNames);
    assert_eq!(refused("intermediate", nobody), DraftError::NoSubject);
    let mut many = wish(&[]);
    many.identifiers = (0..251)
        .map(|at| format!("h{at}.internal").parse().unwrap())
        .collect();
    assert_eq!(refused("server", many), DraftError::TooManyNames(251));
}

#[test]
fn a_lifetime_has_a_ceiling_and_a_person_may_pass_it_up_to_the_limit() {
    let ca = CaKey::root();
    let lasting = |days, beyond_ceiling| {
        let days = Some(days);
        ca.prepare(
            "server",
            Wish {
                days,
                beyond_ceiling,
                ..wish(&["a.internal"])
            },
        )
    };
    assert!(lasting(825, false).is_ok());
    assert_eq!(
        lasting(826, false).unwrap_err(),
        DraftError::TooLong {
            days: 826,
            limit: 825,
            passable: true
        }
    );
    assert_eq!(
        lasting(3651, true).unwrap_err(),
        DraftError::TooLong {
            days: 3651,
            limit: 3650,
            passable: false
        }
    );
    assert_eq!(lasting(0, true).unwrap_err(), DraftError::NoDays);
    let lints = |days| {
        let approved = lasting(days, true)
            .unwrap()
            .approve(|_| Ok::<_, ()>(()))
            .unwrap();
        let linted = approved.lint().unwrap();
        let lints = linted.warnings().iter().map(|finding| finding.lint.clone());
        lints.collect::<Vec<_>>()
    };
    assert_eq!(lints(398), [""; 0]);
    assert_eq!(lints(399), ["cabf-lifetime-398"]);
    assert_eq!(lints(826), ["house-lifetime-825"]);
}

#[test]
fn what_would_outlive_its_issuer_is_refused_and_not_shortened() {
    let ca = CaKey::root();
    let mut view = ca.view();
    let prepare = |view: &IssuerView, days| {
        let wish = Wish {
            days: Some(days),
            ..wish(&["a.internal"])
        };
        Draft::prepare(built_in("server"), view, wish, random(), NOW)
    };
    view.not_after = NOW.plus_secs(-3601).plus_days(10);
    assert_eq!(prepare(&view, 10).unwrap().not_after(), view.not_after);
    match prepare(&view, 11).unwrap_err() {
        DraftError::BeyondIssuer { days_left, .. } => assert_eq!(days_left, 10),
        other => panic!("{other}"),
    }
    view.not_after = NOW.plus_secs(-1);
    assert!(matches!(
        prepare(&view, 1),
        Err(DraftError::IssuerExpired(_))
    ));
}

#[test]
fn nothing_begins_before_its_issuer() {
    let mut view = CaKey::root().view();
    view.not_before = NOW.plus_secs(-60);
    let draft = Draft::prepare(
        built_in("server"),
        &view,
        wish(&["a.internal"]),
        random(),
        NOW,
    );
    assert_eq!(draft.unwrap().not_before(), view.not_before);
}

#[test]
fn path_lengths_shrink_from_ca_to_ca() {
    let root = CaKey::root();
    let two = root.below(Some(2));
    let ca = |path_len| Wish {
        path_len,
        ..wish(&[])
    };
    let one = two.issue("intermediate", ca(Some(1))).unwrap();
    assert_eq!(Certificate::read(one.der()).unwrap().path_len(), Some(1));
    let refused = two.prepare("intermediate", ca(Some(2))).unwrap_err();
    assert_eq!(refused, DraftError::PathLen { own: 2, below: 2 });
    let last = two.below(None);
    let read = Certificate::read(last.certificate.der()).unwrap();
    assert_eq!(read.path_len(), Some(0));
    let refused = last.prepare("intermediate", ca(None)).unwrap_err();
    assert_eq!(refused, DraftError::NoCaBelow);
    assert_tells(&refused);
    let leaf = Wish {
        path_len: Some(0),
        ..wish(&["a.internal"])
    };
    assert_eq!(
        root.prepare("server", leaf).unwrap_err(),
        DraftError::NotACa
    );
}

#[test]
fn a_ca_does_not_certify_its_own_key() {
    let ca = CaKey::root();
    let own = Wish {
        key: ca.key.public.clone(),
        ..wish(&["a.internal"])
    };
    assert_eq!(
        ca.prepare("server", own).unwrap_err(),
        DraftError::IssuersKey
    );
}

#[test]
fn a_draft_that_policy_denies_goes_no_further() {
    let draft = CaKey::root().draft("server", "a.internal");
    let denied = draft.approve(|draft| match draft.identifiers() {
        [Identifier::Dns(name)] if name.as_str() == "a.internal" => Err("denied"),
        _ => Ok(()),
    });
    assert_eq!(denied.err(), Some("denied"));
}

#[test]
fn a_guessable_serial_is_stopped_by_the_lints() {
    let ca = CaKey::root();
    let serial = Serial::from_bytes(&[1, 2, 3]);
    let draft = Draft::prepare(
        built_in("server"),
        &ca.view(),
        wish(&["a.internal"]),
        serial,
        NOW,
    );
    let error = draft
        .unwrap()
        .approve(|_| Ok::<_, ()>(()))
        .unwrap()
        .lint()
        .unwrap_err();
    assert_tells(&error);
    assert_eq!(error.findings()[0].lint, "house-serial-entropy");
}

#[test]
fn a_signature_by_another_key_gives_no_authority() {
    let ca = CaKey::root();
    let other = TestKey::new(KeyType::P256);
    let draft = ca.draft("intermediate", "Example Issuing CA");
    let linted = draft.approve(|_| Ok::<_, ()>(())).unwrap().lint().unwrap();
    let signed = linted.sign(|tbs| Ok(other.sign(tbs)));
    assert_eq!(signed.err(), Some(SignatureMismatch));
    assert_tells(&SignatureMismatch);
}

#[test]
fn an_issuer_is_read_out_of_its_certificate() {
    let ca = CaKey::root();
    let certificate = Certificate::read(ca.certificate.der()).unwrap();
    let view = IssuerView::of(&certificate, ca.key.algorithm, Default::default()).unwrap();
    assert_eq!(format!("{view:?}"), format!("{:?}", ca.view()));
    let leaf = ca.issue("server", wish(&["a.internal"])).unwrap();
    let leaf = Certificate::read(leaf.der()).unwrap();
    let error = IssuerView::of(&leaf, ca.key.algorithm, Default::default()).unwrap_err();
    assert_eq!(error, DraftError::NotACa);
}

#[test]
fn an_independent_reader_reads_what_we_write_and_writes_the_same_again() {
    let root = CaKey::root();
    let leaf = root
        .issue("both", wish(&["*.a.internal", "10.0.0.1"]))
        .unwrap();
    for issued in [&root.certificate, &root.below(None).certificate, &leaf] {
        let read = <x509_cert::Certificate as der::Decode>::from_der(issued.der()).unwrap();
        assert_eq!(der::Encode::to_der(&read).unwrap(), issued.der());
        let (rest, read) = x509_parser::parse_x509_certificate(issued.der()).unwrap();
        assert!(rest.is_empty());
        let ours = Certificate::read(issued.der()).unwrap();
        assert_eq!(read.tbs_certificate.raw_serial(), ours.serial().as_bytes());
    }
}

#[test]
fn a_ca_carries_no_names_and_no_lint_lets_a_wider_use_pass() {
    let named = Wish {
        identifiers: wish(&["www.example.com"]).identifiers,
        ..wish(&[])
    };
    assert!(matches!(
        refused("intermediate", named.clone()),
        DraftError::NameKind(..)
    ));
    let key = TestKey::new(KeyType::P256);
    let root = built_in("root");
    let root = Draft::self_signed(root, named, key.algorithm, random(), NOW);
    assert!(matches!(root, Err(DraftError::NameKind(..))));

    let lint = |wish: Wish| {
        let draft = CaKey::root().prepare("server", wish).unwrap();
        let error = draft
            .approve(|_| Ok::<_, ()>(()))
            .unwrap()
            .lint()
            .unwrap_err();
        assert_tells(&error);
        error.findings()[0].lint.clone()
    };
    let purposes = Some(vec![oid::SERVER_AUTH, oid::CLIENT_AUTH]);
    let wider = Wish {
        extended_key_usage: purposes,
        ..wish(&["a.internal"])
    };
    assert_eq!(lint(wider), "rfc5280-extended-key-usage");
    let usage = Some(KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::CRL_SIGN));
    let wider = Wish {
        key_usage: usage,
        ..wish(&["a.internal"])
    };
    assert_eq!(lint(wider), "house-key-usage");
}
