//! Signed requests: flattened JSON Web Signatures (RFC 7515; RFC 8555, 6.2), and keys as JSON Web
//! Keys with their thumbprints (RFC 7517, RFC 7638).

use std::fmt;

use serde_json::{Value, json};

use super::error::AcmeError;
use crate::base::{base64url, sha256};
use crate::x509::{KeyKind, PublicKey};

/// The public half of an account's key, as a server is shown it.
#[derive(Clone)]
pub(crate) struct AccountKey {
    algorithm: Algorithm,
    /// Members in the order of their names, without white space: what is hashed (RFC 7638, 3).
    jwk: Value,
}

/// `alg` values (RFC 7518, 3.1; RFC 8037, 3.1), and how a signature of ours becomes theirs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Algorithm {
    EdDsa,
    /// The length of a coordinate, in bytes.
    Es(usize),
    Rs256,
}

impl AccountKey {
    /// Keys that sign in the vault and that ACME servers know: ECDSA, RSA, Ed25519.
    pub(crate) fn of(key: &PublicKey) -> Result<Self, AcmeError> {
        let (algorithm, jwk) = match key.kind() {
            KeyKind::P256 => ec(key, "P-256", 32),
            KeyKind::P384 => ec(key, "P-384", 48),
            KeyKind::P521 => ec(key, "P-521", 66),
            KeyKind::Ed25519 => Some((
                Algorithm::EdDsa,
                json!({ "crv": "Ed25519", "kty": "OKP", "x": base64url(key.bits()) }),
            )),
            KeyKind::Rsa { .. } => key.rsa_numbers().map(|(modulus, exponent)| {
                let jwk = json!({
                    "e": base64url(&exponent), "kty": "RSA", "n": base64url(&modulus),
                });
                (Algorithm::Rs256, jwk)
            }),
            _ => None,
        }
        .ok_or_else(|| AcmeError::KeyKind(key.title()))?;
        Ok(Self { algorithm, jwk })
    }

    /// Base64url of the SHA-256 of the key (RFC 7638, 3).
    pub(crate) fn thumbprint(&self) -> String {
        base64url(&sha256(&[self.jwk.to_string().as_bytes()]))
    }

    pub(super) fn jwk(&self) -> &Value {
        &self.jwk
    }

    fn alg(&self) -> &'static str {
        match self.algorithm {
            Algorithm::EdDsa => "EdDSA",
            Algorithm::Es(32) => "ES256",
            Algorithm::Es(48) => "ES384",
            Algorithm::Es(_) => "ES512",
            Algorithm::Rs256 => "RS256",
        }
    }

    /// ECDSA signatures leave the vault in DER; here they are two numbers of fixed length
    /// (RFC 7518, 3.4).
    fn signature(&self, made: &[u8]) -> Result<Vec<u8>, AcmeError> {
        match self.algorithm {
            Algorithm::Es(length) => fixed(made, length).ok_or(AcmeError::Signature),
            Algorithm::EdDsa | Algorithm::Rs256 => Ok(made.to_vec()),
        }
    }
}

/// Says nothing but the thumbprint, which is public.
impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountKey({})", self.thumbprint())
    }
}

fn ec(key: &PublicKey, curve: &str, length: usize) -> Option<(Algorithm, Value)> {
    let (&form, point) = key.bits().split_first()?;
    let (x, y) = point.split_at_checked(length)?;
    let whole = form == UNCOMPRESSED && y.len() == length;
    let jwk = json!({ "crv": curve, "kty": "EC", "x": base64url(x), "y": base64url(y) });
    whole.then_some((Algorithm::Es(length), jwk))
}

/// Who signs, as the header names it (RFC 8555, 6.2).
#[derive(Clone, Copy, Debug)]
pub(super) enum Signatory<'a> {
    /// The account's URL.
    Account(&'a str),
    /// The key itself: for a new account, and for a revocation by a certificate's key.
    Key,
}

/// What is signed, and how it becomes the body of a request once it is.
pub(super) struct Unsigned {
    protected: String,
    payload: String,
    key: AccountKey,
}

impl Unsigned {
    /// `payload` is `None` for POST-as-GET (RFC 8555, 6.3). `nonce` is `None` inside another JWS.
    pub(super) fn new(
        key: &AccountKey,
        signatory: Signatory<'_>,
        url: &str,
        nonce: Option<&str>,
        payload: Option<&Value>,
    ) -> Self {
        let mut header = json!({ "alg": key.alg(), "url": url });
        match signatory {
            Signatory::Account(account) => header["kid"] = account.into(),
            Signatory::Key => header["jwk"] = key.jwk.clone(),
        }
        if let Some(nonce) = nonce {
            header["nonce"] = nonce.into();
        }
        Self {
            protected: base64url(header.to_string().as_bytes()),
            payload: payload.map_or_else(String::new, |payload| {
                base64url(payload.to_string().as_bytes())
            }),
            key: key.clone(),
        }
    }

    /// What is signed (RFC 7515, 5.1).
    pub(super) fn message(&self) -> Vec<u8> {
        format!("{}.{}", self.protected, self.payload).into_bytes()
    }

    pub(super) fn signed(self, signature: &[u8]) -> Result<Value, AcmeError> {
        let signature = self.key.signature(signature)?;
        Ok(json!({
            "payload": self.payload,
            "protected": self.protected,
            "signature": base64url(&signature),
        }))
    }
}

/// The binding of an account to one at the CA's web site: the account's key, under a MAC that its
/// owner was given (RFC 8555, 7.3.4).
pub(super) fn binding(
    key: &AccountKey,
    key_id: &str,
    mac_key: &[u8],
    new_account_url: &str,
) -> Value {
    let header = json!({ "alg": "HS256", "kid": key_id, "url": new_account_url });
    let protected = base64url(header.to_string().as_bytes());
    let payload = base64url(key.jwk.to_string().as_bytes());
    let message = format!("{protected}.{payload}");
    let tag = crate::base::hmac_sha256(mac_key, message.as_bytes());
    json!({ "payload": payload, "protected": protected, "signature": base64url(&tag) })
}

/// The two numbers of an ECDSA signature in DER, each of `length` bytes, one behind the other.
fn fixed(der: &[u8], length: usize) -> Option<Vec<u8>> {
    let inside = der_value(der, SEQUENCE)?.0;
    let (r, rest) = der_value(inside, INTEGER)?;
    let (s, rest) = der_value(rest, INTEGER)?;
    let padded = |number: &[u8]| -> Option<Vec<u8>> {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let digits = &number[zeros..];
        let padding = length.checked_sub(digits.len())?;
        Some([&vec![0; padding][..], digits].concat())
    };
    rest.is_empty()
        .then(|| Some([padded(r)?, padded(s)?].concat()))
        .flatten()
}

/// The content of one value of at most 255 bytes, and what stands behind it.
fn der_value(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (first, rest),
        0x81 => rest.split_first().map(|(length, rest)| (*length, rest))?,
        _ => return None,
    };
    let value = rest.split_at_checked(usize::from(length))?;
    (found == tag).then_some(value)
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
/// The first byte of a point that is written out (SEC 1, 2.3.3).
const UNCOMPRESSED: u8 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_of_any_length_become_two_of_fixed_length() {
        let short = [0x30, 8, 2, 1, 7, 2, 3, 0, 0x80, 1];
        assert_eq!(fixed(&short, 4).unwrap(), [0, 0, 0, 7, 0, 0, 0x80, 1]);
    }

    #[test]
    fn what_is_no_signature_becomes_none() {
        for broken in [
            &[][..],
            &[0x30],
            &[0x30, 6, 2, 1, 7, 2, 1],
            &[0x30, 7, 2, 1, 7, 2, 1, 7, 9],
            &[0x31, 6, 2, 1, 7, 2, 1, 7],
            &[0x30, 8, 2, 1, 7, 2, 3, 1, 1, 1],
        ] {
            assert_eq!(fixed(broken, 2), None, "{broken:?}");
        }
    }

    /// RFC 7638, 3.1: the key of the example, whose members are hashed in their order.
    #[test]
    fn the_thumbprint_of_rfc_7638_comes_out() {
        let jwk = json!({
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB",
            "kty": "RSA",
        });
        let key = AccountKey {
            algorithm: Algorithm::Rs256,
            jwk,
        };
        assert_eq!(
            key.thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }

    #[test]
    fn an_account_key_is_shown_by_its_thumbprint_alone() {
        let jwk = json!({ "crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
        let key = AccountKey {
            algorithm: Algorithm::EdDsa,
            jwk,
        };
        // RFC 8037, A.3.
        assert_eq!(
            format!("{key:?}"),
            "AccountKey(kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k)"
        );
    }

    #[test]
    fn a_request_without_a_payload_signs_an_empty_one() {
        let jwk = json!({ "kty": "OKP" });
        let key = AccountKey {
            algorithm: Algorithm::EdDsa,
            jwk,
        };
        let unsigned = Unsigned::new(
            &key,
            Signatory::Account("https://ca/acct/1"),
            "https://ca/order/1",
            Some("n"),
            None,
        );
        let message = String::from_utf8(unsigned.message()).unwrap();
        assert!(message.ends_with('.'));
        let body = unsigned.signed(&[1, 2, 3]).unwrap();
        assert_eq!(body["payload"], "");
        assert_eq!(body["signature"], "AQID");
    }
}
