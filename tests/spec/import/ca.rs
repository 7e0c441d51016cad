//! CAs that another program made, for imports.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SerialNumber,
};

/// A CA that another program made.
pub(super) struct Ca {
    pub(super) pem: String,
    pub(super) key: String,
    pub(super) issuer: Issuer<'static, KeyPair>,
}

pub(super) fn ca(name: &str) -> Ca {
    ca_of(name, |_| ())
}

pub(super) fn ca_of(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Ca {
    let key = KeyPair::generate().unwrap();
    let params = ca_params(name, change);
    let pem = params.self_signed(&key).unwrap().pem();
    Ca {
        pem,
        key: key.serialize_pem(),
        issuer: Issuer::new(params, key),
    }
}

pub(super) fn ca_params(
    name: &str,
    change: impl FnOnce(&mut CertificateParams),
) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    change(&mut params);
    params
}

impl Ca {
    pub(super) fn below(&self, name: &str) -> Ca {
        let key = KeyPair::generate().unwrap();
        let params = ca_params(name, |_| ());
        let pem = params.signed_by(&key, &self.issuer).unwrap().pem();
        Ca {
            pem,
            key: key.serialize_pem(),
            issuer: Issuer::new(params, key),
        }
    }

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

    /// A certificate and its key.
    pub(super) fn leaf(&self, name: &str) -> (String, String) {
        self.leaf_with(name, 0x1234)
    }

    pub(super) fn leaf_with(&self, name: &str, serial: u64) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.serial_number = Some(SerialNumber::from(serial));
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2027, 1, 1);
        let pem = params.signed_by(&key, &self.issuer).unwrap().pem();
        (pem, key.serialize_pem())
    }
}
