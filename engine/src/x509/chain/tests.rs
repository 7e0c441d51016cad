//! Chains that hold and chains that do not.

use super::*;
use crate::base::{Identifier, KeyType, NameKind};
use crate::x509::constraints::Constraints;
use crate::x509::draft::Wish;
use crate::x509::fixture::{CaKey, NOW, TestKey, assert_tells};
use crate::x509::name::Name;
use crate::x509::profile::profiles;

fn server(ca: &CaKey, host: &str) -> Vec<u8> {
    let names: Vec<Identifier> = vec![host.parse().unwrap()];
    let wish = Wish::new(Name::none(), names, TestKey::new(KeyType::P256).public);
    ca.issue("server", wish).unwrap().into_der()
}

fn read(ca: &CaKey) -> Certificate {
    Certificate::read(ca.certificate.der()).unwrap()
}

fn refused(authority: &CaKey, issuer: &CaKey) -> ChainError {
    let error = verify_authority(&read(authority), &read(issuer), NOW).unwrap_err();
    assert_tells(&error);
    error
}

#[test]
fn chains_of_every_type_of_key_hold_under_their_own_root_only() {
    for kind in KeyType::ALL {
        let root = CaKey::root_of(kind, Some(Constraints::private()));
        let issuing = root.below(None);
        let leaf = server(&issuing, "a.internal");
        let chain = [issuing.certificate.der().to_vec()];
        let verify =
            |root: &CaKey, usage| verify_chain(&leaf, &chain, root.certificate.der(), NOW, usage);
        assert_eq!(verify(&root, Usage::Server), Ok(()), "{kind}");
        assert_eq!(verify(&root, Usage::Client), Err(ChainError::Purpose));
        assert!(verify(&CaKey::root(), Usage::Server).is_err());
        let without = verify_chain(&leaf, &[], root.certificate.der(), NOW, Usage::Server);
        assert_eq!(without, Err(ChainError::OtherIssuer));
    }
}

#[test]
fn every_profile_holds_for_its_purposes_alone_with_every_type_of_key() {
    let purposes = [
        Usage::Client,
        Usage::Code,
        Usage::Email,
        Usage::Ocsp,
        Usage::Server,
        Usage::Timestamp,
    ];
    let root = CaKey::root_of(KeyType::P256, None);
    for (kind, profile) in KeyType::ALL
        .into_iter()
        .flat_map(|kind| profiles().iter().map(move |profile| (kind, profile)))
        .filter(|(_, profile)| !profile.is_ca)
    {
        let names: Vec<Identifier> = match profile.kinds.first() {
            Some(NameKind::Email) => vec!["email:anna@a.internal".parse().unwrap()],
            Some(_) => vec!["dns:a.internal".parse().unwrap()],
            None => Vec::new(),
        };
        let key = TestKey::new(kind).public;
        let wish = Wish::new(Name::common_name("A"), names, key.clone());
        let leaf = root.issue(profile.name.as_str(), wish).unwrap();
        let read = Certificate::read(leaf.der()).unwrap();
        let usage = read.key_usage().unwrap();
        assert!(key.possible_usage().contains(usage), "{kind} {usage}");
        assert!(usage.contains(KeyUsage::DIGITAL_SIGNATURE));
        let meant: Vec<Usage> = Usage::among(read.extended_key_usage()).collect();
        assert_eq!(meant.len(), profile.extended_key_usage.len());
        for purpose in purposes {
            let verified = verify_chain(leaf.der(), &[], root.certificate.der(), NOW, purpose);
            let expected = match meant.contains(&purpose) {
                true => Ok(()),
                false => Err(ChainError::Purpose),
            };
            assert_eq!(verified, expected, "{} {kind} {purpose:?}", profile.name);
        }
    }
}

#[test]
fn a_chain_holds_only_while_all_of_it_is_valid() {
    let root = CaKey::root();
    let leaf = server(&root, "a.internal");
    let at = |at| verify_chain(&leaf, &[], root.certificate.der(), at, Usage::Server);
    assert_eq!(at(NOW), Ok(()));
    assert!(matches!(at(NOW.plus_days(90)), Err(ChainError::Expired(_))));
    assert!(matches!(
        at(NOW.plus_days(-1)),
        Err(ChainError::NotYetValid(_))
    ));
}

#[test]
fn a_name_that_was_issued_against_the_constraints_does_not_verify() {
    // The CA's key signs, but pretends to have no constraints.
    let root = CaKey::root();
    let mut view = root.view();
    view.constraints = None;
    for host in ["www.example.com", "8.8.8.8"] {
        let names: Vec<Identifier> = vec![host.parse().unwrap()];
        let wish = Wish::new(Name::none(), names, TestKey::new(KeyType::P256).public);
        let profile = crate::x509::fixture::built_in("server");
        let serial = crate::x509::fixture::random();
        let draft = crate::x509::draft::Draft::prepare(profile, &view, wish, serial, NOW).unwrap();
        let leaf = crate::x509::fixture::signed(&root.key, draft).into_der();
        let verified = verify_chain(&leaf, &[], root.certificate.der(), NOW, Usage::Server);
        assert_eq!(verified, Err(ChainError::ConstraintViolated), "{host}");
    }
}

#[test]
fn a_ca_certificate_is_installed_only_under_the_ca_that_signed_it() {
    let root = CaKey::root();
    let issuing = root.below(Some(1));
    assert_eq!(verify_authority(&read(&issuing), &read(&root), NOW), Ok(()));
    assert_eq!(refused(&issuing, &CaKey::root()), ChainError::OtherIssuer);
    assert_eq!(refused(&root, &issuing), ChainError::OtherIssuer);
    let late = verify_authority(&read(&issuing), &read(&root), NOW.plus_days(7400));
    assert!(matches!(late, Err(ChainError::Expired(_))));
}

#[test]
fn a_ca_certificate_that_breaks_its_issuers_limits_is_not_installed() {
    let root = CaKey::root();
    let forged = |change: fn(&mut crate::x509::draft::IssuerView)| {
        let issuer = root.below(Some(0));
        let mut view = issuer.view();
        change(&mut view);
        let wish = Wish::new(
            Name::common_name("Below"),
            vec![],
            TestKey::new(KeyType::P256).public,
        );
        let profile = crate::x509::fixture::built_in("intermediate");
        let serial = crate::x509::fixture::random();
        let draft = crate::x509::draft::Draft::prepare(profile, &view, wish, serial, NOW).unwrap();
        let certificate = crate::x509::fixture::signed(&issuer.key, draft);
        let certificate = Certificate::read(certificate.der()).unwrap();
        let error = verify_authority(&certificate, &read(&issuer), NOW).unwrap_err();
        assert_tells(&error);
        error
    };
    assert_eq!(forged(|view| view.path_len = None), ChainError::PathLen);

    let unconstrained = || {
        let issuer = root.below(Some(1));
        let mut view = issuer.view();
        view.constraints = None;
        let wish = Wish::new(
            Name::common_name("Below"),
            vec![],
            TestKey::new(KeyType::P256).public,
        );
        let profile = crate::x509::fixture::built_in("intermediate");
        let serial = crate::x509::fixture::random();
        let draft = crate::x509::draft::Draft::prepare(profile, &view, wish, serial, NOW).unwrap();
        let certificate = crate::x509::fixture::signed(&issuer.key, draft);
        let certificate = Certificate::read(certificate.der()).unwrap();
        verify_authority(&certificate, &read(&issuer), NOW)
    };
    assert_eq!(unconstrained(), Err(ChainError::Unconstrained));
}

#[test]
fn a_leaf_is_no_ca_and_a_root_is_signed_by_itself() {
    let root = CaKey::root();
    let leaf = Certificate::read(&server(&root, "a.internal")).unwrap();
    assert_eq!(
        verify_authority(&leaf, &read(&root), NOW),
        Err(ChainError::NotACa)
    );
    assert_eq!(verify_root(&leaf, NOW), Err(ChainError::NotACa));
    assert_eq!(verify_root(&read(&root), NOW), Ok(()));
    assert_eq!(
        verify_root(&read(&root.below(None)), NOW),
        Err(ChainError::OtherIssuer)
    );
    let mut der = root.certificate.der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    let broken = Certificate::read(&der).unwrap();
    assert_eq!(verify_root(&broken, NOW), Err(ChainError::Signature));
}

#[test]
fn what_is_no_certificate_makes_no_chain() {
    let root = CaKey::root();
    let verify = |leaf: &[u8], root: &[u8]| verify_chain(leaf, &[], root, NOW, Usage::Server);
    assert_eq!(
        verify(b"nonsense", root.certificate.der()),
        Err(ChainError::Malformed)
    );
    assert!(verify(&server(&root, "a.internal"), b"nonsense").is_err());
}
