//! What drivers over HTTP have in common: an endpoint, and answers sorted by what went wrong.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::base::{FieldInfo, FieldKind, shown};
use crate::dns::error::DnsError;
use crate::dns::given::Given;
use crate::http::{Client, Request, Response};

/// A service with an API over HTTP.
pub(super) struct Service {
    pub(super) title: &'static str,
    http: Client,
    /// Without a final slash.
    endpoint: String,
}

/// The field that says where another instance of the service is; tests point it at their own.
pub(super) const fn endpoint(default: &'static str) -> FieldInfo {
    let help = "The base of the service's API; change it only for a compatible service";
    FieldInfo::new("endpoint", "API address", help)
        .of(FieldKind::Url)
        .otherwise(default)
        .advanced()
}

impl Service {
    pub(super) fn of(given: &Given, title: &'static str) -> Result<Self, DnsError> {
        let endpoint = given.text("endpoint")?;
        Ok(Self::at(endpoint, title, given.http.clone()))
    }

    pub(super) fn at(endpoint: &str, title: &'static str, http: Client) -> Self {
        Self {
            title,
            http,
            endpoint: endpoint.trim_end_matches('/').to_owned(),
        }
    }

    /// `path` begins with a slash.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.endpoint)
    }

    /// A response of any status but those that mean the same everywhere: the token is refused, or
    /// there were too many requests.
    pub(super) async fn send(&self, request: Request) -> Result<Response, DnsError> {
        let response = self.http.send(request).await;
        let response = response.map_err(|source| DnsError::Http {
            service: self.title,
            source,
        })?;
        match response.status {
            401 | 403 | 429 => Err(self.failure(&response)),
            _ => Ok(response),
        }
    }

    /// A response of success.
    pub(super) async fn ask(&self, request: Request) -> Result<Response, DnsError> {
        let response = self.send(request).await?;
        match response.is_success() {
            true => Ok(response),
            false => Err(self.failure(&response)),
        }
    }

    /// A response of success, read as JSON.
    pub(super) async fn ask_json<T: DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<T, DnsError> {
        self.read(&self.ask(request).await?)
    }

    pub(super) fn read<T: DeserializeOwned>(&self, response: &Response) -> Result<T, DnsError> {
        response.json().map_err(|error| DnsError::NotUnderstood {
            service: self.title,
            why: error.to_string(),
        })
    }

    /// What a response of failure means, with the service's own words.
    pub(super) fn failure(&self, response: &Response) -> DnsError {
        let service = self.title;
        let said = said(response);
        match response.status {
            401 | 403 => DnsError::TokenRefused { service, said },
            429 => DnsError::RateLimited {
                service,
                wait: response.retry_after(),
            },
            status => DnsError::Service {
                service,
                status,
                said,
            },
        }
    }
}

/// The sentence inside an answer that says what went wrong, made safe to show.
fn said(response: &Response) -> String {
    let sentence = response
        .json::<Value>()
        .ok()
        .and_then(|body| sentence(&body));
    let text = sentence.unwrap_or_else(|| response.text());
    let first: String = text.trim().chars().take(LONGEST_WORDS).collect();
    shown(&first).into_owned()
}

fn sentence(body: &Value) -> Option<String> {
    match body {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => parts.iter().find_map(sentence),
        Value::Object(parts) => NAMES_OF_WORDS
            .iter()
            .find_map(|name| parts.get(*name).and_then(sentence)),
        _ => None,
    }
}

const NAMES_OF_WORDS: &[&str] = &[
    "error_description",
    "message",
    "detail",
    "errors",
    "error",
    "title",
    "description",
    "reason",
];

const LONGEST_WORDS: usize = 300;
