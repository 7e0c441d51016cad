//! What fits into a name space, and what does not.

use super::*;

fn names(texts: &[&str]) -> Vec<Identifier> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn trees(texts: &[&str]) -> Vec<Subtree> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn only(texts: &[&str]) -> Constraints {
    Constraints::only(trees(texts))
}

#[test]
fn private_name_space_holds_private_names_and_addresses_only() {
    let private = Constraints::private();
    assert_eq!(private.permitted.len(), PRIVATE.len());
    let inside = [
        "a.internal",
        "x.home.arpa",
        "*.a.test",
        "10.1.2.3",
        "fd00::1",
        "::1",
    ];
    assert_eq!(private.check(&names(&inside), None), Ok(()));
    for outside in [
        "example.com",
        "11.0.0.1",
        "2001:db8::1",
        "fe80::1",
        "172.32.0.1",
    ] {
        let name = names(&[outside]).remove(0);
        let refused = private.check(std::slice::from_ref(&name), None);
        assert_eq!(refused, Err(ConstraintError::Outside(name)));
    }
}

#[test]
fn kinds_of_names_that_no_subtree_mentions_are_refused() {
    for text in ["email:a@a.internal", "uri:https://a.internal/"] {
        let name = names(&[text]).remove(0);
        let refused = Constraints::private().check(std::slice::from_ref(&name), None);
        assert_eq!(refused, Err(ConstraintError::Kind(name)));
    }
    let mail = only(&["email:example.org", "uri:example.org"]);
    assert_eq!(
        mail.check(&names(&["a@example.org", "https://example.org/x"]), None),
        Ok(())
    );
    assert!(mail.check(&names(&["a@example.com"]), None).is_err());
    assert!(mail.check(&names(&["https://example.com/"]), None).is_err());
    assert!(mail.check(&names(&["a.example.org"]), None).is_err());
}

#[test]
fn names_without_addresses_exclude_all_addresses() {
    let constraints = only(&["dns:example.org"]);
    assert_eq!(constraints.excluded, trees(&["ip:0.0.0.0/0", "ip:::/0"]));
    assert!(constraints.check(&names(&["10.0.0.1"]), None).is_err());
    assert!(only(&["dns:a", "ip:10.0.0.0/8"]).excluded.is_empty());
}

#[test]
fn a_common_name_that_looks_like_a_host_is_constrained_too() {
    let private = Constraints::private();
    let san = names(&["a.internal"]);
    assert!(private.check(&san, Some("www.example.com")).is_err());
    assert!(private.check(&san, Some("8.8.8.8")).is_err());
    for harmless in [
        "a.internal",
        "b.internal",
        "Anna Example",
        "anna",
        "10.0.0.1",
    ] {
        assert_eq!(private.check(&san, Some(harmless)), Ok(()), "{harmless}");
    }
}

#[test]
fn excluded_names_are_refused_and_so_is_a_wildcard_above_them() {
    let constraints = Constraints {
        permitted: trees(&["dns:internal"]),
        excluded: trees(&["dns:secret.internal"]),
    };
    assert_eq!(constraints.check(&names(&["a.internal"]), None), Ok(()));
    for bad in ["secret.internal", "a.secret.internal", "*.internal"] {
        assert!(constraints.check(&names(&[bad]), None).is_err(), "{bad}");
    }
}

#[test]
fn an_intermediate_can_narrow_and_never_widen() {
    let private = Constraints::private();
    let narrowed = private.narrowed_by(&only(&["dns:a.internal"])).unwrap();
    assert!(narrowed.check(&names(&["x.a.internal"]), None).is_ok());
    assert!(narrowed.check(&names(&["x.b.internal"]), None).is_err());
    assert!(narrowed.check(&names(&["10.0.0.1"]), None).is_err());
    let kept = Constraints {
        permitted: trees(&["dns:a.internal"]),
        excluded: vec![],
    };
    let kept = private.narrowed_by(&kept).unwrap();
    assert!(kept.check(&names(&["10.0.0.1"]), None).is_ok());
    let wider = trees(&["dns:example.com"]).remove(0);
    assert_eq!(
        private.narrowed_by(&only(&["dns:example.com"])),
        Err(ConstraintError::Wider(wider))
    );
}

#[test]
fn constraints_read_back_from_their_encoding() {
    let mixed = Constraints {
        permitted: trees(&["email:a.b", "uri:a.b", "ip:10.0.0.0/9", "ip:::1/128"]),
        excluded: trees(&["ip:0.0.0.0/0", "ip:::/0", "dns:x"]),
    };
    for constraints in [Constraints::private(), only(&["dns:a.b"]), mixed] {
        assert_eq!(
            Constraints::from_der(&constraints.to_der()),
            Ok(constraints)
        );
    }
}

#[test]
fn constraints_that_cannot_be_kept_to_are_not_read() {
    let with = |base: Vec<u8>| {
        let tree = asn1::wrap(asn1::SEQUENCE, &[&base]);
        asn1::wrap(asn1::SEQUENCE, &[&asn1::wrap(asn1::context(0), &[&tree])])
    };
    let read = |base| Constraints::from_der(&with(base));
    let holes = asn1::wrap(general_name::IP, &[&[10, 0, 0, 0, 0xff, 0, 0xff, 0]]);
    assert!(matches!(
        read(holes),
        Err(ConstraintError::Unsupported("IP address"))
    ));
    let directory = asn1::wrap(0xa4, &[&[0x30, 0]]);
    assert!(matches!(
        read(directory),
        Err(ConstraintError::Unsupported("directory name"))
    ));
    assert!(read(asn1::wrap(general_name::IP, &[])).is_err());
    assert!(read(asn1::wrap(general_name::DNS, &[])).is_err());
}
