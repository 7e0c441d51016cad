//! Signing updates with a shared key, and checking that the answer is signed with it (RFC 8945).

use std::borrow::Cow;

use aws_lc_rs::hmac;
use hickory_proto::op::Message;
use hickory_proto::rr::Name;
use hickory_proto::rr::rdata::tsig::{
    TSIG, TsigAlgorithm, TsigError, make_tsig_record, message_tbs, signed_bitmessage_to_buf,
};

use crate::base::{Secret, unbase64};
use crate::dns::error::{DnsError, SettingFault};

/// A key that a server knows by its name. The library's own signer keeps its key in plain memory;
/// this one hands it to the cryptographic provider and forgets it.
pub(super) struct TsigKey {
    name: Name,
    algorithm: TsigAlgorithm,
    key: hmac::Key,
}

/// As key files write the algorithms; the first is what `tsig-keygen` takes.
pub(super) const ALGORITHMS: &[Cow<'static, str>] = &[
    Cow::Borrowed("hmac-sha256"),
    Cow::Borrowed("hmac-sha384"),
    Cow::Borrowed("hmac-sha512"),
    Cow::Borrowed("hmac-sha1"),
];

impl TsigKey {
    /// `secret` in base64, as key files have it.
    pub(super) fn new(
        name: &str,
        algorithm: &str,
        secret: &Secret<String>,
    ) -> Result<Self, DnsError> {
        let (algorithm, hash) = match algorithm {
            "hmac-sha256" => (TsigAlgorithm::HmacSha256, hmac::HMAC_SHA256),
            "hmac-sha384" => (TsigAlgorithm::HmacSha384, hmac::HMAC_SHA384),
            "hmac-sha512" => (TsigAlgorithm::HmacSha512, hmac::HMAC_SHA512),
            "hmac-sha1" => (TsigAlgorithm::HmacSha1, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
            _ => return Err(DnsError::setting("algorithm", SettingFault::Unknown)),
        };
        let not_a_name = |_| DnsError::setting("key-name", SettingFault::Name);
        let mut name = Name::from_ascii(name).map_err(not_a_name)?.to_lowercase();
        name.set_fqdn(true);
        let bytes = secret.expose(|text| unbase64(text.trim()).map(Secret::new));
        let bytes = bytes.ok_or_else(|| DnsError::setting("key-secret", SettingFault::Base64))?;
        let key = bytes.expose(|bytes| hmac::Key::new(hash, bytes));
        Ok(Self {
            name,
            algorithm,
            key,
        })
    }

    /// Adds the signature, and gives its code back, which the answer's signature covers, too.
    pub(super) fn sign(
        &self,
        message: &mut Message,
        now_secs: u64,
    ) -> Result<Vec<u8>, hickory_proto::ProtoError> {
        let unsigned = TSIG::new(
            self.algorithm.clone(),
            now_secs,
            FUDGE_SECS,
            Vec::new(),
            message.id,
            None,
            Vec::new(),
        );
        let covered = message_tbs(message, &unsigned, &self.name)?;
        let code = hmac::sign(&self.key, &covered).as_ref().to_vec();
        let record = make_tsig_record(self.name.clone(), unsigned.set_mac(code.clone()));
        message.set_signature(Box::new(record));
        Ok(code)
    }

    /// Whether `answer` is signed with this key as the answer to what has `request_code`.
    pub(super) fn has_signed(&self, answer: &[u8], request_code: &[u8], now_secs: u64) -> bool {
        let Ok((covered, record)) = signed_bitmessage_to_buf(answer, Some(request_code), true)
        else {
            return false;
        };
        let signature = record.data;
        let is_recent = signature.time.abs_diff(now_secs) <= u64::from(signature.fudge);
        is_recent
            && record.name == self.name
            && hmac::verify(&self.key, &covered, &signature.mac).is_ok()
    }
}

/// What the server's signature record complains about, if it does.
pub(super) fn complaint(answer: &Message, server: &str, now_secs: u64) -> Option<DnsError> {
    let server = server.to_owned();
    let signature = &answer.signature()?.data;
    match signature.error? {
        TsigError::BadKey => Some(DnsError::TsigKey { server }),
        TsigError::BadSig | TsigError::BadTrunc => Some(DnsError::TsigSignature { server }),
        TsigError::BadTime => {
            // The server's time, in six octets (RFC 8945, 5.2.3).
            let clock = <[u8; 6]>::try_from(signature.other.as_slice()).ok();
            let clock =
                clock.map(|[a, b, c, d, e, f]| u64::from_be_bytes([0, 0, a, b, c, d, e, f]));
            Some(DnsError::TsigTime {
                server,
                apart_secs: clock.map(|clock| clock.abs_diff(now_secs)),
            })
        }
        TsigError::Unknown(code) => Some(DnsError::UpdateFailed {
            server,
            code: format!("TSIG error {code}"),
        }),
    }
}

/// As RFC 8945, 10, recommends.
const FUDGE_SECS: u16 = 300;
