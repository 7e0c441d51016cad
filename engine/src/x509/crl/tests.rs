//! Lists are written exactly and read as strictly.

use x509_cert::crl::CertificateList as Peer;
use x509_cert::der::{Decode as _, Encode as _};

use super::*;
use crate::base::KeyType;
use crate::x509::certificate::Certificate;
use crate::x509::fixture::{CaKey, NOW, assert_tells, signed};

#[test]
fn an_empty_list_is_exactly_these_bytes() {
    let ca = CaKey::root();
    let tbs = NewCrl::new().tbs(&head(&ca, &1.into())).unwrap();
    let view = ca.view();
    let mut expected = vec![0x02, 0x01, 0x01];
    expected.extend(b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02");
    expected.extend(view.subject.as_der());
    expected.extend(b"\x17\x0d261122120000Z\x17\x0d261129120000Z");
    // [0] SEQUENCE { authorityKeyIdentifier, cRLNumber 1 }, and no list of entries at all.
    expected.extend(b"\xa0\x2f\x30\x2d\x30\x1f\x06\x03\x55\x1d\x23\x04\x18\x30\x16\x80\x14");
    expected.extend(&view.key_id);
    expected.extend(b"\x30\x0a\x06\x03\x55\x1d\x14\x04\x03\x02\x01\x01");
    assert_eq!(tbs, asn1::wrap(asn1::SEQUENCE, &[&expected]));
}

#[test]
fn an_entry_says_its_reason_unless_there_is_none() {
    let plain = write_entry(&entry(0x7f, 0)).unwrap();
    assert_eq!(plain, b"\x30\x12\x02\x01\x7f\x17\x0d261122120000Z");
    let high = write_entry(&entry(0x80, 0)).unwrap();
    assert_eq!(high[..6], *b"\x30\x13\x02\x02\x00\x80");
    let compromised = write_entry(&entry(1, 1)).unwrap();
    let reason = b"\x30\x0c\x30\x0a\x06\x03\x55\x1d\x15\x04\x03\x0a\x01\x01";
    assert!(compromised.ends_with(reason), "{compromised:x?}");
    let since = CrlEntry {
        invalid_since: Some(NOW),
        ..entry(1, 0)
    };
    let since = write_entry(&since).unwrap();
    assert!(since.ends_with(b"\x06\x03\x55\x1d\x18\x04\x11\x18\x0f20261122120000Z"));
}

#[test]
fn dates_from_2050_on_are_generalized_times() {
    let ca = CaKey::root();
    let late = Timestamp::from_secs(2_524_608_000);
    let number = 1.into();
    let head = CrlHead {
        next_update: late,
        ..head(&ca, &number)
    };
    let tbs = NewCrl::new().tbs(&head).unwrap();
    let found = tbs
        .windows(17)
        .any(|part| part == b"\x18\x0f20500101000000Z");
    assert!(found, "{tbs:x?}");
    let before = CrlHead {
        next_update: late.plus_secs(-1),
        ..head
    };
    let tbs = NewCrl::new().tbs(&before).unwrap();
    assert!(tbs.windows(15).any(|part| part == b"\x17\x0d491231235959Z"));
}

#[test]
fn a_list_of_every_key_type_reads_back_as_another_reader_reads_it() {
    for kind in KeyType::ALL
        .into_iter()
        .filter(|kind| !kind.title().starts_with("RSA 4"))
    {
        let ca = CaKey::root_of(kind, None);
        let number = CrlNumber::from_bytes(&[0x80; 19]);
        let entries = [entry(1, 0), entry(0xff, 9), entry(0x1234_5678, 6)];
        let der = list(&ca, &number, &entries);
        let read = CertificateList::from_der(der.clone()).unwrap();
        let (subject, key) = (&ca.view().subject, &ca.key.public);
        assert_eq!(read.verify(subject, key), Ok(()), "{kind:?}");
        assert_eq!(read.entries().collect::<Vec<_>>(), entries);
        assert_eq!((read.count(), read.number()), (3, Some(&number)));
        assert_eq!(read.this_update(), NOW);
        assert_eq!(read.next_update(), Some(NOW.plus_days(7)));
        assert_eq!(read.authority_key_id(), Some(&ca.view().key_id[..]));
        let peer: Peer = Peer::from_der(&der).unwrap();
        assert_eq!(peer.to_der().unwrap(), der);
        let theirs = peer.tbs_cert_list.revoked_certificates.unwrap();
        assert_eq!(theirs.len(), 3);
        assert_eq!(theirs[2].serial_number.as_bytes(), [0x12, 0x34, 0x56, 0x78]);
        assert_eq!(read.der(), der);
    }
}

#[test]
fn webpki_refuses_what_stands_on_the_list_and_takes_the_rest() {
    let ca = CaKey::root();
    let leaf = signed(&ca.key, ca.draft("server", "www.example.internal"));
    let serial = Certificate::read(leaf.der()).unwrap().serial().clone();
    let revoked = CrlEntry {
        serial,
        ..entry(0, 1)
    };
    assert_eq!(
        judged_by_webpki(&ca, leaf.der(), &[revoked]),
        Err(webpki::Error::CertRevoked)
    );
    assert_eq!(judged_by_webpki(&ca, leaf.der(), &[entry(7, 1)]), Ok(()));
    assert_eq!(judged_by_webpki(&ca, leaf.der(), &[]), Ok(()));
}

fn judged_by_webpki(ca: &CaKey, leaf: &[u8], entries: &[CrlEntry]) -> Result<(), webpki::Error> {
    let der = list(ca, &1.into(), entries);
    let list = webpki::CertRevocationList::from(webpki::OwnedCertRevocationList::from_der(&der)?);
    let lists = [&list];
    let check = webpki::RevocationOptionsBuilder::new(&lists)
        .unwrap()
        .build();
    let root = rustls_pki_types::CertificateDer::from(ca.certificate.der());
    let anchors = [webpki::anchor_from_trusted_cert(&root)?];
    let leaf = rustls_pki_types::CertificateDer::from(leaf);
    let secs = u64::try_from(NOW.secs()).unwrap();
    let at = rustls_pki_types::UnixTime::since_unix_epoch(std::time::Duration::from_secs(secs));
    let leaf = webpki::EndEntityCert::try_from(&leaf)?;
    let verified = leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &anchors,
        &[],
        at,
        webpki::KeyUsage::server_auth(),
        Some(check),
        None,
    );
    verified.map(drop)
}

#[test]
fn the_list_of_another_authority_is_not_taken_for_ours() {
    let (ca, other) = (CaKey::root(), CaKey::root());
    let read = CertificateList::from_der(list(&other, &1.into(), &[])).unwrap();
    // Both bear the same name.
    let (subject, key) = (&ca.view().subject, &ca.key.public);
    assert_eq!(read.verify(subject, key), Err(CrlError::Signature));
    let stranger = Name::common_name("Stranger");
    let refused = read.verify(&stranger, &other.key.public).unwrap_err();
    assert!(matches!(refused, CrlError::OtherIssuer(_)));
    assert_tells(&refused);
    assert_tells(&CrlError::Signature);
    assert_tells(&CrlError::Encoding);
}

#[test]
fn an_altered_list_does_not_verify() {
    let ca = CaKey::root();
    let mut der = list(&ca, &1.into(), &[entry(0x1234_5678, 1)]);
    let place = der
        .windows(4)
        .position(|part| part == [0x12, 0x34, 0x56, 0x78]);
    der[place.unwrap() + 3] ^= 1;
    let read = CertificateList::from_der(der.clone()).unwrap();
    let (subject, key) = (&ca.view().subject, &ca.key.public);
    assert_eq!(read.verify(subject, key), Err(CrlError::Signature));
}

#[test]
fn a_list_that_is_cut_off_anywhere_is_refused() {
    let ca = CaKey::root();
    let der = list(&ca, &300.into(), &[entry(7, 1), entry(8, 0)]);
    for end in 0..der.len() {
        assert!(
            CertificateList::from_der(der[..end].to_vec()).is_err(),
            "at {end}"
        );
    }
    let longer = [&der[..], &[0]].concat();
    assert!(CertificateList::from_der(longer).is_err());
}

#[test]
fn no_damage_to_a_list_makes_it_crash_or_verify() {
    let ca = CaKey::root();
    let der = list(&ca, &300.into(), &[entry(7, 1), entry(8, 0)]);
    let (subject, key) = (&ca.view().subject, &ca.key.public);
    for place in 0..der.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut damaged = der.clone();
            damaged[place] ^= bit;
            if let Ok(read) = CertificateList::from_der(damaged) {
                read.entries().count();
                assert!(read.verify(subject, key).is_err(), "at {place}");
            }
        }
    }
}

#[test]
fn a_part_of_a_list_or_one_with_an_unknown_critical_extension_is_not_believed() {
    let ca = CaKey::root();
    for id in [
        oid::ISSUING_DISTRIBUTION_POINT,
        oid::DELTA_CRL_INDICATOR,
        ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1"),
    ] {
        let value = asn1::wrap(asn1::SEQUENCE, &[]);
        let critical = extension::write(id, true, &value).unwrap();
        let der = with_extensions(&ca, &[critical]);
        let read = CertificateList::from_der(der.clone()).unwrap();
        let refused = read.verify(&ca.view().subject, &ca.key.public);
        assert!(matches!(refused, Err(CrlError::NotFull(_))), "{id}");
        assert_tells(&refused.unwrap_err());
    }
}

#[test]
fn a_number_that_is_negative_too_long_or_padded_is_refused() {
    let ca = CaKey::root();
    let with = |number: &[u8]| {
        let value = asn1::wrap(asn1::INTEGER, &[number]);
        let number = extension::write(oid::CRL_NUMBER, false, &value).unwrap();
        CertificateList::from_der(with_extensions(&ca, &[number]))
    };
    assert!(with(&[0x01]).is_ok());
    let mut longest = vec![0xff; 20];
    longest[0] = 0x7f;
    assert!(with(&longest).is_ok());
    for wrong in [&[0xff][..], &[0x00, 0x01], &[0x01; 21], &[]] {
        assert!(with(wrong).is_err(), "{wrong:x?}");
    }
}

#[test]
fn a_list_of_version_1_is_read_without_extensions() {
    let ca = CaKey::root();
    let view = ca.view();
    let times = [Time::write(NOW).unwrap(), Time::write(NOW).unwrap()].concat();
    let parts: [&[u8]; 3] = [view.algorithm.der(), view.subject.as_der(), &times];
    let tbs = asn1::wrap(asn1::SEQUENCE, &parts);
    let der = Signed::write(&tbs, view.algorithm.der(), &ca.key.sign(&tbs));
    let read = CertificateList::from_der(der.clone()).unwrap();
    assert_eq!((read.count(), read.number()), (0, None));
    assert_eq!(read.verify(&view.subject, &ca.key.public), Ok(()));
}

#[test]
fn reasons_have_the_names_of_the_rfc() {
    assert_eq!(reason_name(1), "keyCompromise");
    assert_eq!(reason_name(8), "removeFromCRL");
    assert_eq!(reason_name(10), "aACompromise");
    assert_eq!(reason_name(7), "unknown");
}

#[test]
fn a_hundred_thousand_entries_take_forty_bytes_each() {
    let ca = CaKey::root();
    let mut new = NewCrl::new();
    for serial in 0..100_000u32 {
        let mut bytes = [0x55; 16];
        bytes[..4].copy_from_slice(&serial.to_be_bytes());
        bytes[0] |= 0x40;
        let entry = CrlEntry {
            serial: Serial::from_bytes(&bytes),
            ..entry(0, 1)
        };
        new.push(&entry).unwrap();
    }
    let number = 1.into();
    let head = head(&ca, &number);
    let tbs = new.tbs(&head).unwrap();
    let der = head.signed(&tbs, &ca.key.sign(&tbs));
    let read = CertificateList::from_der(der.clone()).unwrap();
    assert_eq!(read.count(), 100_000);
    assert_eq!(read.verify(&ca.view().subject, &ca.key.public), Ok(()));
    assert!(der.len() < 100_000 * 50, "{}", der.len());
}

fn entry(serial: u32, reason: u8) -> CrlEntry {
    CrlEntry {
        serial: Serial::from_bytes(&serial.to_be_bytes()),
        at: NOW,
        reason,
        invalid_since: None,
    }
}

fn head<'a>(ca: &CaKey, number: &'a CrlNumber) -> CrlHead<'a> {
    let view = Box::leak(Box::new(ca.view()));
    CrlHead {
        issuer: &view.subject,
        key_id: &view.key_id,
        algorithm: view.algorithm,
        number,
        this_update: NOW,
        next_update: NOW.plus_days(7),
    }
}

fn list(ca: &CaKey, number: &CrlNumber, entries: &[CrlEntry]) -> Vec<u8> {
    let mut new = NewCrl::new();
    for entry in entries {
        new.push(entry).unwrap();
    }
    let head = head(ca, number);
    let tbs = new.tbs(&head).unwrap();
    head.signed(&tbs, &ca.key.sign(&tbs))
}

/// A list of version 2 with these extensions alone.
fn with_extensions(ca: &CaKey, extensions: &[Vec<u8>]) -> Vec<u8> {
    let number = 1.into();
    let head = head(ca, &number);
    let list = asn1::sequence_of(extensions);
    let list = asn1::wrap(asn1::context(0), &[&list]);
    let tbs = asn1::wrap(asn1::SEQUENCE, &[&head.write().unwrap(), &list]);
    head.signed(&tbs, &ca.key.sign(&tbs))
}
