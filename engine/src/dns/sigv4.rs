//! How requests to AWS are signed: Signature Version 4.

use crate::base::{Secret, Timestamp, hex, hmac_sha256, sha256};
use crate::http::{Method, segment};

/// Credentials of AWS, and what they sign for.
pub(super) struct Signer {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: Secret<String>,
    /// Only with credentials that were lent for a while.
    pub(super) session_token: Option<Secret<String>>,
    pub(super) region: String,
    pub(super) service: &'static str,
}

/// What is signed.
pub(super) struct Signed<'a> {
    pub(super) method: Method,
    /// As the header `Host` has it.
    pub(super) host: &'a str,
    /// Percent-encoded.
    pub(super) path: &'a str,
    /// As it stands in the address: names and values percent-encoded, joined by `=` and `&`.
    pub(super) query: &'a str,
    pub(super) body: &'a [u8],
}

/// The values of two headers.
pub(super) struct Signature {
    /// `X-Amz-Date`
    pub(super) date: String,
    /// `Authorization`
    pub(super) authorization: Secret<String>,
}

impl Signer {
    pub(super) fn sign(&self, signed: &Signed<'_>, now: Timestamp) -> Signature {
        let date: String = now
            .to_string()
            .chars()
            .filter(|c| !matches!(c, '-' | ':'))
            .collect();
        let day = date.split('T').next().unwrap_or_default();
        let scope = format!("{day}/{}/{}/{LAST}", self.region, self.service);
        let (headers, names) = self.headers(signed.host, &date);
        let request = headers.expose(|headers| {
            let Signed {
                method,
                path,
                query,
                body,
                ..
            } = signed;
            let query = in_order(query);
            let body = hex(&sha256(&[body]));
            Secret::new(format!(
                "{method}\n{path}\n{query}\n{headers}\n{names}\n{body}"
            ))
        });
        let digest = request.expose(|request| hex(&sha256(&[request.as_bytes()])));
        let text = format!("{ALGORITHM}\n{date}\n{scope}\n{digest}");
        let key = self.key(day);
        let signature = key.expose(|key| hex(&hmac_sha256(key, text.as_bytes())));
        let authorization = format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.access_key_id
        );
        Signature {
            date,
            authorization: Secret::new(authorization),
        }
    }

    /// The headers that are signed, each on a line, and their names.
    fn headers(&self, host: &str, date: &str) -> (Secret<String>, &'static str) {
        let always = format!("host:{host}\nx-amz-date:{date}\n");
        match &self.session_token {
            None => (Secret::new(always), "host;x-amz-date"),
            Some(token) => {
                let all = token.expose(|token| format!("{always}x-amz-security-token:{token}\n"));
                (Secret::new(all), "host;x-amz-date;x-amz-security-token")
            }
        }
    }

    /// The key of one day, region and service.
    fn key(&self, day: &str) -> Secret<[u8; 32]> {
        let first = self
            .secret_access_key
            .expose(|secret| Secret::new(format!("AWS4{secret}")));
        let mut key = first.expose(|first| hmac_sha256(first.as_bytes(), day.as_bytes()));
        for part in [&self.region, self.service, LAST] {
            let next = Secret::new(key).expose(|key| hmac_sha256(key, part.as_bytes()));
            key = next;
        }
        Secret::new(key)
    }
}

/// Pairs of a query, in the order in which they are signed.
fn in_order(query: &str) -> String {
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_unstable_by_key(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.join("&")
}

/// Pairs as they stand in an address.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", segment(name), segment(value)));
    pairs.collect::<Vec<_>>().join("&")
}

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

const LAST: &str = "aws4_request";

#[cfg(test)]
mod tests {
    use super::*;

    /// The credentials of AWS's own suite of signatures.
    fn signer() -> Signer {
        Signer {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()),
            session_token: None,
            region: "us-east-1".to_owned(),
            service: "service",
        }
    }

    fn authorization(signer: &Signer, method: Method, query: &str) -> String {
        let signed = Signed {
            method,
            host: "example.amazonaws.com",
            path: "/",
            query,
            body: b"",
        };
        let moment = "2015-08-30T12:36:00Z".parse().unwrap();
        let signature = signer.sign(&signed, moment);
        assert_eq!(signature.date, "20150830T123600Z");
        signature.authorization.expose(String::clone)
    }

    #[test]
    fn requests_are_signed_as_in_the_suite_of_aws() {
        let begin = "AWS4-HMAC-SHA256 \
                     Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                     SignedHeaders=host;x-amz-date, Signature=";
        // get-vanilla, post-vanilla, get-vanilla-query-order-key-case
        for (method, query, signature) in [
            (
                Method::Get,
                "",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                Method::Post,
                "",
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            ),
            (
                Method::Get,
                "Param2=value2&Param1=value1",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
        ] {
            let authorization = authorization(&signer(), method, query);
            assert_eq!(authorization, format!("{begin}{signature}"));
        }
    }

    #[test]
    fn a_session_token_is_signed_with_the_rest() {
        let lent = Signer {
            session_token: Some(Secret::new("lent".to_owned())),
            ..signer()
        };
        let authorization = authorization(&lent, Method::Get, "");
        assert!(authorization.contains("host;x-amz-date;x-amz-security-token,"));
    }

    #[test]
    fn a_query_is_signed_in_the_order_of_its_names() {
        assert_eq!(
            in_order("type=TXT&name=a.&name-b=1"),
            "name=a.&name-b=1&type=TXT"
        );
        assert_eq!(in_order(""), "");
        assert_eq!(query(&[("dnsname", "a b.")]), "dnsname=a%20b.");
    }
}
