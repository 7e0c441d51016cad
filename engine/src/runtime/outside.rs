//! What is in reach outside this machine: public CAs, and the providers that publish in the DNS.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use super::context::Context;
use super::signer::{Receipts, VaultSigner};
use crate::acme::{Failure, Server, Session};
use crate::api::{AcmeAccountId, DnsProviderId, OrderId, Report, Timestamp};
use crate::base::{Exchange, unhex};
use crate::dns::{self, Driver};
use crate::http::{self, Client, Observer};
use crate::store::acme::AccountRecord;
use crate::store::dns::ProviderRecord;

/// Kept between commands: what a CA has told of itself, and orders under way.
#[derive(Default)]
pub(super) struct Outside {
    /// By URL and roots, and when each was read.
    servers: Mutex<HashMap<DirectoryPlace, (Server, Timestamp)>>,
    orders: Mutex<HashMap<OrderId, Arc<Control>>>,
    /// Names that are being changed at a provider: not every provider can tell that two change one
    /// at once.
    changing: Mutex<HashMap<(DnsProviderId, String), Weak<Turn>>>,
    /// Accounts whose key or state is being changed at the CA.
    accounts: Mutex<HashMap<AcmeAccountId, Arc<Turn>>>,
    /// By the roots they trust, and how long they wait: each keeps its connections.
    clients: Mutex<HashMap<(Vec<String>, Duration), Client>>,
}

/// A directory's URL and the roots its server is trusted by, DER in hexadecimal.
type DirectoryPlace = (String, Vec<String>);

/// Taken by one order at a time.
pub(super) type Turn = tokio::sync::Mutex<()>;

/// How an order under way is spoken to, and listened to.
#[derive(Default)]
pub(super) struct Control {
    /// Rung when a person wishes something of it.
    pub(super) wake: Notify,
    pub(super) transcript: Arc<Transcript>,
}

/// What was sent and received, as it happens.
#[derive(Default)]
pub(super) struct Transcript {
    exchanges: Mutex<Vec<Exchange>>,
    now: Mutex<Timestamp>,
}

impl Outside {
    /// The directory of an account, asked again once a day; its exchanges are observed.
    pub(super) async fn server(
        &self,
        context: &Context,
        (url, roots): (&str, &[String]),
        observer: Option<Arc<dyn Observer>>,
    ) -> Result<Server, Failure> {
        let http = self.client(roots, CA_TIMEOUT).map_err(Failure::Here)?;
        let http = match observer {
            Some(observer) => http.observed_by(observer),
            None => http,
        };
        let now = context.clock.now();
        let place = (url.to_owned(), roots.to_vec());
        if let Some((server, read)) = lock(&self.servers).get(&place)
            && now < read.plus_days(1)
        {
            return Ok(server.through(http));
        }
        let server = Server::open(http, Arc::clone(&context.clock), url).await?;
        lock(&self.servers).insert(place, (server.clone(), now));
        Ok(server)
    }

    /// The next question to this directory reads it anew.
    pub(super) fn forget_server(&self, url: &str) {
        lock(&self.servers).retain(|(known, _), _| known != url);
    }

    /// In the name of an account whose state is settled.
    pub(super) async fn session(
        &self,
        context: &Context,
        account: &AccountRecord,
        receipts: &Receipts,
        observer: Option<Arc<dyn Observer>>,
    ) -> Result<Session, Failure> {
        let signer = VaultSigner::new(&context.vault, account.key, receipts);
        let signer = signer.map_err(Failure::Here)?;
        let place = (account.directory.url.as_str(), &account.roots[..]);
        let server = self.server(context, place, observer).await?;
        Ok(Session::new(server, signer, account.url.clone()))
    }

    fn client(&self, roots: &[String], timeout: Duration) -> Result<Client, Report> {
        let place = (roots.to_vec(), timeout);
        if let Some(client) = lock(&self.clients).get(&place) {
            return Ok(client.clone());
        }
        let only_roots: Option<Vec<_>> = roots.iter().map(|der| unhex(der)).collect();
        let client = Client::new(&http::Settings {
            only_roots: only_roots.ok_or_else(|| Report::bug("stored roots cannot be read"))?,
            timeout,
            ..http::Settings::default()
        })?;
        lock(&self.clients).insert(place, client.clone());
        Ok(client)
    }

    /// Whoever changes this account at its CA holds its turn.
    pub(super) fn account_turn(&self, account: AcmeAccountId) -> Arc<Turn> {
        Arc::clone(lock(&self.accounts).entry(account).or_default())
    }

    /// Whoever changes this name at this provider holds its turn.
    pub(super) fn turn(&self, provider: DnsProviderId, name: &str) -> Arc<Turn> {
        let mut changing = lock(&self.changing);
        changing.retain(|_, turn| turn.strong_count() > 0);
        let place = (provider, name.to_owned());
        if let Some(turn) = changing.get(&place).and_then(Weak::upgrade) {
            return turn;
        }
        let turn = Arc::<Turn>::default();
        changing.insert(place, Arc::downgrade(&turn));
        turn
    }

    pub(super) fn control(&self, id: OrderId) -> Arc<Control> {
        Arc::clone(lock(&self.orders).entry(id).or_default())
    }

    pub(super) fn under_way(&self, id: OrderId) -> Option<Arc<Control>> {
        lock(&self.orders).get(&id).cloned()
    }

    pub(super) fn ended(&self, id: OrderId) {
        lock(&self.orders).remove(&id);
    }
}

/// With the secrets that its kind needs; the vault must be unlocked.
pub(super) fn driver(
    context: &Context,
    provider: &ProviderRecord,
    observer: Option<Arc<dyn Observer>>,
) -> Result<Arc<dyn Driver>, Report> {
    let mut secrets = BTreeMap::new();
    for (field, id) in &provider.secrets {
        secrets.insert(field.clone(), context.vault.secret(*id)?);
    }
    let http = context.outside.client(&[], PROVIDER_TIMEOUT)?;
    let http = match observer {
        Some(observer) => http.observed_by(observer),
        None => http,
    };
    let settings = provider.settings.clone();
    let clock = Arc::clone(&context.clock);
    Ok(dns::open(&provider.kind, settings, secrets, http, clock)?.into())
}

/// Which provider an order or a command means.
pub(super) fn provider(context: &Context, id: DnsProviderId) -> Result<ProviderRecord, Report> {
    let found = crate::store::dns::get(&context.snapshot()?, id)?;
    found.ok_or_else(|| super::handle::dns::ProviderError::Unknown(id).into())
}

impl Transcript {
    pub(super) fn continued(&self, exchanges: Vec<Exchange>) {
        *lock(&self.exchanges) = exchanges;
    }

    /// Exchanges from here on are dated so.
    pub(super) fn at(&self, now: Timestamp) {
        *lock(&self.now) = now;
    }

    pub(super) fn read(&self) -> Vec<Exchange> {
        lock(&self.exchanges).clone()
    }
}

impl Observer for Transcript {
    fn exchanged(&self, exchange: http::Exchange) {
        let at = *lock(&self.now);
        let mut exchanges = lock(&self.exchanges);
        if exchanges.len() >= EXCHANGES {
            // The beginning tells more than the middle of long waiting.
            exchanges.remove(EXCHANGES / 2);
        }
        let received = match exchange.failure {
            Some(why) => why,
            None => exchange.received,
        };
        exchanges.push(Exchange {
            at,
            method: exchange.method,
            url: exchange.url,
            status: exchange.status,
            sent: cut(headed(&exchange.sent_headers, exchange.sent)),
            received: cut(headed(&exchange.headers, received)),
        });
    }
}

fn headed(headers: &[(String, String)], body: String) -> String {
    let mut text = String::new();
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\n"));
    }
    if !text.is_empty() && !body.is_empty() {
        text.push('\n');
    }
    text + &body
}

fn cut(text: String) -> String {
    match text.char_indices().nth(EXCHANGE_CHARS) {
        None => text,
        Some((end, _)) => format!("{}… (cut)", &text[..end]),
    }
}

fn lock<T>(it: &Mutex<T>) -> MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

const CA_TIMEOUT: Duration = Duration::from_secs(30);

/// Some providers take more than a minute to answer.
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(150);

/// Kept of one order.
const EXCHANGES: usize = 400;

/// Kept of each side of an exchange: a chain of four certificates fits.
const EXCHANGE_CHARS: usize = 12_000;
