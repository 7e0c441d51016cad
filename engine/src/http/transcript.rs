//! What was said, for a person to read: every exchange, with secrets blanked.

use crate::base::Secret;
use crate::http::error::HttpError;
use crate::http::request::{Header, Request, segment};
use crate::http::response::Response;

/// Is given each exchange of the client that it observes.
pub(crate) trait Observer: Send + Sync {
    fn exchanged(&self, exchange: Exchange);
}

/// One request and what came of it. No secret of the request stands anywhere in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) sent_headers: Vec<(String, String)>,
    pub(crate) sent: String,
    /// Missing if there was no answer.
    pub(crate) status: Option<u16>,
    /// Those that tell something; see `TELLING`.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) received: String,
    /// Why there was no answer.
    pub(crate) failure: Option<String>,
}

pub(super) fn of(request: &Request, result: &Result<Response, HttpError>) -> Exchange {
    let hidden = |is_hidden, text: String| match is_hidden {
        true => "(not shown)".to_owned(),
        false => blanked(text, &request.secrets),
    };
    let sent_headers = request.headers.iter().map(|(name, value)| {
        let value = match value {
            Header::Plain(text) => blanked(text.clone(), &request.secrets),
            Header::Secret(_) => BLANK.to_owned(),
        };
        (name.clone(), value)
    });
    let response = result.as_ref().ok();
    let headers = TELLING.iter().flat_map(|name| {
        let values = response
            .into_iter()
            .flat_map(|response| response.headers_named(name));
        values.map(|value| {
            (
                (*name).to_owned(),
                blanked(value.to_owned(), &request.secrets),
            )
        })
    });
    let sent = String::from_utf8_lossy(&request.body).into_owned();
    let received = response.map(Response::text).unwrap_or_default();
    Exchange {
        method: request.method.to_string(),
        url: blanked(request.url.clone(), &request.secrets),
        sent_headers: sent_headers.collect(),
        sent: hidden(request.hides_body && !sent.is_empty(), sent),
        status: response.map(|response| response.status),
        headers: headers.collect(),
        received: hidden(request.hides_answer && !received.is_empty(), received),
        failure: result.as_ref().err().map(ToString::to_string),
    }
}

/// `text` without `secrets`, also where one stands percent-encoded or inside a JSON text.
pub(super) fn blanked(mut text: String, secrets: &[Secret<String>]) -> String {
    for secret in secrets {
        secret.expose(|secret| {
            if secret.is_empty() {
                return;
            }
            let json = serde_json::Value::String(secret.clone()).to_string();
            for spelling in [secret.as_str(), &segment(secret), json.trim_matches('"')] {
                text = text.replace(spelling, BLANK);
            }
        });
    }
    text
}

const BLANK: &str = "•••";

const TELLING: &[&str] = &[
    "content-type",
    "date",
    "link",
    "location",
    "replay-nonce",
    "retry-after",
    "www-authenticate",
    "x-request-id",
];
