//! Which addresses, policies and extensions are taken, and how they are written.

use super::*;
use crate::x509::asn1::read_extensions;
use crate::x509::fixture::assert_tells;

fn additions(policies: &[&str], extensions: &[&str]) -> Result<Additions, AdditionError> {
    let policies: Vec<_> = policies.iter().map(|it| it.parse().unwrap()).collect();
    let extensions: Vec<_> = extensions.iter().map(|it| it.parse().unwrap()).collect();
    let read = Additions::read(&policies, &extensions);
    if let Err(error) = &read {
        assert_tells(error);
    }
    read
}

fn urls(crl: &[&str]) -> Result<Urls, AdditionError> {
    read_addresses(&Addresses {
        crl: crl.iter().map(|url| url.parse().unwrap()).collect(),
        ..Addresses::default()
    })
}

#[test]
fn policies_are_written_as_openssl_writes_them() {
    let both = additions(&["1.2.3", "1.2.4=http://a/b"], &[]).unwrap();
    let written = both.write_over(&Additions::default()).unwrap();
    let list = asn1::sequence_of(&written);
    let read = read_extensions(&list).unwrap();
    assert_eq!((read.len(), read[0].critical), (1, false));
    // As `openssl asn1parse` encodes CPS.1=http://a/b behind its policy.
    let found = crate::base::hex(read[0].value);
    let statement = "06082b06010505070201160a687474703a2f2f612f62";
    assert!(found.ends_with(statement), "{found}");
    assert!(found.contains("300406022a03"), "{found}");
    assert_eq!(read_policies(read[0].value).unwrap().len(), 2);
}

#[test]
fn what_the_profile_says_comes_before_what_the_issuer_says() {
    let profile = additions(&["1.2.3=http://a/profile"], &["1.2.9=0500"]).unwrap();
    let issuer = additions(
        &["1.2.3", "1.2.5"],
        &["1.2.9=0101ff", "1.2.8=0500,critical"],
    )
    .unwrap();
    let written = profile.write_over(&issuer).unwrap();
    let list = asn1::sequence_of(&written);
    let read = read_extensions(&list).unwrap();
    assert_eq!(read.len(), 3);
    let ids: Vec<String> = read_policies(read[0].value)
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(ids, ["1.2.3", "1.2.5"]);
    assert_eq!((read[1].value, read[1].critical), (&[5, 0][..], false));
    assert_eq!((read[2].value, read[2].critical), (&[5, 0][..], true));
    assert_eq!(profile.ids_over(&issuer).len(), 3);
}

#[test]
fn what_follows_from_the_certificate_is_not_set_by_hand() {
    for id in OURS {
        let found = additions(&[], &[&format!("{id}=0500")]).err();
        assert_eq!(found, Some(AdditionError::Ours(*id)));
    }
}

#[test]
fn a_value_that_is_not_one_der_element_is_refused() {
    for value in [
        "",
        "05",
        "0501",
        "050000",
        "30020500ff",
        "3003050001",
        "0581",
        "30800000",
    ] {
        let found = additions(&[], &[&format!("1.2.3={value}")]).err();
        assert!(matches!(found, Some(AdditionError::Value(_))), "{value}");
    }
    let nested = (0..40).fold(vec![5, 0], |inner, _| asn1::wrap(asn1::SEQUENCE, &[&inner]));
    let deep = format!("1.2.3={}", crate::base::hex(&nested));
    assert!(additions(&[], &[&deep]).is_err());
    let large = crate::base::hex(&asn1::wrap(asn1::OCTET_STRING, &[&[0; 4096]]));
    assert!(additions(&[], &[&format!("1.2.3={large}")]).is_err());
    for value in ["0500", "3000", "30020500", "0c0161", "a0020500"] {
        assert!(
            additions(&[], &[&format!("1.2.3={value}")]).is_ok(),
            "{value}"
        );
    }
}

#[test]
fn nothing_stands_there_twice_or_too_often() {
    let twice = AdditionError::Repeated(ObjectIdentifier::new_unwrap("1.2.3"));
    assert_eq!(
        additions(&["1.2.3", "1.2.3=http://a/b"], &[]).err(),
        Some(twice.clone())
    );
    assert_eq!(
        additions(&[], &["1.2.3=0500", "1.2.3=0500"]).err(),
        Some(twice)
    );
    let many: Vec<String> = (0..17).map(|n| format!("1.2.{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(additions(&many, &[]).err(), Some(AdditionError::TooMany));
    let long = format!("2.{}", ["4294967295"; 10].join("."));
    let found = additions(&[&long], &[]).err();
    assert!(matches!(found, Some(AdditionError::ObjectId(_))));
}

#[test]
fn an_address_is_on_the_web_and_of_a_usual_length() {
    assert!(urls(&["http://a.internal/a.crl", "https://a.internal/a.crl"]).is_ok());
    let long = format!("http://a.internal/{}", "a".repeat(1024));
    for wrong in ["ldap://a.internal/cn=a", "ftp://a/b", &long] {
        let error = urls(&[wrong]).unwrap_err();
        assert_tells(&error);
        assert!(matches!(error, AdditionError::Address(_)), "{wrong}");
    }
    let twice = urls(&["http://a/b", "http://a/b"]).unwrap_err();
    assert!(matches!(twice, AdditionError::AddressTwice(_)));
}

#[test]
fn what_a_profile_leaves_out_is_not_written() {
    let all = urls(&["http://a/b"]).unwrap();
    assert_eq!(remaining(&all, &[AddressKind::Crl]), Urls::default());
    assert_eq!(remaining(&all, &[AddressKind::Ocsp]), all);
}
