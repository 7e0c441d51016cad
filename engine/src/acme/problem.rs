//! What a server says when it refuses: problem documents (RFC 7807; RFC 8555, 6.7).

use serde::Deserialize;

use crate::base::{Timestamp, shown};

/// A refusal, in the server's own words made safe to show.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Problem {
    pub(crate) cause: Cause,
    /// Without the prefix of RFC 8555 where it has that.
    pub(crate) kind: String,
    pub(crate) detail: String,
    /// The HTTP status; 0 inside an order or authorization.
    pub(crate) status: u16,
    /// What is wrong with each name (RFC 8555, 6.7.1).
    pub(crate) of_names: Vec<(String, String)>,
    /// When it may be tried again, where the server says so.
    pub(crate) retry_at: Option<Timestamp>,
    /// A page to look at: where changed terms stand.
    pub(crate) page: Option<String>,
}

/// The types of RFC 8555, 6.7, and of RFC 9773, as far as they ask for different steps.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Cause {
    AccountMissing,
    AlreadyReplaced,
    AlreadyRevoked,
    BadCsr,
    BadNonce,
    BadPublicKey,
    BadRevocationReason,
    BindingNeeded,
    Caa,
    Connection,
    Dns,
    IncorrectResponse,
    Contact,
    InvalidProfile,
    Malformed,
    OrderNotReady,
    RateLimited,
    RejectedIdentifier,
    ServerInternal,
    TermsChanged,
    Unauthorized,
    Other,
}

#[derive(Deserialize)]
#[serde(default)]
struct Wire {
    r#type: String,
    detail: String,
    status: u16,
    subproblems: Vec<WireSub>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireSub {
    r#type: String,
    detail: String,
    identifier: WireName,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireName {
    value: String,
}

impl Default for Wire {
    fn default() -> Self {
        Self {
            r#type: "about:blank".to_owned(),
            detail: String::new(),
            status: 0,
            subproblems: Vec::new(),
        }
    }
}

impl Problem {
    /// Out of a body that may be anything: a proxy's page counts, too.
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        match serde_json::from_slice::<Wire>(body) {
            Ok(wire) => Self::of(wire, status),
            Err(_) => {
                let words = String::from_utf8_lossy(&body[..body.len().min(SHOWN)]).into_owned();
                Self::of(
                    Wire {
                        detail: words,
                        ..Wire::default()
                    },
                    status,
                )
            }
        }
    }

    /// Out of an order, an authorization or a challenge.
    pub(crate) fn inside(value: &serde_json::Value) -> Self {
        let wire = serde_json::from_value::<Wire>(value.clone()).unwrap_or_default();
        let status = wire.status;
        Self::of(wire, status)
    }

    fn of(wire: Wire, status: u16) -> Self {
        let kind = wire.r#type.strip_prefix(PREFIX).unwrap_or(&wire.r#type);
        let subproblems = wire.subproblems.iter();
        Self {
            cause: cause(kind, status),
            kind: shown(kind).into_owned(),
            detail: shown(wire.detail.trim()).into_owned(),
            status,
            of_names: subproblems
                .map(|sub| {
                    let name = shown(&sub.identifier.value).into_owned();
                    let kind = sub.r#type.strip_prefix(PREFIX).unwrap_or(&sub.r#type);
                    (
                        name,
                        shown(&format!("{} ({kind})", sub.detail)).into_owned(),
                    )
                })
                .collect(),
            retry_at: None,
            page: None,
        }
    }
}

fn cause(kind: &str, status: u16) -> Cause {
    match kind {
        "accountDoesNotExist" => Cause::AccountMissing,
        "alreadyReplaced" => Cause::AlreadyReplaced,
        "alreadyRevoked" => Cause::AlreadyRevoked,
        "badCSR" => Cause::BadCsr,
        "badNonce" => Cause::BadNonce,
        "badPublicKey" | "badSignatureAlgorithm" => Cause::BadPublicKey,
        "badRevocationReason" => Cause::BadRevocationReason,
        "caa" => Cause::Caa,
        "connection" | "tls" => Cause::Connection,
        "dns" => Cause::Dns,
        "externalAccountRequired" => Cause::BindingNeeded,
        "incorrectResponse" => Cause::IncorrectResponse,
        "invalidContact" | "unsupportedContact" => Cause::Contact,
        "invalidProfile" => Cause::InvalidProfile,
        "malformed" => Cause::Malformed,
        "orderNotReady" => Cause::OrderNotReady,
        "rateLimited" => Cause::RateLimited,
        "rejectedIdentifier" | "unsupportedIdentifier" => Cause::RejectedIdentifier,
        "serverInternal" => Cause::ServerInternal,
        "unauthorized" => Cause::Unauthorized,
        "userActionRequired" => Cause::TermsChanged,
        _ if status == 429 => Cause::RateLimited,
        _ if status >= 500 => Cause::ServerInternal,
        _ => Cause::Other,
    }
}

const PREFIX: &str = "urn:ietf:params:acme:error:";

/// How much of a page that is no problem document is shown, in bytes.
const SHOWN: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_keeps_what_is_wrong_with_it() {
        let body = br#"{"type":"urn:ietf:params:acme:error:compound","detail":"two names","subproblems":[
            {"type":"urn:ietf:params:acme:error:caa","detail":"forbidden","identifier":{"type":"dns","value":"a.example"}},
            {"type":"urn:ietf:params:acme:error:dns","detail":"no answer","identifier":{"type":"dns","value":"b.example"}}]}"#;
        let problem = Problem::read(400, body);
        assert_eq!(problem.cause, Cause::Other);
        assert_eq!(
            problem.of_names[0],
            ("a.example".into(), "forbidden (caa)".into())
        );
        assert_eq!(problem.of_names[1].0, "b.example");
    }

    #[test]
    fn a_proxys_page_is_a_problem_too_and_cannot_steer_a_terminal() {
        let problem = Problem::read(502, b"<html>\x1b[2Jbad gateway");
        assert_eq!(problem.cause, Cause::ServerInternal);
        assert!(problem.detail.contains("bad gateway"));
        assert!(!problem.detail.contains('\x1b'));
    }

    #[test]
    fn too_many_requests_are_a_rate_limit_whatever_the_type() {
        assert_eq!(Problem::read(429, b"{}").cause, Cause::RateLimited);
    }
}
