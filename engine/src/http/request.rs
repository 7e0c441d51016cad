//! A request as plain data, which knows what in it is secret.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;
use reqwest::header::HeaderValue;

use crate::base::Secret;
use crate::http::error::HttpError;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Method {
    Delete,
    Get,
    Head,
    Patch,
    Post,
    Put,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(reqwest::Method::from(*self).as_str())
    }
}

impl From<Method> for reqwest::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Delete => Self::DELETE,
            Method::Get => Self::GET,
            Method::Head => Self::HEAD,
            Method::Patch => Self::PATCH,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
        }
    }
}

/// What is sent. Deliberately without `Debug`: it holds secrets.
pub(crate) struct Request {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(String, Header)>,
    pub(super) body: Vec<u8>,
    /// Values that a transcript blanks wherever they stand.
    pub(super) secrets: Vec<Secret<String>>,
    pub(super) hides_body: bool,
    pub(super) hides_answer: bool,
}

pub(super) enum Header {
    Plain(String),
    Secret(Secret<String>),
}

impl Request {
    pub(crate) fn new(method: Method, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            secrets: Vec::new(),
            hides_body: false,
            hides_answer: false,
        }
    }

    pub(crate) fn get(url: impl Into<String>) -> Self {
        Self::new(Method::Get, url)
    }

    pub(crate) fn post(url: impl Into<String>) -> Self {
        Self::new(Method::Post, url)
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = Header::Plain(value.into());
        self.headers.push((name.to_owned(), value));
        self
    }

    /// A header that no log, error or transcript shows: `prefix` (as in `Bearer `) and the secret.
    pub(crate) fn secret_header(self, name: &str, prefix: &str, secret: &Secret<String>) -> Self {
        let value = secret.expose(|secret| Secret::new(format!("{prefix}{secret}")));
        let mut request = self.knowing(secret);
        let header = (name.to_owned(), Header::Secret(value));
        request.headers.push(header);
        request
    }

    /// `secret` stands somewhere in the URL or the body: a transcript blanks it there and in the
    /// answer.
    pub(crate) fn knowing(mut self, secret: &Secret<String>) -> Self {
        let copy = secret.expose(|secret| Secret::new(secret.clone()));
        self.secrets.push(copy);
        self
    }

    pub(crate) fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("Content-Type", content_type)
    }

    pub(crate) fn json(self, value: &serde_json::Value) -> Self {
        self.body("application/json", value.to_string())
    }

    /// Pairs as a web form sends them (`application/x-www-form-urlencoded`).
    pub(crate) fn form(self, pairs: &[(&str, &str)]) -> Self {
        self.body("application/x-www-form-urlencoded", encoded(pairs))
    }

    /// Adds pairs behind the URL's `?`, percent-encoded.
    pub(crate) fn query(mut self, pairs: &[(&str, &str)]) -> Self {
        let mark = match self.url.contains('?') {
            true => '&',
            false => '?',
        };
        self.url.push(mark);
        self.url.push_str(&encoded(pairs));
        self
    }

    /// A transcript shows nothing of the body: it carries a credential of another form.
    pub(crate) fn hiding_body(mut self) -> Self {
        self.hides_body = true;
        self
    }

    /// A transcript shows nothing of the answer's body: it carries a token or a password.
    pub(crate) fn hiding_answer(mut self) -> Self {
        self.hides_answer = true;
        self
    }
}

/// One segment of a path: everything but unreserved characters (RFC 3986, 2.3) is
/// percent-encoded.
pub(crate) fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", segment(name), segment(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// `https`, or `http` to this very machine.
pub(super) fn checked_url(request: &Request) -> Result<Url, HttpError> {
    let malformed = |why| HttpError::Url { why };
    let url: Url = request
        .url
        .parse()
        .map_err(|_| malformed("it is not an absolute URL"))?;
    match (url.scheme(), url.host_str()) {
        (_, None) => Err(malformed("it names no host")),
        ("https", Some(_)) => Ok(url),
        ("http", Some(host)) if is_this_machine(host) => Ok(url),
        ("http", Some(_)) => Err(malformed("it begins with http, not https")),
        _ => Err(malformed("it begins neither with https nor with http")),
    }
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

pub(super) fn header_value(name: &str, value: &Header) -> Result<HeaderValue, HttpError> {
    let (value, is_secret) = match value {
        Header::Plain(text) => (HeaderValue::from_str(text), false),
        Header::Secret(secret) => (secret.expose(|text| HeaderValue::from_str(text)), true),
    };
    let mut value = value.map_err(|_| HttpError::Header {
        name: name.to_owned(),
    })?;
    value.set_sensitive(is_secret);
    Ok(value)
}
