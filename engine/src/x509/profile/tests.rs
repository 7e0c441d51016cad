//! Built-in profiles, and what a copy of one may say.

use super::*;
use crate::base::{CertificatePolicy, CustomExtension, ProfileContent, Usage};
use crate::x509::fixture::{assert_tells, built_in};
use crate::x509::key::trial_key;

fn copied(base: &str, change: impl FnOnce(&mut ProfileContent)) -> Result<Profile, ProfileError> {
    let base = built_in(base);
    let mut content = base.content();
    change(&mut content);
    let copied = base.copied(&"mine".parse().unwrap(), &content);
    if let Err(error) = &copied {
        assert_tells(error);
    }
    copied
}

#[test]
fn every_built_in_profile_is_there_under_its_name() {
    let names = [
        "both",
        "client",
        "code",
        "email",
        "intermediate",
        "ocsp",
        "root",
        "server",
        "timestamp",
    ];
    assert_eq!(profiles().len(), names.len());
    for name in names {
        let found = profile(&name.parse().unwrap()).unwrap();
        assert_eq!((found.name.as_str(), &found.base), (name, &found.name));
        assert!(found.lifetime.default <= found.lifetime.ceiling);
        assert!(found.lifetime.ceiling <= found.lifetime.limit);
    }
    assert!(profile(&"web".parse().unwrap()).is_none());
}

#[test]
fn a_copy_that_nobody_has_changed_says_what_its_original_says() {
    for original in profiles() {
        let copy = copied(original.name.as_str(), |_| ()).unwrap();
        assert_eq!(copy.content(), original.content());
        assert_eq!((copy.name.as_str(), &copy.base), ("mine", &original.name));
        assert_eq!(
            (copy.is_ca, copy.path_len),
            (original.is_ca, original.path_len)
        );
        assert_eq!(copy.lifetime, original.lifetime);
        assert_eq!(copy.acts_for_authority(), original.acts_for_authority());
    }
}

#[test]
fn the_key_usage_follows_from_purpose_and_kind_of_key() {
    for (profile, key_type, usage) in [
        ("server", KeyType::P256, "digitalSignature"),
        (
            "server",
            KeyType::Rsa2048,
            "digitalSignature, keyEncipherment",
        ),
        ("client", KeyType::Rsa2048, "digitalSignature"),
        ("code", KeyType::Rsa4096, "digitalSignature"),
        (
            "email",
            KeyType::Rsa3072,
            "digitalSignature, keyEncipherment",
        ),
        ("email", KeyType::P521, "digitalSignature, keyAgreement"),
        ("email", KeyType::Ed25519, "digitalSignature"),
        ("email", KeyType::MlDsa65, "digitalSignature"),
        ("ocsp", KeyType::P384, "digitalSignature"),
        ("timestamp", KeyType::MlDsa87, "digitalSignature"),
        ("intermediate", KeyType::MlDsa44, "keyCertSign, cRLSign"),
    ] {
        let key = trial_key(key_type).unwrap();
        let found = built_in(profile).key_usage(&key).to_string();
        assert_eq!(found, usage, "{profile} {key_type}");
    }
    let own = copied("client", |content| {
        content.key_usage = Some(vec![Usage::DigitalSignature, Usage::KeyEncipherment]);
    });
    let own = own.unwrap();
    let usage = |key_type| own.key_usage(&trial_key(key_type).unwrap()).to_string();
    assert_eq!(usage(KeyType::Rsa2048), "digitalSignature, keyEncipherment");
    assert_eq!(usage(KeyType::P256), "digitalSignature");
}

#[test]
fn a_profile_for_some_types_of_key_takes_no_other() {
    let only = copied("server", |content| {
        content.key_types = vec![KeyType::Rsa3072]
    })
    .unwrap();
    for key_type in KeyType::ALL {
        let key = trial_key(key_type).unwrap();
        assert_eq!(only.takes_key(&key), key_type == KeyType::Rsa3072);
        assert!(built_in("server").takes_key(&key));
    }
}

#[test]
fn no_leaf_becomes_an_authority_or_good_for_everything() {
    let purposes = |base, ids: &[&str]| {
        copied(base, |content| {
            content.purposes = ids.iter().map(|id| id.parse().unwrap()).collect();
        })
        .err()
    };
    assert_eq!(
        purposes("server", &["2.5.29.37.0"]),
        Some(ProfileError::AnyPurpose)
    );
    assert_eq!(purposes("server", &[]), Some(ProfileError::NoPurpose));
    let (client, stamps, signer) = (
        "1.3.6.1.5.5.7.3.2",
        "1.3.6.1.5.5.7.3.8",
        "1.3.6.1.5.5.7.3.9",
    );
    for apart in [stamps, signer] {
        let found = purposes("client", &[client, apart]);
        assert_eq!(found, Some(ProfileError::PurposeApart));
    }
    for (base, more) in [
        ("ocsp", signer),
        ("timestamp", stamps),
        ("intermediate", "1.3.6.1.5.5.7.3.1"),
    ] {
        let found = purposes(base, &[more, client]);
        assert!(
            matches!(found, Some(ProfileError::PurposesFixed(_))),
            "{base}"
        );
    }
    let twice = purposes("client", &[client, client]);
    assert_eq!(twice, Some(ProfileError::PurposesRepeated));
    let code_and_server = purposes("server", &["1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.1"]);
    assert_eq!(code_and_server, Some(ProfileError::CodeAndServer));
    assert_eq!(purposes("client", &["1.3.6.1.4.1.99999.1"]), None);
}

#[test]
fn days_names_and_usages_stay_within_what_the_original_allows() {
    let refused = |base, change: fn(&mut ProfileContent)| copied(base, change).unwrap_err();
    for change in [
        |content: &mut ProfileContent| content.default_days = 0,
        |content: &mut ProfileContent| content.ceiling_days = 826,
        |content: &mut ProfileContent| content.default_days = 826,
    ] {
        assert_eq!(
            refused("server", change),
            ProfileError::Days { highest: 825 }
        );
    }
    let names = |base, change| refused(base, change);
    assert_eq!(
        names("server", |it| it.names = NameRule::Optional),
        ProfileError::ServerNames
    );
    assert_eq!(
        names("email", |it| it.kinds = vec![NameKind::Dns]),
        ProfileError::EmailNames
    );
    assert_eq!(
        names("code", |it| it.kinds.push(NameKind::Dns)),
        ProfileError::CodeNames
    );
    assert_eq!(
        names("client", |it| it.kinds.clear()),
        ProfileError::NoKinds
    );
    assert_eq!(
        names("client", |it| it.names = NameRule::None),
        ProfileError::KindsUnused
    );
    assert_eq!(
        names("email", |it| it.wildcards = true),
        ProfileError::Wildcards
    );
    assert!(matches!(
        names("ocsp", |it| {
            it.names = NameRule::Optional;
            it.kinds = vec![NameKind::Dns];
        }),
        ProfileError::NamesFixed(_)
    ));
    assert_eq!(
        refused("code", |it| it.key_usage =
            Some(vec![Usage::KeyEncipherment])),
        ProfileError::KeyUsage
    );
    assert_eq!(
        refused("client", |it| it.key_usage = Some(Vec::new())),
        ProfileError::KeyUsage
    );
    assert_eq!(
        refused("intermediate", |it| it.key_usage =
            Some(vec![Usage::DigitalSignature])),
        ProfileError::KeyUsage
    );
    for text in ["", " x", "a\nb", "a\u{202e}b", &"a".repeat(201)] {
        let found = copied("client", |content| content.purpose = text.to_owned());
        assert_eq!(found.err(), Some(ProfileError::Texts), "{text:?}");
    }
}

#[test]
fn a_rule_that_no_request_could_follow_is_not_set() {
    let take =
        |base, field, take| copied(base, |content| content.takes = vec![(field, take)]).err();
    let other = || Field::Other("1.2.3".to_owned());
    for (field, rule) in [
        (Field::Validity, Take::Request),
        (Field::BasicConstraints, Take::Request),
        (other(), Take::Request),
        (Field::Other("x".to_owned()), Take::Profile),
    ] {
        let found = take("server", field, rule);
        assert!(matches!(found, Some(ProfileError::Rule(_))), "{found:?}");
    }
    assert_eq!(take("server", other(), Take::RefuseOther), None);
    assert_eq!(take("server", Field::Subject, Take::Profile), None);
    let own = copied("server", |content| {
        content.takes = vec![(Field::Subject, Take::Profile)];
    });
    let own = own.unwrap();
    assert_eq!(own.take(&Field::Subject), Take::Profile);
    assert_eq!(own.take(&Field::ExtendedKeyUsage), Take::RefuseOther);
}

#[test]
fn policies_and_extensions_of_a_copy_are_held_against_the_rules() {
    let with = |policies: &[&str], extensions: &[&str]| {
        copied("server", |content| {
            content.policies = policies
                .iter()
                .map(|text| text.parse::<CertificatePolicy>().unwrap())
                .collect();
            content.extensions = extensions
                .iter()
                .map(|text| text.parse::<CustomExtension>().unwrap())
                .collect();
        })
    };
    assert!(with(&["1.2.3=https://a.internal/cps"], &["1.2.4=0500"]).is_ok());
    for (policies, extensions) in [
        (&["1.2.3", "1.2.3"][..], &[][..]),
        (&[], &["2.5.29.19=30030101ff,critical"]),
        (&[], &["1.2.4=05"]),
        (&[], &["1.2.4=050000"]),
    ] {
        let found = with(policies, extensions).err();
        assert!(
            matches!(found, Some(ProfileError::Addition(_))),
            "{found:?}"
        );
    }
}
