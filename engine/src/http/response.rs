//! A response as plain data.

use std::fmt;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::base::Secret;
use crate::http::transcript;

/// What came back. Its `Debug` says little, since a body may hold a token.
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Those of the request, which a service may repeat.
    pub(super) secrets: Vec<Secret<String>>,
}

impl Response {
    pub(super) fn head_of(answer: &reqwest::Response) -> Self {
        let headers = answer.headers().iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), value.into_owned())
        });
        Self {
            status: answer.status().as_u16(),
            headers: headers.collect(),
            body: Vec::new(),
            secrets: Vec::new(),
        }
    }

    #[cfg(fuzzing)]
    pub(crate) fn for_fuzzing(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let headers = headers.iter();
        Self {
            status,
            headers: headers
                .map(|(name, value)| (String::from(*name), String::from(*value)))
                .collect(),
            body: body.to_vec(),
            secrets: Vec::new(),
        }
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers_named(name).into_iter().next()
    }

    pub(crate) fn headers_named(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter();
        named
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// The body; what is not UTF-8 in it is replaced.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// `text` out of this response, to be shown: the secrets of the request are blanked.
    pub(crate) fn blanked(&self, text: String) -> String {
        transcript::blanked(text, &self.secrets)
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// How long the service asks to wait (RFC 9110, 10.2.3). A date counts from the response's own
    /// `Date`, so that a wrong clock here does no harm.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let value = self.header("retry-after")?.trim();
        if let Ok(secs) = value.parse() {
            return Some(Duration::from_secs(secs));
        }
        let until = http_date(value)?;
        let now = http_date(self.header("date")?)?;
        u64::try_from(until - now).ok().map(Duration::from_secs)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} octets", self.status, self.body.len())
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, as seconds since 1970.
fn http_date(text: &str) -> Option<i64> {
    let moment = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text);
    moment.ok().map(jiff::Timestamp::as_second)
}
