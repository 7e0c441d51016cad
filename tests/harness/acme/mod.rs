//! A CA that speaks ACME as a test wishes: what it refuses, where it hangs, what it has seen.
//!
//! It stands in for a real one where a real one cannot be made to fail, and proves nothing about
//! the protocol itself: that is Pebble's part, in the interop ring. It checks no signature.

mod http;
mod issue;

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use self::http::{Answer, Asked};
use self::issue::Authority;

/// A step of the protocol, at which a server can refuse or hang.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum At {
    Directory,
    Account,
    KeyChange,
    Order,
    Authorization,
    Challenge,
    Poll,
    Finalize,
    Certificate,
    Revoke,
    RenewalInfo,
}

/// What is answered in place of the usual.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// 0 for no answer at all.
    pub status: u16,
    /// Of a problem document: `rateLimited`.
    pub kind: &'static str,
    pub detail: &'static str,
    pub headers: Vec<(&'static str, String)>,
}

impl Refusal {
    pub fn new(status: u16, kind: &'static str, detail: &'static str) -> Self {
        Self {
            status,
            kind,
            detail,
            headers: Vec::new(),
        }
    }

    pub fn with(mut self, header: &'static str, value: &str) -> Self {
        self.headers.push((header, value.to_owned()));
        self
    }
}

/// The server; its threads end with the process.
pub struct AcmeServer {
    shared: Arc<Shared>,
    base: String,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    base: String,
    meta: Value,
    authority: Option<Authority>,
    /// Names whose proof the CA has already.
    proved: bool,
    refusals: HashMap<At, (u32, Refusal)>,
    hanging: Vec<At>,
    /// Only orders for this name hang.
    hanging_name: Option<String>,
    seen: Vec<At>,
    bodies: Vec<(At, Value)>,
    nonces: u64,
    accounts: HashMap<String, String>,
    orders: Vec<Ordered>,
    window: Option<(String, String)>,
    /// Finalizing is carried out, and answered as if it came too often.
    finalizes_and_refuses: bool,
    /// A key change is carried out, whatever is answered.
    takes_key: bool,
    /// The name that a proof is asked for, whatever was ordered.
    proves: Option<String>,
    /// A kind of proof other than the usual.
    offered: Option<&'static str>,
}

struct Ordered {
    names: Vec<String>,
    status: &'static str,
    proof: &'static str,
    chain: String,
}

impl AcmeServer {
    /// Names count as proved, so that nothing goes into any DNS.
    pub fn start() -> Self {
        let shared = Arc::<Shared>::default();
        let serving = Arc::clone(&shared);
        let base = http::serve(move |asked| serving.answer(&asked));
        {
            let mut state = shared.lock();
            state.base = base.clone();
            state.proved = true;
            state.authority = Some(Authority::new());
            state.meta = json!({ "termsOfService": format!("{base}/terms") });
        }
        Self { shared, base }
    }

    pub fn directory(&self) -> String {
        format!("{}/directory", self.base)
    }

    /// What the directory says of itself.
    pub fn says(&self, meta: Value) {
        self.shared.lock().meta = meta;
    }

    /// The next so many requests of this kind are refused.
    pub fn refuses(&self, at: At, times: u32, refusal: Refusal) {
        self.shared.lock().refusals.insert(at, (times, refusal));
    }

    /// The next so many requests of this kind end with the connection, unanswered.
    pub fn breaks_off(&self, at: At, times: u32) {
        self.refuses(at, times, Refusal::new(0, "", ""));
    }

    /// Requests of this kind get no answer until `release`.
    pub fn hangs(&self, at: At) {
        self.shared.lock().hanging.push(at);
    }

    /// The same for orders of one name alone.
    pub fn hangs_for(&self, at: At, name: &str) {
        let mut state = self.shared.lock();
        state.hanging.push(at);
        state.hanging_name = Some(name.to_owned());
    }

    pub fn release(&self) {
        let mut state = self.shared.lock();
        state.hanging.clear();
        state.hanging_name = None;
        drop(state);
        self.shared.changed.notify_all();
    }

    /// Waits until a request of this kind has come.
    pub fn wait_for(&self, at: At) {
        self.wait_for_more(at, 0);
    }

    /// Waits until more than so many requests of this kind have come.
    pub fn wait_for_more(&self, at: At, before: usize) {
        let lacks = |state: &mut State| state.count(at) <= before;
        let state = self.shared.lock();
        let waited = self
            .shared
            .changed
            .wait_timeout_while(state, Duration::from_secs(60), lacks);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(state.count(at) > before, "no request of the kind {at:?}");
    }

    pub fn count(&self, at: At) -> usize {
        self.shared.lock().count(at)
    }

    /// The payloads of requests of this kind, oldest first.
    pub fn payloads(&self, at: At) -> Vec<Value> {
        let state = self.shared.lock();
        let found = state.bodies.iter().filter(|(kind, _)| *kind == at);
        found.map(|(_, payload)| payload.clone()).collect()
    }

    /// How many certificates it has made.
    pub fn issued(&self) -> usize {
        let state = self.shared.lock();
        state
            .orders
            .iter()
            .filter(|it| !it.chain.is_empty())
            .count()
    }

    /// What renewal information says of every certificate: two moments in RFC 3339.
    pub fn suggests(&self, start: &str, end: &str) {
        self.shared.lock().window = Some((start.to_owned(), end.to_owned()));
    }

    /// Names are no longer proved, and this is the only proof that is taken.
    pub fn offers_only(&self, kind: &'static str) {
        let mut state = self.shared.lock();
        state.proved = false;
        state.offered = Some(kind);
    }

    /// Finalizing makes a certificate, and the answer is a refusal.
    pub fn finalizes_and_refuses(&self) {
        self.shared.lock().finalizes_and_refuses = true;
    }

    /// A key change is carried out even where the answer says something else.
    pub fn takes_the_new_key(&self) {
        self.shared.lock().takes_key = true;
    }

    /// A proof is asked for this name, whatever was ordered.
    pub fn wants_proof_of(&self, name: &str) {
        let mut state = self.shared.lock();
        state.proved = false;
        state.proves = Some(name.to_owned());
    }

    /// It forgets every account, as a test server does that is started again.
    pub fn forgets_accounts(&self) {
        self.shared.lock().accounts.clear();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let Some((at, number)) = kind(&asked.path) else {
            return match asked.path.as_str() {
                "/nonce" => self.lock().with_nonce(Answer::of(200, String::new())),
                _ => Answer::of(404, String::new()),
            };
        };
        let payload = asked.payload();
        self.pass(at, number, &payload);
        let mut state = self.lock();
        if at == At::KeyChange && state.takes_key {
            state.change_key(&payload);
        }
        if let Some(refusal) = state.refusal(at) {
            return state.with_nonce(refusal);
        }
        let answer = state.usual(at, number, asked, &payload);
        state.with_nonce(answer)
    }

    /// Notes the request, and stands still where the test says so.
    fn pass(&self, at: At, number: usize, payload: &Value) {
        let mut state = self.lock();
        state.seen.push(at);
        state.bodies.push((at, payload.clone()));
        self.changed.notify_all();
        let held = |state: &mut State| state.holds(at, number, payload);
        drop(self.changed.wait_while(state, held));
    }
}

impl State {
    fn count(&self, at: At) -> usize {
        self.seen.iter().filter(|it| **it == at).count()
    }

    fn holds(&self, at: At, number: usize, payload: &Value) -> bool {
        let meant = match &self.hanging_name {
            None => true,
            Some(name) => match at {
                At::Order => payload.to_string().contains(name.as_str()),
                _ => self
                    .orders
                    .get(number)
                    .is_some_and(|order| order.names.contains(name)),
            },
        };
        self.hanging.contains(&at) && meant
    }

    fn refusal(&mut self, at: At) -> Option<Answer> {
        let (times, refusal) = self.refusals.get_mut(&at)?;
        if *times == 0 {
            return None;
        }
        *times -= 1;
        let body = json!({
            "type": format!("urn:ietf:params:acme:error:{}", refusal.kind),
            "detail": refusal.detail,
            "status": refusal.status,
        });
        let mut answer = Answer::of(refusal.status, body.to_string());
        for (name, value) in &refusal.headers {
            answer = answer.with(name, value);
        }
        Some(answer)
    }

    fn with_nonce(&mut self, answer: Answer) -> Answer {
        self.nonces += 1;
        answer.with("Replay-Nonce", &format!("nonce{}", self.nonces))
    }

    fn usual(&mut self, at: At, number: usize, asked: &Asked, payload: &Value) -> Answer {
        match at {
            At::Directory => Answer::of(200, self.directory().to_string()),
            At::Account => self.account(asked, payload),
            At::KeyChange | At::Revoke => Answer::of(200, "{}".to_owned()),
            At::Order => self.order(payload),
            At::Authorization => Answer::of(200, self.authorization(number).to_string()),
            At::Challenge => {
                self.orders[number].proof = "valid";
                self.orders[number].status = "ready";
                Answer::of(
                    200,
                    json!({ "type": "dns-01", "status": "processing" }).to_string(),
                )
            }
            At::Poll => Answer::of(200, self.shown(number).to_string()),
            At::Finalize => {
                self.finalize(number, payload);
                if self.finalizes_and_refuses {
                    let kind = "urn:ietf:params:acme:error:orderNotReady";
                    let body = json!({ "type": kind, "detail": "is valid" });
                    return Answer::of(403, body.to_string());
                }
                Answer::of(200, self.shown(number).to_string())
            }
            At::Certificate => Answer::of(200, self.orders[number].chain.clone()),
            At::RenewalInfo => match &self.window {
                Some((start, end)) => {
                    let window = json!({ "suggestedWindow": { "start": start, "end": end } });
                    Answer::of(200, window.to_string()).with("Retry-After", "3600")
                }
                None => Answer::of(404, "{}".to_owned()),
            },
        }
    }

    fn directory(&self) -> Value {
        let at = |path: &str| format!("{}/{path}", self.base);
        json!({
            "newNonce": at("nonce"), "newAccount": at("account"), "newOrder": at("order"),
            "revokeCert": at("revoke"), "keyChange": at("key-change"),
            "renewalInfo": at("renewal-info"), "meta": self.meta,
        })
    }

    /// By the account's key where it is shown, as a new account shows it.
    fn account(&mut self, asked: &Asked, payload: &Value) -> Answer {
        let key = asked.protected()["jwk"].to_string();
        let only = payload["onlyReturnExisting"] == true;
        let existing = self.accounts.get(&key).cloned();
        let (status, url) = match existing {
            Some(url) => (200, url),
            None if only => {
                let kind = "urn:ietf:params:acme:error:accountDoesNotExist";
                let body = json!({ "type": kind, "detail": "no such account" });
                return Answer::of(400, body.to_string());
            }
            None => {
                let url = format!("{}/account/{}", self.base, self.accounts.len() + 1);
                self.accounts.insert(key, url.clone());
                (201, url)
            }
        };
        Answer::of(status, json!({ "status": "valid" }).to_string()).with("Location", &url)
    }

    /// The inner signature shows the new key and names the account (RFC 8555, 7.3.5).
    fn change_key(&mut self, payload: &Value) {
        let inner = |part: &str| -> Value {
            let bytes = http::unbase64url(payload[part].as_str().unwrap_or_default());
            serde_json::from_slice(&bytes).unwrap_or_default()
        };
        let old = inner("payload")["oldKey"].to_string();
        if let Some(url) = self.accounts.remove(&old) {
            self.accounts
                .insert(inner("protected")["jwk"].to_string(), url);
        }
    }

    fn order(&mut self, payload: &Value) -> Answer {
        let identifiers = payload["identifiers"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let names = identifiers
            .iter()
            .filter_map(|it| it["value"].as_str().map(str::to_owned));
        let (status, proof) = match self.proved {
            true => ("ready", "valid"),
            false => ("pending", "pending"),
        };
        self.orders.push(Ordered {
            names: names.collect(),
            status,
            proof,
            chain: String::new(),
        });
        let number = self.orders.len() - 1;
        let url = format!("{}/order/{number}", self.base);
        Answer::of(201, self.shown(number).to_string()).with("Location", &url)
    }

    fn shown(&self, number: usize) -> Value {
        let order = &self.orders[number];
        let at = |path: &str| format!("{}/{path}/{number}", self.base);
        let mut shown = json!({
            "status": order.status, "finalize": at("finalize"),
            "authorizations": [at("authorization")],
        });
        if order.status == "valid" {
            shown["certificate"] = at("certificate").into();
        }
        shown
    }

    /// One stands for all names of the order.
    fn authorization(&self, number: usize) -> Value {
        let order = &self.orders[number];
        let first = self.proves.as_ref().unwrap_or(&order.names[0]);
        let name = first.trim_start_matches("*.");
        json!({
            "status": order.proof, "identifier": { "type": "dns", "value": name },
            "challenges": [
                { "type": "future-01", "status": "pending" },
                {
                    "type": self.offered.unwrap_or("dns-01"), "status": order.proof, "token": "token",
                    "url": format!("{}/challenge/{number}", self.base),
                },
            ],
        })
    }

    fn finalize(&mut self, number: usize, payload: &Value) {
        let request = http::unbase64url(payload["csr"].as_str().unwrap_or_default());
        let names = self.orders[number].names.clone();
        if let Some(authority) = &self.authority {
            self.orders[number].chain = authority.issue(&request, &names);
            self.orders[number].status = "valid";
        }
    }
}

/// Which step a path belongs to, and to which order.
fn kind(path: &str) -> Option<(At, usize)> {
    let mut parts = path.trim_start_matches('/').split('/');
    let (first, second) = (parts.next()?, parts.next());
    let number = second.and_then(|number| number.parse().ok()).unwrap_or(0);
    let at = match (first, second) {
        ("directory", _) => At::Directory,
        ("account", _) => At::Account,
        ("key-change", _) => At::KeyChange,
        ("order", None) => At::Order,
        ("order", Some(_)) => At::Poll,
        ("authorization", _) => At::Authorization,
        ("challenge", _) => At::Challenge,
        ("finalize", _) => At::Finalize,
        ("certificate", _) => At::Certificate,
        ("revoke", _) => At::Revoke,
        ("renewal-info", _) => At::RenewalInfo,
        _ => return None,
    };
    Some((at, number))
}
