//! Certificates of public CAs, as far as no real CA is needed: what is refused, what hangs, what
//! survives. Pebble and real DNS servers are in the interop ring.

mod accounts;
mod failures;
mod formats;
mod orders;
mod renewal;

use std::collections::BTreeMap;

use chancery_engine::api::{
    AccountRow, AccountSettings, AcmeAccountId, AcmeCommand, AcmeFact, CertificateRow, Command,
    DirectoryChoice, DnsCommand, DnsFact, DnsProviderId, Ending, Fact, KeyType, ListAccounts,
    NewAccount, NewOrder, OrderDetail, OrderId, OrderKey, OrderStage, OrderState, Report,
    ShowOrder,
};
use spec::{AcmeServer, World, eventually};

/// An account at the server, and a provider that is never asked.
struct Desk {
    world: World,
    server: AcmeServer,
    account: AcmeAccountId,
    provider: DnsProviderId,
}

impl Desk {
    fn new() -> Self {
        Self::with(World::with_vault())
    }

    fn with(world: World) -> Self {
        let server = AcmeServer::start();
        let account = created(&world, "main", &server.directory());
        let provider = manual(&world);
        Self {
            world,
            server,
            account,
            provider,
        }
    }

    fn wish(&self, names: &[&str]) -> NewOrder {
        NewOrder {
            account: self.account,
            provider: self.provider,
            names: names.iter().map(|name| name.parse().unwrap()).collect(),
            key: OrderKey::New(KeyType::P256),
            acme_profile: None,
            resolvers: vec!["127.0.0.1:9".parse().unwrap()],
            preferred_chain: None,
            propagation_limit_secs: 60,
            dry_run: false,
            automatic: true,
            persistent: false,
            replaces: None,
        }
    }

    fn order(&self, names: &[&str]) -> OrderId {
        begun(self.world.send(order(self.wish(names))).wait())
    }

    fn ended(&self, id: OrderId) -> OrderDetail {
        ended(&self.world, id)
    }

    /// How an order for a name of its own fails.
    fn failure(&self) -> Report {
        match self.ended(self.order(&["www.rig.test"])).row.state {
            OrderState::Failed(report) => report,
            other => panic!("it did not fail: {other:?}"),
        }
    }

    fn account(&self) -> AccountRow {
        let accounts = self.world.client.read(&ListAccounts).unwrap().value;
        accounts
            .iter()
            .find(|it| it.id == self.account)
            .unwrap()
            .clone()
    }

    fn certificates(&self) -> Vec<CertificateRow> {
        self.world.inventory().value.rows.clone()
    }
}

fn order(wish: NewOrder) -> Command {
    Command::Acme(AcmeCommand::Order { wish })
}

fn begun(ending: Ending) -> OrderId {
    match ending {
        Ending::Started(job) => OrderId::from_raw(job.to_raw()),
        other => panic!("it did not begin: {other:?}"),
    }
}

fn ended(world: &World, id: OrderId) -> OrderDetail {
    eventually("the order has ended", || {
        shown(world, id).row.stage == OrderStage::Ended
    });
    shown(world, id)
}

fn shown(world: &World, id: OrderId) -> OrderDetail {
    (*world.client.read(&ShowOrder(id)).unwrap().value).clone()
}

fn wish_for_account(name: &str, directory: &str) -> NewAccount {
    NewAccount {
        name: name.to_owned(),
        directory: choice(directory),
        contacts: vec!["hostmaster@example.org".parse().unwrap()],
        terms_agreed: true,
        settings: AccountSettings::default(),
    }
}

fn choice(directory: &str) -> DirectoryChoice {
    DirectoryChoice {
        directory: directory.to_owned(),
        roots: Vec::new(),
    }
}

fn create(wish: NewAccount) -> Command {
    let binding = None;
    Command::Acme(AcmeCommand::CreateAccount { wish, binding })
}

fn created(world: &World, name: &str, directory: &str) -> AcmeAccountId {
    match world.done(create(wish_for_account(name, directory))).0 {
        Fact::Acme(AcmeFact::AccountCreated { id, .. }) => id,
        other => panic!("no account: {other:?}"),
    }
}

fn manual(world: &World) -> DnsProviderId {
    let command = DnsCommand::AddProvider {
        name: "by hand".to_owned(),
        kind: "manual".to_owned(),
        settings: BTreeMap::new(),
        secrets: BTreeMap::new(),
    };
    match world.done(Command::Dns(command)).0 {
        Fact::Dns(DnsFact::ProviderAdded { id }) => id,
        other => panic!("no provider: {other:?}"),
    }
}
