//! Talking to one CA in the name of one account: nonces, signatures, answers (RFC 8555, 6).

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;

use super::directory::Directory;
use super::error::AcmeError;
use super::jws::{AccountKey, Signatory, Unsigned};
use super::problem::{Cause, Problem};
use crate::base::{Clock, Report, Timestamp};
use crate::http::{Client, Method, Request, Response};

/// Makes signatures with a key that stays where it is.
pub(crate) trait Signs: Send + Sync {
    fn public(&self) -> &AccountKey;

    fn sign(&self, message: Vec<u8>) -> Signing;
}

pub(crate) type Signing = Pin<Box<dyn Future<Output = Result<Vec<u8>, Report>> + Send>>;

/// What one exchange failed with: the CA, or our own vault.
#[derive(Debug)]
pub(crate) enum Failure {
    Acme(AcmeError),
    /// No signature could be made.
    Here(Report),
}

impl<E: Into<AcmeError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Acme(error.into())
    }
}

impl From<Failure> for Report {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Acme(error) => error.into(),
            Failure::Here(report) => report,
        }
    }
}

impl Failure {
    pub(crate) fn cause(&self) -> Option<Cause> {
        match self {
            Self::Acme(error) => error.cause(),
            Self::Here(_) => None,
        }
    }

    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::Acme(error) if error.is_passing())
    }

    /// Whether the CA has understood and said no: nothing was done.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Acme(error) if error.is_refusal())
    }

    pub(crate) fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::Acme(error) => error.retry_at(),
            Self::Here(_) => None,
        }
    }
}

/// A CA that has told where its doors are. Nonces are kept for all that share it.
#[derive(Clone)]
pub(crate) struct Server {
    url: String,
    pub(crate) directory: Arc<Directory>,
    http: Client,
    clock: Arc<dyn Clock>,
    nonces: Arc<Mutex<Vec<String>>>,
    is_secure: bool,
    /// Requests under way, of all orders together.
    places: Arc<Semaphore>,
}

impl Server {
    pub(crate) async fn open(
        http: Client,
        clock: Arc<dyn Clock>,
        url: &str,
    ) -> Result<Self, AcmeError> {
        let answer = http.send(Request::get(url)).await?;
        if !answer.is_success() {
            let problem = problem_of(&answer, &*clock);
            return Err(match problem.cause {
                Cause::Other => AcmeError::NotADirectory,
                _ => problem.into(),
            });
        }
        Ok(Self {
            url: url.to_owned(),
            directory: Arc::new(Directory::read(&answer.body)?),
            http,
            clock,
            nonces: Arc::default(),
            is_secure: url.starts_with("https://"),
            places: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    /// The same CA, whose exchanges `http` observes from now on.
    pub(crate) fn through(&self, http: Client) -> Self {
        Self {
            http,
            ..self.clone()
        }
    }

    /// Without a signature: renewal information is read so (RFC 9773, 4.1).
    pub(super) async fn get(&self, url: &str) -> Result<Response, AcmeError> {
        let answer = self.ask(Request::get(url)).await?;
        self.judge(answer)
    }

    /// A CA is asked a few things at once, however many orders there are.
    async fn ask(&self, request: Request) -> Result<Response, AcmeError> {
        // Who is asked over TLS sends nobody to where there is none.
        if self.is_secure && !request.url().starts_with("https://") {
            return Err(AcmeError::NotUnderstood(
                "it leads to an address without TLS",
            ));
        }
        // The semaphore is never closed.
        let _place = self.places.acquire().await.ok();
        Ok(self.http.send(request).await?)
    }

    async fn nonce(&self) -> Result<String, AcmeError> {
        let kept = self.nonces().pop();
        if let Some(nonce) = kept {
            return Ok(nonce);
        }
        let request = Request::new(Method::Head, self.directory.new_nonce.clone());
        let answer = self.ask(request).await?;
        let answer = self.judge(answer)?;
        let nonce = answer.header("replay-nonce").map(str::to_owned);
        nonce.ok_or(AcmeError::NotUnderstood("it gives no nonce"))
    }

    fn keep_nonce(&self, answer: &Response) {
        if let Some(nonce) = answer.header("replay-nonce") {
            let mut nonces = self.nonces();
            nonces.push(nonce.to_owned());
            let surplus = nonces.len().saturating_sub(NONCES);
            nonces.drain(..surplus);
        }
    }

    fn nonces(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.nonces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn judge(&self, answer: Response) -> Result<Response, AcmeError> {
        match answer.is_success() {
            true => Ok(answer),
            false => Err(problem_of(&answer, &*self.clock).into()),
        }
    }
}

/// A refusal with the time at which it may be tried again, and the page that explains it.
fn problem_of(answer: &Response, clock: &dyn Clock) -> Problem {
    let mut problem = Problem::read(answer.status, &answer.body);
    problem.retry_at = answer.retry_after().map(|wait| {
        let secs = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX);
        clock.now().plus_secs(secs)
    });
    if problem.cause == Cause::TermsChanged {
        problem.page = link(answer, "terms-of-service");
    }
    problem
}

/// A CA and the account in whose name it is asked.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) server: Server,
    signer: Arc<dyn Signs>,
    /// The account's URL; `None` before there is one, and where the key stands for itself.
    account: Option<String>,
}

impl Session {
    pub(crate) fn new(server: Server, signer: Arc<dyn Signs>, account: Option<String>) -> Self {
        Self {
            server,
            signer,
            account,
        }
    }

    /// The key, speaking for itself and not for an account.
    pub(super) fn bare(&self) -> Self {
        Self::new(self.server.clone(), Arc::clone(&self.signer), None)
    }

    pub(crate) fn key(&self) -> &AccountKey {
        self.signer.public()
    }

    /// The account's URL as a record may name it: at the CA's own host, and nothing but an URL.
    pub(crate) fn own_account(&self) -> Result<&str, AcmeError> {
        let account = self.account().unwrap_or_default();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/%".contains(c);
        match origin(account) == origin(&self.server.url) && account.chars().all(plain) {
            true => Ok(account),
            false => Err(AcmeError::NotOrdered(account.to_owned())),
        }
    }

    pub(crate) fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// POST-as-GET (RFC 8555, 6.3).
    pub(super) async fn fetch(&self, url: &str) -> Result<Response, Failure> {
        self.send(url, None).await
    }

    pub(super) async fn post(&self, url: &str, payload: &Value) -> Result<Response, Failure> {
        self.send(url, Some(payload)).await
    }

    /// A refused nonce is a step of the protocol: the refusal brings the next one (RFC 8555, 6.5).
    async fn send(&self, url: &str, payload: Option<&Value>) -> Result<Response, Failure> {
        for _ in 0..NONCE_TRIES {
            let nonce = self.server.nonce().await?;
            let signatory = match &self.account {
                Some(account) => Signatory::Account(account),
                None => Signatory::Key,
            };
            let unsigned = Unsigned::new(self.key(), signatory, url, Some(&nonce), payload);
            let body = sign(&*self.signer, unsigned).await?.to_string();
            let request = Request::post(url).body("application/jose+json", body);
            let answer = self.server.ask(request).await?;
            self.server.keep_nonce(&answer);
            match self.server.judge(answer) {
                Err(error) if error.cause() == Some(Cause::BadNonce) => continue,
                judged => return Ok(judged?),
            }
        }
        Err(AcmeError::NonceStorm(NONCE_TRIES).into())
    }
}

/// Scheme, host and port.
fn origin(url: &str) -> Option<&str> {
    let at = url.find("://")? + 3;
    let end = url[at..].find('/').map_or(url.len(), |end| at + end);
    Some(&url[..end])
}

/// Has the key sign, and puts the signature in its place.
pub(super) async fn sign(signer: &dyn Signs, unsigned: Unsigned) -> Result<Value, Failure> {
    let signature = signer.sign(unsigned.message()).await;
    let signature = signature.map_err(Failure::Here)?;
    Ok(unsigned.signed(&signature)?)
}

/// The first link of that relation (RFC 8288, 3).
pub(super) fn link(answer: &Response, relation: &str) -> Option<String> {
    links(answer, relation).next()
}

pub(super) fn links<'a>(
    answer: &'a Response,
    relation: &'a str,
) -> impl Iterator<Item = String> + 'a {
    let headers = answer.headers_named("link").into_iter();
    let each = headers.flat_map(split_links);
    each.filter_map(move |text| {
        let (target, parameters) = text.trim().strip_prefix('<')?.split_once('>')?;
        let mut parameters = parameters.split(';').map(str::trim);
        let found = parameters.any(|parameter| {
            let value = parameter.strip_prefix("rel=").unwrap_or_default();
            let mut names = value.trim_matches('"').split_ascii_whitespace();
            names.any(|name| name.eq_ignore_ascii_case(relation))
        });
        found.then(|| target.to_owned())
    })
}

/// Several links may stand in one header; a comma inside `<…>` parts nothing.
fn split_links(header: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut inside) = (0, false);
    for (at, c) in header.char_indices() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            ',' if !inside => {
                parts.push(&header[from..at]);
                from = at + 1;
            }
            _ => (),
        }
    }
    parts.push(&header[from..]);
    parts
}

/// How long to wait before the next look: as the CA says, within reason; where it says nothing,
/// a quarter longer each time, so that little is waited in vain at the end.
pub(super) fn pause(answer: &Response, tried: u32) -> Duration {
    match answer.retry_after() {
        Some(told) => told.clamp(SHORTEST_PAUSE, LONGEST_PAUSE),
        None => FIRST_PAUSE.mul_f64(1.25_f64.powi(tried.min(25) as i32)),
    }
}

/// One of them that hangs holds one place until its time is over.
const AT_ONCE: usize = 32;

/// A CA in the same house has decided by then; any other is asked twenty times in the first ten
/// seconds, and every eight seconds after forty.
const FIRST_PAUSE: Duration = Duration::from_millis(30);

const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// With half of all nonces refused, one exchange in sixty thousand fails.
const NONCE_TRIES: u32 = 16;

/// How many nonces are kept; a CA forgets old ones.
const NONCES: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_parted_at_commas_outside_of_their_targets() {
        let parts = split_links("<https://ca/a,b>;rel=\"alternate\", <https://ca/c>; rel=up");
        assert_eq!(parts.len(), 2);
        assert!(parts[0].starts_with("<https://ca/a,b>"));
    }
}
