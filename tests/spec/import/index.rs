//! An index read so that nothing that it revokes becomes valid again.

use chancery_engine::api::{
    CertificateStatus, FindCertificate, ImportOutcome, PreviewRevocation, RevocationReason,
    Selection, ShowCertificate,
};
use rcgen::{CertificateParams, KeyPair};
use spec::{World, submit};

use super::{Ca, Desk, authority, ca, certificate, taken};
use crate::revocation::revoke;

/// A CA of another program with this index and these certificates, by name and serial.
fn folder(desk: &Desk, old: &Ca, index: &str, certificates: &[(&str, u64)]) {
    desk.put("ca.crt", &old.pem);
    desk.put("index.txt", index);
    for (name, serial) in certificates {
        let file = format!("newcerts/{serial:X}.pem");
        desk.put(&file, old.leaf_with(name, *serial).0);
    }
}

#[test]
fn what_a_line_revokes_is_revoked_whatever_cannot_be_read_of_it() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let index = "R\t270101000000Z\t260501120000Z,boredom\t10\tunknown\t/CN=a.example.org\n\
                 R\t270101000000Z\t\t11\tunknown\t/CN=b.example.org\n\
                 V\t270101000000Z\t\t12\tunknown\t/CN=c.example.org\n\
                 R\t270101000000Z\t260501120000Z,keyCompromise\t12\tunknown\t/CN=c.example.org\n\
                 R\tnever\t260501120000Z\t13\tunknown\t/CN=lost.example.org\n\
                 R\t270101000000Z\t260501120000Z\t?\tunknown\t/CN=d.example.org\n";
    let certificates = [
        ("a.example.org", 0x10),
        ("b.example.org", 0x11),
        ("c.example.org", 0x12),
    ];
    folder(&desk, &ca("Old Root"), index, &certificates);
    let done = taken(&world, &desk.all());
    assert_eq!(done.revoked, 4);
    let reason = |name: &str| {
        let row = certificate(&world, name);
        assert_eq!(row.status, CertificateStatus::Revoked, "{name}");
        row.revocation.unwrap().reason
    };
    assert_eq!(reason("a.example.org"), RevocationReason::Unspecified);
    assert_eq!(reason("b.example.org"), RevocationReason::Unspecified);
    assert_eq!(reason("c.example.org"), RevocationReason::KeyCompromise);
    assert_eq!(reason("lost.example.org"), RevocationReason::Unspecified);
    let told = |from: &str| {
        let mut rows = done.rows.iter();
        rows.find(|row| row.from == from).unwrap()
    };
    let warned = |name: &str| {
        let mut rows = done.rows.iter();
        rows.find(|row| row.name == name)
            .unwrap()
            .warnings
            .join("\n")
    };
    assert!(warned("a.example.org").contains("line 1 names a reason"));
    assert!(warned("b.example.org").contains("line 2 has no date"));
    assert!(told("index.txt, line 3").into.contains("line 4 revokes"));
    let lost = told("index.txt, line 6");
    assert_eq!(lost.outcome, ImportOutcome::NotTaken);
    assert!(lost.into.contains("stays valid"), "{lost:?}");
}

#[test]
fn a_line_whose_certificate_is_not_here_is_found_by_its_name_and_says_what_it_is() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let index = "V\t270101000000Z\t\t10\tunknown\t/CN=M\\xC3\\xBCller\n";
    folder(&desk, &ca("Old Root"), index, &[]);
    taken(&world, &desk.all());
    let id = certificate(&world, "Müller").id;
    for text in ["Müller", "10", &id.to_string()] {
        let found = world.client.read(&FindCertificate(text.to_owned()));
        assert_eq!(*found.unwrap().value, id);
    }
    let report = world.client.read(&ShowCertificate(id)).err().unwrap();
    assert_eq!(report.code, "certificate.only-numbered");
    assert!(
        report.what.contains("index of another program"),
        "{report:?}"
    );
}

#[test]
fn a_key_that_is_not_known_is_not_said_to_be_barred_until_its_certificate_comes() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let old = ca("Old Root");
    let index = "V\t270101000000Z\t\t10\tunknown\t/CN=lost.internal\n";
    folder(&desk, &old, index, &[]);
    desk.put("private/ca.key", &old.key);
    taken(&world, &desk.all());
    let id = certificate(&world, "lost.internal").id;
    let said = |what: Selection| {
        let question = PreviewRevocation {
            what,
            reason: RevocationReason::KeyCompromise,
        };
        world
            .client
            .read(&question)
            .unwrap()
            .value
            .effect
            .join("\n")
    };
    let effect = said(Selection::Certificates(vec![id]));
    assert!(!effect.contains("The public key is barred"), "{effect}");
    assert!(effect.contains("not known and not barred"), "{effect}");
    world.done(revoke(id, RevocationReason::KeyCompromise));

    let (leaf, key) = old.leaf_with("lost.internal", 0x10);
    desk.put("newcerts/10.pem", leaf);
    taken(&world, &desk.all());
    let params = CertificateParams::new(["lost.internal".to_owned()]).unwrap();
    let key = KeyPair::from_pem(&key).unwrap();
    let request = params.serialize_request(&key).unwrap();
    let root = authority(&world, "Old Root").id;
    let refused = world.refused(submit(request.der(), root, "server"));
    assert_eq!(refused.code, "policy.barred-key");
}

#[test]
fn the_list_that_was_taken_over_is_the_one_that_others_may_keep_to() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let old = ca("Old Root");
    let index = "V\t270101000000Z\t\t10\tunknown\t/CN=a.example.org\n";
    folder(&desk, &old, index, &[("a.example.org", 0x10)]);
    desk.put("crl.pem", old.revoking(&[], 7));
    taken(&world, &desk.all());
    let question = PreviewRevocation {
        what: Selection::Certificates(vec![certificate(&world, "a.example.org").id]),
        reason: RevocationReason::Superseded,
    };
    let shown = world.client.read(&question).unwrap().value;
    let words = shown.publicity[0].words.join("\n");
    assert!(words.contains("of 2026-05-02T00:00:00Z"), "{words}");
    assert!(words.contains("until 2027-05-02T00:00:00Z"), "{words}");
    assert!(!words.contains("no CRL yet"), "{words}");
    let until = shown.publicity[0].old_crl_until.unwrap();
    assert_eq!(until.to_string(), "2027-05-02T00:00:00Z");
}
