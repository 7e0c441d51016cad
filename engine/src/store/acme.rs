//! Public CAs: accounts, orders and what is wished of them, origins of certificates, budgets.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::change::{Guard, Put};
use super::error::StoreError;
use super::read::{Rows, Snapshot};
use super::tables::{
    ACME_ACCOUNTS, ACME_BUDGETS, ACME_ORDERS, ACME_ORIGINS, ACME_SIGNALS, ACME_TRANSCRIPTS,
};
use crate::api::{AccountSettings, AccountState, Actor, Area, Duty};
use crate::base::{
    AcmeAccountId, CertificateId, ChallengeRow, ChallengeState, DirectoryInfo, DnsName,
    DnsProviderId, EmailName, Exchange, KeyId, OrderId, OrderStage, OrderState, RenewalPlan,
    Timestamp, first_of, sha256,
};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AccountRecord {
    pub(crate) name: String,
    pub(crate) directory: DirectoryInfo,
    /// What its server is trusted by, DER in hexadecimal; empty for what the computer trusts.
    pub(crate) roots: Vec<String>,
    /// `None` until the CA has answered.
    pub(crate) url: Option<String>,
    pub(crate) contacts: Vec<EmailName>,
    pub(crate) state: AccountState,
    pub(crate) key: KeyId,
    /// Already in the vault, and perhaps already the account's.
    pub(crate) next_key: Option<KeyId>,
    pub(crate) bound_to: Option<String>,
    pub(crate) settings: AccountSettings,
    pub(crate) created: Timestamp,
}

impl AccountRecord {
    pub(crate) fn place(&self) -> DirectoryPlace {
        DirectoryPlace {
            url: self.directory.url.clone(),
            roots: self.roots.clone(),
        }
    }
}

/// What is ordered, and how: all that a renewal repeats.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recipe {
    pub(crate) account: AcmeAccountId,
    pub(crate) provider: DnsProviderId,
    pub(crate) names: Vec<DnsName>,
    /// `None` where the key stays on its host.
    pub(crate) key: Option<KeyId>,
    pub(crate) acme_profile: Option<String>,
    pub(crate) resolvers: Vec<SocketAddr>,
    pub(crate) preferred_chain: Option<String>,
    pub(crate) propagation_limit_secs: u32,
    pub(crate) automatic: bool,
    /// Names are proved by records that stay, where the CA takes that.
    #[serde(default)]
    pub(crate) persistent: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OrderRecord {
    pub(crate) recipe: Recipe,
    pub(crate) dry_run: bool,
    pub(crate) replaces: Option<CertificateId>,
    /// The certification request, DER in hexadecimal: durable before the CA can issue.
    pub(crate) request: String,
    pub(crate) actor: Actor,
    pub(crate) started: Timestamp,
    pub(crate) ended: Option<Timestamp>,
    pub(crate) stage: OrderStage,
    pub(crate) state: OrderState,
    /// The order's own at the CA.
    pub(crate) url: Option<String>,
    pub(crate) challenges: Vec<ChallengeRecord>,
    /// Oldest first.
    pub(crate) steps: Vec<(Timestamp, String)>,
    /// What it does now, or waits for.
    pub(crate) now: String,
    /// When it tries again, where what it does now has failed and may pass.
    #[serde(default)]
    pub(crate) next_try: Option<Timestamp>,
    pub(crate) propagation: Option<(Timestamp, Timestamp)>,
    /// The request was, or is about to be, sent: the CA may issue.
    pub(crate) may_have_issued: bool,
    /// How it ends once its records are out of the DNS.
    pub(crate) outcome: Option<OrderState>,
    /// Where it failed: the CA has said that nothing comes of it sooner.
    #[serde(default)]
    pub(crate) retry_at: Option<Timestamp>,
    /// The recipe's key was made for this order.
    #[serde(default)]
    pub(crate) key_is_its_own: bool,
    /// How often taking away what it left in the DNS has failed since it ended.
    #[serde(default)]
    pub(crate) removals_failed: u32,
    pub(crate) certificate: Option<CertificateId>,
    /// The name of the last issuer of each chain that was offered, the taken one first.
    pub(crate) chains: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChallengeRecord {
    pub(crate) row: ChallengeRow,
    /// URLs at the CA.
    pub(crate) authorization: String,
    pub(crate) challenge: String,
    /// Durable before the provider is asked: a record that may be in the DNS.
    pub(crate) may_be_published: bool,
    pub(crate) by_hand: bool,
    /// It proves the name for renewals, too, and is not taken away.
    #[serde(default)]
    pub(crate) stays: bool,
}

impl ChallengeRecord {
    /// It has proved the name and stays for renewals. One that did not prove anything goes.
    pub(crate) fn stays_for_renewals(&self) -> bool {
        self.stays
            && matches!(
                self.row.state,
                ChallengeState::Valid | ChallengeState::AlreadyValid
            )
    }

    /// It may be in the DNS, and is for us to take away.
    pub(crate) fn is_left(&self) -> bool {
        self.may_be_published && !self.by_hand && !self.stays_for_renewals()
    }
}

impl OrderRecord {
    /// When taking away what is left is tried again: an hour later, then two, four, at most a day.
    pub(crate) fn next_removal(&self, now: Timestamp) -> Option<Timestamp> {
        let left = self.challenges.iter().any(ChallengeRecord::is_left);
        let pause = (3600_i64 << self.removals_failed.min(5)).min(24 * 3600);
        left.then(|| now.plus_secs(pause))
    }
}

/// What a person wishes of an order under way.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SignalRecord {
    pub(crate) cancel: bool,
    pub(crate) go_on: bool,
}

/// Where a certificate came from, and when it is renewed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct OriginRecord {
    pub(crate) recipe: Recipe,
    pub(crate) order: OrderId,
    /// As the CA names it when it is asked (RFC 9773, 4.1); `None` where it names no issuer's key.
    pub(crate) renewal_id: Option<String>,
    pub(crate) plan: RenewalPlan,
    /// The certificate's own end.
    pub(crate) not_after: Timestamp,
    /// Renewals that failed since the last that did not.
    pub(crate) failures: u32,
    /// Revoked at the CA: nothing is due for it any more.
    #[serde(default)]
    pub(crate) revoked: bool,
    /// Where the CA is, once its account has been forgotten here: the certificate's own key can
    /// still revoke it there.
    #[serde(default)]
    pub(crate) directory: Option<DirectoryPlace>,
    pub(crate) replaces: Option<CertificateId>,
    pub(crate) replaced_by: Option<CertificateId>,
}

/// A directory's URL, and what its server is trusted by, DER in hexadecimal.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct DirectoryPlace {
    pub(crate) url: String,
    pub(crate) roots: Vec<String>,
}

/// Orders of one account for one set of names, as long as they count.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BudgetRecord {
    pub(crate) orders: Vec<Counted>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counted {
    pub(crate) order: OrderId,
    pub(crate) at: Timestamp,
    pub(crate) under_way: bool,
}

pub(crate) fn put_account(id: AcmeAccountId, record: &AccountRecord) -> [Put; 2] {
    [
        Put::row(Area::Acme, ACME_ACCOUNTS, id.to_raw(), record),
        Put::name(Area::Acme, unique(&record.name), id.to_raw()),
    ]
}

pub(crate) fn account_gone(id: AcmeAccountId, name: &str) -> [Put; 2] {
    [
        Put::gone(Area::Acme, ACME_ACCOUNTS, id.to_raw()),
        Put::name_gone(Area::Acme, unique(name)),
    ]
}

pub(crate) fn account(
    rows: &impl Rows,
    id: AcmeAccountId,
) -> Result<Option<AccountRecord>, StoreError> {
    rows.row(ACME_ACCOUNTS, id.to_raw())
}

pub(crate) fn account_named(
    rows: &impl Rows,
    name: &str,
) -> Result<Option<AcmeAccountId>, StoreError> {
    Ok(rows.named(&unique(name))?.map(AcmeAccountId::from_raw))
}

pub(crate) fn put_order(id: OrderId, record: &OrderRecord) -> Put {
    Put::row(Area::Acme, ACME_ORDERS, id.to_raw(), record)
}

pub(crate) fn order(rows: &impl Rows, id: OrderId) -> Result<Option<OrderRecord>, StoreError> {
    rows.row(ACME_ORDERS, id.to_raw())
}

pub(crate) fn put_signal(id: OrderId, record: SignalRecord) -> Put {
    Put::row(Area::Acme, ACME_SIGNALS, id.to_raw(), &record)
}

pub(crate) fn signal_gone(id: OrderId) -> Put {
    Put::gone(Area::Acme, ACME_SIGNALS, id.to_raw())
}

pub(crate) fn signal(rows: &impl Rows, id: OrderId) -> Result<SignalRecord, StoreError> {
    Ok(rows.row(ACME_SIGNALS, id.to_raw())?.unwrap_or_default())
}

pub(crate) fn put_transcript(id: OrderId, exchanges: &[Exchange]) -> Put {
    Put::row(Area::Acme, ACME_TRANSCRIPTS, id.to_raw(), &exchanges)
}

pub(crate) fn transcript(rows: &impl Rows, id: OrderId) -> Result<Vec<Exchange>, StoreError> {
    Ok(rows.row(ACME_TRANSCRIPTS, id.to_raw())?.unwrap_or_default())
}

pub(crate) fn put_origin(id: CertificateId, record: &OriginRecord) -> Put {
    Put::row(Area::Acme, ACME_ORIGINS, id.to_raw(), record)
}

pub(crate) fn origin(
    rows: &impl Rows,
    id: CertificateId,
) -> Result<Option<OriginRecord>, StoreError> {
    rows.row(ACME_ORIGINS, id.to_raw())
}

/// Refuses where somebody has changed the record since `before` was read.
pub(crate) fn origin_unchanged(id: CertificateId, before: OriginRecord) -> Guard {
    Box::new(move |rows| match origin(rows, id)? {
        Some(now) if now == before => Ok(()),
        _ => Err(StoreError::ChangedMeanwhile.into()),
    })
}

/// Where orders for one set of names are counted: the order of the names makes no difference.
pub(crate) fn budget_id(account: AcmeAccountId, names: &[DnsName]) -> u128 {
    let mut sorted: Vec<&str> = names.iter().map(DnsName::as_str).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let digest = sha256(&[&account.to_raw().to_be_bytes(), sorted.join(" ").as_bytes()]);
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(id)
}

pub(crate) fn budget(rows: &impl Rows, id: u128) -> Result<BudgetRecord, StoreError> {
    Ok(rows.row(ACME_BUDGETS, id)?.unwrap_or_default())
}

pub(crate) fn put_budget(id: u128, record: &BudgetRecord) -> Put {
    Put::row(Area::Acme, ACME_BUDGETS, id, record)
}

impl Snapshot {
    /// The duty in place of whatever was filed for this certificate before.
    pub(crate) fn file_duty(
        &self,
        id: CertificateId,
        next: Option<(Timestamp, Duty)>,
    ) -> Result<Vec<Put>, StoreError> {
        let ours = |duty: &Duty| matches!(duty, Duty::CheckRenewal(_) | Duty::Renew(_));
        self.refile(id.to_raw(), ours, next)
    }

    /// The same for what an order has left in the DNS.
    pub(crate) fn file_removal(
        &self,
        id: OrderId,
        next: Option<Timestamp>,
    ) -> Result<Vec<Put>, StoreError> {
        let ours = |duty: &Duty| matches!(duty, Duty::RemoveRecords(_));
        let next = next.map(|at| (at, Duty::RemoveRecords(id)));
        self.refile(id.to_raw(), ours, next)
    }

    fn refile(
        &self,
        id: u128,
        ours: impl Fn(&Duty) -> bool,
        next: Option<(Timestamp, Duty)>,
    ) -> Result<Vec<Put>, StoreError> {
        let due = self.due()?.into_iter();
        let old = due.filter(|(_, filed, duty)| *filed == id && ours(duty));
        let old = old.map(|(at, filed, _)| Put::due_done(at, filed));
        let new = next.map(|(at, duty)| Put::due(at, id, &duty));
        Ok(old.chain(new).collect())
    }

    /// Whether an order under way takes the place of this certificate.
    pub(crate) fn is_being_replaced(&self, id: CertificateId) -> Result<bool, StoreError> {
        let mut orders = self.orders()?.into_iter();
        Ok(orders.any(|(_, order)| {
            order.replaces == Some(id) && order.stage != OrderStage::Ended && !order.dry_run
        }))
    }

    /// What was said for orders so long ago that nobody asks any more; a hundred of them at most.
    pub(crate) fn outlived_transcripts(&self, now: Timestamp) -> Result<Vec<Put>, StoreError> {
        let end = first_of(now.plus_days(-TRANSCRIPT_DAYS));
        let outlived = self.ids_below(ACME_TRANSCRIPTS, end, 100)?.into_iter();
        Ok(outlived
            .map(|id| Put::gone(Area::Acme, ACME_TRANSCRIPTS, id))
            .collect())
    }

    /// Oldest first.
    pub(crate) fn accounts(&self) -> Result<Vec<(AcmeAccountId, AccountRecord)>, StoreError> {
        let rows = self.rows(ACME_ACCOUNTS)?.into_iter();
        Ok(rows
            .map(|(id, record)| (AcmeAccountId::from_raw(id), record))
            .collect())
    }

    /// Oldest first.
    pub(crate) fn orders(&self) -> Result<Vec<(OrderId, OrderRecord)>, StoreError> {
        let rows = self.rows(ACME_ORDERS)?.into_iter();
        Ok(rows
            .map(|(id, record)| (OrderId::from_raw(id), record))
            .collect())
    }

    /// A record that proves names for renewals is the same for every order: where another order
    /// stands on it, it is that one's to take away.
    pub(crate) fn spare_standing(
        &self,
        id: OrderId,
        record: &mut OrderRecord,
    ) -> Result<(), StoreError> {
        if !record.challenges.iter().any(|it| it.stays && it.is_left()) {
            return Ok(());
        }
        for (_, other) in self.orders()?.into_iter().filter(|(it, _)| *it != id) {
            let is_open = other.stage != OrderStage::Ended;
            let theirs = other.challenges.iter();
            for theirs in theirs.filter(|it| is_open || it.stays_for_renewals()) {
                let same = |ours: &&mut ChallengeRecord| {
                    ours.stays
                        && ours.row.target == theirs.row.target
                        && ours.row.value == theirs.row.value
                };
                let ours = record.challenges.iter_mut().filter(same);
                ours.for_each(|ours| ours.may_be_published = false);
            }
        }
        Ok(())
    }

    /// An order under way for which this key was made.
    pub(crate) fn order_with_key(&self, key: KeyId) -> Result<Option<OrderId>, StoreError> {
        let mut orders = self.orders()?.into_iter();
        let found = orders.find(|(_, order)| {
            let is_its_own = order.key_is_its_own && order.recipe.key == Some(key);
            is_its_own && order.stage != OrderStage::Ended
        });
        Ok(found.map(|(id, _)| id))
    }

    /// Oldest first.
    pub(crate) fn origins(&self) -> Result<Vec<(CertificateId, OriginRecord)>, StoreError> {
        let rows = self.rows(ACME_ORIGINS)?.into_iter();
        Ok(rows
            .map(|(id, record)| (CertificateId::from_raw(id), record))
            .collect())
    }
}

/// As long as most public certificates live.
const TRANSCRIPT_DAYS: i64 = 90;

fn unique(name: &str) -> String {
    format!("acme-account/{name}")
}
