//! The engine with one account and one provider, and what is looked at when it has ordered.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::process::Command as Program;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use chancery_engine::api::{
    AccountSettings, AcmeAccountId, AcmeCommand, AcmeFact, Area, CertificateId, Command,
    DirectoryChoice, DnsCommand, DnsFact, DnsProviderId, Ending, Fact, KeyType, ListCertificates,
    ListOrders, NewAccount, NewOrder, Notice, OrderId, OrderKey, OrderRow, OrderStage, OrderState,
    Secret, ShowCertificate, ShowOrder,
};
use chancery_engine::{Client, Kdf, News};

use crate::place::{audited, made, make_vault, open};
use crate::{Rig, ZONE};

pub(crate) struct Product {
    client: Client,
    account: AcmeAccountId,
    provider: DnsProviderId,
    resolver: std::net::SocketAddr,
    news: News,
    bell: Receiver<()>,
}

/// From the first command on.
pub(crate) struct Took {
    /// Until every certificate is in the inventory.
    pub(crate) arrived: Duration,
    /// Until every order has ended, with its record out of the DNS.
    pub(crate) ended: Duration,
}

impl Product {
    pub(crate) fn start(rig: &Rig, folder: &Path) -> Self {
        let client = open(folder, Kdf::Usual);
        make_vault(&client);
        let (ring, bell) = channel();
        let news = client.news(move || {
            // Nobody listens any more at the very end.
            ring.send(()).ok();
        });
        Self {
            account: account(&client, rig),
            provider: provider(&client, rig),
            resolver: (rig.resolver.address(), 53).into(),
            client,
            news,
            bell,
        }
    }

    /// One order for each name, all sent at once.
    pub(crate) fn order(&self, names: &[String]) -> Took {
        self.news.drain().for_each(drop);
        let wanted = self.certificates() + names.len() as u64;
        let begun = Instant::now();
        let send = |name: &String| self.client.send(self.wish(name)).expect("a place");
        let tickets: Vec<_> = names.iter().map(send).collect();
        let mut open: HashSet<OrderId> = HashSet::new();
        for ticket in tickets {
            match ticket.wait() {
                Ending::Started(job) => open.insert(OrderId::from_raw(job.to_raw())),
                other => panic!("it did not begin: {other:?}"),
            };
        }
        let (mut arrived, mut ended) = (None, None);
        while arrived.is_none() || ended.is_none() {
            match self.bell.recv_timeout(LOOK_ANYWAY) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => (),
                Err(RecvTimeoutError::Disconnected) => panic!("the engine has stopped"),
            }
            let heard = self.heard();
            if heard.certificates && arrived.is_none() && self.certificates() == wanted {
                arrived = Some(begun.elapsed());
            }
            if heard.ends && self.open(&mut open) == 0 {
                ended = ended.or(Some(begun.elapsed()));
            }
        }
        Took {
            arrived: arrived.unwrap_or_default(),
            ended: ended.unwrap_or_default(),
        }
    }

    fn wish(&self, name: &str) -> Command {
        let wish = NewOrder {
            account: self.account,
            provider: self.provider,
            names: vec![name.parse().expect("a name")],
            key: OrderKey::New(KeyType::P256),
            acme_profile: None,
            resolvers: vec![self.resolver],
            preferred_chain: None,
            propagation_limit_secs: 60,
            dry_run: false,
            automatic: true,
            persistent: false,
            replaces: None,
        };
        Command::Acme(AcmeCommand::Order { wish })
    }

    /// What to look at again; everything after silence.
    fn heard(&self) -> Heard {
        let (mut heard, mut silent) = (Heard::default(), true);
        for notice in self.news.drain() {
            silent = false;
            match notice {
                Notice::Changed { area, .. } => heard.certificates |= area == Area::Certificate,
                Notice::Fact { fact, .. } => {
                    heard.ends |= matches!(fact, Fact::Acme(AcmeFact::OrderEnded { .. }));
                }
                Notice::Missed { .. } => silent = true,
                _ => (),
            }
        }
        Heard {
            certificates: heard.certificates || silent,
            ends: heard.ends || silent,
        }
    }

    fn certificates(&self) -> u64 {
        let question = ListCertificates {
            rows: 1,
            ..ListCertificates::default()
        };
        self.client
            .read(&question)
            .expect("the inventory")
            .value
            .total
    }

    fn open(&self, open: &mut HashSet<OrderId>) -> usize {
        for row in self.orders() {
            if row.stage == OrderStage::Ended && open.remove(&row.id) {
                assert_eq!(row.state, OrderState::Done, "{:?}", row.names);
            }
        }
        open.len()
    }

    fn orders(&self) -> Vec<OrderRow> {
        self.client
            .read(&ListOrders)
            .expect("orders")
            .value
            .to_vec()
    }

    /// Each step of an order with the mean time since the one before, in ms: of those that were
    /// alone, and of those that were not.
    pub(crate) fn stages(&self) -> Vec<(String, f64, f64)> {
        let mut order_of_steps: Vec<String> = Vec::new();
        let mut sums: HashMap<(String, bool), (i64, i64)> = HashMap::new();
        for row in self.orders() {
            let shown = self
                .client
                .read(&ShowOrder(row.id))
                .expect("an order")
                .value;
            let alone = row.names[0].as_str().starts_with("one-");
            let mut before = row.started;
            for (at, words) in &shown.steps {
                let step = words.split(':').next().unwrap_or_default().to_owned();
                if !order_of_steps.contains(&step) {
                    order_of_steps.push(step.clone());
                }
                let sum = sums.entry((step, alone)).or_default();
                *sum = (sum.0 + at.0 - before.0, sum.1 + 1);
                before = *at;
            }
        }
        let mean = |step: &String, alone| {
            let (sum, count) = sums
                .get(&(step.clone(), alone))
                .copied()
                .unwrap_or_default();
            sum as f64 / count.max(1) as f64
        };
        let line = |step: String| {
            let (single, many) = (mean(&step, true), mean(&step, false));
            (step, single, many)
        };
        order_of_steps.into_iter().map(line).collect()
    }
}

#[derive(Default)]
struct Heard {
    certificates: bool,
    ends: bool,
}

fn account(client: &Client, rig: &Rig) -> AcmeAccountId {
    let wish = NewAccount {
        name: "bench".to_owned(),
        directory: DirectoryChoice {
            directory: rig.pebble.directory(),
            roots: fs::read(rig.pebble.root_file()).expect("Pebble's own CA"),
        },
        contacts: Vec::new(),
        terms_agreed: true,
        settings: AccountSettings::default(),
    };
    let binding = None;
    match made(
        client,
        Command::Acme(AcmeCommand::CreateAccount { wish, binding }),
    ) {
        Fact::Acme(AcmeFact::AccountCreated { id, .. }) => id,
        other => panic!("expected an account, got {other:?}"),
    }
}

fn provider(client: &Client, rig: &Rig) -> DnsProviderId {
    let settings = [
        ("server", rig.bind.address().to_string()),
        ("key-name", rig.bind.tsig_name().to_owned()),
    ];
    let secret = Secret::new(rig.bind.tsig_secret());
    let command = DnsCommand::AddProvider {
        name: "bench".to_owned(),
        kind: "rfc2136".to_owned(),
        settings: settings
            .map(|(field, value)| (field.to_owned(), value))
            .into(),
        secrets: BTreeMap::from([("key-secret".to_owned(), secret)]),
    };
    match made(client, Command::Dns(command)) {
        Fact::Dns(DnsFact::ProviderAdded { id }) => id,
        other => panic!("expected a provider, got {other:?}"),
    }
}

/// What must be true when everything has been ordered and the engine has stopped.
pub(crate) fn check(rig: &Rig, folder: &Path, count: usize) {
    let client = open(folder, Kdf::Usual);
    let work = tempfile::tempdir().expect("a folder");
    let root = work.path().join("root.pem");
    fs::write(&root, rig.pebble.issuing_root()).expect("a file");
    let ended: HashSet<String> = audited(&client)
        .into_iter()
        .filter(|row| row.action == "acme.order" && row.details == "the order has ended")
        .filter_map(|row| Some(row.resource?.id))
        .collect();
    let orders = client.read(&ListOrders).expect("orders").value;
    let certificates: HashSet<CertificateId> =
        orders.iter().filter_map(|row| row.certificate).collect();
    assert_eq!(certificates.len(), count, "a certificate is not there");
    for row in orders.iter() {
        assert!(
            ended.contains(&row.id.to_string()),
            "{} is not in the audit",
            row.id
        );
    }
    for id in certificates {
        let shown = client
            .read(&ShowCertificate(id))
            .expect("a certificate")
            .value;
        let (leaf, above) = (work.path().join("leaf.pem"), work.path().join("above.pem"));
        fs::write(&leaf, &shown.pem).expect("a file");
        fs::write(&above, &shown.chain_pem).expect("a file");
        let mut command = Program::new("openssl");
        command
            .arg("verify")
            .arg("-CAfile")
            .arg(&root)
            .arg("-untrusted")
            .arg(&above);
        let said = command.arg(&leaf).output().expect("openssl");
        assert!(said.status.success(), "{id}: {said:?}");
    }
    let zone = rig.bind.zone_text(ZONE);
    assert!(!zone.contains("TXT"), "a record is left:\n{zone}");
}

/// News may be lost, never for long.
const LOOK_ANYWAY: Duration = Duration::from_secs(1);
