//! Private keys as JSON Web Keys (RFC 7517; RFC 7518, 6; RFC 8037, 2), as certbot keeps those of
//! accounts: rewritten as DER, which everything else here reads.

use serde::Deserialize;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::base::{Secret, unbase64url};

/// SEC 1, PKCS #1 or PKCS #8; `None` where the text is no private key of a kind that we know.
pub(crate) fn private_key(json: &[u8]) -> Option<Secret<Vec<u8>>> {
    let wire: Wire = serde_json::from_slice(json).ok()?;
    match wire.kty.as_str() {
        "EC" => wire.ec(),
        "OKP" if wire.crv == "Ed25519" => wire.ed25519(),
        "RSA" => wire.rsa(),
        _ => None,
    }
    .map(|mut der| Secret::new(std::mem::take(&mut *der)))
}

/// All of it base64url; a key lacks what is not of its kind.
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
struct Wire {
    kty: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    d: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    #[serde(default)]
    p: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    dp: String,
    #[serde(default)]
    dq: String,
    #[serde(default)]
    qi: String,
}

impl Wire {
    /// ECPrivateKey with its curve (RFC 5915, 3).
    fn ec(&self) -> Option<Wiped> {
        let curve: &[u8] = match self.crv.as_str() {
            "P-256" => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
            "P-384" => &[0x2b, 0x81, 4, 0, 34],
            "P-521" => &[0x2b, 0x81, 4, 0, 35],
            _ => return None,
        };
        let (d, x, y) = (bytes(&self.d)?, bytes(&self.x)?, bytes(&self.y)?);
        let point = Wiped::new([&[0, UNCOMPRESSED][..], &x, &y].concat());
        Some(tlv(
            SEQUENCE,
            &[
                &[INTEGER, 1, 1],
                &tlv(OCTET_STRING, &[&d]),
                &tlv(CONTEXT_0, &[&tlv(OBJECT_ID, &[curve])]),
                &tlv(CONTEXT_1, &[&tlv(BIT_STRING, &[&point])]),
            ],
        ))
    }

    /// OneAsymmetricKey (RFC 8410, 7).
    fn ed25519(&self) -> Option<Wiped> {
        let d = tlv(OCTET_STRING, &[&bytes(&self.d)?]);
        let algorithm = tlv(SEQUENCE, &[&tlv(OBJECT_ID, &[&[0x2b, 0x65, 0x70]])]);
        let version: &[u8] = &[INTEGER, 1, 0];
        Some(tlv(
            SEQUENCE,
            &[version, &algorithm, &tlv(OCTET_STRING, &[&d])],
        ))
    }

    /// RSAPrivateKey (RFC 8017, A.1.2).
    fn rsa(&self) -> Option<Wiped> {
        let numbers = [
            &self.n, &self.e, &self.d, &self.p, &self.q, &self.dp, &self.dq, &self.qi,
        ];
        let mut content = Wiped::new(vec![INTEGER, 1, 0]);
        for number in numbers {
            content = Wiped::new([&content[..], &integer(&bytes(number)?)].concat());
        }
        Some(tlv(SEQUENCE, &[&content]))
    }
}

/// Parts of a private key on their way.
type Wiped = Zeroizing<Vec<u8>>;

fn bytes(text: &str) -> Option<Wiped> {
    let bytes = unbase64url(text).map(Wiped::new);
    bytes.filter(|bytes| !bytes.is_empty())
}

/// Positive, without superfluous zeros.
fn integer(magnitude: &[u8]) -> Wiped {
    let zeros = magnitude.iter().take_while(|byte| **byte == 0).count();
    let digits = &magnitude[zeros.min(magnitude.len() - 1)..];
    let sign: &[u8] = if digits[0] >= 0x80 { &[0] } else { &[] };
    tlv(INTEGER, &[sign, digits])
}

fn tlv(tag: u8, parts: &[&[u8]]) -> Wiped {
    let content = Wiped::new(parts.concat());
    let length = content.len();
    let digits: Vec<u8> = length
        .to_be_bytes()
        .into_iter()
        .skip_while(|byte| *byte == 0)
        .collect();
    let head = match length {
        0..=0x7f => vec![tag, length as u8],
        _ => [&[tag, 0x80 | digits.len() as u8][..], &digits].concat(),
    };
    Wiped::new([&head[..], &content].concat())
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const CONTEXT_0: u8 = 0xa0;
const CONTEXT_1: u8 = 0xa1;
const UNCOMPRESSED: u8 = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::{Bundle, Openness, Reading};

    fn title(json: &str) -> Option<String> {
        let der = private_key(json.as_bytes())?;
        let bundle = der
            .expose(|der| Bundle::read(der, Reading::default()))
            .ok()?;
        match &bundle.keys.first()?.key {
            Openness::Open(key) => Some(key.public_key().title()),
            Openness::Sealed => None,
        }
    }

    /// RFC 7517, A.2 and RFC 8037, A.1.
    #[test]
    fn the_examples_of_the_rfcs_are_read() {
        let ec = r#"{"kty":"EC","crv":"P-256","use":"enc","kid":"1",
            "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
            "d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}"#;
        assert_eq!(title(ec).as_deref(), Some("ECDSA P-256"));
        let okp = r#"{"kty":"OKP","crv":"Ed25519",
            "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
            "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        assert_eq!(title(okp).as_deref(), Some("Ed25519"));
    }

    #[test]
    fn what_is_no_private_key_is_none() {
        for json in [
            "",
            "{}",
            r#"{"kty":"oct","k":"AAAA"}"#,
            r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
            r#"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA","d":"AA"}"#,
            r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
            r#"{"kty":"RSA","n":"","e":"","d":"","p":"","q":"","dp":"","dq":"","qi":""}"#,
        ] {
            assert!(private_key(json.as_bytes()).is_none(), "{json}");
        }
    }
}
