//! The one HTTP client: whom it trusts, how long it waits, and how much it reads.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect;

use crate::http::error::{self, HttpError};
use crate::http::host::HostLookup;
use crate::http::request::{self, Request};
use crate::http::response::Response;
use crate::http::transcript::{self, Observer};

/// What a client is made with.
pub(crate) struct Settings {
    /// Certificates in DER that are trusted instead of the machine's; empty means the machine's.
    pub(crate) only_roots: Vec<Vec<u8>>,
    /// `http://proxy.example.org:3128`; the environment is never asked.
    pub(crate) proxy: Option<String>,
    pub(crate) connect_timeout: Duration,
    /// For the whole of one exchange.
    pub(crate) timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            only_roots: Vec::new(),
            proxy: None,
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
        }
    }
}

/// Sends requests; a clone shares its connections.
#[derive(Clone)]
pub(crate) struct Client {
    inner: reqwest::Client,
    observer: Option<Arc<dyn Observer>>,
}

impl Client {
    pub(crate) fn new(settings: &Settings) -> Result<Self, HttpError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(redirect::Policy::none())
            .dns_resolver(HostLookup)
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout);
        builder = match &settings.proxy {
            Some(proxy) => builder.proxy(proxy_of(proxy)?),
            None => builder.no_proxy(),
        };
        if !settings.only_roots.is_empty() {
            let roots = settings.only_roots.iter();
            let roots: Result<Vec<_>, _> = roots
                .map(|der| reqwest::Certificate::from_der(der))
                .collect();
            builder = builder.tls_certs_only(roots.map_err(|_| HttpError::Roots)?);
        }
        let inner = builder.build().map_err(|_| HttpError::Roots)?;
        Ok(Self {
            inner,
            observer: None,
        })
    }

    /// The same client, whose exchanges `observer` is given from now on.
    pub(crate) fn observed_by(&self, observer: Arc<dyn Observer>) -> Self {
        Self {
            inner: self.inner.clone(),
            observer: Some(observer),
        }
    }

    /// One exchange. A response of any status is a success; a redirect is not followed.
    pub(crate) async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let mut result = self.exchange(&request).await;
        if let Some(observer) = &self.observer {
            observer.exchanged(transcript::of(&request, &result));
        }
        if let Ok(response) = &mut result {
            response.secrets = request.secrets;
        }
        result
    }

    async fn exchange(&self, request: &Request) -> Result<Response, HttpError> {
        let url = request::checked_url(request)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut builder = self.inner.request(request.method.into(), url);
        for (name, value) in &request.headers {
            builder = builder.header(name, request::header_value(name, value)?);
        }
        if !request.body.is_empty() {
            builder = builder.body(request.body.clone());
        }
        let told = |failure| error::sorted(&host, failure);
        let mut answer = builder.send().await.map_err(told)?;
        let too_large = || HttpError::TooLarge { host: host.clone() };
        if answer
            .content_length()
            .is_some_and(|length| length > LARGEST_BODY)
        {
            return Err(too_large());
        }
        let mut response = Response::head_of(&answer);
        while let Some(chunk) = answer.chunk().await.map_err(told)? {
            if (response.body.len() + chunk.len()) as u64 > LARGEST_BODY {
                return Err(too_large());
            }
            response.body.extend_from_slice(&chunk);
        }
        Ok(response)
    }
}

fn proxy_of(address: &str) -> Result<reqwest::Proxy, HttpError> {
    reqwest::Proxy::all(address).map_err(|_| HttpError::Url {
        why: "it is not the address of a proxy",
    })
}

const USER_AGENT: &str = concat!("chancery/", env!("CARGO_PKG_VERSION"));

/// A chain of certificates or a list of a thousand zones is far below.
const LARGEST_BODY: u64 = 1 << 20;
