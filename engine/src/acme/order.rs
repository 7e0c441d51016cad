//! Orders: what is asked of a CA and what it answers (RFC 8555, 7.4 and 7.5).

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::AcmeError;
use super::problem::Problem;
use super::session::{Failure, Session, links, pause};
use crate::base::{DnsName, base64url};
use crate::http::Response;

/// What is ordered.
pub(crate) struct Wanted<'a> {
    pub(crate) names: &'a [DnsName],
    pub(crate) profile: Option<&'a str>,
    /// The certificate that it takes the place of, as RFC 9773 names it.
    pub(crate) replaces: Option<&'a str>,
}

/// An order as the CA sees it (RFC 8555, 7.1.3).
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) url: String,
    pub(crate) status: Status,
    pub(crate) authorizations: Vec<String>,
    pub(crate) finalize: String,
    pub(crate) certificate: Option<String>,
    problem: Option<Problem>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Invalid,
    Pending,
    Processing,
    Ready,
    Valid,
    /// Of an authorization only.
    Deactivated,
    Expired,
    Revoked,
}

/// Whether one name is proved (RFC 8555, 7.1.4).
#[derive(Clone, Debug)]
pub(crate) struct Authorization {
    pub(crate) url: String,
    pub(crate) status: Status,
    /// Without `*.`.
    pub(crate) name: String,
    pub(crate) wildcard: bool,
    pub(crate) challenge: Option<Challenge>,
    /// The proof by a record that stays (draft-ietf-acme-dns-persist).
    pub(crate) persistent: Option<PersistentChallenge>,
    /// Every kind of proof that the CA takes.
    pub(crate) offered: Vec<String>,
    /// What the CA found wrong, where it has looked.
    pub(crate) problem: Option<Problem>,
}

/// The proof by DNS (RFC 8555, 8.4).
#[derive(Clone, Debug)]
pub(crate) struct Challenge {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) status: Status,
}

/// A record that names CA and account proves the name for as long as it stays.
#[derive(Clone, Debug)]
pub(crate) struct PersistentChallenge {
    pub(crate) url: String,
    /// By which domains the CA calls itself; the record names one of them.
    pub(crate) issuers: Vec<String>,
}

/// A certificate and the certificates above it, as the CA sends them.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) pem: String,
}

#[derive(Deserialize)]
struct WireOrder {
    status: Status,
    #[serde(default)]
    authorizations: Vec<String>,
    finalize: String,
    certificate: Option<String>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct WireAuthorization {
    status: Status,
    identifier: WireIdentifier,
    #[serde(default)]
    wildcard: bool,
    #[serde(default)]
    challenges: Vec<WireChallenge>,
}

#[derive(Deserialize)]
struct WireIdentifier {
    value: String,
}

/// Kinds that we do not know may lack anything but their name.
#[derive(Deserialize)]
struct WireChallenge {
    r#type: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    token: String,
    #[serde(default, rename = "issuer-domain-names")]
    issuers: Vec<String>,
    status: Option<Status>,
    error: Option<Value>,
}

impl Session {
    pub(crate) async fn new_order(&self, wanted: &Wanted<'_>) -> Result<Order, Failure> {
        let names = wanted.names.iter();
        let identifiers: Vec<Value> = names
            .map(|name| json!({ "type": "dns", "value": name.as_str() }))
            .collect();
        let mut payload = json!({ "identifiers": identifiers });
        if let Some(profile) = wanted.profile {
            payload["profile"] = profile.into();
        }
        if let Some(replaces) = wanted.replaces {
            payload["replaces"] = replaces.into();
        }
        let url = self.server.directory.new_order.clone();
        let answer = self.post(&url, &payload).await?;
        let location = answer.header("location").map(str::to_owned);
        let url = location.ok_or(AcmeError::NotUnderstood("it names no order"))?;
        Ok(read_order(&answer, url)?)
    }

    pub(crate) async fn order(&self, url: &str) -> Result<Order, Failure> {
        Ok(read_order(&self.fetch(url).await?, url.to_owned())?)
    }

    pub(crate) async fn authorization(&self, url: &str) -> Result<Authorization, Failure> {
        Ok(read_authorization(&self.fetch(url).await?, url)?)
    }

    /// Tells the CA to look; its own body is `{}`, and no more (RFC 8555, 7.5.1).
    pub(crate) async fn answer_challenge(&self, url: &str) -> Result<(), Failure> {
        self.post(url, &json!({})).await.map(drop)
    }

    /// Gives up a name, so that nothing stays open at the CA (RFC 8555, 7.5.2).
    pub(crate) async fn deactivate_authorization(&self, url: &str) -> Result<(), Failure> {
        let payload = json!({ "status": "deactivated" });
        self.post(url, &payload).await.map(drop)
    }

    /// Waits until the CA has made up its mind about a name.
    pub(crate) async fn authorization_decided(&self, url: &str) -> Result<Authorization, Failure> {
        for tried in 0..POLLS {
            let answer = self.fetch(url).await?;
            let authorization = read_authorization(&answer, url)?;
            if authorization.status != Status::Pending {
                return Ok(authorization);
            }
            tokio::time::sleep(pause(&answer, tried)).await;
        }
        Err(AcmeError::Slow("to look at the records").into())
    }

    /// Waits until the CA neither checks nor issues.
    pub(crate) async fn order_settled(&self, url: &str) -> Result<Order, Failure> {
        for tried in 0..POLLS {
            let answer = self.fetch(url).await?;
            let order = read_order(&answer, url.to_owned())?;
            if !matches!(order.status, Status::Pending | Status::Processing) {
                return Ok(order);
            }
            tokio::time::sleep(pause(&answer, tried)).await;
        }
        Err(AcmeError::Slow("to issue").into())
    }

    /// From here on the CA may issue (RFC 8555, 7.4).
    pub(crate) async fn finalize(&self, order: &Order, request: &[u8]) -> Result<Order, Failure> {
        let payload = json!({ "csr": base64url(request) });
        let answer = self.post(&order.finalize, &payload).await?;
        Ok(read_order(&answer, order.url.clone())?)
    }

    /// The chain the CA sends by itself, then those it offers besides (RFC 8555, 7.4.2).
    pub(crate) async fn chains(&self, url: &str) -> Result<Vec<Chain>, Failure> {
        let answer = self.fetch(url).await?;
        let others: Vec<String> = links(&answer, "alternate").take(CHAINS).collect();
        let mut chains = vec![Chain { pem: answer.text() }];
        // One that cannot be had is none: the certificate does not wait for it.
        for other in others {
            if let Ok(answer) = self.fetch(&other).await {
                chains.push(Chain { pem: answer.text() });
            }
        }
        Ok(chains)
    }
}

impl Order {
    /// What is wrong with an order that has ended badly; `of_names` is what its authorizations say.
    pub(crate) fn why_invalid(&self, of_names: Vec<(String, Problem)>) -> AcmeError {
        AcmeError::OrderInvalid {
            of_names,
            problem: self.problem.clone().map(Box::new),
        }
    }
}

pub(super) fn read_order(answer: &Response, url: String) -> Result<Order, AcmeError> {
    let wire: WireOrder = answer
        .json()
        .map_err(|_| AcmeError::NotUnderstood("it is no order"))?;
    Ok(Order {
        url,
        status: wire.status,
        authorizations: wire.authorizations,
        finalize: wire.finalize,
        certificate: wire.certificate,
        problem: wire.error.as_ref().map(Problem::inside),
    })
}

pub(super) fn read_authorization(answer: &Response, url: &str) -> Result<Authorization, AcmeError> {
    let wire: WireAuthorization = answer
        .json()
        .map_err(|_| AcmeError::NotUnderstood("it is no authorization"))?;
    let problems = wire.challenges.iter().filter_map(|it| it.error.as_ref());
    let problem = problems.map(Problem::inside).next();
    let offered = wire.challenges.iter().map(|it| it.r#type.clone()).collect();
    let mut staying = wire.challenges.iter();
    let persistent = staying
        .find(|it| it.r#type == DNS_PERSIST_01 && !it.issuers.is_empty())
        .map(|it| PersistentChallenge {
            url: it.url.clone(),
            issuers: it.issuers.clone(),
        });
    let mut ours = wire.challenges.into_iter().filter(|it| it.r#type == DNS_01);
    Ok(Authorization {
        url: url.to_owned(),
        status: wire.status,
        name: wire.identifier.value,
        wildcard: wire.wildcard,
        persistent,
        challenge: ours.next().map(|it| Challenge {
            url: it.url,
            token: it.token,
            status: it.status.unwrap_or(Status::Pending),
        }),
        offered,
        problem,
    })
}

const DNS_01: &str = "dns-01";

const DNS_PERSIST_01: &str = "dns-persist-01";

/// With pauses of up to eight seconds that is about ten minutes, or as long as the CA asks for.
const POLLS: u32 = 80;

/// No CA offers more.
const CHAINS: usize = 8;
