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

    /// A response of any status.
    pub(super) async fn exchange(&self, request: Request) -> Result<Response, DnsError> {
        let response = self.http.send(request).await;
        response.map_err(|source| DnsError::Http {
            service: self.title,
            source,
        })
    }

    /// A response of any status but those that mean the same everywhere: the token is refused, or
    /// there were too many requests.
    pub(super) async fn send(&self, request: Request) -> Result<Response, DnsError> {
        let response = self.exchange(request).await?;
        match response.status {
            401 | 403 | 429 => Err(self.failure(&response)),
            _ => Ok(response),
        }
    }

    /// A response of success.
    pub(super) async fn ask(&self, request: Request) -> Result<Response, DnsError> {
        self.checked(self.exchange(request).await?)
    }

    /// A response of success, or `None` for one that says that there is no such thing.
    pub(super) async fn ask_whether(&self, request: Request) -> Result<Option<Response>, DnsError> {
        let response = self.exchange(request).await?;
        match self.is_missing(&response) {
            true => Ok(None),
            false => self.checked(response).map(Some),
        }
    }

    /// A response of success, read as JSON.
    pub(super) async fn ask_json<T: DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<T, DnsError> {
        self.read(&self.ask(request).await?)
    }

    /// The same, or `None` where the service says that there is no such thing.
    pub(super) async fn find_json<T: DeserializeOwned>(
        &self,
        request: Request,
    ) -> Result<Option<T>, DnsError> {
        let response = self.ask_whether(request).await?;
        response.map(|response| self.read(&response)).transpose()
    }

    /// Whether the service says that there is no such thing.
    pub(super) fn is_missing(&self, response: &Response) -> bool {
        response.status == 404 && !is_web_page(response)
    }

    pub(super) fn checked(&self, response: Response) -> Result<Response, DnsError> {
        match response.is_success() && !is_web_page(&response) {
            true => Ok(response),
            false => Err(self.failure(&response)),
        }
    }

    pub(super) fn read<T: DeserializeOwned>(&self, response: &Response) -> Result<T, DnsError> {
        let json = response.json();
        json.map_err(|error| match is_web_page(response) {
            true => self.web_page(response),
            false => self.not_understood(response.blanked(error.to_string())),
        })
    }

    pub(super) fn not_understood(&self, why: impl Into<String>) -> DnsError {
        DnsError::NotUnderstood {
            service: self.title,
            why: why.into(),
        }
    }

    /// Somebody else has answered in the service's place.
    fn web_page(&self, response: &Response) -> DnsError {
        let title = shown(&page_title(response)).into_owned();
        let status = response.status;
        self.not_understood(format!(
            "it is a web page, as a proxy or a sign-in in between sends it: {title} (status {status})"
        ))
    }

    /// What a response of failure means, with the service's own words.
    pub(super) fn failure(&self, response: &Response) -> DnsError {
        let service = self.title;
        let said = said(response);
        match response.status {
            300..=399 => self.not_understood(format!(
                "it sends on to another address, as a proxy or a sign-in in between does (status {})",
                response.status
            )),
            0..=299 | 400..=428 | 430..=499 if is_web_page(response) => self.web_page(response),
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

/// The sentence inside an answer that says what went wrong, made safe to show: some repeat the
/// credential.
pub(super) fn said(response: &Response) -> String {
    let sentence = response
        .json::<Value>()
        .ok()
        .and_then(|body| sentence(&body));
    let text = sentence.unwrap_or_else(|| match is_web_page(response) {
        true => page_title(response),
        false => response.text(),
    });
    words(response, text)
}

/// `text` out of an answer, made safe to show: short, and without a credential that it repeats.
pub(super) fn words(response: &Response, text: String) -> String {
    let text = response.blanked(text);
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

fn is_web_page(response: &Response) -> bool {
    let begins = String::from_utf8_lossy(&response.body[..response.body.len().min(200)]);
    let begins = begins.trim_start().to_ascii_lowercase();
    begins.starts_with("<!doctype html") || begins.starts_with("<html")
}

/// What stands between `<title>` and `</title>`.
fn page_title(response: &Response) -> String {
    let page = response.text();
    let after = page.split_once("<title>").map(|(_, after)| after);
    let title = after.and_then(|after| after.split_once("</title>"));
    let title = title.map_or("without a title", |(title, _)| title.trim());
    title.chars().take(LONGEST_WORDS).collect()
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
