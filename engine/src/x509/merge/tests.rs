//! What becomes of a request under each profile.

use super::*;
use crate::base::{KeyType, Subtree};
use crate::x509::constraints::{ConstraintError, Constraints};
use crate::x509::draft::DraftError;
use crate::x509::extension;
use crate::x509::fixture::{CaKey, NOW, TestKey, assert_tells, built_in};
use crate::x509::request::Asked;

type Outcome = (Vec<Merged>, Result<Wish, MergeError>);

fn merged(der: &[u8], profile: &str, choices: &Choices) -> Outcome {
    let request = CertificationRequest::read(der).unwrap();
    let outcome = merge(
        &request,
        built_in(profile),
        choices,
        NOW,
        &CaKey::root().view(),
    );
    if let Err(error) = &outcome.1 {
        assert_tells(error);
        let refused = |row: &&Merged| matches!(row.verdict, Verdict::Refused(_));
        let row = outcome.0.iter().find(refused).unwrap();
        assert_eq!(row.verdict, Verdict::Refused(error.to_string()));
        assert_eq!(row.issued, None);
    }
    outcome
}

fn plain(der: &[u8], profile: &str) -> Outcome {
    merged(der, profile, &Choices::default())
}

fn chosen(field: Field, take: Take) -> Choices {
    Choices {
        takes: vec![(field, take)],
        ..Choices::default()
    }
}

fn row(outcome: &Outcome, field: Field) -> &Merged {
    outcome.0.iter().find(|row| row.field == field).unwrap()
}

fn request(asked: &Asked) -> Vec<u8> {
    TestKey::new(KeyType::P256).request(&Name::common_name("www.a.internal"), asked)
}

fn for_server() -> Asked {
    Asked {
        identifiers: vec!["dns:www.a.internal".parse().unwrap()],
        ..Asked::default()
    }
}

#[test]
fn subject_and_names_are_the_requests_and_the_rest_is_the_profiles() {
    let outcome = plain(&request(&for_server()), "server");
    let wish = outcome.1.as_ref().unwrap();
    assert_eq!(wish.subject, Name::common_name("www.a.internal"));
    assert_eq!(wish.identifiers, for_server().identifiers);
    assert_eq!((wish.days, wish.path_len), (None, None));
    assert!(!wish.beyond_ceiling);
    assert_eq!(row(&outcome, Field::Names).verdict, Verdict::Kept);
    assert_eq!(row(&outcome, Field::KeyUsage).verdict, Verdict::Added);
    assert_eq!(
        row(&outcome, Field::ExtendedKeyUsage).issued.as_deref(),
        Some("TLS server")
    );
}

#[test]
fn a_servers_common_name_becomes_its_name_only_where_there_is_no_other() {
    let outcome = plain(&request(&Asked::default()), "server");
    let names = row(&outcome, Field::Names);
    assert_eq!(names.verdict, Verdict::Added);
    assert_eq!(names.issued.as_deref(), Some("dns:www.a.internal"));
    assert_eq!(names.profile.as_deref(), Some(FROM_SUBJECT));
    assert_eq!(outcome.1.unwrap().identifiers, for_server().identifiers);

    let client = plain(&request(&Asked::default()), "client");
    assert_eq!(client.1.unwrap().identifiers, []);
}

#[test]
fn a_server_whose_common_name_is_no_host_gets_nothing() {
    for cn in ["Anna Example", "a..b", "https://a.internal"] {
        let der = TestKey::new(KeyType::P256).request(&Name::common_name(cn), &Asked::default());
        assert_eq!(
            plain(&der, "server").1.unwrap_err(),
            MergeError::Draft(DraftError::NoNames)
        );
    }
}

#[test]
fn a_leaf_that_asks_to_be_a_ca_is_refused_unless_a_person_takes_the_profiles() {
    let der = request(&Asked {
        identifiers: for_server().identifiers,
        ..Asked::authority(None, None)
    });
    assert_eq!(plain(&der, "server").1.unwrap_err(), MergeError::CaAsked);
    let outcome = merged(
        &der,
        "server",
        &chosen(Field::BasicConstraints, Take::Request),
    );
    assert_eq!(outcome.1.unwrap_err(), MergeError::CaAsked);
    let outcome = merged(
        &der,
        "server",
        &chosen(Field::BasicConstraints, Take::Profile),
    );
    assert_eq!(
        row(&outcome, Field::BasicConstraints).verdict,
        Verdict::Changed
    );
    assert_eq!(outcome.1.unwrap().path_len, None);
}

#[test]
fn another_purpose_than_the_profiles_is_refused() {
    let asked = Asked {
        extended_key_usage: vec![oid::CLIENT_AUTH],
        ..for_server()
    };
    let der = request(&asked);
    let refused = MergeError::ExtendedKeyUsage("TLS client".to_owned());
    assert_eq!(plain(&der, "server").1.unwrap_err(), refused);
    assert!(plain(&der, "client").1.is_ok());
    assert!(plain(&der, "both").1.is_ok());
    let taken = merged(
        &der,
        "both",
        &chosen(Field::ExtendedKeyUsage, Take::Request),
    );
    assert_eq!(
        taken.1.unwrap().extended_key_usage,
        Some(vec![oid::CLIENT_AUTH])
    );
    let left = merged(
        &der,
        "server",
        &chosen(Field::ExtendedKeyUsage, Take::Profile),
    );
    assert_eq!(
        row(&left, Field::ExtendedKeyUsage).verdict,
        Verdict::Changed
    );
    assert_eq!(left.1.unwrap().extended_key_usage, None);
}

#[test]
fn a_key_usage_can_be_narrowed_and_never_widened() {
    let usage = KeyUsage::DIGITAL_SIGNATURE;
    let narrow = Asked {
        key_usage: usage,
        ..for_server()
    };
    let wide = Asked {
        key_usage: usage.and(KeyUsage::KEY_CERT_SIGN),
        ..for_server()
    };
    let rule = chosen(Field::KeyUsage, Take::Request);
    assert!(merged(&request(&narrow), "server", &rule).1.is_ok());
    let widened = merged(&request(&wide), "server", &rule);
    assert_eq!(widened.1.unwrap_err(), MergeError::KeyUsage);
    // By the profile's own rule it is left out and shown as changed.
    let left = plain(&request(&wide), "server");
    assert_eq!(row(&left, Field::KeyUsage).verdict, Verdict::Changed);
    assert_eq!(left.1.unwrap().key_usage, None);
}

#[test]
fn unknown_extensions_are_left_out_and_shown() {
    let path = format!("{}/src/x509/fixtures/rich.csr", env!("CARGO_MANIFEST_DIR"));
    let der = std::fs::read(path).unwrap();
    let outcome = plain(&der, "both");
    let features = Field::Other("1.3.6.1.5.5.7.1.24".to_owned());
    let shown = row(&outcome, features.clone());
    assert_eq!(shown.asked.as_deref(), Some("TLS features"));
    assert_eq!(
        (shown.issued.as_deref(), &shown.verdict),
        (None, &Verdict::Changed)
    );
    assert!(outcome.1.is_ok());
    let insisted = merged(&der, "both", &chosen(features, Take::Request));
    assert_eq!(
        insisted.1.unwrap_err(),
        MergeError::Extension("TLS features".to_owned())
    );
}

#[test]
fn a_damaged_extension_is_refused_even_where_it_would_be_left_out() {
    for id in [
        oid::KEY_USAGE,
        oid::EXTENDED_KEY_USAGE,
        oid::BASIC_CONSTRAINTS,
    ] {
        let san = extension::subject_alt_name(&for_server().identifiers, false).unwrap();
        let damaged = extension::write(id, false, &[4, 9, 1]).unwrap();
        let key = TestKey::new(KeyType::P256);
        let der = key.request_with(&Name::common_name("a"), &[san, damaged]);
        let error = plain(&der, "server").1.unwrap_err();
        assert_eq!(
            error,
            MergeError::Request(crate::x509::request::RequestError::Extension(id))
        );
    }
}

#[test]
fn an_intermediate_gets_the_path_length_and_the_narrower_constraints_it_asks_for() {
    let tree: Subtree = "dns:a.internal".parse().unwrap();
    let narrow = Constraints::only(vec![tree.clone()]);
    let der = request(&Asked::authority(Some(3), Some(narrow)));
    let wish = plain(&der, "intermediate").1.unwrap();
    assert_eq!(wish.path_len, Some(3));
    let constraints = wish.constraints.unwrap();
    assert_eq!(constraints.permitted[0], tree);
    assert!(
        !constraints
            .permitted
            .contains(&"dns:internal".parse().unwrap())
    );

    let wide: Subtree = "dns:example.com".parse().unwrap();
    let der = request(&Asked::authority(
        None,
        Some(Constraints::only(vec![wide.clone()])),
    ));
    let refused = MergeError::Constraint(ConstraintError::Wider(wide));
    assert_eq!(plain(&der, "intermediate").1.unwrap_err(), refused);
    let without = request(&Asked::authority(None, None));
    let outcome = plain(&without, "intermediate");
    let field = Field::Other(oid::NAME_CONSTRAINTS.to_string());
    assert_eq!(row(&outcome, field).verdict, Verdict::Added);
    assert_eq!(outcome.1.unwrap().constraints, Some(Constraints::private()));
}

#[test]
fn a_person_can_choose_the_days_up_to_the_limit() {
    let der = request(&for_server());
    let days = |days| Choices {
        days: Some(days),
        ..Choices::default()
    };
    let wish = merged(&der, "server", &days(3650)).1.unwrap();
    assert_eq!((wish.days, wish.beyond_ceiling), (Some(3650), true));
    let error = |choices| merged(&der, "server", &choices).1.unwrap_err();
    let too_long = DraftError::TooLong {
        days: 3651,
        limit: 3650,
        passable: false,
    };
    assert_eq!(error(days(3651)), MergeError::Draft(too_long));
    assert_eq!(error(days(0)), MergeError::Draft(DraftError::NoDays));
    let der = request(&Asked::authority(None, None));
    let beyond = merged(&der, "intermediate", &days(7306)).1.unwrap_err();
    assert!(matches!(
        beyond,
        MergeError::Draft(DraftError::BeyondIssuer { .. })
    ));
}

#[test]
fn fields_can_be_left_out_or_refused_by_choice() {
    let der = request(&for_server());
    let outcome = merged(&der, "server", &chosen(Field::Subject, Take::Profile));
    assert!(outcome.1.unwrap().subject.is_empty());
    let error = |field, take| merged(&der, "server", &chosen(field, take)).1.unwrap_err();
    assert_eq!(
        error(Field::Subject, Take::RefuseOther),
        MergeError::Subject
    );
    let others = vec!["dns:other.internal".parse().unwrap()];
    let der = request(&Asked {
        identifiers: others,
        ..Asked::default()
    });
    let outcome = merged(&der, "server", &chosen(Field::Names, Take::RefuseOther));
    assert_eq!(outcome.1.unwrap_err(), MergeError::Names);
}

#[test]
fn names_that_will_not_be_issued_are_refused_before_anything_is_drafted() {
    for (name, profile) in [
        ("www.example.com", "server"),
        ("*.a.internal", "client"),
        ("a@b.internal", "server"),
        ("8.8.8.8", "both"),
    ] {
        let identifiers = vec![name.parse().unwrap()];
        let outcome = plain(
            &request(&Asked {
                identifiers,
                ..Asked::default()
            }),
            profile,
        );
        assert!(matches!(outcome.1, Err(MergeError::Draft(_))), "{name}");
        let verdict = &row(&outcome, Field::Names).verdict;
        assert!(matches!(verdict, Verdict::Refused(_)), "{name}");
    }
}

#[test]
fn by_choice_the_common_name_alone_decides_or_does_not_count() {
    let der = request(&Asked::default());
    let none = merged(&der, "server", &chosen(Field::Names, Take::Request));
    assert_eq!(none.1.unwrap_err(), MergeError::Draft(DraftError::NoNames));
    let other = vec!["dns:other.internal".parse().unwrap()];
    let der = request(&Asked {
        identifiers: other,
        ..Asked::default()
    });
    let own = merged(&der, "server", &chosen(Field::Names, Take::Profile));
    assert_eq!(row(&own, Field::Names).verdict, Verdict::Changed);
    assert_eq!(own.1.unwrap().identifiers, for_server().identifiers);
}

#[test]
fn an_intermediate_with_names_or_too_great_a_path_length_is_refused() {
    let asked = Asked {
        identifiers: for_server().identifiers,
        ..Asked::authority(None, None)
    };
    let outcome = merged(
        &request(&asked),
        "intermediate",
        &chosen(Field::Names, Take::Request),
    );
    assert_eq!(outcome.1.unwrap_err(), MergeError::Names);
    assert!(
        plain(&request(&asked), "intermediate")
            .1
            .unwrap()
            .identifiers
            .is_empty()
    );

    let der = request(&Asked::authority(Some(1), None));
    let read = CertificationRequest::read(&der).unwrap();
    let issuer = CaKey::root().below(Some(1)).view();
    let profile = built_in("intermediate");
    let (rows, wish) = merge(&read, profile, &Choices::default(), NOW, &issuer);
    assert_eq!(
        wish.unwrap_err(),
        MergeError::Draft(DraftError::PathLen { own: 1, below: 1 })
    );
    assert!(
        rows.iter()
            .any(|row| row.field == Field::BasicConstraints && row.issued.is_none())
    );
}
