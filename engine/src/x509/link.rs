//! Who issued a certificate that has come from elsewhere, however old its signature is.

use aws_lc_rs::signature::{
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, RsaParameters, UnparsedPublicKey,
};
use const_oid::ObjectIdentifier;
use der::{Decode, SliceReader};

use crate::x509::asn1::{Signed, Tbs};
use crate::x509::certificate::Certificate;
use crate::x509::extension::KeyUsage;
use crate::x509::key::KeyKind;
use crate::x509::{asn1, oid};

/// How sure it is, the surest last, that one certificate was issued with the key of another.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Link {
    None,
    /// The names fit, and the key identifiers where there are any; the signature is of a kind that
    /// we cannot check.
    Unchecked,
    /// The signature holds, but is made with SHA-1 or a key below 2048 bits: nobody should trust it
    /// any more.
    Old,
    Verified,
}

impl Certificate {
    /// Names, key identifiers and signature. For the records of an archive, not for trust.
    pub(crate) fn link_to(&self, issuer: &Self) -> Link {
        let named = (self.authority_key_id(), issuer.subject_key_id());
        let same_id = match named {
            (Some(named), Some(own)) => named == own,
            _ => true,
        };
        match () {
            () if self.issuer() != issuer.subject() => Link::None,
            // An identifier that is wrong does not undo a signature that is right.
            () if self.verify(issuer.public_key()).is_ok() => Link::Verified,
            () => match self.is_signed_long_ago(issuer) {
                Some(true) => Link::Old,
                Some(false) => Link::None,
                None if same_id => Link::Unchecked,
                None => Link::None,
            },
        }
    }

    /// Whether it is the certificate of a CA: one without key usage may do everything (RFC 5280,
    /// 4.2.1.3).
    pub(crate) fn may_sign_certificates(&self) -> bool {
        let signs = |usage: KeyUsage| usage.contains(KeyUsage::KEY_CERT_SIGN);
        self.is_ca() && self.key_usage().is_none_or(signs)
    }

    pub(crate) fn may_sign_lists(&self) -> bool {
        let signs = |usage: KeyUsage| usage.contains(KeyUsage::CRL_SIGN);
        self.key_usage().is_none_or(signs)
    }

    /// Critical extensions that we do not keep to, by their object ids: whoever does not know one
    /// must not use the certificate (RFC 5280, 4.2).
    pub(crate) fn unknown_critical(&self) -> Vec<String> {
        let tbs = Signed::read(self.der()).and_then(|signed| Tbs::read(signed.tbs));
        let extensions = tbs.map(|tbs| tbs.extensions).unwrap_or_default();
        let unknown = extensions
            .iter()
            .filter(|extension| extension.critical && !KEPT_TO.contains(&extension.id));
        unknown.map(|extension| extension.id.to_string()).collect()
    }

    /// `None` where we cannot say.
    fn is_signed_long_ago(&self, issuer: &Self) -> Option<bool> {
        let signed = Signed::read(self.der()).ok()?;
        let key = issuer.public_key();
        let bits = match key.kind() {
            KeyKind::Rsa { bits } => bits,
            _ => return self.algorithm_is_known().then_some(false),
        };
        let parameters = old_parameters(algorithm_id(signed.algorithm)?)?;
        if bits < 1024 {
            return None;
        }
        let key = UnparsedPublicKey::new(parameters, key.bits());
        Some(key.verify(signed.tbs, signed.signature).is_ok())
    }

    fn algorithm_is_known(&self) -> bool {
        let signed = Signed::read(self.der());
        signed.is_ok_and(|signed| {
            crate::x509::algorithm::SignatureAlgorithm::from_der(signed.algorithm).is_some()
        })
    }
}

fn old_parameters(algorithm: ObjectIdentifier) -> Option<&'static RsaParameters> {
    match algorithm {
        oid::SHA1_WITH_RSA => Some(&RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY),
        oid::SHA256_WITH_RSA => Some(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
        oid::SHA512_WITH_RSA => Some(&RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
        _ => None,
    }
}

fn algorithm_id(algorithm: &[u8]) -> Option<ObjectIdentifier> {
    let content = asn1::read_all(algorithm, |reader| asn1::content(reader, asn1::SEQUENCE));
    let mut content = SliceReader::new(content.ok()?).ok()?;
    ObjectIdentifier::decode(&mut content).ok()
}

const KEPT_TO: &[ObjectIdentifier] = &[
    oid::AUTHORITY_KEY_ID,
    oid::BASIC_CONSTRAINTS,
    oid::CRL_DISTRIBUTION_POINTS,
    oid::EXTENDED_KEY_USAGE,
    oid::KEY_USAGE,
    oid::NAME_CONSTRAINTS,
    oid::SUBJECT_ALT_NAME,
    oid::SUBJECT_KEY_ID,
];
