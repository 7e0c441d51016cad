//! Lists of revoked certificates that come by themselves, without the folder of their CA.

use chancery_engine::api::{CertificateStatus, ImportOutcome};
use rcgen::SerialNumber;
use spec::World;

use super::{Ca, Desk, ca, certificate, preview, taken};

#[test]
fn a_list_alone_is_taken_where_the_authority_that_signed_it_is_here_and_only_once() {
    let (world, desk) = (World::with_vault(), Desk::new());
    let (old, other) = (ca("Old Root"), ca("Other Root"));
    taken(&world, &desk.put("ca.pem", old.pem.clone()));
    let (leaf, _) = old.leaf_with("gone.example.org", 0x11);
    taken(&world, &desk.put("gone.pem", leaf));
    let list = desk.put("old.crl", old.revoking(&[0x11, 0x12], 7));
    assert_eq!(preview(&world, &list).rows[0].outcome, ImportOutcome::Taken);
    let done = taken(&world, &list);
    assert_eq!((done.certificates, done.revoked), (0, 2));
    let gone = certificate(&world, "gone.example.org");
    assert_eq!(gone.status, CertificateStatus::Revoked);
    let numbers = done.rows.iter().find(|row| row.from == "crlnumber");
    assert!(numbers.unwrap().into.ends_with("above 7"), "{done:?}");
    let again = taken(&world, &list);
    assert_eq!(again.revoked, 0);
    assert_eq!(again.rows[0].outcome, ImportOutcome::AlreadyHere);
    // Somebody else's list revokes nothing, whatever name it bears.
    for stranger in [
        other.revoking(&[0x13], 9),
        ca("Old Root").revoking(&[0x13], 9),
    ] {
        let rows = preview(&world, &desk.put("strange.crl", stranger)).rows;
        assert_eq!(rows[0].outcome, ImportOutcome::NotTaken);
        assert!(rows[0].into.contains("authority here"), "{rows:?}");
    }
}

impl Ca {
    /// A list of these serials, in DER.
    pub(super) fn revoking(&self, serials: &[u64], number: u64) -> Vec<u8> {
        let revoked = |serial: &u64| rcgen::RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: rcgen::date_time_ymd(2026, 5, 1),
            reason_code: Some(rcgen::RevocationReason::Superseded),
            invalidity_date: None,
        };
        let params = rcgen::CertificateRevocationListParams {
            this_update: rcgen::date_time_ymd(2026, 5, 2),
            next_update: rcgen::date_time_ymd(2027, 5, 2),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().der().to_vec()
    }
}
