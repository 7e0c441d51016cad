//! Certificates of the stand-in CA: real ones, for the key of the request.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, IsCa, Issuer, KeyPair,
    SanType, date_time_ymd,
};

pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    pub(super) fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Stand-in CA");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        let issuer = Issuer::new(params, key);
        Self { issuer, pem }
    }

    /// The certificate and the one above it, PEM.
    pub(super) fn issue(&self, request: &[u8], names: &[String]) -> String {
        let request = request.to_vec().into();
        let mut request = CertificateSigningRequestParams::from_der(&request).expect("a request");
        let names = names.iter();
        request.params.subject_alt_names = names
            .map(|name| SanType::DnsName(name.as_str().try_into().expect("a name")))
            .collect();
        request.params.use_authority_key_identifier_extension = true;
        // The clock of these tests begins on 2026-11-22.
        request.params.not_before = date_time_ymd(2026, 11, 21);
        request.params.not_after = date_time_ymd(2027, 2, 19);
        request.params.serial_number = Some(serial().into());
        let made = request.signed_by(&self.issuer).expect("a certificate");
        made.pem() + &self.pem
    }
}

/// Different for each certificate of this process.
fn serial() -> Vec<u8> {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0x1000_0000_0000_0001);
    NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes().to_vec()
}
